// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page is in force: what is new, what is late, what is no page. */
#include <string.h>

#include "judge/clock_error.h"
#include "judge/detector_state.h"
#include "judge/page_in_force.h"
#include "judge/page_update.h"
#include "page/diff.h"
#include "page/sequence.h"

/*
 * Records of the kernel come in the order of their reservation, their page copies a moment later: a
 * copy from before an update may arrive after a sample from behind it, but not by this much.
 */
#define LATE_COPY_NS 1000000000ull

/* Nearly every sample: byte for byte what was there, found without looking at the fields. */
static bool is_same(const struct page *a, const struct page *b)
{
	return (a->length == b->length && !memcmp(a->bytes, b->bytes, sizeof(a->bytes))) ||
	       !page_diff(a, b);
}

/* Steps of seq_count from one page to the other; negative where @page is the earlier one. */
static int32_t ahead(const struct page *known, const struct page *page)
{
	return (int32_t)(uint32_t)(page_get(page, PAGE_SEQ_COUNT) -
				   page_get(known, PAGE_SEQ_COUNT));
}

/* Is @event about the time before the newest page came? */
static bool is_late(const struct detector *detector, const struct event *event)
{
	uint64_t since_ns = detector->newest.since_ns;
	uint64_t end_ns = event_end_ns(event);

	if (ahead(&detector->newest.page, &event->page) >= 0)
		return false;
	/* An own sample is in order by its time; only one that went back in time too is late. */
	return end_ns < since_ns || (!event_is_sample(event) && end_ns - since_ns < LATE_COPY_NS);
}

static void handle_invalid(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_DEVICE_LOST, FINDING_CRITICAL, event);

	if (!event_is_sample(event) || !detector->newest.known || detector->lost)
		return;
	detector->lost = true;
	finding_not_before(&finding, detector->newest.seen_ns);
	finding.has_before = true;
	finding.before = detector->newest.page;
	finding.has_after = true;
	finding.after = event->page;
	finding.lost = LOST_INVALID;
	detector_emit(detector, &finding);
}

/* The newest page is seen once more. */
static void seen_again(struct detector *detector, const struct event *event)
{
	struct known_page *newest = &detector->newest;

	if (event_end_ns(event) > newest->seen_ns)
		newest->seen_ns = event_end_ns(event);
	if (event_is_sample(event) && event_ticks_known(event_ticks_of(event)))
		newest->ticks = *event_ticks_of(event);
}

static void take(struct detector *detector, const struct event *event)
{
	if (!detector->newest.known)
		detector->marked_ns = event_end_ns(event);
	detector->newest = (struct known_page){
		.known = true,
		.page = event->page,
		.since_ns = event_end_ns(event),
		.ticks.counter_id = VMCLOCK_COUNTER_INVALID,
	};
	seen_again(detector, event);
}

/* The counter from the last sample of the newest page to this first one of another. */
static bool range_of(const struct detector *detector, const struct event *event,
		     struct counter_range *range)
{
	const struct event_ticks *before = &detector->newest.ticks;
	const struct event_ticks *after = event_ticks_of(event);

	if (!after || !event_ticks_fit(before, &detector->newest.page) ||
	    !event_ticks_fit(after, &event->page) || (int64_t)(after->after - before->before) < 0)
		return false;
	*range = (struct counter_range){.first = before->before, .last = after->after};
	return true;
}

/* A gap in which the host had stopped, or the guest was elsewhere, is not its habit. */
static void follow_cadence(struct cadence *cadence, uint64_t now_ns, bool disrupted)
{
	uint64_t gap_ns = now_ns > cadence->refreshed_ns ? now_ns - cadence->refreshed_ns : 0;

	if (cadence->refreshed && !cadence->stale && !disrupted && gap_ns > cadence->longest_gap_ns)
		cadence->longest_gap_ns = gap_ns;
	cadence->refreshed = true;
	cadence->stale = false;
	cadence->refreshed_ns = now_ns;
}

/*
 * Is what seq_count says of the way from one page to the other no seqlock's? A new producer counts
 * anew: the page's device came back, or the marker moved.
 */
static bool is_broken(const struct detector *detector, const struct event *event, bool counted,
		      struct finding_seqlock *seqlock)
{
	const struct page *before = &detector->newest.page;
	int32_t steps = ahead(before, &event->page);

