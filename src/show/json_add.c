// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_add.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "show/json_objects.h"
#include "show/page_json.h"

static void wrong(const struct json_table *table, const char *key, const char *what)
{
	fprintf(stderr, "bug: JSON object %s, key %s: %s\n",
		table && table->name ? table->name : "", key, what);
	abort();
}

static const struct json_table *table_of(json_object *json)
{
	return json_object_get_userdata(json);
}

struct complete {
	json_object *json;
	const struct json_table *table;
};

static void check_there(const struct json_key *key, void *arg)
{
	const struct complete *complete = arg;

	if (!(key->flags & JSON_ONLY) && !json_object_object_get_ex(complete->json, key->key, NULL))
		wrong(complete->table, key->key, "is missing");
}

/* Are all keys there? That each one belongs there was seen when it was added. */
static void check_complete(json_object *json)
{
	struct complete complete = {.json = json, .table = table_of(json)};

	if (complete.table)
		json_table_each(complete.table, check_there, &complete);
}

static bool is_object(const struct json_key *key, json_object *value)
{
	const struct json_table *table = table_of(value);

	if (key->of || !key->of_kind)
		return table && table == key->of;
	for (int i = 0; key->of_kind(i); i++) {
		if (key->of_kind(i) == table)
			return true;
	}
	return false;
}

static bool is_of_kind(const struct json_key *key, json_object *value)
{
	switch (key->kind) {
	case JSON_STRING:
	case JSON_TEXT:
		return json_object_is_type(value, json_type_string);
	case JSON_BOOL:
		return json_object_is_type(value, json_type_boolean);
	case JSON_U64:
		/* Of a number above 2^63 - 1 it is that. */
		return json_object_is_type(value, json_type_int) &&
		       json_object_get_int64(value) >= 0;
	case JSON_I64:
	case JSON_INTEGER:
		return json_object_is_type(value, json_type_int);
	case JSON_NUMBER:
		return json_object_is_type(value, json_type_double);
	case JSON_OBJECT:
		return json_object_is_type(value, json_type_object) && is_object(key, value);
	case JSON_EMBED:
		break;
	}
	return false;
}

static bool is_name(const struct json_key *key, const char *name)
{
	for (int i = 0; json_key_value(key, i); i++) {
		if (!strcmp(json_key_value(key, i), name))
			return true;
	}
	return !json_key_value(key, 0);
}

/* Such as the type of a line. */
static bool is_constant(const struct json_key *key)
{
	return key->kind == JSON_STRING && key->values && !key->values[1];
}

static void check_one(const struct json_table *table, const struct json_key *key,
		      json_object *value)
{
	if (!is_of_kind(key, value))
		wrong(table, key->key, "is of another type");
	if (is_constant(key) && strcmp(json_object_get_string(value), key->values[0]))
		wrong(table, key->key, "is another than the one that it always is");
	if (key->kind == JSON_OBJECT)
		check_complete(value);
}

static void check_list(const struct json_table *table, const struct json_key *key,
		       json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		wrong(table, key->key, "is no array");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		check_one(table, key, json_object_array_get_idx(list, i));
}

static void check_map(const struct json_table *table, const struct json_key *key, json_object *map)
{
	if (!json_object_is_type(map, json_type_object))
		wrong(table, key->key, "is no object");
	json_object_object_foreach(map, name, value)
	{
		check_one(table, key, value);
		if (!is_name(key, name))
			wrong(table, key->key, "has a key of another name");
	}
}

static void check(const struct json_table *table, const char *name, json_object *value)
{
	const struct json_key *key = json_table_find(table, name);

	if (!key)
		wrong(table, name, "is not in its table");
	else if (!value && !(key->flags & JSON_NULL))
		wrong(table, name, "is null");
	else if (value && key->flags & JSON_LIST)
		check_list(table, key, value);
	else if (value && key->flags & JSON_MAP)
		check_map(table, key, value);
	else if (value)
		check_one(table, key, value);
}

json_object *json_new(const struct json_table *table)
{
	json_object *json = json_object_new_object();

	json_object_set_userdata(json, (void *)table, NULL);
	return json;
}

json_object *json_new_map(void)
{
	return json_object_new_object();
}

