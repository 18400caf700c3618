/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario as a source of events: the whole of it in virtual time, without waiting. */
#ifndef VMCLOCK_TRACE_FEED_SIMULATED_H
#define VMCLOCK_TRACE_FEED_SIMULATED_H

#include "base/error.h"
#include "feed/source.h"
#include "scenario/scenario_source.h"

/* All zero at first. */
struct simulated {
	struct source source;
	struct scenario scenario;
	struct scenario_source *events;
};

/*
 * Load the scenario at @path. 0, or -errno with @error filled; simulated_close() is due in either
 * case.
 */
int simulated_open(const char *path, struct simulated *simulated, struct error *error);

void simulated_close(struct simulated *simulated);

#endif
