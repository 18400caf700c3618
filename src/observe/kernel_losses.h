/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says it left out of what a program was attached to. */
#ifndef VMCLOCK_TRACE_OBSERVE_KERNEL_LOSSES_H
#define VMCLOCK_TRACE_OBSERVE_KERNEL_LOSSES_H

#include <stdint.h>

#include <bpf/libbpf.h>

#include "event/event.h"

/* Kprobes that did not fire; kernels before 6.7 do not say. @link may be NULL. */
uint64_t kernel_losses_missed(const struct bpf_link *link);

/* Runs skipped because @program was running on that CPU, for a thread it preempted, to @losses. */
void kernel_losses_add_recursion(const struct bpf_program *program, struct event_losses *losses);

#endif
