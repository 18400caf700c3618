/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choke point: every PTP read of a vmclock passes through vmclock_get_crosststamp(). */
#ifndef VMCLOCK_TRACE_BPF_READ_H
#define VMCLOCK_TRACE_BPF_READ_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "cast.bpf.h"
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "reader.bpf.h"
#include "ring.bpf.h"
#include "syscall.bpf.h"
#include "wire.h"

/* Besides what is asked for, of the reads that are measured a thread's first is sent, and some. */
#define EVIDENCE_EVERY 64

#define EINVAL 22

/* include/uapi/linux/vmclock-abi.h */
#define VMCLOCK_TIME_UTC	      0
#define VMCLOCK_TIME_TAI	      1
#define VMCLOCK_STATUS_UNRELIABLE     4
#define VMCLOCK_FLAG_TAI_OFFSET_VALID 1

/* A kernel that does not number the clocksource has no value of it. */
#define IS_SOURCE(id, name)                                                                        \
	(bpf_core_enum_value_exists(enum clocksource_ids, name) &&                                 \
	 (id) == bpf_core_enum_value(enum clocksource_ids, name))

/* Does a value of this clocksource count what the page counts? kvmclock's, say, does not. */
static bool is_page_counter(enum clocksource_ids id)
{
	return IS_SOURCE(id, CSID_X86_TSC) || IS_SOURCE(id, CSID_ARM_ARCH_COUNTER);
}

/* The same by its name, which older kernels give in place of a number. */
static bool is_page_source(const struct clocksource *source)
{
	const char *name = source ? BPF_CORE_READ(source, name) : 0;
	char text[8] = "";

	if (name)
		bpf_probe_read_kernel(text, sizeof(text), name);
#ifdef __TARGET_ARCH_x86
	return text[0] == 't' && text[1] == 's' && text[2] == 'c' && !text[3];
#else
	/* "arch_sys_counter" */
	return text[0] == 'a' && text[5] == 's' && text[6] == 'y' && text[7] == 's';
#endif
}

/* The counter value that the driver gives to PTP_SYS_OFFSET_PRECISE. */
static __always_inline void fill_system_counter(struct wire_read *read, __u64 counter,
						const bool typed)
{
	if (bpf_core_field_exists(struct system_counterval_t, cs_id)
		    ? !is_page_counter(LOAD_ARG(typed, counter, struct system_counterval_t, cs_id))
		    : !is_page_source(
			      BPF_CORE_READ((struct system_counterval_t___source *)counter, cs)))
		return;
	read->counter = LOAD_ARG(typed, counter, struct system_counterval_t, cycles);
	read->counter_source = WIRE_COUNTER_SYSTEM;
}

/* Of what PTP_SYS_OFFSET_EXTENDED takes before it reads the driver, from 7.2 on. */
#define SNAPSHOT(typed, sts, member)                                                               \
	LOAD_ARG(typed, sts, struct ptp_system_timestamp, pre_sts.member)

/* The counter value behind what the driver returns, as far as its caller gets to know it. */
static __always_inline void fill_counter(struct wire_read *read, const __u64 *args,
					 const bool typed)
{
	if (args[2]) {
		fill_system_counter(read, args[2], typed);
		return;
	}
	if (!args[1] || !bpf_core_field_exists(struct ptp_system_timestamp, pre_sts))
		return;
	if (is_page_counter(SNAPSHOT(typed, args[1], cs_id))) {
		read->counter = SNAPSHOT(typed, args[1], cycles);
	} else if (bpf_core_field_exists(struct system_time_snapshot, hw_csid) &&
		   is_page_counter(SNAPSHOT(typed, args[1], hw_csid))) {
		/* The system clock runs on what is derived from the counter; both were kept. */
		read->counter = SNAPSHOT(typed, args[1], hw_cycles);
	} else {
		return;
	}
	read->counter_source = WIRE_COUNTER_SNAPSHOT;
}

static __always_inline void fill_time(struct wire_read *read, const __u64 *args, const bool typed)
{
	read->sec = LOAD_ARG(typed, args[3], struct timespec64, tv_sec);
	read->nsec = (__u32)LOAD_ARG(typed, args[3], struct timespec64, tv_nsec);
}

/*
 * The ioctl that this read belongs to, as the thread asked for it. PTP_SYS_OFFSET_PRECISE has
 * nothing to ask for, and asking would cost a tenth of the event.
 */
