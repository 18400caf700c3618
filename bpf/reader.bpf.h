/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables: who used which clock, how often, by which path, with which result and how fast.
 *
 * They are built to cost next to nothing in a read of the driver. An entry is found by the thread's
 * id, in memory that the program addresses directly: no map, no hash, no task storage. It is
 * written by its thread alone: no lock and nothing atomic. And as asking for the time twice would
 * cost more than all of that together, only the first read of a thread in each tick is measured.
 * Jiffies, which cost one load, see to it that a slow one never passes unseen.
 *
 * What is off that path is in functions that are not static: the verifier looks at each of them
 * once, and not again from each place that calls it.
 */
#ifndef VMCLOCK_TRACE_BPF_READER_H
#define VMCLOCK_TRACE_BPF_READER_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "maps.bpf.h"
#include "wire.h"

struct wire_reader readers[WIRE_READERS + WIRE_READER_WAYS] = {};
struct wire_failure failures[WIRE_FAILURES] = {};
/* Uses by threads that found no room, by clock; the last row: clocks that found none. */
struct wire_use unlisted[WIRE_CLOCKS + 1][WIRE_PATHS] = {};
__u64 clocks[WIRE_CLOCKS] = {}; /* 1 + clock; 0: free */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WIRE_CLOCKS *WIRE_PATHS);
	__type(key, __u32);
	__type(value, struct wire_latency);
} latencies SEC(".maps");

/*
 * Where a thread's entry is, unless another was there first. Ids come in a row, so every thread has
 * room for a second clock beside its first.
 */
static __u32 reader_index(__u32 tid)
{
	return (tid & (WIRE_READERS / 2 - 1)) * 2;
}

static struct wire_reader *reader_home(__u32 tid)
{
	struct wire_reader *reader = &readers[reader_index(tid)];

	barrier_var(reader); /* or clang makes the address anew for each member */
	return reader;
}

/* WIRE_CLOCKS: the table is full. */
__noinline __u32 clock_index(__u32 clock)
{
	for (__u32 i = 0; i < WIRE_CLOCKS; i++) {
		__u64 was = __sync_val_compare_and_swap(&clocks[i], 0, 1ull + clock);

		if (!was || was == 1ull + clock)
			return i;
	}
	return WIRE_CLOCKS;
}

/* What of a thread may change. */
static __noinline void identify_anew(struct wire_reader *reader)
{
	struct task_struct *task = bpf_get_current_task_btf();

	reader->cgroup = bpf_get_current_cgroup_id();
	copy_comm(reader->comm, task);
}

/* Once a tick is enough. Was it done? */
static __always_inline bool identify(struct wire_reader *reader)
{
	__u64 tick = bpf_jiffies64();

	if (reader->identify_tick == tick)
		return false;
	reader->identify_tick = tick;
	identify_anew(reader);
	return true;
}

/* Not at its hash: looks further, or takes a free entry. NO_READER: there is no room. */
#define NO_READER ~0u

__noinline __u32 reader_claim(__u32 clock)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 home = reader_index(task->pid);
	__u32 index;

	for (__u32 way = 0; way < WIRE_READER_WAYS; way++) {
		struct wire_reader *reader = &readers[home + way];

		if (reader->tid == (__u32)task->pid && reader->clock == clock)
			return home + way;
	}
	index = clock_index(clock);
	if (index >= WIRE_CLOCKS)
		return NO_READER;
	for (__u32 way = 0; way < WIRE_READER_WAYS; way++) {
		struct wire_reader *reader = &readers[home + way];

		if (__sync_val_compare_and_swap(&reader->tid, 0, task->pid))
			continue;
		reader->pid = task->tgid;
		reader->clock = clock;
		reader->clock_index = index;
		reader->first_ns = bpf_ktime_get_ns();
		reader->sample_ns = reader->first_ns;
		identify(reader);
		__sync_lock_test_and_set(&reader->state, WIRE_READER_LIVE);
		return home + way;
	}
	return NO_READER;
}

/* The entry of this thread for @clock, by whose @object it is found from now on. */
static struct wire_reader *reader_elsewhere(__u64 object, __u32 clock)
{
	__u32 claimed = reader_claim(clock);

	if (claimed >= WIRE_READERS + WIRE_READER_WAYS)
		return 0;
	barrier_var(claimed); /* the verifier wants the address made after the check */
	readers[claimed].object = object;
	return &readers[claimed];
}

__noinline int count_unlisted(__u32 clock, __u32 path, int result)
{
	__u32 index = clock_index(clock);

	if (index > WIRE_CLOCKS || path >= WIRE_PATHS)
		return 0;
	count_one(WIRE_LOSS_READER_UNLISTED);
	__sync_fetch_and_add(&unlisted[index][path].uses, 1);
	if (result < 0)
		__sync_fetch_and_add(&unlisted[index][path].errors, 1);
	return 0;
}

__noinline int count_failure(__u32 path, int result, __u32 cause)
{
	__u64 key = (__u64)path << 40 | (__u64)cause << 32 | (__u32)-result;

	for (__u32 i = 0; i < WIRE_FAILURES; i++) {
		__u64 was = __sync_val_compare_and_swap(&failures[i].key, 0, key);

		if (!was || was == key) {
			__sync_fetch_and_add(&failures[i].count, 1);
			return 0;
		}
	}
	count_one(WIRE_LOSS_FAILURE_UNLISTED);
	return 0;
}

/* If @value has more than @bits, only those above; @log counts what was cut off. */
static void halve(__u64 *value, __u32 *log, __u32 bits)
{
	if (*value >> bits) {
		*value >>= bits;
		*log += bits;
	}
}

