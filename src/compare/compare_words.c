// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/compare_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "show/interval_text.h"
#include "show/peer_view.h"
#include "show/sentence.h"

static void turn(struct maybe_interval *interval)
{
	interval->known &= !interval_sub(interval_of(0), interval->ns, &interval->ns);
}

struct clock_pair compare_pair_shown(const struct clock_pair *pair)
{
	struct clock_pair shown = *pair;

	if (pair->b != COMPARED_REALTIME)
		return shown;
	shown.a = pair->b;
	shown.b = pair->a;
	turn(&shown.offset);
	turn(&shown.bounded);
	return shown;
}

/* How far apart the pair's clocks are, in words. */
static void distance_text(const struct clock_pair *pair, char *text, size_t bytes)
{
	if (pair->offset.known)
		interval_text(pair->offset.ns, text, bytes);
	else
		snprintf(text, bytes, "%s", clock_pair_why(pair));
}

static void say_bounds(const struct comparison *comparison, const struct clock_pair *pair,
		       char *text, size_t bytes)
{
	char distance[128] = "", page[TEXT_NS_BYTES], system[TEXT_NS_BYTES];
	struct words words = {distance, sizeof(distance)};

	say_off_page(&words, compare_pair_shown(pair).offset.ns);
	text_ns_u64(comparison->page_claim_ns, page, sizeof(page));
	text_ns_u64(comparison->sample.claim.max_error_ns, system, sizeof(system));
	snprintf(text, bytes,
		 "CLOCK_REALTIME is %s, but the page guarantees to be within %s and the "
		 "kernel CLOCK_REALTIME within %s of the true time: both cannot be right",
		 distance, page, system);
}

/* All ways of reading it that show it; the distance is that of the first. */
static void say_phc(const struct comparison *comparison, unsigned int first, const char *phc,
		    char *text, size_t bytes)
{
	char distance[INTERVAL_TEXT_BYTES], methods[128] = "";
	size_t used = 0;

	distance_text(&comparison->pair[first], distance, sizeof(distance));
	for (unsigned int i = first; i < comparison->pairs; i++) {
		const struct clock_pair *pair = &comparison->pair[i];

		if (pair->contradicts && pair->b == COMPARED_PAGE && used < sizeof(methods))
			used += (size_t)snprintf(methods + used, sizeof(methods) - used, "%s%s",
						 used ? ", " : "", phc_method_name(pair->method));
	}
	snprintf(text, bytes,
		 "%s is not between what the page said right before and after it was read: "
		 "%s - page is %s (read by %s)",
		 phc ? phc : "the PTP clock", phc ? phc : "PTP clock", distance, methods);
}

static void say_driver(const struct driver_comparison *driver, char *text, size_t bytes)
{
	char apart[TEXT_NS_BYTES];

	text_ns(driver->worst.minus_page_ns, true, apart, sizeof(apart));
	snprintf(text, bytes,
		 "the driver differs from the page at the same counter value in %" PRIu64
		 " of %" PRIu64 " reads: at %" PRIu64
		 " it returned %lld.%09ld, %s%s from the page%s%s",
		 driver->tally.apart, driver_comparison_reads(driver), driver->worst_counter,
		 (long long)driver->worst_returned.tv_sec, driver->worst_returned.tv_nsec,
		 driver->worst.out_of_range ? "more than " : "", apart,
		 driver->worst.why ? ": " : "", driver->worst.why ? driver->worst.why : "");
}

static void say_step(const struct page_update *update, char *text, size_t bytes)
{
	char moved[INTERVAL_TEXT_BYTES], bound[TEXT_NS_BYTES];

	interval_text(update->moved, moved, sizeof(moved));
	text_ns_u64(update->bound_ns, bound, sizeof(bound));
	snprintf(text, bytes,
		 "the host's clock was stepped: at counter %" PRIu64 " the page is now %s from "
		 "what it said before and guaranteed to be within %s; disruption_marker stayed "
		 "%" PRIu64,
		 update->counter, moved, bound, update->new_marker);
}

void compare_contradiction_sentence(const struct comparison *comparison,
				    const struct contradiction *contradiction, const char *phc,
				    char *text, size_t bytes)
{
	switch (contradiction->kind) {
	case CONTRADICTION_BOUNDS:
		say_bounds(comparison, &comparison->pair[contradiction->index], text, bytes);
		return;
	case CONTRADICTION_PHC:
		say_phc(comparison, contradiction->index, phc, text, bytes);
		return;
	case CONTRADICTION_DRIVER:
		say_driver(&comparison->driver, text, bytes);
		return;
	case CONTRADICTION_STEP:
		say_step(&comparison->update[contradiction->index], text, bytes);
		return;
	case CONTRADICTION_CLOCKS:
		pair_words(&comparison->references.pair, text, bytes);
		return;
	case CONTRADICTIONS:
		break;
	}
	snprintf(text, bytes, "%s", contradiction_code(contradiction->kind));
}

