// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/finding.h"

#include <errno.h>
#include <string.h>

static const char *const names[FINDINGS] = {
	[FINDING_DISRUPTION] = "disruption",
	[FINDING_RESTORE] = "restore",
	[FINDING_HOST_STEP] = "host_step",
	[FINDING_HOST_SLEW] = "host_slew",
	[FINDING_STATUS_CHANGE] = "status_change",
	[FINDING_LEAP_ANNOUNCED] = "leap_announced",
	[FINDING_LEAP_CHANGE] = "leap_change",
	[FINDING_TAI_OFFSET_CHANGE] = "tai_offset_change",
	[FINDING_SMEARING_CHANGE] = "smearing_change",
	[FINDING_MAINTENANCE_SOON] = "maintenance_soon",
	[FINDING_MAINTENANCE_IMMINENT] = "maintenance_imminent",
	[FINDING_WRITER_STUCK] = "writer_stuck",
	[FINDING_SEQLOCK_BROKEN] = "seqlock_broken",
	[FINDING_NOT_UPDATED] = "not_updated",
	[FINDING_COUNTER_BEFORE_REFERENCE] = "counter_before_reference",
	[FINDING_DRIVER_ERROR] = "driver_error",
	[FINDING_DRIVER_MISMATCH] = "driver_mismatch",
	[FINDING_WRONG_BOUND] = "wrong_bound",
	[FINDING_STUN] = "stun",
	[FINDING_CLOCK_SET] = "clock_set",
	[FINDING_SCALE_MISMATCH] = "scale_mismatch",
	[FINDING_DEVICE_LOST] = "device_lost",
	[FINDING_DATA_LOSS] = "data_loss",
};

const char *finding_name(enum finding_kind kind)
{
	return (unsigned int)kind < FINDINGS ? names[kind] : "unknown";
}

int finding_kind_by_name(const char *name, enum finding_kind *kind)
{
	for (enum finding_kind i = 0; i < FINDINGS; i++) {
		if (!strcmp(name, names[i])) {
			*kind = i;
			return 0;
		}
	}
	return -EINVAL;
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
