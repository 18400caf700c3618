/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that was meant, where one is mistyped: the nearest of those that there are. */
#ifndef VMCLOCK_TRACE_BASE_NEAREST_H
#define VMCLOCK_TRACE_BASE_NEAREST_H

#include <stddef.h>

/* Begin with what was typed and the rest zero. */
struct nearest {
	const char *typed;
	const char *name; /* the nearest one so far; NULL: none is near enough to be meant */
	size_t distance;
};

/* Offer a name that there is; borrows it. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
