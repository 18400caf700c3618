// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page is in force: what is new, what is late, what is no page. */
#include <string.h>

#include "judge/clock_error.h"
#include "judge/detector_state.h"
#include "judge/page_line.h"
#include "page/diff.h"

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

/* Updates from one page to the other; negative where @page is the earlier one. */
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

static void handle_update(struct detector *detector, const struct event *event)
{
	struct finding base = finding_of(FINDING_DISRUPTION, FINDING_INFO, event);
	const struct page *before = &detector->newest.page;
	bool disrupted = page_get(before, PAGE_DISRUPTION_MARKER) !=
			 page_get(&event->page, PAGE_DISRUPTION_MARKER);
	int32_t steps = ahead(before, &event->page);
	bool refreshed = page_line_is_renewed(before, &event->page);
	struct counter_range range;
	bool has_range = range_of(detector, event, &range);

	finding_not_before(&base, detector->newest.seen_ns);
	base.updates = steps > 0 ? (uint32_t)steps / 2 : 0;
	base.missed = base.updates > 1 ? base.updates - 1 : 0;
	base.has_before = true;
	base.has_after = true;
	base.before = *before;
	base.after = event->page;
	detector->counts.updates += base.updates;
	detector->counts.missed_updates += base.missed;
	detector->counts.silent_changes += steps == 0;
	if (refreshed)
		follow_cadence(&detector->cadence, base.found_ns, disrupted);
	take(detector, event);
	detector->clock_is_new = detector->clock_is_old && refreshed && !disrupted;
	detector->clock_is_old = disrupted ? !refreshed : detector->clock_is_old && !refreshed;
	if (disrupted)
		detector->disrupted_ns = base.found_ns;
	if (disrupted || detector->clock_is_new)
		detector->first_page = event->page;
	detector_handle_change(detector, &base, has_range ? &range : NULL);
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
