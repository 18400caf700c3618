/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choke point: every PTP read of a vmclock passes through vmclock_get_crosststamp(). */
#ifndef VMCLOCK_TRACE_BPF_READ_H
#define VMCLOCK_TRACE_BPF_READ_H

/* Besides what is asked for, of the reads that are measured a thread's first is sent, and some. */
#define EVIDENCE_EVERY 64

#define EINVAL 22

/* include/uapi/linux/vmclock-abi.h */
#define VMCLOCK_TIME_UTC	      0
#define VMCLOCK_TIME_TAI	      1
#define VMCLOCK_STATUS_UNRELIABLE     4
#define VMCLOCK_FLAG_TAI_OFFSET_VALID 1

/* Does a value of this clocksource count what the page counts? kvmclock's, say, does not. */
static bool is_page_counter(enum clocksource_ids id)
{
	return id == bpf_core_enum_value(enum clocksource_ids, CSID_X86_TSC) ||
	       id == bpf_core_enum_value(enum clocksource_ids, CSID_ARM_ARCH_COUNTER);
}

static void fill_counter_from_snapshot(struct wire_read *read, struct system_time_snapshot *sts)
{
	if (is_page_counter(sts->cs_id)) {
		read->counter = sts->cycles;
	} else if (bpf_core_field_exists(sts->hw_csid) && is_page_counter(sts->hw_csid)) {
		/* The system clock runs on what is derived from the counter; both were kept. */
		read->counter = sts->hw_cycles;
	} else {
		return;
	}
	read->counter_source = WIRE_COUNTER_SNAPSHOT;
}

static void fill_counter(struct wire_read *read, __u64 sts_arg, __u64 counter_arg)
{
	struct ptp_system_timestamp *sts =
		bpf_core_cast((void *)sts_arg, struct ptp_system_timestamp);
	struct system_counterval_t *counter =
		bpf_core_cast((void *)counter_arg, struct system_counterval_t);

	read->counter_source = WIRE_COUNTER_NONE;
	read->counter = 0;
	if (read->head.result)
		return;
	if (counter_arg && is_page_counter(counter->cs_id)) {
		read->counter = counter->cycles;
		read->counter_source = WIRE_COUNTER_SYSTEM;
	} else if (sts_arg && bpf_core_field_exists(sts->pre_sts)) {
		fill_counter_from_snapshot(read, &sts->pre_sts);
	}
}

static void fill_time(struct wire_read *read, __u64 tspec_arg)
{
	struct timespec64 *tspec = bpf_core_cast((void *)tspec_arg, struct timespec64);

	read->sec = 0;
	read->nsec = 0;
	if (read->head.result)
		return;
	read->sec = tspec->tv_sec;
	read->nsec = (__u32)tspec->tv_nsec;
}

