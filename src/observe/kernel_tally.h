/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF program's table of readers, read where it is: mapped memory, no system call.
 *
 * What each thread has done since the last time becomes one EVENT_TALLY. Entries of threads that
 * have exited are freed; so a machine on which threads come and go does not fill the table.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_TALLY_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_TALLY_H

#include <stdint.h>

#include "../bpf/wire.h"
#include "event/event.h"

struct kernel_tally;

/* The tables, borrowed; they must outlive the tally. */
struct kernel_tables {
	struct wire_reader *readers;		       /* WIRE_READERS + WIRE_READER_WAYS */
	const struct wire_use (*unlisted)[WIRE_PATHS]; /* WIRE_CLOCKS + 1 */
	const uint64_t *clocks;			       /* WIRE_CLOCKS */
	const struct wire_failure *failures;	       /* WIRE_FAILURES */
};

typedef void (*kernel_tally_fn)(const struct event *event, void *arg);

/* NULL: no memory. @tick_ns: how long one of the kernel's ticks is. */
struct kernel_tally *kernel_tally_new(const struct kernel_tables *tables, uint64_t tick_ns);

/* NULL is fine. */
void kernel_tally_free(struct kernel_tally *tally);

/* Deliver what is new, as EVENT_TALLY and EVENT_FAILURES. */
void kernel_tally_take(struct kernel_tally *tally, kernel_tally_fn fn, void *arg);

#endif
