// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/doctor_view.h"

#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/level.h"

#define SCHEMA "vmclock-trace/doctor/2"

static const struct json_table doctor_table = {
	.name = "doctor",
	.doc = "What can be seen on this machine, and what cannot.",
	.keys = (const struct json_key[]){
		JSON_SCHEMA_KEY(SCHEMA),
		{"level", JSON_STRING,
		 "The worst of all below: `critical` where something fails. What was skipped "
		 "counts "
		 "as `warning`.",
		 .values = JSON_LEVELS},
		{"verdict", JSON_TEXT, "The answer in a sentence."},
		{"checks", JSON_OBJECT,
		 "What was checked: `kernel`, `clocksource`, `btf`, `driver`, `device`, `page`, "
		 "`ptp_clock`, `writable_mapping`, `vmclock`, `ptp_clocks`, `chrony`, `kvmclock`, "
		 "`virtio_rtc`, `vmgenid`, `clockbound`, `vmclock_host` (where there is one), "
		 "`lockdown`, `privileges`.",
		 JSON_LIST, .of = &json_check},
		{"hooks", JSON_OBJECT, "Each hook. Null: none could be tried.",
		 JSON_NULL | JSON_LIST, .of = &json_hook},
		{"hooks_missing", JSON_OBJECT, "Why none could be tried.", JSON_NULL,
		 .of = &json_missing},
		{0},
	}};

const struct json_schema doctor_schema = {
	.name = SCHEMA,
	.doc = "What vmclock-trace doctor --json prints: one object.",
	.tables = (const struct json_table *const[]){&doctor_table, NULL},
};

static const char *const marks[] = {"OK  ", "WARN", "FAIL", "SKIP"};

static void put_check(FILE *out, enum check_state state, const char *name, const char *text,
		      const char *hint)
{
	level_put(out, level_named(marks[state]), marks[state]);
	fprintf(out, "  %-24s  %s\n", name, text);
	if (hint[0])
		fprintf(out, "      %-24s  hint: %s\n", "", hint);
}

static void put_hook(FILE *out, const struct hook *hook)
{
	char text[HOOK_WHY_BYTES + 200];

	if (hook->replaced)
		return;
	snprintf(text, sizeof(text), "%s%s%s: %s", hook_attach_type_name(hook->attach_type),
		 hook->why[0] ? ", " : "", hook->why, hook->tells);
	put_check(out, hook->attach_type == HOOK_FENTRY ? CHECK_OK : CHECK_WARN, hook->function,
		  text, "");
}

static const char *verdict(const struct doctor_result *result)
{
	return result->worst == CHECK_OK ? "All is well: everything can be seen."
	       : result->worst == CHECK_FAIL
		       ? "The main job cannot be done here: see FAIL."
		       : "Not everything can be seen or is safe: see WARN and SKIP.";
}

void doctor_text(FILE *out, const struct doctor_result *result)
{
	level_put(out, level_named(marks[result->worst]), verdict(result));
	fputs("\n\n", out);
	for (size_t i = 0; i < result->check_count; i++)
		put_check(out, result->checks[i].state, result->checks[i].name,
			  result->checks[i].text, result->checks[i].hint);
	fputs("\nhooks, and what each one tells\n", out);
	if (!result->hooks)
		put_check(out, CHECK_SKIP, "none tried", result->no_hooks->cause, "");
	for (size_t i = 0; result->hooks && i < result->hook_count; i++)
		put_hook(out, &result->hooks[i]);
}

static json_object *json_of_check(const struct check *check)
{
	json_object *json = json_new(&json_check);

	add_text(json, "name", check->name);
	add_text(json, "state", check_state_name(check->state));
	add_text(json, "why", check->text);
	add_text(json, "hint", check->hint[0] ? check->hint : NULL);
	return json;
}

void doctor_json(FILE *out, const struct doctor_result *result)
{
	json_object *json = json_new(&doctor_table), *checks = json_object_new_array();
	json_object *hooks = result->hooks ? json_object_new_array() : NULL;

	for (size_t i = 0; i < result->check_count; i++)
		json_object_array_add(checks, json_of_check(&result->checks[i]));
	for (size_t i = 0; hooks && i < result->hook_count; i++)
		json_object_array_add(hooks, json_of_hook(&result->hooks[i]));
	add_text(json, "schema", SCHEMA);
	add_text(json, "level",
		 result->worst == CHECK_OK     ? "ok"
		 : result->worst == CHECK_FAIL ? "critical"
					       : "warning");
	add_text(json, "verdict", verdict(result));
	add_json(json, "checks", checks);
	add_json(json, "hooks", hooks);
	add_missing(json, "hooks_missing", hooks ? NULL : result->no_hooks->cause,
		    result->no_hooks->hint);
	put_pretty(out, &doctor_schema, json);
}
