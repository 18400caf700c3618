// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_tally.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_now.h"
#include "observe/kernel_wire.h"

#define ENTRIES (WIRE_READERS + WIRE_READER_WAYS)

/* What was in an entry the last time. */
struct taken {
	struct wire_use use[WIRE_PATHS];
	uint64_t moved;
	uint64_t kvmclock;
	uint64_t samples;
};

struct kernel_tally {
	struct kernel_tables tables;
	uint64_t tick_ns;
	struct taken taken[ENTRIES];
	struct wire_use unlisted[WIRE_CLOCKS + 1][WIRE_PATHS];
	uint64_t failures[WIRE_FAILURES];
};

struct kernel_tally *kernel_tally_new(const struct kernel_tables *tables, uint64_t tick_ns)
{
	struct kernel_tally *tally = calloc(1, sizeof(*tally));

	if (tally) {
		tally->tables = *tables;
		tally->tick_ns = tick_ns;
	}
	return tally;
}

void kernel_tally_free(struct kernel_tally *tally)
{
	free(tally);
}

/* @now less @before, path by path; @before becomes @now. Is there anything? */
static bool take_uses(struct event_tally *tally, const struct wire_use now[WIRE_PATHS],
		      struct wire_use before[WIRE_PATHS])
{
	bool any = false;

	for (uint32_t i = 0; i < WIRE_PATHS; i++) {
		/* Errors first: so they are never more than the uses that they are of. */
		uint64_t errors = __atomic_load_n(&now[i].errors, __ATOMIC_ACQUIRE);
		uint64_t uses = __atomic_load_n(&now[i].uses, __ATOMIC_RELAXED);
		enum event_path path = kernel_wire_path(i);

		tally->uses[path] += uses - before[i].uses;
		tally->errors[path] += errors - before[i].errors;
		any |= uses != before[i].uses || errors != before[i].errors;
		before[i] = (struct wire_use){.uses = uses, .errors = errors};
	}
	return any;
}

/* A use that was not measured took less than the ticks that it saw, and two pass as short. */
static uint64_t worst_below_ns(const struct kernel_tally *tally, const struct wire_reader *reader)
{
	uint64_t ticks =
		reader->worst_ticks > WIRE_TICKS_SHORT ? reader->worst_ticks : WIRE_TICKS_SHORT;

	return ticks * tally->tick_ns;
}

static void take_entry(struct kernel_tally *tally, size_t i, bool gone, kernel_tally_fn fn,
		       void *arg)
{
	const struct wire_reader *reader = &tally->tables.readers[i];
	struct taken *taken = &tally->taken[i];
	struct event event = {.type = EVENT_TALLY, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};
	struct event_tally *out = &event.tally;
	bool any;

	any = take_uses(out, reader->use, taken->use);
	if (!any && !gone)
		return;
	out->gone = gone;
	kernel_wire_clock(&event, reader->clock);
	event.who.pid = reader->pid;
	event.who.tid = reader->tid & ~WIRE_TID_GONE;
	event.who.cgroup = reader->cgroup;
	memcpy(event.who.comm, reader->comm, sizeof(event.who.comm));
	out->moved = reader->moved - taken->moved;
	out->via_kvmclock = reader->kvmclock - taken->kvmclock;
	out->measured = reader->samples - taken->samples;
	taken->moved += out->moved;
	taken->kvmclock += out->via_kvmclock;
	taken->samples += out->measured;
	out->first_ns = reader->first_ns;
	out->worst_ns = reader->worst_ns;
	out->worst_below_ns = worst_below_ns(tally, reader);
	/* The first use in each tick is measured, so the last one was in the tick of that. */
	out->last_ns = reader->sample_ns;
	out->last_error_ns = tally->tick_ns;
	fn(&event, arg);
}

/* The thread is no more, and all it did was taken: the entry is for another. `tid` last. */
static void free_entry(struct kernel_tally *tally, size_t i)
{
	struct wire_reader *reader = &tally->tables.readers[i];

	memset((char *)reader + sizeof(reader->tid), 0,
	       offsetof(struct wire_reader, own_tick) - sizeof(reader->tid));
	tally->taken[i] = (struct taken){0};
	__atomic_store_n(&reader->tid, 0, __ATOMIC_RELEASE);
}

static void take_unlisted(struct kernel_tally *tally, uint32_t i, kernel_tally_fn fn, void *arg)
{
	struct event event = {.type = EVENT_TALLY, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};
	uint64_t clock = i < WIRE_CLOCKS ? tally->tables.clocks[i] : 0;

	kernel_wire_clock(&event, clock ? (uint32_t)(clock - 1) : WIRE_CLOCK_NONE);
	event.tally.first_ns = event.tally.last_ns = event.time_ns;
	if (take_uses(&event.tally, tally->tables.unlisted[i], tally->unlisted[i]))
		fn(&event, arg);
}

static void take_failures(struct kernel_tally *tally, uint32_t i, kernel_tally_fn fn, void *arg)
{
	const struct wire_failure *failure = &tally->tables.failures[i];
	struct event event = {.type = EVENT_FAILURES, .device = -1};
	uint64_t count = failure->count, key = failure->key;

	if (count == tally->failures[i])
		return;
	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	event.path = kernel_wire_path((uint32_t)(key >> 40));
	event.result = -(int32_t)(uint32_t)key;
	event.failures.cause =
		kernel_wire_cause(key >> 32 & 0xff, event.result, event.failures.source);
	event.failures.count = count - tally->failures[i];
	tally->failures[i] = count;
	fn(&event, arg);
}

void kernel_tally_take(struct kernel_tally *tally, kernel_tally_fn fn, void *arg)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		const struct wire_reader *reader = &tally->tables.readers[i];
		uint32_t state = __atomic_load_n(&reader->state, __ATOMIC_ACQUIRE);

		if (state == WIRE_READER_FREE)
			continue;
		take_entry(tally, i, state == WIRE_READER_DEAD, fn, arg);
		if (state == WIRE_READER_DEAD)
			free_entry(tally, i);
	}
	for (uint32_t i = 0; i <= WIRE_CLOCKS; i++)
		take_unlisted(tally, i, fn, arg);
	for (uint32_t i = 0; i < WIRE_FAILURES && tally->tables.failures[i].key; i++)
		take_failures(tally, i, fn, arg);
}
