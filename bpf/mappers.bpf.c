// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who maps the page of a vmclock. Reads of a mapping are not visible, but the mapping is: this
 * walks all mappings of all processes, and so finds also what was mapped before the trace began,
 * and what a child got by fork().
 *
 * It is apart from vmclock.bpf.c: it runs in the process that reads the iterator, hooks nothing and
 * needs no driver.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "mapper_wire.h"

/* The device numbers of vmclockN as the kernel has them; 0: there is none. The loader's to set. */
__u32 devices[MAPPER_WIRE_DEVICES] = {};

/*
 * After so many mappings comes an empty record. read() ends when it has the bytes that were asked
 * for, so a caller that reads one record at a time gets control back within microseconds.
 */
#define STOP_EVERY 1024

__u32 walked = 0;

/* MAPPER_WIRE_DEVICES: it is no vmclock. */
static __u32 device_of(struct vm_area_struct *vma)
{
	struct file *file = vma->vm_file;
	__u32 rdev, device = 0;

	if (!file)
		return MAPPER_WIRE_DEVICES;
	rdev = file->f_inode->i_rdev;
	if (!rdev)
		return MAPPER_WIRE_DEVICES;
	while (device < MAPPER_WIRE_DEVICES && devices[device] != rdev)
		device++;
	return device;
}

static void fill(struct mapper_wire *mapper, struct task_struct *task, struct vm_area_struct *vma)
{
	struct task_struct *leader = task->group_leader;

	mapper->address = vma->vm_start;
	mapper->start_ns = leader->start_boottime;
	mapper->cgroup = leader->cgroups->dfl_cgrp->kn->id;
	mapper->pid = task->tgid;
	for (int i = 0; i < MAPPER_WIRE_COMM_BYTES; i++)
		mapper->comm[i] = leader->comm[i];
}

SEC("iter/task_vma")
int mappers(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	struct mapper_wire mapper = {};

	if (!task || !vma)
		return 0;
	mapper.device = device_of(vma);
	/* Who reads the iterator maps the page itself, to watch it. */
	if (mapper.device < MAPPER_WIRE_DEVICES && task->tgid != bpf_get_current_task_btf()->tgid)
		fill(&mapper, task, vma);
	else if (++walked % STOP_EVERY)
		return 0;
	bpf_seq_write(ctx->meta->seq, &mapper, sizeof(mapper));
	return 0;
}

/* The helpers that may read the kernel's memory are for GPL programs. */
char LICENSE[] SEC("license") = "GPL";
