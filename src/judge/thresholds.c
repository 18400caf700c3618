// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/thresholds.h"

#include "judge/health.h"

#include <stddef.h>

#define OPTION(option, value, unit, finding, about) {NULL, FINDING_##finding, unit, value, about},
#define LIMIT(value, unit, finding, about)	    {NULL, FINDING_##finding, unit, value, about},
#define WELL(name, value, unit, about)		    {name, FINDINGS, unit, value, about},
static const struct threshold thresholds[] = {DETECTOR_THRESHOLDS(OPTION) DETECTOR_LIMITS(LIMIT)
						      WELL_LIMITS(WELL)};

#define THRESHOLDS (sizeof(thresholds) / sizeof(thresholds[0]))

const struct threshold *threshold_get(size_t i)
{
	for (enum finding_kind kind = 0; kind <= FINDINGS; kind++) {
		for (size_t j = 0; j < THRESHOLDS; j++) {
			if (thresholds[j].finding == kind && !i--)
				return &thresholds[j];
		}
	}
	return NULL;
}
