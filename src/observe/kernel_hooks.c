// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_hooks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "observe/driver_module.h"
#include "observe/kernel_refusal.h"

/* The system call, as the kernel's own functions are called here. */
#ifdef __x86_64__
#define DELETE_MODULE "__x64_sys_delete_module"
#else
#define DELETE_MODULE "__arm64_sys_delete_module"
#endif

/* One kernel function, by the name that its programs have in bpf/. */
struct hook_plan {
	const char *function;
	const char *program; /* _fentry and _fexit, or _kprobe and _kretprobe, are added */
	const char *tells;
	const char
		*result_program; /* what is hooked where calls are not wanted, and what it shows */
	const char *result_tells;
	const char *replaced_by; /* another function that does the same better where it exists */
	bool of_calls;		 /* a call to any PTP clock, around the driver */
	bool of_driver;		 /* nothing without the driver, whether it is there or not */
	bool newer_drivers;	 /* a driver without it has nothing to show */
	bool of_unloading;	 /* of no use where the driver cannot be unloaded */
};

static const struct hook_plan plans[] = {
	{DRIVER_CHOKE_POINT, "read",
	 "every PTP read: its path, its result, its latency, the page it saw"},
	{"ptp_ioctl", "ioctl", "whole PTP ioctls, and other PTP clocks", "ioctl_result",
	 "PTP ioctls that fail after the driver has answered", .of_calls = true},
	{"ptp_clock_gettime", "gettime", "whole clock_gettime() calls, and other PTP clocks",
	 .of_calls = true},
	{"vmclock_miscdev_read", "dev_read", "read() of /dev/vmclockN"},
	{"vmclock_miscdev_mmap", "dev_mmap", "who maps the page"},
	{"vmclock_miscdev_open", "dev_open", "who opens /dev/vmclockN (kernels from 7.0)"},
	{"vmclock_miscdev_poll", "dev_poll",
	 "who polls /dev/vmclockN, and how soon it wakes (kernels from 7.0)",
	 .newer_drivers = true},
	{"vmclock_miscdev_release", "dev_release", "who closes /dev/vmclockN (kernels from 7.0)",
	 .newer_drivers = true},
	{"vmclock_acpi_notification_handler", "acpi_notice",
	 "notifications of the hypervisor, by ACPI (kernels from 7.0)", .newer_drivers = true},
	{"vmclock_of_irq_handler", "irq_notice",
	 "notifications of the hypervisor, by device tree (kernels from 7.0)",
	 .newer_drivers = true},
	{"do_adjtimex", "adjtimex", "who steers or steps the system clock"},
	{"do_settimeofday64", "settime", "who sets the system clock"},
	{"timekeeping_notify", "clocksource", "switches of the clocksource"},
	{"misc_open", "misc_open", "who opens /dev/vmclockN (kernels before 7.0)",
	 .replaced_by = "vmclock_miscdev_open", .of_driver = true},
	{DELETE_MODULE, "delete_module",
	 "that somebody tries to unload the driver, so that it can be released",
	 .of_unloading = true},
	{"show_refcnt", "refcnt",
	 "that rmmod or modprobe wants to unload the driver, so that it can be released",
	 .of_unloading = true},
};

_Static_assert(sizeof(plans) / sizeof(plans[0]) == KERNEL_HOOKS, "one plan a hook");

static bool exists(struct kernel_symbols *symbols, const char *function)
{
	return kernel_symbols_in_btf(symbols, function) ||
	       kernel_symbols_in_kallsyms(symbols, function) ||
	       kernel_symbols_renamed(symbols, function);
}

