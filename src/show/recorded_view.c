// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/recorded_view.h"

#include <inttypes.h>

#include "show/json_add.h"
#include "show/text_shown.h"

const struct json_table recorded_table = {.name = "recorded",
					  .doc = "The recording that is shown.",
					  .keys = (const struct json_key[]){
						  {"file", JSON_STRING, "Its path."},
						  JSON_FACTS_KEY(0),
						  {0},
					  }};

const struct json_table recorded_result_table = {
	.name = "recorded_result",
	.doc = "What became of the recording that was shown.",
	.keys = (const struct json_key[]){
		{"events", JSON_U64, "How many were read."},
		{"events_lost", JSON_U64, "How many the recorder lost."},
		{"events_cut", JSON_U64, "How many made room for later ones."},
		{"events_damaged", JSON_U64, "How many are damaged."},
		{"damage", JSON_TEXT, "What is damaged.", JSON_NULL},
		JSON_ENDED_KEYS,
		{0},
	}};

static void put_fact(FILE *out, const struct record_context *context, const char *before,
		     const char *name, const char *after)
{
	const char *value = fact_get(context->facts, name);

	if (!value)
		return;
	fputs(before, out);
	text_put_shown(out, value);
	fputs(after, out);
}

void recorded_put_text(FILE *out, const struct record_context *context)
{
	fputs("from    ", out);
	text_put_shown(out, context->file);
	fputs(", A RECORDING", out);
	put_fact(out, context, " of ", "host", "");
	put_fact(out, context, " by ", "tool", "");
	fputc('\n', out);
	put_fact(out, context, "        page: ", "page", "\n");
	put_fact(out, context, "        uses: ", "uses", "\n");
}

void recorded_result_put_text(FILE *out, const struct recorded_result *result)
{
	fprintf(out, "recording           %" PRIu64 " events", result->events);
	if (result->lost)
		fprintf(out, "; %" PRIu64 " more were LOST, not written", result->lost);
	if (result->cut)
		fprintf(out, "; the oldest %" PRIu64 " made room for them", result->cut);
	if (*result->damage) {
		fputs("; DAMAGED: ", out);
		text_put_shown(out, result->damage);
	}
	if (!result->ended)
		fputs("; it was not closed in order", out);
	if (result->no_log)
		fputs(", and its log (the file -wal) is missing", out);
	fputc('\n', out);
}

json_object *record_facts_json(const struct fact_list *facts)
{
	json_object *json = json_new_map();

	for (size_t i = 0; i < facts->facts; i++) {
		/* A name from a damaged recording may be no UTF-8 either. */
		json_object *name = page_json_string(facts->fact[i].name);

		add_text(json, json_object_get_string(name), facts->fact[i].value);
		json_object_put(name);
	}
	return json;
}

void add_ended(json_object *json, bool ended, bool no_log)
{
	add_bool(json, "ended", ended);
	add_bool(json, "log_missing", no_log);
}

json_object *recorded_json(const struct record_context *context)
{
	json_object *json;

	if (!context)
		return NULL;
	json = json_new(&recorded_table);
	add_text(json, "file", context->file);
	add_json(json, "facts", record_facts_json(context->facts));
	return json;
}

json_object *recorded_result_json(const struct recorded_result *result)
{
	json_object *json;

	if (!result)
		return NULL;
	json = json_new(&recorded_result_table);
	add_u64(json, "events", result->events);
	add_u64(json, "events_lost", result->lost);
	add_u64(json, "events_cut", result->cut);
	add_u64(json, "events_damaged", result->damaged);
	add_text(json, "damage", *result->damage ? result->damage : NULL);
	add_ended(json, result->ended, result->no_log);
	return json;
}
