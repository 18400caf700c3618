// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/comparison_totals.h"

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
}

uint64_t comparison_totals_contradictions(const struct comparison_totals *totals)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < CONTRADICTIONS; kind++)
		sum += totals->contradictions[kind];
	return sum;
}
