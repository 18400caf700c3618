// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/doctor_view.h"

#include "show/page_json.h"

static const char *const marks[] = {"OK  ", "WARN", "FAIL", "SKIP"};

static void put_line(FILE *out, enum check_state state, const char *name, const char *text,
		     const char *hint)
{
	fprintf(out, "%s  %-24s  %s\n", marks[state], name, text);
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
	put_line(out, hook->attach_type == HOOK_FENTRY ? CHECK_OK : CHECK_WARN, hook->function,
		 text, "");
}

void doctor_text(FILE *out, const struct doctor_result *result)
{
	for (size_t i = 0; i < result->check_count; i++)
		put_line(out, result->checks[i].state, result->checks[i].name,
			 result->checks[i].text, result->checks[i].hint);
	fputs("\nhooks, and what each one tells\n", out);
	if (!result->hooks)
		put_line(out, CHECK_SKIP, "none tried", result->no_hooks_why, "");
	for (size_t i = 0; result->hooks && i < result->hook_count; i++)
		put_hook(out, &result->hooks[i]);
	fputs(result->worst == CHECK_OK	    ? "\nAll is well: everything can be seen.\n"
	      : result->worst == CHECK_FAIL ? "\nThe main job cannot be done here: see FAIL.\n"
					    : "\nNot everything can be seen or is safe: see WARN "
					      "and SKIP.\n",
	      out);
}

static json_object *json_check(const struct check *check)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "name", page_json_string(check->name));
	json_object_object_add(json, "state", page_json_string(check_state_name(check->state)));
	json_object_object_add(json, "text", page_json_string(check->text));
	json_object_object_add(json, "hint", check->hint[0] ? page_json_string(check->hint) : NULL);
	return json;
}

static json_object *json_hook(const struct hook *hook)
{
	json_object *json = json_object_new_object();
	const char *state = hook->replaced ? "replaced" : hook_attach_type_name(hook->attach_type);

	json_object_object_add(json, "function", page_json_string(hook->function));
	json_object_object_add(json, "tells", page_json_string(hook->tells));
	json_object_object_add(json, "state", page_json_string(state));
	json_object_object_add(json, "why", hook->why[0] ? page_json_string(hook->why) : NULL);
	return json;
}

void doctor_json(FILE *out, const struct doctor_result *result)
{
	json_object *json = json_object_new_object();
	json_object *checks = json_object_new_array();
	json_object *hooks = result->hooks ? json_object_new_array() : NULL;

	for (size_t i = 0; i < result->check_count; i++)
		json_object_array_add(checks, json_check(&result->checks[i]));
	for (size_t i = 0; hooks && i < result->hook_count; i++)
		json_object_array_add(hooks, json_hook(&result->hooks[i]));
	json_object_object_add(json, "schema", page_json_string("vmclock-trace/doctor/1"));
	json_object_object_add(json, "worst", page_json_string(check_state_name(result->worst)));
	json_object_object_add(json, "checks", checks);
	json_object_object_add(json, "hooks", hooks);
	json_object_object_add(json, "no_hooks_why",
			       hooks ? NULL : page_json_string(result->no_hooks_why));
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}
