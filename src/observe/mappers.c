// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/mappers.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "observe/mapping_bpf.h"
#include "observe/mapping_proc.h"

/* A walk may take this part of a CPU's time: 1/200, and 1/20 while new mappings keep coming. */
#define REST_FACTOR	 200
#define REST_FACTOR_SOON 20
#define REST_NS		 NSEC_PER_SEC
#define SLICE_NS	 1000000

/* A process that maps the page. */
struct mapper {
	struct mapping newest;
	uint32_t mappings; /* as delivered; 0: not yet */
	uint32_t found;	   /* in the walk under way */
	uint64_t seen_ns;
	int process; /* a pidfd, to know whether it lives; -1: none */
};

struct mappers {
	const struct mapping_ops *ops;
	void *walk;
	struct mappers_facts facts;
	struct mapper_counts counts;
	struct mapper mapper[MAPPERS_LISTED];
	size_t listed;
	bool walking;
	bool again; /* the page was mapped since the walk began */
	uint64_t unlisted;
	uint64_t begin_ns;	  /* of the walk under way */
	uint64_t before_begin_ns; /* and of the one before it; 0: there was none */
	uint64_t cost_ns;	  /* of the walk under way, or the last one */
	uint64_t end_ns;	  /* of the last one */
	uint64_t due_ns;
};

int mappers_open_with(struct mappers **out, const struct mapping_ops *ops, void *walk)
{
	struct mappers *mappers = calloc(1, sizeof(*mappers));

	if (!mappers) {
		ops->close(walk);
		return -ENOMEM;
	}
	mappers->ops = ops;
	mappers->walk = walk;
	mappers->facts.all = true;
	*out = mappers;
	return 0;
}

int mappers_open(struct mappers **out)
{
	struct error why_not = {0};
	void *walk = NULL;
	int result;

	if (!mapping_bpf_open(&walk, &why_not))
		return mappers_open_with(out, &mapping_bpf, walk);
	result = mapping_proc_open(&walk);
	if (!result)
		result = mappers_open_with(out, &mapping_proc, walk);
	if (!result)
		(*out)->facts = (struct mappers_facts){.why_not = why_not};
	return result;
}

void mappers_close(struct mappers *mappers)
{
	if (!mappers)
		return;
	for (size_t i = 0; i < mappers->listed; i++) {
		if (mappers->mapper[i].process >= 0)
			close(mappers->mapper[i].process);
	}
	mappers->ops->close(mappers->walk);
	free(mappers);
}

static bool is_same(const struct mapping *a, const struct mapping *b)
{
	return a->who.pid == b->who.pid && a->start_ns == b->start_ns && a->device == b->device;
}

static struct mapper *mapper_of(struct mappers *mappers, const struct mapping *mapping)
{
	struct mapper *mapper;

	for (size_t i = 0; i < mappers->listed; i++) {
		if (is_same(&mappers->mapper[i].newest, mapping))
			return &mappers->mapper[i];
	}
	if (mappers->listed == MAPPERS_LISTED)
		return NULL;
	mapper = &mappers->mapper[mappers->listed++];
	*mapper = (struct mapper){
		.process = (int)syscall(SYS_pidfd_open, (pid_t)mapping->who.pid, 0),
	};
	return mapper;
}

static void on_mapping(const struct mapping *mapping, void *arg)
{
	struct mappers *mappers = arg;
	struct mapper *mapper = mapper_of(mappers, mapping);

	if (!mapper) {
		mappers->unlisted++;
		return;
	}
	if (!mapper->found++)
		mapper->newest = *mapping;
	mapper->seen_ns = clock_now_ns(CLOCK_MONOTONIC);
}

static void tell(const struct mapper *mapper, enum mapper_news news, uint64_t time_ns,
		 uint64_t not_before_ns, mappers_fn fn, void *arg)
{
	struct event event = {
		.type = EVENT_MAPPER,
		.time_ns = time_ns,
		.device = mapper->newest.device,
		.who = mapper->newest.who,
	};

	event.mapper.news = news;
	event.mapper.not_before_ns = not_before_ns;
	event.mapper.address = mapper->newest.address;
	event.mapper.mappings = mapper->mappings;
	fn(&event, arg);
}

