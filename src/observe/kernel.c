// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../bpf/wire.h"
#include "observe/kernel_symbols.h"
#include "observe/kernel_wire.h"
#include "vmclock.skel.h"

#define RING_BYTES_DEFAULT (4u << 20)

/* One kernel function, by the name that its programs have in bpf/. */
struct hook_plan {
	const char *function;
	const char *program; /* _fentry and _fexit, or _kprobe and _kretprobe, are added */
	const char *tells;
	const char *replaced_by; /* another function that does the same better where it exists */
};

static const struct hook_plan plans[] = {
	{DRIVER_CHOKE_POINT, "read",
	 "every PTP read: its latency, the time it returned, the page it saw", NULL},
	{"ptp_ioctl", "ioctl", "which ioctl a read belongs to", NULL},
	{"ptp_clock_gettime", "gettime", "that a read belongs to clock_gettime()", NULL},
	{"vmclock_miscdev_read", "dev_read", "read() of /dev/vmclockN", NULL},
	{"vmclock_miscdev_mmap", "dev_mmap", "who maps the page", NULL},
	{"vmclock_miscdev_open", "dev_open", "who opens /dev/vmclockN (kernels from 7.0)", NULL},
	{"do_adjtimex", "adjtimex", "who steers or steps the system clock", NULL},
	{"do_settimeofday64", "settime", "who sets the system clock", NULL},
	{"timekeeping_notify", "clocksource", "switches of the clocksource", NULL},
	{"misc_open", "misc_open", "who opens /dev/vmclockN (kernels before 7.0)",
	 "vmclock_miscdev_open"},
};
#define HOOKS (sizeof(plans) / sizeof(plans[0]))

/* The programs of a rung: that of the exit first, then that of the entry. */
static const char *const suffixes[][2] = {
	[HOOK_FENTRY] = {"_fexit", "_fentry"},
	[HOOK_KPROBE] = {"_kretprobe", "_kprobe"},
};

struct kernel_trace {
	struct vmclock_bpf *bpf;
	struct ring_buffer *ring;
	int timer; /* when to look into the ring; -1: none */
	struct bpf_link *links[2 * HOOKS];
	struct hook hooks[HOOKS];
	struct kernel_wire wire;
	kernel_event_fn deliver; /* set while kernel_trace_consume() runs */
	void *deliver_arg;
};

/* libbpf's last warning: it knows the cause better than an errno does. */
static char libbpf_said[160];

static int remember_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(libbpf_said, sizeof(libbpf_said), format, args);
		libbpf_said[strcspn(libbpf_said, "\n")] = '\0';
	}
	return 0;
}

static struct bpf_program *find_program(const struct kernel_trace *trace, size_t i,
					enum hook_rung rung, int half)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s", plans[i].program, suffixes[rung][half]);
	return bpf_object__find_program_by_name(trace->bpf->obj, name);
}

/* The best rung that this kernel has for hook @i, by what it says of itself. */
static void plan_hook(struct kernel_trace *trace, size_t i, struct kernel_symbols *symbols,
		      enum hook_rung best)
{
	const struct hook_plan *plan = &plans[i];
	struct hook *hook = &trace->hooks[i];

	hook->function = plan->function;
	hook->tells = plan->tells;
	if (plan->replaced_by && (kernel_symbols_in_btf(symbols, plan->replaced_by) ||
				  kernel_symbols_in_kallsyms(symbols, plan->replaced_by))) {
		hook->replaced = true;
		hook->rung = HOOK_ABSENT;
		snprintf(hook->why, sizeof(hook->why), "%s does this", plan->replaced_by);
	} else if (best == HOOK_FENTRY && kernel_symbols_in_btf(symbols, plan->function)) {
		hook->rung = HOOK_FENTRY;
	} else if (kernel_symbols_in_kallsyms(symbols, plan->function)) {
		hook->rung = HOOK_KPROBE;
		snprintf(hook->why, sizeof(hook->why), "%s",
			 best == HOOK_FENTRY ? "not in this kernel's BTF"
					     : "kprobes were asked for");
	} else {
		hook->rung = HOOK_ABSENT;
		snprintf(hook->why, sizeof(hook->why), "this kernel has no such function");
	}
}

/* What stands in for a function makes it replaced, not missing. */
static void mark_replaced(struct kernel_trace *trace)
{
	for (size_t i = 0; i < HOOKS; i++) {
		for (size_t j = 0; j < HOOKS; j++) {
			if (plans[j].replaced_by && trace->hooks[j].rung != HOOK_ABSENT &&
			    !strcmp(plans[j].replaced_by, plans[i].function) &&
			    trace->hooks[i].rung == HOOK_ABSENT) {
				trace->hooks[i].replaced = true;
				snprintf(trace->hooks[i].why, sizeof(trace->hooks[i].why),
					 "%s does this", plans[j].function);
			}
		}
	}
}

static void choose_programs(struct kernel_trace *trace)
{
	for (size_t i = 0; i < HOOKS; i++) {
		for (enum hook_rung rung = HOOK_FENTRY; rung <= HOOK_KPROBE; rung++) {
			for (int half = 0; half < 2; half++)
				bpf_program__set_autoload(find_program(trace, i, rung, half),
							  trace->hooks[i].rung == rung);
		}
	}
}