static void set_absent(struct hook *hook, enum hook_reason reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void set_absent(struct hook *hook, enum hook_reason reason, const char *format, ...)
{
	va_list args;

	hook->attach_type = HOOK_ABSENT;
	hook->reason = reason;
	va_start(args, format);
	vsnprintf(hook->why, sizeof(hook->why), format, args);
	va_end(args);
}

static bool is_in_driver(const struct hook_plan *plan)
{
	return !strncmp(plan->function, "vmclock_", strlen("vmclock_"));
}

static bool is_of_driver(const struct hook_plan *plan)
{
	return plan->of_driver || is_in_driver(plan);
}

/* Nothing is lost without it, for @other does its work. */
static void leave_out(struct hook *hook, const char *other)
{
	set_absent(hook, HOOK_NONE, "%s does this", other);
	hook->replaced = true;
}

/* Why unloading the driver need not be noticed; NULL: it must be. */
static const char *why_it_stays(struct kernel_symbols *symbols, bool reload)
{
	if (!reload)
		return "the driver is held (without --reload)";
	if (!exists(symbols, DELETE_MODULE))
		return "this kernel unloads no modules";
	if (exists(symbols, DRIVER_CHOKE_POINT) && !driver_module_identity())
		return "the driver is built in";
	return NULL;
}

/*
 * The compiler has given the function another name. By its symbol a kprobe finds it, but an ending
 * such as .isra.0 or .constprop.0 mostly means that arguments are missing or come otherwise. Where
 * the kernel's BTF has the function all the same, they do not: pahole leaves out the others.
 * Link-time optimization (.llvm.) changes the name alone.
 */
static void plan_renamed(struct hook *hook, struct kernel_symbols *symbols, const char *symbol)
{
	const char *ending = symbol + strlen(hook->function);

	if (kernel_symbols_in_btf(symbols, hook->function) || !strncmp(ending, ".llvm.", 6)) {
		hook->attach_type = HOOK_KPROBE;
		snprintf(hook->symbol, sizeof(hook->symbol), "%s", symbol);
		snprintf(hook->why, sizeof(hook->why), "the compiler renamed it %.80s", symbol);
	} else {
		set_absent(hook, HOOK_CHANGED,
			   "the compiler renamed it %.60s and may have changed its arguments",
			   symbol);
	}
}

/* By kprobe, if that can be: why is it not by fentry? */
static void plan_kprobe(struct hook *hook, const struct hook_plan *plan,
			struct kernel_symbols *symbols, const char *why)
{
	const char *renamed;

	if (kernel_symbols_in_kallsyms(symbols, plan->function)) {
		hook->attach_type = HOOK_KPROBE;
		snprintf(hook->why, sizeof(hook->why), "%s", why);
		return;
	}
	renamed = kernel_symbols_renamed(symbols, plan->function);
	if (renamed) {
		plan_renamed(hook, symbols, renamed);
		return;
	}
	set_absent(hook, HOOK_NO_FUNCTION, "this kernel%s has no such function",
		   plan->newer_drivers ? "'s driver" : "");
	hook->replaced = plan->newer_drivers;
}

static const char *why_no_fentry(const struct hook_plan *plan, struct kernel_symbols *symbols,
				 enum hook_attach_type best)
{
	if (best != HOOK_FENTRY)
		return "kprobes were asked for";
	if (!kernel_symbols_has_own_btf(symbols))
		return "fentry needs the kernel's own BTF (/sys/kernel/btf/vmlinux)";
	return kernel_symbols_in_btf(symbols, plan->function)
		       ? "fentry takes CAP_SYS_ADMIN here: the driver is a module"
		       : "not in this kernel's BTF";
}

/* Is it absent without loss, or only for now? */
static bool plan_without(struct hook *hook, const struct hook_plan *plan,
			 struct kernel_symbols *symbols, bool reload)
{
	const char *stays = plan->of_unloading ? why_it_stays(symbols, reload) : NULL;

	if (stays) {
		set_absent(hook, HOOK_NONE, "%s", stays);
		hook->replaced = true;
	} else if (is_of_driver(plan) && !exists(symbols, DRIVER_CHOKE_POINT)) {
		set_absent(hook, HOOK_NO_DRIVER, "the driver is not loaded");
		hook->awaited = true;
	} else if (plan->replaced_by && exists(symbols, plan->replaced_by)) {
		leave_out(hook, plan->replaced_by);
	} else {
		return false;
	}
	return true;
}

static void plan_hook(struct hook *hook, const struct hook_plan *plan,
		      struct kernel_symbols *symbols, enum hook_attach_type best, bool calls,
		      bool reload)
{
	hook->function = plan->function;
	hook->exit_only = plan->of_calls && !calls && plan->result_program;
	hook->tells = hook->exit_only ? plan->result_tells : plan->tells;
	if (plan->of_calls && !calls && !hook->exit_only)
		leave_out(hook, DRIVER_CHOKE_POINT);
	else if (plan_without(hook, plan, symbols, reload))
		return;
	else if (best == HOOK_FENTRY && kernel_symbols_can_fentry(symbols, plan->function))
		/* Where it is no symbol, as the compiler renamed it, the kernel will say so. */
		hook->attach_type = HOOK_FENTRY;
	else
		plan_kprobe(hook, plan, symbols, why_no_fentry(plan, symbols, best));
}

/* A function whose work another does that is there is not missed. */
static void mark_replaced(struct hook hooks[KERNEL_HOOKS])
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		for (size_t j = 0; j < KERNEL_HOOKS; j++) {
			if (plans[j].replaced_by && hooks[j].attach_type != HOOK_ABSENT &&
			    !strcmp(plans[j].replaced_by, plans[i].function) &&
			    hooks[i].attach_type == HOOK_ABSENT)
				leave_out(&hooks[i], plans[j].function);
		}
	}
}

