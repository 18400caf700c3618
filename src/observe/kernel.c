// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../bpf/wire.h"
#include "vmclock.skel.h"

#define DRIVER_MODULE	   "ptp_vmclock"
#define RING_BYTES_DEFAULT (4u << 20)

/* A hook is a pair of programs around one kernel function. */
struct hook_plan {
	const char *function;
	const char *enter;
	const char *exit;
	const char *tells;
	const char *replaced_by; /* another function that does the same better where it exists */
};

static const struct hook_plan plans[] = {
	{"vmclock_get_crosststamp", "read_enter", "read_exit",
	 "every PTP read: its latency, the time it returned, the page it saw", NULL},
	{"ptp_ioctl", "ioctl_enter", "ioctl_exit", "which ioctl a read belongs to", NULL},
	{"ptp_clock_gettime", "gettime_enter", "gettime_exit",
	 "that a read belongs to clock_gettime()", NULL},
	{"vmclock_miscdev_read", "dev_read_enter", "dev_read_exit", "read() of /dev/vmclockN",
	 NULL},
	{"vmclock_miscdev_mmap", "dev_mmap_enter", "dev_mmap_exit", "who maps the page", NULL},
	{"vmclock_miscdev_open", "dev_open_enter", "dev_open_exit",
	 "who opens /dev/vmclockN (kernels from 7.0)", NULL},
	{"misc_open", "misc_open_enter", "misc_open_exit",
	 "who opens /dev/vmclockN (kernels before 7.0)", "vmclock_miscdev_open"},
};
#define HOOKS (sizeof(plans) / sizeof(plans[0]))

struct kernel_trace {
	struct vmclock_bpf *bpf;
	struct ring_buffer *ring;
	struct bpf_link *links[2 * HOOKS];
	struct hook hooks[HOOKS];
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

/* What functions the kernel and the driver have. Either may be NULL. */
struct kernel_btf {
	struct btf *kernel;
	struct btf *driver;
};

static void kernel_btf_free(struct kernel_btf *btf)
{
	btf__free(btf->driver);
	btf__free(btf->kernel);
}

static struct kernel_btf kernel_btf_load(void)
{
	struct kernel_btf btf = {.kernel = btf__load_vmlinux_btf()};

