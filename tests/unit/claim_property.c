// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random stories, recorded whole, cut, with gaps or without their log, and all that is said of them
 * against the truth: nothing says OK, recovered or wrong where it is not so, and nothing says
 * unknown where it could be known.
 *
 *	claim_property			the seeds of every run
 *	claim_property SEED [COUNT]	so many from there on; of one alone its story and its report
 *
 * It is slow: check-quick leaves it out.
 */
#include <unistd.h>

#include "claim_truth.h"
#include "exporter/exporter_state.h"
#include "exporter/landing.h"
#include "feed/command.h"
#include "seeds.h"

#include <json-c/json.h>

#define SEEDS SEEDS_OF(150)

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct beside *beside = arg;
	struct true_range clock, reads = range_of_reads();

	if (news == INCIDENT_OPENED) {
		beside->opened = beside->at;
		/* Its clocks' first reading is by the page before it. */
		beside->believed &= beside->moved_at == beside->at;
		return;
	}
	beside->incidents++;
	beside->last = incident->recovery.state;
	beside->ended_freerunning = is_freerunning(beside->at);
	clock = range_of_clock(beside->opened, beside->at + 1);
	if (is_fair(beside, false)) {
		const struct error_range *errors = &incident->clock[OBSERVED_REALTIME].errors;
		bool all = errors->known == clock.count;

		check_errors("CLOCK_REALTIME in the incident", errors, &clock, all);
		for (size_t i = 0; i < incident->readers; i++)
			check_errors("reads in the incident", &incident->reader[i].errors, &reads,
				     false);
	}
	if (incident->recovered != (incident->recovery.state == CLAIM_HOLDS))
		wrong("recovered and recovery are not the same");
	if (incident->recovered)
		check_recovered(incident, beside->opened, beside->at + 1);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct beside *beside = arg;
	uint64_t step_ns = story_abs(finding->step.moved.lo_ns);

	if (finding->kind == FINDING_HOST_STEP &&
	    (!beside->refuted || step_ns < beside->least_step_ns))
		beside->least_step_ns = step_ns;
	beside->slewed |= finding->kind == FINDING_HOST_SLEW;
	beside->moved |= finding->kind == FINDING_DISRUPTION || finding->kind == FINDING_RESTORE ||
			 finding->kind == FINDING_STUN || finding->kind == FINDING_CLOCK_SET;
	if (finding->kind == FINDING_HOST_STEP || finding->kind == FINDING_HOST_SLEW) {
		beside->refuted = beside->here_refuted = true;
		beside->here_anew = false;
	}
	/* Not of the clock, which may have recovered; a leap second refutes no offset of UTC. */
	beside->here_refuted |= finding->kind == FINDING_TAI_OFFSET_CHANGE &&
				finding->severity > FINDING_INFO && finding->change.has_old &&
				page_get(&finding->after, PAGE_TIME_TYPE) == VMCLOCK_TIME_TAI;
	if (finding->kind != FINDING_DISRUPTION)
		return;
	beside->moved_at = beside->at;
	beside->believed |= beside->here_unseen || beside->anew_before ||
			    (!beside->here_refuted && beside->lied_before);
	beside->here_unseen = beside->here_anew = false;
	beside->ever_believed |= beside->believed;
	beside->here_refuted = false;
	beside->here_lied = lies(&story.told[beside->at]);
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

static struct beside judge_story(void)
{
	struct beside beside = {.judge = judge_new(&handlers, &beside)};

	assert_non_null(beside.judge);
	for (beside.at = 0; beside.at < story.count; beside.at++) {
		const struct told *told = &story.told[beside.at];

		beside.lied_before = beside.here_lied;
		beside.anew_before = beside.here_anew;
		beside.here_lied |= lies(told);
		beside.ever_lied |= beside.here_lied;
		beside.here_anew |= lies_anew(&beside, told);
		if (told->page_tells)
			beside.page_off_ns = told->page_off_ns;
		judge_event(beside.judge, &told->event);
		/* Also after another lie was refuted: this one will not be. */
		beside.here_unseen |= lies_unseen(told);
	}
	beside.at = story.count ? story.count - 1 : 0;
	judge_finish(beside.judge);
	judge_free(beside.judge);
	beside.judge = NULL;
	return beside;
}

static const char *text_of(json_object *json, const char *key)
{
	return json_object_get_string(json_object_object_get(json, key));
}

/* Was CLOCK_REALTIME read beside a page that tells the time? */
static bool is_by_page(void)
{
	for (size_t i = 0; i < story.count; i++) {
		if (is_realtime(&story.told[i]) && story.told[i].page_tells)
			return true;
	}
	return false;
}

/* Or beside another clock? */
static bool has_other_clock(void)
{
	for (size_t i = 0; i < story.count; i++) {
		if (story.told[i].event.type == EVENT_CLOCK &&
		    story.told[i].event.clock.clock == OBSERVED_PHC_OTHER)
			return true;
	}
	return false;
}

