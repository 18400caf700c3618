// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/simulation_state.h"

void writer_publish(struct simulation *sim)
{
	if (sim->fault != FAULT_NONE)
		return;
	host_publish(&sim->host, &sim->page);
	sim->step.page_written = true;
	sim->step.page_notifies = true;
}

void writer_renew(struct simulation *sim)
{
	/* Between two hosts nothing is measured; changes meanwhile are published with the rest. */
	if (move_is_under_way(sim) || sim->fault != FAULT_NONE)
		return;
	if (sim->host.mode == SCENARIO_FULL)
		host_measure(&sim->host, &sim->machine, sim->now_ns);
	writer_publish(sim);
}

void machine_goes_its_way(struct simulation *sim)
{
	int64_t limit = sim->host.drift_ppb;

	if (sim->real_counter || move_is_under_way(sim))
		return;
	sim->wander_ppb += random_within(&sim->random, (limit + 7) / 8);
	if (sim->wander_ppb > limit)
		sim->wander_ppb = limit;
	if (sim->wander_ppb < -limit)
		sim->wander_ppb = -limit;
	machine_wander(&sim->machine, sim->now_ns, sim->wander_ppb);
}

void writer_fail(struct simulation *sim, enum fault fault, int64_t length_ns)
{
	struct page *page = &sim->page;

	/* The update that goes wrong is one like any other. */
	if (sim->host.mode == SCENARIO_FULL && !move_is_under_way(sim))
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

const char *writer_recover(struct simulation *sim)
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
	if (move_is_under_way(sim))
		writer_publish(sim);
	else
		writer_renew(sim);
	return fault == FAULT_STUCK ? "the stuck update is done" : "the garbage is gone";
}

void writer_storm_begin(struct simulation *sim, const struct scenario_action *action)
{
	sim->storm_left = action->storm.updates;
	sim->storm_ns = action->storm.over_ns / (int64_t)action->storm.updates;
	sim->due_ns[TIMER_STORM] = sim->now_ns;
}

const char *writer_storm_go_on(struct simulation *sim)
{
	sim->storm_left--;
	sim->due_ns[TIMER_STORM] = sim->storm_left ? sim->now_ns + sim->storm_ns : SCENARIO_NEVER;
	writer_renew(sim);
	return "the storm goes on";
}

const char *writer_refresh(struct simulation *sim)
{
	sim->due_ns[TIMER_REFRESH] = sim->now_ns + sim->refresh_ns;
	if (sim->host.mode != SCENARIO_FULL)
		return "nothing to renew";
	machine_goes_its_way(sim);
	writer_renew(sim);
	return "renewed";
}

void writer_set_refresh(struct simulation *sim, int64_t ns)
{
	sim->refresh_ns = ns;
	sim->due_ns[TIMER_REFRESH] = ns ? sim->now_ns + ns : SCENARIO_NEVER;
}
