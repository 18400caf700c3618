// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/simulation.h"

#include <errno.h>
#include <stdlib.h>

#include "page/smear.h"
#include "scenario/host.h"

#define DAY_NS (86400LL * NSEC_PER_SEC)

/* What is due besides the scenario's lines; of what is due at one moment, the first here is first. */
enum timer {
	TIMER_LEAP,   /* the leap second's next state */
	TIMER_RESUME, /* the guest runs again */
	TIMER_RESYNC, /* the new host has measured */
	TIMER_MEND,   /* a stuck, torn or garbage update comes right */
	TIMER_RETURN, /* the page is there again */
	TIMER_ACTION, /* the next line of the scenario */
	TIMER_STORM,
	TIMER_REFRESH,
	TIMERS
};

enum fault {
	FAULT_NONE,
	FAULT_STUCK,
	FAULT_TORN,
	FAULT_GARBAGE
};

struct simulation {
	const struct scenario *scenario;
	struct host host;
	struct machine machine;
	struct random_source random; /* of the machine and of garbage, apart from the host's */
	bool real_counter;

	int64_t now_ns;
	int64_t due_ns[TIMERS];
	size_t next_action;

	struct page page;
	bool present;
	enum fault fault;
	struct page torn; /* what a torn update will be when it is whole */

	bool running;
	bool stunned;		     /* if it does not run: its counter does */
	int64_t stopped_ns;	     /* of CLOCK_MONOTONIC, so far */
	struct scenario_move move;   /* under way */
	bool restoring;		     /* it is from a snapshot */
	uint64_t status_after;	     /* of the page, once the new host has measured */
	int64_t refresh_ns;	     /* 0: never */
	struct leap_second leap;     /* sign 0: none */
	uint64_t storm_left;	     /* updates */
	int64_t storm_ns;	     /* between two */
	int64_t wander_ppb;	     /* of the machine */
	struct simulation_step step; /* the one that happens now */
};

/* A later moment; SCENARIO_NEVER is past the end as any. */
static int64_t after(int64_t now_ns, int64_t ns)
{
	return ns == SCENARIO_NEVER ? SCENARIO_NEVER : now_ns + ns;
}

static bool is_moving(const struct simulation *sim)
{
	return sim->due_ns[TIMER_RESYNC] != SCENARIO_NEVER ||
	       (sim->due_ns[TIMER_RESUME] != SCENARIO_NEVER && !sim->stunned);
}

/* The next update, whatever it says. While the writer is at fault it waits. */
static void publish(struct simulation *sim)
{
	if (sim->fault != FAULT_NONE)
		return;
	host_publish(&sim->host, &sim->page);
	sim->step.page_written = true;
	sim->step.page_notifies = true;
}

/* The next update with the time as the host finds it. */
static void renew(struct simulation *sim)
{
	/* Between two hosts nobody measures; what is said meanwhile is published with the rest. */
	if (is_moving(sim) || sim->fault != FAULT_NONE)
		return;
	if (sim->host.mode == SCENARIO_FULL)
		host_measure(&sim->host, &sim->machine, sim->now_ns);
	publish(sim);
}

/* The counter's rate goes a little its own way, an eighth of the way to the limits at most. */
static void wander(struct simulation *sim)
{
	int64_t limit = sim->host.drift_ppb;

	if (sim->real_counter || is_moving(sim))
		return;
	sim->wander_ppb += random_within(&sim->random, (limit + 7) / 8);
	if (sim->wander_ppb > limit)
		sim->wander_ppb = limit;
	if (sim->wander_ppb < -limit)
		sim->wander_ppb = -limit;
	machine_wander(&sim->machine, sim->now_ns, sim->wander_ppb);
}

/* A moment of TAI as time since the start; the past is now. */
static int64_t ns_of_tai(const struct simulation *sim, int64_t tai_sec)
{
	int64_t sec = tai_sec - sim->host.start_tai_sec;

	if (sec > SCENARIO_LONGEST_NS / NSEC_PER_SEC)
		return SCENARIO_NEVER;
	return sec * NSEC_PER_SEC < sim->now_ns ? sim->now_ns : sec * NSEC_PER_SEC;
}

static void leap_announce(struct simulation *sim, enum scenario_leap which)
{
	struct host *host = &sim->host;
	int sign = which == SCENARIO_LEAP_POSITIVE ? 1 : -1;
	int64_t utc_sec = host->start_tai_sec + sim->now_ns / NSEC_PER_SEC - host->tai_less_utc;

	if (which == SCENARIO_LEAP_NONE) {
		sim->leap.sign = 0;
		sim->due_ns[TIMER_LEAP] = SCENARIO_NEVER;
		host->leap_indicator = VMCLOCK_LEAP_NONE;
		return;
	}
	sim->leap = (struct leap_second){sign, leap_month_end(utc_sec), host->tai_less_utc};
	host->leap_indicator = sign > 0 ? VMCLOCK_LEAP_PRE_POS : VMCLOCK_LEAP_PRE_NEG;
	sim->due_ns[TIMER_LEAP] =
		ns_of_tai(sim, sim->leap.utc_midnight + sim->leap.tai_less_utc - (sign < 0));
}

