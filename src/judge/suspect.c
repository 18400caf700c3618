// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/suspect.h"

#include "judge/clock_error.h"
#include "judge/driver_answer.h"
#include "judge/health.h"

enum evidence {
	EVIDENCE_NONE,
	EVIDENCE_GOOD,
	EVIDENCE_BAD,
};

/* Which one @finding is about; false: none. */
static bool suspect_of(const struct finding *finding, struct suspect *out)
{
	const struct event *event = &finding->event;

	*out = (struct suspect){.is_bad = true, .seen_ns = finding->found_ns};
	switch (finding->kind) {
	case FINDING_DRIVER_MISMATCH:
		out->kind = SUSPECT_ANSWER;
		return true;
	case FINDING_DRIVER_ERROR:
		out->kind = SUSPECT_REFUSAL;
		out->which = (int32_t)event->path;
		out->result = event->result;
		out->by_call = event->type == EVENT_CALL;
		return true;
	case FINDING_WRONG_BOUND:
	case FINDING_SCALE_MISMATCH:
		out->kind = SUSPECT_REFERENCE;
		out->which = event->clock.reference.number;
		return event->type == EVENT_CLOCK && event->clock.clock == OBSERVED_PHC_OTHER &&
		       !(finding->kind == FINDING_WRONG_BOUND &&
			 witness_is_other(&finding->clock.witness));
	default:
		return false;
	}
}

void suspects_add(struct suspects *suspects, const struct finding *finding)
{
	struct suspect suspect;

	if (!suspect_of(finding, &suspect))
		return;
	for (size_t i = 0; i < suspects->count; i++) {
		const struct suspect *known = &suspects->suspect[i];

		if (known->kind == suspect.kind && known->which == suspect.which &&
		    known->by_call == suspect.by_call) {
			suspects->suspect[i] = suspect;
			return;
		}
	}
	if (suspects->count < SUSPECTS)
		suspects->suspect[suspects->count++] = suspect;
	else
		suspects->unlisted = true;
}

static enum evidence evidence_of(bool bad)
{
	return bad ? EVIDENCE_BAD : EVIDENCE_GOOD;
}

static enum evidence of_answer(const struct event *event)
{
	struct driver_answer answer;

	if (event->type != EVENT_READ || event->page_state != EVENT_PAGE_STABLE)
		return EVIDENCE_NONE;
	answer = driver_answer_of(event);
	return answer.verdict == DRIVER_NOT_COMPARABLE
		       ? EVIDENCE_NONE
		       : evidence_of(answer.verdict == DRIVER_DIFFERS);
}

/* Tallies count reads of the driver: what its caller made of them they do not tell. */
static enum evidence of_tally(const struct suspect *suspect, const struct event_tally *tally)
{
	if (suspect->by_call || !tally->uses[suspect->which])
		return EVIDENCE_NONE;
	return evidence_of(tally->errors[suspect->which]);
}

static enum evidence of_refusal(const struct suspect *suspect, const struct event *event)
{
	if (event->is_phc)
		return EVIDENCE_NONE;
	if (event->type == EVENT_TALLY)
		return of_tally(suspect, &event->tally);
	if ((int32_t)event->path != suspect->which)
		return EVIDENCE_NONE;
	if (event->type == EVENT_FAILURES)
		return event->result == suspect->result && event->failures.count ? EVIDENCE_BAD
										 : EVIDENCE_NONE;
	if (event->type != (suspect->by_call ? EVENT_CALL : EVENT_READ))
		return EVIDENCE_NONE;
	/* A call fails for many reasons that are its caller's. */
	if (suspect->by_call && event->result < 0 && event->result != suspect->result)
		return EVIDENCE_NONE;
	return evidence_of(event->result < 0);
}

static enum evidence of_reference(const struct suspect *suspect, const struct event *event)
{
	struct clock_error error;
	struct ns_interval bounded;

	if (event->type != EVENT_CLOCK || event->clock.clock != OBSERVED_PHC_OTHER ||
	    event->clock.reference.number != suspect->which ||
	    clock_error_bounded(event, &error, &bounded))
		return EVIDENCE_NONE;
	return evidence_of(!health_of_reading(event, &error, bounded, NULL));
}

static enum evidence evidence_by(const struct suspect *suspect, const struct event *event)
{
	switch (suspect->kind) {
	case SUSPECT_ANSWER:
		return of_answer(event);
	case SUSPECT_REFUSAL:
		return of_refusal(suspect, event);
	case SUSPECT_REFERENCE:
		return of_reference(suspect, event);
	}
	return EVIDENCE_NONE;
}

/* When what @event shows was. */
static uint64_t shown_ns(const struct event *event)
{
	return event->type == EVENT_TALLY ? event->tally.last_ns : event->time_ns;
}

bool suspects_event(struct suspects *suspects, const struct event *event)
{
	bool bad = false;

	for (size_t i = 0; i < suspects->count; i++) {
		struct suspect *suspect = &suspects->suspect[i];
		enum evidence evidence = evidence_by(suspect, event);

		if (evidence == EVIDENCE_NONE ||
		    (evidence == EVIDENCE_GOOD && shown_ns(event) < suspect->seen_ns))
			continue;
		suspect->is_bad = evidence == EVIDENCE_BAD;
		suspect->seen_ns = shown_ns(event);
		bad |= suspect->is_bad;
	}
	return bad;
}

bool suspects_are_bad(const struct suspects *suspects, uint64_t now_ns, uint64_t stale_ns)
{
	for (size_t i = 0; i < suspects->count; i++) {
		const struct suspect *suspect = &suspects->suspect[i];

		if (suspect->is_bad &&
		    (now_ns < suspect->seen_ns || now_ns - suspect->seen_ns < stale_ns))
			return true;
	}
	return false;
}

bool suspects_have_bad(const struct suspects *suspects, enum suspect_kind kind)
{
	for (size_t i = 0; i < suspects->count; i++) {
		if (suspects->suspect[i].is_bad && suspects->suspect[i].kind == kind)
			return true;
	}
	return false;
}

struct claim suspects_recovery(const struct suspects *suspects)
{
	for (size_t i = 0; i < suspects->count; i++) {
		if (suspects->suspect[i].is_bad)
			return claim_unknown(suspects->suspect[i].kind == SUSPECT_REFERENCE
						     ? CLAIM_CLOCK_UNKNOWN
						     : CLAIM_NOT_READ);
	}
	return suspects->unlisted ? claim_unknown(CLAIM_NOT_READ) : claim_seen(true);
}
