/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place in the kernel where events are made, and what became of it on this kernel. */
#ifndef VMCLOCK_TRACE_EVENT_HOOK_H
#define VMCLOCK_TRACE_EVENT_HOOK_H

#include <stdbool.h>
#include <stddef.h>

/* The rungs of the ladder, best first. */
enum hook_attach_type {
	HOOK_FENTRY, /* fentry and fexit: typed, a third of the cost */
	HOOK_KPROBE, /* kprobe and kretprobe */
	HOOK_ABSENT, /* nothing: what it tells is not seen */
};

#define HOOK_WHY_BYTES 96

struct hook {
	const char *function; /* the kernel function; static */
	const char *tells;    /* what is not known without it; static */
	enum hook_attach_type attach_type;
	bool replaced; /* absent, and not missed: another does its work, or there is none */
	bool awaited;  /* absent, for the driver is: it is attached when that comes */
	char why[HOOK_WHY_BYTES]; /* why not the best rung; empty on it */
};

/* Is something lost on this kernel for want of @hook? */
static inline bool hook_is_missing(const struct hook *hook)
{
	return hook->attach_type == HOOK_ABSENT && !hook->replaced;
}

/* "fentry", "kprobe", "absent" */
static inline const char *hook_attach_type_name(enum hook_attach_type attach_type)
{
	return attach_type == HOOK_FENTRY   ? "fentry"
	       : attach_type == HOOK_KPROBE ? "kprobe"
					    : "absent";
}

#endif
