// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_schema.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <json-c/json.h>

#define PATTERN_BYTES 2048

static void add(json_object *to, const char *key, json_object *value)
{
	json_object_object_add(to, key, value);
}

static void add_string(json_object *to, const char *key, const char *text)
{
	if (text)
		add(to, key, json_object_new_string(text));
}

static json_object *json_of_table(const struct json_table *table, json_object *defs);

/* A table with a name is written once, under $defs. */
static json_object *json_reference(const struct json_table *table, json_object *defs)
{
	json_object *json;
	char target[64];

	if (!table->name)
		return json_of_table(table, defs);
	if (!json_object_object_get_ex(defs, table->name, NULL)) {
		add(defs, table->name, NULL); /* it can refer to itself */
		add(defs, table->name, json_of_table(table, defs));
	}
	snprintf(target, sizeof(target), "#/$defs/%s", table->name);
	json = json_object_new_object();
	add_string(json, "$ref", target);
	return json;
}

static json_object *json_or_null(json_object *value)
{
	json_object *json = json_object_new_object(), *any = json_object_new_array();
	json_object *null = json_object_new_object();

	add_string(null, "type", "null");
	json_object_array_add(any, value);
	json_object_array_add(any, null);
	add(json, "anyOf", any);
	return json;
}

/* The strings that @key can be; NULL: any. */
static json_object *json_values(const struct json_key *key)
{
	json_object *json = json_key_value(key, 0) ? json_object_new_array() : NULL;

	for (int i = 0; json_key_value(key, i); i++)
		json_object_array_add(json, json_object_new_string(json_key_value(key, i)));
	return json;
}

static json_object *json_string(const struct json_key *key)
{
	json_object *json = json_object_new_object();
	json_object *values = key->flags & JSON_MAP ? NULL : json_values(key);

	add_string(json, "type", "string");
	if (values)
		add(json, "enum", values);
	return json;
}

static json_object *json_integer(enum json_kind kind)
{
	json_object *json = json_object_new_object();

	add_string(json, "type", "integer");
	add(json, "minimum", json_object_new_int64(kind == JSON_U64 ? 0 : INT64_MIN));
	add(json, "maximum", json_object_new_uint64(kind == JSON_I64 ? INT64_MAX : UINT64_MAX));
	return json;
}

static json_object *json_of_type(const char *type)
{
	json_object *json = json_object_new_object();

	add_string(json, "type", type);
	return json;
}

/* One value of @key, without what its flags make of it. */
static json_object *json_one(const struct json_key *key, json_object *defs)
{
	switch (key->kind) {
	case JSON_STRING:
	case JSON_TEXT:
		return json_string(key);
	case JSON_BOOL:
		return json_of_type("boolean");
	case JSON_U64:
	case JSON_I64:
	case JSON_INTEGER:
		return json_integer(key->kind);
	case JSON_NUMBER:
		return json_of_type("number");
	case JSON_OBJECT:
		return key->of ? json_reference(key->of, defs) : json_of_type("object");
	case JSON_EMBED:
		break;
	}
	return NULL;
}

static json_object *json_list(json_object *item)
{
	json_object *json = json_of_type("array");

	add(json, "items", item);
	return json;
}

static json_object *json_map(const struct json_key *key, json_object *item)
{
	json_object *json = json_of_type("object"), *names = json_values(key);

	if (names) {
		json_object *rule = json_object_new_object();

		add(rule, "enum", names);
		add(json, "propertyNames", rule);
	}
	add(json, "additionalProperties", item);
	return json;
}

static json_object *json_of_key(const struct json_key *key, json_object *defs)
{
	json_object *json = json_one(key, defs);

	if (key->flags & JSON_LIST)
		json = json_list(json);
	else if (key->flags & JSON_MAP)
		json = json_map(key, json);
	if (key->flags & JSON_NULL)
		json = json_or_null(json);
	add_string(json, "description", key->doc);
	add_string(json, "unit", key->unit);
	return json;
}

