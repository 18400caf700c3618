// SPDX-License-Identifier: GPL-2.0-or-later
/* What is printed is what its table says; else the program ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "show/json_add.h"
#include "show/json_manual.h"
#include "show/json_objects.h"
#include "show/json_schema.h"

static const char *colour_names(int i)
{
	static const char *const names[] = {"red", "dark blue", NULL};

	return names[i];
}

static const struct json_table inner = {.doc = "A part.",
					.keys = (const struct json_key[]){
						{"deep", JSON_BOOL, "How deep."},
						{0},
					}};

static const struct json_table outer = {
	.name = "outer",
	.doc = "The whole.",
	.keys = (const struct json_key[]){
		JSON_LINE_KEYS("outer", "When it was."),
		{.kind = JSON_EMBED, .of = &json_who},
		{"count", JSON_U64, "How many.", JSON_NULL, "pieces"},
		{"colour", JSON_STRING, "`red` is best.", .name = colour_names},
		{"part", JSON_OBJECT, "A part of it.", JSON_NULL, .of = &inner},
		{"parts", JSON_OBJECT, "More of them.", JSON_LIST, .of = &inner},
		{"by_colour", JSON_U64, "How many of each.", JSON_MAP, .name = colour_names},
		{0},
	}};

static const struct json_table numbers = {.doc = "Two.",
					  .keys = (const struct json_key[]){
						  {"count", JSON_U64, "How many."},
						  {"signed", JSON_I64, "How many less."},
						  {0},
					  }};

static const struct json_schema schema = {
	.name = "vmclock-trace/outer/7",
	.doc = "What this test prints.",
	.tables = (const struct json_table *const[]){&outer, NULL},
};

/* All keys but `parts`. */
static json_object *begin_outer(void)
{
	json_object *json = json_new_line(&outer, 5), *map = json_new_map();

	add_u64(json, "pid", 1);
	add_u64(json, "tid", 2);
	add_text(json, "comm", "me");
	add_known(json, "count", false, 0);
	add_text(json, "colour", "red");
	add_null(json, "part");
	add_u64(map, "dark blue", UINT64_MAX);
	add_json(json, "by_colour", map);
	return json;
}

static json_object *new_part(void)
{
	json_object *json = json_new(&inner);

	add_bool(json, "deep", true);
	return json;
}

static json_object *new_list(json_object *item)
{
	json_object *list = json_object_new_array();

	json_object_array_add(list, item);
	return list;
}

static void test_printed(void **state)
{
	json_object *json = begin_outer();

	(void)state;
	add_json(json, "parts", new_list(new_part()));
	assert_string_equal(json_line(json),
			    "{\"type\":\"outer\",\"monotonic_ns\":5,\"pid\":1,\"tid\":2,"
			    "\"comm\":\"me\",\"count\":null,\"colour\":\"red\",\"part\":null,"
			    "\"by_colour\":{\"dark blue\":18446744073709551615},"
			    "\"parts\":[{\"deep\":true}]}");
	json_object_put(json);
}

