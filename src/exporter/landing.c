// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/text.h"
#include "exporter/landing_frame.h"
#include "exporter/landing_plot.h"
#include "exporter/metrics_parts.h"
#include "page/names.h"
#include "page/time.h"
#include "page/warning.h"
#include "show/html.h"
#include "show/sentence.h"
#include "version.h"

static void put_row(FILE *out, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put_row(FILE *out, const char *name, const char *format, ...)
{
	char text[640];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(out, "<dt>%s</dt><dd>", name);
	html_puts(out, text);
	fputs("</dd>\n", out);
}

/* "2026-11-30 18:42:03Z, 12 min ago": @at_ns of CLOCK_MONOTONIC. */
static void put_moment(FILE *out, const struct metrics_snapshot *snapshot, uint64_t at_ns,
		       uint64_t now_ns)
{
	uint64_t day_ns = snapshot->turn_at_ns - (snapshot->turn_ns - at_ns);
	char text[INSTANT_ISO_BYTES], ago[TEXT_NS_BYTES];

	instant_format_utc(instant_from_ns((int64_t)(day_ns / NSEC_PER_SEC * NSEC_PER_SEC)), text,
			   sizeof(text));
	text_ns_short(now_ns > at_ns ? now_ns - at_ns : 0, ago, sizeof(ago));
	/* "2026-11-22T14:02:42.000000000Z": its first 19, with a space for people. */
	fprintf(out, "%.10s %.8sZ, %s ago", text, text + 11, ago);
}

/* --- What matters first */

static void put_do_now(FILE *out, const struct landing_verdict *verdict)
{
	if (!verdict->action)
		return;
	fprintf(out, "<p>%s", verdict->action);
	if (verdict->command)
		fprintf(out, " <code>%s</code>", verdict->command);
	if (verdict->runbook)
		fprintf(out, " <a href=\"/runbooks/%s\">Runbook</a>", verdict->runbook);
	fputs("</p>\n", out);
}

static void put_verdict(FILE *out, const struct metrics_snapshot *snapshot,
			const struct landing_verdict *verdict, uint64_t now_ns)
{
	const char *style = landing_level_style(verdict->level);

	fprintf(out, "<section class=\"verdict %s%s\">", style, verdict->is_red ? " red" : "");
	landing_put_mark(out, style);
	fprintf(out, "<div><p class=\"level %s\">%s</p><strong>", style,
		landing_level_name(verdict->level));
	html_puts(out, verdict->headline);
	fputs("</strong>\n", out);
	if (verdict->since_ns) {
		fputs("<p>Since ", out);
		put_moment(out, snapshot, verdict->since_ns, now_ns);
		fputs(".</p>\n", out);
	}
	if (*verdict->why) {
		fputs("<p>", out);
		html_puts(out, verdict->why);
		fputs("</p>\n", out);
	}
	put_do_now(out, verdict);
	fputs("</div></section>\n", out);
}

/* The newest time in which a clock was bad, where the verdict is of now. */
static void put_last_window(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	const struct metrics_windows *windows = &snapshot->windows;

	if (!windows->count || windows->open)
		return;
	fputs("<h2>Last bad window</h2>\n<p>", out);
	html_puts(out, windows->headline);
	fputs(" <span class=\"soft\">It closed ", out);
	put_moment(out, snapshot, windows->over_ns, now_ns);
	fprintf(out, "; %" PRIu64 " since the exporter started.</span></p>\n", windows->count);
}

/* --- Each clock */

/* How far it is off: by its newest reading, or by the one who judges CLOCK_REALTIME. */
static bool offset_of(const struct metrics_snapshot *snapshot, enum observed_clock i,
		      struct ns_interval *offset)
{
	if (i == OBSERVED_REALTIME && snapshot->witness.known) {
		*offset = snapshot->witness.offset;
		return true;
	}
	*offset = snapshot->clock[i].offset;
	return snapshot->clock[i].known;
}

static void put_off(FILE *out, const struct metrics_snapshot *snapshot, enum observed_clock i)
{
	const struct metrics_clock *clock = &snapshot->clock[i];
	char text[2 * TEXT_NS_BYTES + 16] = "", most[TEXT_NS_BYTES];
	struct words words = {text, sizeof(text)};
	struct ns_interval offset;

	if (landing_clock_is_wrong(snapshot, i)) {
		say_off(&words, clock->error);
	} else if (offset_of(snapshot, i, &offset)) {
		text_ns_short(interval_reach_ns(offset), most, sizeof(most));
		say(&words, "at most %s off", most);
	} else {
		say(&words, "not known");
	}
	fprintf(out, "<p class=\"off\">%s</p>\n", text);
}

/* Since when it is wrong, by whom, and what it claims; or why it is not known. */
static void put_about(FILE *out, const struct metrics_snapshot *snapshot, enum observed_clock i,
		      uint64_t now_ns)
{
	const struct metrics_clock *clock = &snapshot->clock[i];
	bool by_witness = i == OBSERVED_REALTIME && snapshot->witness.known;
	char claim[TEXT_NS_BYTES], who[WITNESS_TEXT_BYTES];

	fputs("<p class=\"soft\">", out);
	if (landing_clock_is_wrong(snapshot, i)) {
		fputs("Wrong since ", out);
		put_moment(out, snapshot, clock->wrong_since_ns, now_ns);
		fputs(". ", out);
	}
	if (by_witness)
		html_printf(out, "Compared with %s. ",
			    witness_text(&snapshot->witness.witness, who));
	else if (clock->known)
		fputs("Compared with the page. ", out);
	else
		html_printf(out, "It cannot be compared: %s. ", error_unknown_means(clock->why));
	text_ns_short(clock->claim_ns, claim, sizeof(claim));
	html_printf(out, "%s itself claims %s%s.</p>\n", clock_words(i),
		    clock->has_claim ? "to be within " : "no bound", clock->has_claim ? claim : "");
}

/* What is within its claim stays low; the worst has room beyond it. */
static void put_history(FILE *out, const struct metrics_clock *clock, const char *name)
{
	const struct clock_history *history = &clock->history;
	char worst[TEXT_NS_BYTES], length[TEXT_NS_BYTES], top[TEXT_NS_BYTES], about[256];
	struct words words = {about, sizeof(about)};
	uint64_t worst_ns = 0, top_ns;
	bool known = clock_history_worst(history, &worst_ns);

	if (!history->spans)
		return;
	top_ns = clock->has_claim && clock->claim_ns > worst_ns ? clock->claim_ns
								: worst_ns + worst_ns / 4;
	text_ns_short(worst_ns, worst, sizeof(worst));
	text_ns_short(top_ns, top, sizeof(top));
	text_ns_short(history->spans * history->span_ns, length, sizeof(length));
	*about = '\0';
	say(&words, "Last %s: ", length);
	if (known)
		say(&words, "at most %s off%s; drawn to %s either way", worst,
		    clock_history_has_gap(history) ? ", as far as it is known (hatched: not)" : "",
		    top);
	else
		say(&words, "not known");
	landing_put_plot(out, history, top_ns ? top_ns : 1, name);
	fprintf(out, "<p class=\"soft\">%s.</p>\n", about);
}

/* None looks well where the whole does not. */
static void put_clocks(FILE *out, const struct metrics_snapshot *snapshot, enum landing_level level,
		       uint64_t now_ns)
{
	const struct metrics_clock *clocks = snapshot->clock;
	const char *before = "<h2>Clocks</h2>\n<div class=\"clocks\">\n", *style;
	struct ns_interval offset;

	for (enum observed_clock i = 0; i < OBSERVED_CLOCKS; i++) {
		if (!clocks[i].seen)
			continue;
		style = landing_clock_is_wrong(snapshot, i) ? "critical"
			: !offset_of(snapshot, i, &offset)  ? "unknown"
			: level == LANDING_OK		    ? "ok"
							    : "info";
		fprintf(out, "%s<section class=\"clock %s\"><h3>", before, style);
		before = "";
		landing_put_mark(out, style);
		fprintf(out, " %s</h3>\n", clock_words(i));
		put_off(out, snapshot, i);
		put_history(out, &clocks[i], clock_words(i));
		put_about(out, snapshot, i, now_ns);
		fputs("</section>\n", out);
	}
	fputs(*before ? "" : "</div>\n", out);
}

/* --- What was found */

/* None of these is no news. */
static void put_unseen_findings(FILE *out, const struct metrics_driver *driver)
{
	const char *before = "<p class=\"soft\">Not seen without their hooks in the kernel: ";

	for (enum finding_kind kind = 0; kind < FINDINGS; kind++) {
		if (metrics_sees_finding(driver, kind))
			continue;
		fprintf(out, "%s%s", before, finding_name(kind));
		before = ", ";
	}
	fputs(*before == ',' ? ".</p>\n" : "", out);
}

static void put_finding(FILE *out, const struct metrics_snapshot *snapshot,
			const struct metrics_finding *finding, uint64_t now_ns)
{
	const char *severity = finding_severity_name(finding->severity);
	const char *runbook = landing_finding_runbook(finding->kind);

	fprintf(out, "<li class=\"finding\"><span class=\"%s\">", severity);
	landing_put_mark(out, severity);
	fprintf(out, " %s</span> ", severity);
	if (runbook)
		fprintf(out, "<a href=\"/runbooks/%s\">%s</a>", runbook,
			finding_name(finding->kind));
	else
		fputs(finding_name(finding->kind), out);
	fputs(" <span class=\"soft\">", out);
	put_moment(out, snapshot, finding->found_ns, now_ns);
	fputs("</span><p>", out);
	html_puts(out, finding->text);
	fputs(".</p></li>\n", out);
}

static void put_findings(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	fputs("<h2>Last findings</h2>\n", out);
	put_unseen_findings(out, &snapshot->driver);
	if (!snapshot->findings) {
		fputs("<p>None was seen since the exporter started.</p>\n", out);
		return;
	}
	fputs("<ol>\n", out);
	for (size_t i = 0; i < snapshot->findings; i++)
		put_finding(out, snapshot, &snapshot->finding[i], now_ns);
	fputs("</ol>\n", out);
}

/* --- The page, and how it is seen */

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

/* What the hooks could not tell. */
static void put_losses(FILE *out, const struct event_losses *losses)
{
	uint64_t lost = 0;

	for (enum event_loss i = 0; i < LOSSES; i++)
		lost += event_loss_effect(i) == LOSS_OF_EVENT ||
					event_loss_effect(i) == LOSS_OF_PART
				? event_loss_count(losses, i)
				: 0;
	if (lost)
		fprintf(out,
			"<dt>lost</dt><dd>%" PRIu64 " events, in whole or in part; "
			"<a href=\"/runbooks/VmclockEventsLost\">Runbook</a></dd>\n",
			lost);
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
	fprintf(out, "<dt>driver</dt><dd>seen by %zu hook%s in the kernel", attached,
		attached == 1 ? "" : "s");
	if (missing)
		fprintf(out,
			"; %zu missing; "
			"<a href=\"/runbooks/VmclockHooksMissing\">Runbook</a>",
			missing);
	fputs("</dd>\n", out);
	put_losses(out, &driver->losses);
	if (driver->knows_mappers)
		put_row(out, "mapped by",
			"%" PRIu64 " processes: what they make of the page is not visible",
			driver->mappers);
}

void landing_put_html(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	const char *host = *snapshot->host ? snapshot->host : "this machine";
	struct landing_verdict verdict;

	landing_verdict_of(snapshot, now_ns, &verdict);
	landing_put_head(out, host, landing_level_name(verdict.level), true);
	fputs("<h1>vmclock on ", out);
	html_puts(out, host);
	fputs("</h1>\n", out);
	put_verdict(out, snapshot, &verdict, now_ns);
	put_clocks(out, snapshot, verdict.level, now_ns);
	put_last_window(out, snapshot, now_ns);
	put_findings(out, snapshot, now_ns);
	fputs("<h2>The page and its observer</h2>\n<dl>\n", out);
	put_page(out, &snapshot->page);
	put_sight(out, snapshot);
	fputs("</dl>\n<footer class=\"soft\"><a href=\"/metrics\">Metrics</a> &middot; "
	      "<a href=\"/healthz\">Health</a> &middot; <a href=\"/runbooks/\">Runbooks</a>"
	      "<p class=\"soft\">Times of day are by this machine's CLOCK_REALTIME. The page is "
	      "renewed every 15 s. vmclock-trace " VERSION
	      "; <code>man vmclock-trace-exporter</code> has all metrics.</p></footer>\n",
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
