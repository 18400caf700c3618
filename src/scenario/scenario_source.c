// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/scenario_source.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "scenario/guest.h"

#define SAMPLE_NS    50			    /* between the two counter readings around a sample */
#define PENDING	     (6 + GUEST_PTP_CLOCKS) /* at most, from one moment */
#define FIRST_DEVICE 0

struct scenario_source {
	const struct scenario *scenario;
	struct simulation *simulation;
	struct simulation_view view;
	struct guest guest;
	int64_t sample_ns;
	int64_t due_ns; /* the next sample, of CLOCK_MONOTONIC since the start */
	int64_t now_ns; /* true time since the start */
	bool was_present;
	struct event_tick last_tick;
	int64_t last_tick_ns;
	struct event pending[PENDING];
	size_t pending_count, pending_next;
};

int scenario_source_new(const struct scenario *scenario, const struct simulation_options *options,
			int64_t sample_ns, struct scenario_source **out)
{
	struct scenario_source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	err = simulation_new(scenario, options, &source->simulation);
	if (err) {
		free(source);
		return err;
	}
	source->scenario = scenario;
	source->sample_ns = sample_ns ? sample_ns : scenario->frame.sample_ns;
	source->was_present = true;
	simulation_sample(source->simulation, &source->view);
	guest_begin(&source->guest, scenario, simulation_tai_less_utc(source->simulation));
	*out = source;
	return 0;
}

void scenario_source_free(struct scenario_source *source)
{
	if (!source)
		return;
	simulation_free(source->simulation);
	free(source);
}

static uint64_t ticks_of_ns(const struct scenario_source *source, uint64_t ns)
{
	return ns * source->scenario->frame.counter_hz / NSEC_PER_SEC + 1;
}

static struct event_ticks ticks_now(const struct scenario_source *source)
{
	uint64_t count = simulation_counter(source->simulation, source->now_ns);

	return (struct event_ticks){
		.counter_id = source->scenario->frame.counter_id,
		.before = count,
		.after = count + ticks_of_ns(source, SAMPLE_NS),
	};
}

static struct event *add(struct scenario_source *source, enum event_type type)
{
	struct event *event = &source->pending[source->pending_count++];

	assert(source->pending_count <= PENDING);
	*event = (struct event){
		.type = type,
		.time_ns = (uint64_t)(SCENARIO_MONOTONIC_START_NS +
				      simulation_monotonic_ns(source->simulation, source->now_ns)),
		.device = FIRST_DEVICE,
	};
	return event;
}

/* The page, or that there is none any more, or again. */
static void add_sample(struct scenario_source *source)
{
	const struct simulation_view *view = &source->view;
	struct event *event;

	if (view->present != source->was_present) {
		event = add(source, EVENT_DEVICE);
		event->device_state = view->present ? DEVICE_APPEARED : DEVICE_LOST;
		source->was_present = view->present;
	}
	if (!view->present)
		return;
	event = add(source, EVENT_PAGE);
	event->page_state = view->odd ? EVENT_PAGE_TORN : EVENT_PAGE_STABLE;
	event->page = view->page;
	event->sample.ticks = ticks_now(source);
}

static void add_tick(struct scenario_source *source)
{
	struct event *event = add(source, EVENT_TICK);

	event->tick = (struct event_tick){
		.due_ns = (uint64_t)(SCENARIO_MONOTONIC_START_NS + source->due_ns),
		.last_ns = (uint64_t)source->last_tick_ns,
		.ticks = ticks_now(source),
		.last_counter = source->last_tick.ticks.after,
		.counter_hz = source->scenario->frame.counter_hz,
	};
	source->last_tick = event->tick;
	source->last_tick_ns = (int64_t)event->time_ns;
}

/* CLOCK_MONOTONIC since the start. */
static int64_t monotonic_ns(const struct scenario_source *source)
{
	return simulation_monotonic_ns(source->simulation, source->now_ns);
}

