// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/simulation_state.h"

#define DAY_NS (86400LL * NSEC_PER_SEC)

/* A moment of TAI as time since the start; the past is now. */
static int64_t ns_of_tai(const struct simulation *sim, int64_t tai_sec)
{
	int64_t sec = tai_sec - sim->host.start_tai_sec;

	if (sec > SCENARIO_LONGEST_NS / NSEC_PER_SEC)
		return SCENARIO_NEVER;
	return sec * NSEC_PER_SEC < sim->now_ns ? sim->now_ns : sec * NSEC_PER_SEC;
}

void leap_announce(struct simulation *sim, enum scenario_leap which)
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

const char *leap_go_on(struct simulation *sim)
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
	writer_renew(sim);
	return what;
}
