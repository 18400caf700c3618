/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one event says of an error, by the page in force, which has taken it. Where the marker moved
 * and the reference has not been renewed, nothing is known: the one place that asks for that.
 */
#ifndef VMCLOCK_TRACE_JUDGE_ERROR_BOUNDS_H
#define VMCLOCK_TRACE_JUDGE_ERROR_BOUNDS_H

#include <stdbool.h>

#include "base/instant.h"
#include "event/event.h"
#include "judge/clock_error.h"
#include "judge/page_in_force.h"

/*
 * What the page of an EVENT_PAGE claims of its own error when it was looked at, either way, into
 * @bound. False where it claims nothing; @bound is then untouched.
 */
bool error_bound_of_page(const struct page_in_force *line, const struct event *event,
			 struct ns_interval *bound);

/*
 * As clock_error_bounded() of an EVENT_CLOCK, but by the page in force @line: the reason can be
 * ERROR_OLD_LINE too. @error and @bounded are undefined unless it returns 0.
 */
int error_by_page_in_force(const struct page_in_force *line, const struct event *event,
			   struct clock_error *error, struct ns_interval *bounded);

/*
 * By how much the clock of an EVENT_CLOCK was off by its own page, measurement and the page's bound
 * included, into @error. False where that is not known; @error is then undefined.
 */
bool error_bounds_of_clock(const struct page_in_force *line, const struct event *event,
			   struct ns_interval *error);

/*
 * By how much CLOCK_REALTIME was off by the EVENT_CLOCK of another clock, measurement and that
 * clock's bound included, into @error; where that clock was stepped itself, by all places where it
 * was (judge/reference_moves.h). False where that clock is not the one that CLOCK_REALTIME is
 * held against, as the page tells no time; @error is then undefined.
 */
bool error_bounds_by_witness(const struct page_in_force *line, const struct event *event,
			     struct ns_interval *error);

#endif
