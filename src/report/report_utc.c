// SPDX-License-Identifier: GPL-2.0-or-later
/* By which clock the times of a report are, and which they are. */
#include <stdio.h>

#include "base/instant.h"
#include "report/report_view.h"
#include "show/utc_text.h"

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

void report_utc(const struct report *report, uint64_t time_ns, char *text, size_t bytes)
{
	const struct utc_times times = {report->utc, report->start_ns, report->start_realtime_ns};
	char whole[INSTANT_ISO_BYTES];

	utc_text(&times, time_ns, whole);
	snprintf(text, bytes, "%s", whole);
}
