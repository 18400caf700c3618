/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One place in the kernel where events are made, and what became of it on this kernel. */
#ifndef VMCLOCK_TRACE_EVENT_HOOK_H
#define VMCLOCK_TRACE_EVENT_HOOK_H

#include <stdbool.h>
#include <stddef.h>

struct hook {
	const char *function; /* the kernel function; static */
	const char *tells;    /* what is not known without it; static */
	bool attached;
	bool replaced;	  /* not attached, but another hook does its work on this kernel */
	char why_not[96]; /* empty if attached */
};

/* Is something lost on this kernel for want of @hook? */
static inline bool hook_is_missing(const struct hook *hook)
{
	return !hook->attached && !hook->replaced;
}

#endif
