// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/page_status_view.h"

#include <inttypes.h>
#include <math.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/clock_error.h"
#include "page/names.h"
#include "show/level.h"
#include "show/sentence.h"
#include "show/smear_view.h"

#define SYSTEM_BYTES 160

/* "  label            text", the text by printf rules. */
static void row(FILE *out, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row(FILE *out, const char *label, const char *format, ...)
{
	va_list args;

	fprintf(out, "  %-14s ", label);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
}

/* The name of a field's value, or the bare number where the ABI has none. */
static const char *value_text(const struct page *page, enum page_field field, char *room,
			      size_t bytes)
{
	uint64_t value = page_get(page, field);
	const char *name = page_value_name(field, value);

	if (name)
		return name;
	snprintf(room, bytes, "undefined value %" PRIu64, value);
	return room;
}

static void print_device(const struct page_status *status, FILE *out)
{
	char path[TEXT_DISPLAY_BYTES(256)];

	text_display(status->path, strlen(status->path), path, sizeof(path));
	row(out, "device", "%s, by %s%s%s", path, status->via,
	    status->is_device ? "" : ", a plain file", status->torn ? ", torn copy" : "");
	if (status->retries)
		row(out, "", "%" PRIu32 " retries: updates were under way", status->retries);
}

/* Ticks per second from a period in 2^-(64+shift) s; near enough for people. */
static double frequency_hz(const struct page *page)
{
	return ldexp(1.0 / (double)page_get(page, PAGE_PERIOD_FRAC_SEC),
		     64 + (int)page_get(page, PAGE_PERIOD_SHIFT));
}

static void print_mode(const struct page_status *status, FILE *out)
{
	const struct page *page = &status->page;
	char room[48], hz[48] = "";

	if (page_mode(page) == PAGE_MARKER_ONLY) {
		row(out, "mode", "marker-only: tells of disruptions, holds no clock");
		return;
	}
	if (page_get(page, PAGE_PERIOD_FRAC_SEC) &&
	    page_get(page, PAGE_PERIOD_SHIFT) < PAGE_SHIFT_LIMIT)
		snprintf(hz, sizeof(hz), ", %.6g MHz", frequency_hz(page) / 1e6);
	row(out, "mode", "full: a clock on counter %s%s%s",
	    value_text(page, PAGE_COUNTER_ID, room, sizeof(room)), hz,
	    status->is_foreign ? " (not this CPU's)" : "");
}

/* How old the page's reference is, which is as long ago as the last update at least. */
static void print_reference(const struct page_status *status, FILE *out)
{
	const struct page *page = &status->page;
	struct instant reference = {.sec = (int64_t)page_get(page, PAGE_TIME_SEC),
				    .frac = page_get(page, PAGE_TIME_FRAC_SEC)};
	struct ns_interval age;
	char text[TEXT_NS_BYTES];

	if (page_get(page, PAGE_TIME_SEC) > INT64_MAX ||
	    instant_distance(status->time.at, reference, &age))
		return;
	text_ns(age.lo_ns < 0 ? -age.lo_ns : age.lo_ns, false, text, sizeof(text));
	row(out, "reference", "%s %s this moment", text, age.lo_ns < 0 ? "after" : "before");
}

static void print_errors(const struct page_time *time, FILE *out)
{
	char est[TEXT_NS_BYTES], max[TEXT_NS_BYTES];

	text_ns_u64(time->est_error_ns, est, sizeof(est));
	text_ns_u64(time->max_error_ns, max, sizeof(max));
	row(out, "error", "%s%s, %s%s", time->has_est_error ? est : "no estimate is given",
	    time->has_est_error ? " by estimate" : "", time->has_max_error ? max : "no bound",
	    time->has_max_error ? " at most" : "");
}

static void print_time(const struct page_status *status, FILE *out)
{
	const struct page_time *time = &status->time;
	char text[INSTANT_ISO_BYTES];
	char room[48];

	if (status->time_missing) {
		row(out, "time", "none: %s", status->time_missing);
		return;
	}
	if (time->has_utc) {
		instant_format_utc(time->utc, text, sizeof(text));
		row(out, "UTC", "%s", text);
	} else {
		row(out, "UTC", "not told by the page");
	}
	row(out, "page scale", "%s, %" PRId64 ".%09" PRIu32 " s at counter %" PRIu64,
	    value_text(&status->page, PAGE_TIME_TYPE, room, sizeof(room)), time->at.sec,
	    instant_nsec(time->at), time->counter);
	print_reference(status, out);
	print_errors(time, out);
}

static void print_system(const struct page_status *status, FILE *out)
{
	const struct ns_interval *system = &status->system;
	char text[SYSTEM_BYTES] = "";
	struct words words = {text, sizeof(text)};

	if (status->system_missing) {
		row(out, "system clock", "not compared: %s", status->system_missing);
		return;
	}
	say_off_page(&words, *system);
	row(out, "system clock", "CLOCK_REALTIME is %s", text);
	row(out, "", "CLOCK_REALTIME - page: [%" PRId64 ", %" PRId64 "] ns (%s)", system->lo_ns,
	    system->hi_ns, PAGE_STATUS_SYSTEM_METHOD);
	if (!status->is_device)
		row(out, "", "this holds if the file is written for this machine's counter");
}

static void print_phc(const struct page_status *status, FILE *out)
{
	char path[TEXT_DISPLAY_BYTES(64)];

	if (!status->phc) {
		row(out, "PTP clock", "none: %s", status->phc_missing);
		return;
	}
	text_display(status->phc, strlen(status->phc), path, sizeof(path));
	if (status->phc_scale_missing)
		row(out, "PTP clock", "%s, scale unknown: %s", path, status->phc_scale_missing);
	else
		row(out, "PTP clock", "%s, scale %s (" PAGE_STATUS_SCALE_METHOD ")", path,
		    clock_scale_name(status->phc_scale));
}

static void print_interval(FILE *out, const char *what, struct ns_interval interval)
{
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	text_ns(interval.lo_ns, true, lo, sizeof(lo));
	text_ns(interval.hi_ns, true, hi, sizeof(hi));
	row(out, "", "%s = %s to %s", what, lo, hi);
}

/* Where it is there. */
static void print_clockbound(const struct page_status *status, FILE *out)
{
	const struct event *event = &status->clockbound;
	int result = status->clockbound_result;
	struct ns_interval realtime;
	struct clock_error error;
	char bound[TEXT_NS_BYTES];

	if (result > 0 || result == -ENOENT)
		return;
	if (result) {
		row(out, "ClockBound", "there, and cannot be read: %s", strerror(-result));
		return;
	}
	if (!event->clock.has_claim) {
		row(out, "ClockBound", "there, and claims nothing now");
		return;
	}
	text_ns_u64(event->clock.max_error_ns, bound, sizeof(bound));
	row(out, "ClockBound", "claims that %s is within %s",
	    event->clock.realtime_before.tv_sec ? "its own line" : "CLOCK_REALTIME", bound);
	if (!clock_error_of(event, &error))
		print_interval(out, "ClockBound - page", error.offset);
	if (page_status_clockbound(status, &realtime))
		print_interval(out, "CLOCK_REALTIME - ClockBound", realtime);
}

static void print_marker(const struct page_status *status, FILE *out)
{
	const struct page *page = &status->page;

	row(out, "marker", "0x%016" PRIx64 " (another value later: the counter was disrupted)",
	    page_get(page, PAGE_DISRUPTION_MARKER));
	row(out, "sequence", "%" PRIu64, page_get(page, PAGE_SEQ_COUNT));
	if (page_has(page, PAGE_VM_GENERATION) &&
	    page_has_flags(page, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT))
		row(out, "generation", "%" PRIu64 " (changes when the VM is restored or cloned)",
		    page_get(page, PAGE_VM_GENERATION));
	else
		row(out, "generation", "not published");
}

static const char *leap_words(uint64_t indicator)
{
	static const char *const words[] = {
		"none near",
		"a second will be inserted at the end of this month",
		"a second will be left out at the end of this month",
		"the inserted second 23:59:60 is now",
		"a second was inserted at the end of last month",
		"a second was left out at the end of last month",
	};

	return indicator < sizeof(words) / sizeof(words[0]) ? words[indicator] : "undefined";
}

static const char *smearing_words(uint64_t hint)
{
	static const char *const words[] = {
		"show leap seconds as they are",
		"spread a leap second from noon before it to noon after it",
		"spread a leap second over the last 1000 s of its day (UTC-SLS)",
	};

	return hint < sizeof(words) / sizeof(words[0]) ? words[hint] : "undefined";
}

static void print_hints(const struct page_status *status, FILE *out)
{
	const struct page *page = &status->page;
	char room[48];

	if (page_has(page, PAGE_CLOCK_STATUS))
		row(out, "status", "%s", value_text(page, PAGE_CLOCK_STATUS, room, sizeof(room)));
	if (page_mode(page) != PAGE_FULL)
		return;
	row(out, "leap second", "%s: %s (as of the reference)",
	    value_text(page, PAGE_LEAP_INDICATOR, room, sizeof(room)),
	    leap_words(page_get(page, PAGE_LEAP_INDICATOR)));
	row(out, "smearing hint", "%s: %s (the page itself is never smeared)",
	    value_text(page, PAGE_SMEARING_HINT, room, sizeof(room)),
	    smearing_words(page_get(page, PAGE_SMEARING_HINT)));
	if (!status->time_missing)
		smear_put_text(out, "                 ", page, &status->time);
	if (page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID))
		row(out, "TAI offset", "%" PRId64 " s", page_get_signed(page, PAGE_TAI_OFFSET_SEC));
}

