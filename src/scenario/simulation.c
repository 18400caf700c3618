// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/simulation.h"

#include <errno.h>
#include <stdlib.h>

#include "scenario/simulation_state.h"

/* A later moment; SCENARIO_NEVER is past the end as any. */
static int64_t after(int64_t now_ns, int64_t ns)
{
	return ns == SCENARIO_NEVER ? SCENARIO_NEVER : now_ns + ns;
}

/* What is no more than a word of the page. False: it is more. */
static bool act_on_page(struct simulation *sim, const struct scenario_action *action)
{
	uint64_t status = sim->host.status;

	if (!host_say(&sim->host, action))
		return false;
	/* A host that has not measured says so; scripted values apply afterwards. */
	if (action->verb == VERB_STATUS && sim->unmeasured) {
		sim->host.status = status;
		sim->status_after = action->number;
	}
	writer_renew(sim);
	return true;
}

static void act_on_guest(struct simulation *sim, const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_MIGRATE:
	case VERB_RESTORE:
		sim->stunned = false;
		move_begin(sim, action);
		break;
	case VERB_STUN:
		sim->stunned = true;
		move_guest_stops(sim, action->ns);
		break;
	case VERB_JUMP:
		move_counter_jumps(sim, &action->jump);
		break;
	default:
		break;
	}
}

static void act(struct simulation *sim, const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_LEAP:
		leap_announce(sim, (enum scenario_leap)action->number);
		writer_renew(sim);
		break;
	case VERB_REFRESH:
		writer_set_refresh(sim, action->ns);
		break;
	case VERB_DISRUPT:
		sim->host.marker++;
		writer_renew(sim);
		break;
	case VERB_STEP:
		host_step(&sim->host, sim->now_ns, action->ns);
		writer_renew(sim);
		break;
	case VERB_SLEW:
		host_slew(&sim->host, sim->now_ns, action->ppb);
		writer_renew(sim);
		break;
	case VERB_STICK:
		writer_fail(sim, FAULT_STUCK, action->ns);
		break;
	case VERB_TEAR:
		writer_fail(sim, FAULT_TORN, action->ns);
		break;
	case VERB_GARBAGE:
		writer_fail(sim, FAULT_GARBAGE, action->ns);
		break;
	case VERB_GONE:
		sim->present = false;
		sim->due_ns[TIMER_RETURN] = after(sim->now_ns, action->ns);
		break;
	case VERB_STORM:
		writer_storm_begin(sim, action);
		break;
	case VERB_UPDATE:
		writer_renew(sim);
		break;
	default:
		if (!act_on_page(sim, action))
			act_on_guest(sim, action);
	}
}

static const char *next_line(struct simulation *sim)
{
	const struct scenario *scenario = sim->scenario;
	const struct scenario_action *action = &scenario->actions[sim->next_action++];
	size_t next = sim->next_action;

	sim->due_ns[TIMER_ACTION] =
		next < scenario->actions_count ? scenario->actions[next].at_ns : SCENARIO_NEVER;
	sim->step.line = action->line;
	sim->step.action = action;
	act(sim, action);
	return action->text;
}

static const char *page_return(struct simulation *sim)
{
	sim->due_ns[TIMER_RETURN] = SCENARIO_NEVER;
	sim->present = true;
	return "the page is there again";
}

static enum timer next_timer(const struct simulation *sim)
{
	enum timer first = 0;

	for (enum timer i = 1; i < TIMERS; i++) {
		if (sim->due_ns[i] < sim->due_ns[first])
			first = i;
	}
	return first;
}

int64_t simulation_next_ns(const struct simulation *sim)
{
	int64_t ns = sim->due_ns[next_timer(sim)];

	return ns > sim->scenario->frame.end_ns ? SCENARIO_NEVER : ns;
}

