// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/wait_view.h"

#include <string.h>

#include "page/names.h"
#include "show/finding_json.h"
#include "show/finding_words.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/level.h"

#define SCHEMA "vmclock-trace/wait/2"

static const char *what_names(int i)
{
	static const char *const states[] = {"synchronized", "recovered", NULL};

	return i < FINDINGS ? json_finding_names(i) : states[i - FINDINGS];
}

static const char *state_names(int i)
{
	return i <= CLAIM_FAILS ? claim_state_name((enum claim_state)i) : NULL;
}

static const char *why_names(int i)
{
	return i < CLAIM_WHYS ? claim_why_name((enum claim_why)i) : NULL;
}

static const struct json_table wait_table = {
	.name = "wait",
	.doc = "What happened, or that it did not.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("wait", "When it was over, by CLOCK_MONOTONIC."),
		JSON_SCHEMA_KEY(SCHEMA),
		{"happened", JSON_BOOL, "It did; else the time was over."},
		{"what", JSON_STRING,
		 "The kind of the finding, or `synchronized` or `recovered`. The latter only where "
		 "this wait saw that something was bad; where it was asked for and all was well "
		 "from the first sample on, `synchronized`.",
		 JSON_NULL, .name = what_names},
		{"text", JSON_TEXT, "What happened.", JSON_NULL},
		{"well", JSON_STRING,
		 "Were page and clocks well at the end? `no`: a clock was bad, or was until a few "
		 "seconds before.",
		 .name = state_names},
		{"well_unknown", JSON_STRING,
		 "Why that is not known, as `recovery_unknown` of an incident; and `no_page`, "
		 "`no_time`, `no_voucher`; `out_of_range`: the page's time or bound is; "
		 "`undefined`: the page is cut, or has a value that is not defined or cannot be; "
		 "`not_compared`: with no other clock; `other_machine`: the page is in a file, and "
		 "CLOCK_REALTIME does not meet it.",
		 JSON_NULL, .name = why_names},
		{"waited_ns", JSON_U64, "How long it waited.", .unit = "ns"},
		{"device", JSON_STRING, "The path of the page."},
		{"page", JSON_OBJECT, "The newest sample.", JSON_NULL, .of = &json_page},
		{"finding", JSON_OBJECT, "What was found; null for the two states.", JSON_NULL,
		 .of = &finding_table},
		{0},
	}};

const struct json_schema wait_schema = {
	.name = SCHEMA,
	.doc = "What vmclock-trace wait --json prints: one object.",
	.tables = (const struct json_table *const[]){&wait_table, NULL},
};

static bool is_recovered(const struct wait_result *result)
{
	return result->what && !strcmp(result->what, "recovered");
}

/* What was measured, and how far back it was seen. */
static void state_sentence(const struct wait_result *result, char *text, size_t bytes)
{
	const char *status =
		page_status_name(page_get(result->page, PAGE_CLOCK_STATUS)) ?: "undefined";
	const char *before = is_recovered(result) ? "" : "; what was before this wait is not known";
	char witness[WITNESS_TEXT_BYTES];

	switch (result->basis) {
	case WAIT_BY_PAGE:
		snprintf(text, bytes, "the page says %s; no other clock was compared with it",
			 status);
		break;
	case WAIT_BY_CLOCKS:
		snprintf(text, bytes, "CLOCK_REALTIME agrees with the page, status %s%s", status,
			 before);
		break;
	case WAIT_BY_FILE:
		snprintf(text, bytes, "the page in the file, status %s, is near CLOCK_REALTIME%s",
			 status, before);
		break;
	case WAIT_BY_WITNESS:
		snprintf(text, bytes, "CLOCK_REALTIME agrees with %s%s",
			 witness_text(result->witness, witness), before);
		break;
	}
}

void wait_sentence(const struct wait_result *result, char *text, size_t bytes)
{
	if (result->finding)
		finding_sentence(result->finding, text, bytes);
	else
		state_sentence(result, text, bytes);
}

void wait_print(FILE *out, const struct wait_result *result)
{
	char text[FINDING_WORDS_BYTES], when[FINDING_WORDS_BYTES];
	enum level level = LEVEL_OK;

	if (!result->what)
		return;
	wait_sentence(result, text, sizeof(text));
	if (result->finding)
		level = level_named(finding_severity_name(result->finding->severity));
	level_put(out, level, result->what);
	fprintf(out, "%s: %s", result->finding || is_recovered(result) ? "" : " now", text);
	if (result->finding) {
		finding_when(result->finding, when, sizeof(when));
		fprintf(out, " (%s)", when);
	}
	fputc('\n', out);
}

json_object *wait_json(const struct wait_result *result)
{
	json_object *line = json_new_line(&wait_table, result->time_ns);
	char text[FINDING_WORDS_BYTES];

	wait_sentence(result, text, sizeof(text));
	add_text(line, "schema", SCHEMA);
	add_bool(line, "happened", result->what != NULL);
	add_text(line, "what", result->what);
	add_text(line, "text", result->what ? text : NULL);
	add_text(line, "well", claim_state_name(result->well.state));
	add_text(line, "well_unknown",
		 result->well.state == CLAIM_UNKNOWN ? claim_why_name(result->well.why) : NULL);
	add_u64(line, "waited_ns", result->waited_ns);
	add_text(line, "device", result->device);
	add_json(line, "page", page_json_fields(result->page));
	add_json(line, "finding", result->finding ? finding_json(result->finding) : NULL);
	return line;
}
