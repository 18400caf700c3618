// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UTC from CLOCK_MONOTONIC, against the truth, which a scenario knows: at each event of random
 * hosts that move, fail and come back, and of every scenario of the library, the true time is
 * inside.
 *
 *	align			the seeds of every run, and the library
 *	align SEED		one of them, with its scenario and what is not inside
 *
 * It is slow: check-quick leaves it out.
 */
#include <dirent.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "fleet/align.h"
#include "align_make.h"
#include "page_make.h"
#include "scenario/scenario_source.h"
#include "seeds.h"

#define SEEDS SEEDS_OF(240)
#define MOST  200000
#define SEC   ((int64_t)NSEC_PER_SEC)
#define MS    1000000LL

/* What was true at one event. */
struct truth {
	uint64_t ns; /* CLOCK_MONOTONIC */
	int64_t utc_ns;
};

struct run {
	struct truth *truth;
	size_t truths;
	struct align_moment *moment;
	struct utc_span *span;
	size_t moments;
	struct align_result result;
	struct align_bound_runs bound_runs;
	size_t outside; /* moments whose span does not hold the truth */
	size_t known;
};

static struct scenario_source *play(const struct scenario *scenario)
{
	const struct simulation_options options = {0};
	struct scenario_source *source;

	assert_int_equal(scenario_source_new(scenario, &options, 0, &source), 0);
	return source;
}

/* First what happened, and when; @every so many events is a moment to ask about. */
static void survey(const struct scenario *scenario, size_t every, struct run *run)
{
	struct scenario_source *source = play(scenario);
	struct analysis *analysis = analysis_new();
	struct scenario_truth truth;
	struct event event;
	int64_t tai_less_utc = 0;

	run->truth = calloc(MOST, sizeof(*run->truth));
	for (size_t i = 0; scenario_source_next(source, &event, &truth); i++) {
		analysis_event(analysis, &event);
		if (!i)
			tai_less_utc = truth.tai_less_utc;
		if (i % every || run->truths == MOST)
			continue;
		run->truth[run->truths++] = (struct truth){
			.ns = event.time_ns,
			.utc_ns = scenario->frame.start_utc_sec * SEC + truth.at_ns -
				  (truth.tai_less_utc - tai_less_utc) * SEC,
		};
	}
	analysis_finish(analysis);
	assert_int_equal(align_bound_runs_add(&run->bound_runs, analysis), 0);
	analysis_free(analysis);
	scenario_source_free(source);
}

/*
 * Two at one reading of CLOCK_MONOTONIC, which stood: which side of that each is on, it cannot say.
 */
static bool is_alone(const struct run *run, size_t i)
{
	for (size_t b = 0; b < run->bound_runs.breaks; b++) {
		const struct align_stretch *broken = &run->bound_runs.broken[b];

		if (broken->lo_ns == broken->hi_ns && broken->lo_ns == run->truth[i].ns)
			return false;
	}
	return true;
}

static void measure(const struct scenario *scenario, struct run *run)
{
	struct scenario_source *source;
	struct align *align;
	struct event event;

	run->moments = run->truths;
	run->moment = calloc(run->moments, sizeof(*run->moment));
	run->span = calloc(run->moments, sizeof(*run->span));
	for (size_t i = 0; i < run->moments; i++)
		run->moment[i].ns = run->truth[i].ns;
	align = align_new(&run->bound_runs, run->moment, run->moments);
	source = play(scenario);
	while (scenario_source_next(source, &event, NULL))
		align_event(align, &event);
	align_finish(align, &run->result, run->span);
	align_free(align);
	scenario_source_free(source);
	for (size_t i = 0; i < run->moments; i++) {
		if (!is_alone(run, i))
			continue;
		run->known += utc_span_is_known(run->span[i]);
		run->outside += run->truth[i].utc_ns < run->span[i].lo_ns ||
				run->truth[i].utc_ns > run->span[i].hi_ns;
	}
}

static void done(struct run *run)
{
	align_bound_runs_free(&run->bound_runs);
	free(run->truth);
	free(run->moment);
	free(run->span);
}

