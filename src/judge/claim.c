// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/claim.h"

static const struct {
	const char *name;
	const char *means;
} reasons[CLAIM_WHYS] = {
	[CLAIM_NOT_ENDED] = {"not_ended", "it still goes on"},
	[CLAIM_NO_CLOCK] =
		{"no_clock",
		 "the page carries no clock, and nothing else told how CLOCK_REALTIME is"},
	[CLAIM_CLOCK_UNKNOWN] = {"clock_unknown",
				 "a clock was not checked against the page afterwards"},
	[CLAIM_BAD_BEFORE] = {"bad_before", "a clock is off that was so before it began"},
	[CLAIM_REFUTED] = {"refuted",
			   "the page before and the page after contradict each other, and no "
			   "clock shows which is right"},
	[CLAIM_ENDED_EARLY] = {"ended_early", "good by the last samples, but not watched for long"},
	[CLAIM_GAP] = {"gap", "what came next was not recorded"},
	[CLAIM_NO_EVENTS] = {"no_events", "the recording holds no events"},
	[CLAIM_NOT_CLOSED] = {"not_closed", "the recording was not closed, and its end is missing"},
	[CLAIM_NO_LOG] = {"no_log",
			  "the recording was not closed, and its log (the file -wal) is missing"},
	[CLAIM_NOT_KEPT] = {"not_kept", "something was found in a part of it that was not kept"},
	[CLAIM_DAMAGED] = {"damaged", "a part of the recording cannot be read"},
	[CLAIM_LOST] = {"lost", "events were lost"},
	[CLAIM_NO_PAGE] = {"no_page", "no valid page was read"},
	[CLAIM_NO_TIME] = {"no_time", "no time could be computed from the page"},
	[CLAIM_NO_VOUCHER] = {"no_voucher", "the hypervisor did not vouch for the page's clock"},
	[CLAIM_MISSED] = {"missed_updates",
			  "updates of the page happened between samples more than a second apart"},
	[CLAIM_NOT_READ] = {"not_read", "the driver was not seen to answer well again"},
	[CLAIM_FURTHER_OFF] = {"further_off",
			       "a clock is within its claim, but further off than before"},
	[CLAIM_CLOCK_GONE] = {"clock_gone",
			      "the page had lost its clock, and it was not back by then"},
	[CLAIM_MOMENT] = {"moment", "it was observed for one moment only"},
	[CLAIM_WITNESS] = {"witness",
			   "the clock that it is checked against disagreed with it before"},
	[CLAIM_FREERUNNING] = {"freerunning",
			       "the host has had no source of time since (FREERUNNING)"},
	[CLAIM_WITNESSES] = {"witnesses", "the clocks that CLOCK_REALTIME is checked against "
					  "contradict each other"},
	[CLAIM_OUT_OF_RANGE] = {"out_of_range", "the page's time, or its error bound, is out of "
						"range"},
	[CLAIM_UNDEFINED] = {"undefined", "the page is cut, or has a value that is not defined or "
					  "cannot be"},
	[CLAIM_NOT_COMPARED] = {"not_compared",
				"the page's time could not be compared with any other clock"},
	[CLAIM_OTHER_MACHINE] = {"other_machine",
				 "the page is in a file, and far from CLOCK_REALTIME: it may be of "
				 "another machine, or of another boot"},
	[CLAIM_WIDE] = {"wide_bound", "CLOCK_REALTIME was moved or was off, and is now within the "
				      "bound of what it is checked against, which is wider than "
				      "what it claims"},
	[CLAIM_CONTRADICTED] = {"contradicted", "another clock contradicts CLOCK_REALTIME, or the "
						"one that it is checked against"},
	[CLAIM_COMPARED_NOT_ALWAYS] = {"compared_not_always",
				       "for a time no other clock told how CLOCK_REALTIME was"},
	[CLAIM_REFERENCE_MOVED] = {"reference_moved",
				   "the clock that CLOCK_REALTIME is checked against was stepped, "
				   "so it does not show which was right"},
};

struct claim claim_seen(bool holds)
{
	return (struct claim){.state = holds ? CLAIM_HOLDS : CLAIM_FAILS};
}

struct claim claim_unknown(enum claim_why why)
{
	return (struct claim){.state = CLAIM_UNKNOWN, .why = why};
}

struct claim claim_well(const struct claim_span *span, bool found)
{
	if (found || span->found_unkept || span->clock_off || span->unreliable || span->freerunning)
		return claim_seen(false);
	if (span->damaged)
		return claim_unknown(CLAIM_DAMAGED);
	if (!span->ended && span->no_log)
		return claim_unknown(CLAIM_NO_LOG);
	if (!span->events)
		return claim_unknown(CLAIM_NO_EVENTS);
	if (!span->ended)
		return claim_unknown(CLAIM_NOT_CLOSED);
	if (span->moment)
		return claim_unknown(CLAIM_MOMENT);
	if (span->unkept)
		return claim_unknown(CLAIM_NOT_KEPT);
	if (span->lost)
		return claim_unknown(CLAIM_LOST);
	if (span->page_bad)
		return claim_unknown(span->page_why);
	if (span->missed)
		return claim_unknown(CLAIM_MISSED);
	return span->uncompared ? claim_unknown(span->uncompared_why) : claim_seen(true);
}

const char *claim_state_name(enum claim_state state)
{
	switch (state) {
	case CLAIM_HOLDS:
		return "yes";
	case CLAIM_FAILS:
		return "no";
	case CLAIM_UNKNOWN:
		break;
	}
	return "unknown";
}

const char *claim_why_name(enum claim_why why)
{
	return (unsigned int)why < CLAIM_WHYS ? reasons[why].name : "unknown";
}

const char *claim_why_means(enum claim_why why)
{
	return (unsigned int)why < CLAIM_WHYS ? reasons[why].means : "unknown";
}

const char *claim_why_leaves(enum claim_why why)
{
	return why == CLAIM_NO_CLOCK || why == CLAIM_NOT_COMPARED ||
			       why == CLAIM_COMPARED_NOT_ALWAYS
		       ? "whether the clock was right"
		       : "whether all was well";
}
