/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor of a simulation: what it knows of the guest's counter, and the page that it makes
 * of that. It measures like a real one, within the bound that it states, and is wrong where the
 * scenario says so.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_HOST_H
#define VMCLOCK_TRACE_SCENARIO_HOST_H

#include <stdbool.h>

#include "scenario/machine.h"
#include "scenario/random.h"
#include "scenario/scenario.h"

/* What it takes the time to be: a line through one point. */
struct host_line {
	uint64_t counter;
	fixed_sec tai;		      /* at `counter`, since 1970, lies included */
	fixed_sec beside;	      /* of that, the lies */
	struct machine_period period; /* without lies */
	uint64_t maxerror_ns;	      /* at `counter` */
};

struct host {
	struct scenario_frame frame;
	struct random_source random;

	/* What the page says beside the time, as the scenario's words set it. */
	enum scenario_mode mode;
	uint64_t time_type;
	int64_t tai_offset_sec; /* as the field has it; SCENARIO_NEVER: unknown */
	uint64_t smearing;
	uint64_t leap_indicator;
	uint64_t status;
	uint64_t maintenance; /* a flag of the page, or 0 */
	bool has_generation;
	uint64_t generation;
	uint64_t marker;
	uint32_t seq;		     /* of the last whole update */
	struct scenario_fields held; /* fields that a scenario holds at a value */

	/* How well it measures. */
	int64_t time_error_ns;	/* SCENARIO_NEVER: it does not say */
	int64_t rate_error_ppb; /* -1: it does not say */
	int64_t drift_ppb;

	int64_t start_tai_sec; /* the scenario's start */
	int64_t tai_less_utc;  /* true, in seconds, now */
	int64_t untold_leaps;  /* seconds of it, of which the guest's kernel was not told */
	struct host_line line;
	fixed_sec beside; /* its error from the truth, at beside_at_ns */
	int64_t beside_at_ns;
	int64_t slew_ppb; /* and how much faster than it */
};

/* A host at the start of @frame. Its settings are applied with host_say(), then host_settle(). */
void host_begin(struct host *host, const struct scenario_frame *frame, uint64_t seed);

/* The settings are complete: the TAI offset that they give, whatever its sign, is the true one. */
void host_settle(struct host *host);

/* TAI less UTC is @sign more from now on, and the page says so. */
void host_leap(struct host *host, int sign);

/* A word about the page itself (VERB_MODE to VERB_FREE). Others do nothing. False: not one. */
bool host_say(struct host *host, const struct scenario_action *action);

/* True TAI since 1970 when the counter became @count by @machine's present line. */
fixed_sec host_true_tai(const struct host *host, const struct machine *machine, uint64_t count);

/*
 * Find out how @machine stands at @now_ns: afresh, or where the host is FREERUNNING by the line
 * that it has, its bound grown by the line's age.
 */
void host_measure(struct host *host, const struct machine *machine, int64_t now_ns);

/* The same, but afresh in any case: another host has taken over. */
void host_measure_anew(struct host *host, const struct machine *machine, int64_t now_ns);

/* From @now_ns on the host's clock is @ns on, or @ppb faster than the truth. */
void host_step(struct host *host, int64_t now_ns, int64_t ns);
void host_slew(struct host *host, int64_t now_ns, int64_t ppb);

/* Another host, without those errors. */
void host_come_clean(struct host *host, int64_t now_ns);

/* The next update, as the host would write it, into @page; host->seq becomes its seq_count. */
void host_publish(struct host *host, struct page *page);

/* Write @value into @field of @page, whatever `size` says. */
void host_put(struct page *page, enum page_field field, uint64_t value);

#endif