	if (btf.kernel)
		btf.driver = btf__load_module_btf(DRIVER_MODULE, btf.kernel);
	return btf;
}

static bool has_function(const struct kernel_btf *btf, const char *name)
{
	/* A module's BTF is searched through its base, the kernel's, as well. */
	const struct btf *all = btf->driver ? btf->driver : btf->kernel;

	return all && btf__find_by_name_kind(all, name, BTF_KIND_FUNC) > 0;
}

static void plan_hook(struct kernel_trace *trace, size_t i, const struct kernel_btf *btf)
{
	const struct hook_plan *plan = &plans[i];
	struct hook *hook = &trace->hooks[i];
	bool wanted = has_function(btf, plan->function);

	hook->function = plan->function;
	hook->tells = plan->tells;
	if (plan->replaced_by && has_function(btf, plan->replaced_by)) {
		hook->replaced = true;
		wanted = false;
		snprintf(hook->why_not, sizeof(hook->why_not), "%s does this", plan->replaced_by);
	} else if (!wanted) {
		/* misc_open stands in for a missing vmclock_miscdev_open. */
		hook->replaced = !strcmp(plan->function, "vmclock_miscdev_open") &&
				 has_function(btf, "misc_open");
		snprintf(hook->why_not, sizeof(hook->why_not), "%s",
			 hook->replaced ? "misc_open does this" : "not in this kernel's BTF");
	}
	bpf_program__set_autoload(bpf_object__find_program_by_name(trace->bpf->obj, plan->enter),
				  wanted);
	bpf_program__set_autoload(bpf_object__find_program_by_name(trace->bpf->obj, plan->exit),
				  wanted);
}

static int no_driver(struct error *error, const struct kernel_btf *btf)
{
	if (!btf->kernel) {
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
		error_hint(error,
			   "if memory is short, try a smaller --ring; else please report this "
			   "with the output of 'uname -r'");
	}
	return result;
}

/* The exit program first: then no call is seen beginning that is not seen to end. */
static int attach_hook(struct kernel_trace *trace, size_t i)
{
	const char *names[2] = {plans[i].exit, plans[i].enter};
	struct hook *hook = &trace->hooks[i];

	for (int half = 0; half < 2; half++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(trace->bpf->obj, names[half]);
		struct bpf_link *link;

		if (!bpf_program__autoload(program))
			return 0;
		link = bpf_program__attach(program);
		if (!link) {
			snprintf(hook->why_not, sizeof(hook->why_not), "attach failed: %s",
				 strerror(errno));
			return -errno;
		}
		trace->links[2 * i + (size_t)half] = link;
	}
	hook->attached = true;
	return 0;
}

static int attach_all(struct kernel_trace *trace, struct error *error)
{
	size_t attached = 0;
	int result = -ENOENT;

	for (size_t i = 0; i < HOOKS; i++) {
		int one = attach_hook(trace, i);

		if (one)
			result = one;
		attached += trace->hooks[i].attached;
	}
	if (attached)
		return 0;
	error_cause(error, "no hook could be attached: %s (%s)", strerror(-result), libbpf_said);
	error_hint(error,
		   "this kernel may be built without CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS "
		   "or be locked down; 'vmclock-trace status' works without hooks");
	return result;
}

static enum event_path path_from_wire(uint32_t path)
{
	static const enum event_path paths[WIRE_PATHS] = {
		[WIRE_PATH_UNKNOWN] = PATH_UNKNOWN,
		[WIRE_PATH_CLOCK_GETTIME] = PATH_CLOCK_GETTIME,
		[WIRE_PATH_SYS_OFFSET] = PATH_SYS_OFFSET,
		[WIRE_PATH_SYS_OFFSET_EXTENDED] = PATH_SYS_OFFSET_EXTENDED,
		[WIRE_PATH_SYS_OFFSET_PRECISE] = PATH_SYS_OFFSET_PRECISE,
		[WIRE_PATH_IOCTL_OTHER] = PATH_IOCTL_OTHER,
		[WIRE_PATH_DEV_OPEN] = PATH_DEV_OPEN,
		[WIRE_PATH_DEV_READ] = PATH_DEV_READ,
		[WIRE_PATH_DEV_MMAP] = PATH_DEV_MMAP,
	};