static void print_flags(const struct page *page, FILE *out)
{
	uint64_t flags = page_get(page, PAGE_FLAGS);
	const char *comma = "";

	fprintf(out, "  %-14s ", "flags");
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = page_flag_name(bit);

		if (!(flags >> bit & 1))
			continue;
		if (name)
			fprintf(out, "%s%s", comma, name);
		else
			fprintf(out, "%sbit %u", comma, bit);
		comma = ", ";
	}
	fprintf(out, "%s\n", flags ? "" : "none");
}

/* A page without a clock has no status worth vouching for: its UNKNOWN is as it should be. */
static bool is_expected(enum page_mode mode, enum page_warning warning)
{
	return mode == PAGE_MARKER_ONLY && warning == PAGE_WARN_STATUS_NOT_VALID;
}

static void print_warnings(const struct page_status *status, FILE *out)
{
	enum page_mode mode = page_mode(&status->page);
	page_warning_set set = status->warnings;
	page_warning_set found = page_warnings_unsafe(mode, set) |
				 PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_SOON) |
				 PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_IMMINENT);

	/* Without the magic the rest is no size and no version, so nothing can be advised on it. */
	if (set & PAGE_WARNING_BIT(PAGE_WARN_BAD_MAGIC))
		set = PAGE_WARNING_BIT(PAGE_WARN_BAD_MAGIC);
	for (enum page_warning i = 0; i < PAGE_WARNINGS; i++) {
		const struct page_warning_info *info = page_warning_info(i);

		if (!(set & PAGE_WARNING_BIT(i)))
			continue;
		fputc('\n', out);
		if (found & PAGE_WARNING_BIT(i))
			level_put(out, LEVEL_WARNING, "warning");
		else
			fputs("note", out);
		fprintf(out, ": %s: %s", info->code, info->means);
		if (is_expected(mode, i))
			fprintf(out, ", as expected without a clock.\n");
		else
			fprintf(out, ".\n  hint: %s\n", info->advice);
	}
}

