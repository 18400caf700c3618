// SPDX-License-Identifier: GPL-2.0-or-later
/* How bad it is, and whether that all is well may be said. */
#include "report/report_view.h"

/* About the clock: what was lost of the view of it is report_claim()'s. */
static enum finding_severity worst_of(const struct report *report)
{
	enum finding_severity worst = FINDING_INFO;

	for (size_t i = 0; i < report->analysis->findings; i++) {
		const struct finding *finding = &report->analysis->finding[i];

		if (report_has_finding(report, finding) && finding_is_alarm(finding) &&
		    finding->severity > worst)
			worst = finding->severity;
	}
	return worst;
}

/* How many times something was lost in the kernel. */
static uint64_t losses_of(const struct report *report)
{
	uint64_t times = 0;

	for (size_t i = 0; i < report->analysis->findings; i++) {
		const struct finding *finding = &report->analysis->finding[i];

		times += finding->kind == FINDING_DATA_LOSS && report_has_finding(report, finding);
	}
	return times;
}

struct claim report_claim(const struct report *report)
{
	const struct claim_span span = {
		.events = report->analysis->events,
		.ended = report->ended,
		.damaged = report->bad_rows || *report->damage,
		.lost = report->lost + losses_of(report),
	};

	return claim_well(&span, worst_of(report) > FINDING_INFO);
}

const char *report_level(const struct report *report)
{
	if (worst_of(report) > FINDING_INFO)
		return worst_of(report) == FINDING_CRITICAL ? "CRITICAL" : "WARNING";
	return report_claim(report).state == CLAIM_HOLDS ? "OK" : "UNKNOWN";
}
