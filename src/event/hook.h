/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place in the kernel where events are made, and what became of it on this kernel. */
#ifndef VMCLOCK_TRACE_EVENT_HOOK_H
#define VMCLOCK_TRACE_EVENT_HOOK_H

#include <stdbool.h>
#include <stddef.h>

/* How a function is hooked, best first. */
enum hook_attach_type {
	HOOK_FENTRY, /* fentry and fexit: typed, a third of the cost */
	HOOK_KPROBE, /* kprobe and kretprobe */
	HOOK_ABSENT, /* nothing: what it would show is not seen */
};

#define HOOK_WHY_BYTES	  160
#define HOOK_SYMBOL_BYTES 64

/* Why a function is not hooked: X(constant, name, about), the sentence for the manual. */
#define HOOK_REASONS(X)                                                                            \
	X(NONE, "none", "It is hooked, or another does its work.")                                 \
	X(NO_DRIVER, "no_driver", "The driver is not loaded, or released.")                        \
	X(NO_RIGHTS, "no_rights", "The kernel does not let this process.")                         \
	X(LOCKDOWN, "lockdown", "The kernel lets no process.")                                     \
	X(NO_BTF, "no_btf", "The kernel does not describe its types.")                             \
	X(NO_FUNCTION, "no_function", "The kernel has no function of this name.")                  \
	X(CHANGED, "changed", "The compiler renamed it and may have changed its arguments.")       \
	X(NO_TYPE, "no_type", "A type, a member or a helper that it needs is missing.")            \
	X(NO_KPROBES, "no_kprobes", "The kernel has no kprobes, and fentry is not possible.")      \
	X(REFUSED, "refused", "The kernel refused for another cause, which `doctor` shows.")

enum hook_reason {
#define HOOK_REASON_ENUM(name, text, about) HOOK_##name,
	HOOK_REASONS(HOOK_REASON_ENUM)
#undef HOOK_REASON_ENUM
	HOOK_REASON_COUNT
};

struct hook {
	const char *function; /* the kernel function; static */
	const char *tells;    /* what is not known without it; static */
	enum hook_attach_type attach_type;
	bool replaced;	/* absent, and not missed: another does its work, or there is none */
	bool awaited;	/* absent, for the driver is: it is attached when that comes */
	bool exit_only; /* its result alone is looked at: by fentry its exit alone is hooked */
	enum hook_reason reason;	/* why absent */
	char symbol[HOOK_SYMBOL_BYTES]; /* by which a kprobe finds it; "": `function` */
	char why[HOOK_WHY_BYTES];	/* why not in the best way; empty if it is */
};

/* Is something lost on this kernel for want of @hook? */
static inline bool hook_is_missing(const struct hook *hook)
{
	return hook->attach_type == HOOK_ABSENT && !hook->replaced;
}

/* "no_driver", "lockdown" and so on: static. */
static inline const char *hook_reason_name(enum hook_reason reason)
{
	static const char *const names[] = {
#define HOOK_REASON_NAME(name, text, about) [HOOK_##name] = (text),
		HOOK_REASONS(HOOK_REASON_NAME)
#undef HOOK_REASON_NAME
	};

	return (unsigned int)reason < HOOK_REASON_COUNT ? names[reason] : "none";
}

/* When a hook has that reason, a sentence. Static. */
static inline const char *hook_reason_about(enum hook_reason reason)
{
	static const char *const abouts[] = {
#define HOOK_REASON_ABOUT(name, text, about) [HOOK_##name] = (about),
		HOOK_REASONS(HOOK_REASON_ABOUT)
#undef HOOK_REASON_ABOUT
	};

	return abouts[reason];
}

/* "fentry", "kprobe", "absent" */
static inline const char *hook_attach_type_name(enum hook_attach_type attach_type)
{
	return attach_type == HOOK_FENTRY   ? "fentry"
	       : attach_type == HOOK_KPROBE ? "kprobe"
					    : "absent";
}

#endif
