// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/answers.h"

#include "judge/driver_answer.h"
#include "judge/page_update.h"
#include "page/counter.h"
#include "page/time.h"

static bool page_tells(const struct page *page, uint64_t counter, struct page_time *time)
{
	return page_mode(page) == PAGE_FULL &&
	       page_get(page, PAGE_COUNTER_ID) == COUNTER_NATIVE_ID &&
	       !page_time_at(page, counter, time) && time->has_utc;
}

static void take_page(struct answers *answers, const struct page *page,
		      const struct page_time *time)
{
	answers->is_known = true;
	answers->counter = time->counter;
	answers->utc = time->utc;
	answers->has_page_claim = time->has_max_error && page_is_vouched_for(page);
	answers->page_claim_ns = answers->has_page_claim ? time->max_error_ns : 0;
}

/* A reading of CLOCK_REALTIME, which drops what is below a nanosecond. */
static bool realtime_less(struct timespec at, struct instant page, struct ns_interval *out)
{
	const struct ns_interval dropped = {.lo_ns = 0, .hi_ns = 1};

	return (uint64_t)at.tv_nsec < NSEC_PER_SEC &&
	       !instant_distance(instant_from_timespec(at), page, out) &&
	       !interval_add(*out, dropped, out);
}

/* At the counter value that the driver used: exact. */
static bool ask_at_read(const struct answers_sources *sources, struct answers *out)
{
	struct driver_answer answer;
	struct page_time time;

	if (!sources->read || !page_tells(&sources->read->page, sources->read->read.counter, &time))
		return false;
	take_page(out, &sources->read->page, &time);
	answer = driver_answer_of(sources->read);
	out->is_drivers = true;
	out->has_driver = answer.verdict != DRIVER_NOT_COMPARABLE && !answer.out_of_range;
	out->driver_ns = out->has_driver ? answer.minus_page_ns : 0;
	out->has_realtime =
		sources->has_realtime && realtime_less(sources->realtime, time.utc, &out->realtime);
	return true;
}

/* At the one that was read right after CLOCK_REALTIME, which was read after another. */
static bool ask_at_sample(const struct clock_sample *sample, struct answers *out)
{
	struct ns_interval most, least;
	struct page_time before, time;

	if (sample->page_result || !page_tells(&sample->page, sample->realtime.after, &time) ||
	    !page_tells(&sample->page, sample->realtime.before, &before))
		return false;
	take_page(out, &sample->page, &time);
	out->has_realtime = realtime_less(sample->realtime.inner, before.utc, &most) &&
			    realtime_less(sample->realtime.inner, time.utc, &least);
	if (out->has_realtime)
		out->realtime = interval_hull(most, least);
	return true;
}

static void ask_clockbound(const struct answers_sources *sources, const struct page *page,
			   struct answers *out)
{
	struct clockbound_time time;

	if (!sources->has_clockbound ||
	    !clockbound_at(&sources->clockbound, out->counter, sources->monotonic_ns,
			   page_get(page, PAGE_DISRUPTION_MARKER), &time))
		return;
	out->has_clockbound =
		!instant_distance(instant_from_ns(time.utc_ns), out->utc, &out->clockbound);
	out->clockbound_claim_ns = time.bound_ns;
}

struct answers answers_of(const struct answers_sources *sources)
{
	const struct realtime_claim *claim = &sources->sample->claim;
	struct answers answers = {0};

	if (!ask_at_read(sources, &answers) && !ask_at_sample(sources->sample, &answers))
		return answers;
	ask_clockbound(sources, answers.is_drivers ? &sources->read->page : &sources->sample->page,
		       &answers);
	answers.has_realtime_claim = answers.has_realtime && !claim->result && claim->claims;
	answers.realtime_claim_ns = answers.has_realtime_claim ? claim->max_error_ns : 0;
	return answers;
}
