// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_engine.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock_now.h"
#include "observe/kernel_losses.h"
#include "observe/kernel_percpu.h"
#include "observe/kernel_refusal.h"
#include "observe/kernel_rings.h"
#include "observe/kernel_tally.h"
#include "vmclock.skel.h"
#include "vmclock_plain.skel.h"

#define RING_BYTES_DEFAULT (4u << 20)
#define LATENCIES	   (WIRE_CLOCKS * WIRE_PATHS)

/* Under a flood others want their turn too: so many records at most, and then again. */
#define CONSUME_AT_ONCE 1024

/* The programs of an attach type: that of the exit first, then that of the entry. */
static const char *const suffixes[][2] = {
	[HOOK_FENTRY] = {"_fexit", "_fentry"},
	[HOOK_KPROBE] = {"_kretprobe", "_kprobe"},
};

struct kernel_engine {
	struct vmclock_bpf *bpf;
	struct kernel_rings *rings;
	uint32_t cpus; /* that there can be: each has a ring */
	struct bpf_link *links[2 * KERNEL_HOOKS];
	struct bpf_link *thread_free;
	struct hook *hooks;
	struct kernel_wire *wire;
	struct kernel_tally *tally;
	struct histogram latency[LATENCIES];  /* of the kernel's, what was delivered already */
	struct histogram recorded[LATENCIES]; /* of records, still to be delivered */
	struct event_losses missed;	      /* by hooks that are no more */
	pthread_mutex_t lock;	 /* of the links and programs: another thread may give them up */
	kernel_event_fn deliver; /* set while kernel_engine_consume() runs */
	void *deliver_arg;
};

/* NULL: by fentry the entry of a hook that looks at results is not hooked. */
static struct bpf_program *find_program(const struct kernel_engine *engine, size_t i,
					bool exit_only, enum hook_attach_type attach_type, int half)
{
	const char *of = kernel_hook_program(i, exit_only);
	char name[64];

	snprintf(name, sizeof(name), "%s%s", of ?: "", suffixes[attach_type][half]);
	return of ? bpf_object__find_program_by_name(engine->bpf->obj, name) : NULL;
}

static bool is_wanted(const struct hook *hook, bool exit_only, enum hook_attach_type attach_type,
		      int half)
{
	return hook->attach_type == attach_type && hook->exit_only == exit_only &&
	       !(exit_only && attach_type == HOOK_FENTRY && half == 1);
}

static void choose_programs_of(struct kernel_engine *engine, size_t i, bool exit_only)
{
	for (enum hook_attach_type attach_type = HOOK_FENTRY; attach_type <= HOOK_KPROBE;
	     attach_type++) {
		for (int half = 0; half < 2; half++) {
			struct bpf_program *program =
				find_program(engine, i, exit_only, attach_type, half);

			if (program)
				bpf_program__set_autoload(
					program,
					is_wanted(&engine->hooks[i], exit_only, attach_type, half));
		}
	}
}

static void choose_programs(struct kernel_engine *engine)
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		choose_programs_of(engine, i, false);
		choose_programs_of(engine, i, true);
	}
}

static struct bpf_link *attach_program(const struct hook *hook, struct bpf_program *program,
				       int half)
{
	if (hook->attach_type == HOOK_FENTRY)
		return bpf_program__attach(program);
	return bpf_program__attach_kprobe(program, half == 0,
					  hook->symbol[0] ? hook->symbol : hook->function);
}

/* The exit program first: then no call is seen beginning that is not seen to end. */
static int attach_hook(struct kernel_engine *engine, size_t i)
{
	struct hook *hook = &engine->hooks[i];

	for (int half = 0; half < 2; half++) {
		struct bpf_link *link;

		if (hook->attach_type == HOOK_ABSENT ||
		    !is_wanted(hook, hook->exit_only, hook->attach_type, half))
			continue;
		link = attach_program(
			hook, find_program(engine, i, hook->exit_only, hook->attach_type, half),
			half);
		if (!link)
			return -errno;
		engine->links[2 * i + (size_t)half] = link;
	}
	return 0;
}

/* Which of the latencies are those of @path to @clock; LATENCIES: none are. */
static size_t latency_key(const struct kernel_engine *engine, uint32_t clock, uint32_t path)
{
	for (uint32_t i = 0; i < WIRE_CLOCKS && path < WIRE_PATHS; i++) {
		if (engine->bpf->bss->clocks[i] == 1ull + clock)
			return i * WIRE_PATHS + path;
	}
	return LATENCIES;
}

/* A read's latency is in its record or in the kernel's table, and never in both. */
static void add_latency(struct kernel_engine *engine, const struct wire_header *head)
{
	size_t key = latency_key(engine, head->clock, head->path);

	if (head->kind == WIRE_READ && head->latency_ns && key < LATENCIES)
		histogram_add(&engine->recorded[key], head->latency_ns);
}

