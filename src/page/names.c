// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/names.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const counters[] = {
	[VMCLOCK_COUNTER_ARM_VCNT] = "ARM_VCNT",
	[VMCLOCK_COUNTER_X86_TSC] = "X86_TSC",
	[VMCLOCK_COUNTER_INVALID] = "INVALID",
};

static const char *const time_types[] = {
	"UTC", "TAI", "MONOTONIC", "INVALID_SMEARED", "INVALID_MAYBE_SMEARED",
};

static const char *const statuses[] = {
	"UNKNOWN", "INITIALIZING", "SYNCHRONIZED", "FREERUNNING", "UNRELIABLE",
};

static const char *const smearings[] = {"STRICT", "NOON_LINEAR", "UTC_SLS"};

static const char *const leaps[] = {"NONE", "PRE_POS", "PRE_NEG", "POS", "POST_POS", "POST_NEG"};

static const char *const flags[] = {
	"TAI_OFFSET_VALID",	 "DISRUPTION_SOON",	  "DISRUPTION_IMMINENT",
	"PERIOD_ESTERROR_VALID", "PERIOD_MAXERROR_VALID", "TIME_ESTERROR_VALID",
	"TIME_MAXERROR_VALID",	 "TIME_MONOTONIC",	  "VM_GEN_COUNTER_PRESENT",
	"NOTIFICATION_PRESENT",
};

/* Holes in a table are NULL, as is all past its end. */
static const char *name_in(const char *const *table, size_t count, uint64_t value)
{
	return value < count ? table[value] : NULL;
}

const char *page_counter_name(uint64_t counter_id)
{
	return name_in(counters, COUNT(counters), counter_id);
}

const char *page_time_type_name(uint64_t time_type)
{
	return name_in(time_types, COUNT(time_types), time_type);
}

const char *page_status_name(uint64_t clock_status)
{
	return name_in(statuses, COUNT(statuses), clock_status);
}

const char *page_smearing_name(uint64_t hint)
{
	return name_in(smearings, COUNT(smearings), hint);
}

const char *page_leap_name(uint64_t indicator)
{
	return name_in(leaps, COUNT(leaps), indicator);
}

const char *page_flag_name(unsigned int bit)
{
	return name_in(flags, COUNT(flags), bit);
}

const char *page_value_name(enum page_field field, uint64_t value)
{
	switch (field) {
	case PAGE_COUNTER_ID:
		return page_counter_name(value);
	case PAGE_TIME_TYPE:
		return page_time_type_name(value);
	case PAGE_CLOCK_STATUS:
		return page_status_name(value);
	case PAGE_SMEARING_HINT:
		return page_smearing_name(value);
	case PAGE_LEAP_INDICATOR:
		return page_leap_name(value);
	default:
		return NULL;
	}
}
