// SPDX-License-Identifier: GPL-2.0-or-later
/* Recordings, in: what a fleet keeps of each. */
#include "fleet/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/step_beyond.h"

#define SENTENCE_BYTES 480

static void copy_fact(const struct fleet_source *source, const char *name, char *out)
{
	snprintf(out, FACT_VALUE_BYTES, "%s", fact_get(source->facts, name) ?: "");
}

static bool is_of(const struct finding *finding, const struct incident *incident)
{
	return finding->found_ns >= incident->from_ns && finding->not_before_ns <= incident->to_ns;
}

static int take_findings(const struct fleet_source *source, struct fleet_recording *recording)
{
	const struct analysis *analysis = source->analysis;
	char text[SENTENCE_BYTES];

	recording->finding = calloc(analysis->findings + 1, sizeof(*recording->finding));
	if (!recording->finding)
		return -ENOMEM;
	for (size_t i = 0; i < analysis->findings; i++) {
		const struct finding *from = &analysis->finding[i];
		struct fleet_finding *to = &recording->finding[i];

		*to = (struct fleet_finding){
			.number = from->number,
			.kind = from->kind,
			.severity = from->severity,
			.since_start = from->since_start,
			.not_before_ns = from->not_before_ns < from->found_ns ? from->not_before_ns
									      : from->found_ns,
			.found_ns = from->found_ns,
		};
		for (size_t j = analysis->incidents; j-- > 0;) {
			if (is_of(from, analysis->incident[j]))
				to->incident = analysis->incident[j]->number;
		}
		source->sentence(from, text, sizeof(text));
		to->text = strdup(text);
		recording->findings++;
		if (!to->text)
			return -ENOMEM;
	}
	return 0;
}

static uint64_t far_off(struct ns_interval error)
{
	return error.lo_ns > 0	 ? (uint64_t)error.lo_ns
	       : error.hi_ns < 0 ? 0 - (uint64_t)error.hi_ns
				 : 0;
}

static void take_clocks(const struct incident *from, struct fleet_incident *to)
{
	struct step_beyond beyond;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		const struct error_range *errors = &from->clock[i].errors;

		for (int why = 0; why < ERROR_UNKNOWNS; why++)
			to->unknown[why] += errors->unknown[why];
		if (!from->clock[i].seen || !errors->known ||
		    (to->has_worst && far_off(errors->worst) <= far_off(to->worst)))
			continue;
		to->has_worst = true;
		to->worst_clock = (enum observed_clock)i;
		to->worst = errors->worst;
		to->worst_is_rough = errors->unbounded == errors->known;
	}
	to->is_unread = !from->clock[OBSERVED_REALTIME].errors.known;
	to->has_step_beyond = step_beyond_of(from, &beyond);
}

static void take_readers(const struct incident *from, struct fleet_incident *to)
{
	for (size_t i = 0; i < from->readers; i++) {
		bool seen = false;

		for (size_t j = 0; j < i; j++)
			seen |= from->reader[j].who.pid == from->reader[i].who.pid;
		to->processes += !seen;
		to->reads += from->reader[i].reads;
		to->known += from->reader[i].errors.known;
		to->wrong += from->reader[i].errors.wrong;
	}
}

static int take_incidents(const struct analysis *analysis, struct fleet_recording *recording)
{
	recording->incident = calloc(analysis->incidents + 1, sizeof(*recording->incident));
	if (!recording->incident)
		return -ENOMEM;
	for (size_t i = 0; i < analysis->incidents; i++) {
		const struct incident *from = analysis->incident[i];
		struct fleet_incident *to = &recording->incident[recording->incidents++];

		*to = (struct fleet_incident){
			.number = from->number,
			.severity = from->severity,
			.alarm = incident_alarm(from),
			.recovery = from->recovery,
			.from_ns = from->from_ns,
			.to_ns = from->to_ns,
			.first_found_ns = from->findings ? from->finding[0].found_ns : from->to_ns,
		};
		memcpy(to->count, from->count, sizeof(to->count));
		take_clocks(from, to);
		take_readers(from, to);
	}
	return 0;
}

