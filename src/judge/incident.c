// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/incident.h"

#include <stdlib.h>
#include <string.h>

#include "judge/health.h"
#include "judge/incident_state.h"

struct incidents *incidents_new(const struct page_in_force *page, incident_fn fn, void *arg)
{
	struct incidents *incidents = calloc(1, sizeof(*incidents));

	if (!incidents)
		return NULL;
	incidents->page = page;
	incidents->fn = fn;
	incidents->arg = arg;
	return incidents;
}

void incidents_tell_reads(struct incidents *incidents,
			  void (*read)(const struct read_verdict *verdict, void *arg),
			  void (*refuted)(const struct incident *incident, void *arg))
{
	incidents->tell.read = read;
	incidents->tell.refuted = refuted;
}

void incidents_free(struct incidents *incidents)
{
	free(incidents);
}

const struct incident *incidents_open(const struct incidents *incidents)
{
	return incidents->open ? &incidents->incident : NULL;
}

const struct refuted *incidents_refuted(const struct incidents *incidents)
{
	return &incidents->refuted;
}

uint64_t incident_least_ns(const struct incident *incident)
{
	return incident->last_bad_ns > incident->found_bad_ns
		       ? incident->last_bad_ns - incident->found_bad_ns
		       : 0;
}

bool incident_most_ns(const struct incident *incident, uint64_t *ns)
{
	if (incident->recovered)
		*ns = incident->to_ns - incident->from_ns;
	return incident->recovered;
}

enum finding_severity incident_alarm(const struct incident *incident)
{
	enum finding_severity worst =
		incident->findings_unlisted ? incident->severity : FINDING_INFO;

	for (size_t i = 0; i < incident->findings; i++) {
		const struct finding *finding = &incident->finding[i];

		if (finding_is_alarm(finding) && finding->severity > worst)
			worst = finding->severity;
	}
	return worst;
}

/* Is it more than news about what is to come? */
static bool opens(const struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_LEAP_ANNOUNCED:
	case FINDING_LEAP_CHANGE:
	case FINDING_TAI_OFFSET_CHANGE:
	case FINDING_SMEARING_CHANGE:
	case FINDING_MAINTENANCE_SOON:
	case FINDING_MAINTENANCE_IMMINENT:
	case FINDING_DATA_LOSS:
	/* Whose clock is wrong is not known, and so no end of it would be a recovery. */
	case FINDING_CLOCKS_DISAGREE:
		return false;
	case FINDING_STATUS_CHANGE:
		return finding->severity > FINDING_INFO;
	case FINDING_CLOCK_SET:
		return finding->event.change.how == CLOCK_STEPPED;
	case FINDING_SCALE_MISMATCH:
		return finding->scale.cause == SCALE_CAUSE_CLOCK;
	default:
		return true;
	}
}

static void tell(struct incidents *incidents, enum incident_news news)
{
	if (incidents->fn)
		incidents->fn(&incidents->incident, news, incidents->arg);
}

static void open_incident(struct incidents *incidents, const struct finding *finding)
{
	struct incident *incident = &incidents->incident;
	uint64_t number = incident->number + 1;

	memset(incident, 0, sizeof(*incident));
	incident->number = number;
	incident->from_ns = finding->not_before_ns;
	incident->to_ns = finding->found_ns;
	incident->found_bad_ns = incident->last_bad_ns = finding->found_ns;
	incidents->open = true;
	incidents->good_since_ns = 0;
	incidents->was_unknown = incidents->clock_status == VMCLOCK_STATUS_UNKNOWN ||
				 incidents->clock_status == VMCLOCK_STATUS_INITIALIZING;
	incidents->suspects = (struct suspects){0};
	incidents->had_clock = incidents->has_clock;
	incidents->witness_in_doubt = false;
	incidents->lost_source = false;
	incident_open_clocks(incidents);
}

/* Nothing of it can be judged later: reads that still wait are counted as unknown. */
static void close_incident(struct incidents *incidents, struct claim recovery, uint64_t to_ns)
{
	incident_give_up_reads(incidents);
	incident_tell_unseen(incidents);
	incidents->incident.recovery = recovery;
	incidents->incident.recovered = recovery.state == CLAIM_HOLDS;
	incidents->incident.closed = true;
	/* Where time went back in between, it ends when it began. */
	incidents->incident.to_ns =
		to_ns > incidents->incident.from_ns ? to_ns : incidents->incident.from_ns;
	incidents->open = false;
	tell(incidents, INCIDENT_CLOSED);
}

