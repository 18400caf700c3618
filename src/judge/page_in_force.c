// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_in_force.h"

#include "judge/clock_error.h"
#include "judge/page_update.h"
#include "page/diff.h"
#include "page/sequence.h"
#include "page/time.h"
#include "page/warning.h"

bool page_in_force_is_renewed(const struct page *before, const struct page *after)
{
	return page_diff(before, after) &
	       (PAGE_FIELD_BIT(PAGE_COUNTER_VALUE) | PAGE_FIELD_BIT(PAGE_TIME_SEC) |
		PAGE_FIELD_BIT(PAGE_TIME_FRAC_SEC));
}

static void set_change(struct page_in_force *in_force, const struct event *event)
{
	struct page_change *change = &in_force->change;

	*change = (struct page_change){
		.time_ns = event->time_ns,
		.last_same_ns = in_force->sample_ns,
		.before = in_force->sample,
		.after = event->page,
		.updates = 1,
	};
	/* No page, or a seq_count that does not count: it did change, once or more. */
	if (page_mode(&change->after) != PAGE_INVALID && page_mode(&change->before) != PAGE_INVALID)
		page_updates_between(&change->before, &change->after,
				     event->time_ns - in_force->sample_ns, &change->updates);
	change->updates += !change->updates;
	in_force->updates += change->updates;
	if (change->updates < 2)
		return;
	in_force->missed += change->updates - 1;
	if (change->time_ns - change->last_same_ns <= PAGE_WATCHED_NS)
		return;
	if (!in_force->unwatched)
		in_force->unwatched_from_ns = change->last_same_ns;
	in_force->unwatched_to_ns = change->time_ns;
	in_force->unwatched += change->updates - 1;
}

static void follow_samples(struct page_in_force *in_force, const struct event *event)
{
	in_force->has_changed = in_force->is_sampled && page_diff(&in_force->sample, &event->page);
	if (in_force->has_changed)
		set_change(in_force, event);
	in_force->is_sampled = true;
	in_force->sample = event->page;
	in_force->sample_ns = event->time_ns;
}

static bool has_other_marker(const struct page *before, const struct page *after)
{
	return page_get(before, PAGE_DISRUPTION_MARKER) != page_get(after, PAGE_DISRUPTION_MARKER);
}

static bool is_out_of_range(const struct page *page, const struct event_ticks *ticks)
{
	const page_warning_set range = PAGE_WARNING_BIT(PAGE_WARN_TIME_OUT_OF_RANGE) |
				       PAGE_WARNING_BIT(PAGE_WARN_ERROR_OUT_OF_RANGE);

	return event_ticks_fit(ticks, page) && (page_warnings_at(page, ticks->after) & range);
}

static void take_page(struct page_in_force *in_force, const struct event *event,
		      const struct event_ticks *ticks)
{
	const struct page *page = &event->page;
	bool moved = in_force->known && has_other_marker(&in_force->page, page);

	if (page_mode(page) == PAGE_INVALID) {
		in_force->is_lost |= in_force->known;
		return;
	}
	if (in_force->known && page_in_force_is_renewed(&in_force->page, page))
		in_force->reference_is_stale = false;
	else if (moved)
		in_force->reference_is_stale = page_mode(page) == PAGE_FULL;
	if (moved)
		in_force->marker_ns = event->time_ns;
	in_force->is_before_reference =
		event_ticks_fit(ticks, page) &&
		(int64_t)(ticks->after - page_get(page, PAGE_COUNTER_VALUE)) < 0;
	in_force->is_out_of_range = is_out_of_range(page, ticks);
	in_force->is_lost = false;
	in_force->known = true;
	in_force->page = *page;
}

/* May CLOCK_REALTIME be judged by it? */
static bool is_believed(const struct page_in_force *in_force)
{
	const struct page *page = &in_force->page;

	return in_force->known && !in_force->is_lost && !in_force->is_torn &&
	       !in_force->is_out_of_range && !in_force->reference_is_stale &&
	       !in_force->is_before_reference && page_tells_utc(page) &&
	       page_is_vouched_for(page) && !page_is_in_doubt(page, NULL, 0);
}

/* By a time that is still that of before its marker moved no clock contradicts the page. */
static void take_peer(struct page_in_force *in_force, const struct event *event)
{
	struct witness_peers *peers = &in_force->peers;
	bool was_off[WITNESS_PEERS];

	for (size_t i = 0; i < WITNESS_PEERS; i++)
		was_off[i] = peers->peer[i].was_off_page;
	witness_peers_event(peers, &in_force->witness, event);
	for (size_t i = 0; i < WITNESS_PEERS && in_force->reference_is_stale; i++)
		peers->peer[i].was_off_page = was_off[i];
}

/* The page, the best of the others, or where there is none the page that is not believed. */
static void choose_witness(struct page_in_force *in_force, const struct event *event)
{
	bool is_other = witness_event(&in_force->other, event);
	bool has_page = in_force->known && page_tells_utc(&in_force->page);
	enum peers_doubt doubt;

	in_force->is_by_witness = in_force->is_contradicted = false;
	if (has_page && (in_force->other.rank == WITNESS_NONE || is_believed(in_force)))
		in_force->witness = (struct witness){.rank = WITNESS_PAGE};
	else
		in_force->witness = in_force->other;
	take_peer(in_force, event);
	/* The others may not have had their turn. */
	if (!is_other || !witness_is_other(&in_force->witness) ||
	    witness_peers_are_new(&in_force->peers, &event->clock))
		return;
	reference_moves_reading(&in_force->moves, event, interval_of(0), in_force->marker_ns);
	doubt = witness_peers_doubt(&in_force->peers, &in_force->witness, event->time_ns);
	in_force->is_by_witness = doubt == PEERS_AGREE;
	in_force->is_contradicted = doubt == PEERS_CONTRADICT;
}

static void follow_page(struct page_in_force *in_force, const struct event *event)
{
	bool is_whole = event->page_state == EVENT_PAGE_STABLE;

	switch (event->type) {
	case EVENT_PAGE:
		in_force->is_torn = event->page_state == EVENT_PAGE_TORN;
		if (!is_whole)
			break;
		follow_samples(in_force, event);
		take_page(in_force, event, &event->sample.ticks);
		break;
	case EVENT_CLOCK:
		if (!is_whole)
			break;
		in_force->is_torn = false;
		take_page(in_force, event, &event->clock.ticks);
		break;
	case EVENT_DEVICE:
		in_force->is_lost = event->device_state == DEVICE_LOST;
		break;
	default:
		break;
	}
}

void page_in_force_event(struct page_in_force *in_force, const struct event *event)
{
	in_force->has_changed = false;
	leap_turn_event(&in_force->leap_turn, event);
	follow_page(in_force, event);
	choose_witness(in_force, event);
}

void page_in_force_resume(struct page_in_force *in_force)
{
	*in_force = (struct page_in_force){.updates = in_force->updates,
					   .missed = in_force->missed,
					   .unwatched = in_force->unwatched,
					   .unwatched_from_ns = in_force->unwatched_from_ns,
					   .unwatched_to_ns = in_force->unwatched_to_ns};
}
