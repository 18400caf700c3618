// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/top_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "judge/health.h"
#include "page/names.h"
#include "show/live_text.h"
#include "show/sentence.h"

#define NOT_KNOWN "not known"

/* --- Small ones */

static uint64_t magnitude_of(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* The unit in which it has at most three digits before the point, rounded to three in all. */
static void put_digits(double value, const char *sign, const char *const *unit, char *out,
		       size_t bytes)
{
	while (value >= 999.5 && unit[1]) {
		value /= 1000;
		unit++;
	}
	snprintf(out, bytes, "%s%.*f %s", sign,
		 value >= 99.95	  ? 0
		 : value >= 9.995 ? 1
				  : 2,
		 value, *unit);
}

const char *top_ns(int64_t ns, bool sign, char out[TOP_NS_BYTES])
{
	static const char *const units[] = {"ns", "us", "ms", "s", NULL};
	const char *before = ns < 0 ? "-" : sign && ns > 0 ? "+" : "";
	uint64_t magnitude = magnitude_of(ns);

	if (magnitude < 1000)
		snprintf(out, TOP_NS_BYTES, "%s%" PRIu64 " ns", before, magnitude);
	else if (magnitude < 600ull * NSEC_PER_SEC)
		put_digits((double)magnitude, before, units, out, TOP_NS_BYTES);
	else
		text_ns(ns, sign, out, TOP_NS_BYTES);
	return out;
}

static const char *bound_text(uint64_t ns, char out[TOP_NS_BYTES])
{
	char text[TOP_NS_BYTES];

	snprintf(out, TOP_NS_BYTES, "±%.29s",
		 top_ns(ns > INT64_MAX ? INT64_MAX : (int64_t)ns, false, text));
	return out;
}

static int64_t middle_of(struct ns_interval interval)
{
	return interval.lo_ns + (int64_t)(interval_width_ns(interval) / 2);
}

static const char *direction_of(struct ns_interval error)
{
	if (error.lo_ns > 0)
		return "ahead";
	return error.hi_ns < 0 ? "behind" : "agrees";
}

void top_time(bool has_utc, int64_t utc_ns, bool date, char text[TOP_TIME_BYTES])
{
	char iso[INSTANT_ISO_BYTES];

	instant_format_utc(instant_from_ns(utc_ns), iso, sizeof(iso));
	if (date)
		snprintf(text, TOP_TIME_BYTES, "%s%.10s %.8sZ", has_utc ? "" : "~", iso, iso + 11);
	else
		snprintf(text, TOP_TIME_BYTES, "%s%.8sZ", has_utc ? "" : "~", iso + 11);
}

/* --- How it is now */

enum level top_level_of(const struct top_state *state)
{
	if (state->is_bad)
		return state->is_critical ? LEVEL_CRITICAL : LEVEL_WARNING;
	if (state->announced)
		return LEVEL_WARNING;
	return state->well.state == CLAIM_HOLDS ? LEVEL_OK : LEVEL_UNKNOWN;
}

const char *top_level_name(enum level level)
{
	static const char *const names[LEVELS] = {"OK", "UNKNOWN", "WARNING", "CRITICAL"};

	return names[level];
}

enum level top_level_of_severity(enum finding_severity severity)
{
	return severity == FINDING_CRITICAL  ? LEVEL_CRITICAL
	       : severity == FINDING_WARNING ? LEVEL_WARNING
					     : LEVEL_OK;
}

/* By how much it is surely off, beyond what it claims or what is near enough. */
static uint64_t off_beyond_ns(const struct top_clock *clock)
{
	uint64_t allowed_ns = clock->has_claim ? clock->claim_ns : HEALTH_BACK_NS, off_ns = 0;

	if (clock->known && clock->error.lo_ns > 0)
		off_ns = (uint64_t)clock->error.lo_ns;
	else if (clock->known && clock->error.hi_ns < 0)
		off_ns = magnitude_of(clock->error.hi_ns);
	return off_ns > allowed_ns ? off_ns : 0;
}

static const struct top_clock *worst_clock(const struct top_state *state)
{
	const struct top_clock *worst = NULL;

	for (size_t i = 0; i < state->clocks; i++) {
		uint64_t off_ns = off_beyond_ns(&state->clock[i]);

		if (off_ns && (!worst || off_ns > off_beyond_ns(worst)))
			worst = &state->clock[i];
	}
	return worst;
}

static void say_clock(const struct top_state *state, const struct top_clock *clock,
		      struct words *words)
{
	struct top_row row;

	top_clock_row(state, clock, &row);
	say(words, "%s is %s %s (%s)", row.name, row.error + strspn(row.error, "+-"), row.direction,
	    row.bound);
}

static void say_page(const struct top_state *state, struct words *words)
{
	const char *status = page_status_name(page_get(&state->page, PAGE_CLOCK_STATUS));

	if (!state->has_page)
		say(words, "there is no page");
	else if (state->page_is_torn)
		say(words, "an update of the page does not end");
	else
		say(words, "the page is not good (status %s)", status ?: "undefined");
}

static void say_bad(const struct top_state *state, struct words *words)
{
	const struct finding *finding = &state->incident_finding;
	const struct top_clock *clock = worst_clock(state);
	char ago[TOP_NS_BYTES];

	if (state->has_incident)
		say(words, "%s %s ago; ", finding_name(finding->kind),
		    top_ns((int64_t)(state->now_ns - finding->found_ns), false, ago));
	if (state->says_unreliable)
		say(words, "the page says UNRELIABLE of itself");
	else if (!state->page_is_good)
		say_page(state, words);
	else if (clock)
		say_clock(state, clock, words);
	else if (state->is_freerunning)
		say(words, "the host has no source of time (FREERUNNING)");
	else if (state->has_incident && state->now_ns - finding->found_ns < INCIDENT_SETTLE_NS)
		say(words, "the page is good again, but not for 5 s yet");
	else if (state->has_incident)
		say(words, "not known yet to be over");
	else
		say(words, "a clock is off by more than it claims");
}

static const char *why_unknown(const struct top_state *state)
{
	if (state->well.why == CLAIM_CLOCK_UNKNOWN && !state->findings)
		return "no other clock was compared with the page yet";
	return claim_why_means(state->well.why);
}

void top_now_sentence(const struct top_state *state, char *text, size_t bytes)
{
	struct words words = {text, bytes};
	enum level level = top_level_of(state);

	*text = 0;
	say(&words, "%s: ", top_level_name(level));
	if (level == LEVEL_UNKNOWN)
		say(&words, "%s", why_unknown(state));
	else if (state->is_bad)
		say_bad(state, &words);
	else if (level != LEVEL_OK)
		say(&words, "%s", state->announced);
	else if (state->by_witness)
		say(&words, "CLOCK_REALTIME is within what it claims, by another clock");
	else if (state->clocks)
		say(&words, "the page is good, and the clocks are within what they claim");
	else
		say(&words, "the page is good, and CLOCK_REALTIME meets it");
}

/* --- Since the start */

void top_since_sentence(const struct top_state *state, char *text, size_t bytes)
{
	const struct outcome *outcome = &state->outcome;
	char start[TOP_TIME_BYTES], counts[TOP_SENTENCE_BYTES] = "";
	FILE *out = fmemopen(counts, sizeof(counts), "w");
	bool has_utc;
	int64_t utc_ns;

	if (out) {
		live_put_finding_counts(out, state->start_ns, &state->counts, outcome);
		fclose(out);
	}
	has_utc = top_state_utc(state, state->start_ns, &utc_ns);
	top_time(has_utc, utc_ns, false, start);
	snprintf(text, bytes, "since %s: %sfindings: %s", start,
		 !strcmp(outcome->level, "critical")  ? "CRITICAL; "
		 : !strcmp(outcome->level, "warning") ? "WARNING; "
						      : "",
		 counts);
}

/* --- What is not seen */

static void say_lost(const struct top_state *state, struct words *words)
{
	const char *before = " (";

	say(words, "lost %" PRIu64, event_losses_total(&state->losses));
	for (enum event_loss loss = 0; loss < LOSSES; loss++) {
		uint64_t count = event_loss_count(&state->losses, loss);

		if (!count)
			continue;
		say(words, "%s%" PRIu64 " %s", before, count, event_loss_label(loss));
		before = ", ";
	}
	say(words, "%s", *before == ',' ? "); " : "; ");
}

void top_losses_sentence(const struct top_state *state, char *text, size_t bytes)
{
	uint64_t blind_ns = blind_period_total_ns(&state->blind, state->now_ns);
	struct words words = {text, bytes};
	char length[TOP_NS_BYTES];

	*text = 0;
	if (state->has_losses)
		say_lost(state, &words);
	say(&words, "page updates missed %" PRIu64, state->page_missed);
	if (state->readers.evicted)
		say(&words, "; readers dropped %" PRIu64, state->readers.evicted);
	if (blind_ns)
		say(&words, "; no reads seen for %s, the driver was released",
		    top_ns((int64_t)blind_ns, false, length));
	if (state->own_uses)
		say(&words, "; own uses, not shown: %" PRIu64, state->own_uses);
	if (!state->uses_are_seen)
		say(&words, "; readers not seen");
	else if (*state->unseen)
		say(&words, "; not seen: %s", state->unseen);
}

/* --- Rows */

void top_page_row(const struct top_state *state, struct top_row *row)
{
	const char *status = page_status_name(page_get(&state->page, PAGE_CLOCK_STATUS));

	*row = (struct top_row){.known = state->has_page && state->has_page_bound, .direction = ""};
	snprintf(row->name, sizeof(row->name), "page");
	snprintf(row->by, sizeof(row->by), "its own bound");
	row->floor_ns = 1000;
	if (!state->has_page)
		snprintf(row->why, sizeof(row->why), "there is no page");
	else if (state->page_is_torn)
		snprintf(row->why, sizeof(row->why), "an update is under way");
	else if (page_mode(&state->page) == PAGE_MARKER_ONLY)
		snprintf(row->why, sizeof(row->why), "marker-only: it carries no clock");
	else
		snprintf(row->why, sizeof(row->why), "status %s, no bound", status ?: "undefined");
	if (!row->known)
		return;
	snprintf(row->error, sizeof(row->error), "%.20s", status ?: "undefined");
	bound_text(state->page_bound_ns, row->bound);
}

static void name_clock(enum observed_clock clock, const struct reference *reference,
		       char out[TOP_NAME_BYTES])
{
	char name[TEXT_DISPLAY_BYTES(REFERENCE_NAME_BYTES)];

	if (clock != OBSERVED_PHC_OTHER) {
		snprintf(out, TOP_NAME_BYTES, "%s", observed_clock_name(clock));
		return;
	}
	text_display(reference->name, strnlen(reference->name, REFERENCE_NAME_BYTES), name,
		     sizeof(name));
	snprintf(out, TOP_NAME_BYTES, "ptp%" PRId32 " %s", reference->number, name);
}

/* Half of what measurement and the bound of who judges leave open. */
static uint64_t known_to_ns(const struct top_clock *clock)
{
	return interval_width_ns(clock->error) / 2;
}

void top_clock_row(const struct top_state *state, const struct top_clock *clock,
		   struct top_row *row)
{
	bool stale =
		state->now_ns > clock->read_ns && state->now_ns - clock->read_ns > WITNESS_STALE_NS;

	*row = (struct top_row){.known = clock->known && !stale, .direction = ""};
	name_clock(clock->clock, &clock->reference, row->name);
	if (clock->has_claim)
		bound_text(clock->claim_ns, row->claims);
	if (clock->judges)
		snprintf(row->why, sizeof(row->why), "it is by this that others are judged");
	else if (stale)
		snprintf(row->why, sizeof(row->why), NOT_KNOWN ": not read for 10 s");
	else
		snprintf(row->why, sizeof(row->why), NOT_KNOWN ": %s",
			 error_unknown_means(clock->why));
	if (!row->known)
		return;
	top_ns(middle_of(clock->offset), true, row->error);
	row->direction = direction_of(clock->error);
	bound_text(known_to_ns(clock), row->bound);
	if (clock->by_witness)
		name_clock(clock->witness.clock, &clock->witness.reference, row->by);
	else
		snprintf(row->by, sizeof(row->by), "the page");
	row->floor_ns = clock->has_claim ? clock->claim_ns : known_to_ns(clock);
}
