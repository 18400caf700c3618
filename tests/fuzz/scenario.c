// SPDX-License-Identifier: GPL-2.0-or-later
/* A scenario's text, and what is judged of the events that it gives. */
#include "fuzz_judge.h"

#include "scenario/scenario.h"
#include "scenario/scenario_source.h"

#define EVENTS_MOST 200 /* of one story: a long one is no other */

static void play(const struct scenario *scenario)
{
	struct simulation_options options = {0};
	struct scenario_source *source;
	struct judge *judge;
	struct event event;

	if (scenario_source_new(scenario, &options, 0, &source))
		return;
	judge = fuzz_judge();
	for (int i = 0; i < EVENTS_MOST && scenario_source_next(source, &event, NULL); i++)
		judge_event(judge, &event);
	fuzz_judged(judge);
	scenario_source_free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scenario scenario;
	struct error error = {0};

	if (scenario_parse("fuzz", (const char *)data, size, &scenario, &error)) {
		CHECK(error.cause[0]);
		return 0;
	}
	play(&scenario);
	scenario_free(&scenario);
	return 0;
}
