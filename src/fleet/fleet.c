// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Moments of all recordings of one boot, and what is known of each by all of them. */
struct fleet_machine {
	struct align_bound_runs bound_runs;
	struct align_moment *moment; /* ascending */
	struct {
		size_t recording;
		size_t index;
	} * owner;
	struct utc_span *common;
	size_t moments;
	bool at_odds; /* its recordings are not of one machine */
};

struct fleet *fleet_new(void)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (!fleet)
		return NULL;
	fleet->recording = calloc(FLEET_RECORDINGS, sizeof(*fleet->recording));
	fleet->unread = calloc(FLEET_RECORDINGS, sizeof(*fleet->unread));
	fleet->machine = calloc(FLEET_RECORDINGS, sizeof(*fleet->machine));
	fleet->since_ns = INT64_MIN;
	fleet->until_ns = INT64_MAX;
	if (fleet->recording && fleet->unread && fleet->machine)
		return fleet;
	fleet_free(fleet);
	return NULL;
}

static void free_recording(struct fleet_recording *recording)
{
	for (size_t i = 0; i < recording->findings; i++)
		free(recording->finding[i].text);
	free(recording->path);
	free(recording->finding);
	free(recording->incident);
	free(recording->moment);
	free(recording->span);
	free(recording->utc);
	align_bound_runs_free(&recording->bound_runs);
}

static void free_machine(struct fleet_machine *machine)
{
	align_bound_runs_free(&machine->bound_runs);
	free(machine->moment);
	free(machine->owner);
	free(machine->common);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->recordings; i++)
		free_recording(&fleet->recording[i]);
	for (size_t i = 0; i < fleet->unreads; i++)
		free(fleet->unread[i].path);
	for (size_t i = 0; i < fleet->machines; i++)
		free_machine(&fleet->machine[i]);
	for (size_t i = 0; i < fleet->groups; i++) {
		free(fleet->group[i].incident);
		free(fleet->group[i].recording);
	}
	free(fleet->group);
	free(fleet->entry);
	free(fleet->recording);
	free(fleet->unread);
	free(fleet->machine);
	free(fleet);
}

/* --- Who is who */

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int compare_recordings(const void *a, const void *b)
{
	const struct fleet_recording *first = a, *second = b;
	int by = strcmp(first->host, second->host);

	if (!by)
		by = strcmp(file_of(first->path), file_of(second->path));
	if (!by)
		by = (first->start_realtime_ns > second->start_realtime_ns) -
		     (first->start_realtime_ns < second->start_realtime_ns);
	return by ?: strcmp(first->path, second->path);
}

static int compare_unread(const void *a, const void *b)
{
	const struct fleet_unread *first = a, *second = b;

	return strcmp(first->path, second->path);
}

/* The file's name, and the host's, with as much more as makes them unique. */
static void put_names(const struct fleet *fleet, struct fleet_recording *recording)
{
	const char *host = *recording->host ? recording->host : "unnamed";
	bool host_shared = !*recording->host;

	recording->file = file_of(recording->path);
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *other = &fleet->recording[i];

		if (other == recording)
			continue;
		host_shared |= !strcmp(other->host, recording->host);
		if (!strcmp(file_of(other->path), file_of(recording->path)))
			recording->file = recording->path;
	}
	snprintf(recording->label, sizeof(recording->label), host_shared ? "%s (%s)" : "%s", host,
		 recording->file);
}

static bool is_same_boot(const struct fleet_recording *a, const struct fleet_recording *b)
{
	return *a->boot_id && !strcmp(a->boot_id, b->boot_id) &&
	       !strcmp(a->machine_id, b->machine_id);
}

static void find_machines(struct fleet *fleet)
{
	fleet->machines = 0;
	for (size_t i = 0; i < fleet->recordings; i++) {
		struct fleet_recording *recording = &fleet->recording[i];

		recording->machine = SIZE_MAX;
		for (size_t j = 0; j < i && recording->machine == SIZE_MAX; j++) {
			if (is_same_boot(recording, &fleet->recording[j]))
				recording->machine = fleet->recording[j].machine;
		}
		if (recording->machine == SIZE_MAX)
			recording->machine = fleet->machines++;
	}
}

struct owned {
	struct align_moment moment;
	size_t recording;
	size_t index;
};

static int compare_owned(const void *a, const void *b)
{
	const struct owned *first = a, *second = b;
	int by = align_moment_compare(&first->moment, &second->moment);

	if (!by)
		by = (first->recording > second->recording) -
		     (first->recording < second->recording);
	return by ?: (first->index > second->index) - (first->index < second->index);
}

