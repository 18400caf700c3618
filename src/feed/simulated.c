// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/simulated.h"

static enum stop_condition_news next(struct source *source, struct pollfd *more)
{
	static const struct source_note note = {.is_watched = true};
	struct simulated *simulated = (struct simulated *)source;
	struct event event;

	(void)more;
	if (!scenario_source_next(simulated->events, &event, NULL))
		return STOP_CONDITION_OVER;
	source_give(source, &event, &note);
	return STOP_CONDITION_READY;
}

static const struct source_ops ops = {.next = next};

int simulated_open(const char *path, struct simulated *simulated, struct error *error)
{
	const struct simulation_options options = {0};
	int err;

	simulated->source.ops = &ops;
	err = scenario_load(path, &simulated->scenario, error);
	if (err)
		return err;
	err = scenario_source_new(&simulated->scenario, &options, 0, &simulated->events);
	if (err)
		error_no_memory(error);
	return err;
}

void simulated_close(struct simulated *simulated)
{
	scenario_source_free(simulated->events);
	scenario_free(&simulated->scenario);
}
