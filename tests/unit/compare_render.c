// SPDX-License-Identifier: GPL-2.0-or-later
/* compare/compare_view.h and interval_text.h: what people and programs get to see. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "compare_machine.h"
#include "compare/comparer.h"
#include "compare/compare_view.h"
#include "compare/compare_words.h"
#include "show/interval_text.h"

#define NOW (100 * MACHINE_TICKS_PER_SEC)

static void intervals_keep_their_width(void **state)
{
	static const struct {
		struct ns_interval interval;
		const char *text;
	} cases[] = {
		{{-38, 34}, "-38 .. +34 ns"},
		{{0, 0}, "0 ns"},
		{{250000000, 250000000}, "+250 ms"},
		{{-1234567, -1234567}, "-1.234567 ms"},
		{{-999, 999}, "-999 .. +999 ns"},
		{{-3963, 3079}, "-3.97 .. +3.08 us"},
		{{-1430, 605}, "-1.43 .. +0.61 us"},
		{{-40, 1000}, "-0.04 .. +1.00 us"},
		{{4999958, 5000030}, "+4.999958 .. +5.000030 ms"},
		{{-5000102, -4999960}, "-5.000102 .. -4.999960 ms"},
		{{156504000, 157768000}, "+156.50 .. +157.77 ms"},
		{{36999999999, 37000000001}, "+36.999999999 .. +37.000000001 s"},
		{{-1, 3600000000000}, "-1 .. +3600 s"},
		{{1000000000, 9000000000}, "+1.00 .. +9.00 s"},
		{{INT64_MIN, INT64_MAX}, "-106752.0 days .. +106752.0 days"},
		{{-54321000000001, -54321000000000}, "about -15.1 h"},
	};
	char text[INTERVAL_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		interval_text(cases[i].interval, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/*
 * A run of two samples; in the second the host has stepped by 5 ms, and CLOCK_REALTIME claims 100
 * us.
 */
struct run {
	struct comparer comparer;
	struct comparison last;
	struct comparison_totals totals;
	struct driver_comparison driver;
	struct compare_context context;
	struct compare_result result;
};

static const struct error not_allowed = {
	.cause = "the kernel does not let this process load BPF programs",
	.hint = "run it as root (sudo)",
};

static void run_through(struct run *run, const struct compare_view *view, FILE *out)
{
	struct machine machine = machine_make();
	struct timespec stepped =
		machine_time(&machine.page, NOW + MACHINE_TICKS_PER_SEC, 0, 5000000);

	memset(run, 0, sizeof(*run));
	run->context = (struct compare_context){
		.device = "/dev/vmclock0",
		.is_device = true,
		.phc = "/dev/ptp0",
		.no_driver = &not_allowed,
		.clocksource = "tsc",
		.count = 2,
	};
	for (uint64_t i = 0; i < 2; i++) {
		struct clock_sample sample =
			machine_sample(&machine, NOW + 2 * i * MACHINE_TICKS_PER_SEC);

		sample.claim = (struct realtime_claim){.claims = true,
						       .synchronized = true,
						       .max_error_ns = 100000,
						       .est_error_ns = 7};
		sample.phc[PHC_SYS_OFFSET_PRECISE].result = -EOPNOTSUPP;
		comparer_add(&run->comparer, &sample, NULL, NULL, &run->last);
		comparison_totals_add(&run->totals, &run->last);
		view->sample(out, &run->context, &run->last);
		make_field(&machine.page, PAGE_SEQ_COUNT, 2);
		make_field(&machine.page, PAGE_COUNTER_VALUE, NOW + MACHINE_TICKS_PER_SEC);
		make_field(&machine.page, PAGE_TIME_SEC, (uint64_t)stepped.tv_sec);
		make_field(&machine.page, PAGE_TIME_FRAC_SEC, instant_from_timespec(stepped).frac);
		machine.realtime_ns = -5000000;
	}
	run->result = (struct compare_result){.totals = &run->totals, .last = &run->last};
	view->end(out, &run->context, &run->result);
}