static void note_bad(struct incident *incident, uint64_t seen_ns)
{
	if (seen_ns > incident->last_bad_ns)
		incident->last_bad_ns = seen_ns;
}

static void add_finding(struct incident *incident, const struct finding *finding)
{
	incident->count[finding->kind]++;
	if (finding->severity > incident->severity)
		incident->severity = finding->severity;
	if (finding->not_before_ns < incident->from_ns)
		incident->from_ns = finding->not_before_ns;
	if (finding->found_ns < incident->found_bad_ns)
		incident->found_bad_ns = finding->found_ns;
	if (finding->severity > FINDING_INFO)
		note_bad(incident, finding->found_ns);
	if (incident->findings == INCIDENT_FINDINGS)
		incident->findings_unlisted++;
	else
		incident->finding[incident->findings++] = *finding;
}

static bool finding_may_move_clocks(enum finding_kind kind)
{
	return kind == FINDING_DISRUPTION || kind == FINDING_RESTORE || kind == FINDING_STUN ||
	       kind == FINDING_CLOCK_SET;
}

bool incident_may_move_clocks(const struct incident *incident)
{
	for (int kind = 0; kind < FINDINGS; kind++) {
		if (incident->count[kind] && finding_may_move_clocks((enum finding_kind)kind))
			return true;
	}
	return false;
}

