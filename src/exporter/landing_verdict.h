/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exporter's first page says first: how the clock is, and what to do about it. Pure. */
#ifndef VMCLOCK_TRACE_EXPORTER_LANDING_VERDICT_H
#define VMCLOCK_TRACE_EXPORTER_LANDING_VERDICT_H

#include "exporter/metrics.h"

/* An observer that has not turned for so long has stopped: a sample waits for 100 ms at most. */
#define LANDING_STALL_NS 10000000000ull

enum landing_level {
	LANDING_OK,	  /* all is well, and was seen to be */
	LANDING_WARNING,  /* it is going to be disrupted, or may become wrong */
	LANDING_CRITICAL, /* a clock is wrong, or gone */
	LANDING_UNKNOWN,  /* nothing is known against it, nor for it */
	LANDING_LEVELS
};

#define LANDING_WHY_BYTES 256

struct landing_verdict {
	enum landing_level level; /* as that of status */
	bool is_red;		  /* it is, or the host does not vouch for its clock */
	char headline[INCIDENT_HEADLINE_BYTES]; /* at most INCIDENT_HEADLINE_WORDS words */
	char why[LANDING_WHY_BYTES];		/* a sentence more; "": nothing */
	uint64_t since_ns;			/* CLOCK_MONOTONIC; 0: not known */
	const char *action;			/* what to do, static; NULL: nothing */
	const char *command;			/* by which command, static; NULL: by none */
	const char *runbook;			/* by the name of an alert, static; NULL: none */
};

/* Of @snapshot at @now_ns of CLOCK_MONOTONIC. */
void landing_verdict_of(const struct metrics_snapshot *snapshot, uint64_t now_ns,
			struct landing_verdict *out);

/* Is the observer at work, at @now_ns of CLOCK_MONOTONIC? */
bool landing_is_healthy(const struct metrics_snapshot *snapshot, uint64_t now_ns);

/* Is the clock known to be wrong, by a reading that still tells how it is now? */
bool landing_clock_is_wrong(const struct metrics_snapshot *snapshot, enum observed_clock clock);

/* "OK", "WARNING", "CRITICAL", "UNKNOWN". Static. */
const char *landing_level_name(enum landing_level level);

/* The runbook for a finding of @kind; NULL: there is nothing to do about it. Static. */
const char *landing_finding_runbook(enum finding_kind kind);

#endif
