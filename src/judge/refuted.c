// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/refuted.h"

#include <string.h>

#include "judge/clock_error.h"
#include "judge/health.h"
#include "judge/page_update.h"
#include "page/diff.h"

#define PPT 1000000000000ull

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

/* Seconds by which TAI is later less UTC by @after than by @before: UTC is earlier by them. */
static int64_t offset_growth(const struct page *before, const struct page *after)
{
	return tai_less_utc(after) - tai_less_utc(before);
}

/* One second, as a leap that either page has on it, in that direction. */
static bool is_leap(const struct page *before, const struct page *after, int64_t growth_sec)
{
	const struct page *const pages[] = {before, after};

	for (size_t i = 0; i < 2; i++) {
		uint64_t leap = page_get(pages[i], PAGE_LEAP_INDICATOR);

		if (growth_sec == 1 && (leap == VMCLOCK_LEAP_PRE_POS || leap == VMCLOCK_LEAP_POS ||
					leap == VMCLOCK_LEAP_POST_POS))
			return true;
		if (growth_sec == -1 &&
		    (leap == VMCLOCK_LEAP_PRE_NEG || leap == VMCLOCK_LEAP_POST_NEG))
			return true;
	}
	return false;
}

/* UTC is made from TAI by an offset; a page that nobody vouched for proved nothing by its own. */
static bool offset_is_refuted(const struct page *before, const struct page *after)
{
	int64_t growth_sec;

	if (page_get(after, PAGE_TIME_TYPE) != VMCLOCK_TIME_TAI ||
	    page_get(before, PAGE_TIME_TYPE) != VMCLOCK_TIME_TAI || !has_tai(before) ||
	    !has_tai(after) || !page_is_vouched_for(before))
		return false;
	growth_sec = offset_growth(before, after);
	return growth_sec && !is_leap(before, after, growth_sec);
}

bool refuted_utc_alone(const struct finding *finding)
{
	return finding->kind == FINDING_TAI_OFFSET_CHANGE;
}

bool refuted_by(const struct finding *finding)
{
	if (refuted_utc_alone(finding))
		return finding->has_before && offset_is_refuted(&finding->before, &finding->after);
	return finding->kind == FINDING_HOST_STEP || finding->kind == FINDING_HOST_SLEW;
}

/* What was in doubt against the page before is so against the one after, by as much more. */
static void add_utc(struct refuted *refuted, const struct finding *finding)
{
	int64_t growth_sec = offset_growth(&finding->before, &finding->after);
	struct ns_interval doubt;

	if (interval_add(refuted->utc_doubt, interval_of(-growth_sec * NSEC_PER_SEC), &doubt))
		refuted->unlisted = true;
	else
		refuted->utc_doubt = interval_hull(doubt, interval_of(0));
}

static void add_page(struct refuted *refuted, const struct page *page)
{
	if (refuted->pages && !page_diff(&refuted->page[refuted->pages - 1], page))
		return;
	if (refuted->pages == REFUTED_PAGES)
		refuted->unlisted = true;
	else
		refuted->page[refuted->pages++] = *page;
}

/* @after as it would be if it had kept to the rate of @before. */
static struct page at_old_rate(const struct page *before, const struct page *after)
{
	static const enum page_field rate[] = {PAGE_PERIOD_FRAC_SEC, PAGE_PERIOD_SHIFT,
					       PAGE_PERIOD_ESTERROR_RATE,
					       PAGE_PERIOD_MAXERROR_RATE};
	struct page page = *after;

	for (size_t i = 0; i < sizeof(rate) / sizeof(rate[0]); i++) {
		const struct page_field_info *info = page_field_info(rate[i]);

		memcpy(page.bytes + info->offset, before->bytes + info->offset, info->width);
	}
	return page;
}

static bool join_moves(struct ns_interval *moves, struct ns_interval moved)
{
	return !__builtin_add_overflow(moves->lo_ns, moved.lo_ns < 0 ? moved.lo_ns : 0,
				       &moves->lo_ns) &&
	       !__builtin_add_overflow(moves->hi_ns, moved.hi_ns > 0 ? moved.hi_ns : 0,
				       &moves->hi_ns);
}

/* By how much the page of now is from the one before @finding; false: it is not known. */
static bool add_move(struct refuted *refuted, const struct finding *finding)
{
	struct ns_interval moved;

	if (finding->kind != FINDING_HOST_STEP)
		return true;
	return !finding->step.out_of_range &&
	       !interval_widen(finding->step.moved, finding->step.bound_ns, &moved) &&
	       join_moves(&refuted->moves, moved);
}