const char *compare_contradiction_advice(enum contradiction_kind kind)
{
	switch (kind) {
	case CONTRADICTION_BOUNDS:
		return "Hold both against a third clock ('chronyc tracking' shows what the "
		       "kernel's bound rests on), and use neither as a bound until one is found "
		       "wrong.";
	case CONTRADICTION_PHC:
	case CONTRADICTION_DRIVER:
		return "Use the page itself, not the PTP clock, and report this with 'uname -r' "
		       "and the output of --json.";
	case CONTRADICTION_CLOCKS:
		return "Ask a third clock which of the two is wrong, and use neither as a bound "
		       "until one is found wrong.";
	case CONTRADICTION_STEP:
		return "What took time from the page jumped with it, and no marker tells: report "
		       "it to whoever runs the host, and restart what cannot bear a jump.";
	case CONTRADICTIONS:
		break;
	}
	return "";
}

static const char *const note_codes[COMPARISON_NOTES] = {
	[NOTE_PAGE_STUCK] = "page_stuck",
	[NOTE_PAGE_INVALID] = "page_invalid",
	[NOTE_MARKER_ONLY] = "marker_only",
	[NOTE_FOREIGN_COUNTER] = "foreign_counter",
	[NOTE_NO_TIME] = "no_time",
	[NOTE_BEFORE_REFERENCE] = "counter_before_reference",
	[NOTE_NO_UTC] = "no_utc",
	[NOTE_STATUS] = "status_not_vouched",
	[NOTE_NO_PAGE_CLAIM] = "no_page_claim",
	[NOTE_NO_REALTIME_CLAIM] = "no_realtime_claim",
	[NOTE_LEAP] = "leap_second",
	[NOTE_TAI_SIGN] = "tai_offset_positive",
	[NOTE_SCALE_UNKNOWN] = "scale_unknown",
	[NOTE_PAGE_MOVED] = "page_moved",
	[NOTE_MARKER_CHANGED] = "marker_changed",
	[NOTE_PAGE_IN_DOUBT] = "page_in_doubt",
};

const char *compare_note_code(enum comparison_note note)
{
	return note_codes[note];
}

const char *compare_note_sentence(enum comparison_note note)
{
	switch (note) {
	case NOTE_PAGE_STUCK:
		return "An update of the page does not end: nothing can be compared with it, and "
		       "every read of its PTP clock waits 100 ms and fails. Report it to whoever "
		       "runs the host.";
	case NOTE_PAGE_INVALID:
		return "This is no vmclock page that this program can read; 'vmclock-trace status' "
		       "says why.";
	case NOTE_MARKER_ONLY:
		return "The page tells of disruptions and holds no clock (as of QEMU and "
		       "Firecracker), so it has no PTP clock either: the other clocks are "
		       "compared with each other.";
	case NOTE_FOREIGN_COUNTER:
		return "The page's clock is for another counter than this CPU has: its time here "
		       "and now is not known.";
	case NOTE_NO_TIME:
		return "No time can be computed from the page; 'vmclock-trace status' says why.";
	case NOTE_BEFORE_REFERENCE:
		return "The counter is behind the page's reference. The driver takes their "
		       "difference as unsigned, so the PTP clock is centuries off.";
	case NOTE_NO_UTC:
		return "The page does not tell UTC, so it cannot be compared with CLOCK_REALTIME.";
	case NOTE_STATUS:
		return "The page's status is neither SYNCHRONIZED nor FREERUNNING: what it says of "
		       "its own error is taken for no claim.";
	case NOTE_NO_PAGE_CLAIM:
		return "The page gives no bound for its own error, so no distance to it can be "
		       "called wrong.";
	case NOTE_NO_REALTIME_CLAIM:
		return "The kernel's maxerror of CLOCK_REALTIME is 16 s or more, so it claims "
		       "nothing: no distance to it can be called wrong. A time service changes "
		       "that; chronyd only with rtcsync in chrony.conf.";
	case NOTE_LEAP:
		return "The page announces a leap second or has just had one: UTC may differ by "
		       "1 s around it.";
	case NOTE_TAI_SIGN:
		return "The page's tai_offset_sec is positive, which the ABI does not allow. Its "
		       "size "
		       "is right and is used here; a driver that has to convert takes the sign as "
		       "it "
		       "is, and then the PTP clock is off by 37 s or more.";
	case NOTE_SCALE_UNKNOWN:
		return "The PTP clock shows neither UTC nor TAI as the page tells them (or without "
		       "a page CLOCK_REALTIME): its scale is not known.";
	case NOTE_PAGE_MOVED:
		return "The page was updated more than once during a sample, so the PTP clock "
		       "could not be held against it there.";
	case NOTE_MARKER_CHANGED:
		return "disruption_marker changed: the counter was disrupted, as by a live "
		       "migration. Elapsed times and rates start anew from there.";
	case NOTE_PAGE_IN_DOUBT:
		return "The page is cut, or has a value that is not defined or cannot be, so it is "
		       "not taken at its word; 'vmclock-trace status' says which.";
	case COMPARISON_NOTES:
		break;
	}
	return "";
}
