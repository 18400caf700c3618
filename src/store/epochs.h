/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stretches of a recording that can go as a whole, when there is no more room or they are too old:
 * an event names pages and threads of its own epoch only, so that those go with it and no search is
 * made for what nobody names any more.
 */
#ifndef VMCLOCK_TRACE_STORE_EPOCHS_H
#define VMCLOCK_TRACE_STORE_EPOCHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers from which on rows are of an epoch, or of later ones. */
struct epoch {
	int64_t event;
	int64_t page;
	int64_t thread;
	uint64_t from_ns; /* CLOCK_MONOTONIC */
};

/* All zero at first; oldest first. */
struct epochs {
	struct epoch *epoch;
	size_t count;
	size_t room;
};

/* A new one begins. False without memory: then the one before goes on. */
bool epochs_begin(struct epochs *epochs, const struct epoch *epoch);

/* The first that is kept when the oldest goes; NULL while there is only one. */
const struct epoch *epochs_second(const struct epochs *epochs);

/* The oldest is gone. */
void epochs_drop(struct epochs *epochs);

/* Rows from @event on do not exist: forget epochs that begin beyond. */
void epochs_rewind(struct epochs *epochs, int64_t event);

/* Free what @epochs holds. */
void epochs_free(struct epochs *epochs);

#endif
