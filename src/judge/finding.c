// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/finding.h"

#include <errno.h>
#include <string.h>

#define TEXTS(constant, name, about) {name, about},
static const struct {
	const char *name;
	const char *about;
} kinds[FINDINGS] = {FINDING_KINDS(TEXTS)};

const char *finding_name(enum finding_kind kind)
{
	return (unsigned int)kind < FINDINGS ? kinds[kind].name : "unknown";
}

const char *finding_about(enum finding_kind kind)
{
	return kinds[kind].about;
}

int finding_kind_by_name(const char *name, enum finding_kind *kind)
{
	for (enum finding_kind i = 0; i < FINDINGS; i++) {
		if (!strcmp(name, kinds[i].name)) {
			*kind = i;
			return 0;
		}
	}
	return -EINVAL;
}

bool finding_needs_hooks(enum finding_kind kind)
{
	return kind == FINDING_DRIVER_ERROR || kind == FINDING_DRIVER_MISMATCH ||
	       kind == FINDING_CLOCK_SET || kind == FINDING_DATA_LOSS;
}

const char *finding_severity_name(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_INFO:
		return "info";
	case FINDING_WARNING:
		return "warning";
	case FINDING_CRITICAL:
		return "critical";
	}
	return "unknown";
}

bool finding_is_alarm(const struct finding *finding)
{
	return finding->severity > FINDING_INFO && finding->kind != FINDING_DATA_LOSS;
}

const char *seqlock_cause_name(enum seqlock_cause cause)
{
	switch (cause) {
	case SEQLOCK_UNCHANGED:
		return "unchanged";
	case SEQLOCK_BACK:
		return "back";
	case SEQLOCK_JUMPED:
		return "jumped";
	}
	return "unknown";
}

const char *scale_cause_name(enum scale_cause cause)
{
	switch (cause) {
	case SCALE_CAUSE_OFFSET_SIGN:
		return "tai_offset_sign";
	case SCALE_CAUSE_CLOCK:
		return "clock_on_other_scale";
	case SCALE_CAUSE_KERNEL_OFFSET:
		return "kernel_tai_offset";
	}
	return "unknown";
}