/* Can a reader that keeps numbers as floating point not hold it? */
static bool is_large(json_object *value)
{
	int64_t number;

	if (!json_object_is_type(value, json_type_int))
		return false;
	/* Of one above 2^63 - 1 it is that. */
	number = json_object_get_int64(value);
	return number > JSON_EXACT_MOST || number < -JSON_EXACT_MOST;
}

static void add_digits(json_object *to, const char *key, json_object *value)
{
	char name[JSON_KEY_BYTES + sizeof(JSON_DIGITS_END)];

	assert(strlen(key) < JSON_KEY_BYTES);
	snprintf(name, sizeof(name), "%s" JSON_DIGITS_END, key);
	json_object_object_add(to, name, json_object_new_string(json_object_get_string(value)));
}

void add_json(json_object *to, const char *key, json_object *value)
{
	if (table_of(to))
		check(table_of(to), key, value);
	json_object_object_add(to, key, value);
	if (table_of(to) && is_large(value))
		add_digits(to, key, value);
}

/* Is @name that of digits, beside an integer in @object? */
static bool is_digits(json_object *object, const char *name)
{
	size_t length = strlen(name), end = strlen(JSON_DIGITS_END);
	json_object *number = NULL;
	char key[JSON_KEY_BYTES];

	if (length <= end || length - end >= sizeof(key) ||
	    strcmp(name + length - end, JSON_DIGITS_END))
		return false;
	snprintf(key, sizeof(key), "%.*s", (int)(length - end), name);
	return json_object_object_get_ex(object, key, &number) &&
	       json_object_is_type(number, json_type_int);
}

void json_take_digits(json_object *json)
{
	if (!json_object_is_type(json, json_type_object))
		return;
	json_object_object_foreach(json, name, value)
	{
		if (is_digits(json, name))
			json_object_object_del(json, name);
		else
			json_take_digits(value);
	}
}

void add_u64(json_object *to, const char *key, uint64_t value)
{
	add_json(to, key, json_object_new_uint64(value));
}

void add_i64(json_object *to, const char *key, int64_t value)
{
	add_json(to, key, json_object_new_int64(value));
}

void add_bool(json_object *to, const char *key, bool value)
{
	add_json(to, key, json_object_new_boolean(value));
}

void add_text(json_object *to, const char *key, const char *value)
{
	add_json(to, key, page_json_string(value));
}

void add_level(json_object *to, const char *key, const char *level)
{
	char lower[16] = "";

	for (size_t i = 0; level[i] && i + 1 < sizeof(lower); i++)
		lower[i] = (char)tolower((unsigned char)level[i]);
	add_text(to, key, lower);
}

void add_null(json_object *to, const char *key)
{
	add_json(to, key, NULL);
}

void add_known(json_object *to, const char *key, bool known, uint64_t value)
{
	add_json(to, key, known ? json_object_new_uint64(value) : NULL);
}

void add_device(json_object *to, const char *key, int32_t device)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/vmclock%d", device);
	add_text(to, key, device < 0 ? NULL : path);
}

void add_missing(json_object *to, const char *key, const char *cause, const char *hint)
{
	json_object *json = cause && *cause ? json_new(&json_missing) : NULL;

	if (json) {
		add_text(json, "cause", cause);
		add_text(json, "hint", hint && *hint ? hint : NULL);
	}
	add_json(to, key, json);
}

void add_type(json_object *to)
{
	const struct json_key *type = json_table_find(table_of(to), "type");

	add_text(to, "type", type ? json_key_value(type, 0) : NULL);
}

json_object *json_new_line(const struct json_table *table, uint64_t time_ns)
{
	json_object *line = json_new(table);

	add_type(line);
	add_u64(line, "monotonic_ns", time_ns);
	return line;
}

const char *json_line(json_object *line)
{
	check_complete(line);
	return json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Is it one of those that the schema, and with it the manual, has? */
static void check_printed(const struct json_schema *schema, json_object *json)
{
	for (const struct json_table *const *table = schema->tables; *table; table++) {
		if (*table == table_of(json))
			return;
	}
	wrong(table_of(json), "type", "is not in the schema");
}

void put_line(FILE *out, const struct json_schema *schema, json_object *line)
{
	check_printed(schema, line);
	fprintf(out, "%s\n", json_line(line));
	json_object_put(line);
}

void put_pretty(FILE *out, const struct json_schema *schema, json_object *json)
{
	check_printed(schema, json);
	check_complete(json);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
							     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}
