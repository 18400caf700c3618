/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's time around the reading of another clock, from counter values. */
#ifndef VMCLOCK_TRACE_JUDGE_PAGE_BRACKET_H
#define VMCLOCK_TRACE_JUDGE_PAGE_BRACKET_H

#include "event/clock_sample.h"
#include "judge/scale_inference.h"

/*
 * @counter with the page's time in place of the counter, on @scale; SCALE_UNKNOWN asks for the
 * page's own. Where the page was updated during the sample, either state of it may have been in
 * force, so `before` is the earlier and `after` the later of what both say.
 *
 * -ENODATA: the sample has no page, or one without a clock for this CPU's counter. -ENOTSUP: the
 * page does not tell that scale. -EDOM, -ERANGE: as page_time_at(). @out is then untouched.
 */
int page_bracket(const struct clock_sample *sample, enum clock_scale scale,
		 const struct counter_bracket *counter, struct bracket *out);

/* The time of the sample's first page at @counter; errors as above but for the scale. */
int page_bracket_time(const struct clock_sample *sample, uint64_t counter, struct page_time *out);

#endif
