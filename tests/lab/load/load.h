/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A load that knows what it did: each kind of it prints, as one line of JSON, how often it did
 * what, for tests to hold against what the tracer saw. Each is called with what is left of the
 * command line and returns the program's exit status.
 */
#ifndef LOAD_H
#define LOAD_H

#include <time.h>

/* What is read, open; negative where the machine has no such thing. */
struct load_clocks {
	int phc, device;
};

/* ROUNDS PAUSE_MS: every path, in rounds. */
int load_rounds(struct load_clocks clocks, int argc, char **argv);

/* SECONDS THREADS: as many reads of the PTP clock as there is time for. */
int load_flood(struct load_clocks clocks, int argc, char **argv);

/* Calls that fail, each in its way. */
int load_errors(struct load_clocks clocks, int argc, char **argv);

/* COUNT: tries to set the system clock's rate, as a user who may not. */
int load_refused(struct load_clocks clocks, int argc, char **argv);

/* NUMBER TIMES: a request of the PTP clock's by its number. */
int load_request(struct load_clocks clocks, int argc, char **argv);

/* SECONDS: waits for updates of the page and reads each. */
int load_poll(struct load_clocks clocks, int argc, char **argv);

/* SECONDS: waits for them in every way there is, one thread each. */
int load_pollers(struct load_clocks clocks, int argc, char **argv);

/* SECONDS: maps the page, also in a child, for a while. */
int load_hold(struct load_clocks clocks, int argc, char **argv);

/* Sets CLOCK_REALTIME to the PTP clock, once. */
int load_follow(struct load_clocks clocks, int argc, char **argv);

/* The clock behind a file descriptor of a PTP device, see clock_getres(2). */
static inline clockid_t phc_clock_id(int phc)
{
	return (~(clockid_t)phc << 3) | 3;
}

#endif
