/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few kernel types the BPF program looks into, reduced by hand to the fields it uses.
 *
 * CO-RE relocates every access to the running kernel, so offsets and order mean nothing here; only
 * names and kinds do. Where kernels differ there is one `___flavour` for each shape, and the
 * program asks the kernel which it has (bpf_core_type_exists, bpf_core_field_exists), never its
 * version. Each type names the kernel source it was reduced from (Linux 7.3 unless said).
 */
/* The guard of a whole vmlinux.h: bpf_tracing.h then uses the kernel's names of the registers. */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

/* include/uapi/asm-generic/int-ll64.h */
typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16; /* named by libbpf's helper prototypes */
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0

/* include/uapi/linux/bpf.h: the map types and flags in use */
enum bpf_map_type {
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
#define BPF_F_NO_PREALLOC	       (1u << 0)
#define BPF_F_MMAPABLE		       (1u << 10)
#define BPF_LOCAL_STORAGE_GET_F_CREATE (1ull << 0)

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

/*
 * arch/x86/include/asm/ptrace.h and arch/arm64/include/uapi/asm/ptrace.h, as bpf_tracing.h names
 * them
 */
struct pt_regs {
	unsigned long di, si, dx, cx, ax, sp, ip;
};

/* The same, with the system call's number: as bpf_task_pt_regs() returns them. */
struct pt_regs___entry {
#ifdef __TARGET_ARCH_x86
	unsigned long si, dx, cx, orig_ax;
#else
	__u64 regs[31];
	int syscallno;
#endif
};

struct user_pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 pstate;
};

/* include/linux/sched.h */
struct task_struct {
	int pid;
	int tgid;
	unsigned int flags;
	__u64 start_boottime;
	struct task_struct *group_leader;
	struct css_set *cgroups;
	const struct cred *cred;
	char comm[16];
};

/* include/linux/cred.h, include/linux/user_namespace.h */
struct user_namespace {
	int level; /* 0: the initial one */
};

typedef struct {
	__u64 val; /* two words of 32 bits before 6.3 */
} kernel_cap_t;

struct cred {
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
};

/* include/linux/cgroup-defs.h, include/linux/kernfs.h */
struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

/* include/linux/module.h */
struct module {
	char name[56];
};

struct module_kobject {
	struct module *mod;
};

/* include/linux/fs.h */
struct file_operations {
	struct module *owner;
};

struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	void *private_data;
};

struct inode {
	__u32 i_rdev; /* major << 20 | minor */
};

/* include/linux/vmstat.h: an array of words, of which no name matters */
struct vm_event_state {
	unsigned long event[16];
};

/* include/linux/mm_types.h */
struct vm_area_struct {
	unsigned long vm_start;
	struct file *vm_file;
};

/* kernel/bpf/bpf_iter.c, kernel/bpf/task_iter.c: the context of iter/task_vma */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

/* include/linux/poll.h: _qproc is 0 where nobody is to be queued, as in a look after a wait. */
struct poll_table_struct {
	void *_qproc;
};

/* include/linux/device.h */
struct device {
	void *driver_data;
};

/* include/linux/time64.h */
struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

/* include/linux/clocksource_ids.h: values are looked up with bpf_core_enum_value */
enum clocksource_ids {
	CSID_GENERIC = 0,
	CSID_ARM_ARCH_COUNTER,
	CSID_X86_TSC_EARLY,
	CSID_X86_TSC,
	CSID_X86_KVM_CLK,
};

/* include/uapi/linux/timex.h */
struct __kernel_timex {
	unsigned int modes;
	long long freq;
	long long tick;
};

/* include/linux/clocksource.h */
struct clocksource {
	const char *name;
};

/* include/linux/timekeeping.h */
struct system_counterval_t {
	__u64 cycles;
	enum clocksource_ids cs_id;
};

/* Before 6.10 (8f0d90d39f3a): the clocksource itself, not its id. */
struct system_counterval_t___source {
	__u64 cycles;
	struct clocksource *cs;
};

/*
 * include/linux/timekeeping.h and include/linux/ptp_clock_kernel.h. Before 7.2 the snapshot stays
 * on the driver's stack and sts holds two timespecs: no counter to be had from
 * PTP_SYS_OFFSET_EXTENDED. From 7.2 sts carries the whole snapshot.
 */
struct system_time_snapshot {
	__u64 cycles;
	__u64 hw_cycles;
	enum clocksource_ids cs_id;
	enum clocksource_ids hw_csid;
};

struct ptp_system_timestamp {
	struct system_time_snapshot pre_sts;
};

/* include/linux/posix-clock.h */
struct posix_clock {
	bool zombie;
};

/* From 6.7 (60c6946675fc); before, ptp_ioctl() has the posix_clock itself in its place. */
struct posix_clock_context {
	struct posix_clock *clk;
};

/* include/linux/ptp_clock_kernel.h */
struct ptp_clock_info {
	char name[32];
};

/* drivers/ptp/ptp_private.h */
struct ptp_clock {
	struct posix_clock clock;
	struct ptp_clock_info *info;
	int index;
};

/* include/uapi/linux/vmclock-abi.h: the head only, the body is copied as bytes */
struct vmclock_abi {
	__u32 magic;
	__u32 size;
	__u8 time_type;
	__u32 seq_count;
	__u64 disruption_marker;
	__u64 flags;
	__u8 clock_status;
};

/* include/linux/miscdevice.h */
struct miscdevice {
	int minor;
};

/* drivers/ptp/ptp_vmclock.c: fields move at 6.18 and 7.0, names do not */
struct vmclock_state {
	struct vmclock_abi *clk;
	struct miscdevice miscdev;
	enum clocksource_ids sys_cs_id;
	int index;
};

/*
 * drivers/ptp/ptp_vmclock.c, 7.0+: what private_data of /dev/vmclockN points to. Before:
 * st->miscdev
 */
struct vmclock_file_state {
	struct vmclock_state *st;
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif
