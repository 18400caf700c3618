// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/analysis.h"

#include <stdlib.h>

#include "judge/error_bounds.h"
#include "judge/health.h"

/* From here on there is another clock, or what was before is not known. */
static void begin_anew(struct analysis *analysis, uint64_t now_ns)
{
	analysis->since_ns = now_ns;
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		analysis->clock[i].off_before = analysis->clock[i].off;
		analysis->clock[i].wrong_before = analysis->clock[i].wrong;
		analysis->clock[i].unproven_before = analysis->clock[i].unproven;
	}
}

/*
 * What was judged by the page before, or by those that it goes on from, may be wrong by as much.
 * Single errors are not kept: of a stretch that still is without 0, all were wrong.
 */
static void refute_clock(struct analysis *analysis, struct analysis_clock *clock,
			 const struct finding *finding)
{
	uint64_t wrong = clock->wrong - clock->wrong_before, beyond = 0, unproven = 0;
	struct curve *curve = &clock->curve;
	size_t kept = 0;

	clock->off = clock->off_before;
	for (size_t i = 0; i < curve->points; i++) {
		struct error_point *point = &curve->point[i];

		if (point->from_ns < analysis->since_ns) {
			curve->point[kept++] = *point;
			continue;
		}
		if (!refuted_widen(finding, point->from_ns, &point->error)) {
			clock->known -= point->samples;
			continue;
		}
		point->unbounded |= refuted_is_unbounded(judge_refuted(analysis->judge));
		if (error_is_wrong(point->error, point->unbounded)) {
			clock->off += point->samples;
			beyond += error_is_beyond(point->error, clock->allowed_ns) ? point->samples
										   : 0;
		}
		if (!error_is_beyond(point->error, clock->allowed_ns) &&
		    interval_furthest_ns(point->error) > clock->allowed_ns)
			unproven += point->samples;
		curve->point[kept++] = *point;
	}
	curve->points = kept;
	/* By the claim of then it may have been more. */
	unproven += clock->unproven_before;
	if (unproven > clock->unproven)
		clock->unproven = unproven;
	if (clock->unproven > clock->known)
		clock->unproven = clock->known;
	/* A leap second may explain some of them. */
	clock->wrong = clock->wrong_before + (beyond < wrong ? beyond : wrong);
}

static void refute(struct analysis *analysis, const struct finding *finding)
{
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		/* On which scale another clock was is not kept. */
		if (i == OBSERVED_REALTIME || !refuted_utc_alone(finding))
			refute_clock(analysis, &analysis->clock[i], finding);
	}
}

static void run_begins(struct page_runs *page, uint64_t from_ns)
{
	if (page->goes_on) {
		if (from_ns < page->run[page->runs - 1].from_ns)
			page->run[page->runs - 1].from_ns = from_ns;
		return;
	}
	if (page->runs == ANALYSIS_PAGE_RUNS) {
		page->run[page->runs - 1].to_ns = UINT64_MAX;
		return;
	}
	page->run[page->runs].from_ns = from_ns;
	page->run[page->runs++].to_ns = UINT64_MAX;
	page->goes_on = true;
}

static void run_ends(struct page_runs *page, uint64_t to_ns)
{
	if (page->goes_on)
		page->run[page->runs - 1].to_ns = to_ns;
	page->goes_on = false;
}