/* {"if": the key `kind` is @kind, "then": @key is an object of @table}. */
static json_object *json_case(const struct json_key *key, const char *kind, json_object *of)
{
	json_object *rule = json_object_new_object(), *kinds = json_object_new_object();
	json_object *given = json_object_new_object(), *then = json_object_new_object();
	json_object *given_keys = json_object_new_object(), *then_keys = json_object_new_object();

	add_string(kinds, "const", kind);
	add(given_keys, "kind", kinds);
	add(given, "properties", given_keys);
	add(then_keys, key->key, of);
	add(then, "properties", then_keys);
	add(rule, "if", given);
	add(rule, "then", then);
	return rule;
}

/* Has it one integer, which may be large? */
static bool has_digits(const struct json_key *key)
{
	return (key->kind == JSON_U64 || key->kind == JSON_I64 || key->kind == JSON_INTEGER) &&
	       !(key->flags & (JSON_LIST | JSON_MAP));
}

/* "^(one|other)_text$" for those of @table that have digits; empty: none has. */
static void add_to_pattern(const struct json_key *key, void *arg)
{
	char *pattern = arg;
	size_t used = strlen(pattern);

	if (has_digits(key))
		snprintf(pattern + used, PATTERN_BYTES - used, "%s%s", used ? "|" : "^(", key->key);
	assert(strlen(pattern) + sizeof(")" JSON_DIGITS_END "$") < PATTERN_BYTES);
}

/* What stands beside a large integer. */
static json_object *json_digits(const struct json_table *table)
{
	char pattern[PATTERN_BYTES] = "";
	json_object *json, *digits;

	json_table_each(table, add_to_pattern, pattern);
	if (!*pattern)
		return NULL;
	strcat(pattern, ")" JSON_DIGITS_END "$");
	digits = json_of_type("string");
	add_string(digits, "pattern", "^-?[0-9]+$");
	add_string(digits, "description",
		   "The digits of the integer of that name, where it is beyond 2^53, either way.");
	json = json_object_new_object();
	add(json, pattern, digits);
	return json;
}

struct printed {
	const struct json_table *table;
	json_object *properties;
	json_object *required;
	json_object *cases;
	json_object *defs;
};

static void add_cases(struct printed *printed, const struct json_key *key)
{
	const struct json_key *kind = json_table_find(printed->table, "kind");

	for (int i = 0; key->of_kind(i); i++)
		json_object_array_add(printed->cases,
				      json_case(key, json_key_value(kind, i),
						json_reference(key->of_kind(i), printed->defs)));
}

static void add_key(const struct json_key *key, void *arg)
{
	struct printed *printed = arg;

	add(printed->properties, key->key, json_of_key(key, printed->defs));
	if (!(key->flags & JSON_ONLY))
		json_object_array_add(printed->required, json_object_new_string(key->key));
	if (key->of_kind)
		add_cases(printed, key);
}

static void add_table(json_object *json, const struct json_table *table, json_object *defs)
{
	struct printed printed = {.table = table,
				  .properties = json_object_new_object(),
				  .required = json_object_new_array(),
				  .cases = json_object_new_array(),
				  .defs = defs};
	json_object *digits = json_digits(table);

	json_table_each(table, add_key, &printed);
	add_string(json, "type", "object");
	add_string(json, "description", table->doc);
	add(json, "properties", printed.properties);
	add(json, "required", printed.required);
	if (digits)
		add(json, "patternProperties", digits);
	add(json, "additionalProperties", json_object_new_boolean(false));
	if (json_object_array_length(printed.cases))
		add(json, "allOf", printed.cases);
	else
		json_object_put(printed.cases);
}

static json_object *json_of_table(const struct json_table *table, json_object *defs)
{
	json_object *json = json_object_new_object();

	add_table(json, table, defs);
	return json;
}

void json_schema_print(FILE *out, const struct json_schema *schema)
{
	json_object *json = json_object_new_object(), *defs = json_object_new_object();
	json_object *lines = json_object_new_array();
	char id[64] = "urn:";

	snprintf(id, sizeof(id), "urn:%s", schema->name);
	for (char *c = id; *c; c++)
		*c = *c == '/' ? ':' : *c;
	add_string(json, "$schema", "https://json-schema.org/draft/2020-12/schema");
	add_string(json, "$id", id);
	add_string(json, "title", schema->name);
	add_string(json, "description", schema->doc);
	for (const struct json_table *const *table = schema->tables; *table; table++)
		json_object_array_add(lines, json_reference(*table, defs));
	add(json, "oneOf", lines);
	add(json, "$defs", defs);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}
