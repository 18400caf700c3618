// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/report_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"

/* A glance at the clock costs more than an event. */
#define EVENTS_A_GLANCE 4096

struct progress progress_begin(bool wanted)
{
	return (struct progress){
		.wanted = wanted && isatty(STDERR_FILENO),
		.next_ns = clock_now_ns(CLOCK_MONOTONIC) + 2ull * NSEC_PER_SEC,
	};
}

void progress_event(struct progress *progress)
{
	uint64_t now_ns;

	if (++progress->events % EVENTS_A_GLANCE || !progress->wanted)
		return;
	now_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (now_ns < progress->next_ns)
		return;
	fprintf(stderr, "\r%" PRIu64 " events read ", progress->events);
	progress->shown = true;
	progress->next_ns = now_ns + NSEC_PER_SEC / 5;
}

void progress_end(const struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
