// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/page_update.h"

#include "judge/page_step.h"
#include "page/sequence.h"

bool page_is_vouched_for(const struct page *page)
{
	uint64_t status = page_get(page, PAGE_CLOCK_STATUS);

	return page_has(page, PAGE_CLOCK_STATUS) &&
	       (status == VMCLOCK_STATUS_SYNCHRONIZED || status == VMCLOCK_STATUS_FREERUNNING);
}

/* new - old on a scale that both give. */
static bool moved_by(const struct page *before, const struct page_time *old,
		     const struct page *after, const struct page_time *new,
		     struct ns_interval *moved)
{
	if (page_get(before, PAGE_TIME_TYPE) == page_get(after, PAGE_TIME_TYPE))
		return !instant_distance(new->at, old->at, moved);
	return old->has_utc && new->has_utc && !instant_distance(new->utc, old->utc, moved);
}

/*
 * At the new page's own reference: there its error is smallest, while the old page's bound holds
 * everywhere. Further back the new rate would be blamed for what the old one has counted.
 */
static void measure(const struct page *before, const struct page *after, struct page_update *update)
{
	struct page_time old, new;
	struct finding_step step;

	update->counter = page_get(after, PAGE_COUNTER_VALUE);
	if (page_get(before, PAGE_COUNTER_ID) != page_get(after, PAGE_COUNTER_ID) ||
	    page_time_at(before, update->counter, &old) ||
	    page_time_at(after, update->counter, &new) ||
	    !moved_by(before, &old, after, &new, &update->moved))
		return;
	update->is_measured = true;
	update->has_bound =
		old.has_max_error && page_is_vouched_for(before) && page_is_vouched_for(after);
	if (!update->has_bound)
		return;
	update->bound_ns = old.max_error_ns;
	update->is_step = page_step_between(before, after, NULL, false, UINT64_MAX, &step);
}

bool page_update_between(const struct page *before, const struct page *after,
			 struct page_update *update)
{
	uint32_t old_seq = (uint32_t)page_get(before, PAGE_SEQ_COUNT);
	uint32_t new_seq = (uint32_t)page_get(after, PAGE_SEQ_COUNT);
	uint32_t updates;

	if (old_seq == new_seq)
		return false;
	*update = (struct page_update){
		.updates = page_updates_between(before, after, UINT64_MAX, &updates) ? updates : 1,
		.old_marker = page_get(before, PAGE_DISRUPTION_MARKER),
		.new_marker = page_get(after, PAGE_DISRUPTION_MARKER),
	};
	update->marker_changed = update->old_marker != update->new_marker;
	if (!update->marker_changed)
		measure(before, after, update);
	return true;
}