void kernel_hooks_plan(struct hook hooks[KERNEL_HOOKS], struct kernel_symbols *symbols,
		       enum hook_attach_type best, bool calls, bool reload)
{
	const char *functions[KERNEL_HOOKS];

	for (size_t i = 0; i < KERNEL_HOOKS; i++)
		functions[i] = plans[i].function;
	kernel_symbols_look_up(symbols, functions, KERNEL_HOOKS);
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		hooks[i] = (struct hook){0};
		plan_hook(&hooks[i], &plans[i], symbols, best, calls, reload);
	}
	mark_replaced(hooks);
}

const char *kernel_hook_function(size_t i)
{
	return plans[i].function;
}

const char *kernel_hook_tells(const char *function)
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (!strcmp(plans[i].function, function))
			return plans[i].tells;
	}
	return NULL;
}

const char *kernel_hook_program(size_t i, bool exit_only)
{
	return exit_only ? plans[i].result_program : plans[i].program;
}

size_t kernel_hook_of_program(const char *name)
{
	size_t length = strlen(name);

	while (length && name[length - 1] != '_')
		length--;
	for (size_t i = 0; i < KERNEL_HOOKS && length; i++) {
		const char *result = plans[i].result_program;

		if ((strlen(plans[i].program) == length - 1 &&
		     !memcmp(plans[i].program, name, length - 1)) ||
		    (result && strlen(result) == length - 1 && !memcmp(result, name, length - 1)))
			return i;
	}
	return KERNEL_HOOKS;
}

bool kernel_hook_is_in_driver(size_t i)
{
	return is_in_driver(&plans[i]);
}

static const struct hook_plan *plan_of(const struct hook *hook)
{
	size_t i = 0;

	while (strcmp(plans[i].function, hook->function) != 0)
		i++;
	return &plans[i];
}

void kernel_hook_demote(struct hook *hook, int result, struct kernel_symbols *symbols)
{
	char why[HOOK_WHY_BYTES], before[HOOK_WHY_BYTES];
	enum hook_reason reason = kernel_refusal_of_hook(hook->attach_type, result, why);

	if (hook->attach_type == HOOK_FENTRY && reason != HOOK_LOCKDOWN) {
		plan_kprobe(hook, plan_of(hook), symbols, why);
		return;
	}
	memcpy(before, hook->why, sizeof(before));
	if (before[0] && hook->attach_type == HOOK_KPROBE && strcmp(before, why))
		set_absent(hook, reason, "%.70s; %.80s", before, why);
	else
		set_absent(hook, reason, "%s", why);
}

bool kernel_hooks_demote(struct hook hooks[KERNEL_HOOKS], enum hook_attach_type attach_type,
			 int result, struct kernel_symbols *symbols)
{
	bool any = false;

	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (hooks[i].attach_type == attach_type) {
			kernel_hook_demote(&hooks[i], result, symbols);
			any = true;
		}
	}
	return any;
}