/* PRE_POS, POS for a second, POST_POS for a day, NONE; negative without the second. */
static const char *leap_go_on(struct simulation *sim)
{
	struct host *host = &sim->host;
	const char *what;

	switch (host->leap_indicator) {
	case VMCLOCK_LEAP_PRE_POS:
		host->leap_indicator = VMCLOCK_LEAP_POS;
		sim->due_ns[TIMER_LEAP] += NSEC_PER_SEC;
		what = "23:59:60 begins";
		break;
	case VMCLOCK_LEAP_POS:
	case VMCLOCK_LEAP_PRE_NEG:
		host_leap(host, sim->leap.sign);
		host->leap_indicator =
			sim->leap.sign > 0 ? VMCLOCK_LEAP_POST_POS : VMCLOCK_LEAP_POST_NEG;
		sim->due_ns[TIMER_LEAP] += DAY_NS;
		what = sim->leap.sign > 0 ? "23:59:60 is over" : "23:59:59 is left out";
		break;
	default:
		host->leap_indicator = VMCLOCK_LEAP_NONE;
		sim->due_ns[TIMER_LEAP] = SCENARIO_NEVER;
		what = "a day after the leap second";
		break;
	}
	renew(sim);
	return what;
}

/* The guest stops; its counter too, unless it is only stunned. */
static void guest_stop(struct simulation *sim, int64_t length_ns)
{
	sim->due_ns[TIMER_RESUME] = sim->now_ns + length_ns;
	sim->running = length_ns == 0;
}

static void move_begin(struct simulation *sim, const struct scenario_action *action)
{
	sim->move = action->move;
	sim->restoring = action->verb == VERB_RESTORE;
	if (!sim->real_counter)
		machine_stand_still(&sim->machine, sim->now_ns, sim->move.downtime_ns);
	sim->stopped_ns += sim->move.downtime_ns;
	guest_stop(sim, sim->move.downtime_ns);
}

/* The time of the new host's own measuring: lies of the old one end here. */
static void take_over(struct simulation *sim)
{
	host_come_clean(&sim->host, sim->now_ns);
	host_measure_anew(&sim->host, &sim->machine, sim->now_ns);
}

/* The new host is there, and the guest runs on it. */
static void move_end(struct simulation *sim)
{
	struct host *host = &sim->host;

	if (!sim->real_counter)
		machine_jump(&sim->machine, sim->now_ns, &sim->move.jump);
	sim->wander_ppb = 0;
	host->marker++;
	if (sim->restoring && host->has_generation)
		host->generation++;
	if (sim->move.resync_ns && host->mode == SCENARIO_FULL) {
		sim->status_after = host->status;
		host->status = VMCLOCK_STATUS_INITIALIZING;
		sim->due_ns[TIMER_RESYNC] = sim->now_ns + sim->move.resync_ns;
	} else if (host->mode == SCENARIO_FULL) {
		take_over(sim);
	}
	sim->move = (struct scenario_move){0};
	publish(sim);
}

static const char *guest_resume(struct simulation *sim)
{
	sim->due_ns[TIMER_RESUME] = SCENARIO_NEVER;
	sim->running = true;
	if (sim->stunned)
		return "the guest runs again";
	move_end(sim);
	return "the guest runs again, on another host";
}

static const char *resync(struct simulation *sim)
{
	sim->due_ns[TIMER_RESYNC] = SCENARIO_NEVER;
	sim->host.status = sim->status_after;
	take_over(sim);
	publish(sim);
	return "the host has measured the counter";
}

static void fault_begin(struct simulation *sim, enum fault fault, int64_t length_ns)
{
	struct page *page = &sim->page;

	/* The update that goes wrong is one like any other. */
	if (sim->host.mode == SCENARIO_FULL && !is_moving(sim))
		host_measure(&sim->host, &sim->machine, sim->now_ns);
	sim->fault = fault;
	sim->due_ns[TIMER_MEND] = sim->now_ns + length_ns;
	sim->step.page_written = true;
	if (fault == FAULT_STUCK) {
		host_put(page, PAGE_SEQ_COUNT, page_get(page, PAGE_SEQ_COUNT) | 1);
	} else if (fault == FAULT_TORN) {
		host_publish(&sim->host, &sim->torn);
		/* The reference counter is new, the time that belongs to it is not. */
		for (unsigned int i = 0x10; i < 0x30; i++)
			page->bytes[i] = sim->torn.bytes[i];
	} else {
		for (unsigned int i = 0; i < sizeof(page->bytes); i++)
			page->bytes[i] = (uint8_t)random_u64(&sim->random);
		page->bytes[0] ^= page->bytes[0] == (VMCLOCK_MAGIC & 0xff);
	}
}

