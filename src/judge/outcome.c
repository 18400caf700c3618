// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/outcome.h"

static const char *level_of(struct claim well, bool is_critical)
{
	switch (well.state) {
	case CLAIM_HOLDS:
		return "ok";
	case CLAIM_FAILS:
		return is_critical ? "critical" : "warning";
	case CLAIM_UNKNOWN:
		break;
	}
	return "unknown";
}

struct outcome outcome_of(const struct judge *judge, enum finding_severity worst,
			  const struct claim_span *recorded)
{
	struct claim_span span = {.events = 1, .ended = true};
	struct outcome outcome = {0};
	bool is_critical;

	if (recorded)
		span = *recorded;
	span.lost += judge_counts(judge)->finding[FINDING_DATA_LOSS];
	judge_add_doubt(judge, &span);
	is_critical = worst == FINDING_CRITICAL || span.unreliable || span.found_unkept_critical;
	outcome.well = claim_well(&span, worst > FINDING_INFO);
	outcome.level = level_of(outcome.well, is_critical);
	outcome.unwatched = span.missed;
	outcome.found = span.found;
	outcome.found_unread = span.found_unread;
	span.clock_off = span.unreliable = span.freerunning = span.uncompared = false;
	span.found_unkept = false;
	outcome.all = claim_well(&span, false);
	return outcome;
}

enum finding_severity outcome_worse(enum finding_severity worst, const struct finding *finding)
{
	return finding_is_alarm(finding) && finding->severity > worst ? finding->severity : worst;
}
