/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is odd about a page, each oddity with a name for programs and advice for people.
 */
#ifndef VMCLOCK_TRACE_PAGE_WARNING_H
#define VMCLOCK_TRACE_PAGE_WARNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page/page.h"

/* In the alphabetical order of the names, so that a walk over a mask gives them sorted. */
enum page_warning {
	PAGE_WARN_BAD_MAGIC,
	PAGE_WARN_BAD_SIZE,
	PAGE_WARN_BAD_VERSION,
	PAGE_WARN_COUNTER_BEFORE_REFERENCE,
	PAGE_WARN_DISRUPTION_IMMINENT,
	PAGE_WARN_DISRUPTION_SOON,
	PAGE_WARN_ERROR_OUT_OF_RANGE,
	PAGE_WARN_FILE_CUT_SHORT,
	PAGE_WARN_LEAP_UNKNOWN_VALUE,
	PAGE_WARN_PERIOD_ZERO,
	PAGE_WARN_SHIFT_OUT_OF_RANGE,
	PAGE_WARN_SMEARING_UNKNOWN_VALUE,
	PAGE_WARN_STATUS_NOT_VALID,
	PAGE_WARN_STATUS_UNKNOWN_VALUE,
	PAGE_WARN_STATUS_UNRELIABLE,
	PAGE_WARN_TAI_OFFSET_POSITIVE,
	PAGE_WARN_TIME_OUT_OF_RANGE,
	PAGE_WARN_TIME_TYPE_UNSUPPORTED,
	PAGE_WARN_TRUNCATED,
	PAGE_WARN_UNKNOWN_FLAGS,
	PAGE_WARN_UPDATE_IN_PROGRESS,
	PAGE_WARNINGS, /* how many */
};

/* A set of warnings: bit 1 << code for each. */
typedef uint32_t page_warning_set;
#define PAGE_WARNING_BIT(code) ((page_warning_set)1 << (code))

/* One kind of warning. */
struct page_warning_info {
	const char *code;   /* stable, for programs: "bad_magic" */
	const char *means;  /* what it says about the clock, a clause without a full stop */
	const char *advice; /* what to do: what follows "hint: ", with a full stop */
	bool unsafe;	    /* does it make the page's clock unfit to rely on now? */
};

/* The description of @warning, which must be below PAGE_WARNINGS. Never NULL; static. */
const struct page_warning_info *page_warning_info(enum page_warning warning);

/* What can be said of @page without a counter value. */
page_warning_set page_warnings(const struct page *page);

/* The same, and what @counter shows: a counter before the reference, results out of range. */
page_warning_set page_warnings_at(const struct page *page, uint64_t counter);

/*
 * Those of @set that make the clock unsafe to rely on. A marker-only page has no clock, so its
 * status is no finding: there only an update that does not end counts.
 */
page_warning_set page_warnings_unsafe(enum page_mode mode, page_warning_set set);

/*
 * What makes @page unsafe to no reader that is known, and yet leaves open whether it is sane: it is
 * cut, or a field has a value that the ABI does not define, or that cannot be. A clause into @text,
 * which may be NULL with @bytes 0; always terminated. False, and @text untouched: nothing does.
 */
#define PAGE_DOUBT_BYTES 112
bool page_is_in_doubt(const struct page *page, char *text, size_t bytes);

#endif
