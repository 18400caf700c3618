// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/contradict.h"

#include <errno.h>

#include "judge/page_bracket.h"
#include "page/counter.h"
#include "page/names.h"
#include "page/warning.h"

static void add(struct comparison *comparison, enum contradiction_kind kind, unsigned int index)
{
	comparison->contradiction[comparison->contradictions++] =
		(struct contradiction){.kind = kind, .index = index};
}

/* Could the page have said something during the sample that is in neither copy of it? */
static bool page_moved_unseen(const struct comparison *comparison)
{
	const struct clock_sample *sample = &comparison->sample;
	struct page_update update;

	return page_update_between(&sample->page, &sample->page_after, &update) &&
	       (update.updates > 1 || update.marker_changed);
}

/* Is @pair two clocks that cannot both be right by what they claim? */
static bool breaks_bounds(const struct comparison *comparison, const struct clock_pair *pair)
{
	const struct realtime_claim *claim = &comparison->sample.claim;

	if (pair->a != COMPARED_PAGE || pair->b != COMPARED_REALTIME)
		return false;
	if (pair->state == PAIR_TOO_FAR)
		return comparison->has_page_claim && !claim->result && claim->claims;
	return pair->claims == (CLAIM_PAGE | CLAIM_REALTIME) && !interval_has(pair->bounded.ns, 0);
}

/*
 * The PTP clock is computed from the page, so it owes no error bound: it must lie between what the
 * page said before and after.
 */
static bool leaves_page(const struct comparison *comparison, const struct clock_pair *pair)
{
	(void)comparison;
	if (pair->a != COMPARED_PHC || pair->b != COMPARED_PAGE)
		return false;
	return pair->state == PAIR_TOO_FAR ||
	       (pair->offset.known && !interval_has(pair->offset.ns, 0));
}

/* Mark each pair that @shows the contradiction, and add it once. */
static void find_in_pairs(struct comparison *comparison, enum contradiction_kind kind,
			  bool (*shows)(const struct comparison *, const struct clock_pair *))
{
	bool found = false;

	for (unsigned int i = 0; i < comparison->pairs; i++) {
		if (!shows(comparison, &comparison->pair[i]))
			continue;
		comparison->pair[i].contradicts = true;
		if (!found)
			add(comparison, kind, i);
		found = true;
	}
}

static void find(struct comparison *comparison)
{
	find_in_pairs(comparison, CONTRADICTION_BOUNDS, breaks_bounds);
	if (!page_moved_unseen(comparison))
		find_in_pairs(comparison, CONTRADICTION_PHC, leaves_page);
	if (comparison->has_driver && comparison->driver.tally.apart)
		add(comparison, CONTRADICTION_DRIVER, 0);
	for (unsigned int i = 0; i < comparison->updates; i++) {
		if (comparison->update[i].is_step)
			add(comparison, CONTRADICTION_STEP, i);
	}
	if (comparison->references.has_pair)
		add(comparison, CONTRADICTION_CLOCKS, 0);
}

static uint32_t note_if(bool condition, enum comparison_note note)
{
	return condition ? NOTE_BIT(note) : 0;
}

/* Findings on a page that gives the time here and now. */
static uint32_t notes_on_time(const struct comparison *comparison, const struct page_time *time)
{
	const struct page *page = &comparison->sample.page;
	bool vouched = page_is_vouched_for(page);
	page_warning_set warnings = page_warnings(page);
	uint64_t leap = page_get(page, PAGE_LEAP_INDICATOR);

	/* A leap indicator that the ABI does not define says nothing of a leap second. */
	return note_if(time->delta_ticks < 0, NOTE_BEFORE_REFERENCE) |
	       note_if(!time->has_utc, NOTE_NO_UTC) | note_if(!vouched, NOTE_STATUS) |
	       note_if(vouched && !time->has_max_error, NOTE_NO_PAGE_CLAIM) |
	       note_if(warnings & PAGE_WARNING_BIT(PAGE_WARN_TAI_OFFSET_POSITIVE), NOTE_TAI_SIGN) |
	       note_if(leap != VMCLOCK_LEAP_NONE && page_leap_name(leap), NOTE_LEAP);
}

