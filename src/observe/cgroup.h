/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups of the unified hierarchy: their ids, which the kernel counts by, and their names. */
#ifndef VMCLOCK_TRACE_OBSERVE_CGROUP_H
#define VMCLOCK_TRACE_OBSERVE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CGROUP_NAME_BYTES 256

/*
 * The id of the cgroup at @path, below /sys/fs/cgroup or relative to it, and how deep it is (the
 * root is 0). 0, or -errno with @error filled.
 */
int cgroup_of_path(const char *path, uint64_t *id, uint32_t *level, struct error *error);

/* Names that were found out, kept: a cgroup may be gone when its name is asked for. */
struct cgroup_names;

/* NULL: no memory. */
struct cgroup_names *cgroup_names_new(void);

/* NULL is fine. */
void cgroup_names_free(struct cgroup_names *names);

/* Find out which cgroup has @id now, unless that is known, or was looked for in vain. */
void cgroup_names_learn(struct cgroup_names *names, uint64_t id);

/* "/system.slice/chrony.service", from the root; NULL: never found out. Owned by @names. */
const char *cgroup_names_of(const struct cgroup_names *names, uint64_t id);

#endif
