// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"

#define FIRST_NS  (2ull * NSEC_PER_SEC)
#define PERIOD_NS (1ull * NSEC_PER_SEC)

/* So much takes some two seconds to pack or unpack. */
#define LONG_BYTES (32u << 20)

struct progress progress_begin(bool wanted)
{
	return (struct progress){
		.wanted = wanted && isatty(STDERR_FILENO),
		.due_ns = clock_now_ns(CLOCK_MONOTONIC) + FIRST_NS,
	};
}

bool progress_is_due(const struct progress *progress)
{
	return progress->wanted && clock_now_ns(CLOCK_MONOTONIC) >= progress->due_ns;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list args;

	fputs("\r\033[K", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc(' ', stderr);
	progress->shown = true;
	progress->due_ns = clock_now_ns(CLOCK_MONOTONIC) + PERIOD_NS;
}

struct progress progress_of_bytes(const char *what, uint64_t bytes)
{
	struct progress progress = progress_begin(bytes >= LONG_BYTES);

	if (progress.wanted)
		progress_say(&progress, "%s ...", what);
	return progress;
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