static int deliver_record(const void *record, size_t bytes, void *context)
{
	struct kernel_engine *engine = context;
	struct event events[KERNEL_WIRE_EVENTS];
	int count = kernel_wire_events(engine->wire, record, bytes, events);

	add_latency(engine, record);
	for (int i = 0; i < count; i++)
		engine->deliver(&events[i], engine->deliver_arg);
	return count;
}

static uint32_t wire_paths(uint32_t paths)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < WIRE_PATHS; i++)
		bits |= (paths >> kernel_wire_path(i) & 1) << i;
	return paths ? bits : ~0u;
}

static void set_filter(struct vmclock_bpf__rodata *to, const struct kernel_trace_filter *filter)
{
	to->filter_pid = filter->pid;
	to->filter_cgroup = filter->cgroup;
	to->filter_cgroup_level = filter->cgroup_level;
	to->filter_errors = filter->errors_only;
	to->filter_slower_ns = filter->slower_than_ns;
	to->filter_paths = wire_paths(filter->paths);
	if (filter->comm) {
		to->filter_comm_set = true;
		memcpy((char *)to->filter_comm, filter->comm,
		       strnlen(filter->comm, WIRE_COMM_BYTES - 1));
	}
}

static void set_options(struct kernel_engine *engine, const struct kernel_trace_options *options)
{
	uint32_t ring_bytes = options->ring_bytes ? options->ring_bytes : RING_BYTES_DEFAULT;
	const struct kernel_trace_filter *filter = &options->filter;
	struct vmclock_bpf__rodata *to = engine->bpf->rodata;

	to->ring_slots = kernel_rings_slots(ring_bytes, engine->cpus);
	bpf_map__set_max_entries(engine->bpf->maps.rings, engine->cpus);
	bpf_map__set_value_size(engine->bpf->maps.rings, kernel_rings_bytes(to->ring_slots));
	set_filter(to, filter);
	to->calls_wanted = options->calls;
	to->all_phcs = options->all_phcs;
	to->rate_limit = options->rate;
	to->ticks_per_second = (uint32_t)(NSEC_PER_SEC / engine->wire->tick_ns);
	to->measure_all = options->measure_all;
	to->has_use_filter = options->calls || filter->pid || filter->comm || filter->cgroup;
	to->has_event_filter = options->calls || options->rate || filter->errors_only ||
			       filter->slower_than_ns || filter->paths;
	to->every_event_asked = options->every_event && !options->limited;
	engine->bpf->bss->every_event = options->every_event;
}

/* With the lock held. */
static void add_missed(const struct kernel_engine *engine, struct event_losses *losses)
{
	for (size_t i = 0; i < 2 * KERNEL_HOOKS; i++)
		losses->missed += kernel_losses_missed(engine->links[i]);
	losses->uncounted += kernel_losses_missed(engine->links[2 * KERNEL_HOOK_READ]);
}

/* With the lock held. */
static void add_recursion(const struct kernel_engine *engine, struct event_losses *losses)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, engine->bpf->obj)
		kernel_losses_add_recursion(program, losses);
}

/* The lock is not held while the kernel waits until no CPU runs the program any more. */
void kernel_engine_detach(struct kernel_engine *engine)
{
	struct bpf_link *links[2 * KERNEL_HOOKS], *thread_free;

	pthread_mutex_lock(&engine->lock);
	add_missed(engine, &engine->missed);
	memcpy(links, engine->links, sizeof(links));
	memset(engine->links, 0, sizeof(engine->links));
	thread_free = engine->thread_free;
	engine->thread_free = NULL;
	pthread_mutex_unlock(&engine->lock);
	for (size_t i = 0; i < 2 * KERNEL_HOOKS; i++)
		bpf_link__destroy(links[i]);
	bpf_link__destroy(thread_free);
}

/* A program holds what it could be attached to as long as it is loaded. */
static void unload_program(struct kernel_engine *engine, struct bpf_program *program)
{
	pthread_mutex_lock(&engine->lock);
	kernel_losses_add_recursion(program, &engine->missed);
	bpf_program__unload(program);
	pthread_mutex_unlock(&engine->lock);
}

void kernel_engine_release(struct kernel_engine *engine, const bool hooks[KERNEL_HOOKS])
{
	for (size_t i = 0; i < 2 * KERNEL_HOOKS; i++) {
		struct bpf_link *link;

		if (!hooks[i / 2])
			continue;
		pthread_mutex_lock(&engine->lock);
		link = engine->links[i];
		engine->links[i] = NULL;
		pthread_mutex_unlock(&engine->lock);
		bpf_link__destroy(link);
		/* No hook on the driver looks at results alone. */
		unload_program(engine,
			       find_program(engine, i / 2, false, HOOK_FENTRY, (int)(i % 2)));
	}
}

