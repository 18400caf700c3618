// SPDX-License-Identifier: GPL-2.0-or-later
/* The timeline of a fleet, what of its order is known, and what was bad at the same time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet.h"

/* --- The timeline */

static int64_t key_of(const struct fleet_recording *recording, struct utc_span span, uint64_t ns)
{
	int64_t guess;

	if (utc_span_is_known(span))
		return (int64_t)((uint64_t)span.lo_ns + utc_span_width_ns(span) / 2);
	guess = fleet_guess_ns(recording, ns);
	return guess < span.lo_ns ? span.lo_ns : guess > span.hi_ns ? span.hi_ns : guess;
}

static void add_entries(struct fleet *fleet, size_t number)
{
	const struct fleet_recording *recording = &fleet->recording[number];

	for (size_t i = 0; i < recording->findings; i++) {
		const struct fleet_finding *finding = &recording->finding[i];

		if (fleet_has(fleet, finding->when))
			fleet->entry[fleet->entries++] = (struct fleet_entry){
				.recording = number,
				.finding = finding,
				.when = finding->when,
				.key_ns = key_of(recording, finding->found, finding->found_ns),
			};
	}
	for (size_t i = 0; i < recording->incidents; i++) {
		const struct fleet_incident *incident = &recording->incident[i];

		if (incident->recovery.state == CLAIM_HOLDS && fleet_has(fleet, incident->to))
			fleet->entry[fleet->entries++] = (struct fleet_entry){
				.recording = number,
				.over = incident,
				.when = incident->to,
				.key_ns = key_of(recording, incident->to, incident->to_ns),
			};
	}
}

static uint64_t monotonic_of(const struct fleet_entry *entry)
{
	return entry->finding ? entry->finding->found_ns : entry->over->to_ns;
}

static uint64_t number_of(const struct fleet_entry *entry)
{
	return entry->finding ? entry->finding->number : entry->over->number;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Those of one machine together, as they were there. */
static int compare_at_home(const struct fleet *fleet, const struct fleet_entry *a,
			   const struct fleet_entry *b)
{
	int by = compare_u64(fleet->recording[a->recording].machine,
			     fleet->recording[b->recording].machine);

	return by ?: compare_u64(monotonic_of(a), monotonic_of(b));
}

static int compare_homes(const void *a, const void *b, void *arg)
{
	return compare_at_home(arg, a, b);
}

/* By a leap second UTC goes back, and a guess may: what came later in a machine stays later. */
static void keep_order(struct fleet *fleet)
{
	qsort_r(fleet->entry, fleet->entries, sizeof(*fleet->entry), compare_homes, fleet);
	for (size_t i = 1; i < fleet->entries; i++) {
		struct fleet_entry *before = &fleet->entry[i - 1], *entry = &fleet->entry[i];

		if (fleet->recording[before->recording].machine ==
			    fleet->recording[entry->recording].machine &&
		    entry->key_ns < before->key_ns)
			entry->key_ns = before->key_ns;
	}
}

/* By time, then as they were in their machine, then by name; what has no place comes last. */
static int compare_entries(const void *a, const void *b)
{
	const struct fleet_entry *first = a, *second = b;
	int by = fleet_is_placed(second) - fleet_is_placed(first);

	if (!by)
		by = (first->key_ns > second->key_ns) - (first->key_ns < second->key_ns);
	if (!by)
		by = compare_u64(monotonic_of(first), monotonic_of(second));
	if (!by)
		by = compare_u64(first->recording, second->recording);
	if (!by)
		by = (first->over != NULL) - (second->over != NULL);
	return by ?: compare_u64(number_of(first), number_of(second));
}

/* The latest end so far, and the latest of another machine than that one's. */
struct latest {
	int64_t hi_ns;
	size_t machine;
	bool any;
};

static void note_end(struct latest *best, struct latest *other, size_t machine, int64_t hi_ns)
{
	if (!best->any || best->machine == machine) {
		if (!best->any || hi_ns > best->hi_ns)
			*best = (struct latest){hi_ns, machine, true};
	} else if (hi_ns > best->hi_ns) {
		*other = *best;
		*best = (struct latest){hi_ns, machine, true};
	} else if (!other->any || hi_ns > other->hi_ns) {
		*other = (struct latest){hi_ns, machine, true};
	}
}

static void mark_order(struct fleet *fleet)
{
	struct latest best = {0}, other = {0};

	for (size_t i = 0; i < fleet->entries; i++) {
		struct fleet_entry *entry = &fleet->entry[i];
		size_t machine = fleet->recording[entry->recording].machine;
		const struct latest *rival = best.any && best.machine == machine ? &other : &best;

		if (!fleet_is_placed(entry))
			break;
		entry->order_known = !rival->any || rival->hi_ns < entry->when.lo_ns;
		note_end(&best, &other, machine, entry->when.hi_ns);
	}
}

static int make_timeline(struct fleet *fleet)
{
	size_t most = 1;

	for (size_t i = 0; i < fleet->recordings; i++)
		most += fleet->recording[i].findings + fleet->recording[i].incidents;
	fleet->entry = calloc(most, sizeof(*fleet->entry));
	if (!fleet->entry)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->recordings; i++)
		add_entries(fleet, i);
	keep_order(fleet);
	qsort(fleet->entry, fleet->entries, sizeof(*fleet->entry), compare_entries);
	mark_order(fleet);
	return 0;
}