static int no_driver(struct error *error, const struct kernel_symbols *symbols)
{
	if (!kernel_symbols_has_btf(symbols)) {
		error_cause(error, "this kernel has no BTF (/sys/kernel/btf/vmlinux)");
		error_hint(error, "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as all major "
				  "distributions' are; 'vmclock-trace status' works without");
		return -EOPNOTSUPP;
	}
	error_cause(error, "this kernel has no vmclock driver (%s)", DRIVER_MODULE);
	error_hint(error, "sudo modprobe " DRIVER_MODULE "; it comes with Linux 6.13 and later "
			  "(CONFIG_PTP_1588_CLOCK_VMCLOCK)");
	return -ENOENT;
}

static int not_loaded(struct error *error, int result)
{
	if (result == -EPERM || result == -EACCES) {
		error_cause(error, "the kernel does not let this process load BPF programs");
		error_hint(error, "run it as root (sudo), or with CAP_BPF, CAP_PERFMON and "
				  "CAP_SYS_ADMIN (the last to read the driver's BTF)");
	} else {
		error_cause(error, "BPF programs could not be loaded: %s (%s)", strerror(-result),
			    libbpf_said);
		error_hint(error, "please report this with the output of 'uname -r'");
	}
	return result;
}

static struct bpf_link *attach_program(const struct hook *hook, struct bpf_program *program,
				       int half)
{
	if (hook->rung == HOOK_FENTRY)
		return bpf_program__attach(program);
	return bpf_program__attach_kprobe(program, half == 0, hook->function);
}

/* The exit program first: then no call is seen beginning that is not seen to end. */
static int attach_hook(struct kernel_trace *trace, size_t i)
{
	struct hook *hook = &trace->hooks[i];

	if (hook->rung == HOOK_ABSENT)
		return 0;
	for (int half = 0; half < 2; half++) {
		struct bpf_link *link =
			attach_program(hook, find_program(trace, i, hook->rung, half), half);

		if (!link)
			return -errno;
		trace->links[2 * i + (size_t)half] = link;
	}
	return 0;
}

/* One rung down, and why. */
static void demote(struct hook *hook, int result, struct kernel_symbols *symbols)
{
	const char *refused = hook->rung == HOOK_FENTRY ? "fentry" : "kprobe";

	hook->rung =
		hook->rung == HOOK_FENTRY && kernel_symbols_in_kallsyms(symbols, hook->function)
			? HOOK_KPROBE
			: HOOK_ABSENT;
	snprintf(hook->why, sizeof(hook->why), "%s refused: %s", refused, strerror(-result));
}

static int deliver_record(void *context, void *record, size_t bytes)
{
	struct kernel_trace *trace = context;
	struct event events[KERNEL_WIRE_EVENTS];
	int count = kernel_wire_events(&trace->wire, record, bytes, events);

	for (int i = 0; i < count; i++)
		trace->deliver(&events[i], trace->deliver_arg);
	return count < 0 ? count : 0;
}

static void set_options(struct vmclock_bpf *bpf, const struct kernel_trace_options *options)
{
	uint32_t ring_bytes = options->ring_bytes ? options->ring_bytes : RING_BYTES_DEFAULT;

	bpf_map__set_max_entries(bpf->maps.events, ring_bytes);
	bpf->rodata->filter_pid = options->pid;
	if (options->comm) {
		bpf->rodata->filter_comm_set = true;
		memcpy((char *)bpf->rodata->filter_comm, options->comm,
		       strnlen(options->comm, WIRE_COMM_BYTES - 1));
	}
}

static void unload(struct kernel_trace *trace)
{
	for (size_t i = 0; i < 2 * HOOKS; i++)
		bpf_link__destroy(trace->links[i]);
	memset(trace->links, 0, sizeof(trace->links));
	vmclock_bpf__destroy(trace->bpf);
	trace->bpf = NULL;
}

/*
 * Load and attach the hooks as planned. Where one is refused it is demoted, and -EAGAIN asks to
 * try the new plan; the number of rungs bounds how often that happens.
 */
static int try_plan(struct kernel_trace *trace, const struct kernel_trace_options *options,
		    struct kernel_symbols *symbols)
{
	LIBBPF_OPTS(bpf_object_open_opts, open_options, .btf_custom_path = options->btf);
	int result;

	trace->bpf = vmclock_bpf__open_opts(&open_options);
	if (!trace->bpf)
		return -errno;
	choose_programs(trace);
	set_options(trace->bpf, options);
	result = vmclock_bpf__load(trace->bpf);
	if (result)
		return result;
	for (size_t i = 0; i < HOOKS; i++) {
		result = attach_hook(trace, i);
		if (result) {
			demote(&trace->hooks[i], result, symbols);
			return -EAGAIN;
		}
	}
	return 0;
}

