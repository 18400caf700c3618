// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/witness.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "event/bracket.h"
#include "judge/clock_error.h"
#include "judge/page_update.h"
#include "page/time.h"

/* Up to protocol 2 ClockBound tells CLOCK_REALTIME itself: nothing stands around that. */
enum witness_rank witness_rank_of(const struct event_clock *clock)
{
	if (clock->clock == OBSERVED_CLOCKBOUND)
		return clock->has_claim && clock->realtime_before.tv_sec ? WITNESS_BOUNDED
									 : WITNESS_NONE;
	if (clock->clock != OBSERVED_PHC_OTHER || clock->scale == SCALE_UNKNOWN ||
	    clock->reference.kind == REFERENCE_VMCLOCK)
		return WITNESS_NONE;
	if (clock->has_claim)
		return WITNESS_BOUNDED;
	return reference_is_host(clock->reference.kind) ? WITNESS_HOST : WITNESS_TOLD;
}

struct witness witness_of(const struct event *event)
{
	return (struct witness){
		.rank = witness_rank_of(&event->clock),
		.clock = event->clock.clock,
		.reference = event->clock.reference,
		.bound_ns = event->clock.has_claim ? event->clock.max_error_ns : 0,
		.seen_ns = event->time_ns,
	};
}

bool witness_is_clock(const struct witness *witness, const struct event_clock *clock)
{
	return witness_is_other(witness) && witness->clock == clock->clock &&
	       (clock->clock != OBSERVED_PHC_OTHER ||
		witness->reference.number == clock->reference.number);
}

static bool is_stale(const struct witness *other, uint64_t now_ns)
{
	return now_ns > other->seen_ns && now_ns - other->seen_ns > WITNESS_STALE_NS;
}

/* Has it the lower number? ClockBound has none, and comes last. */
static bool is_before(const struct event_clock *clock, const struct witness *other)
{
	if (clock->clock == OBSERVED_CLOCKBOUND || other->clock == OBSERVED_CLOCKBOUND)
		return other->clock == OBSERVED_CLOCKBOUND;
	return clock->reference.number < other->reference.number;
}

/* Claims vary from reading to reading: what is about as narrow changes nothing. */
static bool is_better(const struct witness *other, const struct event_clock *clock)
{
	if (other->rank != WITNESS_BOUNDED)
		return is_before(clock, other);
	if (clock->max_error_ns < other->bound_ns / 2)
		return true;
	return clock->max_error_ns / 2 <= other->bound_ns && is_before(clock, other);
}

/* Is the reading, of that rank, by the one who is the best, or by a better one? */
static bool takes_over(const struct witness *other, const struct event *event,
		       enum witness_rank rank)
{
	if (rank == WITNESS_NONE)
		return false;
	if (rank > other->rank || witness_is_clock(other, &event->clock) ||
	    is_stale(other, event->time_ns))
		return true;
	return rank == other->rank && is_better(other, &event->clock);
}

/* Its turn has come, and gone, and it was not read. */
static void miss_turn(struct witness *other, uint64_t now_ns)
{
	if (is_stale(other, now_ns) && ++other->turns > 1)
		*other = (struct witness){0};
}

bool witness_event(struct witness *other, const struct event *event)
{
	enum witness_rank rank;

	if (event->type != EVENT_CLOCK)
		return false;
	if (event->clock.clock == OBSERVED_REALTIME)
		miss_turn(other, event->time_ns);
	rank = witness_rank_of(&event->clock);
	if (rank == WITNESS_NONE && witness_is_clock(other, &event->clock))
		*other = (struct witness){0};
	if (!takes_over(other, event, rank))
		return false;
	*other = witness_of(event);
	return true;
}

bool witness_event_alone(struct witness *best, const struct event *event)
{
	if (event->page_state == EVENT_PAGE_STABLE) {
		if (page_tells_utc(&event->page) && page_is_vouched_for(&event->page))
			*best = (struct witness){.rank = WITNESS_PAGE};
		else if (best->rank == WITNESS_PAGE)
			*best = (struct witness){0};
	}
	return best->rank != WITNESS_PAGE && witness_event(best, event);
}

int witness_realtime_error(const struct event_clock *clock, struct ns_interval *out)
{
	const struct bracket bracket = {clock->realtime_before, clock->at, clock->realtime_after};
	struct ns_interval offset;
	int64_t ahead_sec = 0;

	if (clock->scale == SCALE_TAI)
		ahead_sec = clock->kernel_tai_offset_sec;
	if (clock->scale == SCALE_UNKNOWN || (clock->scale == SCALE_TAI && !ahead_sec))
		return -(int)ERROR_NO_SCALE - 1;
	/* The reference less CLOCK_REALTIME, then the other way about. */
	if (bracket_offset(&bracket, &offset) ||
	    interval_sub(interval_of(ahead_sec * NSEC_PER_SEC), offset, out))
		return -(int)ERROR_OUT_OF_RANGE - 1;
	return 0;
}

const char *witness_rank_name(enum witness_rank rank)
{
	static const char *const names[WITNESS_RANKS] = {
		[WITNESS_NONE] = "none",       [WITNESS_TOLD] = "told", [WITNESS_HOST] = "host",
		[WITNESS_BOUNDED] = "bounded", [WITNESS_PAGE] = "page",
	};

	return (unsigned int)rank < WITNESS_RANKS ? names[rank] : "unknown";
}

const char *witness_text(const struct witness *witness, char out[WITNESS_TEXT_BYTES])
{
	char name[TEXT_DISPLAY_BYTES(REFERENCE_NAME_BYTES)], bound[TEXT_NS_BYTES];

	text_display(witness->reference.name,
		     strnlen(witness->reference.name, REFERENCE_NAME_BYTES), name, sizeof(name));
	switch (witness->rank) {
	case WITNESS_PAGE:
		return "the page";
	case WITNESS_BOUNDED:
		text_ns_u64(witness->bound_ns, bound, sizeof(bound));
		if (witness->clock == OBSERVED_CLOCKBOUND) {
			snprintf(out, WITNESS_TEXT_BYTES,
				 "ClockBound, which claims to be within %s", bound);
			return out;
		}
		snprintf(out, WITNESS_TEXT_BYTES, "/dev/ptp%d (%s), which claims to be within %s",
			 witness->reference.number, name, bound);
		return out;
	case WITNESS_HOST:
		snprintf(out, WITNESS_TEXT_BYTES, "the host's clock (%s), which claims no bound",
			 name);
		return out;
	case WITNESS_TOLD:
		snprintf(out, WITNESS_TEXT_BYTES, "/dev/ptp%d (%s), which claims no bound",
			 witness->reference.number, name);
		return out;
	case WITNESS_NONE:
	case WITNESS_RANKS:
		break;
	}
	return "no clock";
}
