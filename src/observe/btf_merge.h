/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The types of the kernel and of one module, made into one.
 *
 * libbpf finds a module's types by asking the kernel for its objects, which takes CAP_SYS_ADMIN;
 * everybody may read the same in /sys/kernel/btf. What libbpf takes from a file is one BTF alone.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_BTF_MERGE_H
#define VMCLOCK_TRACE_OBSERVE_BTF_MERGE_H

struct btf;

/*
 * A file in memory, for the caller to close, of all types in @base and in @split, based on it;
 * NULL: of @base alone. Or -errno.
 */
int btf_merge(const struct btf *base, const struct btf *split);

#endif