static void unload(struct kernel_engine *engine)
{
	kernel_engine_detach(engine);
	vmclock_bpf__destroy(engine->bpf);
	engine->bpf = NULL;
}

/* Of this hook, not of this process or this moment. */
static bool is_refusal(int result)
{
	return result != -EPERM && result != -EACCES && result != -ENOMEM && result != -EMFILE;
}

/*
 * The programs, or, where libbpf does not find the kernel's own BTF, the same without what it would
 * look up there.
 */
static struct vmclock_bpf *open_programs(const struct kernel_symbols *symbols)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options,
		    .btf_custom_path = kernel_symbols_types(symbols));
	struct vmclock_bpf *bpf;

	if (kernel_symbols_has_own_btf(symbols))
		return vmclock_bpf__open_opts(&open_options);
	bpf = calloc(1, sizeof(*bpf));
	if (!bpf || vmclock_bpf__create_skeleton(bpf)) {
		free(bpf);
		errno = ENOMEM;
		return NULL;
	}
	bpf->skeleton->data = vmclock_plain_bpf__elf_bytes(&bpf->skeleton->data_sz);
	if (!bpf_object__open_skeleton(bpf->skeleton, &open_options))
		return bpf;
	vmclock_bpf__destroy(bpf);
	return NULL;
}

/* One program was refused: its hook falls back to the next attach type. -EAGAIN, or @result. */
static int demote_refused(struct kernel_engine *engine, int result, struct kernel_symbols *symbols)
{
	size_t i = kernel_hook_of_program(kernel_refusal_program());

	/* The verifier says EACCES of a program; of the process it is EPERM. */
	if (kernel_refusal_is_for_files(result))
		return -EMFILE;
	if (i == KERNEL_HOOKS || result == -EPERM || result == -ENOMEM || kernel_is_locked_down())
		return result;
	kernel_hook_demote(&engine->hooks[i], result, symbols);
	return -EAGAIN;
}

/*
 * Load and attach the hooks as planned. Where one is refused it is demoted, and -EAGAIN asks to
 * try the new plan; the number of attach types bounds how often that happens.
 */
static int try_plan(struct kernel_engine *engine, const struct kernel_trace_options *options,
		    struct kernel_symbols *symbols)
{
	int result;

	kernel_refusal_listen();
	engine->bpf = open_programs(symbols);
	if (!engine->bpf)
		return kernel_refusal_is_for_files(-errno) ? -EMFILE : -errno;
	choose_programs(engine);
	set_options(engine, options);
	result = vmclock_bpf__load(engine->bpf);
	if (result)
		return demote_refused(engine, result, symbols);
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		kernel_refusal_listen();
		result = attach_hook(engine, i);
		if (kernel_refusal_is_for_files(result))
			return -EMFILE;
		if (result) {
			/* What is not allowed is not allowed for any of them. */
			if (is_refusal(result))
				kernel_hook_demote(&engine->hooks[i], result, symbols);
			else
				kernel_hooks_demote(engine->hooks, engine->hooks[i].attach_type,
						    result, symbols);
			return -EAGAIN;
		}
	}
	engine->thread_free = bpf_program__attach(engine->bpf->progs.thread_free);
	return engine->thread_free ? 0 : -errno;
}

static int load_and_attach(struct kernel_engine *engine, const struct kernel_trace_options *options,
			   struct kernel_symbols *symbols, struct error *error)
{
	int result;

	while ((result = try_plan(engine, options, symbols))) {
		unload(engine);
		if (result == -EAGAIN)
			continue;
		if (!is_refusal(result) || kernel_is_locked_down() ||
		    !kernel_hooks_demote(engine->hooks, HOOK_FENTRY, result, symbols))
			return kernel_refusal_of_all(error, result);
	}
	return 0;
}

static int open_tables(struct kernel_engine *engine)
{
	struct vmclock_bpf__bss *bss = engine->bpf->bss;
	struct kernel_tables tables = {
		.readers = bss->readers,
		.unlisted = (const struct wire_use(*)[WIRE_PATHS])bss->unlisted,
		.clocks = (const uint64_t *)bss->clocks,
		.failures = bss->failures,
	};

	engine->tally = kernel_tally_new(&tables, engine->wire->tick_ns);
	return engine->tally ? 0 : -ENOMEM;
}

static int open_rings(struct kernel_engine *engine, struct error *error)
{
	int result = kernel_rings_open(&engine->rings, bpf_map__fd(engine->bpf->maps.rings),
				       engine->cpus, engine->bpf->rodata->ring_slots);

	return result ? kernel_refusal_of_all(error, result) : 0;
}

