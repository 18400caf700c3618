/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ABI's enumerations in words. Each returns a static string, or NULL for a value that the ABI
 * does not define: a page can hold anything, and a number must not be given a name it has not.
 */
#ifndef VMCLOCK_TRACE_PAGE_NAMES_H
#define VMCLOCK_TRACE_PAGE_NAMES_H

#include <stdint.h>

#include "page/page.h"

/* "ARM_VCNT", "X86_TSC", "INVALID" */
const char *page_counter_name(uint64_t counter_id);

/* "UTC", "TAI", "MONOTONIC", "INVALID_SMEARED", "INVALID_MAYBE_SMEARED" */
const char *page_time_type_name(uint64_t time_type);

/* "UNKNOWN", "INITIALIZING", "SYNCHRONIZED", "FREERUNNING", "UNRELIABLE" */
const char *page_status_name(uint64_t clock_status);

/* "STRICT", "NOON_LINEAR", "UTC_SLS" */
const char *page_smearing_name(uint64_t hint);

/* "NONE", "PRE_POS", "PRE_NEG", "POS", "POST_POS", "POST_NEG" */
const char *page_leap_name(uint64_t indicator);

/* One flag by its bit number (0..63), such as "TAI_OFFSET_VALID". */
const char *page_flag_name(unsigned int bit);

/* The name of @field's value by the functions above; NULL for a field that is no enumeration. */
const char *page_value_name(enum page_field field, uint64_t value);

#endif
