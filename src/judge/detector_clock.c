// SPDX-License-Identifier: GPL-2.0-or-later
/* Other clocks: bounds that the page refutes, the wrong scale, and who set the system clock. */
#include "judge/clock_error.h"
#include "judge/detector_state.h"
#include "judge/scale_inference.h"
#include "page/smear.h"

static bool is_near(struct ns_interval offset)
{
	struct ns_interval near = {.lo_ns = -(int64_t)SCALE_NEAR_NS, .hi_ns = SCALE_NEAR_NS};

	return interval_overlap(offset, near);
}

static struct finding_clock clock_finding(const struct event *event,
					  const struct clock_error *error)
{
	return (struct finding_clock){
		.clock = event->clock.clock,
		.offset = error->offset,
		.scale = error->scale,
		.claim_ns = event->clock.has_claim ? event->clock.max_error_ns : 0,
		.page_claim_ns = error->has_page_claim ? error->page_claim_ns : 0,
		.beyond = error->offset,
	};
}

static void emit_clock(struct detector *detector, struct finding *finding)
{
	finding_not_before(finding, finding->event.time_ns);
	finding->has_after = true;
	finding->after = finding->event.page;
	detector_emit(detector, finding);
}

/* What is known of the clock of @event. Reference clocks beyond the table share the last entry. */
static struct known_clock *known_of(struct detector *detector, const struct event *event)
{
	int32_t number = event->clock.reference.number;
	struct known_clock *last = &detector->reference[DETECTOR_REFERENCES - 1];

	if (event->clock.clock != OBSERVED_PHC_OTHER)
		return &detector->clock[event->clock.clock];
	for (size_t i = 0; i < detector->references; i++) {
		if (detector->reference[i].number == number)
			return &detector->reference[i];
	}
	if (detector->references < DETECTOR_REFERENCES)
		last = &detector->reference[detector->references++];
	*last = (struct known_clock){.number = number};
	return last;
}

/* Is the clock where the other scale is? Returns whether it is so, found now or earlier. */
static bool handle_scale(struct detector *detector, const struct event *event,
			 const struct clock_error *error)
{
	struct known_clock *known = known_of(detector, event);
	struct finding finding = finding_of(FINDING_SCALE_MISMATCH, FINDING_CRITICAL, event);
	bool was_wrong = known->wrong_scale;

	if (is_near(error->offset))
		known->wrong_scale = false;
	if (event->clock.scale == SCALE_UNKNOWN || is_near(error->offset) || !error->has_other ||
	    !is_near(error->other))
		return false;
	known->wrong_scale = true;
	if (was_wrong)
		return true;
	finding.scale = (struct finding_scale){
		.cause = SCALE_CAUSE_CLOCK,
		.clock = clock_finding(event, error),
		.page_offset_sec = page_get_signed(&event->page, PAGE_TAI_OFFSET_SEC),
	};
	emit_clock(detector, &finding);
	return true;
}

/* How far apart the two may be by what both claim. */
static bool allowance(const struct event *event, const struct clock_error *error, int64_t *out_ns)
{
	uint64_t sum_ns;

	if (__builtin_add_overflow(event->clock.max_error_ns, error->page_claim_ns, &sum_ns) ||
	    sum_ns > INT64_MAX)
		return false;
	*out_ns = (int64_t)sum_ns;
	return true;
}

/* A reference clock and the page, of which only one claims a bound. */
static void handle_pair(struct detector *detector, const struct event *event,
			const struct clock_error *error)
{
	struct known_clock *known = known_of(detector, event);
	struct finding finding = finding_of(FINDING_CLOCKS_DISAGREE, FINDING_WARNING, event);
	bool was_off = known->off_page;

	if (witness_rank_of(&event->clock) == WITNESS_NONE)
		return;
	known->off_page = witness_peers_off_page(event, error, &finding.pair);
	if (known->off_page && !was_off)
		emit_clock(detector, &finding);
}

static void handle_bound(struct detector *detector, const struct event *event,
			 const struct clock_error *error)
{
	struct known_clock *known = known_of(detector, event);
	struct finding finding = finding_of(FINDING_WRONG_BOUND, FINDING_CRITICAL, event);
	bool was_wrong = known->wrong_bound, ahead = error->offset.lo_ns > 0;
	struct ns_interval bounded;
	int64_t allowed_ns;

	if (!event->clock.has_claim || !error->has_page_claim) {
		handle_pair(detector, event, error);
		return;
	}
	known->wrong_bound = known->off_page = false;
	if (!allowance(event, error, &allowed_ns) ||
	    (error->offset.lo_ns <= allowed_ns && error->offset.hi_ns >= -allowed_ns))
		return;
	if (!interval_widen(error->offset, (uint64_t)allowed_ns, &bounded) &&
	    clock_error_is_leap(event, error, bounded,
				!detector->page || leap_turn_is_allowed(&detector->page->leap_turn,
									event->clock.clock)))
		return;
	known->wrong_bound = true;
	if (was_wrong)
		return;
	finding.clock = clock_finding(event, error);
	/* Towards 0, so it fits. */
	interval_sub(error->offset, interval_of(ahead ? allowed_ns : -allowed_ns),
		     &finding.clock.beyond);
	emit_clock(detector, &finding);
}

