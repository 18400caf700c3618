// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "show/finding_json.h"
#include "show/json_add.h"
#include "bundle/redact.h"
#include "feed/recorded.h"

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* By the bundle; what the recording itself had not was not there to be cut. */
static void add_nothing_cut(const struct report *whole, struct fact_list *facts)
{
	const char *which = *whole->damage ? " that can be read"
			    : whole->cut   ? " that were kept"
					   : "";

	if (whole->cut)
		fact_set(facts, "bundle_cut",
			 "nothing: all events%s are here; %" PRIu64 " more had made room before",
			 which, whole->cut);
	else
		fact_set(facts, "bundle_cut", "nothing: all events%s are here", which);
}

static void add_window(const struct cut_request *request, struct fact_list *facts)
{
	uint64_t first_ns = request->lead_ns ? request->lead_ns : request->whole->start_ns;
	char lead[TEXT_NS_BYTES], from[INSTANT_ISO_BYTES], to[INSTANT_ISO_BYTES] = "its end";

	if (!request->windowed) {
		add_nothing_cut(request->whole, facts);
		return;
	}
	report_utc(request->whole, request->since_ns, from, sizeof(from));
	if (request->until_ns != UINT64_MAX)
		report_utc(request->whole, request->until_ns, to, sizeof(to));
	text_ns_u64(request->since_ns - first_ns, lead, sizeof(lead));
	fact_set(facts, "bundle_cut", "from %s to %s, and what was in %s before, for the judgement",
		 from, to, lead);
	fact_set(facts, BUNDLE_FACT_SINCE, "%" PRIu64, request->since_ns);
	fact_set(facts, BUNDLE_FACT_UNTIL, "%" PRIu64, request->until_ns);
}

/* How many of the whole recording's findings are as they were shown live. */
static uint64_t count_live(const struct analysis *analysis, struct recording *recording)
{
	uint64_t same = 0;

	for (size_t i = 0; i < analysis->findings; i++) {
		json_object *json = finding_json(&analysis->finding[i]);
		const char *live = recording_finding(recording, analysis->finding[i].number);

		same += live && !strcmp(live, json_line(json));
		json_object_put(json);
	}
	return same;
}

/* What was found in the window, against what the whole recording has there. */
static void add_findings(const struct cut_request *request, const struct cut_result *result,
			 struct fact_list *facts)
{
	char numbers[120] = "", overlapping[80] = "";

	if (result->first_incident > 1)
		snprintf(numbers, sizeof(numbers), "; incident %" PRIu64 " there is the first here",
			 result->first_incident);
	if (result->overlapping)
		snprintf(overlapping, sizeof(overlapping),
			 "; %" PRIu64 " incident%s more overlap%s this part", result->overlapping,
			 plural(result->overlapping), result->overlapping == 1 ? "s" : "");
	fact_set(facts, "bundle_findings",
		 "%" PRIu64 " finding%s and %" PRIu64 " incident%s, %s%s%s%s", result->findings,
		 plural(result->findings), result->incidents, plural(result->incidents),
		 result->same ? "as in the whole recording" : "NOT all as in the whole recording",
		 numbers, overlapping,
		 report_unkept(request->whole, request->since_ns, request->until_ns)
			 ? "; more was found, or may have been, in what was not kept"
			 : "");
}

/* What was found, or may have been, in that time where the part cannot show it. */
static void add_unseen(const struct cut_request *request, struct fact_list *facts)
{
	const struct report *whole = request->whole;
	const struct event_gap *unread = whole->unread;
	bool unkept = report_unkept(whole, request->since_ns, request->until_ns);
	bool found = *unread->worst && unread->worst_ns >= request->since_ns &&
		     unread->worst_ns < request->until_ns;
	bool is_critical = (found && unread->worst_is_critical) ||
			   (unkept && whole->span.found_unkept_critical);

	if (!unkept && !found)
		return;
	fact_set(facts, RECORDED_FACT_UNKEPT, "%" PRIu64, whole->span.unkept + found);
	if (found || whole->span.found_unkept)
		fact_set(facts, RECORDED_FACT_UNKEPT_WORST, "%s",
			 is_critical ? "critical" : "warning");
}