static void show(const struct run *run)
{
	printf("method %s, %" PRIu64 " anchors, %" PRIu64 " contradictions, %zu of %zu known\n",
	       align_method_name(run->result.method), run->result.anchors,
	       run->result.contradictions, run->known, run->moments);
	for (size_t i = 0; i < run->bound_runs.breaks; i++)
		printf("break %" PRIu64 "..%" PRIu64 "\n", run->bound_runs.broken[i].lo_ns,
		       run->bound_runs.broken[i].hi_ns);
	for (size_t i = 0; i < run->bound_runs.bads; i++)
		printf("bad %" PRIu64 "..%" PRIu64 "\n", run->bound_runs.bad[i].lo_ns,
		       run->bound_runs.bad[i].hi_ns);
	for (size_t i = 0; i < run->moments; i++) {
		if (run->truth[i].utc_ns < run->span[i].lo_ns ||
		    run->truth[i].utc_ns > run->span[i].hi_ns)
			printf("at %" PRIu64 " truth %" PRId64 " not in %+" PRId64 " %+" PRId64
			       "\n",
			       run->truth[i].ns, run->truth[i].utc_ns,
			       run->span[i].lo_ns - run->truth[i].utc_ns,
			       run->span[i].hi_ns - run->truth[i].utc_ns);
	}
}

/* --- Random hosts */

static bool is_inside(uint64_t seed, bool steps, bool print, struct run *run)
{
	char *text = calloc(1, HOST_TEXT_BYTES);
	struct scenario scenario;
	struct error error = {0};

	make_host(seed, steps, text);
	if (print)
		puts(text);
	if (scenario_parse("random", text, strlen(text), &scenario, &error))
		fail_msg("seed %" PRIu64 ": %s", seed, error.cause);
	*run = (struct run){0};
	survey(&scenario, 1, run);
	measure(&scenario, run);
	if (print)
		show(run);
	scenario_free(&scenario);
	free(text);
	return run->outside == 0;
}

static void the_truth_is_inside(void **state)
{
	size_t by[ALIGN_METHODS] = {0}, known = 0, moments = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct run run;

		if (!is_inside(seed, false, false, &run))
			fail_msg("seed %" PRIu64 ": %zu of %zu moments outside", seed, run.outside,
				 run.moments);
		by[run.result.method]++;
		known += run.known;
		moments += run.moments;
		done(&run);
	}
	/* And it is not so because nothing is ever known. */
	print_message("%zu by page, %zu by CLOCK_REALTIME; %zu of %zu moments known\n",
		      by[ALIGN_BY_PAGE], by[ALIGN_BY_REALTIME], known, moments);
	assert_true(by[ALIGN_BY_PAGE] > SEEDS / 2);
	assert_true(by[ALIGN_BY_REALTIME] > SEEDS / 10);
	assert_true(known > moments / 2);
}

/*
 * Hosts that lie by their rate are believed: how far off they are no sample can tell. So is the one
 * clock that claims to be better than the kernel's, where no page is there to refute it.
 */
static bool lies_unseen(const char *name)
{
	static const char *const names[] = {"slew.scenario", "slew-slow.scenario",
					    "clocks-disagree-clockbound.scenario"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* How many were looked at; @outside counts those of which the truth was outside. */
static size_t check_library(const char *directory, size_t *outside)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	size_t seen = 0, count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct scenario scenario;
		struct run run = {0};
		char path[512];

		if (!strstr(entry->d_name, ".scenario") || lies_unseen(entry->d_name))
			continue;
		if (seen++ % LIBRARY_STEP)
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", directory, entry->d_name);
		assert_int_equal(scenario_load(path, &scenario, NULL), 0);
		survey(&scenario, 7, &run);
		measure(&scenario, &run);
		if (run.outside)
			print_error("%s: %zu of %zu moments outside\n", path, run.outside,
				    run.moments);
		count++;
		*outside += run.outside != 0;
		done(&run);
		scenario_free(&scenario);
	}
	closedir(dir);
	return count;
}

static void the_truth_is_inside_in_the_library(void **state)
{
	static char source[] = __FILE__;
	size_t outside = 0;
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/../scenarios", dirname(source));
	assert_true(check_library(path, &outside) > 70 / LIBRARY_STEP);
	assert_int_equal(outside, 0);
}

