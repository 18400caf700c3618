// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/warning.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "page/time.h"

_Static_assert(PAGE_WARNINGS <= 32, "page_warning_set has a bit for each warning");

static const struct page_warning_info infos[PAGE_WARNINGS] = {
	[PAGE_WARN_BAD_MAGIC] =
		{
			.code = "bad_magic",
			.means = "it does not start with the vmclock magic 0x4b4c4356",
			.advice = "check the path: a vmclock page is what /dev/vmclockN holds.",
			.unsafe = true,
		},
	[PAGE_WARN_BAD_SIZE] =
		{
			.code = "bad_size",
			.means = "its size field is smaller than the header that it is part of",
			.advice = "the hypervisor wrote a broken page: report it to whoever runs "
				  "the host.",
			.unsafe = true,
		},
	[PAGE_WARN_BAD_VERSION] =
		{
			.code = "bad_version",
			.means = "its version is not 1, the only one that is defined",
			.advice = "look for a newer release of this program.",
			.unsafe = true,
		},
	[PAGE_WARN_COUNTER_BEFORE_REFERENCE] =
		{
			.code = "counter_before_reference",
			.means = "the counter is behind the page's reference value",
			.advice = "do not read /dev/ptpN now: the kernel takes the distance as "
				  "unsigned and gives a date far in the future. If it lasts, the "
				  "host restored the counter without the page: report it.",
			.unsafe = true,
		},
	[PAGE_WARN_DISRUPTION_IMMINENT] =
		{
			.code = "disruption_imminent",
			.means = "the hypervisor expects to disrupt the counter within an hour",
			.advice = "drain this machine, or watch disruption_marker and discard the "
				  "clock when it changes.",
		},
	[PAGE_WARN_DISRUPTION_SOON] =
		{
			.code = "disruption_soon",
			.means = "the hypervisor expects to disrupt the counter within a day",
			.advice = "plan for it: live migration or maintenance of the host is near.",
		},
	[PAGE_WARN_ERROR_OUT_OF_RANGE] =
		{
			.code = "error_out_of_range",
			.means = "an error bound is past 584 years, so none is given",
			.advice = "treat the time as unbounded; the error rates or the reference "
				  "are broken.",
		},
	[PAGE_WARN_FILE_CUT_SHORT] =
		{
			.code = "file_cut_short",
			.means = "the file ends before the page's own size does",
			.advice = "record the page again: the fields past the end are taken as "
				  "absent.",
		},
	[PAGE_WARN_LEAP_UNKNOWN_VALUE] =
		{
			.code = "leap_unknown_value",
			.means = "leap_indicator has a value that the ABI does not define",
			.advice = "the time is not affected; whether a leap second is due is not "
				  "known.",
		},
	[PAGE_WARN_PERIOD_ZERO] =
		{
			.code = "period_zero",
			.means = "the counter's period is 0, so no time can be computed",
			.advice = "the hypervisor has not set up the clock: use another one, and "
				  "report it if it lasts.",
			.unsafe = true,
		},
	[PAGE_WARN_SHIFT_OUT_OF_RANGE] =
		{
			.code = "shift_out_of_range",
			.means = "counter_period_shift is 128 or more, so no time can be computed",
			.advice = "the hypervisor wrote a broken page: use another clock and "
				  "report it.",
			.unsafe = true,
		},
	[PAGE_WARN_SMEARING_UNKNOWN_VALUE] =
		{
			.code = "smearing_unknown_value",
			.means = "leap_second_smearing_hint has a value that the ABI does not "
				 "define",
			.advice = "the time is not affected; how a leap second is to be shown is "
				  "not known.",
		},
	[PAGE_WARN_STATUS_NOT_VALID] =
		{
			.code = "status_not_valid",
			.means = "the hypervisor does not vouch for the clock (yet)",
			.advice = "do not rely on its time until clock_status is SYNCHRONIZED or "
				  "FREERUNNING; the kernel hands it out all the same.",
			.unsafe = true,
		},
	[PAGE_WARN_STATUS_UNKNOWN_VALUE] =
		{
			.code = "status_unknown_value",
			.means = "clock_status has a value that the ABI does not define",
			.advice = "do not rely on the time; look for a newer release of this "
				  "program.",
			.unsafe = true,
		},
	[PAGE_WARN_STATUS_UNRELIABLE] =
		{
			.code = "status_unreliable",
			.means = "the hypervisor says that the clock is unreliable",
			.advice =
				"use another clock; the kernel refuses to read this one (EINVAL).",
			.unsafe = true,
		},
	[PAGE_WARN_TAI_OFFSET_POSITIVE] =
		{
			.code = "tai_offset_positive",
			.means = "tai_offset_sec is positive, and the ABI has it negative (-37 "
				 "since 2017)",
			.advice = "only its size is used here: with the right size, times here "
				  "are right. Other readers of the page may be off by twice the "
				  "offset.",
		},
	[PAGE_WARN_TIME_OUT_OF_RANGE] =
		{
			.code = "time_out_of_range",
			.means = "the computed time is past 2^63 seconds",
			.advice = "the reference on the page is broken: use another clock and "
				  "report it.",
		},
	[PAGE_WARN_TIME_TYPE_UNSUPPORTED] =
		{
			.code = "time_type_unsupported",
			.means = "its time is on a scale that a page must not have",
			.advice = "smeared or unknown scales cannot be turned into UTC: use "
				  "another clock.",
			.unsafe = true,
		},
	[PAGE_WARN_TRUNCATED] =
		{
			.code = "truncated",
			.means = "it is shorter than the header of a page",
			.advice = "check the path: a page has at least 32 bytes.",
			.unsafe = true,
		},
	[PAGE_WARN_UNKNOWN_FLAGS] =
		{
			.code = "unknown_flags",
			.means = "flags has bits that this program does not know",
			.advice = "nothing is wrong with the clock; a newer release may say what "
				  "they mean.",
		},
	[PAGE_WARN_UPDATE_IN_PROGRESS] =
		{
			.code = "update_in_progress",
			.means = "an update of the page was under way and did not end in time",
			.advice = "try again; if it stays, the hypervisor's writer is stuck and "
				  "every reader of the clock gets ETIMEDOUT.",
			.unsafe = true,
		},
};

