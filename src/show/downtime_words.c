// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/downtime_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Times in which the guest did not run, taken together. */
struct total {
	uint64_t count;
	struct ns_interval length;
	bool at_least; /* its end is not proven */
	bool is_bounded;
	uint64_t unknown[DOWNTIME_UNKNOWNS]; /* how many are not known, by reason */
};

bool downtime_is_of(const struct downtime *downtime, const struct incident *incident)
{
	return downtime->found_ns >= incident->from_ns &&
	       downtime->not_before_ns <= incident->to_ns;
}

static void total_add(struct total *total, struct ns_interval length)
{
	/* Past 292 years nothing was recorded: what does not fit is nonsense, and left out. */
	if (!interval_add(total->length, length, &total->length))
		total->count++;
}

static struct total by_page(const struct downtimes *downtimes, const struct incident *incident)
{
	struct total total = {.is_bounded = true};

	for (size_t i = 0; i < downtimes->count; i++) {
		const struct downtime *downtime = &downtimes->downtime[i];

		if (!downtime_is_of(downtime, incident))
			continue;
		if (downtime->unknown == DOWNTIME_KNOWN) {
			total_add(&total, downtime->length);
			total.is_bounded &= downtime->is_bounded;
		} else {
			total.unknown[downtime->unknown]++;
		}
	}
	return total;
}

static void add_stun(struct total *total, const struct finding_stun *stun)
{
	total_add(total, stun->length);
	total->at_least |= stun->at_least;
}

static struct total by_stun(const struct incident *incident)
{
	struct total total = {0};

	for (size_t i = 0; i < incident->findings; i++) {
		if (incident->finding[i].kind == FINDING_STUN)
			add_stun(&total, &incident->finding[i].stun);
	}
	return total;
}

/* "at most 3 ms", "3 ms .. 5 ms" */
static void length_text(const struct total *total, char *text, size_t bytes)
{
	char lo[TEXT_NS_BYTES], hi[TEXT_NS_BYTES];

	text_ns(total->length.lo_ns, false, lo, sizeof(lo));
	text_ns(total->length.hi_ns, false, hi, sizeof(hi));
	if (total->at_least)
		snprintf(text, bytes, "at least %s", lo);
	else if (!strcmp(lo, hi))
		snprintf(text, bytes, "%s", lo);
	else if (total->length.lo_ns > 0)
		snprintf(text, bytes, "%s .. %s", lo, hi);
	else
		snprintf(text, bytes, "at most %s", hi);
}

void downtime_sentence(const struct downtimes *downtimes, const struct incident *incident,
		       char *text, size_t bytes)
{
	struct total page = by_page(downtimes, incident), stun = by_stun(incident);
	char length[2 * TEXT_NS_BYTES + 16], at[48] = "the disruption";
	int used = 0;

	text[0] = '\0';
	if (page.count) {
		if (page.count > 1)
			snprintf(at, sizeof(at), "%" PRIu64 " disruptions", page.count);
		length_text(&page, length, sizeof(length));
		used = snprintf(text, bytes,
				"At %s the guest did not run for %s%s (true time by the page%s).",
				at, length, page.count > 1 ? " in all" : "",
				page.is_bounded ? "" : ", which gave no bound");
	} else if (stun.count) {
		length_text(&stun, length, sizeof(length));
		used = snprintf(text, bytes,
				"The guest did not run for %s (what its heartbeat missed).",
				length);
	}
	for (int why = 0; why < DOWNTIME_UNKNOWNS; why++) {
		if (!page.unknown[why] || used < 0 || (size_t)used >= bytes)
			continue;
		used += snprintf(text + used, bytes - (size_t)used,
				 "%sFor how long the guest did not run at %" PRIu64
				 " disruption%s is not known: %s.",
				 used ? " " : "", page.unknown[why],
				 page.unknown[why] == 1 ? "" : "s",
				 downtime_unknown_means((enum downtime_unknown)why));
	}
}
