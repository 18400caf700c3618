/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the machine and of how it was observed, by name: for the record, not for
 * judging.
 */
#ifndef VMCLOCK_TRACE_EVENT_FACT_H
#define VMCLOCK_TRACE_EVENT_FACT_H

#include <stddef.h>
#include <stdint.h>

#define FACT_NAME_BYTES	 48
#define FACT_VALUE_BYTES 256
#define FACTS		 64

/*
 * Names are stable, for programs: "kernel", "start_monotonic_ns". A value may hold any bytes but
 * NUL.
 */
struct fact {
	char name[FACT_NAME_BYTES];
	char value[FACT_VALUE_BYTES];
};

struct fact_list {
	struct fact fact[FACTS];
	size_t facts;
};

/* Set @name to @format (printf rules; too long is cut). Beyond FACTS it is forgotten. */
void fact_set(struct fact_list *list, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The value of @name, NULL if it is not known. Owned by @list. */
const char *fact_get(const struct fact_list *list, const char *name);

/* The same as a whole number; @otherwise where it is none, or not known. */
uint64_t fact_get_u64(const struct fact_list *list, const char *name, uint64_t otherwise);

#endif
