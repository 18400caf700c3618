/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all that was judged comes to, for the summaries of watch, trace, record and replay: how bad
 * it is, and whether the findings are all that there were. By the rule of judge/claim.h. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_OUTCOME_H
#define VMCLOCK_TRACE_JUDGE_OUTCOME_H

#include "judge/finding.h"
#include "judge/judge.h"

struct outcome {
	struct claim well;  /* was all well? */
	struct claim all;   /* is what was found all that there was? It holds, or is unknown */
	const char *level;  /* "ok", "unknown", "warning" or "critical"; static */
	uint64_t unwatched; /* updates of the page that were missed: valid with CLAIM_MISSED */
	/* The worst that was found live where nothing can be seen now; NULL: none is known. */
	const struct event_gap *found;
	bool found_unread; /* in what cannot be read, not in what was not kept */
};

/*
 * After judge_finish(). @worst is the worst of what was found, without which it is FINDING_INFO.
 * @recorded is what a recording has of what happened; NULL: it was watched from beginning to end.
 */
struct outcome outcome_of(const struct judge *judge, enum finding_severity worst,
			  const struct claim_span *recorded);

/* The worse of @worst and that of @finding, which counts if it is a finding_is_alarm(). */
enum finding_severity outcome_worse(enum finding_severity worst, const struct finding *finding);

#endif
