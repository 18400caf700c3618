// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/error_bounds.h"
#include "judge/health.h"
#include "page/warning.h"

struct top_model {
	struct top_start start;
	struct top_state state;
	struct judge *judge;
	enum finding_severity worst;
};

bool top_state_utc(const struct top_state *state, uint64_t time_ns, int64_t *utc_ns)
{
	struct utc_moment moment;

	if (!utc_track_at(&state->utc, time_ns, &moment)) {
		*utc_ns = moment.ns;
		return true;
	}
	*utc_ns = state->start_realtime_ns + (int64_t)(time_ns - state->start_ns);
	return false;
}

/* --- What the judge says */

static void on_finding(const struct finding *finding, void *arg)
{
	struct top_model *model = arg;
	struct top_state *state = &model->state;
	struct top_finding *newest = &state->finding[0];

	model->worst = outcome_worse(model->worst, finding);
	if (finding->kind == FINDING_DISRUPTION)
		utc_track_break(&state->utc, finding->found_ns);
	memmove(newest + 1, newest, sizeof(*newest) * (TOP_FINDINGS - 1));
	if (state->findings < TOP_FINDINGS)
		state->findings++;
	newest->finding = *finding;
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct top_model *model = arg;

	if (news == INCIDENT_CLOSED)
		top_readers_incident(&model->state.readers, incident);
	if (model->start.incident)
		model->start.incident(incident, news, model->start.arg);
}

static void take_page(struct top_state *state, const struct event *event,
		      const struct page_in_force *line)
{
	struct ns_interval bound;

	state->has_page = true;
	state->page_is_torn = event->page_state == EVENT_PAGE_TORN;
	state->page_missed = line->missed;
	if (state->page_is_torn)
		return;
	state->page = event->page;
	state->has_page_bound = error_bound_of_page(line, event, &bound);
	utc_track_add(&state->utc, event, line);
	if (!state->has_page_bound)
		return;
	state->page_bound_ns = (uint64_t)bound.hi_ns;
	top_history_add(&state->page_history, event->time_ns, state->page_bound_ns);
}

static struct top_clock *clock_of(struct top_state *state, const struct event_clock *read)
{
	struct top_clock *clock;

	for (size_t i = 0; i < state->clocks; i++) {
		clock = &state->clock[i];
		if (clock->clock == read->clock &&
		    (read->clock != OBSERVED_PHC_OTHER ||
		     clock->reference.number == read->reference.number))
			return clock;
	}
	if (state->clocks == TOP_CLOCKS)
		return NULL;
	clock = &state->clock[state->clocks++];
	*clock = (struct top_clock){.clock = read->clock, .reference = read->reference};
	return clock;
}

static uint64_t magnitude_ns(struct ns_interval offset)
{
	int64_t middle = offset.lo_ns / 2 + offset.hi_ns / 2;

	return middle < 0 ? 0 - (uint64_t)middle : (uint64_t)middle;
}

static void note_known(struct top_clock *clock, uint64_t time_ns)
{
	clock->read_ns = time_ns;
	if (clock->known)
		top_history_add(&clock->history, time_ns, magnitude_ns(clock->offset));
}

static struct top_clock *realtime_of(struct top_state *state)
{
	const struct event_clock realtime = {.clock = OBSERVED_REALTIME};

	return clock_of(state, &realtime);
}

/* By a reading of a clock that would judge it, if others did not contradict that. */
static void take_contradicted(struct top_state *state, uint64_t time_ns)
{
	struct top_clock *clock = realtime_of(state);

	if (!clock)
		return;
	clock->known = false;
	clock->why = ERROR_WITNESSES;
	clock->read_ns = time_ns;
}

/* CLOCK_REALTIME by a reading of the clock that judges it: by its own row. */
static void take_realtime_by_witness(struct top_state *state, const struct event *event,
				     const struct page_in_force *line)
{
	struct top_clock *clock = realtime_of(state);
	int result;

	if (!clock)
		return;
	result = witness_realtime_error(&event->clock, &clock->offset);
	clock->known =
		!result && !interval_widen(clock->offset,
					   event->clock.has_claim ? event->clock.max_error_ns : 0,
					   &clock->error);
	if (!clock->known)
		clock->why = result ? clock_error_why(result) : ERROR_OUT_OF_RANGE;
	clock->by_witness = true;
	clock->witness = line->witness;
	note_known(clock, event->time_ns);
}

static void take_clock(struct top_state *state, const struct event *event,
		       const struct page_in_force *line)
{
	struct top_clock *clock = clock_of(state, &event->clock);
	struct clock_error error;
	int result;

	if (!clock)
		return;
	clock->has_claim = event->clock.has_claim;
	clock->claim_ns = event->clock.max_error_ns;
	clock->judges = line->is_by_witness;
	if (line->is_by_witness) {
		clock->known = false;
		clock->read_ns = event->time_ns;
		take_realtime_by_witness(state, event, line);
		return;
	}
	/* Its row is made by readings of the witness. */
	if (clock->clock == OBSERVED_REALTIME && witness_is_other(&line->witness))
		return;
	result = error_by_page_in_force(line, event, &error, &clock->error);
	clock->by_witness = false;
	clock->known = !result;
	if (result)
		clock->why = clock_error_why(result);
	else
		clock->offset = error.offset;
	note_known(clock, event->time_ns);
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct top_state *state = &((struct top_model *)arg)->state;

	switch (event->type) {
	case EVENT_PAGE:
		take_page(state, event, line);
		break;
	case EVENT_CLOCK:
		take_clock(state, event, line);
		if (line->is_contradicted)
			take_contradicted(state, event->time_ns);
		if (line->is_by_witness)
			utc_track_add_witness(&state->utc, event);
		break;
	case EVENT_DEVICE:
		state->has_page = event->device_state == DEVICE_APPEARED && state->has_page;
		state->clocks = 0; /* which there are depends on the device */
		break;
	default:
		break;
	}
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
};

