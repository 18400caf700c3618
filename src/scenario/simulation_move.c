// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/simulation_state.h"

bool move_is_under_way(const struct simulation *sim)
{
	return sim->due_ns[TIMER_RESYNC] != SCENARIO_NEVER ||
	       (sim->due_ns[TIMER_RESUME] != SCENARIO_NEVER && !sim->stunned);
}

void move_guest_stops(struct simulation *sim, int64_t length_ns)
{
	sim->due_ns[TIMER_RESUME] = sim->now_ns + length_ns;
	sim->running = length_ns == 0;
}

void move_begin(struct simulation *sim, const struct scenario_action *action)
{
	/*
	 * A host that is left before it has measured never will; the next one may say its status.
	 */
	sim->due_ns[TIMER_RESYNC] = SCENARIO_NEVER;
	sim->move = action->move;
	sim->restoring = action->verb == VERB_RESTORE;
	if (!sim->real_counter)
		machine_stand_still(&sim->machine, sim->now_ns, sim->move.downtime_ns);
	sim->stopped_ns += sim->move.downtime_ns;
	move_guest_stops(sim, sim->move.downtime_ns);
}

/* The new host measures by itself: errors of the old one end here. */
static void take_over(struct simulation *sim)
{
	host_come_clean(&sim->host, sim->now_ns);
	host_measure_anew(&sim->host, &sim->machine, sim->now_ns);
}

/* The new host is there, and the guest runs on it. */
static void move_end(struct simulation *sim)
{
	struct host *host = &sim->host;
	int64_t unmeasured_ns = sim->move.resync_ns ?: sim->move.late_ns;

	if (!sim->real_counter)
		machine_jump(&sim->machine, sim->now_ns, &sim->move.jump);
	sim->wander_ppb = 0;
	host->marker++;
	if (sim->restoring && host->has_generation)
		host->generation++;
	if (sim->unmeasured)
		host->status = sim->status_after;
	sim->unmeasured = unmeasured_ns && host->mode == SCENARIO_FULL;
	if (sim->unmeasured) {
		sim->status_after = host->status;
		if (sim->move.resync_ns)
			host->status = VMCLOCK_STATUS_INITIALIZING;
		sim->due_ns[TIMER_RESYNC] = sim->now_ns + unmeasured_ns;
	} else if (host->mode == SCENARIO_FULL) {
		take_over(sim);
	}
	sim->move = (struct scenario_move){0};
	writer_publish(sim);
}

const char *move_guest_resumes(struct simulation *sim)
{
	sim->due_ns[TIMER_RESUME] = SCENARIO_NEVER;
	sim->running = true;
	if (sim->stunned)
		return "the guest runs again";
	move_end(sim);
	return "the guest runs again, on another host";
}

const char *move_resync(struct simulation *sim)
{
	sim->due_ns[TIMER_RESYNC] = SCENARIO_NEVER;
	sim->unmeasured = false;
	sim->host.status = sim->status_after;
	take_over(sim);
	writer_publish(sim);
	return "the host has measured the counter";
}

void move_counter_jumps(struct simulation *sim, const struct scenario_jump *by)
{
	if (!sim->real_counter)
		machine_jump(&sim->machine, sim->now_ns, by);
	sim->wander_ppb = 0;
}
