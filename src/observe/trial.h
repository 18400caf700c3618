/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What something takes on this machine, by trying. */
#ifndef VMCLOCK_TRACE_OBSERVE_TRIAL_H
#define VMCLOCK_TRACE_OBSERVE_TRIAL_H

#include <stddef.h>
#include <stdint.h>

/* The median of so many, more than 0; they are sorted. */
uint64_t trial_median_ns(uint64_t *took_ns, size_t trials);

/* The most by which a timer was late in so many trials, on this machine and under its load. */
uint64_t trial_wake_ns(size_t trials);

#endif
