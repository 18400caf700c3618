/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An incident in a line: what happened, which clock was how far off, whether it is over. Pure. */
#ifndef VMCLOCK_TRACE_SHOW_INCIDENT_WORDS_H
#define VMCLOCK_TRACE_SHOW_INCIDENT_WORDS_H

#include "judge/incident.h"

#define INCIDENT_HEADLINE_BYTES 128
#define INCIDENT_HEADLINE_WORDS 12 /* at most */
#define INCIDENT_OFF_BYTES	96
#define CLOCK_WORDS_BYTES	32

/* The clock of an incident that was the furthest off, of those that surely were. */
struct incident_off {
	const struct incident *incident; /* NULL: none was */
	enum observed_clock clock;
	struct ns_interval error;
	bool is_wrong; /* by more than it claimed, if it claimed anything */
	bool by_host;  /* so the host's clock says, which claims no bound, about */
	bool by_step;  /* a step of it shows so, about */
	/* By how much it was stepped, if it may be wrong before that or after; else 0. */
	int64_t step_ns;
};

/*
 * Was CLOCK_REALTIME off by the host's clock, which shows that it recovered, and claims no bound?
 * By incident->by_host.
 */
bool incident_is_off_by_host(const struct incident *incident);

/* Into @worst, if one of @incident was further off. */
void incident_worse_off(const struct incident *incident, struct incident_off *worst);

/* Was any clock compared in it? If not, that it is over does not say that the clocks are right. */
bool incident_any_known(const struct incident *incident);

/* What @kind is called in a headline: "Clock set". Static. */
const char *finding_title(enum finding_kind kind);

/* A clock as it is called within a sentence. Static. */
const char *clock_words(enum observed_clock clock);

/* The same of @incident, of several PTP clocks the one that it has: "/dev/ptp1"; @out. */
const char *incident_clock_words(const struct incident *incident, enum observed_clock clock,
				 char out[CLOCK_WORDS_BYTES]);

/* "CLOCK_REALTIME 250 ms behind" of @incident, or why not; @out. */
const char *incident_off_text(const struct incident *incident, char out[INCIDENT_OFF_BYTES]);

/*
 * "Disruption: CLOCK_REALTIME 250 ms behind; recovered within 4.78 s.", or "...; not over." of one
 * that is still open. That it recovered is not all where @now, the claim that all clocks are right
 * again, does not hold; and that none was wrong is not all where @is_another_wrong. With @is_named
 * it begins with "Incident 2: " instead, as another one was worse. @out.
 */
const char *incident_headline(const struct incident *incident, enum claim_state now,
			      bool is_another_wrong, bool is_named,
			      char out[INCIDENT_HEADLINE_BYTES]);

#endif