/* What it is about must be seen to be good again, and by a witness that was not in doubt. */
static void suspect(struct incidents *incidents, const struct finding *finding)
{
	suspects_add(&incidents->suspects, finding);
	incidents->lost_source |=
		finding->kind == FINDING_STATUS_CHANGE &&
		page_get(&finding->after, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_FREERUNNING;
	incidents->witness_in_doubt |= finding->kind == FINDING_WRONG_BOUND &&
				       witness_is_other(&finding->clock.witness) &&
				       !witness_is_sure(&finding->clock.witness) &&
				       !incident_may_move_clocks(&incidents->incident);
}

/* What it shows is not known to be right until it is proven. */
static void note_move(struct incidents *incidents, const struct finding *finding)
{
	if (!finding_may_move_clocks(finding->kind))
		return;
	incidents->proof.is_missing = true;
	incidents->moved_ns = finding->found_ns;
}

/*
 * Another clock; but it may go on from a page that was wrong, if the incident in which that was
 * found still is open, and it is not known which one was.
 */
static void disrupt(struct incidents *incidents, uint64_t marker, bool is_new)
{
	struct step_blame *blame = &incidents->incident.step_blame;
	bool is_settled = is_new || !incident_page_is_refuted(incidents, 0) ||
			  blame->fault == STEP_FAULT_BEFORE;

	refuted_disrupt(&incidents->refuted, marker, is_settled);
	incident_ask_anew(incidents);
	/* Its time before does not say when this page was wrong. */
	*blame = (struct step_blame){.was_asked = refuted_any(&incidents->refuted)};
}

void incidents_finding(struct incidents *incidents, const struct finding *finding)
{
	bool is_new = !incidents->open;

	incident_note_set(incidents, finding);
	if (is_new && !opens(finding)) {
		if (refuted_by(finding))
			incident_refute(incidents, finding);
		return;
	}
	if (is_new)
		open_incident(incidents, finding);
	suspect(incidents, finding);
	note_move(incidents, finding);
	add_finding(&incidents->incident, finding);
	if (finding->severity > FINDING_INFO) {
		incidents->good_since_ns = 0;
		incidents->incident.page_good_ns = 0;
	}
	if (refuted_by(finding))
		incident_refute(incidents, finding);
	if (finding->kind == FINDING_DISRUPTION)
		disrupt(incidents, page_get(&finding->after, PAGE_DISRUPTION_MARKER), is_new);
	incidents->not_updated |= finding->kind == FINDING_NOT_UPDATED;
	if (is_new)
		tell(incidents, INCIDENT_OPENED);
}

/* As far as it is seen: of a stun there may be no page at all. */
static bool page_is_good(const struct incidents *incidents)
{
	const struct page_in_force *page = incidents->page;

	if (!page->known)
		return !page->is_lost && !page->is_torn;
	return !incidents->not_updated && health_of_page(page, incidents->was_unknown);
}

static bool is_settled(uint64_t since_ns, uint64_t now_ns)
{
	return now_ns > since_ns && now_ns - since_ns >= INCIDENT_SETTLE_NS;
}

/* All is good, as far as it is seen: is it for long enough? */
static void try_to_close(struct incidents *incidents, uint64_t now_ns)
{
	uint64_t since_ns = incidents->good_since_ns;
	struct claim recovery;

	if (!is_settled(since_ns, now_ns) || incident_is_freerunning(incidents))
		return;
	recovery = incident_recovery_of(incidents, since_ns);
	/* While nothing was observed nothing could become known. */
	if (now_ns < since_ns + incidents->paused_ns + incident_settle_ns(incidents, recovery))
		return;
	close_incident(incidents, recovery, since_ns);
}

/* Is all well, and for how long? */
static void follow_recovery(struct incidents *incidents, uint64_t now_ns)
{
	struct incident *incident = &incidents->incident;
	bool page_good = page_is_good(incidents);

	if (!incidents->open)
		return;
	incident->to_ns = now_ns > incident->to_ns ? now_ns : incident->to_ns;
	if (!page_good || !incidents->page->known)
		incident->page_good_ns = 0;
	else if (!incident->page_good_ns)
		incident->page_good_ns = now_ns;
	if (!page_good)
		note_bad(incident, now_ns);
	incident_follow_outdated(incidents);
	note_bad(incident, incident_clocks_bad_ns(incidents));
	if (!page_good || incident_clocks_bad_ns(incidents) ||
	    suspects_are_bad(&incidents->suspects, now_ns, UNKNOWN_SETTLES * INCIDENT_SETTLE_NS)) {
		incidents->good_since_ns = 0;
		return;
	}
	if (!incidents->good_since_ns) {
		incidents->good_since_ns = now_ns;
		incidents->paused_ns = 0;
	}
	try_to_close(incidents, now_ns);
}

/* A whole sample of the observer's own: its page is in force. */
static void handle_page(struct incidents *incidents, const struct event *event)
{
	const struct page *page = &event->page;
	bool was_freerunning;

	if (event->page_state != EVENT_PAGE_STABLE || page_mode(page) == PAGE_INVALID)
		return;
	if (incidents->seq_count != page_get(page, PAGE_SEQ_COUNT))
		incidents->not_updated = false;
	incidents->seq_count = page_get(page, PAGE_SEQ_COUNT);
	was_freerunning = incident_is_freerunning(incidents);
	incidents->clock_status = page_get(page, PAGE_CLOCK_STATUS);
	if (was_freerunning && !incident_is_freerunning(incidents))
		incidents->good_since_ns = 0;
	/* It was not good while it carried no clock, which is known now that it does again. */
	if (incidents->had_clock && !incidents->has_clock && page_mode(page) == PAGE_FULL)
		incidents->good_since_ns = 0;
	incidents->has_clock = page_mode(page) == PAGE_FULL;
	incidents->had_clock |= incidents->has_clock;
	refuted_event(&incidents->refuted, event);
	incident_judge_reads(incidents, event);
}

static void follow_time(struct incidents *incidents, uint64_t now_ns)
{
	uint64_t since_ns = incidents->good_since_ns > incidents->newest_ns
				    ? incidents->good_since_ns
				    : incidents->newest_ns;

	if (is_settled(since_ns, now_ns))
		incidents->paused_ns += now_ns - since_ns - INCIDENT_SETTLE_NS;
	incidents->newest_ns = now_ns;
}

void incidents_event(struct incidents *incidents, const struct event *event)
{
	follow_time(incidents, event->time_ns);
	if (suspects_event(&incidents->suspects, event)) {
		incidents->good_since_ns = 0;
		note_bad(&incidents->incident, event->time_ns);
	}
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		incident_handle_read(incidents, event);
		return;
	case EVENT_TALLY:
		incident_count_tally(incidents, event);
		return;
	case EVENT_PAGE:
		handle_page(incidents, event);
		break;
	case EVENT_CLOCK:
		handle_page(incidents, event);
		incident_handle_clock(incidents, event);
		break;
	default:
		break;
	}
	follow_recovery(incidents, event->time_ns);
}

