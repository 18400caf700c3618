// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_unhooked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "observe/driver_config.h"
#include "observe/kernel.h"
#include "observe/kernel_refusal.h"

/* 0, or -errno with @error filled: the BTF in @path could not even be read. */
static int check_readable(struct error *error, const struct kernel_symbols *symbols,
			  const char *path)
{
	int err = kernel_symbols_btf_error(symbols), fd;

	if (err != -EMFILE && err != -ENFILE && err != -ENOMEM) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
		if (fd >= 0)
			close(fd);
	}
	if (!err)
		return 0;
	error_cause(error, "the kernel's BTF in %s cannot be read: %s", path, strerror(-err));
	error_hint_files(error, err);
	return err;
}

int kernel_unhooked_no_driver(struct error *error, const struct kernel_symbols *symbols,
			      const char *file)
{
	char hint[DRIVER_HINT_BYTES];
	int err;

	if (!kernel_symbols_has_btf(symbols) && file) {
		err = check_readable(error, symbols, file);
		if (err)
			return err;
		error_cause(error, "%s holds no BTF of a kernel", file);
		error_hint(error, "pahole --btf_encode_detached makes one from a kernel's debug "
				  "file");
		return -EOPNOTSUPP;
	}
	if (!kernel_symbols_has_btf(symbols)) {
		err = check_readable(error, symbols, "/sys/kernel/btf/vmlinux");
		if (err && err != -ENOENT)
			return err;
		error_cause(error, "this kernel shows no BTF (/sys/kernel/btf/vmlinux)");
		error_hint(error, "give its BTF with --btf FILE, or use a kernel built with "
				  "CONFIG_DEBUG_INFO_BTF=y, as all major distributions' are");
		return -EOPNOTSUPP;
	}
	error_cause(error, "this kernel has no vmclock driver (%s)", DRIVER_MODULE);
	driver_hint(hint);
	error_hint(error, "%s", hint);
	return -ENOENT;
}

int kernel_trace_check_btf(const char *file, struct error *error)
{
	struct kernel_symbols *symbols = kernel_symbols_load(file);
	int err = 0;

	if (!symbols)
		return error_no_memory(error);
	if (!kernel_symbols_has_btf(symbols))
		err = kernel_unhooked_no_driver(error, symbols, file);
	kernel_symbols_free(symbols);
	return err;
}

int kernel_unhooked_no_hook(struct error *error, const struct hook hooks[KERNEL_HOOKS])
{
	size_t i = 0;

	while (i + 1 < KERNEL_HOOKS && !hook_is_missing(&hooks[i]))
		i++;
	if (hooks[i].reason == HOOK_NO_RIGHTS || hooks[i].reason == HOOK_LOCKDOWN) {
		kernel_refusal_of_all(error, -EPERM);
		return hooks[i].reason == HOOK_LOCKDOWN ? -EOPNOTSUPP : -EPERM;
	}
	error_cause(error, "no hook could be attached: %s", hooks[i].why);
	error_hint(error, "'vmclock-trace doctor' shows what each hook lacks; 'vmclock-trace "
			  "status' and watching the page work without");
	return -ENOENT;
}

static enum hook_reason reason_of(int result)
{
	if (kernel_is_locked_down())
		return HOOK_LOCKDOWN;
	switch (result) {
	case -EPERM:
	case -EACCES:
		return HOOK_NO_RIGHTS;
	case -EOPNOTSUPP:
		return HOOK_NO_BTF;
	}
	return kernel_has_kprobes() ? HOOK_REFUSED : HOOK_NO_KPROBES;
}

_Static_assert(KERNEL_TRACE_HOOKS == KERNEL_HOOKS, "what is shown is what is planned");

size_t kernel_trace_refused(const struct kernel_trace_options *options, int result,
			    const struct error *why, struct hook hooks[KERNEL_TRACE_HOOKS])
{
	struct kernel_symbols *symbols = kernel_symbols_load(options->btf);

	if (!symbols)
		return 0;
	kernel_hooks_plan(hooks, symbols, options->kprobes_only ? HOOK_KPROBE : HOOK_FENTRY,
			  options->calls || options->all_phcs, options->reload);
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		/* Those that are absent for reasons of their own keep them. */
		if (hooks[i].attach_type == HOOK_ABSENT)
			continue;
		hooks[i].attach_type = HOOK_ABSENT;
		hooks[i].reason = reason_of(result);
		snprintf(hooks[i].why, sizeof(hooks[i].why), "%.*s", HOOK_WHY_BYTES - 1,
			 why->cause);
	}
	kernel_symbols_free(symbols);
	return KERNEL_HOOKS;
}
