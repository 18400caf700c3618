/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hypervisor can be told to do, and the scenario: commands with their times.
 *
 *	set FIELD VALUE [FIELD VALUE]...	one update; the values stay until
 *	free FIELD...				gives the fields back to the clock
 *	step DISTANCE		the page's time jumps: +5ms
 *	slew PPM		from now on the page's time is that much faster than the true one
 *	stick SECONDS		an update hangs: the sequence count stays odd
 *	disrupt			the marker moves, as after a migration
 *	migrated		the same, and the time is measured anew
 *	refresh SECONDS		how often the page is renewed; 0 is never
 *	start			the scenario begins
 */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

#include <stdint.h>

#include "page.h"

enum verb {
	VERB_SET,
	VERB_FREE,
	VERB_STEP,
	VERB_SLEW,
	VERB_STICK,
	VERB_DISRUPT,
	VERB_MIGRATED,
	VERB_REFRESH,
	VERB_START,
	VERBS
};

struct command {
	enum verb verb;
	struct page_update fields; /* of set and free */
	double number;		   /* of step, slew, stick and refresh, as written */
};

/* A command and when it is its turn, counted from the scenario's start. */
struct cue {
	int64_t at_ns;
	struct command command;
};

struct scenario {
	struct cue *cues;
	int count;
};

/* Understands one line of text, which it takes apart; -EINVAL if it is no command. */
int command_parse(char *text, struct command *command);

/* Reads the file; what is wrong with it is said, with its line, before -errno is returned. */
int scenario_read(const char *path, struct scenario *scenario);

#endif
