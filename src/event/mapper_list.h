/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who mapped the page in the course of a run of events, and who does still. */
#ifndef VMCLOCK_TRACE_EVENT_MAPPER_LIST_H
#define VMCLOCK_TRACE_EVENT_MAPPER_LIST_H

#include <stddef.h>

#include "event/event.h"

#define MAPPER_LIST 512

struct mapper_entry {
	struct event_reader who;
	int32_t device; /* N of vmclockN */
	uint32_t mappings;
	uint64_t from_ns;	/* when it was first seen to map the page, CLOCK_MONOTONIC */
	uint64_t not_before_ns; /* when it did not yet; 0: it did when it was first looked for */
	uint64_t to_ns;		/* when it was seen not to, any longer; 0: it does still */
	enum mapper_news end;	/* how it ended; valid if to_ns is not 0 */
};

struct mapper_list {
	struct mapper_entry entry[MAPPER_LIST];
	size_t entries;
	uint64_t forgotten; /* that were gone and had to make room */
	uint64_t unlisted;  /* for which there was no room */
};

/* How they were looked for, in walks through all mappings there are. */
struct mapper_counts {
	uint64_t walks;	   /* that came to their end */
	uint64_t failed;   /* that did not: nothing is known by them */
	uint64_t worst_ns; /* what the longest took */
	uint64_t unlisted; /* mappings in the newest, by processes for which there was no room */
};

/* Take an EVENT_MAPPER into account; others are of no interest. */
void mapper_list_add(struct mapper_list *list, const struct event *event);

/* How many map the page now. */
size_t mapper_list_now(const struct mapper_list *list);

#endif
