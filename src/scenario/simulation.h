/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario being played: the guest's counter, the page, and the truth, at virtual time.
 *
 * Time goes in steps: each is one thing that happens, at the moment at which it does. In between
 * the page does not change. Nothing here waits, and the same scenario and seed give the same bytes.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_SIMULATION_H
#define VMCLOCK_TRACE_SCENARIO_SIMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "page/page.h"
#include "scenario/scenario.h"

struct simulation;

/* What differs from the scenario's text; zeroed: nothing. */
struct simulation_options {
	bool has_seed;
	uint64_t seed;
	bool has_start;
	int64_t start_utc_sec;
	/* A counter that cannot be disturbed: this one, whatever the scenario says. */
	bool real_counter;
	uint8_t counter_id;
	uint64_t counter_hz;
	uint64_t counter_start;
};

/* One thing that happened. */
struct simulation_step {
	int64_t at_ns;	   /* true time since the start */
	const char *what;  /* "step +5ms", "renewed", ...; valid as long as the scenario */
	unsigned int line; /* of the scenario, 0: it follows from something earlier */
	const struct scenario_action *action; /* that line, NULL where there is none */
	bool page_written;		      /* the page changed, or its seq_count did */
	bool page_notifies; /* by a whole update, which a notification would announce */
};

/* How the guest and its page stand. */
struct simulation_view {
	bool running; /* does the guest run? Else it cannot sample */
	bool present; /* is there a page? */
	bool odd;     /* an update of it is under way */
	struct page page;
};

/*
 * Begin to play @scenario, which must live as long. The caller frees with simulation_free().
 * -ENOMEM.
 */
int simulation_new(const struct scenario *scenario, const struct simulation_options *options,
		   struct simulation **out);

/* NULL is fine. */
void simulation_free(struct simulation *simulation);

/* When the next thing happens, SCENARIO_NEVER after the end. */
int64_t simulation_next_ns(const struct simulation *simulation);

/* Let the next thing happen. False where there is none before the end; @step is then untouched. */
bool simulation_step(struct simulation *simulation, struct simulation_step *step);

/* When the scenario ends. */
int64_t simulation_end_ns(const struct simulation *simulation);

/* The page and the guest after the last step. */
void simulation_sample(const struct simulation *simulation, struct simulation_view *view);

/* The counter at @now_ns, not before the last step nor in a downtime. */
uint64_t simulation_counter(const struct simulation *simulation, int64_t now_ns);

/* True TAI, exact to 2^-64 s, when the counter became @count; not past a jump of it. */
struct instant simulation_true_tai(const struct simulation *simulation, uint64_t count);

/* TAI less UTC after the last step, in seconds: the truth, whatever the page says. */
int64_t simulation_tai_less_utc(const struct simulation *simulation);
/* As the guest's kernel has it, which is told of no leap second that is smeared. */
int64_t simulation_kernel_tai_less_utc(const struct simulation *simulation);

/* The guest's CLOCK_MONOTONIC: it goes on in a `stun`, and stands still in a downtime. */
int64_t simulation_monotonic_ns(const struct simulation *simulation, int64_t now_ns);

#endif
