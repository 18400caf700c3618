// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/witness.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "event/bracket.h"
#include "judge/clock_error.h"
#include "page/time.h"

enum witness_rank witness_rank_of(const struct event_clock *clock)
{
	if (clock->clock != OBSERVED_PHC_OTHER || clock->scale == SCALE_UNKNOWN ||
	    clock->reference.kind == REFERENCE_VMCLOCK)
		return WITNESS_NONE;
	if (clock->has_claim)
		return WITNESS_BOUNDED;
	return reference_is_host(clock->reference.kind) ? WITNESS_HOST : WITNESS_TOLD;
}

static bool is_stale(const struct witness *witness, uint64_t now_ns)
{
	return now_ns > witness->seen_ns && now_ns - witness->seen_ns > WITNESS_STALE_NS;
}

/* Is the reading by one who is the witness, or better? */
static bool takes_over(const struct witness *witness, const struct event *event,
		       enum witness_rank rank)
{
	if (rank == WITNESS_NONE || witness->rank == WITNESS_PAGE)
		return false;
	if (witness->reference.number == event->clock.reference.number || rank > witness->rank ||
	    is_stale(witness, event->time_ns))
		return true;
	return rank == witness->rank && event->clock.reference.number < witness->reference.number;
}

static void handle_page(struct witness *witness, const struct event *event)
{
	if (event->page_state != EVENT_PAGE_STABLE)
		return;
	if (page_tells_utc(&event->page))
		*witness = (struct witness){.rank = WITNESS_PAGE, .seen_ns = event->time_ns};
	else if (witness->rank == WITNESS_PAGE)
		*witness = (struct witness){0};
}

bool witness_event(struct witness *witness, const struct event *event)
{
	enum witness_rank rank;

	if (event->type == EVENT_PAGE || event->type == EVENT_CLOCK)
		handle_page(witness, event);
	if (event->type != EVENT_CLOCK || event->clock.clock != OBSERVED_PHC_OTHER)
		return false;
	rank = witness_rank_of(&event->clock);
	if (!takes_over(witness, event, rank))
		return false;
	*witness = (struct witness){
		.rank = rank,
		.reference = event->clock.reference,
		.bound_ns = event->clock.has_claim ? event->clock.max_error_ns : 0,
		.seen_ns = event->time_ns,
	};
	return true;
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