/* What is found beyond the page's own warnings, with what to do. */
static const struct {
	const char *code, *means, *advice;
} other_findings[] = {
	{"system_clock_far", "one of the two clocks is wrong",
	 "compare both with a third (chronyc sources); the kernel never steps CLOCK_REALTIME after "
	 "a restore, a time daemon must."},
	{"clocks_disagree", "one of the two clocks is wrong",
	 "compare both with a third: vmclock-trace compare shows all that there are."},
	{"system_clock_off", "one of the two clocks is wrong",
	 "let a time daemon set CLOCK_REALTIME, and hold both against a third clock: vmclock-trace "
	 "compare shows all that there are."},
	{"freerunning",
	 "the host has no source of time; its clock drifts by what its error bound allows",
	 "hold CLOCK_REALTIME against another clock, and report it to whoever runs the host."},
	{"foreign_counter", "the page refers to a counter that this CPU does not have",
	 "use another clock, and report it to whoever runs the host."},
};

static void print_other_findings(const struct page_status *status, FILE *out)
{
	const char *codes[PAGE_STATUS_FINDINGS];
	size_t count = page_status_findings(status, codes);

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < sizeof(other_findings) / sizeof(other_findings[0]); k++) {
			if (strcmp(codes[i], other_findings[k].code))
				continue;
			fputc('\n', out);
			level_put(out, LEVEL_WARNING, "warning");
			fprintf(out, ": %s: %s.\n  hint: %s\n", codes[i], other_findings[k].means,
				other_findings[k].advice);
		}
	}
}

void page_status_print(const struct page_status *status, FILE *out)
{
	char verdict[PAGE_STATUS_VERDICT_BYTES];
	enum page_mode mode = page_mode(&status->page);

	page_status_verdict(status, verdict, sizeof(verdict));
	level_put(out, level_named(verdict), verdict);
	fputs("\n\n", out);
	print_device(status, out);
	if (mode == PAGE_INVALID) {
		row(out, "bytes",
		    "%" PRIu32 " read; starts with 0x%08" PRIx64 ", a page with 0x%08x",
		    status->page.length, page_get(&status->page, PAGE_MAGIC), VMCLOCK_MAGIC);
	} else {
		print_mode(status, out);
		if (mode == PAGE_FULL) {
			print_time(status, out);
			print_system(status, out);
		}
		print_hints(status, out);
		print_marker(status, out);
		print_phc(status, out);
		print_clockbound(status, out);
		print_flags(&status->page, out);
	}
	print_warnings(status, out);
	print_other_findings(status, out);
}