/* The ioctl that this read belongs to, as the thread asked for it. */
static void fill_ioctl(struct wire_read *read)
{
	__u64 argument;

	read->ioctl = 0;
	read->n_samples = 0;
	if (read->head.path < WIRE_PATH_SYS_OFFSET || read->head.path > WIRE_PATH_IOCTL_OTHER)
		return;
	read->ioctl = syscall_ioctl(&argument);
	/* n_samples is the first word of both structures. */
	if (read->ioctl && read->head.path != WIRE_PATH_SYS_OFFSET_PRECISE)
		bpf_probe_read_user(&read->n_samples, sizeof(read->n_samples), (void *)argument);
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

static __u32 cause_of(struct vmclock_abi *page, int result)
{
	if (result != -EINVAL)
		return WIRE_CAUSE_OTHER;
	if (BPF_CORE_READ(page, clock_status) == VMCLOCK_STATUS_UNRELIABLE)
		return WIRE_CAUSE_UNRELIABLE;
	switch (BPF_CORE_READ(page, time_type)) {
	case VMCLOCK_TIME_UTC:
		return WIRE_CAUSE_NOT_BY_PAGE;
	case VMCLOCK_TIME_TAI:
		if (BPF_CORE_READ(page, flags) & VMCLOCK_FLAG_TAI_OFFSET_VALID)
			return WIRE_CAUSE_NOT_BY_PAGE;
	}
	return WIRE_CAUSE_SCALE;
}

/* The driver converts what it read to the time of kvmclock, if that is the system's clocksource. */
static bool is_via_kvmclock(const __u64 *args, const bool typed)
{
	struct vmclock_state *st = (void *)args[0];

	return args[2] && bpf_core_field_exists(st->sys_cs_id) &&
	       bpf_core_enum_value_exists(enum clocksource_ids, CSID_X86_KVM_CLK) &&
	       MEMBER(typed, st, sys_cs_id) ==
		       bpf_core_enum_value(enum clocksource_ids, CSID_X86_KVM_CLK);
}

/* What the read needs that is sent as an event. */
struct read_end {
	struct wire_reader *reader;
	__u64 start_ns; /* 0: not measured */
	__u64 end_ns;
	__u32 path;
	__u32 ticks; /* it took less than so many; 0: not known */
	__u32 cause; /* of a failure */
};

static void fill_reader(struct wire_header *head, struct wire_reader *reader)
{
	identify(reader, bpf_get_current_task_btf());
	head->cgroup = reader->cgroup;
	head->pid = reader->pid;
	head->tid = reader->tid;
	__builtin_memcpy(head->comm, reader->comm, sizeof(head->comm));
}

static __always_inline void send_read(const struct read_end *end, const __u64 *args, int result,
				      const bool typed)
{
	struct vmclock_state *st = (void *)args[0];
	struct in_flight *call = calls_wanted ? recall() : 0;
	struct wire_read *read = event_reserve(sizeof(*read));

	if (!read)
		return;
	fill_event(&read->head, WIRE_READ, end->path, end->start_ns, end->end_ns);
	fill_reader(&read->head, end->reader);
	read->head.result = result;
	read->head.call_id = call ? call->call_id : 0;
	read->head.clock = MEMBER(typed, st, index);
	read->head.latency_ticks = end->ticks;
	fill_time(read, args[3]);
	fill_counter(read, args[1], args[2]);
	fill_ioctl(read);
	read->via_kvmclock = is_via_kvmclock(args, typed);
	read->cause = end->cause;
	read->page_state =
		copy_page(read->page, MEMBER(typed, st, clk), end->reader->start_seq, typed);
	/* Not measured: nobody knows what the page was when it began. */
	if (!end->start_ns && read->page_state == WIRE_PAGE_STABLE)
		read->page_state = WIRE_PAGE_MOVED;
	event_submit(read);
}

static __u32 page_seq(struct vmclock_state *st, const bool typed)
{
	return typed ? st->clk->seq_count : BPF_CORE_READ(st, clk, seq_count);
}

/*
 * What few reads need is out of line, so that the others do not carry it: a static function for each
 * of the two kinds of programs, as the verifier sees through the arguments of the one alone.
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
	struct vmclock_state *st = (void *)args[0];

	if (special && !is_wanted())
		return false;
	if (reader->tid != tid || reader->object != args[0]) {
		reader = (typed ? typed_reader_elsewhere : kprobed_reader_elsewhere)(args);
		if (!reader)
			return true;
	}
	reader->start_tick = bpf_jiffies64();
	if (reader->start_tick != reader->measure_tick) {
		reader->start_seq = page_seq(st, typed);
		reader->start_ns = bpf_ktime_get_ns();
	}
	return true;
}

static __always_inline void read_measured(const struct read_end *end, const __u64 *args,
					  const bool typed)
{
	struct wire_reader *reader = end->reader;
	struct vmclock_state *st = (void *)args[0];

	reader_measured(reader, end->path, end->end_ns, end->end_ns - end->start_ns);
	if (page_seq(st, typed) != reader->start_seq)
		reader->moved++;
	if (is_via_kvmclock(args, typed))
		reader->kvmclock++;
}

/* Is it to be sent though nobody asked for every read? */
static bool is_telling_read(const struct read_end *end, int result)
{
	struct wire_reader *reader = end->reader;

	if (result < 0 || end->ticks > WIRE_TICKS_SHORT)
		return true;
	if (reader->until_evidence) {
		reader->until_evidence--;
		return false;
	}
	reader->until_evidence = EVIDENCE_EVERY - 1;
	return true;
}

/* A read that was measured, slow, failed, or is wanted as an event. */
static __always_inline void look_at_read(const __u64 *args, struct wire_reader *reader, __u32 path,
					 int result, const bool typed)
{
	struct read_end end = {.reader = reader, .path = path};
	struct vmclock_state *st = (void *)args[0];
	bool wanted;

	end.end_ns = bpf_ktime_get_ns();
	if (!reader->start_tick) {
		/* It began before the hooks were there: nothing is known of how long it took. */
	} else if (reader->start_tick != reader->measure_tick) {
		end.start_ns = reader->start_ns;
		read_measured(&end, args, typed);
	} else {
		end.ticks = (__u32)(bpf_jiffies64() - reader->start_tick) + 1;
		if (end.ticks > reader->worst_ticks)
			reader->worst_ticks = end.ticks;
	}
	if (result < 0) {
		reader->use[path].errors++;
		end.cause = cause_of(MEMBER(typed, st, clk), result);
		count_failure(path, result, end.cause);
	}
	/* After a failure the next one is measured, and as long as all are. */
	reader->measure_tick = every_event || measure_all || result < 0 ? 0 : bpf_jiffies64();
	wanted = every_event ? is_wanted_event(path, result,
					       end.start_ns ? end.end_ns - end.start_ns : 0)
			     : is_telling_read(&end, result);
	if (wanted && is_within_rate())
		send_read(&end, args, result, typed);
}

static __noinline void look_at_typed_read(const __u64 *args, struct wire_reader *reader, __u32 path,
					  int result)
{
	look_at_read(args, reader, path, result, true);
}

static __noinline void look_at_kprobed_read(const __u64 *args, struct wire_reader *reader,
					    __u32 path, int result)
{
	look_at_read(args, reader, path, result, false);
}

EXIT(read)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 tid = task->pid, path;
	struct wire_reader *reader = reader_home(tid);
	const int *status = (const int *)result;
	__u64 start_tick;

	if (special) {
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
	if (start_tick != reader->measure_tick || bpf_jiffies64() - start_tick > 1 || *status < 0)
		(typed ? look_at_typed_read : look_at_kprobed_read)(args, reader, path, *status);
	reader->start_tick = 0;
}

HOOK(read, vmclock_get_crosststamp, read_args)

#endif
