// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing.h"

#include <inttypes.h>
#include <stdarg.h>

#include "judge/health.h"
#include "base/text.h"
#include "exporter/metrics_parts.h"
#include "page/names.h"
#include "page/time.h"
#include "page/warning.h"
#include "show/html.h"
#include "show/interval_text.h"
#include "version.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<meta http-equiv=\"refresh\" content=\"15\">\n<title>vmclock-trace exporter</title>\n"
	"<style>\n"
	":root { color-scheme: light dark }\n"
	"body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; "
	"padding: 0 1rem }\n"
	"table { border-collapse: collapse; width: 100% }\n"
	"th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; "
	"border-bottom: 1px solid #8884 }\n"
	"th { font-weight: 600; white-space: nowrap; width: 11rem }\n"
	".state { padding: .6rem 1rem; border-radius: .4rem; color: #fff; font-weight: 600 }\n"
	".good { background: #1b7a3d } .bad { background: #b3261e } .unknown { background: #666 }\n"
	".critical { color: #d6453d; font-weight: 600 } .warning { color: #b26a00; font-weight: "
	"600 }\n"
	".time { white-space: nowrap } small { color: #777 }\n"
	"</style>\n<h1>vmclock-trace exporter</h1>\n";

static void put_row(FILE *out, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put_row(FILE *out, const char *name, const char *format, ...)
{
	char text[640];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(out, "<tr><th>%s<td>", name);
	html_puts(out, text);
	fputs("\n", out);
}

static void put_moment(FILE *out, uint64_t at_ns)
{
	char text[INSTANT_ISO_BYTES];

	instant_format_utc(instant_from_ns((int64_t)(at_ns / NSEC_PER_SEC * NSEC_PER_SEC)), text,
			   sizeof(text));
	/* Seconds are enough here: "2026-11-23T03:33:07Z". */
	fprintf(out, "%.19sZ", text);
}

bool landing_is_healthy(const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	return now_ns < snapshot->turn_ns + LANDING_STALL_NS;
}

/* Nothing is seen to be bad: why all may yet not be well; NULL: it is. */
static const char *why_not_known(const struct metrics_snapshot *snapshot)
{
	const struct metrics_windows *windows = &snapshot->windows;

	for (int i = 0; snapshot->well.state == CLAIM_UNKNOWN &&
			snapshot->well.why == CLAIM_CLOCK_UNKNOWN && i < OBSERVED_CLOCKS;
	     i++) {
		if (snapshot->clock[i].seen && !snapshot->clock[i].known)
			return error_unknown_means(snapshot->clock[i].why);
	}
	if (snapshot->well.state == CLAIM_UNKNOWN)
		return claim_why_means(snapshot->well.why);
	if (windows->count && windows->recovery.state == CLAIM_FAILS)
		return "a clock was still bad when it was last seen";
	if (windows->count && windows->recovery.state == CLAIM_UNKNOWN)
		return claim_why_means(windows->recovery.why);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (snapshot->clock[i].seen && !snapshot->clock[i].known)
			return error_unknown_means(snapshot->clock[i].why);
	}
	return NULL;
}

/* The one sentence that matters, in its colour. */
static void put_state(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	const char *colour, *text, *why = NULL;

	if (!landing_is_healthy(snapshot, now_ns)) {
		colour = "unknown";
		text = "The observer has stopped: what stands here is old.";
	} else if (!snapshot->page.present) {
		colour = "unknown";
		text = "There is no vmclock to sample.";
	} else if (snapshot->windows.open) {
		colour = "bad";
		text = "A clock is bad, or was until a few seconds ago.";
	} else if (page_mode(&snapshot->page.page) == PAGE_INVALID) {
		colour = "bad";
		text = "What is there is no vmclock page.";
	} else if (page_get(&snapshot->page.page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNRELIABLE &&
		   snapshot->well.state == CLAIM_FAILS) {
		colour = "bad";
		text = "The page says that its clock is UNRELIABLE.";
	} else if (health_is_freerunning(&snapshot->page.page)) {
		colour = "bad";
		text = "The host has no source of time (FREERUNNING).";
	} else if (snapshot->well.state == CLAIM_FAILS) {
		colour = "bad";
		text = "A clock disagrees with the page.";
	} else {
		why = why_not_known(snapshot);
		colour = why ? "unknown" : "good";
		text = why ? "Whether the clock is well is not known: " : "The clock is well.";
	}
	fprintf(out, "<p class=\"state %s\">%s%s%s</p>\n", colour, text, why ? why : "",
		why ? "." : "");
}

static void put_time(FILE *out, const struct metrics_page *seen)
{
	char utc[INSTANT_ISO_BYTES], error[TEXT_NS_BYTES];
	struct page_time time;

	if (!seen->has_ticks || page_time_at(&seen->page, seen->ticks, &time))
		return;
	if (time.has_utc) {
		instant_format_utc(time.utc, utc, sizeof(utc));
		put_row(out, "UTC by the page", "%s, at the newest sample", utc);
	}
	if (time.has_max_error && !page_warnings_unsafe(PAGE_FULL, page_warnings(&seen->page))) {
		text_ns_u64(time.max_error_ns, error, sizeof(error));
		put_row(out, "its error", "at most %s either way", error);
	}
}

static void put_page(FILE *out, const struct metrics_page *seen)
{
	const char *status = page_status_name(page_get(&seen->page, PAGE_CLOCK_STATUS));

	put_row(out, "page", "%s, %s", seen->path,
		seen->present ? page_mode_name(page_mode(&seen->page))
			      : "which is not there; it is waited for");
	if (!seen->present)
		return;
	put_row(out, "status", "%s", status ? status : "undefined");
	put_row(out, "updates", "%" PRIu64 ", of them %" PRIu64 " not seen between two samples",
		seen->updates, seen->missed);
	put_row(out, "disruption marker", "0x%016" PRIx64,
		page_get(&seen->page, PAGE_DISRUPTION_MARKER));
	if (page_mode(&seen->page) == PAGE_FULL)
		put_time(out, seen);
}

static void put_clocks(FILE *out, const struct metrics_clock *clocks)
{
	char text[INTERVAL_TEXT_BYTES];

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (!clocks[i].seen)
			continue;
		if (clocks[i].known) {
			interval_text(clocks[i].offset, text, sizeof(text));
			put_row(out, observed_clock_name((enum observed_clock)i),
				"ahead of the page by %s", text);
		} else {
			put_row(out, observed_clock_name((enum observed_clock)i),
				"cannot be held against the page: %s",
				error_unknown_means(clocks[i].why));
		}
	}
}

