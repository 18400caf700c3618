/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the live view says, in words and cells; drawn elsewhere. No I/O. */
#ifndef VMCLOCK_TRACE_TOP_TOP_WORDS_H
#define VMCLOCK_TRACE_TOP_TOP_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "show/level.h"
#include "top/top_model.h"

/* How it is now. */
enum level top_level_of(const struct top_state *state);

/* "OK", "UNKNOWN", "WARNING", "CRITICAL": static. */
const char *top_level_name(enum level level);

/* That of a finding of @severity; news are LEVEL_OK. */
enum level top_level_of_severity(enum finding_severity severity);

#define TOP_NS_BYTES 32

/* @ns in three digits, as "131 us", "9.00 s", "2 h 14 min"; with its sign if @sign. @out. */
const char *top_ns(int64_t ns, bool sign, char out[TOP_NS_BYTES]);

/* How it is now, a sentence behind the level's name: "CRITICAL: disruption 3.00 s ago; ..." */
#define TOP_SENTENCE_BYTES 640
void top_now_sentence(const struct top_state *state, char *text, size_t bytes);

/* What was found since the start, and whether that is all: "since ...: CRITICAL; findings: 2". */
void top_since_sentence(const struct top_state *state, char *text, size_t bytes);

/* What was lost, and what is not seen and why. */
void top_losses_sentence(const struct top_state *state, char *text, size_t bytes);

/* A moment; "2026-11-30 15:20:01Z" with @date. Where no clock tells UTC, "~" first. */
#define TOP_TIME_BYTES 32
void top_time(bool has_utc, int64_t utc_ns, bool date, char text[TOP_TIME_BYTES]);

/* One row of the clocks. Harmless for a terminal. */
#define TOP_NAME_BYTES 160
struct top_row {
	char name[TOP_NAME_BYTES];
	bool known;
	char error[TOP_NS_BYTES];  /* signed; of the page its status */
	const char *direction;	   /* "behind", "ahead", "agrees"; "" of the page. Static */
	char bound[TOP_NS_BYTES];  /* how well that is known, either way */
	char claims[TOP_NS_BYTES]; /* what it claims of itself, either way */
	char by[TOP_NAME_BYTES];   /* by whom it is judged */
	char why[160];		   /* why the error is not known */
	uint64_t floor_ns;	   /* what its bars are low within */
};

void top_page_row(const struct top_state *state, struct top_row *row);
void top_clock_row(const struct top_state *state, const struct top_clock *clock,
		   struct top_row *row);

#endif