/* When the guest can do what is due at @due_ns, in true time; while it stands still: not yet. */
static int64_t true_ns(const struct scenario_source *source, int64_t due_ns)
{
	int64_t wait_ns = due_ns - monotonic_ns(source);

	if (!source->view.running || due_ns == SCENARIO_NEVER)
		return SCENARIO_NEVER;
	return source->now_ns + (wait_ns > 0 ? wait_ns : 0);
}

static struct guest_moment moment_now(const struct scenario_source *source)
{
	return (struct guest_moment){
		.monotonic_ns = monotonic_ns(source),
		.true_ns = source->now_ns,
		.tai_less_utc = simulation_tai_less_utc(source->simulation),
		.kernel_tai_less_utc = simulation_kernel_tai_less_utc(source->simulation),
		.ticks = ticks_now(source),
		.view = &source->view,
	};
}

static void add_clocks(struct scenario_source *source)
{
	struct guest_moment moment = moment_now(source);

	if (source->guest.realtime_observed)
		guest_read_realtime(&source->guest, &moment, add(source, EVENT_CLOCK));
	for (size_t i = 0; i < source->guest.ptp_clocks; i++)
		guest_read_ptp_clock(&source->guest, i, &moment, add(source, EVENT_CLOCK));
}

/* One of the guest's programs reads the PTP clock. */
static void add_read(struct scenario_source *source, size_t reader, int64_t at_ns)
{
	struct guest_moment moment;
	struct event *read, *call;

	source->now_ns = at_ns;
	moment = moment_now(source);
	read = add(source, EVENT_READ);
	call = add(source, EVENT_CALL);
	if (!guest_read_phc(&source->guest, reader, &moment, read, call))
		source->pending_count -= 2;
}

static void sample(struct scenario_source *source, int64_t at_ns)
{
	int64_t late_ns;

	source->now_ns = at_ns;
	/* The sample first: a marker that it finds changed explains what the tick finds. */
	add_sample(source);
	add_tick(source);
	add_clocks(source);
	/* What was missed meanwhile is not made up for. */
	late_ns = monotonic_ns(source) - source->due_ns;
	source->due_ns += (late_ns / source->sample_ns + 1) * source->sample_ns;
}

/* Let something happen; the guest samples at once where it waits for notifications. */
static void step(struct scenario_source *source)
{
	struct simulation_step step;

	simulation_step(source->simulation, &step);
	source->now_ns = step.at_ns;
	simulation_sample(source->simulation, &source->view);
	if (step.action) {
		struct event *event = add(source, EVENT_CLOCK_CHANGE);

		if (!guest_act(&source->guest, step.action, monotonic_ns(source), event))
			source->pending_count--;
	}
	if (step.page_notifies && source->scenario->frame.notification && source->view.running &&
	    source->view.present) {
		add(source, EVENT_NOTIFICATION);
		add_sample(source);
	}
}

/* Until something is pending. False at the end. */
static bool go_on(struct scenario_source *source)
{
	source->pending_count = 0;
	source->pending_next = 0;
	while (source->pending_count == 0) {
		int64_t step_ns = simulation_next_ns(source->simulation);
		int64_t sample_ns = true_ns(source, source->due_ns);
		size_t reader = 0;
		int64_t read_ns = true_ns(source, guest_reader_due_ns(&source->guest, &reader));

		if (step_ns != SCENARIO_NEVER && step_ns <= sample_ns && step_ns <= read_ns)
			step(source);
		else if (sample_ns <= simulation_end_ns(source->simulation) && sample_ns <= read_ns)
			sample(source, sample_ns);
		else if (read_ns <= simulation_end_ns(source->simulation))
			add_read(source, reader, read_ns);
		else
			return false;
	}
	return true;
}

bool scenario_source_next(struct scenario_source *source, struct event *event,
			  struct scenario_truth *truth)
{
	if (source->pending_next == source->pending_count && !go_on(source))
		return false;
	*event = source->pending[source->pending_next++];
	if (truth) {
		truth->at_ns = source->now_ns;
		truth->counter = simulation_counter(source->simulation, source->now_ns);
		truth->tai = simulation_true_tai(source->simulation, truth->counter);
		truth->tai_less_utc = simulation_tai_less_utc(source->simulation);
	}
	return true;
}
