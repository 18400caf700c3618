// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/utc_text.h"

#include <string.h>

#include "base/instant.h"

#define HALF_MS_NS 500000

/* To the nearest millisecond. */
static struct instant rounded(const struct utc_track *track, uint64_t time_ns,
			      struct utc_moment *utc)
{
	int64_t up_ns = utc->ns > INT64_MAX - HALF_MS_NS ? utc->ns : utc->ns + HALF_MS_NS;
	struct utc_moment later;

	if (up_ns / (int64_t)NSEC_PER_SEC == utc->ns / (int64_t)NSEC_PER_SEC)
		return instant_from_ns(up_ns);
	/* After the leap second comes the day. */
	if (utc->in_leap_second)
		utc->ns = up_ns;
	else if (!utc_track_at(track, time_ns + HALF_MS_NS, &later) && later.in_leap_second)
		*utc = later;
	else
		utc->ns = up_ns;
	utc->in_leap_second &= utc->ns != up_ns;
	return instant_from_ns(utc->ns);
}

bool utc_text(const struct utc_times *times, uint64_t time_ns, char *text)
{
	struct instant at = instant_from_ns(times->start_realtime_ns);
	struct utc_moment utc = {0};
	bool is_told = times->track && !utc_track_at(times->track, time_ns, &utc);

	if (is_told)
		at = rounded(times->track, time_ns, &utc);
	else
		/* Past 292 years from there nothing happened. */
		instant_add_ns(at, (int64_t)(time_ns - times->start_ns), &at);
	instant_format_utc(at, text, INSTANT_ISO_BYTES);
	if (utc.in_leap_second && strlen(text) >= 30)
		memcpy(text + strlen(text) - 14, ":60", 3);
	/* To a millisecond: more is not known, and a ticket need not carry it. */
	if (strlen(text) >= 30)
		memcpy(text + strlen(text) - 7, "Z", 2);
	return is_told;
}