const struct page_warning_info *page_warning_info(enum page_warning warning)
{
	assert(warning < PAGE_WARNINGS);
	return &infos[warning];
}

/* What makes a page invalid; 0 for one that is not. */
static page_warning_set warnings_invalid(const struct page *page)
{
	page_warning_set set = 0;

	if (page->length < PAGE_HEADER_BYTES)
		return PAGE_WARNING_BIT(PAGE_WARN_TRUNCATED);
	if (page_get(page, PAGE_MAGIC) != VMCLOCK_MAGIC)
		set |= PAGE_WARNING_BIT(PAGE_WARN_BAD_MAGIC);
	if (page_get(page, PAGE_VERSION) != VMCLOCK_VERSION)
		set |= PAGE_WARNING_BIT(PAGE_WARN_BAD_VERSION);
	if (page_get(page, PAGE_SIZE_BYTES) < PAGE_HEADER_BYTES)
		set |= PAGE_WARNING_BIT(PAGE_WARN_BAD_SIZE);
	return set;
}

static page_warning_set warnings_of_flags(const struct page *page)
{
	page_warning_set set = 0;

	if (page_get(page, PAGE_FLAGS) & ~VMCLOCK_FLAGS_KNOWN)
		set |= PAGE_WARNING_BIT(PAGE_WARN_UNKNOWN_FLAGS);
	if (page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_SOON))
		set |= PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_SOON);
	if (page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_IMMINENT))
		set |= PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_IMMINENT);
	if (page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID) &&
	    page_get_signed(page, PAGE_TAI_OFFSET_SEC) > 0)
		set |= PAGE_WARNING_BIT(PAGE_WARN_TAI_OFFSET_POSITIVE);
	return set;
}

static page_warning_set warning_of_status(const struct page *page)
{
	if (!page_has(page, PAGE_CLOCK_STATUS))
		return 0;
	switch (page_get(page, PAGE_CLOCK_STATUS)) {
	case VMCLOCK_STATUS_UNKNOWN:
	case VMCLOCK_STATUS_INITIALIZING:
		return PAGE_WARNING_BIT(PAGE_WARN_STATUS_NOT_VALID);
	case VMCLOCK_STATUS_SYNCHRONIZED:
	case VMCLOCK_STATUS_FREERUNNING:
		return 0;
	case VMCLOCK_STATUS_UNRELIABLE:
		return PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE);
	default:
		return PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNKNOWN_VALUE);
	}
}

/* What it says of leap seconds and the ABI does not define. */
static page_warning_set warning_of_leap(const struct page *page)
{
	page_warning_set set = 0;

	if (page_get(page, PAGE_LEAP_INDICATOR) > VMCLOCK_LEAP_POST_NEG)
		set |= PAGE_WARNING_BIT(PAGE_WARN_LEAP_UNKNOWN_VALUE);
	if (page_get(page, PAGE_SMEARING_HINT) > VMCLOCK_SMEARING_UTC_SLS)
		set |= PAGE_WARNING_BIT(PAGE_WARN_SMEARING_UNKNOWN_VALUE);
	return set;
}

/* What a full page's clock parameters say by themselves: nothing can be computed, or to no use. */
static page_warning_set warning_of_clock(const struct page *page)
{
	if (page_get(page, PAGE_PERIOD_SHIFT) >= PAGE_SHIFT_LIMIT)
		return PAGE_WARNING_BIT(PAGE_WARN_SHIFT_OUT_OF_RANGE);
	if (page_get(page, PAGE_PERIOD_FRAC_SEC) == 0)
		return PAGE_WARNING_BIT(PAGE_WARN_PERIOD_ZERO);
	if (page_get(page, PAGE_TIME_TYPE) > VMCLOCK_TIME_MONOTONIC)
		return PAGE_WARNING_BIT(PAGE_WARN_TIME_TYPE_UNSUPPORTED);
	return 0;
}

