// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/comparer.h"

#include <errno.h>
#include <string.h>

#include "compare/contradict.h"
#include "judge/page_bracket.h"

/*
 * There was no leap second since, and none is announced; a kernel that has an offset knows better.
 */
#define TAI_OFFSET_SEC_SINCE_2017 37

/* What the page says of itself: its own error at the time of the sample, and TAI less UTC. */
static void ask_page(struct comparison *out)
{
	const struct clock_sample *sample = &out->sample;
	struct page_time time;

	if (page_bracket_time(sample, sample->realtime.after, &time))
		return;
	out->has_tai_offset = time.has_utc && time.has_tai;
	if (out->has_tai_offset)
		out->tai_offset_sec = time.tai.sec - time.utc.sec;
	out->has_page_claim = time.has_max_error && page_is_vouched_for(&sample->page);
	out->page_claim_ns = out->has_page_claim ? time.max_error_ns : 0;
}

/* Where no page gives the time, CLOCK_REALTIME stands in for it: it is off by less than a scale. */
static struct page_time time_by_realtime(const struct clock_sample *sample, int64_t tai_offset_sec)
{
	struct page_time time = {
		.has_utc = true,
		.utc = instant_from_timespec(sample->realtime.inner),
	};

	time.has_tai = !instant_add_sec(time.utc, tai_offset_sec, &time.tai);
	return time;
}

/* Whether the PTP clock is on UTC or TAI, by its first reading that there is. */
static void infer_scale(struct comparison *out)
{
	const struct clock_sample *sample = &out->sample;
	const struct realtime_claim *claim = &sample->claim;
	const struct phc_sample *phc = NULL;
	struct page_time time;

	for (enum phc_method method = 0; !phc && method < PHC_METHODS; method++) {
		if (!sample->phc[method].result)
			phc = &sample->phc[method];
	}
	if (!phc)
		return;
	out->scale_is_by_page = !page_bracket_time(sample, phc->counter.before, &time);
	if (!out->scale_is_by_page) {
		out->has_tai_offset = true;
		out->tai_offset_sec = !claim->result && claim->tai_offset_sec
					      ? claim->tai_offset_sec
					      : TAI_OFFSET_SEC_SINCE_2017;
		time = time_by_realtime(sample, out->tai_offset_sec);
	}
	out->phc_scale = clock_scale_by_page(instant_from_timespec(phc->counter.inner), &time);
}

static struct clock_pair *add_pair(struct comparison *out, struct clock_pair pair)
{
	out->pair[out->pairs] = pair;
	return &out->pair[out->pairs++];
}

/* inner - outer of @bracket, into @interval. */
static enum pair_state measure(const struct bracket *bracket, struct maybe_interval *interval)
{
	switch (bracket_offset(bracket, &interval->ns)) {
	case 0:
		interval->known = true;
		return PAIR_MEASURED;
	case -EINVAL:
		return PAIR_STEPPED;
	default:
		return PAIR_TOO_FAR;
	}
}

/* The state that stands for an error of page_bracket(). */
static enum pair_state state_of_page_error(int err)
{
	return err == -ENOTSUP ? PAIR_NO_SCALE : err == -ERANGE ? PAIR_TOO_FAR : PAIR_NO_PAGE;
}

/* The interval plus what the clocks of @claims say that they may be off. */
static void widen_by_claims(const struct comparison *out, unsigned int candidates,
			    struct clock_pair *pair)
{
	const struct realtime_claim *claim = &out->sample.claim;
	struct ns_interval wide = pair->offset.ns;

	if (!pair->offset.known)
		return;
	if ((candidates & CLAIM_PAGE) && out->has_page_claim &&
	    !interval_widen(wide, out->page_claim_ns, &wide))
		pair->claims |= CLAIM_PAGE;
	if ((candidates & CLAIM_REALTIME) && !claim->result && claim->claims &&
	    !interval_widen(wide, claim->max_error_ns, &wide))
		pair->claims |= CLAIM_REALTIME;
	pair->bounded.known = pair->claims != 0;
	pair->bounded.ns = wide;
}

static void negate(struct maybe_interval *interval)
{
	interval->known =
		interval->known && !interval_sub(interval_of(0), interval->ns, &interval->ns);
}