static void a_host_that_steps_is_doubted(void **state)
{
	size_t contradictions = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		struct run run;

		if (!is_inside(seed, true, false, &run))
			fail_msg("seed %" PRIu64 " with steps: %zu of %zu moments outside", seed,
				 run.outside, run.moments);
		contradictions += run.result.contradictions;
		done(&run);
	}
	assert_true(contradictions > SEEDS / 4);
}

/* --- By hand, to the nanosecond */

#define UTC(ns) (1000 * SEC + (ns))

/* Anchors at 10 s and 20 s of CLOCK_MONOTONIC, where UTC is 1000 s ahead; asked about at @ns. */
static struct utc_span between_two(struct align_axis *axis, uint64_t ns, int64_t second_ns,
				   uint8_t leap)
{
	const struct align_moment moment = {ns, false};
	const struct align_anchor anchors[] = {
		{10 * SEC, 10 * SEC, UTC(10 * SEC - 100), UTC(10 * SEC + 100), 0},
		{20 * SEC, 20 * SEC, UTC(20 * SEC + second_ns - 300),
		 UTC(20 * SEC + second_ns + 300), leap},
	};
	struct align_track *track;
	struct utc_span span;

	axis->moment = &moment;
	axis->moments = 1;
	track = align_track_new(axis);
	for (size_t i = 0; i < 2; i++)
		align_track_add(track, &anchors[i]);
	assert_int_equal(align_track_anchors(track), 2);
	assert_true(align_track_finish(track, &span));
	align_track_free(track);
	return span;
}

static void is_span(struct utc_span span, int64_t lo_ns, int64_t hi_ns)
{
	if (span.lo_ns != lo_ns || span.hi_ns != hi_ns)
		fail_msg("%+" PRId64 " .. %+" PRId64 " instead of %+" PRId64 " .. %+" PRId64,
			 span.lo_ns, span.hi_ns, lo_ns, hi_ns);
}

static void drift_is_allowed_for(void **state)
{
	struct align_axis axis = {.rate_ppm = 500};

	(void)state;
	/* A reading is in the nanosecond that it names: 1 ns lower, and 1 ns later. */
	is_span(between_two(&axis, 10 * SEC, 0, 0), UTC(10 * SEC - 101), UTC(10 * SEC + 101));
	is_span(between_two(&axis, 11 * SEC, 0, 0), UTC(11 * SEC - 500101), UTC(11 * SEC + 500101));
	is_span(between_two(&axis, 19 * SEC, 0, 0), UTC(19 * SEC - 500301), UTC(19 * SEC + 500301));
	is_span(between_two(&axis, 9 * SEC, 0, 0), UTC(9 * SEC - 500101), UTC(9 * SEC + 500101));
	/* Of a rate that hardly explains what was seen, not much else is left. */
	is_span(between_two(&axis, 15 * SEC, 5000000, 0), UTC(15 * SEC + 2499699),
		UTC(15 * SEC + 2500101));
	axis.rate_ppm = 0;
	is_span(between_two(&axis, 15 * SEC, 0, 0), UTC(15 * SEC - 101), UTC(15 * SEC + 101));
	/* Odd rates are rounded outwards. */
	axis.rate_ppm = 7;
	is_span(between_two(&axis, 10 * SEC + 1, 0, 0), UTC(10 * SEC - 101), UTC(10 * SEC + 103));
}

static void beyond_a_break_only_the_order_counts(void **state)
{
	const struct align_stretch broken = {12 * SEC, 18 * SEC};
	struct align_axis axis = {.rate_ppm = 500, .broken = &broken, .breaks = 1};

	(void)state;
	is_span(between_two(&axis, 12 * SEC - 1, 7 * SEC, 0), UTC(12 * SEC - 1000102),
		UTC(12 * SEC + 1000100));
	/* Within: after what was before, and before what was after. */
	is_span(between_two(&axis, 15 * SEC, 7 * SEC, 0), UTC(12 * SEC - 1000101),
		UTC(25 * SEC + 1000301));
	is_span(between_two(&axis, 18 * SEC, 7 * SEC, 0), UTC(25 * SEC - 1000301),
		UTC(25 * SEC + 1000301));
}

