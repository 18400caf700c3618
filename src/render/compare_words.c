// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/compare_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define END_BYTES 48 /* one end of an interval */

/* Units in which an interval is shown, by the size of its farther end; beyond, only roughly. */
static const struct {
	uint64_t below_ns;
	int64_t ns;
	const char *name;
} units[] = {
	{1000, 1, "ns"},
	{1000000, 1000, "us"},
	{1000000000, 1000000, "ms"},
	{7200000000000, NSEC_PER_SEC, "s"},
};

static uint64_t magnitude(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* @ns rounded to @step_ns downwards or upwards, in units of @unit_ns, without its unit. */
static void end_text(int64_t ns, bool up, int64_t step_ns, int64_t unit_ns, char *text,
		     size_t bytes)
{
	int64_t rest = ns % step_ns;
	int decimals = 0;
	uint64_t size;

	if (rest < 0)
		rest += step_ns;
	ns -= rest;
	if (up && rest)
		ns += step_ns;
	for (int64_t step = step_ns; step < unit_ns && decimals < 9; step *= 10)
		decimals++;
	size = magnitude(ns);
	if (decimals)
		snprintf(text, bytes, "%s%" PRIu64 ".%0*" PRIu64,
			 ns < 0	  ? "-"
			 : ns > 0 ? "+"
				  : "",
			 size / (uint64_t)unit_ns, decimals,
			 size % (uint64_t)unit_ns / (uint64_t)step_ns);
	else
		snprintf(text, bytes, "%s%" PRIu64,
			 ns < 0	  ? "-"
			 : ns > 0 ? "+"
				  : "",
			 size / (uint64_t)unit_ns);
}

/* Three digits of the width, however far from 0 it is; else a narrow interval would look like a point. */
static int64_t step_of(struct ns_interval interval, int64_t unit_ns)
{
	uint64_t width = interval_width_ns(interval);
	int64_t step = 1;

	while (step < unit_ns && (uint64_t)step * 1000 <= width)
		step *= 10;
	return step;
}

void compare_interval_text(struct ns_interval interval, char *text, size_t bytes)
{
	uint64_t lo = magnitude(interval.lo_ns), hi = magnitude(interval.hi_ns);
	char low[END_BYTES], high[END_BYTES];

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t step = step_of(interval, units[i].ns);

		if (lo >= units[i].below_ns || hi >= units[i].below_ns)
			continue;
		end_text(interval.lo_ns, false, step, units[i].ns, low, sizeof(low));
		end_text(interval.hi_ns, true, step, units[i].ns, high, sizeof(high));
		snprintf(text, bytes, "%s .. %s %s", low, high, units[i].name);
		return;
	}
	text_ns(interval.lo_ns, true, low, sizeof(low));
	text_ns(interval.hi_ns, true, high, sizeof(high));
	if (strcmp(low, high) == 0)
		snprintf(text, bytes, "about %s", low);
	else
		snprintf(text, bytes, "%s .. %s", low, high);
}

/* How far apart the pair's clocks are, in words. */
static void distance_text(const struct clock_pair *pair, char *text, size_t bytes)
{
	if (pair->offset.known)
		compare_interval_text(pair->offset.ns, text, bytes);
	else
		snprintf(text, bytes, "%s", clock_pair_why(pair));
}

static void say_bounds(const struct comparison *comparison, const struct clock_pair *pair,
		       char *text, size_t bytes)
{
	char distance[COMPARE_INTERVAL_BYTES], page[TEXT_NS_BYTES], system[TEXT_NS_BYTES];

	distance_text(pair, distance, sizeof(distance));
	text_ns_u64(comparison->page_claim_ns, page, sizeof(page));
	text_ns_u64(comparison->sample.claim.max_error_ns, system, sizeof(system));
	snprintf(text, bytes,
		 "page - CLOCK_REALTIME is %s, but the page guarantees to be within %s and the "
		 "kernel CLOCK_REALTIME within %s of the true time: both cannot be right",
		 distance, page, system);
}