	return path < WIRE_PATHS ? paths[path] : PATH_UNKNOWN;
}

static enum event_page_state page_state_from_wire(uint32_t state)
{
	switch (state) {
	case WIRE_PAGE_STABLE:
		return EVENT_PAGE_STABLE;
	case WIRE_PAGE_MOVED:
		return EVENT_PAGE_MOVED;
	case WIRE_PAGE_TORN:
		return EVENT_PAGE_TORN;
	}
	return EVENT_PAGE_ABSENT;
}

static void header_from_wire(struct event *event, const struct wire_header *head)
{
	event->time_ns = head->start_ns;
	event->latency_ns = head->latency_ns;
	event->device = head->device;
	event->result = head->result;
	event->path = path_from_wire(head->path);
	event->call_id = head->call_id;
	event->who.pid = head->pid;
	event->who.tid = head->tid;
	memcpy(event->who.comm, head->comm, sizeof(event->who.comm));
}

static void page_from_wire(struct event *event, uint32_t state, const uint8_t *bytes)
{
	event->page_state = page_state_from_wire(state);
	if (event->page_state != EVENT_PAGE_ABSENT)
		page_from_bytes(&event->page, bytes, WIRE_PAGE_BYTES);
}

static void read_from_wire(struct event *event, const struct wire_read *wire)
{
	event->type = EVENT_READ;
	event->read.counter_source = wire->counter_source == WIRE_COUNTER_SYSTEM ? COUNTER_SYSTEM
				     : wire->counter_source == WIRE_COUNTER_SNAPSHOT
					     ? COUNTER_SNAPSHOT
					     : COUNTER_NONE;
	event->read.counter = wire->counter;
	event->read.sec = wire->sec;
	event->read.nsec = wire->nsec;
	page_from_wire(event, wire->page_state, wire->page);
}

static void call_from_wire(struct event *event, const struct wire_call *wire)
{
	event->type = EVENT_CALL;
	event->call.ioctl = wire->ioctl;
	event->call.n_samples = wire->n_samples;
	event->call.reads = wire->reads;
	page_from_wire(event, wire->page_state, wire->page);
}

static int deliver_record(void *context, void *record, size_t bytes)
{
	struct kernel_trace *trace = context;
	const struct wire_header *head = record;
	struct event event = {0};

	if (bytes < sizeof(*head))
		return -EPROTO;
	header_from_wire(&event, head);
	if (head->kind == WIRE_READ && bytes >= sizeof(struct wire_read))
		read_from_wire(&event, record);
	else if (head->kind == WIRE_CALL && bytes >= sizeof(struct wire_call))
		call_from_wire(&event, record);
	else
		return -EPROTO;
	trace->deliver(&event, trace->deliver_arg);
	return 0;
}

static void set_options(struct vmclock_bpf *bpf, const struct kernel_trace_options *options)
{
	uint32_t ring_bytes = options->ring_bytes ? options->ring_bytes : RING_BYTES_DEFAULT;

	bpf_map__set_max_entries(bpf->maps.events, ring_bytes);
	bpf->rodata->filter_pid = options->pid;
	if (options->comm) {
		bpf->rodata->filter_comm_set = true;
		strncpy((char *)bpf->rodata->filter_comm, options->comm, WIRE_COMM_BYTES - 1);
	}
}

static int load_and_attach(struct kernel_trace *trace, const struct kernel_trace_options *options,
			   struct error *error)
{
	struct kernel_btf btf = kernel_btf_load();
	bool driver = has_function(&btf, "vmclock_get_crosststamp");
	int result;

	if (!driver) {
		result = no_driver(error, &btf);
		kernel_btf_free(&btf);
		return result;
	}
	trace->bpf = vmclock_bpf__open();
	if (!trace->bpf) {
		kernel_btf_free(&btf);
		return not_loaded(error, -errno);
	}
	for (size_t i = 0; i < HOOKS; i++)
		plan_hook(trace, i, &btf);
	kernel_btf_free(&btf);
	set_options(trace->bpf, options);
	result = vmclock_bpf__load(trace->bpf);
	if (result)
		return not_loaded(error, result);
	trace->ring =
		ring_buffer__new(bpf_map__fd(trace->bpf->maps.events), deliver_record, trace, NULL);
	if (!trace->ring)
		return not_loaded(error, -errno);
	return attach_all(trace, error);
}

int kernel_trace_open(struct kernel_trace **out, const struct kernel_trace_options *options,
		      struct error *error)
{
	struct kernel_trace *trace = calloc(1, sizeof(*trace));
	int result;

	if (!trace)
		return -ENOMEM;
	libbpf_set_print(remember_warning);
	result = load_and_attach(trace, options, error);
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
	for (size_t i = 0; i < 2 * HOOKS; i++)
		bpf_link__destroy(trace->links[i]);
	ring_buffer__free(trace->ring);
	vmclock_bpf__destroy(trace->bpf);
	free(trace);
}

int kernel_trace_fd(const struct kernel_trace *trace)
{
	return ring_buffer__epoll_fd(trace->ring);
}

int kernel_trace_consume(struct kernel_trace *trace, kernel_event_fn fn, void *arg)
{
	int consumed;

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
