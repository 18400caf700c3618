/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds each change of the disruption marker once, by whichever observer sees it first.
 *
 * Two observers sample one page: the loader's own samples, and the copies that the kernel takes
 * during reads. The first to see a new marker finds the disruption, the other confirms it. Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_DISRUPTION_H
#define VMCLOCK_TRACE_JUDGE_DISRUPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "page/page.h"

enum disruption_observer {
	OBSERVER_PAGE,	 /* the loader, reading the page */
	OBSERVER_KERNEL, /* a hook, during a read */
	OBSERVERS
};

enum disruption_news {
	DISRUPTION_NONE,
	DISRUPTION_FOUND,     /* this marker was not seen before */
	DISRUPTION_CONFIRMED, /* the other observer now sees it too */
};

struct disruption {
	uint64_t number; /* 1 for the first */
	uint64_t old_marker;
	uint64_t new_marker;
	enum disruption_observer found_by;
	uint64_t not_before_ns; /* the old marker was still seen then */
	uint64_t found_ns;	/* the new one was seen then; it happened in between */
	struct page before;	/* evidence: the last page with the old marker ... */
	struct page after;	/* ... and the first with the new one */
};

/* Zero it before first use. */
struct disruption_detector {
	struct {
		bool seen;
		uint64_t marker;
		uint64_t time_ns;
		struct page page;
	} observer[OBSERVERS];
	struct disruption newest; /* number 0: none yet */
};

/*
 * Tell what @observer saw at @time_ns (CLOCK_MONOTONIC): @page, a consistent copy. With news, the
 * disruption it is about is detector->newest.
 */
enum disruption_news disruption_observe(struct disruption_detector *detector,
					enum disruption_observer observer, const struct page *page,
					uint64_t time_ns);

/* "page", "kernel" */
const char *disruption_observer_name(enum disruption_observer observer);

#endif