/* --- Groups */

struct placed {
	const struct fleet_incident *incident;
	size_t recording;
};

/* The widest that the bad window can be. */
static struct utc_span window_of(const struct fleet_incident *incident)
{
	return (struct utc_span){incident->from.lo_ns, incident->to.hi_ns};
}

static int compare_placed(const void *a, const void *b)
{
	const struct placed *first = a, *second = b;
	int64_t lo = first->incident->from.lo_ns, other = second->incident->from.lo_ns;
	int by = (lo > other) - (lo < other);

	if (!by)
		by = compare_u64(first->recording, second->recording);
	return by ?: compare_u64(first->incident->number, second->incident->number);
}

static size_t machines_in(const struct fleet *fleet, const struct placed *placed, size_t count)
{
	size_t machines = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		for (size_t j = 0; j < i; j++)
			seen |= fleet->recording[placed[j].recording].machine ==
				fleet->recording[placed[i].recording].machine;
		machines += !seen;
	}
	return machines;
}

static int64_t distance(int64_t from_ns, int64_t to_ns)
{
	int64_t ns;

	return __builtin_sub_overflow(to_ns, from_ns, &ns) ? INT64_MAX : ns;
}

static void describe(struct fleet_group *group)
{
	struct utc_span begin = {INT64_MAX, INT64_MIN}, sure = UTC_SPAN_UNKNOWN;
	int64_t latest_lo = INT64_MIN, earliest_hi = INT64_MAX;

	group->window = (struct utc_span){INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < group->incidents; i++) {
		const struct fleet_incident *incident = group->incident[i];
		struct utc_span window = window_of(incident);

#define LEAST(a, b) ((a) < (b) ? (a) : (b))
#define MOST(a, b)  ((a) > (b) ? (a) : (b))
		group->window.lo_ns = LEAST(group->window.lo_ns, window.lo_ns);
		group->window.hi_ns = MOST(group->window.hi_ns, window.hi_ns);
		/* Surely bad from what was found first to what was still not good. */
		sure.lo_ns = MOST(sure.lo_ns, incident->begin.hi_ns);
		sure.hi_ns = LEAST(sure.hi_ns, incident->to.lo_ns);
		begin.lo_ns = LEAST(begin.lo_ns, incident->begin.lo_ns);
		begin.hi_ns = MOST(begin.hi_ns, incident->begin.hi_ns);
		latest_lo = MOST(latest_lo, incident->begin.lo_ns);
		earliest_hi = LEAST(earliest_hi, incident->begin.hi_ns);
	}
	group->proven = sure.lo_ns <= sure.hi_ns;
	group->began_within.lo_ns = MOST(0, distance(earliest_hi, latest_lo));
	group->began_within.hi_ns = distance(begin.lo_ns, begin.hi_ns);
}

static int add_group(struct fleet *fleet, const struct placed *placed, size_t count)
{
	size_t machines = machines_in(fleet, placed, count);
	struct fleet_group *group = &fleet->group[fleet->groups];

	if (machines < 2)
		return 0;
	*group = (struct fleet_group){
		.incident = calloc(count, sizeof(*group->incident)),
		.recording = calloc(count, sizeof(*group->recording)),
		.machines = machines,
	};
	fleet->groups++;
	if (!group->incident || !group->recording)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		group->incident[i] = placed[i].incident;
		group->recording[i] = placed[i].recording;
	}
	group->incidents = count;
	describe(group);
	return 0;
}

/* Those in a row, by their beginning, that have a moment in common. */
static int find_groups(struct fleet *fleet, const struct placed *placed, size_t count)
{
	size_t first = 0;
	int err = 0;

	while (first < count && !err) {
		int64_t end_ns = window_of(placed[first].incident).hi_ns;
		size_t next = first + 1;

		for (; next < count; next++) {
			struct utc_span window = window_of(placed[next].incident);

			if (window.lo_ns > end_ns)
				break;
			end_ns = window.hi_ns < end_ns ? window.hi_ns : end_ns;
		}
		err = add_group(fleet, placed + first, next - first);
		first = next;
	}
	return err;
}

static int make_groups(struct fleet *fleet)
{
	struct placed *placed;
	size_t most = 1, count = 0;
	int err;

	for (size_t i = 0; i < fleet->recordings; i++)
		most += fleet->recording[i].incidents;
	placed = calloc(most, sizeof(*placed));
	fleet->group = calloc(most, sizeof(*fleet->group));
	if (!placed || !fleet->group) {
		free(placed);
		return -ENOMEM;
	}
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_recording *recording = &fleet->recording[i];

		for (size_t j = 0; j < recording->incidents; j++) {
			const struct fleet_incident *incident = &recording->incident[j];

			if (utc_span_is_known(window_of(incident)) &&
			    fleet_has(fleet, window_of(incident)))
				placed[count++] = (struct placed){incident, i};
		}
	}
	qsort(placed, count, sizeof(*placed), compare_placed);
	err = find_groups(fleet, placed, count);
	free(placed);
	return err;
}

int fleet_order(struct fleet *fleet)
{
	return make_timeline(fleet) ?: make_groups(fleet);
}
