/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/mappers.bpf.c shares with the loader: wire format only, as in wire.h. */
#ifndef VMCLOCK_TRACE_BPF_MAPPER_WIRE_H
#define VMCLOCK_TRACE_BPF_MAPPER_WIRE_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

/* Mappings of vmclock0 up to this number are reported. */
#define MAPPER_WIRE_DEVICES 8u

#define MAPPER_WIRE_COMM_BYTES 16

/* One mapping of a vmclock's page; or, with pid 0, nothing: a place to stop at. */
struct mapper_wire {
	__u64 address;	/* where it begins */
	__u64 start_ns; /* when the process began, CLOCK_BOOTTIME: a later one may have its id */
	__u64 cgroup;	/* id in the unified hierarchy */
	__u32 pid;	/* of the process (tgid), initial namespace */
	__u32 device;	/* N of vmclockN */
	char comm[MAPPER_WIRE_COMM_BYTES]; /* any bytes but NUL, NUL-padded */
};

_Static_assert(sizeof(struct mapper_wire) == 48, "wire layout");

#endif
