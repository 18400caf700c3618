/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For how long the guest did not run, in words. */
#ifndef VMCLOCK_TRACE_SHOW_DOWNTIME_WORDS_H
#define VMCLOCK_TRACE_SHOW_DOWNTIME_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "judge/downtime.h"
#include "judge/incident.h"

#define DOWNTIME_WORDS_BYTES 1000

/* Does it belong to @incident, by its time? */
bool downtime_is_of(const struct downtime *downtime, const struct incident *incident);

/*
 * Of all disruptions in @incident, and of stuns where these alone tell: one or two sentences into
 * @text, without anything from outside in them; "" where the guest is not known to have stood
 * still.
 */
void downtime_sentence(const struct downtimes *downtimes, const struct incident *incident,
		       char *text, size_t bytes);

#endif