/* All ways of reading it that show it; the distance is that of the first. */
static void say_phc(const struct comparison *comparison, unsigned int first, const char *phc,
		    char *text, size_t bytes)
{
	char distance[COMPARE_INTERVAL_BYTES], methods[128] = "";
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
	char moved[COMPARE_INTERVAL_BYTES], bound[TEXT_NS_BYTES];

	compare_interval_text(update->moved, moved, sizeof(moved));
	text_ns_u64(update->bound_ns, bound, sizeof(bound));
	snprintf(text, bytes,
		 "the host's clock was stepped: at counter %" PRIu64
		 " the updated page is %s from the one before, which guaranteed to be within %s "
		 "there; disruption_marker stayed %" PRIu64,
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
	case CONTRADICTION_STEP:
		return "What took time from the page jumped with it, and no marker tells: report "
		       "it to whoever runs the host, and restart what cannot bear a jump.";
	case CONTRADICTIONS:
		break;
	}
	return "";
}

static const struct {
	const char *code;
	const char *sentence;
} notes[COMPARISON_NOTES] = {
	[NOTE_PAGE_STUCK] =
		{"page_stuck",
		 "An update of the page does not end: nothing can be compared with it, and every "
		 "read of its PTP clock waits 100 ms and fails. Report it to whoever runs the "
		 "host."},
	[NOTE_PAGE_INVALID] = {"page_invalid", "This is no vmclock page that this program can "
					       "read; 'vmclock-trace status' says why."},
	[NOTE_MARKER_ONLY] = {"marker_only",
			      "The page tells of disruptions and holds no clock (as of QEMU and "
			      "Firecracker), so there is no PTP clock either: only the system's "
			      "own clocks are compared."},
	[NOTE_FOREIGN_COUNTER] = {"foreign_counter", "The page's clock is for another counter than "
						     "this CPU has: its time here and now is not "
						     "known."},
	[NOTE_NO_TIME] =
		{"no_time",
		 "No time can be computed from the page; 'vmclock-trace status' says why."},
	[NOTE_BEFORE_REFERENCE] =
		{"counter_before_reference",
		 "The counter is behind the page's reference. The driver takes their difference as "
		 "unsigned, so the PTP clock is thousands of years off."},
	[NOTE_NO_UTC] =
		{"no_utc",
		 "The page does not tell UTC, so it cannot be compared with CLOCK_REALTIME."},
	[NOTE_STATUS] = {"status_not_vouched", "The page's status is neither SYNCHRONIZED nor "
					       "FREERUNNING: what it says of its own error is "
					       "taken for no claim."},
	[NOTE_NO_PAGE_CLAIM] = {"no_page_claim", "The page gives no bound for its own error, so no "
						 "distance to it can be called wrong."},
	[NOTE_NO_REALTIME_CLAIM] =
		{"no_realtime_claim",
		 "The kernel calls CLOCK_REALTIME not synchronized, so it claims nothing: no "
		 "distance to it can be called wrong. chronyd or another time service would change "
		 "that."},
	[NOTE_LEAP] = {"leap_second", "The page announces a leap second or has just had one: UTC "
				      "may differ by 1 s around it."},
	[NOTE_SCALE_UNKNOWN] =
		{"scale_unknown",
		 "The PTP clock shows neither the page's UTC nor its TAI: its scale is not known."},
	[NOTE_PAGE_MOVED] = {"page_moved", "The page was updated more than once during a sample, "
					   "so the PTP clock could not be held against it there."},
	[NOTE_MARKER_CHANGED] = {"marker_changed", "disruption_marker changed: the counter was "
						   "disrupted, as by a live migration. Elapsed "
						   "times and rates start anew from there."},
};

const char *compare_note_code(enum comparison_note note)
{
	return notes[note].code;
}

const char *compare_note_sentence(enum comparison_note note)
{
	return notes[note].sentence;
}