static bool is_cut_short(const struct page *page)
{
	return page->length < VMCLOCK_ABI_BYTES && page->length < page_get(page, PAGE_SIZE_BYTES);
}

page_warning_set page_warnings(const struct page *page)
{
	page_warning_set set = warnings_invalid(page);

	if (set)
		return set;
	set = warnings_of_flags(page) | warning_of_status(page);
	if (page_get(page, PAGE_SEQ_COUNT) & 1)
		set |= PAGE_WARNING_BIT(PAGE_WARN_UPDATE_IN_PROGRESS);
	if (is_cut_short(page))
		set |= PAGE_WARNING_BIT(PAGE_WARN_FILE_CUT_SHORT);
	if (page_mode(page) == PAGE_FULL)
		set |= warning_of_clock(page) | warning_of_leap(page);
	return set;
}

page_warning_set page_warnings_at(const struct page *page, uint64_t counter)
{
	page_warning_set set = page_warnings(page);
	struct page_time time;
	int err = page_time_at(page, counter, &time);

	if (err == -ERANGE)
		set |= PAGE_WARNING_BIT(PAGE_WARN_TIME_OUT_OF_RANGE);
	if (err && err != -ERANGE)
		return set;
	if ((int64_t)(counter - page_get(page, PAGE_COUNTER_VALUE)) < 0)
		set |= PAGE_WARNING_BIT(PAGE_WARN_COUNTER_BEFORE_REFERENCE);
	if (!err && time.error_overflow)
		set |= PAGE_WARNING_BIT(PAGE_WARN_ERROR_OUT_OF_RANGE);
	return set;
}

page_warning_set page_warnings_unsafe(enum page_mode mode, page_warning_set set)
{
	page_warning_set unsafe = 0;

	for (unsigned int i = 0; i < PAGE_WARNINGS; i++) {
		if (infos[i].unsafe)
			unsafe |= PAGE_WARNING_BIT(i);
	}
	if (mode == PAGE_MARKER_ONLY)
		unsafe = PAGE_WARNING_BIT(PAGE_WARN_UPDATE_IN_PROGRESS);
	return set & unsafe;
}

/* UTC is 37 s behind TAI since 2017, and no leap seconds of this century make it minutes. */
#define TAI_OFFSET_LIMIT_SEC 120

static bool is_counter_defined(uint64_t counter_id)
{
	return counter_id == VMCLOCK_COUNTER_ARM_VCNT || counter_id == VMCLOCK_COUNTER_X86_TSC ||
	       counter_id == VMCLOCK_COUNTER_INVALID;
}

static bool is_tai_offset_absurd(const struct page *page)
{
	int64_t offset = page_get_signed(page, PAGE_TAI_OFFSET_SEC);

	return page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID) &&
	       (offset > TAI_OFFSET_LIMIT_SEC || offset < -TAI_OFFSET_LIMIT_SEC);
}

/* A value that is to be looked at, and the ABI does not define; PAGE_FIELDS: there is none. */
static enum page_field undefined_field(const struct page *page)
{
	page_warning_set set = page_warnings(page);

	if (!is_counter_defined(page_get(page, PAGE_COUNTER_ID)))
		return PAGE_COUNTER_ID;
	if (set & PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNKNOWN_VALUE))
		return PAGE_CLOCK_STATUS;
	if (set & PAGE_WARNING_BIT(PAGE_WARN_LEAP_UNKNOWN_VALUE))
		return PAGE_LEAP_INDICATOR;
	if (set & PAGE_WARNING_BIT(PAGE_WARN_SMEARING_UNKNOWN_VALUE))
		return PAGE_SMEARING_HINT;
	return PAGE_FIELDS;
}

bool page_is_in_doubt(const struct page *page, char *text, size_t bytes)
{
	enum page_mode mode = page_mode(page);
	enum page_field field;

	if (mode == PAGE_INVALID)
		return false;
	if (is_cut_short(page))
		return snprintf(text, bytes,
				"the file is cut: it ends after %" PRIu32
				" bytes, before the page does",
				page->length);
	field = undefined_field(page);
	if (field != PAGE_FIELDS)
		return snprintf(text, bytes, "%s is %" PRIu64 ", which the ABI does not define",
				page_field_info(field)->name, page_get(page, field));
	if (is_tai_offset_absurd(page))
		return snprintf(text, bytes,
				"tai_offset_sec is %" PRId64 ", which no offset of TAI is",
				page_get_signed(page, PAGE_TAI_OFFSET_SEC));
	if (mode == PAGE_MARKER_ONLY && page_get(page, PAGE_COUNTER_ID) != VMCLOCK_COUNTER_INVALID)
		return snprintf(text, bytes, "it names a counter, and ends before the time");
	return false;
}
