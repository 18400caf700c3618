/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a scenario into a page file in real time, on this machine's own counter or on a simulated
 * one, so that others can read a live clock that goes wrong on command.
 */
#ifndef VMCLOCK_TRACE_SIM_PLAYER_H
#define VMCLOCK_TRACE_SIM_PLAYER_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "scenario/simulation.h"

/* A speed of 1, in billionths. */
#define PLAYER_SPEED_REAL 1000000000

struct player_options {
	const char *path;     /* of the page file */
	bool remove;	      /* it at the end */
	bool real_counter;    /* the CPU's own; it cannot be disturbed */
	uint64_t speed;	      /* billionths: how much faster than real time; 0: do not wait */
	bool start_now;	      /* at this machine's time instead of the scenario's */
	bool has_seed;	      /* another seed than the scenario's */
	uint64_t seed;	      /* that one */
	const sigset_t *stop; /* signals that end it; blocked by the caller */
};

/* Called by the player; @step is valid during the call only. */
typedef void (*player_fn)(const struct simulation_step *step, void *arg);

/* How playing begins, to be shown to the user. */
struct player_begin {
	uint64_t counter_hz; /* per second of the scenario */
	int64_t start_utc_sec;
};

/*
 * Play @scenario to its end or to a signal. @begun is told once the file is there, @happened of
 * each step. 0; 1: a signal ended it; or -errno, with @error filled.
 */
int player_run(const struct scenario *scenario, const struct player_options *options,
	       void (*begun)(const struct player_begin *begin, void *arg), player_fn happened,
	       void *arg, struct error *error);

#endif
