// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same programs for a kernel whose BTF libbpf does not find, so that it comes from a file
 * (--btf): without kfuncs, which libbpf looks up in the kernel's own.
 */
#define WITHOUT_KFUNCS
#include "vmclock.bpf.c"