/* Beyond 2^53 a reader may have no more than a double: the digits are there too, and only then. */
static void test_digits(void **state)
{
	static const struct {
		uint64_t count;
		const char *digits;
	} cases[] = {
		{0, NULL},
		{(uint64_t)1 << 53, NULL},
		{((uint64_t)1 << 53) + 1, "9007199254740993"},
		{UINT64_MAX, "18446744073709551615"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_object *json = json_new(&numbers), *digits = NULL;

		add_u64(json, "count", cases[i].count);
		add_i64(json, "signed", -(int64_t)(cases[i].count >> 1));
		json_object_object_get_ex(json, "count_text", &digits);
		assert_int_equal(digits != NULL, cases[i].digits != NULL);
		if (digits)
			assert_string_equal(json_object_get_string(digits), cases[i].digits);
		assert_int_equal(json_object_object_get_ex(json, "signed_text", NULL),
				 cases[i].count == UINT64_MAX);
		json_object_put(json);
	}
}

/* Does @wrong end the program? */
static bool ends(void (*wrong)(json_object *json))
{
	pid_t child = fork();
	int status;

	assert_return_code(child, 0);
	if (!child) {
		assert_non_null(freopen("/dev/null", "w", stderr));
		wrong(begin_outer());
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void add_unknown(json_object *json)
{
	add_u64(json, "counts", 1);
}

static void add_other_type(json_object *json)
{
	add_text(json, "count", "1");
}

static void add_negative(json_object *json)
{
	add_i64(json, "count", -1);
}

static void add_null_of_number(json_object *json)
{
	add_null(json, "pid");
}

static void add_other_object(json_object *json)
{
	add_json(json, "part", page_json_interval(&(struct ns_interval){0}));
}

static void add_item_of_other_type(json_object *json)
{
	add_json(json, "parts", new_list(json_object_new_string("deep")));
}

static void add_incomplete_item(json_object *json)
{
	add_json(json, "parts", new_list(json_new(&inner)));
}

static void add_no_list(json_object *json)
{
	add_json(json, "parts", new_part());
}

static void add_unknown_name(json_object *json)
{
	json_object *map = json_new_map();

	add_u64(map, "green", 1);
	add_json(json, "by_colour", map);
}

static void print_incomplete(json_object *json)
{
	json_line(json);
}

static void add_other_constant(json_object *json)
{
	add_text(json, "type", "other");
}

/* Complete, and of no type that the schema has. */
static void print_unlisted(json_object *json)
{
	json_object_put(json);
	put_line(stderr, &schema, new_part());
}

static void print_unlisted_pretty(json_object *json)
{
	json_object_put(json);
	put_pretty(stderr, &schema, new_part());
}

static void add_nothing_wrong(json_object *json)
{
	add_json(json, "part", new_part());
	add_json(json, "parts", json_object_new_array());
	put_line(stderr, &schema, json);
}

static void test_wrong(void **state)
{
	void (*const all[])(json_object *) = {
		add_unknown,	       add_other_type,	   add_negative,
		add_null_of_number,    add_other_object,   add_item_of_other_type,
		add_incomplete_item,   add_no_list,	   add_unknown_name,
		print_incomplete,      add_other_constant, print_unlisted,
		print_unlisted_pretty,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!ends(all[i]))
			fail_msg("the wrong thing number %zu is printed", i);
	}
	assert_false(ends(add_nothing_wrong));
}

/* The text that @put makes; to be freed. */
static char *text_of(void (*put)(FILE *out, const struct json_schema *schema))
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	put(out, &schema);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void test_schema(void **state)
{
	char *text = text_of(json_schema_print);
	json_object *json = json_tokener_parse(text), *key = NULL, *types;
	json_object *defs, *table, *properties;

	(void)state;
	assert_true(json_object_object_get_ex(json, "$defs", &defs));
	assert_true(json_object_object_get_ex(defs, "outer", &table));
	assert_true(json_object_object_get_ex(table, "properties", &properties));
	assert_int_equal(json_object_object_length(properties), 11);
	assert_true(json_object_object_get_ex(properties, "count", &key));
	assert_true(json_object_object_get_ex(key, "anyOf", &types));
	assert_string_equal(json_object_get_string(json_object_object_get(key, "unit")), "pieces");
	/* Of each that is one integer. */
	assert_non_null(strstr(text, "\"^(monotonic_ns|pid|tid|count)_text$\""));
	assert_string_equal(json_object_get_string(json_object_object_get(key, "description")),
			    "How many.");
	json_object_put(json);
	free(text);
}

static void test_manual(void **state)
{
	char *text = text_of(json_manual_schema);

	(void)state;
	assert_non_null(strstr(text, "*count* (integer or null, pieces)\n\tHow many.\n"));
	assert_non_null(strstr(text, "*comm_hex* (string, only)\n"));
	assert_non_null(
		strstr(text, "*colour* (string)\n\t_red_ is best. One of _red_, _dark blue_.\n"));
	assert_non_null(strstr(text, "*parts[].deep* (boolean)\n\tHow deep.\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printed), cmocka_unit_test(test_digits),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_schema),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
