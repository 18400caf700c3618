// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_refusal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "observe/privileges.h"

/* Of the kernel, and not in errno.h. */
#define KERNEL_ENOTSUPP 524

/* libbpf has one listener for the whole process. */
static struct {
	char program[48];
	char missing[96]; /* the type, member or helper that a program lacks */
	char warning[160];
	bool files; /* too many files are open: what it makes of that is another error */
} said;

/*
 * What stands in @text behind @mark, up to a character of @end, unless something was found before.
 */
static void find(const char *text, const char *mark, const char *end, char *to, size_t bytes)
{
	const char *at = strstr(text, mark);

	if (!at || to[0])
		return;
	at += strlen(mark);
	snprintf(to, bytes, "%.*s", (int)strcspn(at, end), at);
}

/*
 * "<byte_off> [45] struct system_counterval_t.cs_id (0:1 @ offset 8)" is a relocation in its log.
 */
static void find_missing(const char *text)
{
	const char *at = strstr(text, "failed to resolve CO-RE relocation");

	if (at)
		find(at, "] ", " \n", said.missing, sizeof(said.missing));
	if (!strcmp(said.missing, "struct") || !strcmp(said.missing, "enum")) {
		said.missing[0] = '\0';
		find(at, "] ", "(\n", said.missing, sizeof(said.missing));
		said.missing[strcspn(said.missing, "(\n")] = '\0';
		for (size_t end = strlen(said.missing); end && said.missing[end - 1] == ' ';)
			said.missing[--end] = '\0';
	}
	find(text, "unknown func ", "#\n", said.missing, sizeof(said.missing));
	find(text, "cannot use helper ", "#\n", said.missing, sizeof(said.missing));
	find(text, "<missing kfunc '", "'\n", said.missing, sizeof(said.missing));
}

static int listen_to(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text = NULL;
	int strip;

	if (level != LIBBPF_WARN || vasprintf(&text, format, args) < 0)
		return 0;
	find(text, "prog '", "'", said.program, sizeof(said.program));
	find_missing(text);
	said.files |=
		strstr(text, "-EMFILE") || strstr(text, ": -24") || strstr(text, strerror(EMFILE));
	strip = strncmp(text, "libbpf: ", 8) ? 0 : 8;
	snprintf(said.warning, sizeof(said.warning), "%.*s", (int)strcspn(text + strip, "\n"),
		 text + strip);
	free(text);
	return 0;
}

void kernel_refusal_listen(void)
{
	memset(&said, 0, sizeof(said));
	libbpf_set_print(listen_to);
}

bool kernel_refusal_is_for_files(int result)
{
	return result && (result == -EMFILE || said.files);
}

const char *kernel_refusal_program(void)
{
	return said.program;
}

/* Does the file hold @text? */
static bool file_has(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

bool kernel_is_locked_down(void)
{
	return file_has("/sys/kernel/security/lockdown", "[confidentiality]");
}

bool kernel_has_kprobes(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", F_OK) ||
	       !access("/sys/kernel/tracing/kprobe_events", F_OK) ||
	       !access("/sys/kernel/debug/tracing/kprobe_events", F_OK);
}

static bool is_for_want_of_rights(int result)
{
	return result == -EPERM || result == -EACCES;
}

enum hook_reason kernel_refusal_of_hook(enum hook_attach_type attach_type, int result,
					char why[HOOK_WHY_BYTES])
{
	const char *type = hook_attach_type_name(attach_type);

	if (kernel_is_locked_down()) {
		snprintf(why, HOOK_WHY_BYTES, "the kernel is locked down (confidentiality)");
		return HOOK_LOCKDOWN;
	}
	if (said.missing[0]) {
		snprintf(why, HOOK_WHY_BYTES, "this kernel has no %s", said.missing);
		return HOOK_NO_TYPE;
	}
	if (attach_type == HOOK_KPROBE && !kernel_has_kprobes()) {
		snprintf(why, HOOK_WHY_BYTES, "this kernel has no kprobes");
		return HOOK_NO_KPROBES;
	}
	if (result == -KERNEL_ENOTSUPP)
		snprintf(why, HOOK_WHY_BYTES, "this kernel cannot attach %s here", type);
	else
		snprintf(why, HOOK_WHY_BYTES, "%s refused: %s", type, strerror(-result));
	return is_for_want_of_rights(result) ? HOOK_NO_RIGHTS : HOOK_REFUSED;
}

/* All ids of the first user namespace are there, each as itself. */
static bool is_in_user_namespace(void)
{
	return !access("/proc/self/uid_map", F_OK) && !file_has("/proc/self/uid_map", "4294967295");
}

static void explain_rights(struct error *error)
{
	char missing[96] = "";

	error_cause(error, "the kernel does not let this process load BPF programs");
	privileges_missing(missing, sizeof(missing));
	if (missing[0] && geteuid()) {
		error_hint(error, "run it as root (sudo), or with CAP_BPF and CAP_PERFMON; see "
				  "PRIVILEGES in vmclock-trace(1)");
	} else if (missing[0]) {
		error_cause(error,
			    "the kernel does not let this process load BPF programs: this "
			    "root lacks %s",
			    missing);
		error_hint(error, "give the container or service these capabilities");
	} else if (is_in_user_namespace()) {
		error_cause(error, "in a user namespace no BPF programs can be loaded");
		error_hint(error, "run it in the host's user namespace");
	} else if (file_has("/proc/self/status", "Seccomp:\t2")) {
		error_cause(error, "the kernel refuses BPF to this process, which has the "
				   "capabilities and a seccomp filter");
		error_hint(error, "run it outside of the container, or with a seccomp profile "
				  "that allows bpf() and perf_event_open()");
	} else {
		error_cause(error, "the kernel refuses BPF to this process, which has all "
				   "capabilities for it");
		error_hint(error, "a security module or the kernel's configuration forbids it: "
				  "see dmesg and /sys/kernel/security/lsm");
	}
}

int kernel_refusal_of_all(struct error *error, int result)
{
	if (kernel_is_locked_down()) {
		error_cause(error, "the kernel is locked down (confidentiality): no BPF program "
				   "may read its memory");
		error_hint(error, "boot with lockdown=integrity or none; 'vmclock-trace status' "
				  "and watching the page work all the same");
	} else if (is_for_want_of_rights(result)) {
		explain_rights(error);
	} else if (result == -ENOSYS) {
		error_cause(error, "this kernel has no bpf() (CONFIG_BPF_SYSCALL)");
		error_hint(error, "'vmclock-trace status' and watching the page work without");
	} else if (result == -EMFILE || result == -ENFILE) {
		error_cause(error, "BPF programs could not be loaded: %s", strerror(-result));
		error_hint_files(error, result);
	} else {
		error_cause(error, "BPF programs could not be loaded: %s%s%s", strerror(-result),
			    said.warning[0] ? ": " : "", said.warning);
		error_hint(error, "'vmclock-trace doctor' shows what this kernel has");
	}
	return result;
}
