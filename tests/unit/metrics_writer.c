// SPDX-License-Identifier: GPL-2.0-or-later
/* The two formats, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "exporter/metrics_writer.h"

static void is(struct metrics_writer *out, const char *text)
{
	assert_int_equal(out->length, strlen(text));
	assert_memory_equal(out->text, text, out->length);
	free(out->text);
}

static void put_all_kinds(struct metrics_writer *out)
{
	metric_begin(out, METRIC_GAUGE, "a_seconds", "seconds", "A.");
	metric_seconds(out, NULL, -1500000000);
	metric_seconds_u64(out, LABELS("l", "x"), UINT64_MAX);
	metric_begin(out, METRIC_GAUGE, "none", NULL, "Left out.");
	metric_begin(out, METRIC_COUNTER, "b", NULL, "B.");
	metric_u64(out, LABELS("l", "x", "m", "y"), UINT64_MAX);
	metric_begin(out, METRIC_INFO, "c", NULL, "C.");
	metric_info(out, LABELS("l", "x"));
	metric_begin(out, METRIC_STATESET, "d", NULL, "D.");
	metric_state(out, "on", true);
	metric_state(out, "off", false);
	metric_begin(out, METRIC_SUMMARY, "e_seconds", "seconds", "E.");
	metric_summary(out, 3, 10);
	metrics_end(out);
}

static void text(void **state)
{
	struct metrics_writer out = {.format = METRICS_TEXT};

	(void)state;
	put_all_kinds(&out);
	is(&out, "# HELP a_seconds A.\n# TYPE a_seconds gauge\n"
		 "a_seconds -1.5\na_seconds{l=\"x\"} 18446744073.709551615\n"
		 "# HELP b_total B.\n# TYPE b_total counter\n"
		 "b_total{l=\"x\",m=\"y\"} 18446744073709551615\n"
		 "# HELP c_info C.\n# TYPE c_info gauge\nc_info{l=\"x\"} 1\n"
		 "# HELP d D.\n# TYPE d gauge\nd{d=\"on\"} 1\nd{d=\"off\"} 0\n"
		 "# HELP e_seconds E.\n# TYPE e_seconds summary\n"
		 "e_seconds_count 3\ne_seconds_sum 0.00000001\n");
}

static void openmetrics(void **state)
{
	struct metrics_writer out = {.format = METRICS_OPENMETRICS};

	(void)state;
	put_all_kinds(&out);
	is(&out, "# HELP a_seconds A.\n# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n"
		 "a_seconds -1.5\na_seconds{l=\"x\"} 18446744073.709551615\n"
		 "# HELP b B.\n# TYPE b counter\n"
		 "b_total{l=\"x\",m=\"y\"} 18446744073709551615\n"
		 "# HELP c C.\n# TYPE c info\nc_info{l=\"x\"} 1\n"
		 "# HELP d D.\n# TYPE d stateset\nd{d=\"on\"} 1\nd{d=\"off\"} 0\n"
		 "# HELP e_seconds E.\n# TYPE e_seconds summary\n# UNIT e_seconds seconds\n"
		 "e_seconds_count 3\ne_seconds_sum 0.00000001\n# EOF\n");
}

static void hostile_labels(void **state)
{
	struct metrics_writer out = {.format = METRICS_TEXT};
	char name[] = "a\"b\\c\nd\xff";

	(void)state;
	metric_begin(&out, METRIC_GAUGE, "x", NULL, "X.");
	metric_u64(&out, LABELS("comm", name), 0);
	is(&out, "# HELP x X.\n# TYPE x gauge\nx{comm=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 0\n");
}

static void limits_of_seconds(void **state)
{
	struct metrics_writer out = {.format = METRICS_TEXT};

	(void)state;
	metric_begin(&out, METRIC_GAUGE, "x", NULL, "X.");
	metric_seconds(&out, NULL, INT64_MIN);
	metric_seconds(&out, NULL, INT64_MAX);
	metric_seconds(&out, NULL, 0);
	metric_seconds(&out, NULL, -1);
	is(&out, "# HELP x X.\n# TYPE x gauge\nx -9223372036.854775808\nx 9223372036.854775807\n"
		 "x 0\nx -0.000000001\n");
}

/* The value of the sample that begins with @start. */
static double sample(const struct metrics_writer *out, const char *start)
{
	char *text = strndup(out->text, out->length), *at = strstr(text, start);
	double value;

	assert_non_null(at);
	value = atof(at + strlen(start));
	free(text);
	return value;
}

static void histograms(void **state)
{
	struct metrics_writer out = {.format = METRICS_OPENMETRICS};
	struct histogram histogram = {0};

	(void)state;
	histogram_add(&histogram, 0);
	histogram_add(&histogram, 255);
	histogram_add(&histogram, 256);
	histogram_add(&histogram, 1000);
	histogram_add(&histogram, 1ull << 40);
	histogram.sum_ns = 1511;
	metric_begin(&out, METRIC_HISTOGRAM, "h_seconds", "seconds", "H.");
	metric_histogram(&out, "path", "p", &histogram);
	assert_int_equal(sample(&out, "h_seconds_bucket{path=\"p\",le=\"2.56e-07\"} "), 2);
	assert_int_equal(sample(&out, "h_seconds_bucket{path=\"p\",le=\"1.024e-06\"} "), 4);
	assert_int_equal(sample(&out, "h_seconds_bucket{path=\"p\",le=\"0.268435456\"} "), 4);
	assert_int_equal(sample(&out, "h_seconds_bucket{path=\"p\",le=\"+Inf\"} "), 5);
	assert_int_equal(sample(&out, "h_seconds_count{path=\"p\"} "), 5);
	assert_true(sample(&out, "h_seconds_sum{path=\"p\"} ") == 1511e-9);
	free(out.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),		  cmocka_unit_test(openmetrics),
		cmocka_unit_test(hostile_labels), cmocka_unit_test(limits_of_seconds),
		cmocka_unit_test(histograms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