static __always_inline void fill_ioctl(struct wire_read *read, __u32 path)
{
	struct pt_regs___entry *regs;

	if (path != WIRE_PATH_SYS_OFFSET && path != WIRE_PATH_SYS_OFFSET_EXTENDED)
		return;
	regs = entry_regs(bpf_get_current_task_btf());
	read->ioctl = syscall_ioctl(regs);
	if (read->ioctl)
		bpf_probe_read_user(&read->n_samples, sizeof(read->n_samples),
				    samples_wanted(read->ioctl, (void *)SYSCALL_ARG3(regs)));
}

/*
 * By which call the driver is read: the driver's arguments tell most of it. The vmclock's own
 * ioctls all come here, so what else there is, is seen by hooks on the calls.
 */
static __u32 read_path(struct task_struct *task, const __u64 *args)
{
	if (args[2])
		return WIRE_PATH_SYS_OFFSET_PRECISE;
	if (args[1])
		return WIRE_PATH_SYS_OFFSET_EXTENDED;
	return syscall_path(task);
}

/*
 * Has the driver served a page on this scale although it had no TAI offset? Then that is the scale
 * of its own clock (TAI from 7.0 on, UTC before and in back-ports), and it converts nothing.
 */
bool serves_without_offset[VMCLOCK_TIME_TAI + 1] = {};

/* The page's scale if it cannot be converted to the other one, for want of the offset; else -1. */
static __always_inline int unconvertible_scale(struct vmclock_abi *page, const bool typed)
{
	__u8 scale = MEMBER(typed, page, time_type);

	if (scale > VMCLOCK_TIME_TAI || MEMBER(typed, page, flags) & VMCLOCK_FLAG_TAI_OFFSET_VALID)
		return -1;
	return scale;
}

static __always_inline void learn_scale(struct vmclock_abi *page, const bool typed)
{
	int scale = unconvertible_scale(page, typed);

	if (scale == VMCLOCK_TIME_UTC || scale == VMCLOCK_TIME_TAI)
		serves_without_offset[scale] = true;
}

static __noinline void learn_typed_scale(const __u64 *args)
{
	learn_scale(((struct vmclock_state *)args[0])->clk, true);
}

static __noinline void learn_kprobed_scale(const __u64 *args)
{
	learn_scale(BPF_CORE_READ((struct vmclock_state *)args[0], clk), false);
}

static __noinline __u32 cause_of(struct vmclock_abi *page, int result)
{
	int scale;

	if (result != -EINVAL)
		return WIRE_CAUSE_OTHER;
	if (BPF_CORE_READ(page, clock_status) == VMCLOCK_STATUS_UNRELIABLE)
		return WIRE_CAUSE_UNRELIABLE;
	if (BPF_CORE_READ(page, time_type) > VMCLOCK_TIME_TAI)
		return WIRE_CAUSE_SCALE;
	scale = unconvertible_scale(page, false);
	if (scale != VMCLOCK_TIME_UTC && scale != VMCLOCK_TIME_TAI)
		return WIRE_CAUSE_NOT_BY_PAGE;
	return serves_without_offset[scale] ? WIRE_CAUSE_NOT_BY_PAGE : WIRE_CAUSE_OFFSET;
}

/* The driver converts what it read to the time of kvmclock, if that is the system's clocksource. */
static bool is_via_kvmclock(const __u64 *args, const bool typed)
{
	struct vmclock_state *st = (void *)args[0];

	return args[2] && bpf_core_field_exists(st->sys_cs_id) &&
	       IS_SOURCE(MEMBER(typed, st, sys_cs_id), CSID_X86_KVM_CLK);
}

static __u32 page_seq(struct vmclock_state *st, const bool typed)
{
	return typed ? st->clk->seq_count : BPF_CORE_READ(st, clk, seq_count);
}

/* A read that has ended. */
struct read_end {
	struct wire_reader *reader;
	__u64 end_ns;
	__u64 latency_ns; /* valid if measured */
	bool measured;
	__u32 path;
	__u32 ticks; /* it took less than so many; 0: not known */
	__u32 cause; /* of a failure */
	int result;
	__u64 call_id;
};

