/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace for the Perfetto UI, packet by packet: tracks, and on them slices, instants and values of
 * counters, all by CLOCK_MONOTONIC. They need not come in order of time: the viewer sorts them.
 * Strings are UTF-8.
 */
#ifndef VMCLOCK_TRACE_REPORT_PERFETTO_H
#define VMCLOCK_TRACE_REPORT_PERFETTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Begin a trace: the clock was @monotonic_ns when CLOCK_REALTIME was @realtime_ns. */
void perfetto_begin(FILE *out, uint64_t monotonic_ns, int64_t realtime_ns);

enum perfetto_kind {
	PERFETTO_TRACK,	  /* of slices and instants */
	PERFETTO_COUNTER, /* of values, in ns */
	PERFETTO_PROCESS, /* of process @pid */
	PERFETTO_THREAD,  /* of thread @tid in it */
};

struct perfetto_track {
	enum perfetto_kind kind;
	uint64_t uuid;	 /* unique in the trace, not 0 */
	uint64_t parent; /* uuid; 0: none. Those of a parent are shown in the order of `rank` */
	int32_t rank;
	const char *name;
	const char *about; /* a sentence; NULL: none */
	uint32_t pid;
	uint32_t tid;
};

/* Describe a track, before anything is on it; more than once does no harm. */
void perfetto_track(FILE *out, const struct perfetto_track *track);

/* What is beside a slice or an instant. All zero: nothing. */
#define PERFETTO_ARGS 16

struct perfetto_args {
	struct {
		const char *name;
		enum {
			PERFETTO_INT,
			PERFETTO_UINT,
			PERFETTO_BOOL,
			PERFETTO_TEXT
		} type;
		int64_t number; /* but for PERFETTO_TEXT; unsigned ones by their bits */
		const char *text;
	} arg[PERFETTO_ARGS];
	size_t args;
	const char *category; /* NULL: none */
	uint64_t flow; /* all with one number are joined by arrows, in order of time; 0: none */
};

/*
 * Add one; @name and @text are borrowed until it is written. A NULL text is left out. Beside an
 * integer beyond 2^53, which a viewer may round, its digits are written as a text, NAME_text.
 */
void perfetto_add_i64(struct perfetto_args *args, const char *name, int64_t value);
void perfetto_add_u64(struct perfetto_args *args, const char *name, uint64_t value);
void perfetto_add_bool(struct perfetto_args *args, const char *name, bool value);
void perfetto_add_text(struct perfetto_args *args, const char *name, const char *text);

/*
 * On track @uuid a slice, which ends when perfetto_end() is said, or an instant. NULL args: none.
 */
void perfetto_slice(FILE *out, uint64_t uuid, uint64_t time_ns, const char *name,
		    const struct perfetto_args *args);
void perfetto_end(FILE *out, uint64_t uuid, uint64_t time_ns);
void perfetto_instant(FILE *out, uint64_t uuid, uint64_t time_ns, const char *name,
		      const struct perfetto_args *args);

/* On track @uuid of a counter, its value from then on. */
void perfetto_value(FILE *out, uint64_t uuid, uint64_t time_ns, int64_t value);

#endif
