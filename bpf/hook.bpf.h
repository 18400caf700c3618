/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attach types and their fallback. A hook is written once, as a pair of functions
 *
 *	ENTER(NAME) { ... args, typed ...; return whether the exit has something to do }
 *	EXIT(NAME) { ... args, *result, typed ... }
 *
 * and made into four programs: fentry and fexit, which cost a third, and kprobe and kretprobe for
 * kernels whose BTF or trampolines do not reach the function. The loader loads one pair of the two.
 *
 * `typed` is constant: with fentry the arguments are pointers that the verifier knows, which may be
 * followed by plain loads; with kprobes they are numbers, and each load is a helper's call.
 *
 * The return value comes from bpf_get_func_ret(), not by position, so that a later argument does
 * not matter: kernels after 7.3 give vmclock_get_crosststamp() a fifth one.
 */
#ifndef VMCLOCK_TRACE_BPF_HOOK_H
#define VMCLOCK_TRACE_BPF_HOOK_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "maps.bpf.h"

#define UNUSED __attribute__((unused))
#define ENTER(name)                                                                                \
	static __always_inline bool name##_enter(const __u64 *args UNUSED, const bool typed UNUSED)
#define EXIT(name)                                                                                 \
	static __always_inline void name##_exit(                                                   \
		const __u64 *args UNUSED, const __u64 *result UNUSED, const bool typed UNUSED)

#define ARGS_OF_KPROBE                                                                             \
	{                                                                                          \
		PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx), PT_REGS_PARM4(ctx)     \
	}

/* @saved: the member of struct in_flight that keeps the arguments of kprobes. */
#define HOOK(name, function, saved)                                                                \
	SEC("fentry/" #function)                                                                   \
	int name##_fentry(__u64 *ctx)                                                              \
	{                                                                                          \
		name##_enter(ctx, true);                                                           \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("fexit/" #function)                                                                    \
	int name##_fexit(__u64 *ctx)                                                               \
	{                                                                                          \
		__u64 result;                                                                      \
                                                                                                   \
		bpf_get_func_ret(ctx, &result);                                                    \
		name##_exit(ctx, &result, true);                                                   \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("kprobe")                                                                              \
	int name##_kprobe(struct pt_regs *ctx)                                                     \
	{                                                                                          \
		const __u64 args[HOOK_ARGS] = ARGS_OF_KPROBE;                                      \
		struct in_flight *now;                                                             \
                                                                                                   \
		if (!name##_enter(args, false))                                                    \
			return 0;                                                                  \
		now = remember();                                                                  \
		if (now)                                                                           \
			__builtin_memcpy(now->saved, args, sizeof(args));                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("kretprobe")                                                                           \
	int name##_kretprobe(struct pt_regs *ctx)                                                  \
	{                                                                                          \
		struct in_flight *now = recall();                                                  \
		__u64 args[HOOK_ARGS], result = PT_REGS_RC(ctx);                                   \
                                                                                                   \
		if (!now || !now->saved[0])                                                        \
			return 0;                                                                  \
		__builtin_memcpy(args, now->saved, sizeof(args));                                  \
		now->saved[0] = 0;                                                                 \
		name##_exit(args, &result, false);                                                 \
		return 0;                                                                          \
	}

#endif
