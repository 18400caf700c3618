/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `record` and `replay` show: what is kept where and how, what is found, what it adds up to.
 */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_VIEW_H
#define VMCLOCK_TRACE_RECORD_RECORD_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include "judge/detector.h"
#include "judge/incident.h"
#include "judge/outcome.h"
#include "show/recorded_view.h"

struct record_result {
	uint64_t duration_ns;
	uint64_t events;      /* that were judged */
	uint64_t kept;	      /* of them, written; the others had no news */
	uint64_t lost;	      /* that should have been written, and are not in the file */
	uint64_t cut;	      /* that were written, and made room for later ones */
	bool is_ring;	      /* then those were discarded as requested, and but for ... */
	uint64_t windows;     /* ... those stretches that are kept for good, */
	uint64_t windows_cut; /* and those that were, and had to make room */
	uint64_t bytes;	      /* of the file */
	bool is_gone;	      /* where it was made it is no more: it, or its directory, was moved */
	const char *trouble;  /* why something could not be written; "": nothing */
	const struct detector_counts *counts;
	struct outcome outcome;
};

/* How a replay compares with what was kept. */
struct replay_result {
	uint64_t duration_ns;
	uint64_t events;
	uint64_t same;		      /* findings that are byte for byte those seen live */
	uint64_t different;	      /* that are not, */
	uint64_t missing;	      /* or were not seen live, or only live */
	const char *why_not_compared; /* NULL: they were */
	bool ended;		      /* was the recording closed in order? */
	const struct detector_counts *counts;
	struct outcome outcome;
};

/* Each function writes whole lines to @out. */
struct record_view {
	void (*begin)(FILE *out, const struct record_context *context);
	void (*finding)(FILE *out, uint64_t start_ns, const struct finding *finding);
	/* An incident that is over. */
	void (*incident)(FILE *out, uint64_t start_ns, const struct incident *incident);
	void (*end)(FILE *out, const struct record_context *context,
		    const struct record_result *result);
	void (*replay_begin)(FILE *out, const struct record_context *context);
	void (*replay_end)(FILE *out, const struct record_context *context,
			   const struct replay_result *result);
};

extern const struct record_view record_view_text;
extern const struct record_view record_view_json;

extern const struct json_schema record_schema;
extern const struct json_schema replay_schema;

/* @bytes as people say it: "17 bytes", "1.2 MB". */
#define RECORD_SIZE_BYTES 32
void record_size_text(uint64_t bytes, char text[RECORD_SIZE_BYTES]);

#endif
