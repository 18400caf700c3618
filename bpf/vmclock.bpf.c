// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sees every read of a vmclock device that passes through the kernel.
 *
 * The driver has one choke point for all PTP reads; hooks around it say by which call user space
 * came there. Others see who moves the system clock. The programs are attached one by one: the
 * loader switches off those whose target the running kernel does not have, and reports it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "wire.h"
#include "ring.bpf.h"
#include "maps.bpf.h"
#include "filter.bpf.h"
#include "reader.bpf.h"
#include "hook.bpf.h"
#include "syscall.bpf.h"
#include "read.bpf.h"
#include "notification.bpf.h"
#include "call.bpf.h"
#include "phc_call.bpf.h"
#include "dev_call.bpf.h"
#include "clock_change.bpf.h"
#include "unload.bpf.h"

/* The helpers that may read the kernel's memory are for GPL programs. */
char LICENSE[] SEC("license") = "GPL";
