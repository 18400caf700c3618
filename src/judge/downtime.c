// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/downtime.h"

#include "judge/clock_error.h"
#include "judge/page_in_force.h"
#include "judge/page_update.h"
#include "page/time.h"

static const struct {
	const char *name;
	const char *means;
} reasons[DOWNTIME_UNKNOWNS] = {
	[DOWNTIME_NO_CLOCK] = {"no_clock", "the page carries no clock that could tell"},
	[DOWNTIME_NOT_VOUCHED] = {"not_vouched",
				  "the hypervisor did not vouch for the page's clock before"},
	[DOWNTIME_NEVER_AFTER] = {"never_after",
				  "no clock that the hypervisor vouched for and had renewed was "
				  "seen before the end or the next disruption"},
	[DOWNTIME_NO_TIME] = {"no_time", "the times of the pages cannot be compared"},
	[DOWNTIME_REFUTED] = {"refuted", "two states of the page contradict each other, and which "
					 "is right is not known"},
};

const char *downtime_unknown_name(enum downtime_unknown why)
{
	return (unsigned int)why < DOWNTIME_UNKNOWNS ? reasons[why].name : NULL;
}

const char *downtime_unknown_means(enum downtime_unknown why)
{
	return (unsigned int)why < DOWNTIME_UNKNOWNS ? reasons[why].means : NULL;
}

static uint64_t less(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns - b_ns : 0;
}

static uint64_t marker_of(const struct event *sample)
{
	return page_get(&sample->page, PAGE_DISRUPTION_MARKER);
}

/* The instants of both on one scale: TAI, which has no leap seconds, where both pages give it. */
static int distance(const struct page_time *now, const struct page_time *then,
		    struct ns_interval *out)
{
	if (now->has_tai && then->has_tai)
		return instant_distance(now->tai, then->tai, out);
	if (now->has_utc && then->has_utc)
		return instant_distance(now->utc, then->utc, out);
	return -ENODATA;
}

/* From the first reading of @before, whose page was @old, to the last of @after, by @page. */
static int true_time_by(const struct event *before, const struct page *old,
			const struct event *after, const struct page *page, bool *is_bounded,
			struct ns_interval *out)
{
	struct page_time then, now;

	if (page_time_at(old, before->sample.ticks.before, &then) ||
	    page_time_at(page, after->sample.ticks.after, &now) || distance(&now, &then, out))
		return -ENODATA;
	*is_bounded = then.has_max_error && now.has_max_error;
	if (*is_bounded && (interval_widen(*out, then.max_error_ns, out) ||
			    interval_widen(*out, now.max_error_ns, out)))
		return -ENODATA;
	return 0;
}

/* The same by each page that may have been the right one before. */
static enum downtime_unknown true_time(const struct downtimes *downtimes, const struct page *page,
				       struct downtime *downtime)
{
	const struct event *before = &downtimes->before, *after = &downtimes->after;
	const struct refuted *refuted = &downtimes->refuted_before;
	struct ns_interval gap, last;

	if (true_time_by(before, &before->page, after, page, &downtime->is_bounded, &gap))
		return DOWNTIME_NO_TIME;
	if (refuted->unlisted)
		return DOWNTIME_REFUTED;
	last = gap;
	for (size_t i = refuted->pages; i-- > 0;) {
		struct ns_interval by;
		bool is_bounded;

		if (true_time_by(before, &refuted->page[i], after, page, &is_bounded, &by) ||
		    !refuted_join(&gap, last, by))
			return DOWNTIME_REFUTED;
		downtime->is_bounded &= is_bounded;
		last = by;
	}
	/* It did not run backwards. */
	if (gap.hi_ns < 0)
		return DOWNTIME_NO_TIME;
	gap.lo_ns = gap.lo_ns > 0 ? gap.lo_ns : 0;
	downtime->true_ns = gap;
	return DOWNTIME_KNOWN;
}

/* How long a sample took, by its page's rate: its CLOCK_MONOTONIC is somewhere in it. */
static uint64_t sample_width_ns(const struct event *sample, const struct page *page)
{
	const struct event_ticks *ticks = &sample->sample.ticks;
	uint64_t ns;

	return page_error_at(0, page_get(page, PAGE_PERIOD_FRAC_SEC),
			     (uint8_t)page_get(page, PAGE_PERIOD_SHIFT),
			     (int64_t)(ticks->after - ticks->before), &ns)
		       ? INT64_MAX
		       : ns;
}

/*
 * All of the time between the samples that CLOCK_MONOTONIC may have counted, in true nanoseconds.
 */
static uint64_t counted_ns(const struct event *before, const struct event *after,
			   const struct page *page)
{
	unsigned __int128 ns = less(after->time_ns, before->time_ns);

	ns += sample_width_ns(before, &before->page);
	ns += sample_width_ns(after, page);
	ns += ns * DOWNTIME_RATE_PPM / 1000000 + 1;
	return ns > INT64_MAX ? INT64_MAX : (uint64_t)ns;
}

static void set_length(struct downtimes *downtimes, const struct page *page)
{
	struct downtime *downtime = &downtimes->downtime[downtimes->count - 1];
	uint64_t ran_ns =
		less(counted_ns(&downtimes->before, &downtimes->after, page), downtime->late_ns);

	downtime->length = (struct ns_interval){
		.lo_ns = (int64_t)less((uint64_t)downtime->true_ns.lo_ns, ran_ns),
		.hi_ns = downtime->true_ns.hi_ns,
	};
}

