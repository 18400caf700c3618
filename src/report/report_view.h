/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report on a recording: for a ticket, for a program, for a browser. The same recording gives the
 * same bytes: nothing here asks for the time, the machine or the terminal.
 */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_VIEW_H
#define VMCLOCK_TRACE_REPORT_REPORT_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event/fact.h"
#include "judge/analysis.h"
#include "judge/claim.h"
#include "show/unknown.h"

/* Pointers are borrowed. */
struct report {
	const char *file;	       /* its name, without the directory */
	const struct fact_list *facts; /* as vmclock-trace-recording(5) names them */
	const struct analysis *analysis;
	const char *const *cgroups;  /* of each reader of the account's summary; "": not known */
	uint64_t start_ns;	     /* of the recording, CLOCK_MONOTONIC */
	int64_t start_realtime_ns;   /* CLOCK_REALTIME then */
	const struct utc_track *utc; /* NULL: it is not read yet */
	uint64_t incident;	     /* only this one; 0: all */
	uint64_t since_ns;	     /* only what happened from then on, CLOCK_MONOTONIC; 0: all */
	uint64_t until_ns;	     /* and before; UINT64_MAX: all */

	/* What the recording itself lacks. */
	struct claim_span span;
	const struct page_doubt *doubt;		 /* of the page, where no incident tells of it */
	const struct clock_doubts *clock_doubts; /* of clocks, where none does */
	const char *lost_why;			 /* valid if span.lost */
	uint64_t cut;				 /* that made room for later ones */
	uint64_t bad_rows;			 /* that are damaged */
	const char *damage;			 /* in words; "": none */
	const struct event_gap *unread;		 /* what was found in what cannot be read */
};

/* Is incident or finding asked for? */
bool report_has_incident(const struct report *report, const struct incident *incident);
bool report_has_finding(const struct report *report, const struct finding *finding);

/* Does @finding belong to @incident, by its time? */
bool report_is_of(const struct finding *finding, const struct incident *incident);

/* From when to when @incident is to be seen: with a quarter of its length on either side. */
void report_around(const struct report *report, const struct incident *incident, uint64_t *from_ns,
		   uint64_t *to_ns);

/* Is only a part of the time asked for? */
bool report_is_windowed(const struct report *report);

/* What of @from_ns to @to_ns is in the recording, and asked for; 0: nothing. */
uint64_t report_asked_ns(const struct report *report, uint64_t from_ns, uint64_t to_ns);

/*
 * Is UTC known, by the page or by another clock where that carries none? Else it is by
 * CLOCK_REALTIME as it was at the start.
 */
bool report_utc_is_known(const struct report *report);

/* UTC at the start, by the same. */
int64_t report_start_utc_ns(const struct report *report);

/* By which clock times are, as a clause; @out. */
#define REPORT_UTC_BY_BYTES (WITNESS_TEXT_BYTES + 32)
const char *report_utc_by(const struct report *report, char out[REPORT_UTC_BY_BYTES]);

/* The UTC of a moment, to a millisecond; INSTANT_ISO_BYTES are enough. */
void report_utc(const struct report *report, uint64_t time_ns, char *text, size_t bytes);

/* Is all well: was nothing found, and all of the recording seen? */
struct claim report_claim(const struct report *report);

/* The gap with the worst finding that is known of what was not kept; NULL: none. */
const struct event_gap *report_worst_unkept(const struct report *report);

/*
 * Where no incident was found: were the clocks right, whatever else was found, such as news of what
 * is to come? Not known where two contradict each other.
 */
struct claim report_clocks_claim(const struct report *report);

/* Did nothing tell how CLOCK_REALTIME was by the end of it? */
bool report_end_is_untold(const struct report *report);

/* Did the page say UNRELIABLE of itself while no incident was open? */
bool report_page_is_unreliable(const struct report *report);

/* Was it bad, or nobody vouched for it, so that nothing tells how the clocks were? */
bool report_page_is_bad(const struct report *report);

/* Or that its host has no source of time (FREERUNNING)? */
bool report_page_is_freerunning(const struct report *report);

/*
 * The first of the worst findings that are asked for, and into @count, which may be NULL, how many
 * there are. NULL: none is listed. Owned by the report.
 */
const struct finding *report_worst_finding(const struct report *report, uint64_t *count);

/* Were reads watched? They are seen by hooks, which a recording may have been made without. */
bool report_watched_reads(const struct report *report);

/* Is what was found all that happened? And are all events there that were recorded? */
struct claim report_is_all(const struct report *report);
struct claim report_has_all(const struct report *report);

/* Are all samples of page and clocks? The kernel loses none of those, but uses and settings. */
struct claim report_has_samples(const struct report *report);

/* Of what was not kept from @from_ns to @to_ns: was something found in it, or may have been? */
bool report_unkept(const struct report *report, uint64_t from_ns, uint64_t to_ns);

/* How bad it is at worst: "CRITICAL", "WARNING", "OK"; "UNKNOWN" by report_claim(). Static. */
const char *report_level(const struct report *report);

/*
 * What happened, for how long, how wrong each clock was, whose reads were wrong: sentences for
 * people.
 */
#define REPORT_VERDICT_BYTES 2400
void report_verdict(const struct report *report, char *text, size_t bytes);

/* What is not known and why: @fn for each. */
void report_unknowns(const struct report *report, unknown_fn fn, void *arg);

/* Each writes the whole report to @out; output errors are left in ferror(@out). */
void report_put_text(FILE *out, const struct report *report);
void report_put_json(FILE *out, const struct report *report);
void report_put_html(FILE *out, const struct report *report);

/* Of what report_put_json() writes. */
extern const struct json_schema report_schema;

#endif