/* What a person is to see: looked at, found good, kept. */
static char *read_golden(void)
{
	char path[sizeof(__FILE__) + 2] = __FILE__, *text = calloc(1, 8192);
	FILE *file;

	strcpy(strrchr(path, '.'), ".txt"); /* compare_render.txt, beside this file */
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, 8191, file) > 0);
	fclose(file);
	return text;
}

static void text_of_a_run(void **state)
{
	char *expected = read_golden();
	struct run run;
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	run_through(&run, &compare_view_text, out);
	fclose(out);
	if (strcmp(text, expected) != 0)
		fprintf(stderr, "got:\n%s", text);
	assert_string_equal(text, expected);
	free(text);
	free(expected);
}

static json_object *get(json_object *object, const char *key)
{
	json_object *value = NULL;

	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

static const char *get_string(json_object *object, const char *key)
{
	return json_object_get_string(get(object, key));
}

static void json_of_a_run(void **state)
{
	json_object *first, *second, *summary, *pair;
	struct run run;
	char *text, *line, *rest;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	run_through(&run, &compare_view_json, out);
	fclose(out);
	line = strtok_r(text, "\n", &rest);
	first = json_tokener_parse(line);
	second = json_tokener_parse(strtok_r(NULL, "\n", &rest));
	summary = json_tokener_parse(strtok_r(NULL, "\n", &rest));
	assert_null(strtok_r(NULL, "\n", &rest));
	assert_non_null(first);
	assert_non_null(second);
	assert_non_null(summary);

	assert_string_equal(get_string(first, "schema"), "vmclock-trace/compare/3");
	assert_string_equal(get_string(first, "type"), "sample");
	assert_int_equal(json_object_get_int(get(first, "sample")), 1);
	/* 64 bits, to the last. */
	assert_true(json_object_get_uint64(get(get(first, "page"), "disruption_marker")) ==
		    0x1122334455667788);
	assert_string_equal(get_string(get(first, "phc"), "scale"), "TAI");
	assert_int_equal(json_object_array_length(get(first, "contradictions")), 0);
	assert_null(get(json_object_array_get_idx(get(first, "elapsed"), 0), "rate_ppm"));
	assert_string_equal(get_string(get(first, "driver_missing"), "hint"),
			    "run it as root (sudo)");
	assert_null(get(first, "driver"));
	assert_null(get(first, "page_missing"));

	pair = json_object_array_get_idx(get(first, "pairs"), 0);
	assert_string_equal(get_string(pair, "a"), "page");
	assert_string_equal(get_string(pair, "b"), "CLOCK_REALTIME");
	assert_string_equal(get_string(pair, "method"), "clock_gettime");
	assert_string_equal(get_string(pair, "between"), "counter");
	assert_true(json_object_get_int64(get(get(pair, "offset"), "lo_ns")) <= 0);
	assert_true(json_object_get_int64(get(get(pair, "with_bounds"), "hi_ns")) > 100000);
	assert_int_equal(json_object_array_length(get(pair, "bounds_of")), 2);
	assert_null(get(pair, "note"));
	pair = json_object_array_get_idx(get(first, "pairs"), 4);
	assert_string_equal(get_string(pair, "method"), "PTP_SYS_OFFSET_PRECISE");
	assert_null(get(pair, "offset"));
	assert_int_equal(json_object_get_int(get(pair, "errno")), EOPNOTSUPP);
	assert_non_null(get(pair, "note"));

	assert_int_equal(json_object_array_length(get(second, "contradictions")), 2);
	assert_non_null(get(json_object_array_get_idx(get(second, "elapsed"), 0), "rate_ppm"));
	assert_string_equal(get_string(summary, "type"), "summary");
	assert_int_equal(json_object_get_int(get(summary, "contradictions")), 2);
	assert_int_equal(
		json_object_get_int(get(get(summary, "contradictions_by_code"), "host_step")), 1);
	assert_int_equal(json_object_get_int(get(summary, "page_updates")), 1);
	json_object_put(first);
	json_object_put(second);
	json_object_put(summary);
	free(text);
}

/* PTP clock @number, which claims 1 ms, as CLOCK_REALTIME and @off_ns. */
static struct event reading_of(int32_t number, uint64_t at_ns, int64_t off_ns)
{
	struct event event = {.type = EVENT_CLOCK, .time_ns = at_ns, .latency_ns = 1000};

	event.clock = (struct event_clock){
		.clock = OBSERVED_PHC_OTHER,
		.scale = SCALE_UTC,
		.at = instant_to_timespec(instant_from_ns(1800000000000000000 + off_ns)),
		.has_claim = true,
		.max_error_ns = 1000000,
		.reference = {.number = number, .way = REFERENCE_PRECISE_ATTRS, .name = "hyperv"},
		.realtime_before = {.tv_sec = 1800000000},
		.realtime_after = {.tv_sec = 1800000000},
	};
	return event;
}

/* Two clocks beside a marker, 100 ms apart: that is the first line, and all fits. */
static void who_contradicts_whom_is_the_first_line(void **state)
{
	const struct compare_view *views[] = {&compare_view_text, &compare_view_json};
	struct compare_context context = {.device = "/dev/vmclock0",
					  .is_device = true,
					  .no_phc = &not_allowed,
					  .no_driver = &not_allowed,
					  .clocksource = "kvm-clock",
					  .count = 1};
	struct compared_references references = {0};
	static struct witness_peers peers;
	static struct comparer comparer;
	static struct comparison last;
	struct comparison_totals totals = {0};
	struct compare_result result = {.totals = &totals, .last = &last};
	struct machine machine = {.page = make_marker_page()};
	struct clock_sample sample = machine_sample(&machine, NOW);
	struct event event;
	char *text[2];
	size_t bytes;

	(void)state;
	sample.has_phc = false;
	for (uint64_t i = 0; i < 4; i++) {
		event = reading_of((int32_t)(i % 2), 1000000 + i * 1000, i % 2 ? 100000000 : 0);
		witness_peers_event(&peers, &references.witness, &event);
		if (i >= 2)
			compared_references_add(&references, &event, 0);
	}
	event.clock.clock = OBSERVED_CLOCKBOUND;
	event.clock.max_error_ns = 200000000;
	compared_references_add(&references, &event, 0);
	compared_references_measure(&references, &peers);
	assert_true(references.has_pair);
	assert_int_equal(references.distances, 1);
	comparer_add(&comparer, &sample, NULL, &references, &last);
	comparison_totals_add(&totals, &last);
	assert_int_equal(comparison_totals_contradictions(&totals), 1);
	for (int i = 0; i < 2; i++) {
		FILE *out = open_memstream(&text[i], &bytes);

		views[i]->sample(out, &context, &last);
		views[i]->end(out, &context, &result);
		fclose(out);
	}
	assert_non_null(strstr(text[1], "\"clock_pairs\":[{\"a\":{"));
	assert_non_null(strstr(text[1], "\"own_line\":true"));
	assert_ptr_equal(strstr(text[0], "CONTRADICTION clocks_disagree: hyperv (/dev/ptp1) is "
					 "99.999 ms ahead of hyperv"),
			 text[0]);
	assert_non_null(strstr(text[0], "  ClockBound      a line of its own on the counter"));
	assert_non_null(strstr(text[0], "  CLOCK_REALTIME - ClockBound\n"));
	assert_non_null(strstr(text[0], "  hyperv (/dev/ptp1) - hyperv (/dev/ptp0)\n"
					"    one after the other           +"));
	for (char *line = strtok(text[0], "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	free(text[0]);
	free(text[1]);
}

/* Whatever is there or not, both views have something to say and stay whole. */
static void views_of_almost_nothing(void **state)
{
	const struct compare_view *views[] = {&compare_view_text, &compare_view_json};
	const struct error none = {.cause = "there is \xff none"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct compare_context context = {
			.no_page = &none, .no_phc = &none, .no_driver = &none, .count = 1};
		struct clock_sample sample = {.page_result = -ENODEV};
		struct comparison_totals totals = {0};
		struct compare_result result = {.totals = &totals};
		struct comparer comparer = {0};
		struct comparison comparison;
		char *text;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);

		views[i]->end(out, &context, &result);
		sample.claim.result = -EPERM;
		comparer_add(&comparer, &sample, NULL, NULL, &comparison);
		comparison_totals_add(&totals, &comparison);
		result.last = &comparison;
		views[i]->sample(out, &context, &comparison);
		views[i]->end(out, &context, &result);
		fclose(out);
		assert_true(bytes > 0 && text[bytes - 1] == '\n');
		free(text);
	}
}

static uint64_t random_bits(void)
{
	static uint64_t bits = 88172645463325252ull;

	bits ^= bits << 13;
	bits ^= bits >> 7;
	bits ^= bits << 17;
	return bits;
}

/* Any number, but often a small or an extreme one, which is where arithmetic breaks. */
static uint64_t random_field(void)
{
	uint64_t bits = random_bits();

	switch (random_bits() % 4) {
	case 0:
		return bits % 5;
	case 1:
		return UINT64_MAX - bits % 5;
	default:
		return bits >> bits % 64;
	}
}

static void claim_anything(struct realtime_claim *claim)
{
	claim->claims = random_bits() % 2;
	claim->synchronized = random_bits() % 2;
	claim->max_error_ns = random_field();
	claim->est_error_ns = random_field();
}

static struct page random_page(void)
{
	struct page page = make_full_page();

	for (enum page_field field = PAGE_COUNTER_ID; field < PAGE_FIELDS; field++) {
		if (random_bits() % 3 == 0)
			make_field(&page, field, random_field());
	}
	return page;
}

/* A page and a kernel may say anything: every sample is compared and shown, and ends in a line. */
static void anything_can_be_shown(void **state)
{
	struct comparer comparer = {0};
	struct comparison_totals totals = {0};
	struct compare_context context = {
		.device = "x", .phc = "/dev/ptp0", .no_driver = &not_allowed, .count = 3000};

	(void)state;
	for (uint64_t i = 0; i < context.count; i++) {
		struct machine machine = machine_make();
		struct clock_sample sample = machine_sample(&machine, random_field());
		struct comparison comparison;
		struct compare_result result = {.totals = &totals, .last = &comparison};
		char *text;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);

		sample.page = random_page();
		sample.page_after = random_bits() % 2 ? sample.page : random_page();
		sample.phc[i % PHC_METHODS].counter.inner.tv_sec = (time_t)random_field();
		sample.phc[i % PHC_METHODS].realtime.after.tv_sec = (time_t)random_field();
		sample.monotonic_raw.inner.tv_sec = (time_t)random_field();
		claim_anything(&sample.claim);
		comparer_add(&comparer, &sample, NULL, NULL, &comparison);
		comparison_totals_add(&totals, &comparison);
		compare_view_text.sample(out, &context, &comparison);
		compare_view_text.end(out, &context, &result);
		compare_view_json.sample(out, &context, &comparison);
		compare_view_json.end(out, &context, &result);
		fclose(out);
		assert_true(bytes > 0 && text[bytes - 1] == '\n');
		free(text);
	}
	assert_int_equal(totals.samples, context.count);
}

static void every_code_has_its_words(void **state)
{
	(void)state;
	for (enum comparison_note note = 0; note < COMPARISON_NOTES; note++) {
		assert_non_null(compare_note_code(note));
		assert_string_not_equal(compare_note_sentence(note), "");
	}
	for (enum contradiction_kind kind = 0; kind < CONTRADICTIONS; kind++) {
		assert_string_not_equal(contradiction_code(kind), "unknown");
		assert_string_not_equal(compare_contradiction_advice(kind), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_keep_their_width),
		cmocka_unit_test(text_of_a_run),
		cmocka_unit_test(json_of_a_run),
		cmocka_unit_test(who_contradicts_whom_is_the_first_line),
		cmocka_unit_test(views_of_almost_nothing),
		cmocka_unit_test(anything_can_be_shown),
		cmocka_unit_test(every_code_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