/* What is not known is 292 years. */
static void add_any_move(struct refuted *refuted, const struct finding *finding)
{
	if (!add_move(refuted, finding))
		refuted->moves = (struct ns_interval){INT64_MIN, INT64_MAX};
}

void refuted_add(struct refuted *refuted, const struct finding *finding)
{
	refuted->marker = page_get(&finding->after, PAGE_DISRUPTION_MARKER);
	if (refuted_utc_alone(finding))
		add_utc(refuted, finding);
	else {
		add_page(refuted, &finding->before);
		add_any_move(refuted, finding);
	}
	/* With a step in the same update only one of the two may be a lie. */
	if (finding->kind == FINDING_HOST_SLEW) {
		const struct page page = at_old_rate(&finding->before, &finding->after);

		add_page(refuted, &page);
	}
}

static bool is_utc_in_doubt(const struct refuted *refuted)
{
	return refuted->utc_doubt.lo_ns || refuted->utc_doubt.hi_ns;
}

static bool has_carried(const struct refuted *refuted)
{
	return refuted->carried.lo_ns || refuted->carried.hi_ns;
}

void refuted_event(struct refuted *refuted, const struct event *event)
{
	if ((!refuted_any(refuted) && !is_utc_in_doubt(refuted)) ||
	    event->page_state != EVENT_PAGE_STABLE || page_mode(&event->page) == PAGE_INVALID ||
	    (event->type != EVENT_PAGE && event->type != EVENT_CLOCK))
		return;
	if (refuted->marker != page_get(&event->page, PAGE_DISRUPTION_MARKER))
		refuted_disrupt(refuted, page_get(&event->page, PAGE_DISRUPTION_MARKER), false);
}

void refuted_disrupt(struct refuted *refuted, uint64_t marker, bool is_settled)
{
	struct ns_interval carried = refuted->carried;

	if (!refuted_any(refuted) || is_settled) {
		*refuted = (struct refuted){0};
		return;
	}
	if (!join_moves(&carried, refuted->moves))
		carried = (struct ns_interval){INT64_MIN, INT64_MAX};
	*refuted = (struct refuted){.marker = marker, .carried = carried};
}

bool refuted_any(const struct refuted *refuted)
{
	return refuted->pages || refuted->unlisted || has_carried(refuted);
}

bool refuted_join(struct ns_interval *hull, struct ns_interval last, struct ns_interval by)
{
	struct ns_interval move;

	if (hull->lo_ns == last.lo_ns && hull->hi_ns == last.hi_ns) {
		*hull = interval_hull(last, by);
		return true;
	}
	/* What lies between two pages is known as well as both are. */
	return !interval_sub(by, last, &move) &&
	       !__builtin_add_overflow(hull->lo_ns, move.lo_ns < 0 ? move.lo_ns : 0,
				       &hull->lo_ns) &&
	       !__builtin_add_overflow(hull->hi_ns, move.hi_ns > 0 ? move.hi_ns : 0, &hull->hi_ns);
}

bool refuted_is_unbounded(const struct refuted *refuted)
{
	for (size_t i = 0; i < refuted->pages; i++) {
		if (!page_has_flags(&refuted->page[i], VMCLOCK_FLAG_TIME_MAXERROR_VALID |
							       VMCLOCK_FLAG_PERIOD_MAXERROR_VALID))
			return true;
	}
	return refuted->unlisted;
}

bool refuted_widen_utc(const struct refuted *refuted, enum clock_scale scale,
		       struct ns_interval *error)
{
	return scale != SCALE_UTC || !is_utc_in_doubt(refuted) ||
	       !interval_add(*error, refuted->utc_doubt, error);
}

/* Is UTC made from TAI by that page's offset? Else the offset moves nothing. */
static bool is_utc_by_offset(const struct page *page)
{
	return page_get(page, PAGE_TIME_TYPE) == VMCLOCK_TIME_TAI;
}

bool refuted_leap(const struct page *refuted, const struct page *now, enum clock_scale scale,
		  struct ns_interval *error)
{
	struct ns_interval before = *error;
	int64_t later = 0;

