/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that another refutes. Where a host_step or host_slew says that of two pages one was wrong,
 * and not which, an error is a hull by both. When the marker moves there is another clock, but it
 * may go on from the wrong page: while that incident is open, and it was not shown which page was
 * right, errors may be others by as much as the pages were stepped.
 * Where it was so more than once, each time another page may be the wrong one, or the counter was
 * disturbed: it is a hull over all sums of what the pages moved by.
 * So is one on UTC where a page in TAI changed its offset to UTC, and no leap second explains it.
 * Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_REFUTED_H
#define VMCLOCK_TRACE_JUDGE_REFUTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/instant.h"
#include "event/event.h"
#include "judge/finding.h"
#include "event/scale.h"
#include "page/page.h"

/* Refuted pages that are kept, at most. */
#define REFUTED_PAGES 16

/* All zero: none. With more of them than fit no error is known. */
struct refuted {
	uint64_t marker; /* of the newest; valid if there is any */
	struct page page[REFUTED_PAGES];
	size_t pages;
	bool unlisted;
	/* All that they were stepped by: by it an error by the one of now may be another. */
	struct ns_interval moves;
	/* The same of those before the marker moved. 0 is in both. */
	struct ns_interval carried;
	/* By how much an error on UTC may be another, by the offsets to TAI before. 0 is in it. */
	struct ns_interval utc_doubt;
};

/* Does @finding say that the page before it or the one after it was wrong? */
bool refuted_by(const struct finding *finding);

/* Is that so for UTC alone? @finding is one by refuted_by(). */
bool refuted_utc_alone(const struct finding *finding);

/* The page before @finding, one by refuted_by(). */
void refuted_add(struct refuted *refuted, const struct finding *finding);

/* The marker moved to @marker; @is_settled: it was shown that the page of until then was right. */
void refuted_disrupt(struct refuted *refuted, uint64_t marker, bool is_settled);

/* Take an event: a page with another marker, as there may be after a gap, is of another clock. */
void refuted_event(struct refuted *refuted, const struct event *event);

/*
 * @error, of a clock on @scale, is by @refuted, whose UTC is that of its reference: make it one by
 * the UTC of @now, if a leap second was in between. False where that is not known, or past 292
 * years.
 */
bool refuted_leap(const struct page *refuted, const struct page *now, enum clock_scale scale,
		  struct ns_interval *error);

/* Is any, on all scales? */
bool refuted_any(const struct refuted *refuted);

/*
 * The error by one page after the other, from the newest refuted one to the first: add @by, of the
 * next, to @hull, where @last was that of the page before it, at first that of the page in force.
 * False past 292 years; @hull is then undefined.
 */
bool refuted_join(struct ns_interval *hull, struct ns_interval last, struct ns_interval by);

/* Is any of them without a bound? */
bool refuted_is_unbounded(const struct refuted *refuted);

/*
 * Widen @error, of a clock on @scale, by the offsets of UTC that may be the right one. False past
 * 292 years; @error is then undefined.
 */
bool refuted_widen_utc(const struct refuted *refuted, enum clock_scale scale,
		       struct ns_interval *error);

/*
 * The error of the clock of @event, an EVENT_CLOCK, over its own page and all that are @refuted
 * (NULL: its own alone), their bounds included, into @error. 0, or the reason as clock_error_of()
 * gives it; @error is then undefined.
 */
int refuted_error(const struct refuted *refuted, const struct event *event,
		  struct ns_interval *error);

/*
 * Does the clock of @event, which is good by its own page with @error, leave open which page was
 * wrong: is it as good by a refuted one that shows another time?
 */
bool refuted_in_doubt(const struct refuted *refuted, const struct event *event,
		      struct ns_interval error);

/*
 * Widen @error, by the page before @finding at @time_ns, so that it holds by the page after it too:
 * of a clock on UTC, where refuted_utc_alone() says so.
 * False where that is not known, or past 292 years; @error is then undefined.
 */
bool refuted_widen(const struct finding *finding, uint64_t time_ns, struct ns_interval *error);

#endif
