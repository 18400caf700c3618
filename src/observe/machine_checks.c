// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/machine_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "base/error.h"
#include "base/text.h"
#include "observe/clock_checks.h"
#include "observe/driver_config.h"
#include "observe/driver_module.h"
#include "observe/firmware.h"
#include "observe/kernel.h"
#include "observe/kernel_refusal.h"
#include "observe/kernel_symbols.h"
#include "observe/page_reader.h"
#include "observe/phc.h"
#include "observe/privileges.h"
#include "page/page.h"

static void say(struct check *check, enum check_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct check *check, enum check_state state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
	check->state = state;
}

static void advise(struct check *check, const char *hint)
{
	snprintf(check->hint, sizeof(check->hint), "%s", hint);
}

/* The first line of a file of the kernel's, without its end; "" if it cannot be read. */
static void first_line(const char *path, char *line, size_t bytes)
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (!file)
		return;
	if (!fgets(line, (int)bytes, file))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(file);
}

static void check_kernel(struct check *check)
{
	struct utsname name;

	uname(&name);
	say(check, CHECK_OK, "%s %s on %s", name.sysname, name.release, name.machine);
}

static void check_btf_file(struct check *check, const char *path)
{
	struct btf *btf = btf__parse(path, NULL);
	struct error error = {0};

	if (btf) {
		say(check, CHECK_OK, "%u types in the file given", btf__type_cnt(btf));
	} else if (kernel_trace_check_btf(path, &error)) {
		say(check, CHECK_FAIL, "%s", error.cause);
		snprintf(check->hint, sizeof(check->hint), "%.*s", (int)sizeof(check->hint) - 1,
			 error.hint);
	}
	btf__free(btf);
}

static bool is_out_of_files(const struct kernel_symbols *symbols)
{
	return kernel_symbols_btf_error(symbols) == -EMFILE;
}

static void check_btf(struct check *check, const struct kernel_symbols *symbols)
{
	if (kernel_symbols_has_own_btf(symbols)) {
		say(check, CHECK_OK, "the kernel describes its types (/sys/kernel/btf/vmlinux)");
	} else if (kernel_symbols_has_btf(symbols)) {
		say(check, CHECK_WARN,
		    "the kernel has BTF, and /sys/kernel/btf is not there: no "
		    "hook by fentry");
		advise(check, "let the container have /sys/kernel/btf");
	} else if (is_out_of_files(symbols)) {
		say(check, CHECK_FAIL, "whether the kernel describes its types is not known: %s",
		    strerror(EMFILE));
		advise(check, ERROR_FILES_HINT);
	} else {
		say(check, CHECK_FAIL,
		    "the kernel does not describe its types (no /sys/kernel/btf/vmlinux)");
		advise(check,
		       "use a kernel with CONFIG_DEBUG_INFO_BTF=y, or give a file with --btf");
	}
}

static void check_driver(struct check *check, struct kernel_symbols *symbols)
{
	char hint[DRIVER_HINT_BYTES];

	if (!access("/sys/module/" DRIVER_MODULE "/initstate", F_OK)) {
		say(check, CHECK_OK, "%s is loaded as a module", DRIVER_MODULE);
	} else if (kernel_symbols_in_btf(symbols, DRIVER_CHOKE_POINT) ||
		   kernel_symbols_in_kallsyms(symbols, DRIVER_CHOKE_POINT) ||
		   kernel_symbols_renamed(symbols, DRIVER_CHOKE_POINT)) {
		say(check, CHECK_OK, "%s is built into the kernel", DRIVER_MODULE);
	} else if (is_out_of_files(symbols)) {
		say(check, CHECK_SKIP, "whether %s is built into the kernel is not known: %s",
		    DRIVER_MODULE, strerror(EMFILE));
		advise(check, ERROR_FILES_HINT);
	} else {
		say(check, CHECK_FAIL, "%s is neither loaded nor built in", DRIVER_MODULE);
		driver_hint(hint);
		advise(check, hint);
	}
}

static void describe_rights(const char *path, struct check *check, const char *group_hint)
{
	char shown[TEXT_DISPLAY_BYTES(64)];
	struct stat st;

	text_display(path, strnlen(path, 64), shown, sizeof(shown));
	if (stat(path, &st)) {
		say(check, CHECK_FAIL, "%s: %s", shown, strerror(errno));
		return;
	}
	say(check, access(path, R_OK) ? CHECK_WARN : CHECK_OK,
	    "%s: mode %04o, owner %u, group %u; %sreadable by this user", shown, st.st_mode & 07777,
	    st.st_uid, st.st_gid, access(path, R_OK) ? "NOT " : "");
	if (check->state != CHECK_OK)
		advise(check, group_hint);
}

