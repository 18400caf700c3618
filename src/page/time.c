// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/time.h"

/* One of the two errors, if the page vouches for both of its parts. */
static void error_by(const struct page *page, uint64_t flags, enum page_field error,
		     enum page_field rate, struct page_time *time, bool *has, uint64_t *ns)
{
	if (!page_has_flags(page, flags) || !page_has(page, error) || !page_has(page, rate))
		return;
	if (page_error_at(page_get(page, error), page_get(page, rate),
			  (uint8_t)page_get(page, PAGE_PERIOD_SHIFT), time->delta_ticks, ns) == 0)
		*has = true;
	else
		time->error_overflow = true;
}

static bool has_tai_offset(const struct page *page)
{
	return page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID) &&
	       page_has(page, PAGE_TAI_OFFSET_SEC);
}

bool page_tells_utc(const struct page *page)
{
	uint64_t type = page_get(page, PAGE_TIME_TYPE);

	return page_mode(page) == PAGE_FULL &&
	       (type == VMCLOCK_TIME_UTC || (type == VMCLOCK_TIME_TAI && has_tai_offset(page)));
}

/*
 * The page's own scale is one of the two or neither; the offset leads to the other. Producers
 * disagree about its sign (the ABI wants UTC = TAI + offset, so -37; some write 37), but TAI has
 * been ahead of UTC since 1972, so its size is enough.
 */
static void scales_of(const struct page *page, struct page_time *time)
{
	bool offset_valid = has_tai_offset(page);
	int64_t offset = page_get_signed(page, PAGE_TAI_OFFSET_SEC);
	uint64_t type = page_get(page, PAGE_TIME_TYPE);

	if (offset < 0)
		offset = -offset;
	if (type == VMCLOCK_TIME_UTC) {
		time->utc = time->at;
		time->has_utc = true;
		time->has_tai = offset_valid && !instant_add_sec(time->at, offset, &time->tai);
	} else if (type == VMCLOCK_TIME_TAI) {
		time->tai = time->at;
		time->has_tai = true;
		time->has_utc = offset_valid && !instant_add_sec(time->at, -offset, &time->utc);
	}
}

int page_time_at(const struct page *page, uint64_t counter, struct page_time *out)
{
	struct page_reference ref = {
		.counter_value = page_get(page, PAGE_COUNTER_VALUE),
		.period_frac_sec = page_get(page, PAGE_PERIOD_FRAC_SEC),
		.time_sec = page_get(page, PAGE_TIME_SEC),
		.time_frac_sec = page_get(page, PAGE_TIME_FRAC_SEC),
		.shift = (uint8_t)page_get(page, PAGE_PERIOD_SHIFT),
	};
	struct page_time time = {.counter = counter};
	int err;

	if (page_mode(page) != PAGE_FULL)
		return -ENODATA;
	err = page_reference_at(&ref, counter, &time.at);
	if (err)
		return err;
	time.delta_ticks = (int64_t)(counter - ref.counter_value);
	scales_of(page, &time);
	error_by(page, VMCLOCK_FLAG_TIME_ESTERROR_VALID | VMCLOCK_FLAG_PERIOD_ESTERROR_VALID,
		 PAGE_TIME_ESTERROR_NS, PAGE_PERIOD_ESTERROR_RATE, &time, &time.has_est_error,
		 &time.est_error_ns);
	error_by(page, VMCLOCK_FLAG_TIME_MAXERROR_VALID | VMCLOCK_FLAG_PERIOD_MAXERROR_VALID,
		 PAGE_TIME_MAXERROR_NS, PAGE_PERIOD_MAXERROR_RATE, &time, &time.has_max_error,
		 &time.max_error_ns);
	*out = time;
	return 0;
}
