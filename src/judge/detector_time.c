// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the passing of time shows: stuck writers, stale clocks, a guest that did not run. */
#include "judge/clock_error.h"
#include "judge/detector_state.h"
#include "judge/page_update.h"
#include "page/time.h"

static uint64_t elapsed_ns(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

static int64_t to_signed(uint64_t ns)
{
	return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

static struct ns_interval lengths(uint64_t lo_ns, uint64_t hi_ns)
{
	return (struct ns_interval){.lo_ns = to_signed(lo_ns),
				    .hi_ns = to_signed(hi_ns > lo_ns ? hi_ns : lo_ns)};
}

static void emit_stuck(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_WRITER_STUCK, FINDING_CRITICAL, event);
	const struct stuck_update *stuck = &detector->stuck;
	const struct known_page *newest = &detector->newest;
	uint64_t since_ns = newest->known && newest->seen_ns < stuck->first_ns ? newest->seen_ns
									       : stuck->first_ns;

	finding_not_before(&finding, since_ns);
	finding.has_before = newest->known;
	finding.before = newest->page;
	finding.stuck = (struct finding_stuck){
		.seq = stuck->seq,
		.for_ns = lengths(elapsed_ns(stuck->first_ns, finding.found_ns),
				  elapsed_ns(since_ns, finding.found_ns)),
	};
	detector_emit(detector, &finding);
}

void detector_handle_torn(struct detector *detector, const struct event *event)
{
	uint32_t seq = (uint32_t)page_get(&event->page, PAGE_SEQ_COUNT);
	struct stuck_update *stuck = &detector->stuck;

	if (!(seq & 1) || event->page.length < PAGE_HEADER_BYTES) {
		stuck->odd = false;
		return;
	}
	if (!stuck->odd || stuck->seq != seq)
		*stuck = (struct stuck_update){.odd = true, .seq = seq, .first_ns = event->time_ns};
	if (stuck->told || elapsed_ns(stuck->first_ns, event->time_ns) < detector->options.stuck_ns)
		return;
	stuck->told = true;
	emit_stuck(detector, event);
}

/* @ticks by the page's rate, rounded up; false where that is past 64 bits. */
static bool ticks_ns(const struct page *page, uint64_t ticks, uint64_t *ns)
{
	return !page_error_at(0, page_get(page, PAGE_PERIOD_FRAC_SEC),
			      (uint8_t)page_get(page, PAGE_PERIOD_SHIFT), (int64_t)ticks, ns);
}

/* It began after the last time at which it was not so, or was so with another marker. */
static void emit_reference(struct detector *detector, const struct event *event, uint64_t counter,
			   uint64_t reference)
{
	struct finding finding =
		finding_of(FINDING_COUNTER_BEFORE_REFERENCE, FINDING_CRITICAL, event);
	struct finding_reference *found = &finding.reference;
	uint64_t since_ns = detector->before_last_ns > detector->behind_last_ns
				    ? detector->before_last_ns
				    : detector->behind_last_ns;

	*found = (struct finding_reference){.counter = counter, .ticks = reference - counter};
	found->has_ns = ticks_ns(&event->page, found->ticks, &found->ns);
	finding.since_start = !since_ns;
	if (since_ns)
		finding_not_before(&finding, since_ns);
	finding.has_after = true;
	finding.after = event->page;
	detector_emit(detector, &finding);
}

/* The counter is behind its reference, as it should be. One that flaps is one condition. */
static void handle_behind(struct detector *detector, uint64_t now_ns)
{
	detector->behind_last_ns = now_ns;
	if (now_ns > detector->before_last_ns &&
	    now_ns - detector->before_last_ns >= REFERENCE_QUIET_NS)
		detector->before_reference = false;
}

void detector_handle_reference(struct detector *detector, const struct event *event)
{
	const struct event_ticks *ticks = event_ticks_of(event);
	uint64_t reference = page_get(&event->page, PAGE_COUNTER_VALUE);
	uint64_t marker = page_get(&event->page, PAGE_DISRUPTION_MARKER);
	uint64_t counter = ticks ? ticks->after : event->read.counter;
	bool is_new = !detector->before_reference || detector->before_marker != marker;

	/* A read's counter is the driver's, and so the page's. */
	if (page_mode(&event->page) != PAGE_FULL ||
	    (ticks && !event_ticks_fit(ticks, &event->page)))
		return;
	if ((int64_t)(counter - reference) >= 0) {
		handle_behind(detector, event_end_ns(event));
		return;
	}
	if (is_new)
		emit_reference(detector, event, counter, reference);
	detector->before_reference = true;
	detector->before_marker = marker;
	detector->before_last_ns = event_end_ns(event);
}

/* Is the newest page one whose age can be expressed as an error? */
static bool has_age(const struct detector *detector)
{
	const struct page *page = &detector->newest.page;

	return detector->newest.known && page_is_vouched_for(page) &&
	       page_has_flags(page, VMCLOCK_FLAG_TIME_MAXERROR_VALID |
					    VMCLOCK_FLAG_PERIOD_MAXERROR_VALID) &&
	       page_has(page, PAGE_PERIOD_MAXERROR_RATE) && page_has(page, PAGE_TIME_MAXERROR_NS);
}

/* What age surely has added to the error; all of 64 bits where that is not enough. */
static uint64_t growth_ns(const struct page *page, int64_t delta_ticks)
{
	uint64_t ns;
	int err = page_error_at(0, page_get(page, PAGE_PERIOD_MAXERROR_RATE),
				(uint8_t)page_get(page, PAGE_PERIOD_SHIFT), delta_ticks, &ns);

	if (err)
		return err == -ERANGE ? UINT64_MAX : 0;
	return ns;
}

static uint64_t stale_limit_ns(const struct detector *detector, uint64_t now_ns)
{
	const struct cadence *cadence = &detector->cadence;
	uint64_t promised_ns = page_get(&detector->newest.page, PAGE_TIME_MAXERROR_NS);
	uint64_t least_ns = detector->options.stale_first_ns;

	if (cadence->longest_gap_ns) {
		uint64_t age_ns = elapsed_ns(cadence->refreshed_ns, now_ns);

		if (age_ns / STALE_GAPS < cadence->longest_gap_ns ||
		    age_ns <= cadence->longest_gap_ns * STALE_GAPS)
			return UINT64_MAX;
		least_ns = detector->options.stale_ns;
	}
	return promised_ns > least_ns ? promised_ns : least_ns;
}

static void emit_stale(struct detector *detector, const struct event *event,
		       struct finding_stale stale)
{
	struct finding finding = finding_of(FINDING_NOT_UPDATED, FINDING_WARNING, event);

	finding_not_before(&finding, detector->cadence.refreshed_ns);
	finding.has_after = true;
	finding.after = detector->newest.page;
	finding.stale = stale;
	detector_emit(detector, &finding);
}

void detector_handle_age(struct detector *detector, const struct event *event)
{
	const struct event_ticks *ticks = event_ticks_of(event);
	const struct page *page = &detector->newest.page;
	struct finding_stale stale;
	int64_t delta;

	if (detector->cadence.stale || !has_age(detector) || !event_ticks_fit(ticks, page))
		return;
	delta = (int64_t)(ticks->before - page_get(page, PAGE_COUNTER_VALUE));
	if (delta <= 0)
		return;
	stale.growth_ns = growth_ns(page, delta);
	stale.limit_ns = stale_limit_ns(detector, event->time_ns);
	if (stale.growth_ns <= stale.limit_ns)
		return;
	if (__builtin_add_overflow(stale.growth_ns, page_get(page, PAGE_TIME_MAXERROR_NS),
				   &stale.bound_ns))
		stale.bound_ns = UINT64_MAX;
	if (!ticks_ns(page, (uint64_t)delta, &stale.age_ns))
		stale.age_ns = UINT64_MAX;
	detector->cadence.stale = true;
	emit_stale(detector, event, stale);
}

/*
 * What the counter went on by from the tick before to this one, by its nominal rate. False where it
 * does not tell, or was disrupted meanwhile.
 */
static bool counted_since(const struct detector *detector, const struct event_tick *tick,
			  uint64_t *counted_ns)
{
	uint64_t ticks = tick->ticks.before - tick->last_counter;
	unsigned __int128 ns;

	if (!tick->last_ns || !tick->counter_hz || !tick->last_counter ||
	    !event_ticks_known(&tick->ticks) || (int64_t)ticks <= 0 ||
	    detector->disrupted_ns >= tick->last_ns)
		return false;
	ns = (unsigned __int128)ticks * NSEC_PER_SEC / tick->counter_hz;
	if (ns > INT64_MAX)
		return false;
	*counted_ns = (uint64_t)ns;
	return true;
}

/* @ns and the error of a nominal rate over it. */
static uint64_t with_rate(uint64_t ns)
{
	uint64_t more;

	return __builtin_add_overflow(ns, ns / (1000000 / STUN_RATE_PPM), &more) ? UINT64_MAX
										 : more;
}

/*
 * Was the page sampled after the delay and right before @tick, with the marker of the tick before?
 * Else the counter may have stood still or been set as well, as when a guest moves or is restored.
 */
static bool is_undisturbed(const struct detector *detector, const struct event *event)
{
	const struct known_page *newest = &detector->newest;
	const struct event_tick *tick = &event->tick;
	uint64_t since_ticks = tick->ticks.before - newest->ticks.before;

	return newest->known && detector->marked_ns <= tick->last_ns &&
	       newest->seen_ns >= tick->due_ns &&
	       elapsed_ns(newest->seen_ns, event->time_ns) <= STUN_SAMPLED_NS &&
	       newest->ticks.counter_id == tick->ticks.counter_id &&
	       (unsigned __int128)since_ticks * NSEC_PER_SEC <=
		       (unsigned __int128)tick->counter_hz * STUN_SAMPLED_NS;
}

/*
 * The tick came late, and not because the guest let it wait. CLOCK_MONOTONIC may have stood still
 * besides: only the counter can tell how long it was at most. Of a first tick it is not known how
 * long it waited.
 */
static bool stun_by_monotonic(const struct detector *detector, const struct event *event,
			      struct finding_stun *stun)
{
	const struct event_tick *tick = &event->tick;
	uint64_t late_ns = elapsed_ns(tick->due_ns, event->time_ns);
	uint64_t least_ns = elapsed_ns(tick->waited_ns, late_ns);
	uint64_t most_ns = elapsed_ns(tick->last_ns, event->time_ns);
	uint64_t counted_ns;
	bool counted = counted_since(detector, tick, &counted_ns);

	if (counted && with_rate(counted_ns) > most_ns)
		most_ns = with_rate(counted_ns);
	*stun = (struct finding_stun){
		.by = STUN_BY_MONOTONIC,
		.waited_ns = tick->waited_ns,
		.length = lengths(least_ns, most_ns),
		.at_least = !counted || !is_undisturbed(detector, event),
	};
	return tick->last_ns && least_ns >= detector->options.stun_ns;
}

/* CLOCK_MONOTONIC stood still with the guest, and the counter did not. */
static bool stun_by_counter(const struct detector *detector, const struct event *event,
			    struct finding_stun *stun)
{
	uint64_t monotonic_ns = elapsed_ns(event->tick.last_ns, event->time_ns);
	uint64_t counted_ns, allowed_ns;

	if (!counted_since(detector, &event->tick, &counted_ns) ||
	    __builtin_add_overflow(monotonic_ns, with_rate(counted_ns) - counted_ns, &allowed_ns) ||
	    counted_ns <= allowed_ns)
		return false;
	*stun = (struct finding_stun){
		.by = STUN_BY_COUNTER,
		.length = lengths(counted_ns - allowed_ns, with_rate(counted_ns)),
		.at_least = !is_undisturbed(detector, event),
	};
	return counted_ns - allowed_ns >= detector->options.stun_ns;
}

/* The page has stepped back by what the counter went on too far, meanwhile or behind it. */
static bool is_refuted(const struct detector *detector)
{
	struct ns_interval length = detector->held.stun.length, back;

	return detector->stepped_ns > detector->held.not_before_ns &&
	       !interval_sub(interval_of(0), detector->stepped, &back) &&
	       !interval_widen(length, detector->options.step_ns, &length) &&
	       interval_overlap(back, length);
}

void detector_handle_held(struct detector *detector, const struct event *event, bool renewed)
{
	bool disrupted = detector->disrupted_ns > detector->held.not_before_ns;

	if (!detector->has_held || (!renewed && !disrupted &&
				    elapsed_ns(detector->held.found_ns, event->time_ns) < HELD_NS))
		return;
	detector->has_held = false;
	if (!disrupted && !is_refuted(detector))
		detector_emit(detector, &detector->held);
}

void detector_handle_tick(struct detector *detector, const struct event *event)
{
	struct finding_stun stun;
	struct finding finding;

	if (!stun_by_monotonic(detector, event, &stun) && !stun_by_counter(detector, event, &stun))
		return;
	finding = finding_of(FINDING_STUN, FINDING_WARNING, event);
	finding_not_before(&finding, event->tick.last_ns);
	finding.stun = stun;
	if (stun.by == STUN_BY_MONOTONIC || page_mode(&detector->newest.page) != PAGE_FULL) {
		detector_emit(detector, &finding);
		return;
	}
	if (detector->has_held)
		detector_emit(detector, &detector->held);
	detector->held = finding;
	detector->has_held = !is_refuted(detector);
}
