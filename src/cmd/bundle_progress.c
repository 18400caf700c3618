// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/bundle_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"

#define PERIOD_NS (2ull * NSEC_PER_SEC)

/* So much takes some two seconds to pack or unpack. */
#define LONG_BYTES (32u << 20)

/* Calls between two looks at the time. */
#define STRIDE 4096

void bundle_progress(struct bundle_progress *progress, const char *what, uint64_t count)
{
	uint64_t now_ns;

	if (progress->calls++ % STRIDE || progress->silent)
		return;
	now_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (!progress->due_ns) {
		progress->silent = !isatty(STDERR_FILENO);
		progress->due_ns = now_ns + PERIOD_NS;
	}
	if (now_ns < progress->due_ns)
		return;
	progress->due_ns = now_ns + PERIOD_NS;
	progress->shown = true;
	fprintf(stderr, "\r\033[K%s: %" PRIu64 " events ", what, count);
}

void bundle_progress_say(const char *what, uint64_t bytes)
{
	static bool shown;

	if (shown)
		fputs("\r\033[K", stderr);
	shown = what && bytes >= LONG_BYTES && isatty(STDERR_FILENO);
	if (shown)
		fprintf(stderr, "%s ... ", what);
}

void bundle_progress_end(struct bundle_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
