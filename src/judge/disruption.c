// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/disruption.h"

/*
 * Records of the kernel come in the order of their reservation, their page copies a moment later: a
 * copy from before a disruption may arrive after one from behind it, but not by this much.
 */
#define LATE_RECORD_NS 1000000000ull

static bool is_late_record(const struct disruption *newest, const struct page *page,
			   uint64_t time_ns)
{
	int32_t ahead = (int32_t)(uint32_t)(page_get(page, PAGE_SEQ_COUNT) -
					    page_get(&newest->after, PAGE_SEQ_COUNT));

	return newest->number && page_get(page, PAGE_DISRUPTION_MARKER) == newest->old_marker &&
	       ahead < 0 && time_ns < newest->found_ns + LATE_RECORD_NS;
}

/* The last time that the old marker was seen. */
static uint64_t last_seen_ns(const struct disruption_detector *detector, uint64_t old_marker)
{
	uint64_t last = 0;

	for (int i = 0; i < OBSERVERS; i++) {
		if (detector->observer[i].seen && detector->observer[i].marker == old_marker &&
		    detector->observer[i].time_ns > last)
			last = detector->observer[i].time_ns;
	}
	return last;
}

static void found(struct disruption_detector *detector, enum disruption_observer observer,
		  const struct page *page, uint64_t time_ns)
{
	uint64_t old_marker = detector->observer[observer].marker;
	uint64_t last_ns = last_seen_ns(detector, old_marker);

	detector->newest = (struct disruption){
		.number = detector->newest.number + 1,
		.old_marker = old_marker,
		.new_marker = page_get(page, PAGE_DISRUPTION_MARKER),
		.found_by = observer,
		.not_before_ns = last_ns < time_ns ? last_ns : time_ns,
		.found_ns = time_ns,
		.before = detector->observer[observer].page,
		.after = *page,
	};
}

/* An observer that has seen nothing yet knows what the other one knows. */
static uint64_t known_marker(struct disruption_detector *detector,
			     enum disruption_observer observer, uint64_t otherwise)
{
	for (int i = 0; i < OBSERVERS; i++) {
		enum disruption_observer from =
			(observer + (enum disruption_observer)i) % OBSERVERS;

		if (detector->observer[from].seen) {
			detector->observer[observer] = detector->observer[from];
			return detector->observer[from].marker;
		}
	}
	return otherwise;
}

enum disruption_news disruption_observe(struct disruption_detector *detector,
					enum disruption_observer observer, const struct page *page,
					uint64_t time_ns)
{
	uint64_t marker = page_get(page, PAGE_DISRUPTION_MARKER);
	enum disruption_news news = DISRUPTION_NONE;

	if (page_mode(page) == PAGE_INVALID || is_late_record(&detector->newest, page, time_ns))
		return DISRUPTION_NONE;
	if (marker != known_marker(detector, observer, marker)) {
		if (detector->newest.number && detector->newest.new_marker == marker) {
			news = DISRUPTION_CONFIRMED;
		} else {
			found(detector, observer, page, time_ns);
			news = DISRUPTION_FOUND;
		}
	}
	detector->observer[observer].seen = true;
	detector->observer[observer].marker = marker;
	detector->observer[observer].time_ns = time_ns;
	detector->observer[observer].page = *page;
	return news;
}

const char *disruption_observer_name(enum disruption_observer observer)
{
	return observer == OBSERVER_PAGE ? "page" : "kernel";
}
