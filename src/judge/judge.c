// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "judge/health.h"

struct judge {
	const struct judge_handlers *handlers;
	void *arg;
	struct detector *detector;
	struct incidents *incidents;
	struct page_in_force page;
	struct health health;
	struct page_doubt doubt;
	struct clock_doubts clock_doubts;
	uint64_t first_ns; /* of the page's samples; valid if has_first */
	uint64_t last_ns;
	bool has_first;
	bool has_realtime;     /* was CLOCK_REALTIME ever compared? */
	bool is_by_word;       /* once by another clock without a bound? */
	bool realtime_by_page; /* and by the page, at the newest such reading? */
	/* The first such reading, and the newest; valid if has_realtime. */
	uint64_t realtime_from_ns;
	uint64_t realtime_to_ns;
	struct untold untold;
};

static void on_finding(const struct finding *finding, void *arg)
{
	struct judge *judge = arg;

	incidents_finding(judge->incidents, finding);
	if (judge->handlers->finding)
		judge->handlers->finding(finding, judge->arg);
}

struct judge *judge_new(const struct judge_handlers *handlers, void *arg)
{
	struct judge *judge = calloc(1, sizeof(*judge));

	if (!judge)
		return NULL;
	judge->handlers = handlers;
	judge->arg = arg;
	judge->detector = detector_new(NULL, on_finding, judge);
	judge->incidents = incidents_new(&judge->page, handlers->incident, arg);
	if (judge->detector && judge->incidents) {
		detector_use_witness(judge->detector, &judge->page);
		incidents_tell_reads(judge->incidents, handlers->read, handlers->refuted);
		return judge;
	}
	judge_free(judge);
	return NULL;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	detector_free(judge->detector);
	incidents_free(judge->incidents);
	free(judge);
}

/* From when to when the page was sampled. */
static void follow_span(struct judge *judge, const struct event *event)
{
	if (event->type != EVENT_PAGE && event->type != EVENT_CLOCK)
		return;
	if (!judge->has_first)
		judge->first_ns = event->time_ns;
	judge->has_first = true;
	judge->last_ns = event->time_ns;
}

/*
 * Is that more than what comes and goes? The page changes while it is read once or twice in a row.
 * Another clock may be read every few seconds, and those who tell it at the beginning are read
 * after it, and first only to be known.
 */
static bool is_left_out(const struct judge *judge, uint64_t now_ns)
{
	const struct untold *untold = &judge->untold;

	if (untold->readings <= UNTOLD_READINGS &&
	    (untold->readings < UNTOLD_READINGS || !judge->has_realtime ||
	     now_ns - untold->since_ns <= WITNESS_STALE_NS))
		return false;
	return (judge->has_realtime && judge->realtime_by_page) ||
	       now_ns - untold->since_ns > UNTOLD_BETWEEN_NS;
}

/* CLOCK_REALTIME was read, and no clock told how it is. */
static void follow_untold(struct judge *judge, uint64_t now_ns)
{
	struct untold *untold = &judge->untold;

	if (untold->readings++ == 0)
		untold->since_ns = judge->has_realtime ? judge->realtime_to_ns : now_ns;
	if (!is_left_out(judge, now_ns) || incidents_open(judge->incidents))
		return;
	if (!untold->is_counted) {
		untold->by_page |= judge->has_realtime && judge->realtime_by_page;
		if (untold->times < UNTOLD_STRETCHES)
			untold->stretch[untold->times].from_ns = untold->since_ns;
		if (!untold->times++)
			untold->from_ns = untold->since_ns;
		untold->to_ns = untold->since_ns;
	}
	untold->is_counted = true;
	untold->sum_ns += now_ns - untold->to_ns;
	untold->to_ns = now_ns;
	if (untold->times <= UNTOLD_STRETCHES)
		untold->stretch[untold->times - 1].to_ns = now_ns;
}

/* With the health after the event. */
static void follow_realtime(struct judge *judge, const struct event *event)
{
	bool is_realtime = judge->page.is_by_witness || event->clock.clock == OBSERVED_REALTIME;

	if (event->type != EVENT_CLOCK || !is_realtime)
		return;
	if (!judge->health.clock_judged) {
		follow_untold(judge, event->time_ns);
		return;
	}
	judge->realtime_by_page = !judge->page.is_by_witness;
	judge->is_by_word |= judge->page.is_by_witness && !witness_is_sure(&judge->page.witness);
	/* Of the beginning it becomes known now who was to tell it. */
	judge->untold.by_page |= judge->untold.times && judge->realtime_by_page;
	judge->untold.readings = 0;
	judge->untold.is_counted = false;
	if (!judge->has_realtime)
		judge->realtime_from_ns = event->time_ns;
	judge->has_realtime = true;
	judge->realtime_to_ns = event->time_ns;
}

/* A stretch that begins or goes on. */
static void follow_stretch(bool goes_on, uint64_t now_ns, uint64_t *from_ns, uint64_t *to_ns)
{
	if (!goes_on)
		*from_ns = now_ns;
	*to_ns = now_ns;
}

