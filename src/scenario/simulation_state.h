/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inner to scenario/simulation*.c: the state of a simulation, and the parts of what can happen. */
#ifndef VMCLOCK_TRACE_SCENARIO_SIMULATION_STATE_H
#define VMCLOCK_TRACE_SCENARIO_SIMULATION_STATE_H

#include "page/smear.h"
#include "scenario/host.h"
#include "scenario/simulation.h"

/*
 * What is due besides the scenario's lines; of what is due at one moment, the first here is first.
 */
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
	bool unmeasured;	     /* the host has not measured since the guest came */
	uint64_t status_after;	     /* of the page, once it has; valid if unmeasured */
	int64_t refresh_ns;	     /* 0: never */
	struct leap_second leap;     /* sign 0: none */
	uint64_t storm_left;	     /* updates */
	int64_t storm_ns;	     /* between two */
	int64_t wander_ppb;	     /* of the machine */
	struct simulation_step step; /* the one that happens now */
};

/* Is the guest between two hosts, or on one that has not measured yet? Then nothing is measured. */
bool move_is_under_way(const struct simulation *sim);

/* The guest goes away, by VERB_MIGRATE or VERB_RESTORE. */
void move_begin(struct simulation *sim, const struct scenario_action *action);

/* It does not run for @length_ns; whether its counter does is another matter. */
void move_guest_stops(struct simulation *sim, int64_t length_ns);

/* TIMER_RESUME: it runs again, on another host unless it was only stunned. */
const char *move_guest_resumes(struct simulation *sim);

/* TIMER_RESYNC: the new host has measured. */
const char *move_resync(struct simulation *sim);

/* The counter jumps without a change of the marker. */
void move_counter_jumps(struct simulation *sim, const struct scenario_jump *by);

/* The counter's rate goes a little its own way, an eighth of the way to the limits at most. */
void machine_goes_its_way(struct simulation *sim);

/* The next update, whatever it says. While the writer is at fault it waits. */
void writer_publish(struct simulation *sim);

/* The next update with the time as the host finds it. */
void writer_renew(struct simulation *sim);

/* An update goes wrong for @length_ns; TIMER_MEND: it comes right. */
void writer_fail(struct simulation *sim, enum fault fault, int64_t length_ns);
const char *writer_recover(struct simulation *sim);

/* Many updates; TIMER_STORM: one of them. */
void writer_storm_begin(struct simulation *sim, const struct scenario_action *action);
const char *writer_storm_go_on(struct simulation *sim);

/* Renew the page every @ns from now on, 0: never; TIMER_REFRESH: one of those. */
void writer_set_refresh(struct simulation *sim, int64_t ns);
const char *writer_refresh(struct simulation *sim);

/* A leap second at the end of the month, or none; TIMER_LEAP: its next state. */
void leap_announce(struct simulation *sim, enum scenario_leap which);
const char *leap_go_on(struct simulation *sim);

#endif
