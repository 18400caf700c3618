// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event/decimate.h: thinned, a run is judged as before. Random incidents, as a live source tells of
 * them.
 *
 * It is slow: check-quick leaves it out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event/decimate.h"
#include "incident_make.h"
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"
#include "scenario/random.h"
#include "scenario/scenario.h"
#include "scenario/scenario_source.h"
#include "seeds.h"

#define SEEDS	 SEEDS_OF(150)
#define SAID_MAX (1u << 20)

/* One judge, and all that it said as lines of JSON. */
struct side {
	struct judge *judge;
	bool found; /* something, by the event that is judged */
	char *said;
	size_t length;
};

static void say(struct side *side, json_object *json)
{
	const char *line = json_line(json);
	size_t bytes = strlen(line);

	side->found = true;
	assert_true(side->length + bytes + 1 < SAID_MAX);
	memcpy(side->said + side->length, line, bytes + 1);
	side->length += bytes;
	json_object_put(json);
}

static void on_finding(const struct finding *finding, void *arg)
{
	say(arg, finding_json(finding));
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct side *side = arg;

	side->found = true;
	if (news == INCIDENT_CLOSED)
		say(side, incident_json(incident));
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

static struct side side_new(void)
{
	return (struct side){.said = calloc(1, SAID_MAX)};
}

static void side_begin(struct side *side)
{
	side->length = 0;
	side->said[0] = '\0';
	side->judge = judge_new(&handlers, side);
}

static void side_end(struct side *side)
{
	judge_finish(side->judge);
	judge_free(side->judge);
}

static void judge(const struct event *event, void *arg)
{
	struct side *side = arg;

	judge_event(side->judge, event);
}

static uint64_t passed_on;

static void pass_on(const struct event *event, void *arg)
{
	passed_on++;
	judge(event, arg);
}

/* Three things, twenty seconds apart. */
static size_t write_scenario(uint64_t seed, char *text, size_t bytes)
{
	static const char *const changes[] = {
		"migrate downtime 80ms value +79ms rate +3",
		"migrate downtime 1s resync 2s",
		"migrate downtime 300ms resync 700ms",
		"stun 700ms",
		"step +3ms",
		"clock-set step +20ms",
		"status UNRELIABLE",
		"status SYNCHRONIZED",
		"disrupt",
		"stick 300ms",
	};
	struct random_source random = {seed};
	size_t used = (size_t)snprintf(text, bytes,
				       "end 80s\nsample 10ms\nrealtime within 1ms\nseed %" PRIu64
				       "\nreader database every %" PRIu64 "ms\n",
				       seed, 50 + random_u64(&random) % 400);

	for (int i = 2; i < 7; i += 2)
		used += (size_t)snprintf(
			text + used, bytes - used, "at %d.%03" PRIu64 "s %s\n", 10 * i,
			random_u64(&random) % 1000,
			changes[random_u64(&random) % (sizeof(changes) / sizeof(changes[0]))]);
	return used;
}

/* What a live source makes of the stream: a clock once a second, uses counted unless @detail. */
struct live {
	uint64_t clock_due_ns;
	uint64_t tally_due_ns;
	struct event tally;
};

static bool live_event(struct live *live, struct event *event, bool detail)
{
	if (event->type == EVENT_CLOCK) {
		if (event->time_ns < live->clock_due_ns)
			return false;
		live->clock_due_ns = event->time_ns + SECOND;
	}
	if (event->type != EVENT_READ)
		return true;
	live->tally.type = EVENT_TALLY;
	live->tally.who = event->who;
	live->tally.device = event->device;
	live->tally.tally.uses[event->path]++;
	live->tally.tally.last_ns = event->time_ns;
	return detail;
}

static bool live_tally(struct live *live, uint64_t now_ns, struct event *event)
{
	if (now_ns < live->tally_due_ns)
		return false;
	live->tally_due_ns = now_ns + SECOND;
	*event = live->tally;
	event->time_ns = now_ns;
	memset(live->tally.tally.uses, 0, sizeof(live->tally.tally.uses));
	return event->type == EVENT_TALLY;
}

static void give_both(struct side *whole, struct side *thinned, struct decimate *decimate,
		      const struct event *event)
{
	whole->found = judge_open_incident(whole->judge) != NULL;
	judge(event, whole);
	decimate_event(decimate, event, whole->found, pass_on, thinned);
}

/* Returns how many events there were. */
static uint64_t play(uint64_t seed, struct side *whole, struct side *thinned)
{
	struct simulation_options options = {.has_seed = false};
	struct error error = {.cause = ""};
	struct scenario_source *source;
	static struct decimate decimate;
	struct live live = {0};
	struct scenario scenario;
	struct event event, tally;
	uint64_t events = 0;
	char text[1024];

	if (scenario_parse("random", text, write_scenario(seed, text, sizeof(text)), &scenario,
			   &error))
		fail_msg("%s (%s)\n%s", error.cause, error.hint, text);
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	memset(&decimate, 0, sizeof(decimate));
	side_begin(whole);
	side_begin(thinned);
	while (scenario_source_next(source, &event, NULL)) {
		bool detail = judge_open_incident(whole->judge) != NULL;

		if (!live_event(&live, &event, detail))
			continue;
		events++;
		give_both(whole, thinned, &decimate, &event);
		if (live_tally(&live, event.time_ns, &tally))
			give_both(whole, thinned, &decimate, &tally);
	}
	decimate_flush(&decimate, pass_on, thinned);
	side_end(whole);
	side_end(thinned);
	scenario_source_free(source);
	scenario_free(&scenario);
	return events;
}

static void judged_as_before(void **state)
{
	struct side whole = side_new(), thinned = side_new();
	uint64_t events = 0, said = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		events += play(seed, &whole, &thinned);
		if (strcmp(whole.said, thinned.said))
			fail_msg("seed %" PRIu64 ": whole\n%s\nthinned\n%s", seed, whole.said,
				 thinned.said);
		said += whole.length;
	}
	assert_true(said > SEEDS * 1000);
	/* And it was worth it, though in an incident all stays. */
	assert_true(passed_on < events / 4 * 3);
	free(whole.said);
	free(thinned.said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