bool simulation_step(struct simulation *sim, struct simulation_step *step)
{
	static const char *(*const on_timer[TIMERS])(struct simulation *) = {
		[TIMER_LEAP] = leap_go_on,	    [TIMER_RESUME] = move_guest_resumes,
		[TIMER_RESYNC] = move_resync,	    [TIMER_MEND] = writer_recover,
		[TIMER_RETURN] = page_return,	    [TIMER_ACTION] = next_line,
		[TIMER_STORM] = writer_storm_go_on, [TIMER_REFRESH] = writer_refresh,
	};
	enum timer timer = next_timer(sim);

	if (simulation_next_ns(sim) == SCENARIO_NEVER)
		return false;
	sim->now_ns = sim->due_ns[timer];
	sim->step = (struct simulation_step){.at_ns = sim->now_ns};
	sim->step.what = on_timer[timer](sim);
	*step = sim->step;
	return true;
}

static void set_up(struct simulation *sim)
{
	const struct scenario *scenario = sim->scenario;

	for (size_t i = 0; i < scenario->settings_count; i++)
		host_say(&sim->host, &scenario->settings[i]);
	host_settle(&sim->host);
	for (enum timer i = 0; i < TIMERS; i++)
		sim->due_ns[i] = SCENARIO_NEVER;
	writer_set_refresh(sim, NSEC_PER_SEC);
	for (size_t i = 0; i < scenario->settings_count; i++) {
		const struct scenario_action *setting = &scenario->settings[i];

		if (setting->verb == VERB_LEAP)
			leap_announce(sim, (enum scenario_leap)setting->number);
		else if (setting->verb == VERB_REFRESH)
			writer_set_refresh(sim, setting->ns);
	}
	if (scenario->actions_count)
		sim->due_ns[TIMER_ACTION] = scenario->actions[0].at_ns;
	machine_goes_its_way(sim);
	if (sim->host.mode == SCENARIO_FULL)
		host_measure_anew(&sim->host, &sim->machine, 0);
	writer_publish(sim);
}

int simulation_new(const struct scenario *scenario, const struct simulation_options *options,
		   struct simulation **out)
{
	struct scenario_frame frame = scenario->frame;
	struct simulation *sim = calloc(1, sizeof(*sim));
	uint64_t seed = options->has_seed ? options->seed : frame.seed;

	if (!sim)
		return -ENOMEM;
	if (options->has_start)
		frame.start_utc_sec = options->start_utc_sec;
	if (options->real_counter) {
		frame.counter_id = options->counter_id;
		frame.counter_hz = options->counter_hz;
		frame.counter_start = options->counter_start;
	}
	sim->scenario = scenario;
	sim->real_counter = options->real_counter;
	sim->random.state = ~seed;
	sim->machine = machine_at(frame.counter_hz, frame.counter_start);
	sim->running = true;
	sim->present = true;
	host_begin(&sim->host, &frame, seed);
	set_up(sim);
	*out = sim;
	return 0;
}

void simulation_free(struct simulation *sim)
{
	free(sim);
}

int64_t simulation_end_ns(const struct simulation *sim)
{
	return sim->scenario->frame.end_ns;
}

void simulation_sample(const struct simulation *sim, struct simulation_view *view)
{
	*view = (struct simulation_view){
		.running = sim->running,
		.present = sim->present,
		.odd = sim->fault == FAULT_STUCK,
		.page = sim->page,
	};
}

uint64_t simulation_counter(const struct simulation *sim, int64_t now_ns)
{
	return machine_count(&sim->machine, now_ns);
}

struct instant simulation_true_tai(const struct simulation *sim, uint64_t count)
{
	fixed_sec tai = host_true_tai(&sim->host, &sim->machine, count);

	return (struct instant){.sec = (int64_t)(tai >> 64), .frac = (uint64_t)tai};
}

int64_t simulation_kernel_tai_less_utc(const struct simulation *sim)
{
	return sim->host.tai_less_utc - sim->host.untold_leaps;
}

int64_t simulation_tai_less_utc(const struct simulation *sim)
{
	return sim->host.tai_less_utc;
}

int64_t simulation_monotonic_ns(const struct simulation *sim, int64_t now_ns)
{
	int64_t resumes_ns = sim->due_ns[TIMER_RESUME];

	/*
	 * The downtime is in stopped_ns from its beginning on: until its end this clock stands
	 * still.
	 */
	if (resumes_ns != SCENARIO_NEVER && !sim->stunned)
		now_ns = resumes_ns;
	return now_ns - sim->stopped_ns;
}