static __always_inline void fill_reader(struct wire_header *head, const struct wire_reader *reader)
{
	head->cgroup = reader->cgroup;
	head->pid = reader->pid;
	head->tid = reader->tid;
	head->clock = reader->clock;
	__builtin_memcpy(head->comm, reader->comm, sizeof(head->comm));
}

static __noinline __u64 call_of_read(void)
{
	struct in_flight *call = calls_wanted ? recall() : 0;

	return call ? call->call_id : 0;
}

/* False: there is no room for it. */
static __always_inline bool send_read(const struct read_end *end, const __u64 *args,
				      const bool typed)
{
	struct wire_reader *reader = end->reader;
	struct wire_read *read = event_reserve();
	struct vmclock_state *st;

	if (!read)
		return false;
	read->head.kind = WIRE_READ;
	read->head.path = end->path;
	read->head.end_ns = end->end_ns;
	read->head.latency_ns = end->measured ? end->latency_ns : 0;
	read->head.result = end->result;
	fill_reader(&read->head, reader);
	/* From here to the counter's value is what most reads do not have. */
	__builtin_memset(&read->head.call_id, 0,
			 offsetof(struct wire_read, counter) -
				 offsetof(struct wire_header, call_id));
	if (end->call_id)
		read->head.call_id = end->call_id;
	if (end->ticks)
		read->head.latency_ticks = end->ticks;
	if (end->cause)
		read->cause = end->cause;
	fill_ioctl(read, end->path);
	if (!end->result) {
		fill_time(read, args, typed);
		fill_counter(read, args, typed);
	}
	if (is_via_kvmclock(args, typed)) {
		read->via_kvmclock = 1;
		if (end->measured)
			reader->kvmclock++;
	}
	st = (void *)args[0];
	read->page_state = copy_page(read->page, MEMBER(typed, st, clk), &read->head,
				     end->measured ? reader->start_seq : NO_SEQ, typed);
	if (end->measured && read->page_state != WIRE_PAGE_STABLE)
		reader->moved++;
	event_submit(read);
	return true;
}

/*
 * What few reads need is out of line, so that the others do not carry it: a static function for
 * each of the two kinds of programs, as the verifier sees through the arguments of the one alone.
 */
static __noinline struct wire_reader *typed_reader_elsewhere(const __u64 *args)
{
	return reader_elsewhere(args[0], ((struct vmclock_state *)args[0])->index);
}

static __noinline struct wire_reader *kprobed_reader_elsewhere(const __u64 *args)
{
	return reader_elsewhere(args[0], BPF_CORE_READ((struct vmclock_state *)args[0], index));
}

/* args: st, sts, system_counter, tspec */
ENTER(read)
{
	__u32 tid = bpf_get_current_task_btf()->pid;
	struct wire_reader *reader = reader_home(tid);

	if (has_use_filter && !is_wanted())
		return false;
	if (reader->tid != tid || reader->object != args[0]) {
		reader = (typed ? typed_reader_elsewhere : kprobed_reader_elsewhere)(args);
		if (!reader)
			return true;
	}
	reader->start_tick = bpf_jiffies64();
	if (reader->start_tick != reader->measure_tick) {
		/* Loaded again: keeping it until here costs more. */
		reader->start_seq = page_seq((void *)*(const volatile __u64 *)&args[0], typed);
		reader->start_ns = bpf_ktime_get_ns();
	}
	return true;
}

/* Is it to be sent even if not every read was asked for? */
static bool is_telling_read(const struct read_end *end)
{
	struct wire_reader *reader = end->reader;

	if (end->result < 0 || end->ticks > WIRE_TICKS_SHORT)
		return true;
	if (reader->stop_condition_evidence) {
		reader->stop_condition_evidence--;
		return false;
	}
	reader->stop_condition_evidence = EVIDENCE_EVERY - 1;
	return true;
}

static __always_inline bool is_wanted_read(const struct read_end *end)
{
	if (every_event)
		return is_wanted_event(end->path, end->result, end->measured ? end->latency_ns : 0);
	return is_telling_read(end);
}

/* Anybody can cause reads without limit: was it caused so? */
static bool is_beyond_rate(const struct read_end *end)
{
	return !(end->result < 0 ? is_within_telling_rate() : is_within_use_rate(end->reader));
}

