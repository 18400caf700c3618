/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes map the page of a vmclock: their reads are not visible.
 *
 * All mappings are walked through now and then, in slices so that nothing else is kept waiting, and
 * at a bounded cost: the next walk begins not before 200 times as long as the last one took, and
 * not before a second. So a process is found no matter whether it got the mapping by mmap(), before
 * the start, or from its parent by fork(). One that maps and unmaps it in between is not found.
 * This process itself is left out.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_MAPPERS_H
#define VMCLOCK_TRACE_OBSERVE_MAPPERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "event/mapper_list.h"
#include "observe/mapping.h"

/* The most processes that are followed at a time; an open file is kept for each. */
#define MAPPERS_LISTED 256

/* What follows from how walks are done. */
struct mappers_facts {
	bool all;	      /* of all processes; else only of those that this one may look into */
	struct error why_not; /* if not all */
};

struct mappers;

typedef void (*mappers_fn)(const struct event *event, void *arg);

/*
 * Load what walks, which needs privileges; walking later does not. 0 or -ENOMEM: that the kernel
 * refuses is no failure, see mappers_facts(). The caller closes *@out.
 */
int mappers_open(struct mappers **out);

/* The same by a walk of one's own, which it takes over, and closes if it fails too. */
int mappers_open_with(struct mappers **out, const struct mapping_ops *ops, void *walk);

/* NULL is fine. */
void mappers_close(struct mappers *mappers);

/*
 * Do what is due, and deliver each change as an EVENT_MAPPER. The first time all mappings are
 * walked through, however long that takes; then a millisecond at most. Call it often: every 10 ms
 * is fine.
 */
void mappers_run(struct mappers *mappers, mappers_fn fn, void *arg);

/* Somebody has just mapped the page: begin a walk as soon as the bound on its cost allows. */
void mappers_soon(struct mappers *mappers);

/* Owned by @mappers; they do not change. */
const struct mappers_facts *mappers_facts(const struct mappers *mappers);

/* Owned by @mappers. */
const struct mapper_counts *mappers_counts(const struct mappers *mappers);

#endif