static enum mapper_news how_it_went(const struct mapper *mapper)
{
	struct pollfd process = {.fd = mapper->process, .events = POLLIN};

	if (mapper->process < 0)
		return MAPPER_GONE;
	return poll(&process, 1, 0) > 0 ? MAPPER_EXITED : MAPPER_UNMAPPED;
}

/* What the walk that ends has found of one process. Is it still to be listed? */
static bool settle(struct mappers *mappers, struct mapper *mapper, mappers_fn fn, void *arg)
{
	bool is_new = !mapper->mappings;

	if (!mapper->found) {
		/* New in a walk that failed, and not there in this one: it was never delivered. */
		if (!is_new)
			tell(mapper, how_it_went(mapper), clock_now_ns(CLOCK_MONOTONIC),
			     mapper->seen_ns, fn, arg);
		if (mapper->process >= 0)
			close(mapper->process);
		return false;
	}
	mapper->mappings = mapper->found;
	mapper->found = 0;
	if (is_new)
		tell(mapper, mappers->before_begin_ns ? MAPPER_CAME : MAPPER_THERE, mapper->seen_ns,
		     mappers->before_begin_ns, fn, arg);
	return true;
}

static void settle_all(struct mappers *mappers, mappers_fn fn, void *arg)
{
	size_t listed = 0;

	for (size_t i = 0; i < mappers->listed; i++) {
		if (settle(mappers, &mappers->mapper[i], fn, arg))
			mappers->mapper[listed++] = mappers->mapper[i];
	}
	mappers->listed = listed;
	mappers->before_begin_ns = mappers->begin_ns;
	mappers->counts.walks++;
	mappers->counts.unlisted = mappers->unlisted;
	if (mappers->cost_ns > mappers->counts.worst_ns)
		mappers->counts.worst_ns = mappers->cost_ns;
}

/* An incomplete walk does not prove that a process is gone. */
static void forget_walk(struct mappers *mappers)
{
	mappers->counts.failed++;
	for (size_t i = 0; i < mappers->listed; i++)
		mappers->mapper[i].found = 0;
}

void mappers_soon(struct mappers *mappers)
{
	uint64_t soon_ns = mappers->end_ns + REST_FACTOR_SOON * mappers->cost_ns;

	if (mappers->walking)
		mappers->again = true;
	else if (soon_ns < mappers->due_ns)
		mappers->due_ns = soon_ns;
}

static int begin(struct mappers *mappers, uint64_t now_ns)
{
	mappers->walking = true;
	mappers->again = false;
	mappers->begin_ns = now_ns;
	mappers->cost_ns = 0;
	mappers->unlisted = 0;
	return mappers->ops->begin(mappers->walk);
}

static void end(struct mappers *mappers, int result, mappers_fn fn, void *arg)
{
	uint64_t rest_ns = REST_FACTOR * mappers->cost_ns;

	if (result)
		forget_walk(mappers);
	else
		settle_all(mappers, fn, arg);
	mappers->walking = false;
	mappers->end_ns = clock_now_ns(CLOCK_MONOTONIC);
	mappers->due_ns = mappers->end_ns + (rest_ns > REST_NS ? rest_ns : REST_NS);
	if (mappers->again)
		mappers_soon(mappers);
}

void mappers_run(struct mappers *mappers, mappers_fn fn, void *arg)
{
	uint64_t begin_ns = clock_now_ns(CLOCK_MONOTONIC), slice_ns = 0;
	int result = 0;

	if (!mappers->walking) {
		if (begin_ns < mappers->due_ns)
			return;
		result = begin(mappers, begin_ns);
	}
	if (!result) {
		do {
			result = mappers->ops->step(mappers->walk, on_mapping, mappers);
			slice_ns = clock_now_ns(CLOCK_MONOTONIC) - begin_ns;
		} while (result > 0 && (slice_ns < SLICE_NS || !mappers->before_begin_ns));
	}
	mappers->cost_ns += slice_ns;
	if (result <= 0)
		end(mappers, result, fn, arg);
}

const struct mappers_facts *mappers_facts(const struct mappers *mappers)
{
	return &mappers->facts;
}

const struct mapper_counts *mappers_counts(const struct mappers *mappers)
{
	return &mappers->counts;
}
