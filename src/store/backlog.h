/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was written and is not committed yet: where the commit fails, it is there to be written
 * again. Bounded.
 */
#ifndef VMCLOCK_TRACE_STORE_BACKLOG_H
#define VMCLOCK_TRACE_STORE_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog {
	uint8_t *bytes; /* aligned for anything */
	size_t room;
	size_t used;
};

/* With @room bytes. False without memory. */
bool backlog_open(struct backlog *backlog, size_t room);

/* Append a copy of @record; false: there is no room. */
bool backlog_put(struct backlog *backlog, const void *record, size_t bytes);

/* The record at *@at, which is 0 at first and moves on; NULL: there are no more. */
const void *backlog_next(const struct backlog *backlog, size_t *at);

/* Forget them all. */
void backlog_clear(struct backlog *backlog);

/* Free what @backlog holds. */
void backlog_close(struct backlog *backlog);

#endif