/* What a measured read adds to the tables, but for what its record brings. */
static __always_inline void count_unsent(const struct read_end *end, const __u64 *args,
					 const bool typed)
{
	struct wire_reader *reader = end->reader;

	count_latency(reader->clock_index, end->path, end->latency_ns);
	if (page_seq((struct vmclock_state *)args[0], typed) != reader->start_seq)
		reader->moved++;
	if (is_via_kvmclock(args, typed))
		reader->kvmclock++;
}

/*
 * A read that was measured, slow, failed, or is wanted as an event. Its path comes by memory, where
 * the verifier does not follow it: it looks at this once, and not for each path anew.
 */
static __always_inline void handle_read(const __u64 *args, struct wire_reader *reader, int result,
					const bool typed)
{
	__u32 path = *(volatile __u64 *)&reader->path;
	struct read_end end = {.reader = reader, .path = path, .result = result};
	struct vmclock_state *st = (void *)args[0];

	if (path >= WIRE_PATHS)
		return;
	end.end_ns = bpf_ktime_get_ns();
	if (!reader->start_tick) {
		/* It began before the hooks were there: nothing is known of how long it took. */
	} else if (reader->start_tick != reader->measure_tick) {
		end.measured = true;
		end.latency_ns = end.end_ns - reader->start_ns;
		reader_measured(reader, end.end_ns, end.latency_ns);
	} else {
		end.ticks = (__u32)(bpf_jiffies64() - reader->start_tick) + 1;
		if (end.ticks > reader->worst_ticks)
			reader->worst_ticks = end.ticks;
	}
	if (result < 0) {
		reader->use[path].errors++;
		end.cause = cause_of(MEMBER(typed, st, clk), result);
		count_failure(path, result, end.cause);
		reader->failed_path = path;
	}
	/* After a failure the next one is measured, and as long as all are. */
	reader->measure_tick = every_event || measure_all || result < 0 ? 0 : bpf_jiffies64();
	if (has_event_filter)
		end.call_id = call_of_read();
	if (identify(reader) && !result)
		(typed ? learn_typed_scale : learn_kprobed_scale)(args);
	if (!(is_wanted_read(&end) && !is_beyond_rate(&end) && is_within_rate() &&
	      send_read(&end, args, typed)) &&
	    end.measured)
		count_unsent(&end, args, typed);
}

/*
 * The same for the many where every event is sent: one that was measured, did not fail, and is not
 * filtered.
 */
static __always_inline void handle_plain_read(const __u64 *args, struct wire_reader *reader,
					      __u32 path)
{
	struct read_end end = {.reader = reader, .path = path, .measured = true};

	end.end_ns = bpf_ktime_get_ns();
	end.latency_ns = end.end_ns - reader->start_ns;
	reader_measured(reader, end.end_ns, end.latency_ns);
	identify(reader);
	if (is_beyond_rate(&end) || !send_read(&end, args, true))
		count_unsent(&end, args, true);
}

static __always_inline bool is_plain_read(const struct wire_reader *reader, int result)
{
	return every_event && !has_event_filter && !result && reader->start_tick &&
	       !reader->measure_tick;
}

static __noinline void handle_typed_read(const __u64 *args, struct wire_reader *reader, int result)
{
	handle_read(args, reader, result, true);
}

static __noinline void handle_kprobed_read(const __u64 *args, struct wire_reader *reader,
					   int result)
{
	handle_read(args, reader, result, false);
}

EXIT(read)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 tid = task->pid, path;
	struct wire_reader *reader = reader_home(tid);
	const int *status = (const int *)result;
	__u64 start_tick;

	if (has_use_filter) {
		if (!is_wanted())
			return;
		if (calls_wanted)
			count_read_of_call();
	}
	if (reader->tid != tid || !reader->start_tick) {
		reader = (typed ? typed_reader_elsewhere : kprobed_reader_elsewhere)(args);
		if (!reader) {
			count_unlisted(WIRE_CLOCK_NONE, read_path(task, args), *status);
			return;
		}
	}
	path = read_path(task, args);
	reader->use[path].uses++;
	start_tick = reader->start_tick;
	if (start_tick != reader->measure_tick || bpf_jiffies64() - start_tick > 1 || *status < 0) {
		if (typed && is_plain_read(reader, *status)) {
			handle_plain_read(args, reader, path);
		} else {
			reader->path = path;
			(typed ? handle_typed_read : handle_kprobed_read)(args, reader, *status);
		}
	}
	reader->start_tick = 0;
}

HOOK(read, vmclock_get_crosststamp, read_args)

#endif