static void check_page(struct check *check, const struct page_copy *copy)
{
	enum page_mode mode = page_mode(&copy->page);

	if (copy->torn) {
		say(check, CHECK_WARN, "an update of the page does not end");
		advise(check,
		       "the hypervisor is stuck in an update, or gone: ask who runs the host");
	} else if (mode == PAGE_INVALID) {
		say(check, CHECK_FAIL, "no vmclock page that can be read");
		advise(check, "'vmclock-trace status' tells what is wrong with it");
	} else {
		say(check, CHECK_OK, "%s%s", page_mode_name(mode),
		    mode == PAGE_MARKER_ONLY ? ": disruptions are told, time is not" : "");
	}
}

/* ptp_vmclock registers a PTP clock only for a page whose UTC is known. */
static void check_phc(struct check *check, const struct page_reader *reader,
		      const struct page *page)
{
	int fd = page_reader_fd(reader);
	char path[PHC_PATH_BYTES];

	if (!page_reader_is_device(reader)) {
		say(check, CHECK_SKIP, "a plain file has none");
	} else if (page_mode(page) != PAGE_FULL) {
		say(check, CHECK_OK, "none, as is right for a page without a clock");
	} else if (!phc_find(fd, path)) {
		describe_rights(path, check, PHC_RIGHTS_HINT);
	} else {
		say(check, CHECK_WARN, "the driver has made none although the page holds a clock");
		advise(check,
		       "it needs TAI_OFFSET_VALID and UTC or TAI when it is loaded: reload it "
		       "if the page had them late");
	}
}

/*
 * CVE-2026-80724: before 6.18.47, 7.1.11 and 7.2.1 the driver refuses a writable mapping but lets
 * mprotect() make one. Tried on a mapping of our own, to which nothing is written.
 */
static void check_writable_mapping(struct check *check, const char *path)
{
	long page_bytes = sysconf(_SC_PAGESIZE);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	void *map;

	if (fd < 0) {
		say(check, CHECK_SKIP,
		    "whether the page can be forged was not tried: the device "
		    "cannot be opened for writing");
		advise(check, "run as root to have it tried; fixed in 6.18.47, 7.1.11 and 7.2.1");
		return;
	}
	map = mmap(NULL, (size_t)page_bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		say(check, CHECK_SKIP, "the device cannot be mapped: %s", strerror(errno));
	} else if (mprotect(map, (size_t)page_bytes, PROT_READ | PROT_WRITE)) {
		say(check, CHECK_OK, "a read-only mapping cannot be made writable");
	} else {
		say(check, CHECK_WARN,
		    "CVE-2026-80724: whoever may open the device for writing can "
		    "forge the page");
		advise(check,
		       "update the kernel (6.18.47, 7.1.11, 7.2.1), or take write permission "
		       "from the device node");
	}
	if (map != MAP_FAILED)
		munmap(map, (size_t)page_bytes);
	close(fd);
}

/* Above 2, kprobes take CAP_SYS_ADMIN: a patch of Debian's and others'. */
#define PARANOID_MOST 2

/* Without CAP_SYS_ADMIN a driver that is a module is hooked by kprobes, if that is allowed. */
static void check_kprobes(struct check *check)
{
	char line[64];

	first_line("/proc/sys/kernel/perf_event_paranoid", line, sizeof(line));
	if (atoi(line) > PARANOID_MOST) {
		say(check, CHECK_WARN,
		    "without CAP_SYS_ADMIN the driver, a module, cannot be hooked: "
		    "kernel.perf_event_paranoid is %s",
		    line);
		advise(check, "give it CAP_SYS_ADMIN, or sysctl kernel.perf_event_paranoid=2");
	} else {
		say(check, CHECK_OK,
		    "enough to attach hooks, those of the driver by kprobe; trace drops all once "
		    "they are");
	}
}

/* What root lacks is not gained by sudo. */
static const char *hint_of_missing(void)
{
	return geteuid() ? "run 'sudo vmclock-trace trace'; status, compare and watching the page "
			   "go without"
			 : "give the container or service these capabilities; status, compare and "
			   "watching the page go without";
}