/* Which UTC a report on it alone goes by. */
static int take_utc(const struct analysis *analysis, struct fleet_recording *recording)
{
	const struct utc_track *utc = &analysis->utc;
	char witness[WITNESS_TEXT_BYTES];

	if (!utc->points)
		return 0;
	recording->utc = malloc(sizeof(*utc));
	if (!recording->utc)
		return -ENOMEM;
	*recording->utc = *utc;
	snprintf(recording->utc_by, sizeof(recording->utc_by), "%s%s%s",
		 utc->has_page ? "the page" : "",
		 utc->has_page && utc->has_witness ? ", and by " : "",
		 utc->has_witness ? witness_text(&analysis->witness, witness) : "");
	return 0;
}

/* All moments of which UTC is wanted, in the order in which fleet_finish() asks for them. */
static int take_moments(struct fleet_recording *recording)
{
	size_t count = 2 + FLEET_MOMENTS_OF_FINDING * recording->findings +
		       FLEET_MOMENTS_OF_INCIDENT * recording->incidents;
	struct align_moment *to = calloc(count, sizeof(*to));

	recording->moment = to;
	recording->span = calloc(count, sizeof(*recording->span));
	if (!to || !recording->span)
		return -ENOMEM;
	recording->moments = count;
	*to++ = (struct align_moment){recording->first_ns, true};
	*to++ = (struct align_moment){recording->last_ns, false};
	for (size_t i = 0; i < recording->findings; i++) {
		*to++ = (struct align_moment){recording->finding[i].not_before_ns, true};
		*to++ = (struct align_moment){recording->finding[i].found_ns, false};
	}
	for (size_t i = 0; i < recording->incidents; i++) {
		*to++ = (struct align_moment){recording->incident[i].from_ns, true};
		*to++ = (struct align_moment){recording->incident[i].first_found_ns, false};
		*to++ = (struct align_moment){recording->incident[i].to_ns, false};
	}
	return 0;
}

int fleet_add(struct fleet *fleet, const struct fleet_source *source)
{
	const struct analysis *analysis = source->analysis;
	struct fleet_recording *recording;

	if (fleet->recordings == FLEET_RECORDINGS)
		return -E2BIG;
	recording = &fleet->recording[fleet->recordings++];
	*recording = (struct fleet_recording){
		.path = strdup(source->path),
		.start_ns = source->start_ns,
		.start_realtime_ns = source->start_realtime_ns,
		.first_ns = analysis->events ? analysis->first_ns : source->start_ns,
		.last_ns = analysis->events ? analysis->last_ns : source->start_ns,
		.events = analysis->events,
		.lost = source->lost +
			(analysis->has_losses ? event_losses_total(&analysis->losses) : 0),
		.cut = source->cut,
		.bad_rows = source->bad_rows,
		.whole = source->whole,
		.answer = source->answer,
		.clock_doubts = source->clock_doubts,
		.unlisted = analysis->findings_unlisted + analysis->incidents_unlisted,
	};
	recording->whole.lost = recording->lost;
	if (source->whole.found)
		recording->unseen = *source->whole.found;
	recording->whole.found = NULL; /* it goes with the recording */
	snprintf(recording->damage, sizeof(recording->damage), "%s", source->damage);
	copy_fact(source, "host", recording->host);
	copy_fact(source, "kernel", recording->kernel);
	copy_fact(source, "boot_id", recording->boot_id);
	copy_fact(source, "machine_id_sha256", recording->machine_id);
	if (!recording->path || take_utc(analysis, recording) || take_findings(source, recording) ||
	    take_incidents(analysis, recording) || take_moments(recording))
		return -ENOMEM;
	return align_bound_runs_add(&recording->bound_runs, analysis);
}

int fleet_add_unread(struct fleet *fleet, const char *path, const char *cause)
{
	struct fleet_unread *unread = &fleet->unread[fleet->unreads];

	if (fleet->unreads == FLEET_RECORDINGS)
		return -E2BIG;
	unread->path = strdup(path);
	if (!unread->path)
		return -ENOMEM;
	snprintf(unread->cause, sizeof(unread->cause), "%s", cause);
	fleet->unreads++;
	return 0;
}