static void follow_vouching(struct analysis *analysis, const struct event *event)
{
	bool is_full = page_mode(&event->page) == PAGE_FULL;

	if (event->page_state != EVENT_PAGE_STABLE)
		return;
	if (is_full && page_get(&event->page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_SYNCHRONIZED)
		run_ends(&analysis->unvouched, event->time_ns);
	else if (is_full || analysis->had_clock)
		run_begins(&analysis->unvouched, event->time_ns);
	analysis->had_clock |= is_full;
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct analysis *analysis = arg;

	if (judge_open_incident(analysis->judge) &&
	    finding->not_before_ns < analysis->page_doubt_ns)
		analysis->page_doubt_ns = finding->not_before_ns;
	if (finding->kind == FINDING_DISRUPTION && !finding->since_start)
		utc_track_break(&analysis->utc, finding->found_ns);
	if (finding->kind == FINDING_DISRUPTION)
		begin_anew(analysis, finding->found_ns);
	/* A page that is gone bounds nothing. */
	if (finding->kind == FINDING_DEVICE_LOST) {
		curve_break(&analysis->page_bound);
		if (analysis->had_clock)
			run_begins(&analysis->unvouched, finding->found_ns);
	}
	downtimes_finding(&analysis->downtimes, finding);
	if (refuted_by(finding))
		refute(analysis, finding);
	if (analysis->findings < ANALYSIS_FINDINGS)
		analysis->finding[analysis->findings++] = *finding;
	else
		analysis->findings_unlisted++;
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct analysis *analysis = arg;
	struct incident *kept;

	if (news != INCIDENT_CLOSED)
		return;
	kept = analysis->incidents < ANALYSIS_INCIDENTS ? malloc(sizeof(*kept)) : NULL;
	if (!kept) {
		analysis->incidents_unlisted++;
		return;
	}
	*kept = *incident;
	analysis->incident[analysis->incidents++] = kept;
}

static void add_bound(struct analysis *analysis, const struct event *event,
		      const struct page_in_force *line)
{
	struct ns_interval bound;

	if (error_bound_of_page(line, event, &bound))
		curve_add(&analysis->page_bound, event->time_ns, bound);
	else
		curve_break(&analysis->page_bound);
}

/* @in_claim: is the clock, which was read, within what it may be off by? */
static void add_error(struct analysis_clock *clock, const struct event_clock *reading,
		      bool in_claim, uint64_t time_ns, struct ns_interval error, bool unbounded)
{
	uint64_t allowed_ns =
		clock_allowed_ns(reading->clock, reading->has_claim, reading->max_error_ns);
	bool is_off = error_is_wrong(error, unbounded);

	clock->known++;
	clock->off += is_off;
	clock->wrong += is_off && !in_claim && allowed_ns != UINT64_MAX;
	/* One that a leap second excuses is off by more, and not in doubt. */
	clock->unproven += interval_furthest_ns(error) > allowed_ns && in_claim &&
			   health_of_clock(reading, error);
	if (allowed_ns > clock->allowed_ns)
		clock->allowed_ns = allowed_ns;
	curve_add(&clock->curve, time_ns, error);
	clock->curve.point[clock->curve.points - 1].unbounded |= unbounded;
}

/* CLOCK_REALTIME by the witness, where no page tells the time. */
static void add_witness(struct analysis *analysis, const struct event *event,
			const struct page_in_force *line)
{
	struct analysis_clock *clock = &analysis->clock[OBSERVED_REALTIME];
	struct ns_interval error;

	/* CLOCK_REALTIME was read around it. */
	clock->seen++;
	if (!error_bounds_by_witness(line, event, &error)) {
		curve_break(&clock->curve);
		return;
	}
	analysis->witness = *judge_witness(analysis->judge);
	utc_track_add_witness(&analysis->utc, event);
	add_error(clock, &analysis->realtime, health_of_clock(&analysis->realtime, error),
		  event->time_ns, error, !event->clock.has_claim);
}

/* Those who could tell how wrong it is contradict each other. */
static void add_contradicted(struct analysis *analysis)
{
	analysis->clock[OBSERVED_REALTIME].seen++;
	curve_break(&analysis->clock[OBSERVED_REALTIME].curve);
}

static void add_clock(struct analysis *analysis, const struct event *event,
		      const struct page_in_force *line)
{
	struct analysis_clock *clock = &analysis->clock[event->clock.clock];
	struct clock_error own;
	struct ns_interval error;

	clock->seen += event->clock.clock != OBSERVED_REALTIME ||
		       !judge_has_witness_but_page(analysis->judge);
	if (event->clock.clock == OBSERVED_REALTIME)
		analysis->realtime = event->clock;
	if (line->is_by_witness)
		add_witness(analysis, event, line);
	if (line->is_contradicted)
		add_contradicted(analysis);
	/* Where another witness judges, the page says nothing of it. */
	if (judge_has_witness_but_page(analysis->judge))
		return;
	if (error_by_page_in_force(line, event, &own, &error) ||
	    refuted_error(judge_refuted(analysis->judge), event, &error)) {
		curve_break(&clock->curve);
		return;
	}
	add_error(clock, &event->clock, health_of_reading(event, &own, error, &line->leap_turn),
		  event->time_ns, error,
		  !own.has_page_claim || refuted_is_unbounded(judge_refuted(analysis->judge)));
}

static void add_read(struct analysis *analysis, const struct event *event)
{
	struct driver_answer answer = driver_answer_of(event);

	answer_tally_add(&analysis->answers, event, &answer);
	if (!event->latency_is_bound && event->latency_ns && event->latency_ns <= INT64_MAX)
		curve_add(&analysis->latency, event->time_ns,
			  interval_of((int64_t)event->latency_ns));
}

static void add_sample(struct analysis *analysis, const struct event *event,
		       const struct page_in_force *line)
{
	if (line->is_sampled && !analysis->has_first_page && !analysis->gaps) {
		analysis->first_page = line->sample;
		analysis->has_first_page = true;
	}
	add_bound(analysis, event, line);
	follow_vouching(analysis, event);
	utc_track_add(&analysis->utc, event, line);
}

/* Both rates: the one before was in force, too. */
static void add_clock_change(struct analysis *analysis, const struct event *event)
{
	const int64_t rates[] = {event->change.old_ppt, event->change.new_ppt};

	analysis->clock_changes++;
	for (size_t i = 0; i < 2 && event->change.how == CLOCK_SLEWED && event->result >= 0; i++) {
		uint64_t size = rates[i] < 0 ? 0 - (uint64_t)rates[i] : (uint64_t)rates[i];

		if (size > analysis->steered_ppt)
			analysis->steered_ppt = size;
	}
}

static void add_by_type(struct analysis *analysis, const struct event *event,
			const struct page_in_force *line)
{
	switch (event->type) {
	case EVENT_PAGE:
		add_sample(analysis, event, line);
		break;
	case EVENT_CLOCK:
		add_clock(analysis, event, line);
		break;
	case EVENT_READ:
		add_read(analysis, event);
		break;
	case EVENT_LOSS:
		analysis->losses = event->losses;
		analysis->has_losses = true;
		break;
	case EVENT_CLOCK_CHANGE:
		add_clock_change(analysis, event);
		break;
	default:
		break;
	}
}

static void on_event(const struct event *event, const struct page_in_force *line, void *arg)
{
	struct analysis *analysis = arg;

	if (!analysis->events++)
		analysis->first_ns = event->time_ns;
	analysis->last_ns = event->time_ns;
	summary_add(&analysis->summary, event);
	mapper_list_add(&analysis->mappers, event);
	downtimes_event(&analysis->downtimes, event);
	analysis->line = line;
}

static void on_read(const struct read_verdict *verdict, void *arg)
{
	struct analysis *analysis = arg;

	if (analysis->reads)
		read_list_add(analysis->reads, verdict);
}

static void on_refuted(const struct incident *incident, void *arg)
{
	struct analysis *analysis = arg;

	if (analysis->reads)
		read_list_refute(analysis->reads, incident);
}

static const struct judge_handlers handlers = {
	.event = on_event,
	.finding = on_finding,
	.incident = on_incident,
	.read = on_read,
	.refuted = on_refuted,
};

struct analysis *analysis_new(void)
{
	struct analysis *analysis = calloc(1, sizeof(*analysis));

	if (!analysis)
		return NULL;
	analysis->finding = calloc(ANALYSIS_FINDINGS, sizeof(*analysis->finding));
	analysis->judge = judge_new(&handlers, analysis);
	if (!analysis->finding || !analysis->judge) {
		analysis_free(analysis);
		return NULL;
	}
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		analysis->clock[i].curve.keeps_steps = true;
	analysis->page = judge_page(analysis->judge);
	return analysis;
}

bool analysis_keep_reads(struct analysis *analysis, uint64_t incident)
{
	analysis->reads = read_list_new(incident);
	return analysis->reads;
}

void analysis_free(struct analysis *analysis)
{
	if (!analysis)
		return;
	for (size_t i = 0; i < analysis->incidents; i++)
		free(analysis->incident[i]);
	judge_free(analysis->judge);
	read_list_free(analysis->reads);
	free(analysis->finding);
	free(analysis);
}

/* After an event was judged: does the open incident find the page good? */
static void follow_page(struct analysis *analysis, const struct event *event)
{
	const struct incident *incident = judge_open_incident(analysis->judge);
	bool good = !incident || incident->page_good_ns;

	if (analysis->page_doubt_ns != UINT64_MAX)
		run_begins(&analysis->page_bad, analysis->page_doubt_ns);
	else if (!good)
		run_begins(&analysis->page_bad, analysis->newest_ns);
	if (good) {
		run_ends(&analysis->page_bad, event->time_ns);
		analysis->newest_ns = event->time_ns;
	}
}

void analysis_event(struct analysis *analysis, const struct event *event)
{
	analysis->page_doubt_ns = UINT64_MAX;
	judge_event(analysis->judge, event);
	follow_page(analysis, event);
	add_by_type(analysis, event, analysis->line);
}

void analysis_gap(struct analysis *analysis, const struct event_gap *gap)
{
	judge_resume(analysis->judge, gap);
	analysis->page_bad.goes_on = false;
	run_ends(&analysis->unvouched, gap->from_ns);
	if (!analysis->events) {
		analysis->oldest = *gap;
		return;
	}
	if (analysis->gaps < ANALYSIS_GAPS)
		analysis->gap[analysis->gaps++] = *gap;
	else
		analysis->gaps_unlisted++;
	curve_break(&analysis->page_bound);
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		curve_break(&analysis->clock[i].curve);
	begin_anew(analysis, gap->to_ns);
	analysis->gap_events += gap->events;
	analysis->gap_ns += gap->to_ns > gap->from_ns ? gap->to_ns - gap->from_ns : 0;
}

void analysis_finish(struct analysis *analysis)
{
	judge_finish(analysis->judge);
	utc_track_finish(&analysis->utc);
}