/* The position of the highest bit that is set; 0 for 0. BPF has no instruction for it. */
static __u32 log2_of(__u64 value)
{
	__u32 log = 0;

	halve(&value, &log, 32);
	halve(&value, &log, 16);
	halve(&value, &log, 8);
	halve(&value, &log, 4);
	halve(&value, &log, 2);
	halve(&value, &log, 1);
	return log;
}

__noinline int count_latency(__u32 index, __u32 path, __u64 ns)
{
	__u32 key = index * WIRE_PATHS + path;
	struct wire_latency *latency = bpf_map_lookup_elem(&latencies, &key);
	__u32 bucket = log2_of(ns);

	if (!latency)
		return 0;
	latency->count++;
	latency->sum_ns += ns;
	if (ns > latency->max_ns)
		latency->max_ns = ns;
	if (bucket >= WIRE_BUCKETS)
		bucket = WIRE_BUCKETS - 1;
	latency->bucket[bucket]++;
	return 0;
}

/* A use that took @ns, measured. */
static void reader_measured(struct wire_reader *reader, __u64 end_ns, __u64 ns)
{
	reader->sample_ns = end_ns;
	reader->samples++;
	if (ns > reader->worst_ns)
		reader->worst_ns = ns;
}

/* The same of a call whose latency is in no record. */
static void call_measured(struct wire_reader *reader, __u32 path, __u64 end_ns, __u64 ns)
{
	reader_measured(reader, end_ns, ns);
	identify(reader);
	count_latency(reader->clock_index, path, ns);
}

/* A whole use of a clock by a call, the one that @now is about and that ends. Calls are rare. */
static void count_call(__u64 object, struct in_flight *now, long result, __u64 end_ns)
{
	struct wire_reader *reader = reader_elsewhere(object, now->call_clock);
	__u32 path = now->call_path;

	if (path >= WIRE_PATHS)
		return;
	if (result < 0)
		count_failure(path, (int)result, WIRE_CAUSE_OTHER);
	if (!reader) {
		count_unlisted(now->call_clock, path, (int)result);
		return;
	}
	reader->use[path].uses++;
	if (result < 0)
		reader->use[path].errors++;
	call_measured(reader, path, end_ns, end_ns - now->call_start_ns);
}

/* Which entry is that of this thread for @clock? NO_READER: it has none. */
__noinline __u32 reader_find(__u32 clock)
{
	__u32 tid = bpf_get_current_task_btf()->pid;
	__u32 home = reader_index(tid);

	for (__u32 way = 0; way < WIRE_READER_WAYS; way++) {
		struct wire_reader *reader = &readers[home + way];

		if (reader->tid == tid && reader->clock == clock)
			return home + way;
	}
	return NO_READER;
}

/*
 * Nor is there a limit to the uses that succeed: so many a second of a process are sent. Processes
 * whose ids end alike share it, so that any number of them is limited too. But as any of them can
 * use it up for the others, each entry of the table has a few of its own besides. These are of the
 * place and not of the thread: threads that come and go get no more of them.
 */
#define USES_A_SECOND 1000
#define USE_SHARES    64
#define OWN_A_SECOND  50

static struct rate use_rate[USE_SHARES];

static __always_inline bool is_within_shared_rate(__u32 pid, __u64 tick)
{
	return has_room(&use_rate[pid % USE_SHARES], USES_A_SECOND, tick);
}

/* Is there still one that is this entry's own? Else it is counted as lost. */
static __always_inline bool is_within_own_rate(struct wire_reader *reader, __u64 tick)
{
	if (tick - reader->own_tick >= ticks_per_second) {
		reader->own_tick = tick;
		reader->own_used = 0;
	}
	if (reader->own_used < OWN_A_SECOND) {
		reader->own_used++;
		return true;
	}
	count_one(WIRE_LOSS_SUPPRESSED);
	return false;
}

static __noinline bool is_within_limits(struct wire_reader *reader)
{
	__u64 tick = bpf_jiffies64();

	return is_within_shared_rate(reader->pid, tick) || is_within_own_rate(reader, tick);
}

/* Without a call where there are no limits. */
static __always_inline bool is_within_use_rate(struct wire_reader *reader)
{
	return every_event_asked || is_within_limits(reader);
}

/* The same, of a call to @clock that was counted. */
static __noinline bool is_call_within_use_rate(__u32 clock)
{
	__u64 tick = bpf_jiffies64();
	__u32 found;

	if (every_event_asked || is_within_shared_rate(bpf_get_current_task_btf()->tgid, tick))
		return true;
	found = reader_find(clock);
	if (found < WIRE_READERS + WIRE_READER_WAYS) {
		barrier_var(found); /* or the verifier does not see the check */
		return is_within_own_rate(&readers[found], tick);
	}
	count_one(WIRE_LOSS_SUPPRESSED);
	return false;
}

/*
 * The thread is no more, and neither are its entries. Not when it exits: after that it still closes
 * its files.
 */
SEC("raw_tp/sched_process_free")
int thread_free(__u64 *args)
{
	struct task_struct *task = (void *)args[0];
	__u32 tid = BPF_CORE_READ(task, pid);
	__u32 home = reader_index(tid);

	for (__u32 way = 0; way < WIRE_READER_WAYS; way++) {
		struct wire_reader *reader = &readers[home + way];

		if (reader->tid != tid)
			continue;
		reader->tid |= WIRE_TID_GONE;
		__sync_lock_test_and_set(&reader->state, WIRE_READER_DEAD);
	}
	return 0;
}

#endif
