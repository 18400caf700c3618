// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/scenario_check.h"

#include <errno.h>

#include "scenario/defaults.h"

static int wrong(struct error *error, const char *name, unsigned int line, const char *cause,
		 const char *hint)
{
	error_cause(error, "%s:%u: %s", name, line, cause);
	error_hint(error, "%s", hint);
	return -EINVAL;
}

static int check_end(const char *name, const struct scenario *scenario, struct error *error)
{
	size_t count = scenario->actions_count;
	const struct scenario_action *last = count ? &scenario->actions[count - 1] : NULL;
	int64_t end_ns = scenario->frame.end_ns;

	if (end_ns > SCENARIO_LONGEST_NS)
		return wrong(error, name, last ? last->line : 1,
			     "the end is more than 400 days off", "let it end earlier");
	if (last && last->at_ns > end_ns)
		return wrong(error, name, last->line, "this happens after the scenario's end",
			     "set a later 'end'");
	return 0;
}

/* What the page admits of its rate, as far as read. */
struct rates {
	int64_t drift_ppb;
	int64_t bound_ppb;
	unsigned int line; /* that said so last; 0: none did */
};

static bool rates_take(struct rates *rates, const struct scenario_action *action)
{
	if (action->verb == VERB_DRIFT)
		rates->drift_ppb = action->ppb;
	else if (action->verb == VERB_RATE_ERROR && action->ppb >= 0)
		rates->bound_ppb = action->ppb;
	else
		return false;
	rates->line = action->line;
	return true;
}

/*
 * Honest bounds can be had only where the rate wanders less than the page admits: two rates that
 * are each within the drift of the middle differ by twice that.
 */
static int check_rates(const char *name, const struct rates *rates, struct error *error)
{
	if (rates->drift_ppb * 100 <= rates->bound_ppb * 49)
		return 0;
	return wrong(error, name, rates->line, "the rate drifts further than the page admits",
		     "a drift is at most 0.49 of rate-error; a clock that lies about its rate is "
		     "made with slew or set");
}

static int check_honesty(const char *name, const struct scenario *scenario, struct error *error)
{
	struct rates rates = {SCENARIO_DRIFT_PPB, SCENARIO_RATE_ERROR_PPB, 0};
	int err;

	for (size_t i = 0; i < scenario->settings_count; i++)
		rates_take(&rates, &scenario->settings[i]);
	err = check_rates(name, &rates, error);
	for (size_t i = 0; !err && i < scenario->actions_count; i++) {
		if (rates_take(&rates, &scenario->actions[i]))
			err = check_rates(name, &rates, error);
	}
	return err;
}

/* How long the guest does not run for this line. */
static int64_t stopped_ns(const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_MIGRATE:
	case VERB_RESTORE:
		return action->move.downtime_ns;
	case VERB_STUN:
		return action->ns;
	default:
		return 0;
	}
}

/* A guest that does not run cannot be stopped again, nor its counter jump. */
static int check_stops(const char *name, const struct scenario *scenario, struct error *error)
{
	int64_t until_ns = 0;

	for (size_t i = 0; i < scenario->actions_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];
		bool stops = action->verb == VERB_MIGRATE || action->verb == VERB_RESTORE ||
			     action->verb == VERB_STUN || action->verb == VERB_JUMP;

		if (stops && action->at_ns < until_ns)
			return wrong(error, name, action->line, "the guest does not run then",
				     "wait until the downtime above is over");
		if (stops)
			until_ns = action->at_ns + stopped_ns(action);
	}
	return 0;
}

/* How long the writer of the page is at fault for this line. */
static int64_t faulty_ns(const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_STICK:
	case VERB_TEAR:
	case VERB_GARBAGE:
		return action->ns;
	default:
		return 0;
	}
}

/* A writer that hangs in an update cannot begin another. */
static int check_faults(const char *name, const struct scenario *scenario, struct error *error)
{
	int64_t until_ns = 0;

	for (size_t i = 0; i < scenario->actions_count; i++) {
		const struct scenario_action *action = &scenario->actions[i];

		if (faulty_ns(action) && action->at_ns < until_ns)
			return wrong(error, name, action->line,
				     "an update is still stuck, torn or garbage then",
				     "wait until the one above is over");
		if (faulty_ns(action))
			until_ns = action->at_ns + faulty_ns(action);
	}
	return 0;
}

int scenario_check(const char *name, const struct scenario *scenario, struct error *error)
{
	int err = check_end(name, scenario, error);

	if (!err)
		err = check_honesty(name, scenario, error);
	if (!err)
		err = check_stops(name, scenario, error);
	return err ? err : check_faults(name, scenario, error);
}