static int gather_moments(struct fleet *fleet, size_t number)
{
	struct fleet_machine *machine = &fleet->machine[number];
	struct owned *all;
	size_t count = 0;

	for (size_t i = 0; i < fleet->recordings; i++)
		count += fleet->recording[i].machine == number ? fleet->recording[i].moments : 0;
	all = calloc(count, sizeof(*all));
	machine->moment = calloc(count, sizeof(*machine->moment));
	machine->owner = calloc(count, sizeof(*machine->owner));
	machine->common = calloc(count, sizeof(*machine->common));
	if (!all || !machine->moment || !machine->owner || !machine->common) {
		free(all);
		return -ENOMEM;
	}
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];

		for (size_t j = 0; recording->machine == number && j < recording->moments; j++)
			all[machine->moments++] = (struct owned){recording->moment[j], i, j};
	}
	qsort(all, count, sizeof(*all), compare_owned);
	for (size_t i = 0; i < count; i++) {
		machine->moment[i] = all[i].moment;
		machine->owner[i].recording = all[i].recording;
		machine->owner[i].index = all[i].index;
		machine->common[i] = UTC_SPAN_UNKNOWN;
	}
	free(all);
	return 0;
}

static void mark_again(struct fleet *fleet, size_t i)
{
	struct fleet_recording *recording = &fleet->recording[i];

	for (size_t j = 0; j < i; j++) {
		const struct fleet_recording *other = &fleet->recording[j];

		for (size_t a = 0; other->machine == recording->machine && a < recording->incidents;
		     a++) {
			for (size_t b = 0; b < other->incidents; b++)
				recording->incident[a].again |=
					recording->incident[a].from_ns <=
						other->incident[b].to_ns &&
					other->incident[b].from_ns <= recording->incident[a].to_ns;
		}
	}
}

int fleet_group_machines(struct fleet *fleet)
{
	qsort(fleet->recording, fleet->recordings, sizeof(*fleet->recording), compare_recordings);
	qsort(fleet->unread, fleet->unreads, sizeof(*fleet->unread), compare_unread);
	find_machines(fleet);
	for (size_t i = 0; i < fleet->recordings; i++) {
		struct fleet_recording *recording = &fleet->recording[i];

		put_names(fleet, recording);
		if (align_bound_runs_join(&fleet->machine[recording->machine].bound_runs,
					  &recording->bound_runs))
			return -ENOMEM;
	}
	for (size_t i = 0; i < fleet->machines; i++) {
		if (gather_moments(fleet, i))
			return -ENOMEM;
	}
	return 0;
}

const struct fleet_recording *fleet_find_duplicate(const struct fleet *fleet,
						   const struct fleet_recording **other)
{
	for (size_t i = 0; i < fleet->recordings; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct fleet_recording *a = &fleet->recording[j];
			const struct fleet_recording *b = &fleet->recording[i];

			if (!is_same_boot(a, b) || a->start_ns != b->start_ns)
				continue;
			*other = b;
			return a;
		}
	}
	return NULL;
}

/* --- Measuring */

struct align *fleet_measure(struct fleet *fleet, size_t i)
{
	struct fleet_machine *machine = &fleet->machine[fleet->recording[i].machine];

	return align_new(&machine->bound_runs, machine->moment, machine->moments);
}

/* CLOCK_REALTIME is not believed where the witness says that it was off; its time is a guess. */
static void doubt_method(struct fleet_recording *recording, const struct fleet_machine *machine,
			 struct utc_span *span)
{
	enum align_method *method = &recording->aligned.method;

	if (*method == ALIGN_BY_REALTIME &&
	    recording->clock_doubts.of[OBSERVED_REALTIME].readings) {
		recording->aligned = (struct align_result){.method = ALIGN_BY_FACTS};
		for (size_t i = 0; i < machine->moments; i++)
			span[i] = UTC_SPAN_UNKNOWN;
	}
	if (*method == ALIGN_BY_FACTS && recording->utc)
		*method = ALIGN_BY_ROUGH;
}

