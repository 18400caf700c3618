// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/host_facts.h"

#include <dirent.h>
#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/text.h"
#include "observe/host_clock.h"

#define LINE_BYTES 256

/* The first line of a file of the kernel's, fit to show; false if there is none. */
static bool first_line(const char *path, char shown[FACT_VALUE_BYTES])
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES] = "";

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	text_display(line, strlen(line), shown, FACT_VALUE_BYTES);
	return line[0];
}

static void add_line(struct fact_list *facts, const char *name, const char *path)
{
	char line[FACT_VALUE_BYTES];

	if (first_line(path, line))
		fact_set(facts, name, "%s", line);
}

static void add_kernel(struct fact_list *facts)
{
	struct utsname name;

	uname(&name);
	fact_set(facts, "host", "%s", name.nodename);
	fact_set(facts, "kernel", "%s %s %s %s", name.sysname, name.release, name.machine,
		 name.version);
}

/* The note of the kernel's build: it names the very binary, and so its BTF. */
static void add_build_id(struct fact_list *facts)
{
	FILE *file = fopen("/sys/kernel/notes", "re");
	unsigned char id[64];
	char hex[2 * sizeof(id) + 1] = "", name[64];
	Elf64_Nhdr note;

	if (!file)
		return;
	while (fread(&note, sizeof(note), 1, file) == 1) {
		size_t name_bytes = (note.n_namesz + 3) & ~3u, id_bytes = (note.n_descsz + 3) & ~3u;
		bool is_id;

		if (name_bytes > sizeof(name) || fread(name, 1, name_bytes, file) != name_bytes)
			break;
		/* Each maker of notes has types of its own. */
		is_id = note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
			!memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) &&
			note.n_descsz <= sizeof(id);
		if (is_id && fread(id, 1, id_bytes, file) == id_bytes) {
			for (size_t i = 0; i < note.n_descsz; i++)
				snprintf(hex + 2 * i, 3, "%02x", id[i]);
			fact_set(facts, "kernel_build_id", "%s", hex);
			break;
		}
		if (!is_id && fseek(file, (long)id_bytes, SEEK_CUR))
			break;
	}
	fclose(file);
}

static void add_driver(struct fact_list *facts)
{
	char version[FACT_VALUE_BYTES];

	if (first_line("/sys/module/ptp_vmclock/srcversion", version))
		fact_set(facts, "driver", "ptp_vmclock, module, srcversion %s", version);
	else if (!access("/sys/module/ptp_vmclock", F_OK))
		fact_set(facts, "driver", "ptp_vmclock");
	else
		fact_set(facts, "driver", "no module ptp_vmclock is loaded");
}

static void add_hypervisor(struct fact_list *facts)
{
	char vendor[FACT_VALUE_BYTES], product[FACT_VALUE_BYTES];

	if (first_line("/sys/hypervisor/type", vendor))
		fact_set(facts, "hypervisor", "%s", vendor);
	else if (first_line("/sys/class/dmi/id/sys_vendor", vendor))
		fact_set(facts, "hypervisor", "%s %s", vendor,
			 first_line("/sys/class/dmi/id/product_name", product) ? product : "");
}

static void add_cpu(struct fact_list *facts)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[LINE_BYTES], shown[FACT_VALUE_BYTES];

	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) || !value)
			continue;
		line[strcspn(line, "\n")] = '\0';
		value += strspn(value, ": ");
		text_display(value, strlen(value), shown, sizeof(shown));
		fact_set(facts, "cpu", "%s", shown);
		break;
	}
	if (file)
		fclose(file);
}

/* Who may be setting the system clock, by the names that they run under. */
static void add_daemons(struct fact_list *facts)
{
	static const char *const names[] = {"chronyd",	  "ntpd",     "systemd-timesyn",
					    "ptp4l",	  "phc2sys",  "ts2phc",
					    "clockbound", "openntpd", "ntpd-rs-main"};
	char path[64], comm[FACT_VALUE_BYTES], found[FACT_VALUE_BYTES] = "";
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/comm", entry->d_name);
		if (!first_line(path, comm))
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t used = strlen(found);

			if (!strcmp(comm, names[i]) && !strstr(found, comm))
				snprintf(found + used, sizeof(found) - used, "%s%s",
					 used ? " " : "", names[i]);
		}
	}
	if (proc)
		closedir(proc);
	fact_set(facts, "time_daemons", "%s", *found ? found : "none known is running");
}

/* As machine-id(5) asks: not the id itself, which is confidential, but a hash with our own salt. */
static void add_machine(struct fact_list *facts)
{
	char id[FACT_VALUE_BYTES], salted[FACT_VALUE_BYTES + 16], hex[SHA256_HEX_BYTES];

	if (!first_line("/etc/machine-id", id))
		return;
	snprintf(salted, sizeof(salted), "vmclock-trace %s", id);
	sha256_hex(salted, strlen(salted), hex);
	fact_set(facts, "machine_id_sha256", "%s", hex);
}

void host_facts(struct fact_list *facts)
{
	char source[64];

	add_kernel(facts);
	add_build_id(facts);
	add_driver(facts);
	if (!host_clock_source(source, sizeof(source)))
		fact_set(facts, "clocksource", "%s", source);
	add_hypervisor(facts);
	add_cpu(facts);
	add_daemons(facts);
	add_line(facts, "boot_id", "/proc/sys/kernel/random/boot_id");
	add_machine(facts);
}
