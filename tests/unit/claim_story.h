/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random stories for claim_property.c: a scenario, how it is recorded, and what of it is true.
 *
 * Each event comes with what no program in the guest can know: how far CLOCK_REALTIME, the answer
 * of the driver and the page's own time truly were off.
 */
#ifndef VMCLOCK_TRACE_TESTS_CLAIM_STORY_H
#define VMCLOCK_TRACE_TESTS_CLAIM_STORY_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claim_witness.h"
#include "judge/page_update.h"
#include "judge_make.h"
#include "scenario/random.h"
#include "scenario/scenario_source.h"

#define STORY_TEXT   8192
#define STORY_EVENTS 30000
#define READING_NS   120 /* a reading is at some moment of so long */

enum story_end {
	STORY_WHOLE,
	STORY_CUT,   /* not closed, and its end is missing */
	STORY_RING,  /* with gaps */
	STORY_ALONE, /* the main file without its log */
};

/* One event, and the truth. */
struct told {
	struct event event;
	bool has_off;	 /* of a clock or a read: is how far off it was known? */
	int64_t off_ns;	 /* that, rounded down */
	bool page_tells; /* is it a whole page that gives time, and that the host vouches for? */
	bool utc_tells;	 /* does it give UTC, so that CLOCK_REALTIME can be compared? */
	bool page_lies;	 /* by more than it admits */
	bool tai_lies;	 /* its TAI alone */
	bool utc_lies;	 /* its UTC alone */
	int64_t page_off_ns;
	uint64_t page_claim_ns;
};

struct story {
	struct random_source random;
	char text[STORY_TEXT];
	enum story_end end;
	bool full;	     /* does the page carry a clock, from beginning to end? */
	bool realtime;	     /* is CLOCK_REALTIME watched? */
	bool claims;	     /* and claims a bound */
	bool eventful;	     /* was anything put in? */
	bool disrupted;	     /* a marker moved, surely */
	bool stepped;	     /* the host's clock was, surely beyond all bounds */
	bool loses;	     /* events were lost */
	bool reference_lies; /* another clock is off, by a line of the story */
	bool tells;	     /* the page can judge, from beginning to end */
	uint64_t failed;     /* reads that failed */
	struct told *told;
	size_t count;
};

static inline uint64_t story_pick(struct story *story, uint64_t below)
{
	return random_u64(&story->random) % below;
}