int kernel_engine_open(struct kernel_engine **out, const struct kernel_trace_options *options,
		       struct hook hooks[KERNEL_HOOKS], struct kernel_symbols *symbols,
		       struct kernel_wire *wire, struct error *error)
{
	struct kernel_engine *engine = calloc(1, sizeof(*engine));
	int result;

	if (!engine)
		return -ENOMEM;
	pthread_mutex_init(&engine->lock, NULL);
	engine->cpus = (uint32_t)libbpf_num_possible_cpus();
	engine->hooks = hooks;
	engine->wire = wire;
	result = load_and_attach(engine, options, symbols, error);
	if (!result)
		result = open_tables(engine);
	if (!result)
		result = open_rings(engine, error);
	if (result) {
		kernel_engine_close(engine);
		return result;
	}
	*out = engine;
	return 0;
}

void kernel_engine_arm(struct kernel_engine *engine)
{
	__atomic_store_n(&engine->bpf->bss->armed, 1, __ATOMIC_RELAXED);
}

void kernel_engine_close(struct kernel_engine *engine)
{
	if (!engine)
		return;
	kernel_rings_close(engine->rings);
	kernel_tally_free(engine->tally);
	unload(engine);
	free(engine);
}

int kernel_engine_consume(struct kernel_engine *engine, kernel_event_fn fn, void *arg)
{
	engine->deliver = fn;
	engine->deliver_arg = arg;
	return kernel_rings_consume(engine->rings, CONSUME_AT_ONCE, deliver_record, engine);
}

int kernel_engine_add_losses(struct kernel_engine *engine, struct event_losses *losses)
{
	struct kernel_rings_counts rings;
	uint64_t counts[WIRE_COUNTS];
	int result = 0;

	for (uint32_t i = 0; i < WIRE_COUNTS && !result; i++)
		result = kernel_percpu_sum(engine->bpf->maps.counts, i, &counts[i]);
	if (result)
		return result;
	kernel_rings_count(engine->rings, &rings);
	losses->made += rings.made;
	losses->seen += rings.seen;
	losses->ring_full += rings.lost;
	losses->suppressed += counts[WIRE_LOSS_SUPPRESSED];
	losses->task_storage += counts[WIRE_LOSS_TASK_STORAGE];
	losses->page_unreadable += counts[WIRE_LOSS_PAGE_UNREADABLE];
	losses->reader_unlisted += counts[WIRE_LOSS_READER_UNLISTED];
	losses->failure_unlisted += counts[WIRE_LOSS_FAILURE_UNLISTED];
	losses->refused += counts[WIRE_LOSS_REFUSED];
	pthread_mutex_lock(&engine->lock);
	add_recursion(engine, losses);
	add_missed(engine, losses);
	losses->recursion += engine->missed.recursion;
	losses->missed += engine->missed.missed;
	losses->uncounted += engine->missed.uncounted;
	pthread_mutex_unlock(&engine->lock);
	return 0;
}

/* What one path to one clock has measured since its last event. */
static void tally_latency(struct kernel_engine *engine, uint32_t clock, uint32_t key,
			  kernel_event_fn fn, void *arg)
{
	struct event event = {.type = EVENT_LATENCY, .time_ns = clock_now_ns(CLOCK_MONOTONIC)};
	struct histogram now;

	if (kernel_percpu_sum_latency(engine->bpf->maps.latencies, key, &now) ||
	    (now.count == engine->latency[key].count && !engine->recorded[key].count))
		return;
	kernel_wire_clock(&event, clock);
	event.path = kernel_wire_path(key % WIRE_PATHS);
	event.latency = histogram_less(&now, &engine->latency[key]);
	histogram_merge(&event.latency, &engine->recorded[key]);
	engine->latency[key] = now;
	engine->recorded[key] = (struct histogram){0};
	fn(&event, arg);
}

void kernel_engine_tally(struct kernel_engine *engine, kernel_event_fn fn, void *arg)
{
	kernel_tally_take(engine->tally, fn, arg);
	for (uint32_t i = 0; i < WIRE_CLOCKS && engine->bpf->bss->clocks[i]; i++) {
		uint32_t clock = (uint32_t)(engine->bpf->bss->clocks[i] - 1);

		for (uint32_t path = 0; path < WIRE_PATHS; path++)
			tally_latency(engine, clock, i * WIRE_PATHS + path, fn, arg);
	}
}

void kernel_engine_every_event(struct kernel_engine *engine, bool on)
{
	__atomic_store_n(&engine->bpf->bss->every_event, on, __ATOMIC_RELAXED);
}
