// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/wait_view.h"

#include "page/names.h"
#include "show/finding_json.h"
#include "show/finding_words.h"
#include "show/json_add.h"
#include "show/json_objects.h"

#define SCHEMA "vmclock-trace/wait/2"

static const char *what_names(int i)
{
	static const char *const states[] = {"synchronized", "recovered", NULL};

	return i < FINDINGS ? json_finding_names(i) : states[i - FINDINGS];
}

static const struct json_table wait_table = {
	.name = "wait",
	.doc = "What happened, or that it did not.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("wait", "When it was over, by CLOCK_MONOTONIC."),
		JSON_SCHEMA_KEY(SCHEMA),
		{"happened", JSON_BOOL, "It did; else the time was over."},
		{"what", JSON_STRING, "The kind of the finding, or `synchronized` or `recovered`.",
		 JSON_NULL, .name = what_names},
		{"text", JSON_TEXT, "What happened.", JSON_NULL},
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

void wait_sentence(const struct wait_result *result, char *text, size_t bytes)
{
	const char *status = page_status_name(page_get(result->page, PAGE_CLOCK_STATUS));

	if (result->finding)
		finding_sentence(result->finding, text, bytes);
	else
		snprintf(text, bytes, "the page is %s, status %s, and nothing speaks against it",
			 page_mode_name(page_mode(result->page)), status ? status : "undefined");
}

void wait_print(FILE *out, const struct wait_result *result)
{
	char text[FINDING_WORDS_BYTES], when[FINDING_WORDS_BYTES];

	if (!result->what)
		return;
	wait_sentence(result, text, sizeof(text));
	fprintf(out, "%s: %s", result->what, text);
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
	add_u64(line, "waited_ns", result->waited_ns);
	add_text(line, "device", result->device);
	add_json(line, "page", page_json_fields(result->page));
	add_json(line, "finding", result->finding ? finding_json(result->finding) : NULL);
	return line;
}