static void compare_page_with_realtime(struct comparison *out)
{
	struct clock_pair *pair = add_pair(out, (struct clock_pair){
							.a = COMPARED_PAGE,
							.b = COMPARED_REALTIME,
							.between = BETWEEN_COUNTERS,
						});
	const struct clock_sample *sample = &out->sample;
	struct bracket bracket;
	int err = page_bracket(sample, SCALE_UTC, &sample->realtime, &bracket);

	pair->state = err ? state_of_page_error(err) : measure(&bracket, &pair->offset);
	if (!page_bracket(sample, SCALE_UNKNOWN, &sample->realtime, &bracket))
		measure(&bracket, &pair->raw);
	negate(&pair->offset);
	negate(&pair->raw);
	widen_by_claims(out, CLAIM_PAGE | CLAIM_REALTIME, pair);
}

/* For what reason there is no reading @phc of the PTP clock. */
static enum pair_state state_of_failure(const struct clock_sample *sample,
					const struct phc_sample *phc)
{
	bool unreliable = !sample->page_result &&
			  page_get(&sample->page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNRELIABLE;

	return phc->result == -EINVAL && unreliable ? PAIR_REFUSED : PAIR_FAILED;
}

static enum compared_between around_phc(enum phc_method method)
{
	return method == PHC_SYS_OFFSET_PRECISE ? BETWEEN_SAME_COUNTER : BETWEEN_REALTIME;
}

/* From the PHC's scale to UTC, which CLOCK_REALTIME is on. */
static enum pair_state convert_to_utc(const struct comparison *out, struct clock_pair *pair)
{
	int64_t ahead_ns = 0;

	if (out->phc_scale == SCALE_UNKNOWN ||
	    (out->phc_scale == SCALE_TAI && !out->has_tai_offset))
		return PAIR_NO_SCALE;
	if (out->phc_scale == SCALE_TAI)
		ahead_ns = out->tai_offset_sec * NSEC_PER_SEC;
	if (interval_sub(pair->raw.ns, interval_of(ahead_ns), &pair->offset.ns))
		return PAIR_TOO_FAR;
	pair->offset.known = true;
	return PAIR_MEASURED;
}

static void compare_phc_with_realtime(struct comparison *out, enum phc_method method)
{
	const struct phc_sample *phc = &out->sample.phc[method];
	struct clock_pair *pair = add_pair(out, (struct clock_pair){
							.a = COMPARED_PHC,
							.b = COMPARED_REALTIME,
							.method = method,
							.between = around_phc(method),
						});

	pair->result = phc->result;
	pair->state = phc->result ? state_of_failure(&out->sample, phc)
				  : measure(&phc->realtime, &pair->raw);
	if (pair->state == PAIR_MEASURED)
		pair->state = convert_to_utc(out, pair);
	widen_by_claims(out, CLAIM_PAGE | CLAIM_REALTIME, pair);
}

/* Both follow the same page, so no claim can come between them. */
static void compare_phc_with_page(struct comparison *out, enum phc_method method)
{
	const struct clock_sample *sample = &out->sample;
	const struct phc_sample *phc = &sample->phc[method];
	enum clock_scale scale;
	struct bracket bracket;
	struct page_time time;
	struct clock_pair *pair = add_pair(out, (struct clock_pair){
							.a = COMPARED_PHC,
							.b = COMPARED_PAGE,
							.method = method,
							.between = BETWEEN_COUNTERS,
						});
	int err;

	pair->result = phc->result;
	pair->state = state_of_failure(sample, phc);
	if (phc->result)
		return;
	/* Also where it is too far from all of the page's scales to be on one. */
	scale = page_bracket_time(sample, phc->counter.before, &time)
			? SCALE_UTC
			: clock_scale_nearest(instant_from_timespec(phc->counter.inner), &time);
	err = scale ? page_bracket(sample, scale, &phc->counter, &bracket) : -ENOTSUP;
	pair->state = err ? state_of_page_error(err) : measure(&bracket, &pair->offset);
	if (!page_bracket(sample, SCALE_UNKNOWN, &phc->counter, &bracket))
		measure(&bracket, &pair->raw);
}

/* a - b of a sample, for clocks of different epochs: only its change means something. */
static int epoch_offset(const struct clock_sample *sample, const struct elapsed_pair *pair,
			struct ns_interval *offset, struct timespec *b)
{
	struct maybe_interval maybe = {0};
	struct bracket bracket = sample->realtime_by_raw;
	const struct counter_bracket *counter =
		pair->b == COMPARED_MONOTONIC ? &sample->monotonic : &sample->monotonic_raw;
	int err = 0;

	if (pair->a == COMPARED_PAGE)
		err = page_bracket(sample, SCALE_UNKNOWN, counter, &bracket);
	if (err || measure(&bracket, &maybe) != PAIR_MEASURED)
		return -ENODATA;
	*b = bracket.before;
	if (pair->a == COMPARED_PAGE) {
		negate(&maybe);
		*b = bracket.inner;
	}
	*offset = maybe.ns;
	return maybe.known ? 0 : -ERANGE;
}

static void compare_elapsed(struct comparison *out, const struct clock_sample *base)
{
	static const struct elapsed_pair pairs[COMPARISON_ELAPSED] = {
		{.a = COMPARED_PAGE, .b = COMPARED_MONOTONIC_RAW, .between = BETWEEN_COUNTERS},
		{.a = COMPARED_PAGE, .b = COMPARED_MONOTONIC, .between = BETWEEN_COUNTERS},
		{.a = COMPARED_REALTIME, .b = COMPARED_MONOTONIC_RAW, .between = BETWEEN_RAW},
	};

	for (unsigned int i = 0; i < COMPARISON_ELAPSED; i++) {
		struct elapsed_pair *pair = &out->elapsed[out->elapseds++];
		struct ns_interval then_offset, now_offset;
		struct timespec then, now;

		*pair = pairs[i];
		pair->known = base && !epoch_offset(base, pair, &then_offset, &then) &&
			      !epoch_offset(&out->sample, pair, &now_offset, &now) &&
			      !elapsed_between(then_offset, then, now_offset, now, &pair->elapsed);
	}
}

static void find_updates(const struct clock_sample *previous, struct comparison *out)
{
	const struct clock_sample *sample = &out->sample;

	if (sample->page_result)
		return;
	if (previous && !previous->page_result &&
	    page_update_between(&previous->page_after, &sample->page, &out->update[out->updates]))
		out->updates++;
	if (page_update_between(&sample->page, &sample->page_after, &out->update[out->updates]))
		out->updates++;
}

static bool marker_changed(const struct comparison *out)
{
	for (unsigned int i = 0; i < out->updates; i++) {
		if (out->update[i].marker_changed)
			return true;
	}
	return false;
}

void comparer_add(struct comparer *comparer, const struct clock_sample *sample,
		  const struct driver_comparison *driver,
		  const struct compared_references *references, struct comparison *out)
{
	bool first = comparer->samples == 0;
	bool has_both = sample->has_phc && sample->page_result != -ENODEV;

	memset(out, 0, sizeof(*out));
	out->number = ++comparer->samples;
	out->sample = *sample;
	out->has_driver = driver != NULL;
	if (driver)
		out->driver = *driver;
	if (references)
		out->references = *references;
	if (!sample->page_result && page_tells_utc(&sample->page) &&
	    page_is_vouched_for(&sample->page))
		out->references.witness = (struct witness){.rank = WITNESS_PAGE};
	ask_page(out);
	if (sample->has_phc)
		infer_scale(out);
	compare_page_with_realtime(out);
	for (enum phc_method method = 0; sample->has_phc && method < PHC_METHODS; method++)
		compare_phc_with_realtime(out, method);
	for (enum phc_method method = 0; has_both && method < PHC_METHODS; method++)
		compare_phc_with_page(out, method);
	find_updates(first ? NULL : &comparer->newest, out);
	/* Over a disruption the counter did not count: elapsed time starts anew. */
	if (first || marker_changed(out))
		comparer->base = *sample;
	compare_elapsed(out, first || marker_changed(out) ? NULL : &comparer->base);
	contradict(out);
	comparer->newest = *sample;
}
