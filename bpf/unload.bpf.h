/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices that a process tries to unload the driver and fails because it is in use, perhaps only by
 * us. The loader then releases it.
 *
 * rmmod and modprobe of kmod look at the module's number of users, and do not try while there are
 * any; those of busybox, and modprobe --wait, do try. So there are two hooks.
 */
#ifndef VMCLOCK_TRACE_BPF_UNLOAD_H
#define VMCLOCK_TRACE_BPF_UNLOAD_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "hook.bpf.h"
#include "maps.bpf.h"
#include "ring.bpf.h"
#include "wire.h"

#define EWOULDBLOCK 11

/* include/uapi/linux/capability.h */
#define CAP_SYS_MODULE 16

/* "ptp_vmclock" and its NUL, as the kernel holds it: '_' for each '-'. */
static bool is_driver_name(const char name[16])
{
	const char driver[] = "ptp_vmclock";

	for (int i = 0; i < (int)sizeof(driver); i++) {
		if (name[i] != driver[i])
			return false;
	}
	return true;
}

static void tell_refusal(void)
{
	struct wire_header *head = armed ? event_reserve() : 0;

	if (!head)
		return;
	fill_header(head, WIRE_UNLOAD_REFUSED, WIRE_PATH_UNKNOWN, 0, bpf_ktime_get_ns());
	event_submit(head);
}

/* args: regs, which hold name_user and flags */
ENTER(delete_module)
{
	return true;
}

/* Only who may unload modules is answered so. */
EXIT(delete_module)
{
#ifdef __TARGET_ARCH_x86
	const void *name_user = (void *)BPF_CORE_READ((struct pt_regs *)args[0], di);
#else
	const void *name_user = (void *)BPF_CORE_READ((struct user_pt_regs *)args[0], regs[0]);
#endif
	char name[16] = "";

	if ((int)*result != -EWOULDBLOCK)
		return;
	bpf_probe_read_user_str(name, sizeof(name), name_user);
	if (is_driver_name(name))
		tell_refusal();
}

#ifdef __TARGET_ARCH_x86
HOOK(delete_module, __x64_sys_delete_module, call_args)
#else
HOOK(delete_module, __arm64_sys_delete_module, call_args)
#endif

/* In the initial user namespace, as capable() asks: who is root of another one may do nothing. */
static bool may_unload(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u64 caps = 0;

	/* Two words or one by the kernel's version, the same bytes in any. */
	bpf_probe_read_kernel(&caps, sizeof(caps),
			      __builtin_preserve_access_index(&cred->cap_effective));
	return caps >> CAP_SYS_MODULE & 1 && BPF_CORE_READ(cred, user_ns, level) == 0;
}

/* lsmod looks at the same number, and wants nothing. */
static bool is_unloader(struct task_struct *task)
{
	char comm[WIRE_COMM_BYTES];
	const char rmmod[] = "rmmod", modprobe[] = "modprobe";
	bool is_rmmod = true, is_modprobe = true;

	copy_comm(comm, task);
	for (int i = 0; i < (int)sizeof(rmmod); i++)
		is_rmmod &= comm[i] == rmmod[i];
	for (int i = 0; i < (int)sizeof(modprobe); i++)
		is_modprobe &= comm[i] == modprobe[i];
	return is_rmmod || is_modprobe;
}

/* args: mattr, mk, buffer */
ENTER(refcnt)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return is_unloader(task) && may_unload(task);
}

EXIT(refcnt)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct module_kobject *mk = (void *)args[1];
	char name[16] = "", count = 0;
	struct module *module;

	/* For fentry nothing is kept of what the entry has found out. */
	if (!is_unloader(task) || !may_unload(task))
		return;
	module = BPF_CORE_READ(mk, mod);
	bpf_probe_read_kernel_str(name, sizeof(name),
				  __builtin_preserve_access_index(&module->name));
	bpf_probe_read_kernel(&count, 1, (const void *)args[2]);
	if (is_driver_name(name) && count != '0')
		tell_refusal();
}

HOOK(refcnt, show_refcnt, call_args)

#endif
