/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plain loads from what pointers point to whose type the verifier does not know by itself. */
#ifndef VMCLOCK_TRACE_BPF_CAST_H
#define VMCLOCK_TRACE_BPF_CAST_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/*
 * A member of what @pointer, no argument of fentry's, points to. bpf_rdonly_cast(), from Linux 6.2
 * on, makes of it plain loads, which cost a fraction of a helper's call.
 */
#ifndef WITHOUT_KFUNCS
#define CAN_CAST	bpf_ksym_exists(bpf_rdonly_cast)
#define CAST(ptr, type) bpf_core_cast(ptr, type)
#else
#define CAN_CAST	false
#define CAST(ptr, type) ((typeof(type) *)(ptr))
#endif
#define LOAD(pointer, type, member)                                                                \
	(CAN_CAST ? CAST((void *)(pointer), type)->member                                          \
		  : BPF_CORE_READ((type *)(pointer), member))

/* The same of an argument: with fentry the verifier knows its type. */
#define LOAD_ARG(typed, arg, type, member)                                                         \
	((typed) ? ((type *)(arg))->member : LOAD(arg, type, member))

#endif
