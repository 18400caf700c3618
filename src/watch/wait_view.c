// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/wait_view.h"

#include "page/names.h"
#include "show/finding_json.h"
#include "show/finding_words.h"
#include "show/json_add.h"

#define SCHEMA "vmclock-trace/wait/1"

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
	json_object *line = new_line("wait", result->time_ns);
	char text[FINDING_WORDS_BYTES];

	wait_sentence(result, text, sizeof(text));
	add_text(line, "schema", SCHEMA);
	add_bool(line, "happened", result->what != NULL);
	add_text(line, "what", result->what);
	add_text(line, "text", result->what ? text : NULL);
	add_u64(line, "waited_ns", result->waited_ns);
	add_text(line, "device", result->device);
	json_object_object_add(line, "page", page_json_fields(result->page));
	json_object_object_add(line, "finding",
			       result->finding ? finding_json(result->finding) : NULL);
	return line;
}