/* After the event was judged. */
static void follow_doubt(struct judge *judge, const struct event *event)
{
	struct page_doubt *doubt = &judge->doubt;
	char undefined[PAGE_DOUBT_BYTES] = "";
	bool is_out_of_range = judge->page.is_out_of_range, is_adrift, is_freerunning;
	page_warning_set unsafe;

	if ((event->type != EVENT_PAGE && event->type != EVENT_CLOCK) ||
	    event->page_state != EVENT_PAGE_STABLE)
		return;
	unsafe = page_warnings_unsafe(page_mode(&event->page), page_warnings(&event->page)) &
		 ~PAGE_WARNING_BIT(PAGE_WARN_UPDATE_IN_PROGRESS);
	is_adrift = health_is_adrift(&event->page);
	is_freerunning = health_is_freerunning(&event->page);
	page_is_in_doubt(&event->page, undefined, sizeof(undefined));
	if (incidents_open(judge->incidents))
		return;
	if (is_freerunning)
		follow_stretch(doubt->is_freerunning, event->time_ns, &doubt->freerunning_from_ns,
			       &doubt->freerunning_to_ns);
	doubt->is_freerunning |= is_freerunning;
	if (!unsafe && !is_adrift && !is_out_of_range && !undefined[0])
		return;
	if (unsafe & PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE))
		follow_stretch(page_doubt_is_unreliable(doubt), event->time_ns,
			       &doubt->unreliable_from_ns, &doubt->unreliable_to_ns);
	follow_stretch(page_doubt_any(doubt), event->time_ns, &doubt->from_ns, &doubt->to_ns);
	doubt->unsafe |= unsafe;
	doubt->is_adrift |= is_adrift;
	doubt->is_out_of_range |= is_out_of_range;
	if (!doubt->undefined[0])
		memcpy(doubt->undefined, undefined, sizeof(undefined));
}

void judge_event(struct judge *judge, const struct event *event)
{
	page_in_force_event(&judge->page, event);
	health_event(&judge->health, &judge->page, event);
	if (judge->handlers->event)
		judge->handlers->event(event, &judge->page, judge->arg);
	detector_event(judge->detector, event);
	incidents_event(judge->incidents, event);
	follow_span(judge, event);
	follow_realtime(judge, event);
	follow_doubt(judge, event);
	if (!incidents_open(judge->incidents))
		clock_doubts_event(&judge->clock_doubts, &judge->health, &judge->page, event);
}

void judge_resume(struct judge *judge, const struct event_gap *gap)
{
	incidents_forget(judge->incidents, gap->incident);
	detector_forget(judge->detector, gap->finding);
	page_in_force_resume(&judge->page);
	judge->health = (struct health){0};
}

void judge_finish(struct judge *judge)
{
	incidents_finish(judge->incidents);
}

const struct incident *judge_open_incident(const struct judge *judge)
{
	return incidents_open(judge->incidents);
}

const struct page_in_force *judge_page(const struct judge *judge)
{
	return &judge->page;
}

bool judge_page_is_good(const struct judge *judge)
{
	return health_of_page(&judge->page, false);
}

/* What an @unsafe page has left unknown. */
static enum claim_why doubt_why(page_warning_set unsafe)
{
	const page_warning_set invalid =
		PAGE_WARNING_BIT(PAGE_WARN_BAD_MAGIC) | PAGE_WARNING_BIT(PAGE_WARN_BAD_SIZE) |
		PAGE_WARNING_BIT(PAGE_WARN_BAD_VERSION) | PAGE_WARNING_BIT(PAGE_WARN_TRUNCATED);
	const page_warning_set status = PAGE_WARNING_BIT(PAGE_WARN_STATUS_NOT_VALID) |
					PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNKNOWN_VALUE) |
					PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE);

	if (unsafe & invalid)
		return CLAIM_NO_PAGE;
	return unsafe & ~status ? CLAIM_NO_TIME : CLAIM_NO_VOUCHER;
}

/* Why a page that is not good leaves open whether all is well. */
static enum claim_why page_why(const struct page_in_force *page)
{
	page_warning_set unsafe;

	if (!page->known || page->is_lost)
		return CLAIM_NO_PAGE;
	if (page->is_out_of_range)
		return CLAIM_OUT_OF_RANGE;
	unsafe = page_warnings_unsafe(page_mode(&page->page), page_warnings(&page->page));
	return unsafe ? doubt_why(unsafe) : CLAIM_NO_TIME;
}