/* Can @look's page decide the disruption that waits for one? Then it does. */
static void try_to_tell(struct downtimes *downtimes, const struct event *sample)
{
	struct downtime *downtime = &downtimes->downtime[downtimes->count - 1];

	if (!page_is_vouched_for(&sample->page) ||
	    !page_in_force_is_renewed(&downtimes->before.page, &sample->page) ||
	    !event_ticks_fit(&downtimes->after.sample.ticks, &sample->page))
		return;
	downtimes->is_waiting = false;
	downtime->unknown = true_time(downtimes, &sample->page, downtime);
	if (downtime->unknown == DOWNTIME_KNOWN)
		set_length(downtimes, &sample->page);
}

static void begin(struct downtimes *downtimes, const struct event *sample)
{
	const struct event *before = &downtimes->sample;
	struct downtime *downtime;

	downtimes->is_waiting = downtimes->is_tick_due = false;
	downtimes->refuted_before = downtimes->refuted;
	downtimes->refuted = (struct refuted){0};
	if (downtimes->count == DOWNTIMES) {
		downtimes->unlisted++;
		return;
	}
	downtimes->before = *before;
	downtimes->after = *sample;
	downtime = &downtimes->downtime[downtimes->count++];
	*downtime =
		(struct downtime){.not_before_ns = before->time_ns, .found_ns = sample->time_ns};
	downtimes->is_tick_due = true;
	if (!event_ticks_fit(&before->sample.ticks, &before->page) ||
	    !event_ticks_known(&sample->sample.ticks))
		downtime->unknown = DOWNTIME_NO_CLOCK;
	else if (!page_is_vouched_for(&before->page))
		downtime->unknown = DOWNTIME_NOT_VOUCHED;
	else
		downtime->unknown = DOWNTIME_NEVER_AFTER;
	downtimes->is_waiting = downtime->unknown == DOWNTIME_NEVER_AFTER;
}

static void handle_sample(struct downtimes *downtimes, const struct event *sample)
{
	if (sample->page_state != EVENT_PAGE_STABLE || page_mode(&sample->page) == PAGE_INVALID)
		return;
	if (downtimes->has_sample && marker_of(sample) != marker_of(&downtimes->sample))
		begin(downtimes, sample);
	if (downtimes->is_waiting)
		try_to_tell(downtimes, sample);
	downtimes->sample = *sample;
	downtimes->has_sample = true;
}

/*
 * The heartbeat of the sample that found it: by how much it was late, and not for want of a CPU. As
 * little as the program itself may have been busy for is no evidence.
 */
static void handle_tick(struct downtimes *downtimes, const struct event *tick)
{
	uint64_t due_ns = tick->tick.due_ns, late_ns;
	struct downtime *downtime;

	/* It is due after a downtime alone: else there may be none yet. */
	if (!downtimes->is_tick_due)
		return;
	downtime = &downtimes->downtime[downtimes->count - 1];
	downtimes->is_tick_due = false;
	if (due_ns < downtime->not_before_ns)
		due_ns = downtime->not_before_ns;
	late_ns = less(less(downtime->found_ns, due_ns), tick->tick.waited_ns);
	if (late_ns < DOWNTIME_LATE_NS)
		return;
	downtime->late_ns = late_ns;
	if (downtime->unknown == DOWNTIME_KNOWN)
		set_length(downtimes, &downtimes->after.page);
}

void downtimes_event(struct downtimes *downtimes, const struct event *event)
{
	if (event->type == EVENT_PAGE)
		handle_sample(downtimes, event);
	else if (event->type == EVENT_TICK)
		handle_tick(downtimes, event);
}

/* By the page after @finding all is later by as much as it moved: widen @gap to both. */
static bool widen(const struct finding *finding, struct ns_interval *gap)
{
	struct ns_interval error;

	if (interval_sub(interval_of(0), *gap, &error) ||
	    !refuted_widen(finding, finding->found_ns, &error) ||
	    interval_sub(interval_of(0), error, gap))
		return false;
	return true;
}

/* The page that decided it may have been the wrong one. */
static void refute(struct downtimes *downtimes, const struct finding *finding)
{
	struct downtime *downtime = &downtimes->downtime[downtimes->count - 1];
	struct ns_interval gap = downtime->true_ns;
	uint64_t shorter_ns;

	if (downtime->unknown != DOWNTIME_KNOWN)
		return;
	if (!widen(finding, &gap)) {
		downtime->unknown = DOWNTIME_REFUTED;
		return;
	}
	gap.lo_ns = gap.lo_ns > 0 ? gap.lo_ns : 0;
	shorter_ns = (uint64_t)(downtime->true_ns.lo_ns - gap.lo_ns);
	downtime->is_bounded &= finding->kind == FINDING_HOST_STEP && finding->step.bounds_disjoint;
	downtime->length.lo_ns = (int64_t)less((uint64_t)downtime->length.lo_ns, shorter_ns);
	downtime->length.hi_ns = gap.hi_ns;
	downtime->true_ns = gap;
}

void downtimes_finding(struct downtimes *downtimes, const struct finding *finding)
{
	if (!refuted_by(finding) || refuted_utc_alone(finding) || !downtimes->has_sample ||
	    page_get(&finding->after, PAGE_DISRUPTION_MARKER) != marker_of(&downtimes->sample))
		return;
	if (downtimes->count && !downtimes->unlisted)
		refute(downtimes, finding);
	refuted_add(&downtimes->refuted, finding);
}
