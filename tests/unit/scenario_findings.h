/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the detector finds in a scenario, and what a file says that it must find: one line each,
 *
 *	FROM..TO KIND SEVERITY [NAME=VALUE]...
 *
 * FROM and TO in seconds of the guest's CLOCK_MONOTONIC since the scenario's start, VALUE a number;
 * with ~BY behind it one that may be off by that. Times and everything without ~ are exact.
 */
#ifndef VMCLOCK_TRACE_TESTS_SCENARIO_FINDINGS_H
#define VMCLOCK_TRACE_TESTS_SCENARIO_FINDINGS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "judge/detector.h"
#include "page_make.h"
#include "scenario/scenario_source.h"

#define FOUND_MAX    4096
#define DETAIL_BYTES 160

/* A finding as a line would say it. */
struct found {
	enum finding_kind kind;
	int64_t from_ns, to_ns; /* since the scenario's start */
	const char *severity;
	char detail[DETAIL_BYTES]; /* NAME=VALUE, each with a blank before it */
};

struct found_list {
	struct found found[FOUND_MAX];
	size_t count; /* may be more than there is room for */
};

/* The middle of an interval and half its width, as `VALUE~BY`. */
static inline void detail_interval(char *text, const char *name, struct ns_interval value)
{
	uint64_t by = interval_width_ns(value) / 2 + 1;

	snprintf(text, DETAIL_BYTES, " %s=%" PRId64 "~%" PRIu64, name,
		 value.lo_ns + (int64_t)(interval_width_ns(value) / 2), by);
}

static inline void detail_change(char *text, const struct finding_change *change)
{
	char old[32] = "none", new[32] = "none";

	if (change->has_old)
		snprintf(old, sizeof(old), "%" PRId64, (int64_t)change->old_value);
	if (change->has_new)
		snprintf(new, sizeof(new), "%" PRId64, (int64_t)change->new_value);
	snprintf(text, DETAIL_BYTES, " old=%s new=%s", old, new);
}

static inline void detail_clock_set(char *text, const struct event_clock_change *change)
{
	if (change->how == CLOCK_STEPPED)
		snprintf(text, DETAIL_BYTES, " step_ns=%" PRId64, change->step.lo_ns);
	else if (change->how == CLOCK_SLEWED)
		snprintf(text, DETAIL_BYTES, " old_ppt=%" PRId64 " new_ppt=%" PRId64,
			 change->old_ppt, change->new_ppt);
	else
		snprintf(text, DETAIL_BYTES, " source=%s", change->source);
}

static inline void detail_of(char *text, const struct finding *finding)
{
	text[0] = '\0';
	switch (finding->kind) {
	case FINDING_DISRUPTION:
	case FINDING_RESTORE:
	case FINDING_STATUS_CHANGE:
	case FINDING_LEAP_ANNOUNCED:
	case FINDING_LEAP_CHANGE:
	case FINDING_TAI_OFFSET_CHANGE:
	case FINDING_SMEARING_CHANGE:
		detail_change(text, &finding->change);
		break;
	case FINDING_HOST_STEP:
		detail_interval(text, "moved_ns", finding->step.moved);
		break;
	case FINDING_HOST_SLEW:
		snprintf(text, DETAIL_BYTES, " change_ppt=%" PRId64, finding->slew.change_ppt);
		break;
	case FINDING_WRITER_STUCK:
		snprintf(text, DETAIL_BYTES, " seq=%" PRIu32, finding->stuck.seq);
		break;
	case FINDING_COUNTER_BEFORE_REFERENCE:
		snprintf(text, DETAIL_BYTES, " ns=%" PRIu64, finding->reference.ns);
		break;
	case FINDING_STUN:
		detail_interval(text, "length_ns", finding->stun.length);
		break;
	case FINDING_DRIVER_MISMATCH:
		snprintf(text, DETAIL_BYTES, " minus_page_ns=%" PRId64,
			 finding->mismatch.minus_page_ns);
		break;
	case FINDING_CLOCK_SET:
		detail_clock_set(text, &finding->event.change);
		break;
	case FINDING_SCALE_MISMATCH:
		snprintf(text, DETAIL_BYTES, " cause=%s", scale_cause_name(finding->scale.cause));
		break;
	case FINDING_NOT_UPDATED:
		snprintf(text, DETAIL_BYTES, " growth_ns=%" PRIu64 " limit_ns=%" PRIu64,
			 finding->stale.growth_ns, finding->stale.limit_ns);
		break;
	case FINDING_DATA_LOSS:
		snprintf(text, DETAIL_BYTES, " lost=%" PRIu64,
			 event_losses_total(&finding->losses));
		break;
	case FINDING_DRIVER_ERROR:
		snprintf(text, DETAIL_BYTES, " result=%" PRId32, finding->event.result);
		break;
	case FINDING_WRONG_BOUND:
		detail_interval(text, "offset_ns", finding->clock.offset);
		break;
	case FINDING_CLOCKS_DISAGREE:
		detail_interval(text, "apart_ns", finding->pair.apart);
		break;
	case FINDING_DEVICE_LOST:
		snprintf(text, DETAIL_BYTES, " cause=%d", finding->lost);
		break;
	default:
		break;
	}
}

static inline void on_found(const struct finding *finding, void *arg)
{
	struct found_list *list = arg;
	struct found *found;

	if (list->count++ >= FOUND_MAX)
		return;
	found = &list->found[list->count - 1];
	*found = (struct found){
		.kind = finding->kind,
		.from_ns = (int64_t)finding->not_before_ns - SCENARIO_MONOTONIC_START_NS,
		.to_ns = (int64_t)finding->found_ns - SCENARIO_MONOTONIC_START_NS,
		.severity = finding_severity_name(finding->severity),
	};
	detail_of(found->detail, finding);
}

/* All findings of @scenario; virtual ns that passed. */
static inline int64_t find_all(const struct scenario *scenario, uint64_t seed,
			       struct found_list *list)
{
	struct simulation_options options = {.has_seed = seed != 0, .seed = seed};
	struct detector *detector = detector_new(NULL, on_found, list);
	struct page_in_force page = {0};
	struct scenario_source *source;
	struct event event;

	assert_non_null(detector);
	detector_use_witness(detector, &page);
	assert_int_equal(scenario_source_new(scenario, &options, 0, &source), 0);
	list->count = 0;
	while (scenario_source_next(source, &event, NULL)) {
		page_in_force_event(&page, &event);
		detector_event(detector, &event);
	}
	scenario_source_free(source);
	detector_free(detector);
	assert_true(list->count <= FOUND_MAX);
	return scenario->frame.end_ns;
}

static inline void print_found(FILE *out, const struct found *found)
{
	fprintf(out, "%" PRId64 ".%09" PRId64 "..%" PRId64 ".%09" PRId64 " %s %s%s\n",
		found->from_ns / NSEC_PER_SEC, found->from_ns % NSEC_PER_SEC,
		found->to_ns / NSEC_PER_SEC, found->to_ns % NSEC_PER_SEC, finding_name(found->kind),
		found->severity, found->detail);
}

#endif
