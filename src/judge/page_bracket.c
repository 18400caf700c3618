// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_bracket.h"

#include <errno.h>

#include "page/counter.h"

/* The time of @page at @counter, if that is this CPU's counter. */
static int time_here(const struct page *page, uint64_t counter, struct page_time *out)
{
	if (page_get(page, PAGE_COUNTER_ID) != COUNTER_NATIVE_ID)
		return -ENODATA;
	return page_time_at(page, counter, out);
}

static int time_on(const struct page *page, enum clock_scale scale, uint64_t counter,
		   struct timespec *out)
{
	struct page_time time;
	int err = time_here(page, counter, &time);

	if (err)
		return err;
	if ((scale == SCALE_UTC && !time.has_utc) || (scale == SCALE_TAI && !time.has_tai))
		return -ENOTSUP;
	*out = instant_to_timespec(scale == SCALE_UTC	? time.utc
				   : scale == SCALE_TAI ? time.tai
							: time.at);
	return 0;
}

static bool is_before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

int page_bracket(const struct clock_sample *sample, enum clock_scale scale,
		 const struct counter_bracket *counter, struct bracket *out)
{
	struct bracket first = {.inner = counter->inner}, second;
	int err;

	if (sample->page_result)
		return -ENODATA;
	err = time_on(&sample->page, scale, counter->before, &first.before);
	if (!err)
		err = time_on(&sample->page, scale, counter->after, &first.after);
	if (!err)
		err = time_on(&sample->page_after, scale, counter->before, &second.before);
	if (!err)
		err = time_on(&sample->page_after, scale, counter->after, &second.after);
	if (err)
		return err;
	if (is_before(second.before, first.before))
		first.before = second.before;
	if (is_before(first.after, second.after))
		first.after = second.after;
	*out = first;
	return 0;
}

int page_bracket_time(const struct clock_sample *sample, uint64_t counter, struct page_time *out)
{
	return sample->page_result ? -ENODATA : time_here(&sample->page, counter, out);
}
