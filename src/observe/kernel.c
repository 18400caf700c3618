// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "observe/driver_module.h"
#include "observe/kernel_engine.h"
#include "observe/kernel_unhooked.h"

/* How often it is looked whether the driver has come or gone, and when again after a failure. */
#define DRIVER_PERIOD_NS 100000000
#define DRIVER_RETRY_NS	 1000000000

/*
 * The next engine, made in a thread of its own: it takes too long to do nothing else meanwhile. Or,
 * as that takes a moment too, the one that there is gives up what holds the driver.
 */
struct next_engine {
	pthread_t thread;
	bool is_loading;
	bool lets_go;
	atomic_bool is_done;
	uint64_t driver;   /* which it is for */
	uint64_t armed_ns; /* since when it counts */
	struct kernel_engine *engine;
	struct hook hooks[KERNEL_HOOKS];
	struct error error;
	int result;
};

/* That the driver was released. */
struct release {
	uint64_t until_ns; /* if it is not unloaded before; 0: it is not released */
	uint64_t unseen_since_ns;
	bool hooks[KERNEL_HOOKS]; /* that held it */
	struct event_reader by;	  /* who wanted to unload it */
};

struct kernel_trace {
	struct kernel_trace_options options;
	char comm[EVENT_COMM_BYTES + 1]; /* that of the options */
	struct kernel_engine *engine;
	struct hook hooks[KERNEL_HOOKS];
	struct kernel_wire wire;
	struct event_losses before; /* of engines that are no more */
	int timer;		    /* when to look into the ring; -1: none */
	uint64_t driver;	    /* which driver the engine was loaded for */
	uint64_t driver_failed;	    /* for which it could not be, as reported */
	struct next_engine next;
	struct release release;
	uint64_t driver_due_ns;
	bool every_event;
	bool is_stopped;
};

static bool has_driver(struct kernel_symbols *symbols)
{
	return kernel_symbols_in_btf(symbols, DRIVER_CHOKE_POINT) ||
	       kernel_symbols_in_kallsyms(symbols, DRIVER_CHOKE_POINT) ||
	       kernel_symbols_renamed(symbols, DRIVER_CHOKE_POINT);
}

static bool has_any_hook(const struct hook hooks[KERNEL_HOOKS])
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (hooks[i].attach_type != HOOK_ABSENT)
			return true;
	}
	return false;
}

/* An engine for the kernel as it is now, with @hooks as they became. */
static int load_engine(struct kernel_trace *trace, struct kernel_engine **engine,
		       struct hook hooks[KERNEL_HOOKS], struct error *error)
{
	const struct kernel_trace_options *options = &trace->options;
	struct kernel_symbols *symbols = kernel_symbols_load(options->btf);
	int result;

	if (!symbols)
		return -ENOMEM;
	if (!kernel_symbols_has_btf(symbols) ||
	    (!options->wait_for_driver && !has_driver(symbols))) {
		result = kernel_unhooked_no_driver(error, symbols, options->btf);
	} else {
		kernel_hooks_plan(hooks, symbols, options->kprobes_only ? HOOK_KPROBE : HOOK_FENTRY,
				  options->calls || options->all_phcs, options->reload);
		result = kernel_engine_open(engine, options, hooks, symbols, &trace->wire, error);
	}
	kernel_symbols_free(symbols);
	if (!result && !has_any_hook(hooks)) {
		kernel_engine_close(*engine);
		*engine = NULL;
		result = kernel_unhooked_no_hook(error, hooks);
	}
	return result;
}

static int open_timer(struct kernel_trace *trace, struct error *error)
{
	struct itimerspec every = {.it_interval.tv_nsec = KERNEL_TRACE_PERIOD_NS,
				   .it_value.tv_nsec = KERNEL_TRACE_PERIOD_NS};
	int err;

	trace->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (trace->timer >= 0 && !timerfd_settime(trace->timer, 0, &every, NULL))
		return 0;
	err = -errno;
	error_cause(error, "no timer could be made: %s", strerror(-err));
	error_hint_files(error, err);
	return err;
}

static void keep_options(struct kernel_trace *trace, const struct kernel_trace_options *options)
{
	trace->options = *options;
	trace->every_event = options->every_event;
	if (options->filter.comm) {
		strncpy(trace->comm, options->filter.comm, EVENT_COMM_BYTES);
		trace->options.filter.comm = trace->comm;
	}
}

int kernel_trace_open(struct kernel_trace **out, const struct kernel_trace_options *options,
		      struct error *error)
{
	struct kernel_trace *trace = calloc(1, sizeof(*trace));
	int result;

	if (!trace)
		return -ENOMEM;
	trace->timer = -1;
	keep_options(trace, options);
	kernel_wire_init(&trace->wire);
	trace->driver = driver_module_identity();
	result = load_engine(trace, &trace->engine, trace->hooks, error);
	if (!result) {
		kernel_engine_arm(trace->engine);
		result = open_timer(trace, error);
	}
	if (result) {
		kernel_trace_close(trace);
		return result;
	}
	*out = trace;
	return 0;
}

