/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a report says first: a headline, five figures, what to do now, and the incidents by harm.
 * One model for text, JSON and HTML; everything in it is what the analysis has seen. Pure.
 */
#ifndef VMCLOCK_TRACE_REPORT_VERDICT_H
#define VMCLOCK_TRACE_REPORT_VERDICT_H

#include <stddef.h>

#include "report/report_view.h"
#include "show/incident_words.h"

#define VERDICT_VALUE_BYTES INCIDENT_OFF_BYTES
#define VERDICT_NOTE_BYTES  512
#define VERDICT_WORDS	    INCIDENT_HEADLINE_WORDS /* of a headline, at most */

/* X(constant, name for programs, words for people, sentence for the manual) */
#define VERDICT_FIGURE_LIST(X)                                                                     \
	X(WINDOW, "bad_window", "longest bad window",                                              \
	  "The longest time in which a clock was bad.")                                            \
	X(CLOCK, "worst_clock", "worst clock", "The clock that was the furthest off.")             \
	X(READS, "wrong_reads", "wrong reads", "How many reads got a wrong time, and of whom.")    \
	X(DOWNTIME, "downtime", "downtime", "The longest time for which the guest did not run.")   \
	X(NOW, "right_again", "right again", "Whether all clocks are right again.")

enum verdict_figure {
#define VERDICT_FIGURE_ENUM(constant, name, words, about) VERDICT_##constant,
	VERDICT_FIGURE_LIST(VERDICT_FIGURE_ENUM)
#undef VERDICT_FIGURE_ENUM
	VERDICT_FIGURES
};

/* "bad_window"; "longest bad window"; a sentence. Static. */
const char *verdict_figure_name(enum verdict_figure figure);
const char *verdict_figure_words(enum verdict_figure figure);
const char *verdict_figure_about(enum verdict_figure figure);

/* Of a figure: the claim that it is well, by judge/claim.h. */
struct verdict_line {
	enum claim_state well;
	char value[VERDICT_VALUE_BYTES]; /* a few words */
	char note[VERDICT_NOTE_BYTES];	 /* which incident, by whom, why not known; "": nothing */
};

/* Pointers are borrowed from the report. */
struct verdict {
	const char *level;			/* report_level() */
	char headline[INCIDENT_HEADLINE_BYTES]; /* at most VERDICT_WORDS words */
	struct verdict_line line[VERDICT_FIGURES];
	char action[VERDICT_NOTE_BYTES];		     /* what to do now; "": nothing */
	char command[VERDICT_VALUE_BYTES];		     /* by which command; "": by none */
	const struct incident *incident[ANALYSIS_INCIDENTS]; /* that are asked for, by harm */
	size_t incidents;
};

/* Reads of the clock in some incidents, and by how many processes. */
struct reads {
	uint64_t all, known, wrong, failed; /* wrong: of those known */
	uint64_t unknown;		    /* neither known nor failed */
	uint64_t processes, wrong_processes;
};

/* Of each @incident, both borrowed. */
struct reads reads_of(const struct incident *const *incident, size_t incidents);

/* Of @report, into @out. */
void verdict_of(const struct report *report, struct verdict *out);

/* What verdict_of() says of what it has found: the headline, and what to do now. */
void verdict_put_headline(const struct report *report, struct verdict *verdict);
void verdict_put_action(const struct report *report, struct verdict *verdict);

/* Is @a worse than @b: not recovered, graver, further off, longer? */
bool verdict_is_worse(const struct incident *a, const struct incident *b);

#endif