static const char *fault_end(struct simulation *sim)
{
	enum fault fault = sim->fault;

	sim->fault = FAULT_NONE;
	sim->due_ns[TIMER_MEND] = SCENARIO_NEVER;
	if (fault == FAULT_TORN) {
		sim->page = sim->torn;
		sim->step.page_written = true;
		sim->step.page_notifies = true;
		return "the torn update is whole";
	}
	if (is_moving(sim))
		publish(sim);
	else
		renew(sim);
	return fault == FAULT_STUCK ? "the stuck update is done" : "the garbage is gone";
}

static void jump(struct simulation *sim, const struct scenario_jump *by)
{
	if (!sim->real_counter)
		machine_jump(&sim->machine, sim->now_ns, by);
	sim->wander_ppb = 0;
}

static void storm_begin(struct simulation *sim, const struct scenario_action *action)
{
	sim->storm_left = action->storm.updates;
	sim->storm_ns = action->storm.over_ns / (int64_t)action->storm.updates;
	sim->due_ns[TIMER_STORM] = sim->now_ns;
}

static const char *storm_go_on(struct simulation *sim)
{
	sim->storm_left--;
	sim->due_ns[TIMER_STORM] = sim->storm_left ? sim->now_ns + sim->storm_ns : SCENARIO_NEVER;
	renew(sim);
	return "the storm goes on";
}

static const char *refresh(struct simulation *sim)
{
	sim->due_ns[TIMER_REFRESH] = sim->now_ns + sim->refresh_ns;
	if (sim->host.mode != SCENARIO_FULL)
		return "nothing to renew";
	wander(sim);
	renew(sim);
	return "renewed";
}

static void set_refresh(struct simulation *sim, int64_t ns)
{
	sim->refresh_ns = ns;
	sim->due_ns[TIMER_REFRESH] = ns ? sim->now_ns + ns : SCENARIO_NEVER;
}

/* What is no more than a word of the page. False: it is more. */
static bool act_on_page(struct simulation *sim, const struct scenario_action *action)
{
	uint64_t status = sim->host.status;

	if (!host_say(&sim->host, action))
		return false;
	/* A host that has not measured says so; what it is told to say is for afterwards. */
	if (action->verb == VERB_STATUS && sim->due_ns[TIMER_RESYNC] != SCENARIO_NEVER) {
		sim->host.status = status;
		sim->status_after = action->number;
	}
	renew(sim);
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
		guest_stop(sim, action->ns);
		break;
	case VERB_JUMP:
		jump(sim, &action->jump);
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
		renew(sim);
		break;
	case VERB_REFRESH:
		set_refresh(sim, action->ns);
		break;
	case VERB_DISRUPT:
		sim->host.marker++;
		renew(sim);
		break;
	case VERB_STEP:
		host_step(&sim->host, sim->now_ns, action->ns);
		renew(sim);
		break;
	case VERB_SLEW:
		host_slew(&sim->host, sim->now_ns, action->ppb);
		renew(sim);
		break;
	case VERB_STICK:
		fault_begin(sim, FAULT_STUCK, action->ns);
		break;
	case VERB_TEAR:
		fault_begin(sim, FAULT_TORN, action->ns);
		break;
	case VERB_GARBAGE:
		fault_begin(sim, FAULT_GARBAGE, action->ns);
		break;
	case VERB_GONE:
		sim->present = false;
		sim->due_ns[TIMER_RETURN] = after(sim->now_ns, action->ns);
		break;
	case VERB_STORM:
		storm_begin(sim, action);
		break;
	case VERB_UPDATE:
		renew(sim);
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
		[TIMER_LEAP] = leap_go_on,    [TIMER_RESUME] = guest_resume,
		[TIMER_RESYNC] = resync,      [TIMER_MEND] = fault_end,
		[TIMER_RETURN] = page_return, [TIMER_ACTION] = next_line,
		[TIMER_STORM] = storm_go_on,  [TIMER_REFRESH] = refresh,
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
	set_refresh(sim, NSEC_PER_SEC);
	for (size_t i = 0; i < scenario->settings_count; i++) {
		const struct scenario_action *setting = &scenario->settings[i];

		if (setting->verb == VERB_LEAP)
			leap_announce(sim, (enum scenario_leap)setting->number);
		else if (setting->verb == VERB_REFRESH)
			set_refresh(sim, setting->ns);
	}
	if (scenario->actions_count)
		sim->due_ns[TIMER_ACTION] = scenario->actions[0].at_ns;
	wander(sim);
	if (sim->host.mode == SCENARIO_FULL)
		host_measure_anew(&sim->host, &sim->machine, 0);
	publish(sim);
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

void simulation_look(const struct simulation *sim, struct simulation_view *view)
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

int64_t simulation_tai_less_utc(const struct simulation *sim)
{
	return sim->host.tai_less_utc;
}

int64_t simulation_monotonic_ns(const struct simulation *sim, int64_t now_ns)
{
	return now_ns - sim->stopped_ns;
}