	if (!event_is_sample(event) || detector->returned ||
	    page_get(before, PAGE_DISRUPTION_MARKER) !=
		    page_get(&event->page, PAGE_DISRUPTION_MARKER))
		return false;
	*seqlock = (struct finding_seqlock){
		.cause = steps == 0  ? SEQLOCK_UNCHANGED
			 : steps < 0 ? SEQLOCK_BACK
				     : SEQLOCK_JUMPED,
		.old_seq = (uint32_t)page_get(before, PAGE_SEQ_COUNT),
		.new_seq = (uint32_t)page_get(&event->page, PAGE_SEQ_COUNT),
	};
	return !counted || steps == 0;
}

/* Once until the writer kept to it for error_quiet_ns. */
static void handle_sequence(struct detector *detector, const struct finding *base,
			    struct finding_seqlock seqlock)
{
	struct finding finding = *base;
	uint64_t last_ns = detector->broken_ns;

	detector->broken_ns = base->found_ns;
	if (last_ns && base->found_ns - last_ns <= detector->options.error_quiet_ns)
		return;
	finding.kind = FINDING_SEQLOCK_BROKEN;
	finding.severity = FINDING_WARNING;
	finding.seqlock = seqlock;
	detector_emit(detector, &finding);
}

static void handle_update(struct detector *detector, const struct event *event)
{
	struct finding base = finding_of(FINDING_DISRUPTION, FINDING_INFO, event);
	const struct page *before = &detector->newest.page;
	bool disrupted = page_get(before, PAGE_DISRUPTION_MARKER) !=
			 page_get(&event->page, PAGE_DISRUPTION_MARKER);
	bool refreshed = page_in_force_is_renewed(before, &event->page);
	struct finding_seqlock seqlock;
	struct counter_range range;
	bool has_range = range_of(detector, event, &range), counted, broken;
	bool was_vouched = page_is_vouched_for(before);

	finding_not_before(&base, detector->newest.seen_ns);
	counted = page_updates_between(before, &event->page, base.found_ns - base.not_before_ns,
				       &base.updates);
	broken = is_broken(detector, event, counted, &seqlock);
	base.missed = base.updates > 1 ? base.updates - 1 : 0;
	base.has_before = true;
	base.has_after = true;
	base.before = *before;
	base.after = event->page;
	detector->counts.updates += base.updates;
	detector->counts.missed_updates += base.missed;
	if (was_vouched && !disrupted && !page_is_vouched_for(&event->page)) {
		detector->has_vouched = true;
		detector->vouched = *before;
		detector->vouched_ns = detector->newest.seen_ns;
		detector->vouched_ticks = detector->newest.ticks;
	}
	detector->has_vouched &= !disrupted && !detector->clock_is_old;
	detector->counts.silent_changes += broken && seqlock.cause == SEQLOCK_UNCHANGED;
	if (refreshed)
		follow_cadence(&detector->cadence, base.found_ns, disrupted);
	take(detector, event);
	detector->clock_is_new = detector->clock_is_old && refreshed && !disrupted;
	detector->clock_is_old = disrupted ? !refreshed : detector->clock_is_old && !refreshed;
	if (disrupted)
		detector->disrupted_ns = base.found_ns;
	if (disrupted || detector->clock_is_new)
		detector->first_page = event->page;
	if (broken)
		handle_sequence(detector, &base, seqlock);
	detector_handle_change(detector, &base, has_range ? &range : NULL);
	detector->has_vouched &= !page_is_vouched_for(&event->page);
	detector_handle_held(detector, event, refreshed);
}

static void handle_first(struct detector *detector, const struct event *event)
{
	struct finding base = finding_of(FINDING_DISRUPTION, FINDING_INFO, event);

	base.since_start = true;
	base.has_after = true;
	base.after = event->page;
	detector->first_page = event->page;
	detector->cadence.refreshed_ns = base.found_ns;
	take(detector, event);
	detector_handle_first(detector, &base);
}

void detector_handle_page(struct detector *detector, const struct event *event)
{
	struct known_page *newest = &detector->newest;

	if (event->page_state != EVENT_PAGE_STABLE && event->page_state != EVENT_PAGE_MOVED)
		return;
	if (page_mode(&event->page) == PAGE_INVALID) {
		handle_invalid(detector, event);
		return;
	}
	if (newest->known && is_late(detector, event)) {
		detector->counts.late_copies++;
		return;
	}
	detector->returned = detector->lost;
	detector->lost = false;
	if (event_is_sample(event))
		detector->stuck.odd = false;
	if (!newest->known)
		handle_first(detector, event);
	else if (is_same(&newest->page, &event->page))
		seen_again(detector, event);
	else if (event_is_sample(event) || ahead(&newest->page, &event->page))
		handle_update(detector, event);
}