/* What it is a part of, and how it compares with that. */
static void add_origin(const struct cut_request *request, struct recording *recording,
		       struct fact_list *facts)
{
	const struct report *whole = request->whole;
	const struct analysis *analysis = whole->analysis;
	uint64_t findings = analysis->findings + analysis->findings_unlisted;
	uint64_t incidents = analysis->incidents + analysis->incidents_unlisted;
	char length[TEXT_NS_BYTES], from[INSTANT_ISO_BYTES];

	text_ns_u64(analysis->last_ns - whole->start_ns, length, sizeof(length));
	report_utc(whole, whole->start_ns, from, sizeof(from));
	fact_set(facts, "bundle_of",
		 "%s from %s on: %" PRIu64 " event%s, %" PRIu64 " finding%s, %" PRIu64
		 " incident%s",
		 length, from, analysis->events, plural(analysis->events), findings,
		 plural(findings), incidents, plural(incidents));
	fact_set(facts, "bundle_of_live",
		 "%" PRIu64 " of its %" PRIu64
		 " live findings follow from its events, byte for byte",
		 count_live(analysis, recording), recording_findings(recording));
	if (request->sha256)
		fact_set(facts, "bundle_of_sha256", "%s", request->sha256);
	if (whole->span.no_log)
		fact_set(facts, RECORDING_FACT_LOG, "missing");
	add_unseen(request, facts);
	if (*whole->damage)
		fact_set(facts, RECORDED_FACT_DAMAGE, "%" PRIu64 " events could not be read: %s",
			 whole->bad_rows, request->redact ? "it is damaged" : whole->damage);
}

/* Facts that are not true of a part, or are given anew. */
static bool is_replaced(const struct cut_request *request, const struct cut_result *result,
			const char *name)
{
	static const char *const of_whole[] = {"start_monotonic_ns", "start_realtime_ns",
					       "events_cut", "events_judged", RECORDED_FACT_DOUBTS};

	if (!strcmp(name, "redacted"))
		return request->redact; /* what was once replaced stays so */
	if (!strncmp(name, BUNDLE_FACT_TOOL, strlen(BUNDLE_FACT_TOOL)))
		return true;
	if (result->stopped &&
	    (!strcmp(name, "end_monotonic_ns") || !strcmp(name, "events_judged")))
		return true;
	for (size_t i = 0; i < sizeof(of_whole) / sizeof(of_whole[0]); i++) {
		if (request->lead_ns && !strcmp(name, of_whole[i]))
			return true;
	}
	return false;
}

/* Its own first: if there are too many facts, it is others that are left out. */
void bundle_facts(const struct cut_request *request, const struct cut_result *result,
		  struct recording *recording, struct fact_list *facts)
{
	const struct report *whole = request->whole;
	struct fact_list redacted = {0};
	const struct fact_list *from = whole->facts;
	uint64_t lead_ns = request->lead_ns;

	fact_set(facts, BUNDLE_FACT_TOOL, "%s", BUNDLE_TOOL);
	add_window(request, facts);
	add_origin(request, recording, facts);
	add_findings(request, result, facts);
	if (lead_ns) {
		fact_set(facts, "start_monotonic_ns", "%" PRIu64, lead_ns);
		fact_set(facts, "start_realtime_ns", "%" PRIu64,
			 (uint64_t)whole->start_realtime_ns + lead_ns - whole->start_ns);
	}
	if (result->stopped)
		fact_set(facts, "end_monotonic_ns", "%" PRIu64, result->newest_ns);
	if (request->redact) {
		fact_set(facts, "redacted", "%s", redact_rule);
		redact_facts(whole->facts, &redacted);
		from = &redacted;
	}
	for (size_t i = 0; i < from->facts; i++) {
		if (!is_replaced(request, result, from->fact[i].name))
			fact_set(facts, from->fact[i].name, "%s", from->fact[i].value);
	}
}