static enum still_bad still_bad(const struct incidents *incidents)
{
	const struct page_in_force *page = incidents->page;
	uint64_t status = page_get(&page->page, PAGE_CLOCK_STATUS);

	if (page->is_lost)
		return STILL_BAD_DEVICE;
	if (page->is_torn)
		return STILL_BAD_UPDATE;
	if (incidents->not_updated)
		return STILL_BAD_NOT_UPDATED;
	if (!page_is_good(incidents))
		return page->known && page_mode(&page->page) == PAGE_FULL &&
				       status != VMCLOCK_STATUS_SYNCHRONIZED
			       ? STILL_BAD_STATUS
			       : STILL_BAD_PAGE;
	if (suspects_have_bad(&incidents->suspects, SUSPECT_ANSWER))
		return STILL_BAD_ANSWERS;
	return suspects_have_bad(&incidents->suspects, SUSPECT_REFUSAL) ? STILL_BAD_REFUSALS
									: STILL_BAD_NONE;
}

/* No more comes: what was bad at the last sample has not recovered, of the rest it is not known. */
static void end_incident(struct incidents *incidents, enum claim_why why)
{
	uint64_t since_ns = incidents->good_since_ns;
	struct claim recovery = since_ns ? claim_unknown(why) : claim_seen(false);

	if (!incidents->open)
		return;
	/* It was watched for long enough: what is missing is another thing. */
	if (since_ns && is_settled(since_ns, incidents->newest_ns))
		recovery = incident_recovery_of(incidents, since_ns);
	else if (since_ns && why == CLAIM_ENDED_EARLY && incident_end_is_unchecked(incidents))
		recovery = claim_unknown(CLAIM_CLOCK_UNKNOWN);
	if (recovery.state == CLAIM_FAILS) {
		incidents->incident.still_bad = still_bad(incidents);
		incidents->incident.status = incidents->clock_status;
	}
	close_incident(incidents, recovery,
		       recovery.state == CLAIM_HOLDS ? since_ns : incidents->incident.to_ns);
}

/* The last one ended so, and so it is still. */
static bool is_still_unknown(const struct incidents *incidents, enum claim_why *why)
{
	const struct claim *recovery = &incidents->incident.recovery;

	*why = recovery->why;
	if (!incidents->incident.closed || recovery->state != CLAIM_UNKNOWN)
		return false;
	return (*why == CLAIM_REFERENCE_MOVED && incident_reference_has_moved(incidents)) ||
	       (*why == CLAIM_FURTHER_OFF && (incidents->newest[OBSERVED_REALTIME].further_off ||
					      incidents->newest[OBSERVED_PHC].further_off));
}

bool incidents_leave_doubt(const struct incidents *incidents, enum claim_why *why)
{
	const struct page_in_force *page = incidents->page;
	uint64_t now_ns = incidents->newest_ns;
	struct claim proof;

	if (witness_peers_contradict(&page->peers, &page->witness,
				     now_ns > WITNESS_STALE_NS ? now_ns - WITNESS_STALE_NS : 0,
				     false)) {
		*why = CLAIM_WITNESSES;
		return true;
	}
	if (is_still_unknown(incidents, why))
		return true;
	proof = incident_proof_of_realtime(incidents);
	if (proof.state != CLAIM_HOLDS) {
		*why = proof.why;
		return true;
	}
	*why = incidents->clocks_moved ? CLAIM_NO_CLOCK : CLAIM_REFUTED;
	return incidents->clocks_moved || incident_page_is_refuted(incidents, 0);
}

void incidents_finish(struct incidents *incidents)
{
	end_incident(incidents, CLAIM_ENDED_EARLY);
}

void incidents_forget(struct incidents *incidents, uint64_t number)
{
	const struct page_in_force *page = incidents->page;
	const struct refuted refuted = incidents->refuted;
	const struct read_teller tell = incidents->tell;
	incident_fn fn = incidents->fn;
	void *arg = incidents->arg;

	incidents->good_since_ns = incidents->newest_ns;
	end_incident(incidents, CLAIM_GAP);
	if (incidents->incident.number > number)
		number = incidents->incident.number;
	memset(incidents, 0, sizeof(*incidents));
	incidents->page = page;
	/* They are so still, if the marker is. */
	incidents->refuted = refuted;
	incidents->tell = tell;
	incidents->fn = fn;
	incidents->arg = arg;
	incidents->incident.number = number;
}
