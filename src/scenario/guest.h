/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What else goes on in the simulated guest: its system clock, who sets it, and programs that read
 * the PTP clock through the driver.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_GUEST_H
#define VMCLOCK_TRACE_SCENARIO_GUEST_H

#include "event/event.h"
#include "scenario/scenario.h"
#include "scenario/simulation.h"

#define GUEST_READERS	 4
#define GUEST_PTP_CLOCKS 5 /* ClockBound among them */

/* When something is observed. Times as in scenario/scenario_source.h. */
struct guest_moment {
	int64_t monotonic_ns;	     /* CLOCK_MONOTONIC since the start */
	int64_t true_ns;	     /* true time since the start */
	int64_t tai_less_utc;	     /* in truth */
	int64_t kernel_tai_less_utc; /* as CLOCK_REALTIME counts */
	struct event_ticks ticks;
	const struct simulation_view *view;
};

struct guest {
	int64_t start_utc_sec;
	int64_t start_tai_less_utc;

	bool realtime_observed;
	int64_t realtime_claim_ns; /* SCENARIO_NEVER: it claims nothing */
	__int128 realtime_off;	   /* of true UTC, in 10^-9 ns, at: */
	int64_t realtime_at_ns;	   /* of CLOCK_MONOTONIC */
	int64_t realtime_slew_ppb;

	struct {
		struct event_reader who;
		int64_t every_ns;
		int64_t due_ns; /* of CLOCK_MONOTONIC */
	} reader[GUEST_READERS];
	size_t readers;
	uint64_t calls; /* so far */

	struct scenario_ptp_clock ptp_clock[GUEST_PTP_CLOCKS];
	size_t ptp_clocks;

	int64_t driver_off_ns;
	int64_t driver_off_until_ns;
	struct event_losses losses; /* so far */
};

/* The guest at the start of @scenario, TAI being @tai_less_utc ahead of UTC in truth. */
void guest_begin(struct guest *guest, const struct scenario *scenario, int64_t tai_less_utc);

/*
 * @action happens, if it is one of the guest's. True: it is also an event, whose type and own part
 * are put into @event.
 */
bool guest_act(struct guest *guest, const struct scenario_action *action, int64_t monotonic_ns,
	       struct event *event);

/* A reading of CLOCK_REALTIME beside the page into @event. */
void guest_read_realtime(const struct guest *guest, const struct guest_moment *moment,
			 struct event *event);

/*
 * A reading of the guest's PTP clock @i, or of ClockBound, CLOCK_REALTIME around it, beside the
 * page into @event.
 */
void guest_read_ptp_clock(const struct guest *guest, size_t i, const struct guest_moment *moment,
			  struct event *event);

/* The reader that is due first and when; SCENARIO_NEVER where there is none. */
int64_t guest_reader_due_ns(const struct guest *guest, size_t *reader);

/*
 * That reader reads: the pass through the driver's choke point into @read, the call into @call.
 * False: there is no PTP clock now, and it can do nothing.
 */
bool guest_read_phc(struct guest *guest, size_t reader, const struct guest_moment *moment,
		    struct event *read, struct event *call);

#endif
