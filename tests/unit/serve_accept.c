// SPDX-License-Identifier: GPL-2.0-or-later
/* What clients want, as their headers say it: those of real ones among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serve/accept.h"

#define OPEN "application/openmetrics-text", "1.0.0"
#define TEXT "text/plain", "0.0.4"

static const char prometheus_2[] = "application/openmetrics-text;version=1.0.0,"
				   "application/openmetrics-text;version=0.0.1;q=0.75,"
				   "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
static const char prometheus_3[] =
	"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
	"application/openmetrics-text;version=0.0.1;q=0.5,"
	"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
	"*/*;q=0.2";

static void real_ones(void **state)
{
	(void)state;
	assert_int_equal(accept_quality(prometheus_2, OPEN), 1000);
	assert_int_equal(accept_quality(prometheus_2, TEXT), 500);
	assert_int_equal(accept_quality(prometheus_3, OPEN), 600);
	assert_int_equal(accept_quality(prometheus_3, TEXT), 300);
	assert_int_equal(accept_quality("text/html,application/xml;q=0.9,*/*;q=0.8", OPEN), 800);
	assert_int_equal(accept_quality("*/*", TEXT), 1000);
	assert_int_equal(accept_quality("gzip, deflate, br", "gzip", NULL), 1000);
	assert_int_equal(accept_quality("gzip;q=0, *", "gzip", NULL), 0);
	assert_int_equal(accept_quality("br, *;q=0.25", "gzip", NULL), 250);
}

static void the_most_specific_counts(void **state)
{
	(void)state;
	assert_int_equal(accept_quality("*/*;q=0.9,text/*;q=0.2,text/plain;q=0.1", TEXT), 100);
	assert_int_equal(accept_quality("text/plain;q=0.1,*/*;q=0.9", TEXT), 100);
	assert_int_equal(accept_quality("*/*;q=0.9,text/*;q=0.2", TEXT), 200);
	assert_int_equal(accept_quality("text/html", TEXT), 0);
	assert_int_equal(accept_quality("TEXT/Plain; Q=0.5", TEXT), 500);
	assert_int_equal(accept_quality("text/plain;version=1.0.0", TEXT), 0);
	assert_int_equal(accept_quality("text/plain ; version=0.0.4 ; q=0.125", TEXT), 125);
}

static void nothing_and_nonsense(void **state)
{
	static const char *const nonsense[] = {"",
					       ",",
					       ";",
					       ";;q=1",
					       "q=1",
					       "text/plain;q=2",
					       "/",
					       "text/",
					       "text/plain;q=1.0001",
					       "text/plain;q=",
					       "text/plain;q=-1",
					       "\"",
					       "\\",
					       "\"\\",
					       "text/plain;q=x",
					       "\"text/plain\""};

	(void)state;
	assert_int_equal(accept_quality(NULL, TEXT), ACCEPT_BEST);
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		assert_int_equal(accept_quality(nonsense[i], TEXT), 0);
	assert_int_equal(accept_quality("a;b=\"x,text/plain\",text/plain;q=0.5", TEXT), 500);
}

/* Any text ends, and what comes out is a quality; best under a sanitizer. */
static void any_text(void **state)
{
	static const char alphabet[] = "text/plain*;,q=01.59\"\\ version";
	uint32_t seed = 1;
	char text[64];

	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t length = round % (sizeof(text) - 1);

		for (size_t i = 0; i < length; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = alphabet[(seed >> 8) % (sizeof(alphabet) - 1)];
		}
		text[length] = '\0';
		assert_true(accept_quality(text, TEXT) <= ACCEPT_BEST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_ones),
		cmocka_unit_test(the_most_specific_counts),
		cmocka_unit_test(nothing_and_nonsense),
		cmocka_unit_test(any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
