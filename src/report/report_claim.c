// SPDX-License-Identifier: GPL-2.0-or-later
/* How bad it is, and whether that all is well may be said. */
#include <string.h>

#include "report/report_view.h"

/*
 * About the clock: what was lost of the view of it is report_claim()'s. An incident is as bad in
 * each part of it as in the one in which it was found.
 */
static enum finding_severity worst_of(const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	enum finding_severity worst = FINDING_INFO;

	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *finding = &analysis->finding[i];

		if (report_has_finding(report, finding) && finding_is_alarm(finding) &&
		    finding->severity > worst)
			worst = finding->severity;
	}
	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];

		if (report_has_incident(report, incident) && incident_alarm(incident) > worst)
			worst = incident_alarm(incident);
	}
	return worst;
}

/* How many times something was lost in the kernel. */
static uint64_t losses_of(const struct report *report)
{
	uint64_t times = 0;

	for (size_t i = 0; i < report->analysis->findings; i++) {
		const struct finding *finding = &report->analysis->finding[i];

		times += finding->kind == FINDING_DATA_LOSS && report_has_finding(report, finding);
	}
	return times;
}

bool report_unkept(const struct report *report, uint64_t from_ns, uint64_t to_ns)
{
	const struct analysis *analysis = report->analysis;
	bool all = from_ns <= report->start_ns && to_ns == UINT64_MAX;

	/* What was before the first event that was kept is in no list. */
	if (report->span.unkept && (all || analysis->gaps_unlisted || from_ns < analysis->first_ns))
		return true;
	for (size_t i = 0; report->span.unkept && i < analysis->gaps; i++) {
		if (analysis->gap[i].from_ns < to_ns && analysis->gap[i].to_ns >= from_ns)
			return true;
	}
	return false;
}

static bool is_asked_for(const struct report *report, uint64_t from_ns, uint64_t to_ns)
{
	return from_ns < report->until_ns && to_ns >= report->since_ns;
}

/* Was something found in what cannot be read, in the time that is asked for? */
static bool found_unread(const struct report *report)
{
	const struct event_gap *unread = report->unread;

	return unread && *unread->worst && is_asked_for(report, unread->worst_ns, unread->worst_ns);
}

static struct claim_span span_of(const struct report *report)
{
	const struct page_in_force *page = report->analysis->page;
	struct claim_span span = report->span;

	bool off = clock_doubts_any(report->clock_doubts, 0, UINT64_MAX);

	if (!report_unkept(report, report->since_ns, report->until_ns)) {
		span.unkept = 0;
		span.found_unkept = span.found_unkept_critical = false;
	}
	if (found_unread(report)) {
		span.found_unkept = true;
		span.found_unkept_critical |= report->unread->worst_is_critical;
	}
	span.lost += losses_of(report);
	span.page_bad &= is_asked_for(report, report->doubt->from_ns, report->doubt->to_ns);
	span.unreliable &= is_asked_for(report, report->doubt->unreliable_from_ns,
					report->doubt->unreliable_to_ns);
	span.freerunning &= is_asked_for(report, report->doubt->freerunning_from_ns,
					 report->doubt->freerunning_to_ns);
	judge_add_compared(report->analysis->judge, report->since_ns, report->until_ns, &span);
	if (!is_asked_for(report, page->unwatched_from_ns, page->unwatched_to_ns))
		span.missed = 0;
	/* One that only the part not kept would show is not asked for in a part of the time. */
	span.clock_off &= !off && !report_is_windowed(report);
	span.clock_off |=
		clock_doubts_any(report->clock_doubts, report->since_ns, report->until_ns);
	return span;
}

const struct finding *report_worst_finding(const struct report *report, uint64_t *count)
{
	const struct analysis *analysis = report->analysis;
	uint64_t found = analysis->findings_unlisted;
	const struct finding *worst = NULL;

	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *finding = &analysis->finding[i];

		if (!report_has_finding(report, finding))
			continue;
		found++;
		if (!worst || finding->severity > worst->severity)
			worst = finding;
	}
	if (count)
		*count = found;
	return worst;
}

bool report_watched_reads(const struct report *report)
{
	const char *uses = fact_get(report->facts, "uses");

	return !uses || strncmp(uses, "not seen", 8) != 0;
}

bool report_page_is_unreliable(const struct report *report)
{
	return span_of(report).unreliable;
}

const struct event_gap *report_worst_unkept(const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	const struct event_gap *worst = found_unread(report) ? report->unread : NULL;
	const struct event_gap *oldest = &analysis->oldest;

	if (*oldest->worst && is_asked_for(report, oldest->from_ns, oldest->to_ns) &&
	    (!worst || (oldest->worst_is_critical && !worst->worst_is_critical)))
		worst = oldest;
	for (size_t i = 0; i < analysis->gaps; i++) {
		const struct event_gap *gap = &analysis->gap[i];

		if (*gap->worst && is_asked_for(report, gap->from_ns, gap->to_ns) &&
		    (!worst || (gap->worst_is_critical && !worst->worst_is_critical)))
			worst = gap;
	}
	return worst;
}

bool report_page_is_bad(const struct report *report)
{
	return span_of(report).page_bad;
}

bool report_page_is_freerunning(const struct report *report)
{
	return span_of(report).freerunning;
}

struct claim report_claim(const struct report *report)
{
	struct claim_span span = span_of(report);

	return claim_well(&span, worst_of(report) > FINDING_INFO);
}

struct claim report_clocks_claim(const struct report *report)
{
	const struct analysis *analysis = report->analysis;
	struct claim_span span = span_of(report);

	for (size_t i = 0; i < analysis->findings; i++) {
		if (analysis->finding[i].kind == FINDING_CLOCKS_DISAGREE &&
		    report_has_finding(report, &analysis->finding[i]))
			return claim_unknown(CLAIM_WITNESSES);
	}
	/* What was found where nothing can be seen does not say how they were. */
	span.found_unkept = false;
	/* A host without a source of time may give a bound, which holds; else it is page_bad. */
	span.freerunning = false;
	return claim_well(&span, false);
}

bool report_end_is_untold(const struct report *report)
{
	const struct untold *untold = judge_untold(report->analysis->judge);

	return untold->is_counted && untold->from_ns < report->until_ns &&
	       untold->to_ns >= report->since_ns;
}

struct claim report_is_all(const struct report *report)
{
	struct claim_span span = span_of(report);

	span.clock_off = span.unreliable = span.freerunning = span.uncompared = false;
	span.found_unkept = false;
	return claim_well(&span, false);
}

static struct claim has_all_of(struct claim_span span)
{
	span.page_bad = span.clock_off = span.unreliable = span.freerunning = span.uncompared =
		false;
	span.found_unkept = false;
	span.missed = 0;
	return claim_well(&span, false);
}

struct claim report_has_all(const struct report *report)
{
	return has_all_of(span_of(report));
}

struct claim report_has_samples(const struct report *report)
{
	struct claim_span span = span_of(report);

	span.lost = report->span.lost;
	return has_all_of(span);
}

const char *report_level(const struct report *report)
{
	enum claim_state well = report_claim(report).state;

	if (well == CLAIM_FAILS)
		return worst_of(report) == FINDING_CRITICAL || report_page_is_unreliable(report) ||
				       span_of(report).found_unkept_critical
			       ? "CRITICAL"
			       : "WARNING";
	return well == CLAIM_HOLDS ? "OK" : "UNKNOWN";
}