void kernel_trace_close(struct kernel_trace *trace)
{
	if (!trace)
		return;
	if (trace->next.is_loading) {
		pthread_join(trace->next.thread, NULL);
		kernel_engine_close(trace->next.engine);
	}
	if (trace->timer >= 0)
		close(trace->timer);
	kernel_engine_close(trace->engine);
	free(trace);
}

int kernel_trace_fd(const struct kernel_trace *trace)
{
	return trace->timer;
}

/*
 * What the engine before has still to tell: of clock changes and calls, what the next does not see.
 */
struct rest {
	uint64_t until_ns;
	kernel_event_fn fn;
	void *arg;
};

static void deliver_rest(const struct event *event, void *arg)
{
	const struct rest *rest = arg;
	bool seen_by_both = event->type == EVENT_CLOCK_CHANGE || event->type == EVENT_CALL;

	if (!seen_by_both || event->time_ns < rest->until_ns)
		rest->fn(event, rest->arg);
}

/* @error: why the hooks are as they were; empty: they are not. */
static void tell_hooks(const struct kernel_trace *trace, enum hooks_news news, uint64_t driver,
		       const struct error *error, kernel_event_fn fn, void *arg)
{
	struct event event = {.type = EVENT_HOOKS, .device = -1};

	event.time_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (news == HOOKS_RELEASED)
		event.who = trace->release.by;
	event.hooks.driver = driver;
	event.hooks.news = news;
	event.hooks.unseen_since_ns = trace->release.unseen_since_ns;
	snprintf(event.hooks.failed, sizeof(event.hooks.failed), "%.*s",
		 (int)sizeof(event.hooks.failed) - 1, error->cause);
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		event.hooks.fentry += trace->hooks[i].attach_type == HOOK_FENTRY;
		event.hooks.kprobe += trace->hooks[i].attach_type == HOOK_KPROBE;
		event.hooks.missing += hook_is_missing(&trace->hooks[i]);
	}
	fn(&event, arg);
}

/* @next has taken over: what the one before still has to deliver, and its end. */
static void change_engine(struct kernel_trace *trace, const struct next_engine *next,
			  kernel_event_fn fn, void *arg)
{
	struct rest rest = {.fn = fn, .arg = arg, .until_ns = next->armed_ns};

	kernel_engine_every_event(next->engine, trace->every_event);
	while (kernel_engine_consume(trace->engine, deliver_rest, &rest) > 0)
		;
	kernel_engine_tally(trace->engine, fn, arg);
	kernel_engine_add_losses(trace->engine, &trace->before);
	kernel_engine_close(trace->engine);
	trace->engine = next->engine;
}

static void load_next(struct kernel_trace *trace)
{
	struct next_engine *next = &trace->next;

	next->result = load_engine(trace, &next->engine, next->hooks, &next->error);
	if ((next->result == -EPERM || next->result == -EACCES) && !trace->options.reload)
		error_cause(&next->error, "the rights to hook it again were given up; --reload "
					  "keeps them");
	if (next->result)
		return;
	/* From this moment on it sees, and the one before no longer counts. */
	next->armed_ns = clock_now_ns(CLOCK_MONOTONIC);
	kernel_engine_arm(next->engine);
	kernel_engine_detach(trace->engine);
}

static void *work_on_next(void *arg)
{
	struct kernel_trace *trace = arg;

	if (trace->next.lets_go) {
		kernel_engine_release(trace->engine, trace->release.hooks);
	} else {
		load_next(trace);
	}
	atomic_store(&trace->next.is_done, true);
	return NULL;
}

static bool start_next(struct kernel_trace *trace, uint64_t driver, bool lets_go)
{
	memset(&trace->next, 0, sizeof(trace->next));
	trace->next.driver = driver;
	trace->next.lets_go = lets_go;
	trace->next.is_loading = !pthread_create(&trace->next.thread, NULL, work_on_next, trace);
	return trace->next.is_loading;
}

/* Which hooks hold the driver's module. Does any? */
static bool find_holders(const struct kernel_trace *trace, bool hooks[KERNEL_HOOKS])
{
	bool any = false;

	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		hooks[i] = trace->driver && trace->hooks[i].attach_type == HOOK_FENTRY &&
			   kernel_hook_is_in_driver(i);
		any |= hooks[i];
	}
	return any;
}

/* An attempt to unload found the driver in use. If we hold it, it is released. */
static void release(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	const struct error none = {.cause = ""};
	struct release *go = &trace->release;
	bool was = go->until_ns, others, hooks;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	others = trace->options.release &&
		 trace->options.release(KERNEL_RELEASE_NS, trace->options.arg);
	hooks = find_holders(trace, go->hooks);
	if (!was && !others && !hooks) {
		trace->wire.refused_ns = 0;
		return;
	}
	if (hooks && !start_next(trace, trace->driver, true))
		return; /* another time */
	trace->wire.refused_ns = 0;
	go->by = trace->wire.refused;
	go->until_ns = now_ns + KERNEL_RELEASE_NS;
	if (hooks)
		go->unseen_since_ns = now_ns;
	else if (!was)
		tell_hooks(trace, HOOKS_RELEASED, trace->driver, &none, fn, arg);
}