static inline void story_say(struct story *story, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline void story_say(struct story *story, const char *format, ...)
{
	size_t length = strlen(story->text);
	va_list args;

	va_start(args, format);
	vsnprintf(story->text + length, STORY_TEXT - length, format, args);
	va_end(args);
}

/* Another PTP clock, as it is at first or becomes. */
static inline void story_reference(struct story *story)
{
	static const char *const kinds[] = {"kvm", "nic", "ena"};
	static const char *const offs[] = {" off -64s", " off +5s", " off +900us", " off -250ms"};
	const char *off = story_pick(story, 2) ? offs[story_pick(story, 4)] : "";

	story->reference_lies |= *off;
	story_say(story, "ptp-clock %s%s%s\n", kinds[story_pick(story, 3)], off,
		  story_pick(story, 2) ? " within 10us" : "");
}

static inline void story_settings(struct story *story)
{
	static const char *const bounds[] = {"", "time-error 20us\n", "rate-error 10ppm\n",
					     "time-error 300ns\nrate-error 0.1ppm\ndrift 0.01\n"};
	static const char *const claims[] = {"1ms", "100us", "100us", "2ms", "20ms", "500ms"};
	bool leap = story_pick(story, 6) == 0;

	story->full = story_pick(story, 4) != 0;
	story_say(story, "mode %s\n", story->full ? "full" : "marker-only");
	if (leap)
		story_say(story, "start 2016-12-31T23:59:%02dZ\ntai-offset -36\nleap %s\n",
			  (int)story_pick(story, 60),
			  story_pick(story, 3) ? "positive" : "negative");
	if (leap && story_pick(story, 2))
		story_say(story, "smearing NOON_LINEAR\n");
	story->realtime = story_pick(story, 4) != 0;
	story->claims = story->realtime && story_pick(story, 4);
	if (story->claims)
		story_say(story, "realtime within %s\n", claims[story_pick(story, 6)]);
	else if (story->realtime)
		story_say(story, "realtime unsynchronized\n");
	for (uint64_t n = story_pick(story, 3); n; n--)
		story_say(story, "reader r%d every %dms\n", (int)n,
			  200 + (int)story_pick(story, story_pick(story, 6) ? 900 : 30000));
	if (story->realtime && story_pick(story, 3) == 0)
		story_reference(story);
	if (story->full)
		story_say(story, "%s", bounds[story_pick(story, 4)]);
	if (story_pick(story, 3) == 0)
		story_say(story, "time-type TAI\n");
	else if (story_pick(story, 6) == 0 && !leap)
		story_say(story, "tai-offset unknown\n");
	if (story_pick(story, 3) == 0)
		story_say(story, "notification yes\n");
	if (story_pick(story, 2))
		story_say(story, "generation 1\n");
	story_say(story, "refresh %s\n", story_pick(story, 2) ? "1s" : "300ms");
}

static inline int64_t story_size(struct story *story, int64_t most)
{
	int64_t size = (int64_t)(random_u64(&story->random) % (uint64_t)most);

	size >>= story_pick(story, 24);
	return (story_pick(story, 2) ? 1 : -1) * (size + 1);
}

static inline void story_migrate(struct story *story, const char *how)
{
	story_say(story, "%s downtime %dms value %+lldns rate %+d", how,
		  (int)story_pick(story, 3) * (int)story_pick(story, 2000),
		  (long long)story_size(story, 3000000000), (int)story_pick(story, 61) - 30);
	if (story->full && story_pick(story, 3) == 0)
		story_say(story, " %s %dms", story_pick(story, 2) ? "resync" : "late",
			  (int)story_pick(story, 4000) + 1);
	story_say(story, "\n");
	story->disrupted = true;
}

/* Words that need no numbers. */
static inline void story_plain(struct story *story)
{
	static const char *const words[] = {
		"disrupt",
		"stun 2s",
		"stun 300ms",
		"status FREERUNNING",
		"status UNRELIABLE",
		"status INITIALIZING",
		"status SYNCHRONIZED",
		"stick 700ms",
		"tear 500ms",
		"garbage 600ms",
		"gone 900ms",
		"storm 30 over 1s",
		"update",
		"lose 7",
		"maintenance soon",
		"leap none",
		"tai-offset unknown",
		"tai-offset -38",
		"refresh 0",
		"refresh 500ms",
		"time-error unknown",
		"generation 7",
		"set seq_count 0x80000000",
		"clock-set source hpet",
		"driver-off +3ms for 4s",
		"driver-off +10ms for 1h",
		"mode marker-only",
		"mode full",
		"slew 0",
		"jump rate +40",
		"clock-set slew 0",
		"clock-set slew +300",
		"clock-set slew -20",
	};
	const char *word = words[story_pick(story, sizeof(words) / sizeof(words[0]))];

	story->loses |= !strncmp(word, "lose", 4);
	story->full &= strcmp(word, "mode marker-only") != 0;
	story->disrupted |= !strcmp(word, "disrupt");
	story_say(story, "%s\n", word);
}

static inline void story_inject(struct story *story)
{
	int64_t size;

	switch (story_pick(story, 13)) {
	case 0:
	case 1:
		story_migrate(story, "migrate");
		break;
	case 2:
		story_migrate(story, "restore");
		break;
	case 3:
	case 4:
		size = story_size(story, 90000000000);
		story_say(story, "step %+lldns\n", (long long)size);
		story->stepped |= story->full && (size > 1000000 || size < -1000000);
		break;
	case 5:
		story_say(story, "jump value %+lldns\n", (long long)story_size(story, 2000000000));
		break;
	case 6:
		story_say(story, "slew %+.3f\n", (double)story_size(story, 400000) / 1000);
		break;
	case 7:
		story_say(story, "clock-set step %+lldns\n",
			  (long long)story_size(story, 9000000000));
		break;
	case 8:
		if (story->realtime && story_pick(story, 2))
			story_reference(story);
		else
			story_plain(story);
		break;
	default:
		story_plain(story);
	}
}

/*
 * The page calls its time the other scale's, or gives another offset between them, and back. By
 * numbers of its own, so that without it a seed's story is the same.
 */
static inline void story_relabel(struct story *story, uint64_t seed)
{
	struct random_source random = {~seed};
	bool is_offset = random_u64(&random) % 2 && !strstr(story->text, "tai-offset");
	bool is_tai = strstr(story->text, "time-type TAI");
	uint64_t first_ms = random_u64(&random) % 9000, back_ms = 1 + random_u64(&random) % 9000;

	if (!story->full || random_u64(&random) % 8)
		return;
	story_say(story, "at %s%llums ", strstr(story->text, "\nat ") ? "+" : "",
		  (unsigned long long)first_ms);
	story_say(story, is_offset ? "tai-offset -36\n" : "set time_type %d\n", !is_tai);
	story_say(story, "at +%llums ", (unsigned long long)back_ms);
	story_say(story, is_offset ? "tai-offset -37\n" : "free time_type\n");
	story->eventful = true;
}

/*
 * What comes late, goes and comes back, or is not vouched for; and a second PTP clock. By numbers
 * of its own as well.
 */
static inline void story_vary(struct story *story, uint64_t seed)
{
	struct random_source random = {seed ^ 0x5a5a5a5a5a5a5a5a};
	uint64_t which = random_u64(&random) % 24, long_ms = 1 + random_u64(&random) % 9000;
	const char *more = strstr(story->text, "\nat ") ? "+" : "";
	char witnesses[WITNESS_LINES];

	switch (which) {
	case 0:
		story_say(story, "at %s0ms gone %llums\n", more, (unsigned long long)long_ms);
		break;
	case 1:
	case 2:
		story_say(story, "at %s%llums status %s\nat +%llums status SYNCHRONIZED\n", more,
			  (unsigned long long)random_u64(&random) % 9000,
			  which == 1 ? "UNRELIABLE" : "FREERUNNING", (unsigned long long)long_ms);
		break;
	case 3:
		if (!story->realtime)
			return;
		story_say(story, "ptp-clock kvm\nptp-clock ena within 20us\n");
		return;
	case 4:
		if (!story->realtime)
			return;
		story_say(story,
			  "ptp-clock ena within 20us\nptp-clock nic off -700us within 9us\n");
		story->reference_lies = true;
		break;
	case 5:
	case 6:
		if (!story->realtime || strstr(story->text, "ptp-clock"))
			return;
		story_other_witness(&random, which == 5, more, witnesses);
		story_say(story, "%s", witnesses);
		story->full = false;
		break;
	default:
		return;
	}
	story->eventful = true;
}

static inline void story_write(struct story *story, uint64_t seed)
{
	char lines[WITNESS_LINES];
	uint64_t changes;

	story->random = (struct random_source){seed};
	story_settings(story);
	story->end = (enum story_end)(story_pick(story, 2) ? STORY_WHOLE : story_pick(story, 4));
	changes = story_pick(story, 5);
	story->eventful = changes || story->reference_lies;
	story_say(story, "end %ds\n", 35 + (int)story_pick(story, 60));
	for (int i = 0; changes; changes--, i++) {
		story_say(story, "at %s%lldms ", i ? "+" : "",
			  (long long)(story_pick(story, 3) ? story_pick(story, 12000)
							   : story_pick(story, 1200)));
		story_inject(story);
	}
	if (story->full && story_wide_bound(seed, strstr(story->text, "\nat ") ? "+" : "", lines)) {
		story_say(story, "%s", lines);
		story->eventful = true;
	}
	story_relabel(story, seed);
	story_vary(story, seed);
}

/* Further than 292 years: sums with it are still numbers. */
#define STORY_FAR_NS (INT64_MAX / 4)

/* @at less the truth, in whole nanoseconds rounded down. */
static inline int64_t story_distance(struct instant at, struct instant truth)
{
	struct ns_interval off;

	if (instant_distance(at, truth, &off))
		return instant_compare(at, truth) < 0 ? -STORY_FAR_NS : STORY_FAR_NS;
	return off.lo_ns;
}

static inline uint64_t story_abs(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

/* A reading of CLOCK_REALTIME, and of another PTP clock that claims a bound. */
static inline bool is_realtime(const struct told *told)
{
	return told->event.type == EVENT_CLOCK && told->event.clock.clock == OBSERVED_REALTIME;
}

static inline bool is_reference(const struct told *told)
{
	return told->event.type == EVENT_CLOCK && told->event.clock.clock == OBSERVED_PHC_OTHER &&
	       told->event.clock.has_claim;
}

/* Was a clock that is watched wrong in a way that can be seen: an honest page shows it? */
static inline bool is_seen_to_be_bad(const struct told *told)
{
	const struct event_clock *clock = &told->event.clock;
	uint64_t claim_ns = clock->has_claim ? clock->max_error_ns : MS;

	return is_realtime(told) &&
	       story_abs(told->off_ns) > claim_ns + 2 * told->page_claim_ns + READING_NS;
}

/* Do that clock and the page contradict each other, by what both claim? */
static inline bool is_contradicted(const struct told *told)
{
	const struct event_clock *clock = &told->event.clock;
	uint64_t claim_ns = clock->has_claim ? clock->max_error_ns : MS;

	return (is_realtime(told) || is_reference(told)) && told->page_tells &&
	       told->page_claim_ns &&
	       story_abs(told->off_ns - told->page_off_ns) >
		       claim_ns + told->page_claim_ns + READING_NS;
}

static inline void story_see_page(struct told *told, const struct page *page, uint64_t counter,
				  const struct scenario_truth *truth)
{
	struct instant utc = {.sec = truth->tai.sec - truth->tai_less_utc, .frac = truth->tai.frac};
	struct page_time time;
	int64_t off_ns;

	if (page_mode(page) != PAGE_FULL || !page_is_vouched_for(page) ||
	    page_time_at(page, counter, &time) || !(time.has_tai || time.has_utc))
		return;
	told->page_tells = true;
	told->utc_tells = time.has_utc;
	told->page_claim_ns = time.has_max_error ? time.max_error_ns : 0;
	off_ns = time.has_tai ? story_distance(time.tai, truth->tai) : STORY_FAR_NS;
	told->tai_lies = time.has_tai && story_abs(off_ns) > SECOND / 2;
	told->utc_lies = time.has_utc && story_abs(story_distance(time.utc, utc)) > SECOND / 2;
	/* Its TAI offset may lie, and its UTC is not of this side of a leap second. */
	if (time.has_utc && story_abs(story_distance(time.utc, utc)) < story_abs(off_ns))
		off_ns = story_distance(time.utc, utc);
	told->page_off_ns = off_ns;
	told->page_lies = !time.has_max_error || story_abs(off_ns) > told->page_claim_ns + 2;
}

static inline void story_see(struct story *story, struct told *told,
			     const struct scenario_truth *truth)
{
	struct instant utc = {.sec = truth->tai.sec - truth->tai_less_utc, .frac = truth->tai.frac};
	struct timespec at = {0};
	struct event *event = &told->event;
	int64_t off_ns;

	if (event->type == EVENT_PAGE && event->page_state == EVENT_PAGE_STABLE)
		story_see_page(told, &event->page, event->sample.ticks.before, truth);
	if (event->type == EVENT_CLOCK) {
		told->has_off = true;
		told->off_ns = story_distance(instant_from_timespec(event->clock.at), utc);
		if (event->page_state == EVENT_PAGE_STABLE)
			story_see_page(told, &event->page, event->clock.ticks.before, truth);
	}
	if (event->type != EVENT_READ || event->result < 0)
		return;
	at.tv_sec = event->read.sec;
	at.tv_nsec = event->read.nsec;
	told->has_off = true;
	off_ns = story_distance(instant_from_timespec(at), truth->tai);
	told->off_ns = story_distance(instant_from_timespec(at), utc);
	/* On which scale it answered is another question: the one that is nearer. */
	if (story_abs(off_ns) < story_abs(told->off_ns))
		told->off_ns = off_ns;
	(void)story;
}

/* Some kernels refuse for a while. */
static inline void story_fail_reads(struct story *story)
{
	size_t from = story_pick(story, story->count + 1), to = from + story_pick(story, 900);

	for (size_t i = from; i < story->count && i < to; i++) {
		struct told *told = &story->told[i];

		if (told->event.type != EVENT_READ && told->event.type != EVENT_CALL)
			continue;
		told->event.result = -EINVAL;
		told->has_off = false;
	}
}

/* False: that text is refused. */
static inline bool story_play(struct story *story, uint64_t seed)
{
	struct simulation_options options = {.has_seed = true, .seed = seed};
	struct scenario_source *source;
	struct error error = {0};
	struct scenario scenario;
	struct scenario_truth truth;
	struct event event;

	story_write(story, seed);
	if (scenario_parse("story", story->text, strlen(story->text), &scenario, &error))
		return false;
	assert_int_equal(scenario_source_new(&scenario, &options, 0, &source), 0);
	story->told = calloc(STORY_EVENTS, sizeof(*story->told));
	while (story->count < STORY_EVENTS && scenario_source_next(source, &event, &truth)) {
		struct told *told = &story->told[story->count++];

		told->event = event;
		story_see(story, told, &truth);
	}
	assert_true(story->count < STORY_EVENTS);
	scenario_source_free(source);
	scenario_free(&scenario);
	if (story_pick(story, 8) == 0)
		story_fail_reads(story);
	story->tells = true;
	for (size_t i = 0; i < story->count; i++) {
		const struct told *told = &story->told[i];

		story->failed += told->event.type == EVENT_READ && told->event.result < 0;
		story->tells &= told->event.type != EVENT_CLOCK || told->utc_tells;
	}
	if (story->end == STORY_CUT || story->end == STORY_ALONE)
		story->count -= story_pick(story, story->count);
	return true;
}

#endif