	if (scale != SCALE_UTC)
		return true;
	if (has_tai(refuted) && has_tai(now))
		later = offset_growth(refuted, now);
	else if (has_leap(refuted) || has_leap(now))
		return false;
	if (interval_add(*error, interval_of(later * NSEC_PER_SEC), error))
		return false;
	/* The offset may have been wrong, and UTC not. */
	if (later && !is_leap(refuted, now, later) &&
	    !(is_utc_by_offset(refuted) && is_utc_by_offset(now)))
		*error = interval_hull(*error, before);
	return true;
}

int refuted_error(const struct refuted *refuted, const struct event *event,
		  struct ns_interval *error)
{
	struct clock_error own, other;
	struct ns_interval last;
	struct event by;
	int why = clock_error_bounded(event, &own, error);

	if (!refuted)
		return why;
	by = *event;
	last = *error;
	for (size_t i = refuted->pages; !why && i-- > 0;) {
		struct ns_interval also;

		by.page = refuted->page[i];
		if (clock_error_bounded(&by, &other, &also) ||
		    !refuted_leap(&by.page, &event->page, own.scale, &also) ||
		    !refuted_join(error, last, also))
			return -(int)ERROR_REFUTED - 1;
		last = also;
	}
	if (!why && (refuted->unlisted || interval_add(*error, refuted->carried, error) ||
		     !refuted_widen_utc(refuted, own.scale, error)))
		why = -(int)ERROR_REFUTED - 1;
	return why;
}

/* Is it as good where the page is off by what those before the marker moved had moved by? */
static bool carries_doubt(const struct refuted *refuted, const struct event *event,
			  struct ns_interval error)
{
	const int64_t move[] = {refuted->carried.lo_ns, refuted->carried.hi_ns};

	for (size_t i = 0; i < 2; i++) {
		struct ns_interval also;

		if (move[i] &&
		    (interval_add(error, interval_of(move[i]), &also) ||
		     (!interval_overlap(also, error) && health_of_clock(&event->clock, also))))
			return true;
	}
	return false;
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
	return refuted->unlisted || carries_doubt(refuted, event, error);
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

/* How old the reference of the page before was when @finding was found; false: not known. */
static bool age_before(const struct finding *finding, uint64_t *age_ns)
{
	const struct event *event = &finding->event;
	const struct event_ticks *ticks =
		event->type == EVENT_CLOCK ? &event->clock.ticks : &event->sample.ticks;
	uint64_t reference = page_get(&finding->before, PAGE_COUNTER_VALUE);
	struct page_time then, now;
	struct ns_interval age;

	if ((event->type != EVENT_CLOCK && event->type != EVENT_PAGE) ||
	    !event_ticks_fit(ticks, &finding->before) ||
	    page_time_at(&finding->before, reference, &then) ||
	    page_time_at(&finding->before, ticks->after, &now) ||
	    instant_distance(now.at, then.at, &age))
		return false;
	*age_ns = age.hi_ns > 0 ? (uint64_t)age.hi_ns : 0;
	return true;
}

/* The lines of both pages meet where the rate changed: behind the reference of the one before. */
static bool widen_by_slew(const struct finding *finding, uint64_t time_ns,
			  struct ns_interval *error)
{
	const struct finding_slew *slew = &finding->slew;
	uint64_t since_ns = finding->found_ns > time_ns ? finding->found_ns - time_ns : 0, age_ns;
	uint64_t change_ppt =
		slew->change_ppt < 0 ? 0 - (uint64_t)slew->change_ppt : (uint64_t)slew->change_ppt;
	unsigned __int128 apart_ns;

	if (!age_before(finding, &age_ns))
		return false;
	apart_ns = ((unsigned __int128)since_ns + age_ns) * change_ppt / PPT + 1;
	return !slew->out_of_range && apart_ns <= INT64_MAX &&
	       !interval_widen(*error, (uint64_t)apart_ns, error);
}

/* The clock is on UTC, which is earlier by as much as the offset grew. */
static bool widen_by_offset(const struct finding *finding, struct ns_interval *error)
{
	int64_t growth_sec = offset_growth(&finding->before, &finding->after);
	struct ns_interval after;

	if (interval_add(*error, interval_of(growth_sec * NSEC_PER_SEC), &after))
		return false;
	*error = interval_hull(*error, after);
	return true;
}

bool refuted_widen(const struct finding *finding, uint64_t time_ns, struct ns_interval *error)
{
	if (refuted_utc_alone(finding))
		return widen_by_offset(finding, error);
	return finding->kind == FINDING_HOST_STEP ? widen_by_step(&finding->step, error)
						  : widen_by_slew(finding, time_ns, error);
}
