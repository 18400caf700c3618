// SPDX-License-Identifier: GPL-2.0-or-later
/* Every page of tests/data/vectors through the library: the whole of `expect`, no more, no less. */
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "page_make.h"
#include "show/json_add.h"
#include "show/page_json.h"

/* Where this file was compiled from, so the tests run in the top directory. */
static void vectors_path(const char *name, char *path, size_t bytes)
{
	char source[] = __FILE__;

	snprintf(path, bytes, "%s/../data/vectors/pages/%s", dirname(source), name);
}

static struct page load_page(const char *name)
{
	uint8_t bytes[65536];
	char path[512];
	struct page page;
	FILE *file;

	vectors_path(name, path, sizeof(path));
	file = fopen(path, "rb");
	assert_non_null(file);
	page_from_bytes(&page, bytes, fread(bytes, 1, sizeof(bytes), file));
	fclose(file);
	return page;
}

/* What `expect` should be, by this program. */
static json_object *answer(const struct page *page, uint64_t counter)
{
	json_object *object = json_object_new_object();
	struct page_time time;
	bool known = page_time_at(page, counter, &time) == 0;

	json_object_object_add(object, "mode", page_json_string(page_mode_name(page_mode(page))));
	json_object_object_add(object, "page", page_json_fields(page));
	json_object_object_add(object, "at", page_json_time(known ? &time : NULL));
	json_object_object_add(object, "warnings",
			       page_json_warnings(page_warnings_at(page, counter)));
	return object;
}

/* json-c compares deeply; on a difference both are shown. */
static bool check_vector(const char *path)
{
	json_object *vector = json_object_from_file(path);
	json_object *counter, *file, *expect, *got;
	struct page page;
	bool same;

	assert_non_null(vector);
	assert_true(json_object_object_get_ex(vector, "counter", &counter));
	assert_true(json_object_object_get_ex(vector, "page_file", &file));
	assert_true(json_object_object_get_ex(vector, "expect", &expect));
	page = load_page(json_object_get_string(file));
	got = answer(&page, json_object_get_uint64(counter));
	/* The vectors have numbers alone. */
	json_take_digits(got);
	same = json_object_equal(expect, got);
	if (!same)
		printf("%s\nexpected %s\ngot      %s\n", path, json_object_to_json_string(expect),
		       json_object_to_json_string(got));
	json_object_put(got);
	json_object_put(vector);
	return same;
}

static void all_vectors(void **state)
{
	char pattern[512];
	size_t failed = 0;
	glob_t found;

	(void)state;
	vectors_path("*.json", pattern, sizeof(pattern));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		failed += !check_vector(found.gl_pathv[i]);
	assert_int_equal(found.gl_pathc, 60);
	assert_int_equal(failed, 0);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_vectors)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
