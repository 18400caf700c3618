/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which clock was the furthest off, as far as that is known, and of whom it is not. */
#ifndef VMCLOCK_TRACE_FLEET_FLEET_WORST_H
#define VMCLOCK_TRACE_FLEET_FLEET_WORST_H

#include <string.h>

#include "fleet/fleet.h"
#include "show/sentence.h"

/* What is not known of the clocks of a recording while they were bad. */
struct fleet_gap {
	uint64_t unknown[ERROR_UNKNOWNS]; /* readings, by reason */
	uint64_t readings;		  /* all of them */
	enum error_unknown why;		  /* of most of them; valid if there are any */
	bool is_unread;			  /* as of struct fleet_incident, of any */
	bool has_step_beyond;
};

struct fleet_gap fleet_gap(const struct fleet *fleet, const struct fleet_recording *recording);

/* What a clock was off by at worst in an incident that is asked for; NULL: none is known. */
const struct fleet_incident *fleet_worst(const struct fleet *fleet,
					 const struct fleet_recording *recording);

#define FLEET_OFF_BYTES 104

/* How far off: "250 ms behind", "about 3.00 ms ahead", "within 5.100 ms"; @text. It has one. */
const char *fleet_off_text(const struct fleet_incident *worst, char text[FLEET_OFF_BYTES]);

#define FLEET_WORST_BYTES 320

/* For a table: "CLOCK_REALTIME 250 ms behind; 15 readings not known"; @text. */
const char *fleet_worst_text(const struct fleet *fleet, const struct fleet_recording *recording,
			     char text[FLEET_WORST_BYTES]);

/* " The worst clock was ...", and of which recordings it is not known, and why. */
void fleet_say_worst(struct words *words, const struct fleet *fleet);

#endif
