// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/detector.h"

#include <stdlib.h>

#include "judge/detector_state.h"

static void fill_options(struct detector_options *options)
{
#define OR_DEFAULT(option, value, unit, finding, about)                                            \
	options->option = options->option ? options->option : (value);
	DETECTOR_THRESHOLDS(OR_DEFAULT)
#undef OR_DEFAULT
}

struct detector *detector_new(const struct detector_options *options, finding_fn found, void *arg)
{
	struct detector *detector = calloc(1, sizeof(*detector));

	if (!detector)
		return NULL;
	if (options)
		detector->options = *options;
	fill_options(&detector->options);
	detector->found = found;
	detector->arg = arg;
	return detector;
}

void detector_use_witness(struct detector *detector, const struct page_in_force *page)
{
	detector->page = page;
}

void detector_free(struct detector *detector)
{
	free(detector);
}

static uint64_t newest_number(const struct detector *detector)
{
	uint64_t number = detector->not_counted;

	for (enum finding_kind i = 0; i < FINDINGS; i++)
		number += detector->counts.finding[i];
	return number;
}

void detector_forget(struct detector *detector, uint64_t number)
{
	uint64_t newest = newest_number(detector);

	*detector = (struct detector){
		.options = detector->options,
		.found = detector->found,
		.arg = detector->arg,
		.page = detector->page,
		.counts = detector->counts,
		.not_counted = detector->not_counted + (number > newest ? number - newest : 0),
		.losses = detector->losses, /* totals */
	};
}

const struct detector_counts *detector_counts(const struct detector *detector)
{
	return &detector->counts;
}

const struct event_ticks *event_ticks_of(const struct event *event)
{
	switch (event->type) {
	case EVENT_PAGE:
		return &event->sample.ticks;
	case EVENT_CLOCK:
		return &event->clock.ticks;
	case EVENT_TICK:
		return &event->tick.ticks;
	default:
		return NULL;
	}
}

struct finding finding_of(enum finding_kind kind, enum finding_severity severity,
			  const struct event *event)
{
	return (struct finding){
		.kind = kind,
		.severity = severity,
		.device = event->device,
		.not_before_ns = event_end_ns(event),
		.found_ns = event_end_ns(event),
		.event = *event,
	};
}

void finding_not_before(struct finding *finding, uint64_t time_ns)
{
	if (time_ns < finding->found_ns)
		finding->not_before_ns = time_ns;
}

void detector_emit(struct detector *detector, struct finding *finding)
{
	detector->counts.finding[finding->kind]++;
	finding->number = newest_number(detector);
	if (detector->found)
		detector->found(finding, detector->arg);
}

/* Only what the driver makes has an end of its own; the others are of one moment. */
static void handle_device(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_DEVICE_LOST, FINDING_CRITICAL, event);
	bool was_lost = detector->lost;

	detector->lost = event->device_state == DEVICE_LOST;
	if (was_lost || !detector->lost)
		return;
	if (detector->newest.known)
		finding_not_before(&finding, detector->newest.seen_ns);
	finding.has_before = detector->newest.known;
	finding.before = detector->newest.page;
	finding.lost = LOST_DEVICE;
	detector_emit(detector, &finding);
}

/* What @now has more than @then; a total that shrank began anew. */
static void handle_losses(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_DATA_LOSS, FINDING_WARNING, event);

	finding.losses = event_losses_since(&detector->losses, &event->losses);
	detector->losses = event->losses;
	if (event_losses_total(&finding.losses) || finding.losses.page_unreadable)
		detector_emit(detector, &finding);
}

/* An observer's sample: the page first, then what the counter beside it says of that page. */
static void handle_sample(struct detector *detector, const struct event *event)
{
	if (event->page_state == EVENT_PAGE_TORN) {
		detector->counts.torn++;
		detector_handle_torn(detector, event);
		return;
	}
	if (!event_is_sample(event))
		return;
	detector->counts.samples++;
	detector_handle_page(detector, event);
	detector_handle_reference(detector, event);
	detector_handle_age(detector, event);
}

void detector_event(struct detector *detector, const struct event *event)
{
	detector->counts.events++;
	detector_handle_held(detector, event, false);
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		detector_handle_page(detector, event);
		detector_handle_driver(detector, event);
		break;
	case EVENT_PAGE:
		handle_sample(detector, event);
		detector_handle_witness(detector, event);
		break;
	case EVENT_CLOCK:
		handle_sample(detector, event);
		detector_handle_clock(detector, event);
		detector_handle_witness(detector, event);
		break;
	case EVENT_CLOCK_CHANGE:
		detector_handle_clock_change(detector, event);
		break;
	case EVENT_NOTIFICATION:
		detector->counts.notifications++;
		break;
	case EVENT_DEVICE:
		handle_device(detector, event);
		break;
	case EVENT_LOSS:
		handle_losses(detector, event);
		break;
	case EVENT_MAPPER:
	case EVENT_LATENCY:
	case EVENT_FAILURES:
	case EVENT_HOOKS:
		break;
	case EVENT_TICK:
		detector_handle_age(detector, event);
		detector_handle_tick(detector, event);
		break;
	case EVENT_TALLY: /* counts alone say nothing about the clock */
	case EVENT_TYPES:
		break;
	}
}