/* Did the page not tell it for longer than a reading or two, or not as UTC with @utc? */
static bool has_hole(bool utc)
{
	size_t untold = 0;

	for (size_t i = 0; i < story.count && untold <= UNTOLD_READINGS; i++) {
		const struct told *told = &story.told[i];
		bool tells = told->page_tells && (!utc || page_tells_utc(&told->event.page));

		if (is_realtime(told))
			untold = tells ? 0 : untold + 1;
	}
	return untold > UNTOLD_READINGS;
}

/* A verdict that all is well is one on all of it. */
static void check_ok(const struct beside *beside)
{
	if (story.end == STORY_CUT || story.end == STORY_ALONE)
		wrong("OK, and its end is missing");
	if (is_missed())
		wrong("OK, and the page was not watched closely");
	if (!is_by_page() && !has_other_clock())
		wrong("OK, and CLOCK_REALTIME was compared with nothing");
	if (is_by_page() && has_hole(false) && !has_other_clock())
		wrong("OK, and CLOCK_REALTIME was compared with nothing for a time");
	if (story.disrupted && beside->incidents)
		wrong("OK, and there was an incident");
	for (size_t i = 0; i < story.count; i++) {
		const struct told *told = &story.told[i];

		if (is_reference(told) && is_contradicted(told))
			wrong("OK, and another PTP clock contradicts the page");
		if (is_realtime(told) && told->event.clock.has_claim && told->page_tells &&
		    !told->page_lies && is_seen_to_be_bad(told))
			wrong("OK, and CLOCK_REALTIME is off by %lld ns at %llu",
			      (long long)told->off_ns, (unsigned long long)told->event.time_ns);
	}
}

static void check_clock(json_object *clock)
{
	struct true_range range = range_of_clock(0, story.count);
	json_object *curve = json_object_object_get(clock, "curve");
	uint64_t count = json_object_get_uint64(json_object_object_get(clock, "wrong"));

	if (strcmp(text_of(clock, "clock"), "CLOCK_REALTIME"))
		return;
	if (count > range.off)
		wrong("report: %llu readings were wrong, and %llu were", (unsigned long long)count,
		      (unsigned long long)range.off);
	for (size_t i = 0, at = 0; i < json_object_array_length(curve); i++) {
		json_object *point = json_object_array_get_idx(curve, i);
		json_object *error = json_object_object_get(point, "error");
		int64_t lo = json_object_get_int64(json_object_object_get(error, "lo_ns"));
		int64_t hi = json_object_get_int64(json_object_object_get(error, "hi_ns"));
		uint64_t from_ns = json_object_get_uint64(json_object_object_get(point, "from_ns"));

		while (at < story.count &&
		       (!is_realtime(&story.told[at]) || story.told[at].event.time_ns < from_ns))
			at++;
		if (at < story.count && story.told[at].event.time_ns == from_ns &&
		    story.told[at].page_claim_ns &&
		    (story.told[at].off_ns < lo - READING_NS ||
		     story.told[at].off_ns > hi + READING_NS))
			wrong("report: at %llu off by %lld .. %lld ns, and was by %lld",
			      (unsigned long long)from_ns, (long long)lo, (long long)hi,
			      (long long)story.told[at].off_ns);
	}
}

static const char *check_report(const struct beside *beside, const char *path, const char **level)
{
	static char levels[16];
	char *text;
	int status = say(&cmd_report, path, "--json", &text);
	json_object *json, *clocks;

	if (status == EXIT_FAILED && !*text)
		return *level = NULL;
	json = json_tokener_parse(text);
	if (!json)
		wrong("no JSON: %s", text);
	snprintf(levels, sizeof(levels), "%s", text_of(json, "level"));
	*level = levels;
	if (status != (strcmp(levels, "unknown") ? EXIT_DONE : EXIT_FAILED))
		wrong("report: %s, and exit status %d", levels, status);
	if (!strcmp(levels, "ok"))
		check_ok(beside);
	if (strcmp(levels, "ok") && !(story.eventful || is_missed()) && story.end == STORY_WHOLE &&
	    !story.failed && is_by_page())
		wrong("report: %s, and nothing happened: %s", levels, text_of(json, "verdict"));
	if (story.end == STORY_WHOLE && !strcmp(levels, "unknown") && !story.loses &&
	    !is_missed() && is_by_page() && !has_hole(true))
		wrong("report: unknown, and all is there: %s", text_of(json, "verdict"));
	if (story.end == STORY_WHOLE && story.stepped && !strcmp(levels, "ok"))
		wrong("report: ok, and the host's clock was stepped");
	clocks = json_object_object_get(json, "clocks");
	/* What refuted a page may be in the gap. */
	if (is_fair(beside, true) && (story.end != STORY_RING || !beside->ever_lied)) {
		for (size_t i = 0; i < json_object_array_length(clocks); i++)
			check_clock(json_object_array_get_idx(clocks, i));
	}
	json_object_put(json);
	return levels;
}