/* A kernel may refuse fentry as such already at load: then all go one rung down, once. */
static bool demote_all(struct kernel_trace *trace, int result, struct kernel_symbols *symbols)
{
	bool any = false;

	for (size_t i = 0; i < HOOKS; i++) {
		if (trace->hooks[i].rung == HOOK_FENTRY) {
			demote(&trace->hooks[i], result, symbols);
			any = true;
		}
	}
	return any;
}

static bool is_refusal(int result)
{
	return result != -EPERM && result != -EACCES && result != -ENOMEM;
}

static int load_and_attach(struct kernel_trace *trace, const struct kernel_trace_options *options,
			   struct kernel_symbols *symbols, struct error *error)
{
	int result;

	for (size_t i = 0; i < HOOKS; i++)
		plan_hook(trace, i, symbols, options->kprobes_only ? HOOK_KPROBE : HOOK_FENTRY);
	mark_replaced(trace);
	while ((result = try_plan(trace, options, symbols))) {
		unload(trace);
		if (result == -EAGAIN)
			continue;
		if (!is_refusal(result) || !demote_all(trace, result, symbols))
			return not_loaded(error, result);
	}
	for (size_t i = 0; i < HOOKS; i++) {
		if (trace->hooks[i].rung != HOOK_ABSENT)
			return 0;
	}
	error_cause(error, "no hook could be attached: %s (%s)", trace->hooks[0].why, libbpf_said);
	error_hint(error, "'vmclock-trace doctor' tells why; 'vmclock-trace status' works without");
	return -ENOENT;
}

/* The hooks wake nobody (see event_submit() in bpf/): the ring is looked into on a timer. */
static int open_ring(struct kernel_trace *trace, struct error *error)
{
	struct itimerspec every = {.it_interval.tv_nsec = KERNEL_TRACE_PERIOD_NS,
				   .it_value.tv_nsec = KERNEL_TRACE_PERIOD_NS};

	trace->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (trace->timer < 0 || timerfd_settime(trace->timer, 0, &every, NULL))
		return not_loaded(error, -errno);
	trace->ring =
		ring_buffer__new(bpf_map__fd(trace->bpf->maps.events), deliver_record, trace, NULL);
	return trace->ring ? 0 : not_loaded(error, -errno);
}

int kernel_trace_open(struct kernel_trace **out, const struct kernel_trace_options *options,
		      struct error *error)
{
	struct kernel_trace *trace = calloc(1, sizeof(*trace));
	struct kernel_symbols *symbols;
	int result;

	if (!trace)
		return -ENOMEM;
	trace->timer = -1;
	libbpf_set_print(remember_warning);
	symbols = kernel_symbols_load();
	if (!symbols)
		result = -ENOMEM;
	else if (!kernel_symbols_in_btf(symbols, DRIVER_CHOKE_POINT) &&
		 !kernel_symbols_in_kallsyms(symbols, DRIVER_CHOKE_POINT))
		result = no_driver(error, symbols);
	else
		result = load_and_attach(trace, options, symbols, error);
	kernel_symbols_free(symbols);
	kernel_wire_init(&trace->wire);
	if (!result)
		result = open_ring(trace, error);
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
	if (trace->timer >= 0)
		close(trace->timer);
	ring_buffer__free(trace->ring);
	unload(trace);
	free(trace);
}

int kernel_trace_fd(const struct kernel_trace *trace)
{
	return trace->timer;
}

int kernel_trace_consume(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	uint64_t expirations;
	int consumed;

	if (read(trace->timer, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return -errno;
	trace->deliver = fn;
	trace->deliver_arg = arg;
	consumed = ring_buffer__consume(trace->ring);
	trace->deliver = NULL;
	return consumed;
}

static uint64_t recursion_misses(const struct kernel_trace *trace)
{
	struct bpf_program *program;
	uint64_t misses = 0;

	bpf_object__for_each_program(program, trace->bpf->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t bytes = sizeof(info);
		int fd = bpf_program__fd(program);

		if (fd >= 0 && !bpf_prog_get_info_by_fd(fd, &info, &bytes))
			misses += info.recursion_misses;
	}
	return misses;
}

int kernel_trace_losses(const struct kernel_trace *trace, struct event_losses *losses)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t sums[WIRE_LOSSES] = {0};
	uint64_t *counts;
	int result = 0;

	if (cpus < 0)
		return cpus;
	counts = calloc((size_t)cpus, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	for (uint32_t cause = 0; cause < WIRE_LOSSES && !result; cause++) {
		result = bpf_map__lookup_elem(trace->bpf->maps.losses, &cause, sizeof(cause),
					      counts, (size_t)cpus * sizeof(*counts), 0);
		for (int cpu = 0; cpu < cpus && !result; cpu++)
			sums[cause] += counts[cpu];
	}
	free(counts);
	if (result)
		return result;
	*losses = (struct event_losses){
		.ring_full = sums[WIRE_LOSS_RING_FULL],
		.task_storage = sums[WIRE_LOSS_TASK_STORAGE],
		.page_unreadable = sums[WIRE_LOSS_PAGE_UNREADABLE],
		.recursion = recursion_misses(trace),
	};
	return 0;
}

const struct hook *kernel_trace_hooks(const struct kernel_trace *trace, size_t *count)
{
	*count = HOOKS;
	return trace->hooks;
}
