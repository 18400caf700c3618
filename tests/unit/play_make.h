/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a scenario as text, played into a judge, and what came of it. */
#ifndef VMCLOCK_TRACE_TESTS_PLAY_MAKE_H
#define VMCLOCK_TRACE_TESTS_PLAY_MAKE_H

#include <stdio.h>
#include <stdlib.h>

#include "judge/judge.h"
#include "page_make.h"
#include "scenario/scenario_source.h"

#define STORY_PAIRS 8

struct story {
	struct judge *judge;
	struct incident last;
	size_t closed;
	struct finding pair[STORY_PAIRS]; /* the first clocks_disagree */
	size_t pairs;
	bool was_well_at_end;
	struct claim_span span; /* closed in order, nothing lost */
};

static inline void play_incident(const struct incident *incident, enum incident_news news,
				 void *arg)
{
	struct story *story = arg;

	if (news != INCIDENT_CLOSED)
		return;
	story->closed++;
	story->last = *incident;
}

static inline void play_finding(const struct finding *finding, void *arg)
{
	struct story *story = arg;

	if (finding->kind != FINDING_CLOCKS_DISAGREE)
		return;
	if (story->pairs < STORY_PAIRS)
		story->pair[story->pairs] = *finding;
	story->pairs++;
}

static const struct judge_handlers play_handlers = {.incident = play_incident,
						    .finding = play_finding};

/* Play @text to its end. The caller frees it. */
static inline struct story *play(const char *text)
{
	struct simulation_options options = {0};
	struct story *story = calloc(1, sizeof(*story));
	struct scenario_source *source;
	struct scenario scenario;
	struct error error = {.cause = ""};
	struct event event;

	assert_non_null(story);
	if (scenario_parse("test", text, strlen(text), &scenario, &error))
		fail_msg("%s (%s)", error.cause, error.hint);
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	story->judge = judge_new(&play_handlers, story);
	assert_non_null(story->judge);
	for (story->span.ended = true; scenario_source_next(source, &event, NULL);
	     story->span.events++)
		judge_event(story->judge, &event);
	judge_add_doubt(story->judge, &story->span);
	story->was_well_at_end = judge_is_well(story->judge, true).state == CLAIM_HOLDS;
	judge_finish(story->judge);
	judge_free(story->judge);
	scenario_source_free(source);
	scenario_free(&scenario);
	return story;
}

/* A story whose last incident ends with this recovery; else the test has failed. */
static inline struct story *recovers(const char *text, enum claim_state state, enum claim_why why)
{
	struct story *story = play(text);

	if (!story->closed || story->last.recovery.state != state ||
	    (state == CLAIM_UNKNOWN && story->last.recovery.why != why))
		fail_msg("%s%zu incidents, recovery %s (%s)", text, story->closed,
			 claim_state_name(story->last.recovery.state),
			 claim_why_name(story->last.recovery.why));
	return story;
}

#endif
