/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches of time that are kept for good, and why. Pure; what is stored of them is the writer's.
 */
#ifndef VMCLOCK_TRACE_STORE_WINDOWS_H
#define VMCLOCK_TRACE_STORE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_SEVERITY_BYTES 16

struct window {
	uint64_t number;  /* from 1 */
	uint64_t from_ns; /* CLOCK_MONOTONIC */
	uint64_t to_ns;
	uint64_t finding;		      /* the number of the first that it is kept for */
	uint64_t findings;		      /* how many there are of them */
	char severity[WINDOW_SEVERITY_BYTES]; /* of the worst of them */
	int rank;			      /* of that severity: higher is worse */
	bool stored;			      /* as it is here */
	bool gone; /* its row is deleted, in a transaction that is not committed */
};

/* All zero at first; oldest first. */
struct windows {
	struct window *window;
	size_t count;
	size_t room;
	uint64_t numbers;    /* that were given out */
	uint64_t longest_ns; /* one that is longer has no more added to it */
};

/*
 * Keep @wanted (its number is not looked at): what meets the newest window becomes part of it, with
 * @wanted->findings more, unless that is long enough already and would be longer: then the next
 * one begins where it ends. False without memory.
 */
bool windows_add(struct windows *windows, const struct window *wanted);

/* Is anything between @from_ns and @to_ns to be kept? */
bool windows_meet(const struct windows *windows, uint64_t from_ns, uint64_t to_ns);

/* The oldest, NULL: there is none. */
struct window *windows_oldest(const struct windows *windows);

/* How many there are. */
uint64_t windows_kept(const struct windows *windows);

/* Those that are gone are so for good. */
void windows_commit(struct windows *windows);

/* They are not, and nothing that was stored since is. */
void windows_rollback(struct windows *windows);

/* Free what @windows holds. */
void windows_free(struct windows *windows);

#endif
