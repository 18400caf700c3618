/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which UTC was it at moments of a recording's CLOCK_MONOTONIC, and how surely? Pure.
 *
 * Twice over the same events: first a judge/analysis.h says what happened and so which moments are
 * of interest, when the clocks were bad and when CLOCK_MONOTONIC may have jumped; then the moments
 * are measured. The best of these that the recording has is taken for all of it:
 *
 * page: each sample of a page that is vouched for, with its max error and UTC (told, or by a TAI
 *	offset that is told), and its reference behind the counter. UTC is the page's time from the
 *	counter before the sample to the one after, widened by the max error.
 * realtime: CLOCK_REALTIME with the kernel's own claim of its error, by one second wider where a
 *	page tells of a leap second, which it may smear. After a break a claim is believed only once
 *	it has been made anew, which is seen by its becoming smaller.
 * clock: another clock with the bound that it claims, while it is the witness (judge/witness.h):
 *	where no page can be believed, and no clock contradicts it.
 * facts: CLOCK_REALTIME at the start of the recording, of which no error is known: so no moment has
 *	a bound, and there is only a guess.
 * rough: the same, but where a clock that claims no bound told UTC: the guess is by that.
 *
 * CLOCK_REALTIME is not believed within a bad window of an incident, nor a page while it was not
 * good itself: that another clock stays wrong is no reason not to believe the page. In there, and
 * wherever nothing was looked at, what holds is what fleet/align_track.h makes of the samples
 * before and after.
 */
#ifndef VMCLOCK_TRACE_FLEET_ALIGN_H
#define VMCLOCK_TRACE_FLEET_ALIGN_H

#include "event/event.h"
#include "judge/analysis.h"
#include "fleet/align_track.h"

/* A crystal and the kernel's own limit of steering it; what was seen to be steered comes on top. */
#define ALIGN_RATE_PPM 500

enum align_method {
	ALIGN_BY_FACTS,
	ALIGN_BY_ROUGH, /* never of align_finish(): who has the other clock's time knows it */
	ALIGN_BY_REALTIME,
	ALIGN_BY_CLOCK,
	ALIGN_BY_PAGE,
	ALIGN_METHODS
};

/* "facts", "rough", "realtime", "clock", "page": static. */
const char *align_method_name(enum align_method method);

/* When the clocks of an analysis are to be believed. */
struct align_bound_runs {
	struct align_stretch *bad; /* ascending, apart from each other; its ends are good */
	size_t bads;
	struct align_stretch *page_bad; /* the same of the page alone */
	size_t page_bads;
	struct align_stretch *broken; /* as in struct align_axis */
	size_t breaks;
	uint64_t *step_ns; /* the same */
	size_t steps;
	uint32_t rate_ppm;
};

/* Add those of @analysis, a finished one, to @bound_runs, zero at first. -ENOMEM. */
int align_bound_runs_add(struct align_bound_runs *bound_runs, const struct analysis *analysis);

/* Add those of @from, of another recording along the same CLOCK_MONOTONIC. -ENOMEM. */
int align_bound_runs_join(struct align_bound_runs *bound_runs, const struct align_bound_runs *from);

/* Free what it holds, and empty it. */
void align_bound_runs_free(struct align_bound_runs *bound_runs);

struct align;

/* NULL without memory. What is given must live as long. */
struct align *align_new(const struct align_bound_runs *bound_runs,
			const struct align_moment *moment, size_t moments);

/* NULL is fine. */
void align_free(struct align *align);

/* Take an event; in the order in which they were judged. */
void align_event(struct align *align, const struct event *event);

struct align_result {
	enum align_method method;
	uint64_t anchors;	 /* samples that it is by */
	uint64_t contradictions; /* how often they were at odds with each other */
};

/*
 * No more events: UTC at each moment into @out, as many. Beyond the first and the last event
 * nothing is known: CLOCK_MONOTONIC may have jumped there.
 */
void align_finish(struct align *align, struct align_result *result, struct utc_span *out);

#endif
