// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/answers_view.h"

#include <inttypes.h>

#include "base/text.h"
#include "show/interval_text.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/page_json.h"

#define ANSWER_COLUMNS 36

static void put_answer(FILE *out, const char *who, const char *answer, bool claims,
		       uint64_t claim_ns)
{
	char bound[TEXT_NS_BYTES];

	fprintf(out, "    %-14s  ", who);
	if (!claims) {
		fprintf(out, "%s\n", answer);
		return;
	}
	text_ns_u64(claim_ns, bound, sizeof(bound));
	fprintf(out, "%-*s claims +-%s\n", ANSWER_COLUMNS, answer, bound);
}

static void put_distance(FILE *out, const char *who, struct ns_interval less_page, bool claims,
			 uint64_t claim_ns)
{
	char text[INTERVAL_TEXT_BYTES];

	interval_text(less_page, text, sizeof(text));
	put_answer(out, who, text, claims, claim_ns);
}

void answers_put(FILE *out, const struct answers *answers)
{
	char at[INSTANT_ISO_BYTES];

	if (!answers->is_known)
		return;
	fprintf(out, "\n  At one counter value (%" PRIu64 "%s), each less the page:\n",
		answers->counter, answers->is_drivers ? ", the driver's" : "");
	instant_format_utc(answers->utc, at, sizeof(at));
	put_answer(out, "page", at, answers->has_page_claim, answers->page_claim_ns);
	if (answers->has_driver)
		put_distance(out, "driver", interval_of(answers->driver_ns), false, 0);
	if (answers->has_clockbound)
		put_distance(out, "ClockBound", answers->clockbound, true,
			     answers->clockbound_claim_ns);
	if (answers->has_realtime)
		put_distance(out, "CLOCK_REALTIME", answers->realtime, answers->has_realtime_claim,
			     answers->realtime_claim_ns);
}

const struct json_table compare_answers_table = {
	.name = "compare_answers",
	.doc = "What page, driver, ClockBound's line and CLOCK_REALTIME tell at one counter value.",
	.keys = (const struct json_key[]){
		{"counter", JSON_U64, "The counter value.", .unit = "ticks"},
		{"is_drivers", JSON_BOOL,
		 "It is the one that the driver used for PTP_SYS_OFFSET_PRECISE, and "
		 "CLOCK_REALTIME is of that very value. False: it was read right after "
		 "CLOCK_REALTIME."},
		{"utc", JSON_STRING, "The page's UTC."},
		{"page_claim_ns", JSON_U64, "What the page guarantees, one way. Null: nothing.",
		 JSON_NULL, .unit = "ns"},
		{"driver_minus_page_ns", JSON_I64, "Null: not seen, or not comparable.", JSON_NULL,
		 .unit = "ns"},
		{"clockbound_minus_page", JSON_OBJECT,
		 "Null: there is no line of ClockBound's own that claims anything.", JSON_NULL,
		 .of = &json_interval},
		{"clockbound_claim_ns", JSON_U64, "What it claims, one way. Null with that.",
		 JSON_NULL, .unit = "ns"},
		{"realtime_minus_page", JSON_OBJECT, "Null: not known.", JSON_NULL,
		 .of = &json_interval},
		{"realtime_claim_ns", JSON_U64,
		 "What the kernel claims of CLOCK_REALTIME, one way. Null: nothing.", JSON_NULL,
		 .unit = "ns"},
		{0},
	}};

json_object *answers_json(const struct answers *answers)
{
	json_object *json;
	char at[INSTANT_ISO_BYTES];

	if (!answers->is_known)
		return NULL;
	json = json_new(&compare_answers_table);
	instant_format_utc(answers->utc, at, sizeof(at));
	add_u64(json, "counter", answers->counter);
	add_bool(json, "is_drivers", answers->is_drivers);
	add_text(json, "utc", at);
	add_known(json, "page_claim_ns", answers->has_page_claim, answers->page_claim_ns);
	if (answers->has_driver)
		add_i64(json, "driver_minus_page_ns", answers->driver_ns);
	else
		add_null(json, "driver_minus_page_ns");
	add_json(json, "clockbound_minus_page",
		 answers->has_clockbound ? page_json_interval(&answers->clockbound) : NULL);
	add_known(json, "clockbound_claim_ns", answers->has_clockbound,
		  answers->clockbound_claim_ns);
	add_json(json, "realtime_minus_page",
		 answers->has_realtime ? page_json_interval(&answers->realtime) : NULL);
	add_known(json, "realtime_claim_ns", answers->has_realtime_claim,
		  answers->realtime_claim_ns);
	return json;
}
