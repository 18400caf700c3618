// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/align.h"

#include <errno.h>
#include <stdlib.h>

#include "judge/clock_error.h"
#include "judge/page_in_force.h"
#include "judge/page_update.h"

#define PPT_PER_PPM 1000000
/* The kernel's limits: ADJ_TICK by a tenth, ADJ_FREQUENCY and adjtime() by 500 ppm each. */
#define STEER_LIMIT_PPM 101000

const char *align_method_name(enum align_method method)
{
	static const char *const names[ALIGN_METHODS] = {
		[ALIGN_BY_FACTS] = "facts",	  [ALIGN_BY_ROUGH] = "rough",
		[ALIGN_BY_REALTIME] = "realtime", [ALIGN_BY_CLOCK] = "clock",
		[ALIGN_BY_PAGE] = "page",
	};

	return (unsigned int)method < ALIGN_METHODS ? names[method] : "unknown";
}

/* --- When clocks are to be believed */

static int compare_stretches(const void *a, const void *b)
{
	const struct align_stretch *first = a, *second = b;

	if (first->lo_ns != second->lo_ns)
		return first->lo_ns < second->lo_ns ? -1 : 1;
	return (first->hi_ns > second->hi_ns) - (first->hi_ns < second->hi_ns);
}

/* Sorted, and those joined that share more than an end. */
static size_t tidy(struct align_stretch *stretch, size_t count)
{
	size_t kept = 0;

	qsort(stretch, count, sizeof(*stretch), compare_stretches);
	for (size_t i = 0; i < count; i++) {
		struct align_stretch *last = kept ? &stretch[kept - 1] : NULL;

		if (last &&
		    (stretch[i].lo_ns < last->hi_ns || compare_stretches(&stretch[i], last) == 0)) {
			if (stretch[i].hi_ns > last->hi_ns)
				last->hi_ns = stretch[i].hi_ns;
		} else {
			stretch[kept++] = stretch[i];
		}
	}
	return kept;
}

/* May CLOCK_MONOTONIC have jumped or stood, in a way that no page need show? */
static bool breaks(const struct finding *finding)
{
	if (finding->since_start)
		return false;
	return finding->kind == FINDING_DISRUPTION || finding->kind == FINDING_RESTORE ||
	       (finding->kind == FINDING_STUN && finding->stun.by == STUN_BY_COUNTER);
}

/* Nobody could see the marker from then on. */
static bool blinds(const struct incident *incident)
{
	return !incident->recovered &&
	       (incident->count[FINDING_DEVICE_LOST] || incident->count[FINDING_WRITER_STUCK]);
}

static void put(struct align_stretch *stretch, size_t *count, uint64_t lo_ns, uint64_t hi_ns)
{
	stretch[(*count)++] = (struct align_stretch){lo_ns < hi_ns ? lo_ns : hi_ns,
						     lo_ns < hi_ns ? hi_ns : lo_ns};
}

static void add_bound_runs(struct align_bound_runs *bound_runs, const struct analysis *analysis)
{
	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *finding = &analysis->finding[i];

		if (breaks(finding))
			put(bound_runs->broken, &bound_runs->breaks, finding->not_before_ns,
			    finding->found_ns);
	}
	for (size_t i = 0; i < analysis->findings; i++) {
		if (analysis->finding[i].kind == FINDING_HOST_STEP)
			bound_runs->step_ns[bound_runs->steps++] = analysis->finding[i].found_ns;
	}
	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *incident = analysis->incident[i];

		put(bound_runs->bad, &bound_runs->bads, incident->from_ns,
		    incident->recovered ? incident->to_ns : UINT64_MAX);
		if (blinds(incident))
			put(bound_runs->broken, &bound_runs->breaks, incident->from_ns, UINT64_MAX);
	}
	for (size_t i = 0; i < analysis->page_bad.runs; i++)
		put(bound_runs->page_bad, &bound_runs->page_bads, analysis->page_bad.run[i].from_ns,
		    analysis->page_bad.run[i].to_ns);
	/* What else happened is not listed. */
	if (analysis->findings && analysis->findings_unlisted) {
		uint64_t last_ns = analysis->finding[analysis->findings - 1].found_ns;

		put(bound_runs->bad, &bound_runs->bads, last_ns, UINT64_MAX);
		put(bound_runs->page_bad, &bound_runs->page_bads, last_ns, UINT64_MAX);
		put(bound_runs->broken, &bound_runs->breaks, last_ns, UINT64_MAX);
	}
	if (analysis->incidents && analysis->incidents_unlisted)
		put(bound_runs->bad, &bound_runs->bads,
		    analysis->incident[analysis->incidents - 1]->to_ns, UINT64_MAX);
}

