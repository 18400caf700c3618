/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from the one who observes to the one who writes: the first never waits for a disk. Bounded;
 * what does not fit is refused, for the caller to count.
 */
#ifndef VMCLOCK_TRACE_STORE_QUEUE_H
#define VMCLOCK_TRACE_STORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

/* @bytes of room, a power of two. NULL without memory. */
struct queue *queue_new(size_t bytes);

/* NULL is fine. Nobody may use it any more. */
void queue_free(struct queue *queue);

/*
 * Append one record of @bytes, at most a quarter of the room, and leave @spare free, for what
 * matters more. False where there is no room, unless @wait: then it waits until there is.
 */
bool queue_put(struct queue *queue, const void *record, size_t bytes, size_t spare, bool wait);

/*
 * The oldest record into @out (@room bytes, as much as the longest that is put). Waits @timeout_ns
 * at most. Returns its length, 0: there is none.
 */
size_t queue_take(struct queue *queue, void *out, size_t room, uint64_t timeout_ns);

/* Wake the reader: no more comes, or it should not wait for more. */
void queue_wake(struct queue *queue);

#endif