static uint32_t notes_on_page(const struct comparison *comparison)
{
	const struct clock_sample *sample = &comparison->sample;
	struct page_time time;

	if (sample->page_result)
		return note_if(sample->page_result == -ETIMEDOUT, NOTE_PAGE_STUCK);
	switch (page_mode(&sample->page)) {
	case PAGE_INVALID:
		return NOTE_BIT(NOTE_PAGE_INVALID);
	case PAGE_MARKER_ONLY:
		return note_if(!comparison->doubt[0], NOTE_MARKER_ONLY);
	case PAGE_FULL:
		break;
	}
	if (page_get(&sample->page, PAGE_COUNTER_ID) != COUNTER_NATIVE_ID)
		return NOTE_BIT(NOTE_FOREIGN_COUNTER);
	if (page_bracket_time(sample, sample->realtime.before, &time))
		return NOTE_BIT(NOTE_NO_TIME);
	return notes_on_time(comparison, &time);
}

/* Were two clocks held against each other? The page's time counts where it is vouched for. */
static bool is_compared(const struct comparison *comparison)
{
	const struct compared_references *references = &comparison->references;

	if (witness_is_other(&references->witness) || references->distances ||
	    (comparison->has_driver && driver_comparison_reads(&comparison->driver)))
		return true;
	for (unsigned int i = 0; i < comparison->pairs; i++) {
		const struct clock_pair *pair = &comparison->pair[i];
		bool needs_voucher = pair->a == COMPARED_PAGE && pair->b == COMPARED_REALTIME;

		if (pair->state == PAIR_MEASURED &&
		    !(needs_voucher && comparison->notes & NOTE_BIT(NOTE_STATUS)))
			return true;
	}
	return false;
}

/* Why nothing is known of it, by the notes. */
static enum claim_why why_not_compared(uint32_t notes)
{
	if (notes & (NOTE_BIT(NOTE_PAGE_STUCK) | NOTE_BIT(NOTE_PAGE_INVALID)))
		return CLAIM_NO_PAGE;
	if (notes & NOTE_BIT(NOTE_MARKER_ONLY))
		return CLAIM_NO_CLOCK;
	if (notes & (NOTE_BIT(NOTE_FOREIGN_COUNTER) | NOTE_BIT(NOTE_NO_TIME)))
		return CLAIM_NO_TIME;
	return notes & NOTE_BIT(NOTE_STATUS) ? CLAIM_NO_VOUCHER : CLAIM_NOT_COMPARED;
}

static struct claim agreement(const struct comparison *comparison)
{
	if (comparison->contradictions)
		return claim_seen(false);
	if (comparison->doubt[0])
		return claim_unknown(CLAIM_UNDEFINED);
	return is_compared(comparison) ? claim_seen(true)
				       : claim_unknown(why_not_compared(comparison->notes));
}

static bool has_phc_reading(const struct clock_sample *sample)
{
	for (enum phc_method method = 0; sample->has_phc && method < PHC_METHODS; method++) {
		if (!sample->phc[method].result)
			return true;
	}
	return false;
}

void contradict(struct comparison *comparison)
{
	const struct clock_sample *sample = &comparison->sample;
	uint32_t notes;

	if (!sample->page_result &&
	    page_is_in_doubt(&sample->page, comparison->doubt, sizeof(comparison->doubt)))
		notes = NOTE_BIT(NOTE_PAGE_IN_DOUBT) | notes_on_page(comparison);
	else
		notes = notes_on_page(comparison);

	find(comparison);
	notes |= note_if(sample->claim.result || !sample->claim.claims, NOTE_NO_REALTIME_CLAIM);
	notes |= note_if(has_phc_reading(sample) && comparison->phc_scale == SCALE_UNKNOWN,
			 NOTE_SCALE_UNKNOWN);
	notes |= note_if(!sample->page_result && page_moved_unseen(comparison), NOTE_PAGE_MOVED);
	for (unsigned int i = 0; i < comparison->updates; i++)
		notes |= note_if(comparison->update[i].marker_changed, NOTE_MARKER_CHANGED);
	comparison->notes = notes;
	comparison->agree = agreement(comparison);
}
