// SPDX-License-Identifier: GPL-2.0-or-later
/* judge/read_verdict.h: the reads, one by one, are what each incident has of them in sum. */
#include "analysis_make.h"

static struct analysis *reads_of(const char *text, uint64_t gap_at_ns, uint64_t *reads)
{
	const struct simulation_options options = {0};
	struct analysis *analysis = analysis_new();
	struct scenario_source *source;
	struct scenario scenario;
	struct error error = {.cause = ""};
	struct event event;
	uint64_t start_ns = 0;

	*reads = 0;
	assert_non_null(analysis);
	assert_true(analysis_keep_reads(analysis, 0));
	if (scenario_parse("test", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	while (scenario_source_next(source, &event, NULL)) {
		struct event_gap gap = {.from_ns = event.time_ns - 1, .to_ns = event.time_ns};

		start_ns = start_ns ? start_ns : event.time_ns;
		if (gap_at_ns && event.time_ns - start_ns >= gap_at_ns) {
			analysis_gap(analysis, &gap);
			gap_at_ns = 0;
		}
		*reads += event.type == EVENT_READ;
		analysis_event(analysis, &event);
	}
	analysis_finish(analysis);
	scenario_source_free(source);
	scenario_free(&scenario);
	return analysis;
}

struct sums {
	uint64_t known;
	uint64_t wrong;
	uint64_t unknown[ERROR_UNKNOWNS];
};

static struct sums sums_of_incidents(const struct analysis *analysis)
{
	struct sums sums = {0};

	for (size_t i = 0; i < analysis->incidents; i++) {
		for (size_t j = 0; j < analysis->incident[i]->readers; j++) {
			const struct error_range *errors = &analysis->incident[i]->reader[j].errors;

			sums.known += errors->known;
			sums.wrong += errors->wrong;
			for (int why = 0; why < ERROR_UNKNOWNS; why++)
				sums.unknown[why] += errors->unknown[why];
		}
	}
	/* Of those that only a tally tells of there is no read. */
	sums.unknown[ERROR_COUNTED] = sums.unknown[ERROR_NOT_SEEN] = 0;
	return sums;
}

static struct sums sums_of_reads(const struct analysis *analysis, uint64_t reads)
{
	struct sums sums = {0};
	uint64_t newest_ns = 1;

	for (uint64_t read = 1; read <= reads; read++) {
		struct read_verdict verdict;

		if (!read_list_find(analysis->reads, read, &verdict))
			continue;
		assert_int_equal(verdict.read, read);
		assert_true(verdict.time_ns >= newest_ns);
		newest_ns = verdict.time_ns;
		sums.known += verdict.known;
		sums.wrong += verdict.known && verdict.wrong;
		if (!verdict.known)
			sums.unknown[verdict.why]++;
		if (verdict.known && verdict.wrong)
			assert_false(interval_has(verdict.error, 0));
	}
	return sums;
}

static void reads_add_up_to_what_is_told_of_incidents(void **state)
{
	static const struct {
		const char *text;
		uint64_t gap_at_ns;
		bool wrong, not_wrong, unknown;
	} cases[] = {
		/* The page goes on by the clock of before a migration, and so do they who read. */
		{.text = "realtime within 2ms\nend 40s\nreader a every 100ms\nreader b every 30ms\n"
			 "at 10s migrate downtime 250ms value +120ms late 2s\n",
		 .wrong = true,
		 .not_wrong = true,
		 .unknown = true},
		{.text = "realtime within 2ms\nend 40s\nreader a every 100ms\n"
			 "at 10s migrate downtime 250ms value +120ms late 2s\n",
		 .gap_at_ns = (uint64_t)11 * NSEC_PER_SEC + 500000000,
		 .not_wrong = true,
		 .unknown = true},
		/* Two that contradict each other: which one was wrong is not known. */
		{.text = "realtime within 2ms\nend 40s\nreader a every 100ms\nat 10s step +2s\n",
		 .not_wrong = true},
		/* What was wrong by the one page is not by the other. */
		{.text = "realtime within 2ms\nend 40s\nreader a every 100ms\n"
			 "at 10s migrate downtime 250ms value +120ms late 2s\n"
			 "at 14s step +1s\nat 16s step -3s\n",
		 .not_wrong = true,
		 .unknown = true},
		/* Wrong by either. */
		{.text = "realtime within 2ms\nend 40s\nreader a every 100ms\n"
			 "at 10s driver-off +1h for 20s\nat 15s step +1s\n",
		 .wrong = true,
		 .not_wrong = true},
		/* How far a slew went from the truth is not known. */
		{.text = "realtime within 2ms\nend 90s\nreader a every 100ms\n"
			 "at 10s driver-off +1h for 60s\nat 15s slew 400\n",
		 .wrong = true,
		 .not_wrong = true,
		 .unknown = true},
		/* There are none. */
		{.text = "realtime within 2ms\nend 40s\nmode marker-only\nat 10s disrupt\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t reads, unknown = 0;
		struct analysis *analysis = reads_of(cases[i].text, cases[i].gap_at_ns, &reads);
		struct sums told = sums_of_incidents(analysis), listed;

		listed = sums_of_reads(analysis, reads);
		assert_true(analysis->incidents >= 1);
		assert_int_equal(read_list_unlisted(analysis->reads), 0);
		assert_memory_equal(&told, &listed, sizeof(told));
		for (int why = 0; why < ERROR_UNKNOWNS; why++)
			unknown += listed.unknown[why];
		if (cases[i].wrong != (listed.wrong != 0) ||
		    cases[i].not_wrong != (listed.known != listed.wrong) ||
		    cases[i].unknown != (unknown != 0))
			fail_msg("%s%llu wrong of %llu, %llu unknown", cases[i].text,
				 (unsigned long long)listed.wrong, (unsigned long long)listed.known,
				 (unsigned long long)unknown);
		analysis_free(analysis);
	}
}

static void more_than_fit_are_counted(void **state)
{
	struct read_verdict verdict = {.incident = 1, .known = true, .wrong = true};
	struct read_list *list = read_list_new(1);

	(void)state;
	for (verdict.read = 1; verdict.read <= READ_LIST_MOST + 3; verdict.read++)
		read_list_add(list, &verdict);
	verdict.incident = 2;
	read_list_add(list, &verdict);
	assert_int_equal(read_list_unlisted(list), 3);
	assert_true(read_list_find(list, READ_LIST_MOST, &verdict));
	assert_false(read_list_find(list, READ_LIST_MOST + 1, &verdict));
	assert_false(read_list_find(list, 0, &verdict));
	read_list_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_add_up_to_what_is_told_of_incidents),
		cmocka_unit_test(more_than_fit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
