/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches of a recording that can go as a whole, when there is no more room or they are too old:
 * an event names pages and threads of its own epoch only, so those are deleted with it, without a
 * search for unused rows.
 */
#ifndef VMCLOCK_TRACE_STORE_EPOCHS_H
#define VMCLOCK_TRACE_STORE_EPOCHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers from which on rows are of an epoch, up to those of the end of it. */
struct epoch {
	int64_t event;
	int64_t page;
	int64_t thread;
	uint64_t from_ns; /* CLOCK_MONOTONIC */
};

struct epoch_span {
	struct epoch begin;
	struct epoch end; /* the first numbers that are not of it */
	bool gone;	  /* its rows are deleted, in a transaction that is not committed */
};

/*
 * All zero at first; oldest first, the newest is still being written. Those before `ring` are kept
 * for good; the others are the ring.
 */
struct epochs {
	struct epoch_span *span;
	size_t count;
	size_t room;
	size_t ring;
};

/* The newest ends at @at, and a new one begins. False without memory: then the old one goes on. */
bool epochs_begin(struct epochs *epochs, const struct epoch *at);

/* Of the ring, the oldest that is over; NULL: there is none. */
struct epoch_span *epochs_oldest(const struct epochs *epochs);

/* How many events the ring has, the newest epoch left out, which is still being written. */
uint64_t epochs_ring_events(const struct epochs *epochs);

/* And those that are kept for good. */
uint64_t epochs_kept_events(const struct epochs *epochs);

/* Make deletions permanent. */
void epochs_commit(struct epochs *epochs);

/*
 * What is gone is not, nor are rows from @at on, which a new epoch is to have. All is of the ring
 * again, to be judged anew.
 */
void epochs_rollback(struct epochs *epochs, const struct epoch *at);

/* Free what @epochs holds. */
void epochs_free(struct epochs *epochs);

#endif
