// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/refuted.h"

#include "judge/clock_error.h"
#include "judge/health.h"

#define PPT 1000000000000ull

void refuted_add(struct refuted *refuted, const struct finding *finding)
{
	if (refuted->pages == REFUTED_PAGES)
		refuted->unlisted = true;
	else
		refuted->page[refuted->pages++] = finding->before;
}

void refuted_event(struct refuted *refuted, const struct event *event)
{
	if (!refuted->pages || event->page_state != EVENT_PAGE_STABLE ||
	    (event->type != EVENT_PAGE && event->type != EVENT_CLOCK))
		return;
	if (page_get(&refuted->page[0], PAGE_DISRUPTION_MARKER) !=
	    page_get(&event->page, PAGE_DISRUPTION_MARKER))
		*refuted = (struct refuted){0};
}

bool refuted_any(const struct refuted *refuted)
{
	return refuted->pages || refuted->unlisted;
}

static bool has_tai(const struct page *page)
{
	return page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID);
}

static bool has_leap(const struct page *page)
{
	return page_get(page, PAGE_LEAP_INDICATOR) != VMCLOCK_LEAP_NONE;
}

/* TAI less UTC, whichever sign the producer gave it. */
static int64_t tai_less_utc(const struct page *page)
{
	int64_t offset = page_get_signed(page, PAGE_TAI_OFFSET_SEC);

	return offset < 0 ? -offset : offset;
}

bool refuted_leap(const struct page *refuted, const struct page *now, enum clock_scale scale,
		  struct ns_interval *error)
{
	int64_t later = 0;

	if (scale != SCALE_UTC)
		return true;
	if (has_tai(refuted) && has_tai(now))
		later = tai_less_utc(now) - tai_less_utc(refuted);
	else if (has_leap(refuted) || has_leap(now))
		return false;
	return !interval_add(*error, interval_of(later * NSEC_PER_SEC), error);
}

int refuted_error(const struct refuted *refuted, const struct event *event,
		  struct ns_interval *error)
{
	struct clock_error own, other;
	struct event by;
	int why = clock_error_bounded(event, &own, error);

	if (!refuted || !refuted_any(refuted))
		return why;
	by = *event;
	for (size_t i = 0; !why && i < refuted->pages; i++) {
		struct ns_interval also;

		by.page = refuted->page[i];
		if (clock_error_bounded(&by, &other, &also) ||
		    !refuted_leap(&by.page, &event->page, own.scale, &also))
			return -(int)ERROR_REFUTED - 1;
		*error = interval_hull(*error, also);
	}
	return !why && refuted->unlisted ? -(int)ERROR_REFUTED - 1 : why;
}

bool refuted_in_doubt(const struct refuted *refuted, const struct event *event,
		      struct ns_interval error)
{
	struct event by = *event;

	for (size_t i = 0; i < refuted->pages; i++) {
		struct clock_error other;
		struct ns_interval also;

		by.page = refuted->page[i];
		if (clock_error_bounded(&by, &other, &also) ||
		    !refuted_leap(&by.page, &event->page, other.scale, &also))
			return true;
		if (!interval_overlap(also, error) && health_of_clock(&event->clock, also))
			return true;
	}
	return refuted->unlisted;
}

/* By the page after the step, which is step->moved ahead. */
static bool widen_by_step(const struct finding_step *step, struct ns_interval *error)
{
	struct ns_interval after;

	if (step->out_of_range || interval_sub(*error, step->moved, &after) ||
	    interval_widen(after, step->bound_ns, &after))
		return false;
	*error = interval_hull(*error, after);
	return true;
}

/* The lines of both pages meet where the rate changed. */
static bool widen_by_slew(const struct finding *finding, uint64_t time_ns,
			  struct ns_interval *error)
{
	const struct finding_slew *slew = &finding->slew;
	uint64_t since_ns = finding->found_ns > time_ns ? finding->found_ns - time_ns : 0;
	uint64_t change_ppt =
		slew->change_ppt < 0 ? 0 - (uint64_t)slew->change_ppt : (uint64_t)slew->change_ppt;
	unsigned __int128 apart_ns = (unsigned __int128)since_ns * change_ppt / PPT + 1;

	return !slew->out_of_range && apart_ns <= INT64_MAX &&
	       !interval_widen(*error, (uint64_t)apart_ns, error);
}

bool refuted_widen(const struct finding *finding, uint64_t time_ns, struct ns_interval *error)
{
	return finding->kind == FINDING_HOST_STEP ? widen_by_step(&finding->step, error)
						  : widen_by_slew(finding, time_ns, error);
}
