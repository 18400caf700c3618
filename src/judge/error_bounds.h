/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one event tells of an error, with the page's own bound in it. @line has taken the event;
 * where its page is void nothing is known.
 */
#ifndef VMCLOCK_TRACE_JUDGE_ERROR_BOUNDS_H
#define VMCLOCK_TRACE_JUDGE_ERROR_BOUNDS_H

#include <stdbool.h>

#include "base/instant.h"
#include "event/event.h"
#include "judge/page_in_force.h"
#include "judge/refuted.h"

/*
 * What the page of an EVENT_PAGE claims of its own error when it was looked at, either way, into
 * @bound. False where it claims nothing; @bound is then untouched.
 */
bool error_bound_of_page(const struct page_in_force *line, const struct event *event,
			 struct ns_interval *bound);

/*
 * By how much the clock of an EVENT_CLOCK was off, measurement and the page's bound included, into
 * @error: by all pages that may be right, its own and those @refuted; NULL: by its
 * own. False where that is not known;
 * @error is then undefined.
 */
bool error_bounds_of_clock(const struct page_in_force *line, const struct refuted *refuted,
			   const struct event *event, struct ns_interval *error);

#endif