static void put_off_hook(struct hook *hook, const char *why)
{
	hook->attach_type = HOOK_ABSENT;
	hook->reason = HOOK_NO_DRIVER;
	hook->awaited = true;
	snprintf(hook->why, sizeof(hook->why), "%s", why);
}

/* It is released: what held it is gone. */
static void end_release(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (trace->release.hooks[i])
			put_off_hook(&trace->hooks[i],
				     "released, so that the driver can be unloaded");
	}
	tell_hooks(trace, HOOKS_RELEASED, trace->driver, &trace->next.error, fn, arg);
}

/* Nobody has unloaded it. */
static void take_again(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	const struct error none = {.cause = ""};

	if (trace->release.unseen_since_ns) {
		start_next(trace, trace->driver, false);
		return;
	}
	trace->release.until_ns = 0;
	tell_hooks(trace, HOOKS_AGAIN, trace->driver, &none, fn, arg);
}

/* The driver is gone, or is hooked: it is released no longer. */
static void forget_release(struct kernel_trace *trace)
{
	trace->release.until_ns = 0;
	if (trace->hooks[KERNEL_HOOK_READ].attach_type != HOOK_ABSENT)
		trace->release.unseen_since_ns = 0;
}

/*
 * The driver that is gone had been released, so the engine can stay, and the next one is free for
 * the driver that comes, which is hooked the sooner. False: there are hooks on it yet.
 */
static bool handle_driver_gone(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	const struct error none = {.cause = ""};

	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (kernel_hook_is_in_driver(i) && trace->hooks[i].attach_type != HOOK_ABSENT)
			return false;
	}
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (kernel_hook_is_in_driver(i) && !trace->hooks[i].replaced)
			put_off_hook(&trace->hooks[i], "the driver is not loaded");
	}
	trace->driver = 0;
	forget_release(trace);
	tell_hooks(trace, HOOKS_DRIVER, 0, &none, fn, arg);
	return true;
}

/* Has the driver come, gone, or come again? Then another engine is needed. */
static void begin_next(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC), driver;

	if (trace->is_stopped)
		return;
	if (trace->wire.refused_ns)
		release(trace, fn, arg);
	if (now_ns < trace->driver_due_ns || trace->next.is_loading)
		return;
	trace->driver_due_ns = now_ns + DRIVER_PERIOD_NS;
	driver = driver_module_identity();
	if (driver != trace->driver && (driver || !handle_driver_gone(trace, fn, arg)))
		start_next(trace, driver, false);
	else if (driver && trace->release.until_ns && now_ns >= trace->release.until_ns)
		take_again(trace, fn, arg);
}

/* A failure is reported once for each driver; attaching is tried again. */
static void end_load(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	struct next_engine *next = &trace->next;
	enum hooks_news news = next->driver == trace->driver ? HOOKS_AGAIN : HOOKS_DRIVER;

	if (!next->result) {
		change_engine(trace, next, fn, arg);
		memcpy(trace->hooks, next->hooks, sizeof(trace->hooks));
		trace->driver = next->driver;
		trace->driver_failed = 0;
		forget_release(trace);
	} else {
		trace->driver_due_ns = clock_now_ns(CLOCK_MONOTONIC) + DRIVER_RETRY_NS;
		if (next->driver == trace->driver_failed)
			return;
		trace->driver_failed = next->driver;
	}
	tell_hooks(trace, news, next->driver, &next->error, fn, arg);
}

static void end_next(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	pthread_join(trace->next.thread, NULL);
	trace->next.is_loading = false;
	if (trace->next.lets_go)
		end_release(trace, fn, arg);
	else
		end_load(trace, fn, arg);
}

int kernel_trace_consume(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	uint64_t expirations;

	if (read(trace->timer, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return -errno;
	if (!trace->next.is_loading)
		begin_next(trace, fn, arg);
	else if (atomic_load(&trace->next.is_done))
		end_next(trace, fn, arg);
	return kernel_engine_consume(trace->engine, fn, arg);
}

bool kernel_trace_is_settled(const struct kernel_trace *trace)
{
	/* A driver that is there and is no module is built in: it never goes. */
	bool may_go = trace->driver && trace->options.reload;

	return !may_go && trace->hooks[KERNEL_HOOK_READ].attach_type != HOOK_ABSENT;
}

void kernel_trace_tally(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	kernel_engine_tally(trace->engine, fn, arg);
}

void kernel_trace_every_event(struct kernel_trace *trace, bool on)
{
	trace->every_event = on;
	kernel_engine_every_event(trace->engine, on);
}

void kernel_trace_stop(struct kernel_trace *trace)
{
	trace->is_stopped = true;
	kernel_engine_detach(trace->engine);
}

int kernel_trace_losses(const struct kernel_trace *trace, struct event_losses *losses)
{
	struct event_losses all = trace->before;
	int result = kernel_engine_add_losses(trace->engine, &all);

	if (!result)
		*losses = all;
	return result;
}

const struct hook *kernel_trace_hooks(const struct kernel_trace *trace, size_t *count)
{
	*count = KERNEL_HOOKS;
	return trace->hooks;
}