/* --- From outside */

struct top_model *top_model_new(const struct top_start *start)
{
	struct top_model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->start = *start;
	model->state.start_ns = model->state.now_ns = start->start_ns;
	model->state.readers.started_ns = start->start_ns;
	model->state.start_realtime_ns = start->start_realtime_ns;
	model->state.uses_are_seen = start->uses_are_seen;
	if (start->unseen)
		snprintf(model->state.unseen, sizeof(model->state.unseen), "%s", start->unseen);
	model->judge = judge_new(&handlers, model);
	if (model->judge)
		return model;
	top_model_free(model);
	return NULL;
}

void top_model_free(struct top_model *model)
{
	if (!model)
		return;
	judge_free(model->judge);
	free(model);
}

static void add_use(struct top_model *model, const struct event *event)
{
	struct top_state *state = &model->state;
	bool is_own = model->start.own_pid && event->who.pid == model->start.own_pid;

	if (event->type == EVENT_LOSS) {
		state->losses = event->losses;
		state->has_losses = true;
	} else if (event->type == EVENT_HOOKS) {
		blind_period_add(&state->blind, event);
	} else if (event->type == EVENT_TALLY && is_own) {
		for (int path = 0; path < EVENT_PATHS; path++)
			state->own_uses += event->tally.uses[path];
	} else if (!is_own) {
		state->uses_are_seen |= event->type == EVENT_TALLY;
		top_readers_event(&state->readers, event);
	}
}

void top_model_event(struct top_model *model, const struct event *event, bool is_watched)
{
	if (event->time_ns > model->state.now_ns)
		model->state.now_ns = event->time_ns;
	add_use(model, event);
	if (is_watched)
		judge_event(model->judge, event);
}

void top_model_gap(struct top_model *model, const struct event_gap *gap)
{
	judge_resume(model->judge, gap);
}

/* The first of the worst ones. */
static const struct finding *worst_of(const struct incident *incident)
{
	const struct finding *worst = &incident->finding[0];

	for (size_t i = 1; i < incident->findings; i++) {
		if (incident->finding[i].severity > worst->severity)
			worst = &incident->finding[i];
	}
	return worst;
}

static void set_incident(struct top_state *state, const struct incident *incident)
{
	state->has_incident = incident && incident->findings;
	if (!state->has_incident)
		return;
	state->incident_finding = *worst_of(incident);
	state->incident_from_ns = incident->from_ns;
	top_readers_incident(&state->readers, incident);
}

/* What is to come is no reason to be at ease. */
static const char *announced_by(const struct page *page)
{
	page_warning_set warnings = page_warnings(page);

	if (warnings & PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_IMMINENT))
		return page_warning_info(PAGE_WARN_DISRUPTION_IMMINENT)->means;
	if (warnings & PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_SOON))
		return page_warning_info(PAGE_WARN_DISRUPTION_SOON)->means;
	return NULL;
}

/* Bad is what is known to be; the same that makes an outcome one. */
static void set_level(struct top_state *state, const struct incident *open)
{
	bool has_page = state->has_page && !state->page_is_torn;

	state->announced = has_page ? announced_by(&state->page) : NULL;
	state->is_freerunning = has_page && health_is_freerunning(&state->page);
	state->says_unreliable = has_page && page_warnings(&state->page) &
						     PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE);
	state->is_bad = state->well.state == CLAIM_FAILS || state->says_unreliable;
	state->is_critical =
		state->says_unreliable || (open && incident_alarm(open) == FINDING_CRITICAL);
}

const struct top_state *top_model_state(struct top_model *model, const struct top_context *context)
{
	const struct incident *open = judge_open_incident(model->judge);
	struct top_state *state = &model->state;

	if (context->now_ns > state->now_ns)
		state->now_ns = context->now_ns;
	state->well = judge_is_well(model->judge, context->clocks);
	if (state->well.state == CLAIM_HOLDS && !judge_has_witness_but_page(model->judge) &&
	    context->elsewhere.state != CLAIM_HOLDS)
		state->well = context->elsewhere;
	state->page_is_good = judge_page_is_good(model->judge);
	state->by_witness = judge_has_witness_but_page(model->judge);
	set_incident(state, open);
	set_level(state, open);
	state->outcome = outcome_of(model->judge, model->worst, context->recorded);
	state->counts = *judge_counts(model->judge);
	for (size_t i = 0; i < state->findings; i++) {
		struct top_finding *found = &state->finding[i];

		found->has_utc = top_state_utc(state, found->finding.found_ns, &found->utc_ns);
	}
	return state;
}

const struct page_in_force *top_model_page(const struct top_model *model)
{
	return judge_page(model->judge);
}

bool top_model_has_clocks(const struct top_model *model)
{
	return model->state.clocks > 0;
}
