// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	pthread_cond_t drained;
	size_t room;
	uint64_t head; /* bytes ever put */
	uint64_t tail; /* bytes ever taken */
	bool woken;
	bool reader_waits;
	bool writer_waits;
	uint8_t bytes[];
};

struct queue *queue_new(size_t bytes)
{
	struct queue *queue = malloc(sizeof(*queue) + bytes);
	pthread_condattr_t clock;

	if (!queue)
		return NULL;
	assert(bytes && !(bytes & (bytes - 1)));
	memset(queue, 0, sizeof(*queue));
	queue->room = bytes;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->filled, &clock);
	pthread_cond_init(&queue->drained, &clock);
	pthread_condattr_destroy(&clock);
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	pthread_cond_destroy(&queue->filled);
	pthread_cond_destroy(&queue->drained);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* The ring from byte @at on: in two pieces where it ends in between. */
static void copy_in(struct queue *queue, uint64_t at, const void *from, size_t bytes)
{
	size_t start = at & (queue->room - 1), piece = queue->room - start;

	piece = bytes < piece ? bytes : piece;
	memcpy(queue->bytes + start, from, piece);
	memcpy(queue->bytes, (const uint8_t *)from + piece, bytes - piece);
}

static void copy_out(const struct queue *queue, uint64_t at, void *to, size_t bytes)
{
	size_t start = at & (queue->room - 1), piece = queue->room - start;

	piece = bytes < piece ? bytes : piece;
	memcpy(to, queue->bytes + start, piece);
	memcpy((uint8_t *)to + piece, queue->bytes, bytes - piece);
}

bool queue_put(struct queue *queue, const void *record, size_t bytes, size_t spare, bool wait)
{
	uint32_t length = (uint32_t)bytes;
	size_t needed = sizeof(length) + bytes;
	bool fits;

	assert(bytes && needed <= queue->room / 4 && spare <= queue->room / 4);
	pthread_mutex_lock(&queue->lock);
	while (wait && queue->head - queue->tail + needed + spare > queue->room) {
		queue->writer_waits = true;
		pthread_cond_signal(&queue->filled);
		pthread_cond_wait(&queue->drained, &queue->lock);
	}
	fits = queue->head - queue->tail + needed + spare <= queue->room;
	if (fits) {
		copy_in(queue, queue->head, &length, sizeof(length));
		copy_in(queue, queue->head + sizeof(length), record, bytes);
		queue->head += needed;
		/* A reader that sleeps comes by itself; only a queue that fills up wakes it. */
		if (queue->reader_waits && queue->head - queue->tail > queue->room / 4)
			pthread_cond_signal(&queue->filled);
	}
	pthread_mutex_unlock(&queue->lock);
	return fits;
}

static void wait_for(struct queue *queue, uint64_t timeout_ns)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	timeout_ns += (uint64_t)until.tv_nsec;
	until.tv_sec += (time_t)(timeout_ns / NSEC_PER_SEC);
	until.tv_nsec = (long)(timeout_ns % NSEC_PER_SEC);
	queue->reader_waits = true;
	pthread_cond_timedwait(&queue->filled, &queue->lock, &until);
	queue->reader_waits = false;
}

size_t queue_take(struct queue *queue, void *out, size_t room, uint64_t timeout_ns)
{
	uint32_t length = 0;

	pthread_mutex_lock(&queue->lock);
	if (queue->head == queue->tail && timeout_ns && !queue->woken)
		wait_for(queue, timeout_ns);
	queue->woken = false;
	if (queue->head != queue->tail) {
		copy_out(queue, queue->tail, &length, sizeof(length));
		assert(length <= room);
		copy_out(queue, queue->tail + sizeof(length), out, length);
		queue->tail += sizeof(length) + length;
		if (queue->writer_waits && queue->head - queue->tail < queue->room / 2) {
			queue->writer_waits = false;
			pthread_cond_signal(&queue->drained);
		}
	}
	pthread_mutex_unlock(&queue->lock);
	return length;
}

void queue_wake(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->woken = true;
	pthread_cond_signal(&queue->filled);
	pthread_mutex_unlock(&queue->lock);
}