/* The summary is the last line. */
static void check_level_of_replay(char *text, const char *level)
{
	char *last, *end = text + strlen(text);
	json_object *json;

	if (end > text && end[-1] == '\n')
		*--end = '\0';
	last = strrchr(text, '\n');
	json = json_tokener_parse(last ? last + 1 : text);
	if (strcmp(text_of(json, "level"), level))
		wrong("replay: %s, and the report says %s", text_of(json, "level"), level);
	json_object_put(json);
}

/* What speaks of the same, says the same. */
static void check_others(const char *path, const char *level)
{
	const struct command *const others[] = {&cmd_trace, &cmd_watch, &cmd_replay};
	char *text, word[16];

	say(&cmd_report, path, "--since=0s", &text);
	for (size_t i = 0; level && level[i]; i++)
		word[i] = (char)(level[i] - 'a' + 'A'), word[i + 1] = '\0';
	if (level && strncmp(text, word, strlen(word)))
		wrong("report: %s in JSON, and in text %.60s", level, text);
	if (is_verbose)
		print_message("%s\n", text);
	for (size_t i = 0; i < 3; i++) {
		char from[128];
		int status;

		snprintf(from, sizeof(from), "--from=%s", path);
		status = others[i] == &cmd_replay ? say(others[i], path, "--json", &text)
						  : say(others[i], NULL, from, &text);
		if (others[i] == &cmd_replay && level)
			check_level_of_replay(text, level);
		if ((status == EXIT_DONE) != (level && !strcmp(level, "ok")))
			wrong("%s: exit status %d, and the report says %s", others[i]->name, status,
			      level ?: "nothing");
	}
}

/* --- What an exporter that saw it says now */

static void check_metrics(const struct beside *beside)
{
	struct exporter_state *state = exporter_state_new(0);
	struct metrics_writer out = {.format = METRICS_OPENMETRICS};
	const char *window_end = "\nvmclock_bad_window_end_timestamp_seconds ";
	const struct metrics_self self = {0};
	const struct metrics_snapshot *snapshot;
	const struct told *newest = NULL;
	bool page_tells = false;
	char *html = NULL;
	size_t bytes;
	FILE *page;

	for (size_t i = 0; i < story.count; i++) {
		exporter_state_event(state, &story.told[i].event, true);
		if (is_realtime(&story.told[i]))
			newest = &story.told[i];
		if (story.told[i].event.type == EVENT_PAGE)
			page_tells = story.told[i].page_tells;
	}
	snapshot = exporter_state_snapshot(state);
	metrics_write(&out, snapshot, &self);
	metrics_end(&out);
	page = open_memstream(&html, &bytes);
	landing_put_html(page, snapshot, snapshot->turn_ns);
	fclose(page);
	if (strstr(html, "The clock is well") &&
	    (!page_tells || (newest && (!newest->page_tells ||
					(!newest->page_lies && is_seen_to_be_bad(newest))))))
		wrong("the landing page says that the clock is well");
	if (!snapshot->windows.open && beside->incidents && beside->last != CLAIM_HOLDS &&
	    memmem(out.text, out.length, window_end, strlen(window_end)))
		wrong("the metrics know an end of a bad window that nobody saw");
	free(html);
	free(out.text);
	exporter_state_free(state);
}

/* --- */

static bool tell(void)
{
	const char path[] = "claim.sqlite", *level;
	struct beside beside;
	size_t end;

	free(story.told);
	memset(&story, 0, sizeof(story));
	if (!story_play(&story, seed))
		return false;
	if (is_verbose)
		print_message("%s", story.text);
	beside = judge_story();
	end = story.count ? story.count - 1 : 0;
	if (beside.incidents && beside.last == CLAIM_UNKNOWN && could_be_known(&beside, end))
		wrong("recovery is unknown, and all was seen to be good for long");
	forget(path);
	record_story(path);
	check_report(&beside, path, &level);
	check_others(path, level);
	check_metrics(&beside);
	return true;
}

static uint64_t first = 1, count = SEEDS;

static void nothing_is_said_that_is_not_so(void **state)
{
	char place[] = "/tmp/claim-XXXXXX";
	uint64_t told = 0;

	(void)state;
	assert_non_null(mkdtemp(place));
	assert_int_equal(chdir(place), 0);
	for (seed = first; seed < first + count; seed++)
		told += tell();
	forget("claim.sqlite");
	assert_int_equal(rmdir(place), 0);
	/* The others' texts are refused. */
	assert_true(told >= count * 3 / 4 || count < 20);
}

#define NOBODY 65534

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_said_that_is_not_so)};

	/* As root what reads a recording becomes another user, who cannot read the next one. */
	if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
		return 1;
	if (argc > 1) {
		first = strtoull(argv[1], NULL, 10);
		count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
		is_verbose = argc == 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