/* TAI less UTC when the clock of @event was read: the page's is that at its reference. */
static int64_t tai_less_utc_at(const struct event *event)
{
	struct smear_clocks clocks;
	struct leap_second leap;
	struct page_time time;

	if (leap_second_of_page(&event->page, &leap) ||
	    page_time_at(&event->page, event->clock.ticks.after, &time) ||
	    smear_clocks_at(&leap, VMCLOCK_SMEARING_STRICT, time.tai, &clocks))
		return -page_get_signed(&event->page, PAGE_TAI_OFFSET_SEC);
	return clocks.tai.sec - clocks.utc.sec;
}

static void handle_kernel_offset(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_SCALE_MISMATCH, FINDING_WARNING, event);
	bool was_wrong = detector->kernel_offset;
	int64_t tai_less_utc;

	if (!event->clock.kernel_tai_offset_sec || event->page_state != EVENT_PAGE_STABLE ||
	    page_mode(&event->page) != PAGE_FULL || !page_has(&event->page, PAGE_TAI_OFFSET_SEC) ||
	    !page_has_flags(&event->page, VMCLOCK_FLAG_TAI_OFFSET_VALID) ||
	    leap_second_is_within(&event->page, event->clock.ticks.after, LEAP_TURN_SEC,
				  LEAP_TURN_SEC))
		return;
	tai_less_utc = tai_less_utc_at(event);
	detector->kernel_offset = event->clock.kernel_tai_offset_sec !=
				  (tai_less_utc < 0 ? -tai_less_utc : tai_less_utc);
	if (was_wrong || !detector->kernel_offset)
		return;
	finding.scale = (struct finding_scale){
		.cause = SCALE_CAUSE_KERNEL_OFFSET,
		.page_offset_sec = -tai_less_utc,
		.kernel_offset_sec = event->clock.kernel_tai_offset_sec,
	};
	emit_clock(detector, &finding);
}

/* Is it another clock than the page that judges CLOCK_REALTIME? */
static bool is_by_other(const struct detector *detector, const struct event *event)
{
	return event->clock.clock == OBSERVED_REALTIME && detector->page &&
	       witness_is_other(&detector->page->witness);
}

void detector_handle_clock(struct detector *detector, const struct event *event)
{
	struct clock_error error;

	if ((unsigned int)event->clock.clock >= OBSERVED_CLOCKS)
		return;
	if (event->clock.clock == OBSERVED_REALTIME)
		handle_kernel_offset(detector, event);
	/* A reference from before the marker moved refutes no clock. */
	if (detector->clock_is_old || clock_error_of(event, &error))
		return;
	if (!handle_scale(detector, event, &error) && !is_by_other(detector, event))
		handle_bound(detector, event, &error);
}

/* Surely at least @limit_ns either way. */
static bool is_far(struct ns_interval step, uint64_t limit_ns)
{
	return (step.lo_ns > 0 && (uint64_t)step.lo_ns >= limit_ns) ||
	       (step.hi_ns < 0 && 0 - (uint64_t)step.hi_ns >= limit_ns);
}

static bool is_noteworthy(const struct detector *detector, const struct event_clock_change *change)
{
	uint64_t old = (uint64_t)change->old_ppt, new = (uint64_t)change->new_ppt;
	uint64_t apart = change->new_ppt < change->old_ppt ? old - new : new - old;

	switch (change->how) {
	case CLOCK_STEPPED:
		return change->step.lo_ns || change->step.hi_ns;
	case CLOCK_SLEWED:
		return apart >= detector->options.clock_slew_ppt;
	case CLOCK_NEW_SOURCE:
		return true;
	case CLOCK_CHANGES:
		break;
	}
	return false;
}

void detector_handle_clock_change(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_CLOCK_SET, FINDING_WARNING, event);

	if (event->result < 0 || !is_noteworthy(detector, &event->change))
		return;
	if (event->change.how == CLOCK_STEPPED &&
	    is_far(event->change.step, detector->options.clock_step_ns))
		finding.severity = FINDING_CRITICAL;
	finding_not_before(&finding, event->time_ns);
	detector_emit(detector, &finding);
}
