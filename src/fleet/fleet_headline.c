// SPDX-License-Identifier: GPL-2.0-or-later
/* The fleet in a sentence, and which host is the worst. */
#include <string.h>

#include "fleet/fleet_view.h"
#include "show/sentence.h"

#define SHOWN_BYTES 120

bool fleet_is_whole(const struct fleet *fleet)
{
	return fleet->since_ns == INT64_MIN && fleet->until_ns == INT64_MAX;
}

static int level_rank(const char *level)
{
	static const char *const levels[] = {"OK", "UNKNOWN", "WARNING", "CRITICAL"};

	for (int i = 0; level && i < (int)(sizeof(levels) / sizeof(levels[0])); i++) {
		if (!strcmp(level, levels[i]))
			return i;
	}
	return 0;
}

static int well_rank(enum claim_state well)
{
	return well == CLAIM_FAILS ? 2 : well == CLAIM_UNKNOWN;
}

/* A clock that is wrong now is the worst; then as incidents of one recording are ranked. */
static bool is_worse(const struct fleet_answer *a, const struct fleet_answer *b)
{
	if ((a->well == CLAIM_FAILS) != (b->well == CLAIM_FAILS))
		return a->well == CLAIM_FAILS;
	if (level_rank(a->level) != level_rank(b->level))
		return level_rank(a->level) > level_rank(b->level);
	if (a->well != b->well)
		return well_rank(a->well) > well_rank(b->well);
	if (a->off_ns != b->off_ns)
		return a->off_ns > b->off_ns;
	return a->bad_ns > b->bad_ns;
}

void fleet_by_harm(const struct fleet *fleet, size_t order[FLEET_RECORDINGS])
{
	for (size_t i = 0; i < fleet->recordings; i++) {
		const struct fleet_answer *answer = &fleet->recording[i].answer;
		size_t at = i;

		for (; at && is_worse(answer, &fleet->recording[order[at - 1]].answer); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

/* Of how many machines something holds; a machine is as bad as the worst of its recordings. */
struct counts {
	size_t wrong;	/* some clock is not right at the end */
	size_t unknown; /* or it is not known to be */
	size_t hurt;	/* had an incident */
};

static struct counts count(const struct fleet *fleet)
{
	struct counts counts = {0};

	for (size_t machine = 0; machine < fleet->machines; machine++) {
		bool hurt = false;
		int rank = 0;

		for (size_t i = 0; i < fleet->recordings; i++) {
			const struct fleet_recording *recording = &fleet->recording[i];

			if (recording->machine != machine)
				continue;
			hurt |= recording->incidents > 0;
			if (well_rank(recording->answer.well) > rank)
				rank = well_rank(recording->answer.well);
		}
		counts.wrong += rank == 2;
		counts.unknown += rank == 1;
		counts.hurt += hurt;
	}
	return counts;
}

static void say_counts(struct words *words, const struct fleet *fleet, const struct counts *counts)
{
	if (counts->wrong)
		say(words, "%zu of %zu hosts NOT right at the end; the worst: ", counts->wrong,
		    fleet->machines);
	else if (counts->unknown && counts->hurt)
		say(words, "Recovery not known on %zu of %zu hosts; the worst: ", counts->unknown,
		    fleet->machines);
	else if (counts->hurt)
		say(words,
		    "%zu of %zu hosts had incidents and recovered; the worst: ", counts->hurt,
		    fleet->machines);
	else if (counts->unknown)
		say(words,
		    "Clock state not known on %zu of %zu hosts; the first: ", counts->unknown,
		    fleet->machines);
	else
		say(words, "Findings, and no incident; the worst: ");
}

const char *fleet_headline(const struct fleet *fleet, char text[FLEET_FIRST_BYTES])
{
	struct words words = {text, FLEET_FIRST_BYTES};
	struct counts counts = count(fleet);
	size_t order[FLEET_RECORDINGS];
	const char *label;
	char shown[SHOWN_BYTES];

	text[0] = '\0';
	if (!fleet_is_whole(fleet) || !fleet->recordings)
		return text;
	if (!strcmp(fleet_level(fleet), "OK")) {
		if (fleet->machines == 1)
			say(&words, "The clocks of the host were right.");
		else
			say(&words, "The clocks of all %zu hosts were right.", fleet->machines);
		return text;
	}
	fleet_by_harm(fleet, order);
	label = fleet->recording[order[0]].label;
	text_display(label, strlen(label), shown, sizeof(shown));
	say_counts(&words, fleet, &counts);
	say(&words, "%s.", shown);
	return text;
}
