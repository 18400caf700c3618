// SPDX-License-Identifier: GPL-2.0-or-later
/* By which clock the times of a report are, and which they are. */
#include <string.h>

#include "base/instant.h"
#include "report/report_view.h"

#define HALF_MS_NS 500000

bool report_utc_is_known(const struct report *report)
{
	return report->utc && report->utc->points;
}

int64_t report_start_utc_ns(const struct report *report)
{
	struct utc_moment utc;

	if (!report->utc || utc_track_at(report->utc, report->start_ns, &utc))
		return report->start_realtime_ns;
	return utc.ns;
}

const char *report_utc_by(const struct report *report, char out[REPORT_UTC_BY_BYTES])
{
	char witness[WITNESS_TEXT_BYTES];

	if (!report_utc_is_known(report))
		return "by CLOCK_REALTIME of its start, as the page does not tell UTC";
	if (!report->utc->has_witness)
		return "UTC by the page";
	snprintf(out, REPORT_UTC_BY_BYTES, "UTC by %s%s",
		 report->utc->has_page ? "the page, and by " : "",
		 witness_text(&report->analysis->witness, witness));
	return out;
}

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

void report_utc(const struct report *report, uint64_t time_ns, char *text, size_t bytes)
{
	struct instant at = instant_from_ns(report->start_realtime_ns);
	struct utc_moment utc = {0};

	if (report->utc && !utc_track_at(report->utc, time_ns, &utc))
		at = rounded(report->utc, time_ns, &utc);
	else
		/* Past 292 years from there nothing was recorded. */
		instant_add_ns(at, (int64_t)(time_ns - report->start_ns), &at);
	instant_format_utc(at, text, bytes);
	if (utc.in_leap_second && strlen(text) >= 30)
		memcpy(text + strlen(text) - 14, ":60", 3);
	/* To a millisecond: more is not known, and a ticket need not carry it. */
	if (strlen(text) >= 30)
		memcpy(text + strlen(text) - 7, "Z", 2);
}