/* The page says so of itself: that is known. */
static bool says_it_is_bad(const struct page_in_force *page)
{
	return page->known && !page->is_lost && page_mode(&page->page) == PAGE_FULL &&
	       (health_is_freerunning(&page->page) ||
		page_get(&page->page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNRELIABLE);
}

struct claim judge_is_well(const struct judge *judge, bool clocks)
{
	const struct page_in_force *page = &judge->page;
	const struct health *health = &judge->health;
	enum claim_why why;

	if (incidents_open(judge->incidents) || says_it_is_bad(page))
		return claim_seen(false);
	if (!health->page)
		return claim_unknown(page_why(page));
	if (page_is_in_doubt(&page->page, NULL, 0))
		return claim_unknown(CLAIM_UNDEFINED);
	if (page_mode(&page->page) != PAGE_FULL && !judge_has_witness_but_page(judge))
		return claim_unknown(CLAIM_NO_CLOCK);
	if (!health_now(health, false))
		return claim_seen(false);
	if (clocks && !health->clock_seen)
		return claim_unknown(CLAIM_CLOCK_UNKNOWN);
	return incidents_leave_doubt(judge->incidents, &why) ? claim_unknown(why)
							     : claim_seen(true);
}

const struct page_doubt *judge_page_doubt(const struct judge *judge)
{
	return &judge->doubt;
}

const struct clock_doubts *judge_clock_doubts(const struct judge *judge)
{
	return &judge->clock_doubts;
}

bool page_doubt_any(const struct page_doubt *doubt)
{
	return doubt->unsafe || doubt->is_adrift || doubt->is_out_of_range || doubt->undefined[0];
}

static enum claim_why why_of(const struct page_doubt *doubt)
{
	if (doubt->unsafe)
		return doubt_why(doubt->unsafe);
	if (doubt->undefined[0])
		return CLAIM_UNDEFINED;
	return doubt->is_out_of_range ? CLAIM_OUT_OF_RANGE : CLAIM_FREERUNNING;
}

static enum claim_why uncompared_why(const struct judge *judge)
{
	if (!judge->page.known)
		return CLAIM_NO_PAGE;
	return page_mode(&judge->page.page) == PAGE_FULL ? CLAIM_NOT_COMPARED : CLAIM_NO_CLOCK;
}

/* That nobody vouched for the page leaves nothing open where another clock with a bound told it. */
static bool is_stood_in_for(const struct judge *judge, const struct claim_span *span)
{
	const struct page_doubt *doubt = &judge->doubt;

	return !span->uncompared && !judge->is_by_word &&
	       doubt->unsafe == PAGE_WARNING_BIT(PAGE_WARN_STATUS_NOT_VALID) && !doubt->is_adrift &&
	       !doubt->is_out_of_range && !doubt->undefined[0];
}

void judge_add_doubt(const struct judge *judge, struct claim_span *span)
{
	span->page_bad = page_doubt_any(&judge->doubt);
	span->page_why = why_of(&judge->doubt);
	span->unreliable |= page_doubt_is_unreliable(&judge->doubt);
	span->freerunning |= judge->doubt.is_freerunning;
	span->missed = judge->page.unwatched;
	span->moment |= judge->has_first && judge->first_ns == judge->last_ns;
	span->clock_off |= clock_doubts_any(&judge->clock_doubts, 0, UINT64_MAX);
	judge_add_compared(judge, 0, UINT64_MAX, span);
	span->page_bad &= !is_stood_in_for(judge, span);
}

/* In that time, or where what is beyond the table may be in it? */
static bool is_untold(const struct untold *untold, uint64_t from_ns, uint64_t to_ns)
{
	bool is_unlisted = untold->times > UNTOLD_STRETCHES;

	/* Another clock than the page may be gone for a while, as a daemon is restarted. */
	if (!untold->by_page && untold->sum_ns <= WITNESS_STALE_NS)
		return false;
	for (size_t i = 0; i < untold->times && i < UNTOLD_STRETCHES; i++) {
		if (untold->stretch[i].from_ns < to_ns && untold->stretch[i].to_ns > from_ns)
			return true;
	}
	return is_unlisted && untold->stretch[UNTOLD_STRETCHES - 1].to_ns < to_ns &&
	       untold->to_ns > from_ns;
}

void judge_add_compared(const struct judge *judge, uint64_t from_ns, uint64_t to_ns,
			struct claim_span *span)
{
	bool is_compared = judge->has_realtime && judge->realtime_from_ns < to_ns &&
			   judge->realtime_to_ns >= from_ns;

	span->uncompared = !is_compared || is_untold(&judge->untold, from_ns, to_ns);
	span->uncompared_why = is_compared ? CLAIM_COMPARED_NOT_ALWAYS : uncompared_why(judge);
}

const struct untold *judge_untold(const struct judge *judge)
{
	return &judge->untold;
}

const struct witness *judge_witness(const struct judge *judge)
{
	return &judge->page.witness;
}

bool judge_has_witness_but_page(const struct judge *judge)
{
	return witness_is_other(&judge->page.witness);
}

const struct refuted *judge_refuted(const struct judge *judge)
{
	return incidents_refuted(judge->incidents);
}

const struct detector_counts *judge_counts(const struct judge *judge)
{
	return detector_counts(judge->detector);
}
