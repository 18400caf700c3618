// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/comparison_totals.h"

#include <string.h>

/* One contradiction refutes it for all; the newest sample of which it is not known says why. */
static void add_agreement(struct comparison_totals *totals, const struct comparison *comparison)
{
	bool first = totals->samples == 1;

	if (totals->agree.state == CLAIM_FAILS ||
	    (!first && comparison->agree.state == CLAIM_HOLDS))
		return;
	totals->agree = comparison->agree;
	memcpy(totals->doubt, comparison->doubt, sizeof(totals->doubt));
}

void comparison_totals_add(struct comparison_totals *totals, const struct comparison *comparison)
{
	totals->samples++;
	for (unsigned int i = 0; i < comparison->contradictions; i++)
		totals->contradictions[comparison->contradiction[i].kind]++;
	for (unsigned int i = 0; i < comparison->updates; i++) {
		totals->updates += comparison->update[i].updates;
		totals->marker_changes += comparison->update[i].marker_changed;
	}
	if (comparison->has_driver) {
		totals->has_driver = true;
		driver_comparison_merge(&totals->driver, &comparison->driver);
	}
	totals->notes |= comparison->notes;
	add_agreement(totals, comparison);
}

uint64_t comparison_totals_contradictions(const struct comparison_totals *totals)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < CONTRADICTIONS; kind++)
		sum += totals->contradictions[kind];
	return sum;
}

const char *comparison_totals_level(const struct comparison_totals *totals)
{
	uint64_t all = comparison_totals_contradictions(totals);

	if (all > totals->contradictions[CONTRADICTION_CLOCKS])
		return "critical";
	if (all)
		return "warning";
	return totals->samples && totals->agree.state == CLAIM_HOLDS ? "ok" : "unknown";
}