int fleet_measured(struct fleet *fleet, size_t i, struct align *align)
{
	struct fleet_recording *recording = &fleet->recording[i];
	struct fleet_machine *machine = &fleet->machine[recording->machine];
	struct utc_span *span = calloc(machine->moments + 1, sizeof(*span));

	if (!span) {
		align_free(align);
		return -ENOMEM;
	}
	align_finish(align, &recording->aligned, span);
	doubt_method(recording, machine, span);
	recording->rate_ppm = machine->bound_runs.rate_ppm;
	for (size_t j = 0; j < machine->moments; j++) {
		struct utc_span *common = &machine->common[j];

		if (machine->owner[j].recording == i)
			recording->span[machine->owner[j].index] = span[j];
		common->lo_ns = span[j].lo_ns > common->lo_ns ? span[j].lo_ns : common->lo_ns;
		common->hi_ns = span[j].hi_ns < common->hi_ns ? span[j].hi_ns : common->hi_ns;
		machine->at_odds |= common->lo_ns > common->hi_ns;
	}
	free(span);
	align_free(align);
	return 0;
}

/* --- The end */

static struct utc_span wider(struct utc_span from, struct utc_span to)
{
	return (struct utc_span){from.lo_ns, to.hi_ns};
}

static void give_spans(struct fleet_recording *recording)
{
	const struct utc_span *span = recording->span;

	recording->from = *span++;
	recording->to = *span++;
	for (size_t i = 0; i < recording->findings; i++, span += FLEET_MOMENTS_OF_FINDING) {
		struct fleet_finding *finding = &recording->finding[i];

		finding->found = span[1];
		finding->when = finding->since_start ? span[1] : wider(span[0], span[1]);
	}
	for (size_t i = 0; i < recording->incidents; i++, span += FLEET_MOMENTS_OF_INCIDENT) {
		struct fleet_incident *incident = &recording->incident[i];

		incident->from = span[0];
		incident->begin = wider(span[0], span[1]);
		incident->to = span[2];
	}
	for (size_t i = 0; recording->events && i < recording->moments; i++) {
		uint64_t width = utc_span_width_ns(recording->span[i]);

		if (!recording->has_width || width < recording->best_ns)
			recording->best_ns = width;
		if (!recording->has_width || width > recording->worst_ns)
			recording->worst_ns = width;
		recording->has_width = true;
	}
}

/* What all recordings of a machine know together, unless they cannot be of one. */
static void intersect_spans(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->machines; i++) {
		struct fleet_machine *machine = &fleet->machine[i];

		for (size_t j = 0; !machine->at_odds && j < machine->moments; j++)
			fleet->recording[machine->owner[j].recording]
				.span[machine->owner[j].index] = machine->common[j];
	}
}

/* Each recording of what is no one machine is a machine of its own. The first stays what it is. */
static void split_machines(struct fleet *fleet)
{
	size_t machines = fleet->machines;

	for (size_t i = 0; i < machines; i++) {
		bool first = true;

		for (size_t j = 0; fleet->machine[i].at_odds && j < fleet->recordings; j++) {
			if (fleet->recording[j].machine != i)
				continue;
			if (!first)
				fleet->recording[j].machine = fleet->machines++;
			first = false;
		}
	}
}

int fleet_finish(struct fleet *fleet)
{
	intersect_spans(fleet);
	split_machines(fleet);
	for (size_t i = 0; i < fleet->recordings; i++) {
		mark_again(fleet, i);
		give_spans(&fleet->recording[i]);
	}
	return fleet_order(fleet);
}

int64_t fleet_start_ns(const struct fleet *fleet)
{
	int64_t first_ns = INT64_MAX;

	for (size_t i = 0; i < fleet->recordings; i++) {
		int64_t start_ns = fleet->recording[i].start_realtime_ns;

		if (start_ns && start_ns < first_ns)
			first_ns = start_ns;
	}
	return first_ns;
}

int64_t fleet_guess_ns(const struct fleet_recording *recording, uint64_t ns)
{
	__int128 guess = (__int128)recording->start_realtime_ns + ns - recording->start_ns;
	struct utc_moment utc;

	if (recording->utc && !utc_track_at(recording->utc, ns, &utc))
		return utc.ns;
	if (!recording->start_realtime_ns)
		return FLEET_NO_GUESS;
	return guess < INT64_MIN ? INT64_MIN : guess > INT64_MAX ? INT64_MAX : (int64_t)guess;
}

const char *fleet_guess_by(const struct fleet_recording *recording)
{
	return recording->utc ? recording->utc_by : "its own clock";
}

bool fleet_has(const struct fleet *fleet, struct utc_span when)
{
	return when.hi_ns >= fleet->since_ns && when.lo_ns < fleet->until_ns;
}
