// SPDX-License-Identifier: GPL-2.0-or-later
/* What the driver returned: errors by cause, and times that are not the page's. */
#include <errno.h>

#include "judge/detector_state.h"

/* Calls fail for many reasons that are their caller's; these are the clock's. */
static bool is_clocks_fault(int32_t result)
{
	return result == -ETIMEDOUT || result == -ENODEV || result == -EIO;
}

static void remember_failed_call(struct detector *detector, uint64_t call_id)
{
	if (call_id)
		detector->failed_call[detector->failed_calls++ % DETECTOR_FAILED_CALLS] = call_id;
}

/* Was the failure within this call reported already, by its read? */
static bool is_told(const struct detector *detector, uint64_t call_id)
{
	for (unsigned int i = 0; call_id && i < DETECTOR_FAILED_CALLS; i++) {
		if (detector->failed_call[i] == call_id)
			return true;
	}
	return false;
}

static bool is_quiet(const struct detector *detector, const struct error_cause *cause,
		     uint64_t now_ns)
{
	return now_ns > cause->last_ns &&
	       now_ns - cause->last_ns > detector->options.error_quiet_ns;
}

/* The entry of @event's cause; a new one has never been seen. NULL: the table is full. */
static struct error_cause *cause_of(struct detector *detector, const struct event *event,
				    bool *is_new)
{
	struct error_cause *quiet = NULL;

	*is_new = false;
	for (size_t i = 0; i < detector->causes; i++) {
		struct error_cause *cause = &detector->cause[i];

		if (cause->path == event->path && cause->result == event->result)
			return cause;
		if (is_quiet(detector, cause, event_end_ns(event)))
			quiet = cause;
	}
	*is_new = true;
	if (detector->causes < DETECTOR_CAUSES)
		quiet = &detector->cause[detector->causes++];
	if (quiet)
		*quiet = (struct error_cause){.path = event->path, .result = event->result};
	return quiet;
}

static enum finding_severity error_severity(const struct event *event)
{
	if (event->result == -ETIMEDOUT)
		return FINDING_CRITICAL;
	return event->type == EVENT_READ && event->result == -EINVAL ? FINDING_CRITICAL
								     : FINDING_WARNING;
}

static void handle_error(struct detector *detector, const struct event *event)
{
	struct finding finding = finding_of(FINDING_DRIVER_ERROR, error_severity(event), event);
	struct error_cause *cause;
	bool is_new, again;

	cause = cause_of(detector, event, &is_new);
	if (!cause) {
		detector->counts.errors_unlisted++;
		return;
	}
	again = is_quiet(detector, cause, finding.found_ns);
	if (finding.found_ns > cause->last_ns)
		cause->last_ns = finding.found_ns;
	if (!is_new && !again)
		return;
	finding_not_before(&finding, event->time_ns);
	detector_emit(detector, &finding);
}

static void handle_answer(struct detector *detector, const struct event *event)
{
	struct driver_answer answer = driver_answer_of(event);
	bool was_apart = detector->mismatch;
	struct finding finding;

	if (answer.verdict == DRIVER_NOT_COMPARABLE)
		return;
	detector->mismatch = answer.verdict == DRIVER_DIFFERS;
	if (was_apart || !detector->mismatch)
		return;
	finding = finding_of(FINDING_DRIVER_MISMATCH, FINDING_CRITICAL, event);
	finding_not_before(&finding, event->time_ns);
	finding.has_after = true;
	finding.after = event->page;
	finding.mismatch = answer;
	detector_emit(detector, &finding);
}

static void handle_read(struct detector *detector, const struct event *event)
{
	if (event->result < 0) {
		remember_failed_call(detector, event->call_id);
		handle_error(detector, event);
		return;
	}
	if (event->read.counter_source == COUNTER_NONE || event->page_state != EVENT_PAGE_STABLE)
		return;
	detector_handle_reference(detector, event);
	handle_answer(detector, event);
}

void detector_handle_driver(struct detector *detector, const struct event *event)
{
	if (event->type == EVENT_READ)
		handle_read(detector, event);
	else if (is_clocks_fault(event->result) && !is_told(detector, event->call_id))
		handle_error(detector, event);
}