static int compare_times(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* Room for @count more than @has. */
static int make_room(struct align_stretch **stretch, size_t has, size_t count)
{
	struct align_stretch *more = realloc(*stretch, (has + count + 1) * sizeof(*more));

	*stretch = more ?: *stretch;
	return more ? 0 : -ENOMEM;
}

static int make_all_room(struct align_bound_runs *bound_runs, const struct align_bound_runs *most)
{
	uint64_t *step_ns = realloc(bound_runs->step_ns,
				    (bound_runs->steps + most->steps + 1) * sizeof(*step_ns));

	bound_runs->step_ns = step_ns ?: bound_runs->step_ns;
	if (!step_ns || make_room(&bound_runs->bad, bound_runs->bads, most->bads) ||
	    make_room(&bound_runs->page_bad, bound_runs->page_bads, most->page_bads))
		return -ENOMEM;
	return make_room(&bound_runs->broken, bound_runs->breaks, most->breaks);
}

static void tidy_all(struct align_bound_runs *bound_runs, uint32_t rate_ppm)
{
	bound_runs->bads = tidy(bound_runs->bad, bound_runs->bads);
	bound_runs->page_bads = tidy(bound_runs->page_bad, bound_runs->page_bads);
	bound_runs->breaks = tidy(bound_runs->broken, bound_runs->breaks);
	qsort(bound_runs->step_ns, bound_runs->steps, sizeof(*bound_runs->step_ns), compare_times);
	if (rate_ppm > bound_runs->rate_ppm)
		bound_runs->rate_ppm = rate_ppm;
}

static uint32_t rate_of(const struct analysis *analysis)
{
	uint64_t steered = analysis->steered_ppt / PPT_PER_PPM + (analysis->steered_ppt > 0);

	return ALIGN_RATE_PPM + (steered > STEER_LIMIT_PPM ? STEER_LIMIT_PPM : (uint32_t)steered);
}

int align_bound_runs_add(struct align_bound_runs *bound_runs, const struct analysis *analysis)
{
	const struct align_bound_runs most = {
		.bads = analysis->incidents + 2,
		.page_bads = analysis->page_bad.runs + 1,
		.breaks = analysis->findings + analysis->incidents + 1,
		.steps = analysis->findings,
	};

	if (make_all_room(bound_runs, &most))
		return -ENOMEM;
	add_bound_runs(bound_runs, analysis);
	tidy_all(bound_runs, rate_of(analysis));
	return 0;
}

int align_bound_runs_join(struct align_bound_runs *bound_runs, const struct align_bound_runs *from)
{
	if (make_all_room(bound_runs, from))
		return -ENOMEM;
	for (size_t i = 0; i < from->bads; i++)
		bound_runs->bad[bound_runs->bads++] = from->bad[i];
	for (size_t i = 0; i < from->page_bads; i++)
		bound_runs->page_bad[bound_runs->page_bads++] = from->page_bad[i];
	for (size_t i = 0; i < from->breaks; i++)
		bound_runs->broken[bound_runs->breaks++] = from->broken[i];
	for (size_t i = 0; i < from->steps; i++)
		bound_runs->step_ns[bound_runs->steps++] = from->step_ns[i];
	tidy_all(bound_runs, from->rate_ppm);
	return 0;
}

void align_bound_runs_free(struct align_bound_runs *bound_runs)
{
	free(bound_runs->bad);
	free(bound_runs->page_bad);
	free(bound_runs->broken);
	free(bound_runs->step_ns);
	*bound_runs = (struct align_bound_runs){0};
}

/* --- From events to anchors */

struct align {
	const struct align_bound_runs *bound_runs;
	struct align_axis axis;
	struct align_track *page;
	struct align_track *realtime;
	struct align_track *clock;
	struct page_in_force line; /* who the witness is */
	bool contradicted;	   /* others said that it is wrong: since when is not known */
	size_t bad; /* the first that is not over by the newest event; of the page: */
	size_t page_bad;
	bool any;
	uint64_t first_ns, last_ns;

	/* Of CLOCK_REALTIME: */
	size_t chain;	   /* in which it was read last */
	uint64_t claim_ns; /* and what was claimed then; 0: nothing */
	bool renewed;	   /* since the last break */
};

struct align *align_new(const struct align_bound_runs *bound_runs,
			const struct align_moment *moment, size_t moments)
{
	struct align *align = calloc(1, sizeof(*align));

	if (!align)
		return NULL;
	align->bound_runs = bound_runs;
	align->axis = (struct align_axis){.moment = moment,
					  .moments = moments,
					  .broken = bound_runs->broken,
					  .breaks = bound_runs->breaks,
					  .step_ns = bound_runs->step_ns,
					  .steps = bound_runs->steps,
					  .rate_ppm = bound_runs->rate_ppm};
	align->renewed = true;
	align->page = align_track_new(&align->axis);
	align->realtime = align_track_new(&align->axis);
	align->clock = align_track_new(&align->axis);
	if (align->page && align->realtime && align->clock)
		return align;
	align_free(align);
	return NULL;
}

void align_free(struct align *align)
{
	if (!align)
		return;
	align_track_free(align->page);
	align_track_free(align->realtime);
	align_track_free(align->clock);
	free(align);
}

/* Is @ns within one of @bad, of which @next was the first not over? Only a lying file goes back. */
static bool is_within(const struct align_stretch *bad, size_t bads, size_t *next, uint64_t ns)
{
	while (*next < bads && bad[*next].hi_ns <= ns)
		(*next)++;
	return *next < bads && bad[*next].lo_ns < ns;
}

static bool is_bad(struct align *align, uint64_t ns)
{
	return is_within(align->bound_runs->bad, align->bound_runs->bads, &align->bad, ns);
}

static bool page_is_bad(struct align *align, uint64_t ns)
{
	return is_within(align->bound_runs->page_bad, align->bound_runs->page_bads,
			 &align->page_bad, ns);
}

/* @at, and by @by_ns more or less, in ns rounded down. False: past 292 years. */
static bool ns_of(struct instant at, uint64_t by_ns, bool later, int64_t *out)
{
	int64_t ns;

	if (instant_to_ns(at, &ns))
		return false;
	return later ? !__builtin_add_overflow(ns, by_ns, out)
		     : !__builtin_sub_overflow(ns, by_ns, out);
}

/* What is announced of leap seconds when UTC is @utc_ns. */
static uint8_t leap_of(const struct event *event, int64_t utc_ns)
{
	if (event->page_state != EVENT_PAGE_STABLE || page_mode(&event->page) != PAGE_FULL ||
	    !page_has(&event->page, PAGE_LEAP_INDICATOR))
		return align_leap_unknown(utc_ns);
	return (uint8_t)page_get(&event->page, PAGE_LEAP_INDICATOR);
}

static bool is_told(uint8_t leap)
{
	return leap != VMCLOCK_LEAP_NONE && leap <= VMCLOCK_LEAP_POST_NEG;
}

static void add_sample(struct align *align, const struct event *event)
{
	const struct page *page = &event->page;
	struct align_anchor anchor = {.from_ns = event->time_ns, .to_ns = event->time_ns};
	struct page_time first, last;

	if (event->page_state != EVENT_PAGE_STABLE ||
	    !event_ticks_fit(&event->sample.ticks, page) || !page_is_vouched_for(page) ||
	    page_time_at(page, event->sample.ticks.before, &first) ||
	    page_time_at(page, event->sample.ticks.after, &last))
		return;
	if (first.delta_ticks < 0 || !first.has_utc || !last.has_utc || !first.has_max_error ||
	    !last.has_max_error || !ns_of(first.utc, first.max_error_ns, false, &anchor.lo_ns) ||
	    !ns_of(last.utc, last.max_error_ns, true, &anchor.hi_ns) ||
	    __builtin_add_overflow(anchor.hi_ns, 1, &anchor.hi_ns))
		return;
	anchor.leap = leap_of(event, anchor.lo_ns);
	align_track_add(align->page, &anchor);
}

/* UTC by a reading: where it is on TAI, by the offset that the kernel has. */
static int utc_of_reading(const struct event_clock *clock, struct instant *at)
{
	if (clock->scale == SCALE_UTC)
		return 0;
	if (clock->scale != SCALE_TAI || !clock->kernel_tai_offset_sec)
		return -ENODATA;
	return instant_add_sec(*at, -(int64_t)clock->kernel_tai_offset_sec, at);
}

/* Is what the kernel claims to be believed, as far as breaks go? */
static bool is_renewed(struct align *align, const struct event *event)
{
	const struct align_moment at = {event->time_ns, false};
	size_t chain;

	if (!align_axis_locate(&align->axis, &at, &chain))
		return false;
	if (chain != align->chain) {
		align->chain = chain;
		align->claim_ns = 0;
		align->renewed = false;
	}
	if (event->clock.max_error_ns < align->claim_ns)
		align->renewed = true;
	align->claim_ns = event->clock.max_error_ns;
	return align->renewed;
}

static void add_realtime(struct align *align, const struct event *event)
{
	const struct event_clock *clock = &event->clock;
	struct align_anchor anchor = {.from_ns = event->time_ns};
	uint64_t by_ns = clock->max_error_ns;
	struct instant at;

	if (clock->scale != SCALE_UTC || !clock->has_claim ||
	    (uint64_t)clock->at.tv_nsec >= NSEC_PER_SEC || !is_renewed(align, event) ||
	    is_bad(align, event->time_ns) ||
	    __builtin_add_overflow(event->time_ns, event->latency_ns, &anchor.to_ns))
		return;
	at = instant_from_timespec(clock->at);
	if (!ns_of(at, 0, false, &anchor.lo_ns))
		return;
	anchor.leap = leap_of(event, anchor.lo_ns);
	if (is_told(anchor.leap) && __builtin_add_overflow(by_ns, NSEC_PER_SEC, &by_ns))
		return;
	if (!ns_of(at, by_ns, false, &anchor.lo_ns) || !ns_of(at, by_ns, true, &anchor.hi_ns) ||
	    __builtin_add_overflow(anchor.hi_ns, 1, &anchor.hi_ns))
		return;
	align_track_add(align->realtime, &anchor);
}

/* Another clock, by what it claims, while it is the witness. */
static void add_clock(struct align *align, const struct event *event)
{
	const struct event_clock *clock = &event->clock;
	struct align_anchor anchor = {.from_ns = event->time_ns};
	struct instant at = instant_from_timespec(clock->at);

	if (!align->line.is_by_witness || witness_rank_of(clock) != WITNESS_BOUNDED ||
	    utc_of_reading(clock, &at) ||
	    __builtin_add_overflow(event->time_ns, event->latency_ns, &anchor.to_ns) ||
	    !ns_of(at, clock->max_error_ns, false, &anchor.lo_ns) ||
	    !ns_of(at, clock->max_error_ns, true, &anchor.hi_ns) ||
	    __builtin_add_overflow(anchor.hi_ns, 1, &anchor.hi_ns))
		return;
	anchor.leap = leap_of(event, anchor.lo_ns);
	align_track_add(align->clock, &anchor);
}

static void take(struct align *align, const struct event *event)
{
	page_in_force_event(&align->line, event);
	align->contradicted |= align->line.is_contradicted;
	if (event->type == EVENT_PAGE && !page_is_bad(align, event->time_ns))
		add_sample(align, event);
	else if (event->type == EVENT_CLOCK && event->clock.clock == OBSERVED_REALTIME)
		add_realtime(align, event);
	else if (event->type == EVENT_CLOCK)
		add_clock(align, event);
}

void align_event(struct align *align, const struct event *event)
{
	uint64_t end_ns;

	if (__builtin_add_overflow(event->time_ns, event->latency_ns, &end_ns))
		end_ns = event->time_ns;
	if (!align->any || event->time_ns < align->first_ns)
		align->first_ns = event->time_ns;
	if (!align->any || end_ns > align->last_ns)
		align->last_ns = end_ns;
	align->any = true;
	take(align, event);
}

static void forget(struct utc_span *span, size_t spans)
{
	for (size_t i = 0; i < spans; i++)
		span[i] = UTC_SPAN_UNKNOWN;
}

void align_finish(struct align *align, struct align_result *result, struct utc_span *out)
{
	const bool has_clock = align_track_anchors(align->clock) && !align->contradicted;
	const enum align_method method = align_track_anchors(align->page) ? ALIGN_BY_PAGE
					 : has_clock			  ? ALIGN_BY_CLOCK
									  : ALIGN_BY_REALTIME;
	struct align_track *track = method == ALIGN_BY_PAGE    ? align->page
				    : method == ALIGN_BY_CLOCK ? align->clock
							       : align->realtime;
	const struct align_axis *axis = &align->axis;

	*result = (struct align_result){
		.method = method,
		.anchors = align_track_anchors(track),
		.contradictions = align_track_contradictions(track),
	};
	if (!result->anchors || !align_track_finish(track, out)) {
		result->method = ALIGN_BY_FACTS;
		forget(out, axis->moments);
	}
	for (size_t i = 0; i < axis->moments; i++) {
		if (axis->moment[i].ns < align->first_ns || axis->moment[i].ns > align->last_ns)
			out[i] = UTC_SPAN_UNKNOWN;
	}
}