/* Hooks were tried before: what they need is there if they could be had. */
static void check_privileges(struct check *check, int hooks_result, const struct error *no_hooks)
{
	char missing[96];

	if (privileges_missing(missing, sizeof(missing))) {
		say(check, CHECK_SKIP, "this process's capabilities cannot be read");
	} else if (missing[0]) {
		say(check, CHECK_WARN, "hooks need what this process has not: %s", missing);
		advise(check, hint_of_missing());
	} else if (hooks_result == -EPERM || hooks_result == -EACCES) {
		say(check, CHECK_FAIL, "%.*s", CHECK_TEXT_BYTES - 1, no_hooks->cause);
		snprintf(check->hint, sizeof(check->hint), "%.*s", CHECK_HINT_BYTES - 1,
			 no_hooks->hint);
	} else if (hooks_result) {
		say(check, CHECK_SKIP,
		    "the capabilities for hooks are there; nothing could be attached to try them");
	} else if (!privileges_are_admin() && driver_module_identity()) {
		check_kprobes(check);
	} else {
		say(check, CHECK_OK, "hooks were attached; trace drops all once they are");
	}
}

static void check_lockdown(struct check *check)
{
	char line[64];

	first_line("/sys/kernel/security/lockdown", line, sizeof(line));
	if (kernel_is_locked_down()) {
		say(check, CHECK_FAIL, "the kernel is locked down: BPF may not read kernel memory");
		advise(check, "boot with lockdown=integrity or none");
	} else if (line[0]) {
		say(check, CHECK_OK, "does not forbid BPF");
	} else {
		say(check, CHECK_OK, "none that is shown");
	}
}

static void check_clocksource(struct check *check)
{
	char line[64];

	first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", line,
		   sizeof(line));
	say(check, line[0] ? CHECK_OK : CHECK_SKIP, "the system clock runs on %s",
	    line[0] ? line : "an unknown clocksource");
}

/* What needs the page open. Returns how many checks were made. */
static size_t check_device(const char *device, struct check *checks)
{
	struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page_reader *reader;
	struct page_copy copy = {0};
	struct error error = {0};
	int result = page_reader_open(device, PAGE_VIA_AUTO, &reader, &error);

	checks[0].name = "device";
	if (result) {
		say(&checks[0], CHECK_FAIL, "%.*s", CHECK_TEXT_BYTES - 1, error.cause);
		snprintf(checks[0].hint, sizeof(checks[0].hint), "%.*s", CHECK_HINT_BYTES - 1,
			 error.hint);
		return 1;
	}
	describe_rights(page_reader_path(reader), &checks[0], "");
	checks[1].name = "page";
	result = page_reader_copy(reader, wait, &copy, &error);
	check_page(&checks[1], &copy);
	checks[2].name = "ptp_clock";
	check_phc(&checks[2], reader, &copy.page);
	checks[3].name = "writable_mapping";
	if (page_reader_is_device(reader))
		check_writable_mapping(&checks[3], page_reader_path(reader));
	else
		say(&checks[3], CHECK_SKIP, "a plain file: it has no driver that could guard it");
	page_reader_close(reader);
	return 4;
}

size_t machine_checks(const char *device, const char *btf, int hooks_result,
		      const struct error *no_hooks, struct check checks[MACHINE_CHECKS])
{
	const struct clock_places places = {
		.sysfs = FIRMWARE_SYSFS, .class = REFERENCE_CLASS_PATH, .dev = "/dev"};
	struct kernel_symbols *symbols = kernel_symbols_load(btf);
	size_t count = 0;

	memset(checks, 0, MACHINE_CHECKS * sizeof(checks[0]));
	checks[count].name = "kernel";
	check_kernel(&checks[count++]);
	checks[count].name = "clocksource";
	check_clocksource(&checks[count++]);
	if (symbols) {
		checks[count].name = "btf";
		if (btf)
			check_btf_file(&checks[count++], btf);
		else
			check_btf(&checks[count++], symbols);
		checks[count].name = "driver";
		check_driver(&checks[count++], symbols);
	}
	kernel_symbols_free(symbols);
	count += check_device(device, &checks[count]);
	count += clock_checks(&places, &checks[count]);
	checks[count].name = "lockdown";
	check_lockdown(&checks[count++]);
	checks[count].name = "privileges";
	check_privileges(&checks[count++], hooks_result, no_hooks);
	return count;
}