static void a_contradiction_leaves_both(void **state)
{
	struct align_axis axis = {.rate_ppm = 0};

	(void)state;
	/* The second is 9 s ahead: it, or the first, is off by that all the time. */
	is_span(between_two(&axis, 10 * SEC, 9 * SEC, 0), UTC(10 * SEC - 101), UTC(19 * SEC + 301));
	is_span(between_two(&axis, 20 * SEC, 9 * SEC, 0), UTC(20 * SEC - 702), UTC(29 * SEC + 301));
}

/* A second more or less is no contradiction then, and either holds between the two. */
static void a_leap_second_leaves_both_between(void **state)
{
	struct align_axis axis = {.rate_ppm = 500000};

	(void)state;
	is_span(between_two(&axis, 10 * SEC, -SEC, VMCLOCK_LEAP_POST_POS), UTC(4 * SEC - 301),
		UTC(14 * SEC + 301));
	is_span(between_two(&axis, 11 * SEC, -SEC, VMCLOCK_LEAP_POST_POS),
		UTC(11 * SEC - 5500000301), UTC(11 * SEC + 3500000301));
}

static void run_text(const char *text, struct run *run)
{
	struct scenario scenario;

	*run = (struct run){0};
	assert_int_equal(scenario_parse("text", text, strlen(text), &scenario, NULL), 0);
	survey(&scenario, 1, run);
	measure(&scenario, run);
	scenario_free(&scenario);
}

static uint64_t widest_of(const struct run *run)
{
	uint64_t widest = 0;

	for (size_t i = 0; i < run->moments; i++) {
		uint64_t width = utc_span_width_ns(run->span[i]);

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Of a step and one back nobody can tell which of the times was true: each is allowed for. */
static void a_step_and_back_leaves_both(void **state)
{
	struct run run;

	(void)state;
	run_text("realtime within 5ms\nend 40s\nat 10.03 step +100ms\nat 15.03 step -100ms\n",
		 &run);
	assert_int_equal(run.bound_runs.bads, 1);
	assert_int_equal(run.result.contradictions, 2);
	assert_true(run.result.anchors > 100 && run.outside == 0);
	assert_in_range(widest_of(&run), 100 * MS, 110 * MS);
	done(&run);
}

/* The incident goes on, as CLOCK_REALTIME is behind until 7.5 s; the page steps within it. */
static void a_step_within_an_incident_is_allowed_for(void **state)
{
	struct run run;

	(void)state;
	run_text("sample 5ms\ntime-error 10us\nrate-error 0.5ppm\nrefresh 1s\n"
		 "realtime within 50ms\nend 25s\nat 5.116423 migrate downtime 163ms\n"
		 "at 7.479423 clock-set step +163ms\nat 8.466445 step +40ms\n",
		 &run);
	assert_true(run.result.contradictions > 0);
	assert_int_equal(run.outside, 0);
	done(&run);
}

/* CLOCK_REALTIME stays behind for good; the page is right again after its migration. */
static void a_good_page_is_believed_beside_a_wrong_clock(void **state)
{
	struct run run;

	(void)state;
	run_text("realtime within 1ms\nend 60s\nat 5 migrate downtime 250ms\n", &run);
	assert_int_equal(run.bound_runs.bad[0].hi_ns, UINT64_MAX);
	assert_int_equal(run.outside, 0);
	/* In the migration itself it is 250 ms and a sample. */
	assert_in_range(widest_of(&run), 250 * MS, 351 * MS);
	done(&run);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drift_is_allowed_for),
		cmocka_unit_test(beyond_a_break_only_the_order_counts),
		cmocka_unit_test(a_contradiction_leaves_both),
		cmocka_unit_test(a_leap_second_leaves_both_between),
		cmocka_unit_test(a_step_and_back_leaves_both),
		cmocka_unit_test(a_step_within_an_incident_is_allowed_for),
		cmocka_unit_test(a_good_page_is_believed_beside_a_wrong_clock),
		cmocka_unit_test(the_truth_is_inside),
		cmocka_unit_test(the_truth_is_inside_in_the_library),
		cmocka_unit_test(a_host_that_steps_is_doubted),
	};

	if (argc > 1) {
		struct run run;
		bool inside = is_inside(strtoull(argv[1], NULL, 10), argc > 2, true, &run);

		done(&run);
		return !inside;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
