/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk through all mappings of all processes, by the kernel. Behind it is bpf/mappers.bpf.c. */
#ifndef VMCLOCK_TRACE_OBSERVE_MAPPING_BPF_H
#define VMCLOCK_TRACE_OBSERVE_MAPPING_BPF_H

#include "base/error.h"
#include "observe/mapping.h"

extern const struct mapping_ops mapping_bpf;

/*
 * Load what walks. Needs CAP_BPF and CAP_PERFMON; the walks themselves need nothing. 0, or -errno
 * with the cause in @error. The caller closes *@walk.
 */
int mapping_bpf_open(void **walk, struct error *error);

#endif
