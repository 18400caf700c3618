/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder. A hook is written once, as a pair of functions
 *
 *	ENTER(NAME) { ... args, typed ... }
 *	EXIT(NAME) { ... now, args, result, typed ... }
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

#define UNUSED __attribute__((unused))
#define ENTER(name)                                                                                \
	static __always_inline void name##_enter(const __u64 *args UNUSED, const bool typed UNUSED)
#define EXIT(name)                                                                                 \
	static __always_inline void name##_exit(struct in_flight *now, const __u64 *args UNUSED,   \
						long result UNUSED, const bool typed UNUSED)

#define ARGS_OF_FENTRY_1                                                                           \
	{                                                                                          \
		ctx[0]                                                                             \
	}
#define ARGS_OF_FENTRY_2                                                                           \
	{                                                                                          \
		ctx[0], ctx[1]                                                                     \
	}
#define ARGS_OF_FENTRY_3                                                                           \
	{                                                                                          \
		ctx[0], ctx[1], ctx[2]                                                             \
	}
#define ARGS_OF_FENTRY_4                                                                           \
	{                                                                                          \
		ctx[0], ctx[1], ctx[2], ctx[3]                                                     \
	}
#define ARGS_OF_KPROBE                                                                             \
	{                                                                                          \
		PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx), PT_REGS_PARM4(ctx)     \
	}

/* @saved: the member of struct in_flight that keeps the arguments of kprobes. */
#define HOOK(name, function, count, saved)                                                         \
	SEC("fentry/" #function)                                                                   \
	int name##_fentry(__u64 *ctx)                                                              \
	{                                                                                          \
		const __u64 args[HOOK_ARGS] = ARGS_OF_FENTRY_##count;                              \
                                                                                                   \
		name##_enter(args, true);                                                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("fexit/" #function)                                                                    \
	int name##_fexit(__u64 *ctx)                                                               \
	{                                                                                          \
		const __u64 args[HOOK_ARGS] = ARGS_OF_FENTRY_##count;                              \
		struct in_flight *now = recall();                                                  \
		__u64 result = 0;                                                                  \
                                                                                                   \
		bpf_get_func_ret(ctx, &result);                                                    \
		if (now)                                                                           \
			name##_exit(now, args, (long)result, true);                                \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("kprobe")                                                                              \
	int name##_kprobe(struct pt_regs *ctx)                                                     \
	{                                                                                          \
		const __u64 args[HOOK_ARGS] = ARGS_OF_KPROBE;                                      \
		struct in_flight *now;                                                             \
                                                                                                   \
		name##_enter(args, false);                                                         \
		now = recall();                                                                    \
		if (now)                                                                           \
			__builtin_memcpy(now->saved, args, sizeof(args));                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("kretprobe")                                                                           \
	int name##_kretprobe(struct pt_regs *ctx)                                                  \
	{                                                                                          \
		struct in_flight *now = recall();                                                  \
		__u64 args[HOOK_ARGS];                                                             \
                                                                                                   \
		if (!now)                                                                          \
			return 0;                                                                  \
		__builtin_memcpy(args, now->saved, sizeof(args));                                  \
		name##_exit(now, args, (long)PT_REGS_RC(ctx), false);                              \
		return 0;                                                                          \
	}

#endif