static void put_sight(FILE *out, const struct metrics_snapshot *snapshot)
{
	const struct metrics_driver *driver = &snapshot->driver;
	char period[TEXT_NS_BYTES];
	size_t attached = 0, missing = 0;

	text_ns_u64(snapshot->page.period_ns, period, sizeof(period));
	put_row(out, "sampled", "every %s%s", period,
		snapshot->page.by_notice ? ", and when the hypervisor notifies" : "");
	if (!driver->seen) {
		put_row(out, "driver", "not seen: %s", driver->why.cause);
		return;
	}
	for (size_t i = 0; i < driver->hooks; i++) {
		attached += driver->hook[i].attach_type != HOOK_ABSENT;
		missing += hook_is_missing(&driver->hook[i]);
	}
	put_row(out, "driver", "seen by %zu hooks in the kernel; %zu more are missing", attached,
		missing);
	if (driver->knows_mappers)
		put_row(out, "page", "mapped by %" PRIu64 " processes, which read it unseen",
			driver->mappers);
}

/* None of these is no news. */
static void put_unseen_findings(FILE *out, const struct metrics_driver *driver)
{
	const char *before = "<p>Not seen without their hooks in the kernel: ";

	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		if (metrics_sees_finding(driver, kind))
			continue;
		fprintf(out, "%s%s", before, finding_name(kind));
		before = ", ";
	}
	fputs(*before == ',' ? ".\n" : "", out);
}

static void put_findings(FILE *out, const struct metrics_snapshot *snapshot)
{
	fputs("<h2>Last findings</h2>\n", out);
	put_unseen_findings(out, &snapshot->driver);
	if (!snapshot->findings) {
		fputs("<p>None since the exporter started.\n", out);
		return;
	}
	fputs("<table>\n", out);
	for (size_t i = 0; i < snapshot->findings; i++) {
		const struct metrics_finding *finding = &snapshot->finding[i];

		fputs("<tr><td class=\"time\">", out);
		put_moment(out, finding->at_ns);
		fprintf(out, "<td class=\"%s\">%s<td>%s<br><small>",
			finding_severity_name(finding->severity),
			finding_severity_name(finding->severity), finding_name(finding->kind));
		html_puts(out, finding->text);
		fputs("</small>\n", out);
	}
	fputs("</table>\n", out);
}

void landing_put_html(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	fputs(head, out);
	put_state(out, snapshot, now_ns);
	fputs("<table>\n", out);
	put_page(out, &snapshot->page);
	put_clocks(out, snapshot->clock);
	put_sight(out, snapshot);
	fputs("</table>\n", out);
	put_findings(out, snapshot);
	fputs("<p><a href=\"/metrics\">Metrics</a> &middot; <a href=\"/healthz\">Health</a>\n"
	      "<p><small>vmclock-trace " VERSION
	      "; <kbd>man vmclock-trace-exporter</kbd> tells what "
	      "each metric means.</small>\n",
	      out);
}

void landing_put_health(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	const struct metrics_driver *driver = &snapshot->driver;
	char since[TEXT_NS_BYTES];

	if (landing_is_healthy(snapshot, now_ns)) {
		fputs("ok\n", out);
	} else {
		text_ns_u64(now_ns - snapshot->turn_ns, since, sizeof(since));
		fprintf(out, "not healthy: the observer has been standing still for %s\n", since);
	}
	if (!snapshot->page.present)
		fprintf(out, "no page: there is nothing to sample in %s; it is waited for\n",
			snapshot->page.path);
	if (!driver->seen)
		fprintf(out, "no hooks: %s%s%s\n", driver->why.cause,
			*driver->why.hint ? "; hint: " : "", driver->why.hint);
	for (size_t i = 0; i < driver->hooks; i++) {
		if (hook_is_missing(&driver->hook[i]))
			fprintf(out, "no hook on %s (%s): %s is not seen\n",
				driver->hook[i].function, driver->hook[i].why,
				driver->hook[i].tells);
	}
}
