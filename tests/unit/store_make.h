/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of the store have in common: events that are known by their number, and a place. */
#ifndef VMCLOCK_TRACE_TESTS_UNIT_STORE_MAKE_H
#define VMCLOCK_TRACE_TESTS_UNIT_STORE_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/recorder.h"
#include "store/recording.h"

/* 100 a second. */
#define EVENT_NS 10000000ull

static char path[64];

static inline void remove_files(const char *name)
{
	static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
	char part[80];

	for (size_t i = 0; i < 4; i++) {
		snprintf(part, sizeof(part), "%s%s", name, parts[i]);
		unlink(part);
	}
}

static inline int make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/store-%d.sqlite", (int)getpid());
	remove_files(path);
	return 0;
}

static inline int remove_path(void **state)
{
	(void)state;
	remove_files(path);
	return 0;
}

/* The @i-th, from 1: a sample of a page that changes now and then. */
static inline struct event event_of(uint64_t i)
{
	struct event event = {
		.type = EVENT_PAGE,
		.time_ns = i * EVENT_NS,
		.latency_ns = i % 1000,
		.page_state = EVENT_PAGE_STABLE,
	};

	page_from_bytes(&event.page, "VCLK", 4);
	event.page.bytes[5] = (uint8_t)(i / 100);
	event.page.bytes[6] = (uint8_t)(i / 25600);
	event.page.length = VMCLOCK_ABI_BYTES;
	event.sample.ticks.before = i;
	event.sample.ticks.after = i + 1;
	return event;
}

static inline struct recording *open_recording(const char *name)
{
	struct recording *recording = NULL;
	struct error error = {0};

	if (recording_open(name, &recording, &error))
		fail_msg("%s", error.cause);
	return recording;
}

#endif
