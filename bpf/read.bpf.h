/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choke point: every PTP read of a vmclock passes through vmclock_get_crosststamp(). */
#ifndef VMCLOCK_TRACE_BPF_READ_H
#define VMCLOCK_TRACE_BPF_READ_H

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
	read->reserved = 0;
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

/* A member of the driver's state, whose type only the module's BTF knows: bpf_core_cast cannot. */
#define STATE(typed, st, member) ((typed) ? (st)->member : BPF_CORE_READ(st, member))

/* args: st, sts, system_counter, tspec */
ENTER(read)
{
	struct vmclock_state *st = (void *)args[0];
	struct in_flight *now;

	if (!is_wanted())
		return;
	now = remember();
	if (!now)
		return;
	now->read_seq = typed ? st->clk->seq_count : BPF_CORE_READ(st, clk, seq_count);
	now->read_start_ns = bpf_ktime_get_ns();
}

EXIT(read)
{
	struct vmclock_state *st = (void *)args[0];
	struct wire_read *read;
	__u64 start_ns = now->read_start_ns;

	if (!start_ns)
		return;
	now->read_start_ns = 0;
	now->call_reads++;
	read = event_reserve(sizeof(*read));
	if (!read)
		return;
	fill_header(&read->head, WIRE_READ, now->call_id ? now->call_path : WIRE_PATH_UNKNOWN,
		    start_ns);
	read->head.result = (__s32)result;
	read->head.call_id = now->call_id;
	read->head.device = STATE(typed, st, index);
	fill_time(read, args[3]);
	fill_counter(read, args[1], args[2]);
	read->page_state = copy_page(read->page, STATE(typed, st, clk), now->read_seq);
	event_submit(read);
}

HOOK(read, vmclock_get_crosststamp, 4, read_args)

#endif
