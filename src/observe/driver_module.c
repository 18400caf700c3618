// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/driver_module.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "observe/kernel_symbols.h"

/* Only what was loaded has this file: kernel/module/sysfs.c. */
#define INITSTATE "/sys/module/" DRIVER_MODULE "/initstate"

static bool is_live(void)
{
	char state[16] = "";
	FILE *file = fopen(INITSTATE, "re");

	if (!file)
		return false;
	if (!fgets(state, sizeof(state), file))
		state[0] = '\0';
	fclose(file);
	return !strcmp(state, "live\n");
}

uint64_t driver_module_identity(void)
{
	struct stat status;

	/* sysfs numbers its files as they come, and uses no number twice. */
	if (!is_live() || stat(INITSTATE, &status))
		return 0;
	return status.st_ino;
}

/* Do the modules of the running kernel have it? -ENOENT: they are not here. */
static int has_module_file(void)
{
	struct utsname name;
	char path[160], line[4096];
	int found = 0;
	FILE *file;

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", name.release);
	file = fopen(path, "re");
	if (!file)
		return -ENOENT;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, "/" DRIVER_MODULE ".ko") ||
			!strncmp(line, DRIVER_MODULE ".ko", 14);
	fclose(file);
	return found;
}

const char *driver_module_hint(void)
{
	return has_module_file()
		       ? "sudo modprobe " DRIVER_MODULE "; it comes with Linux 6.13 and later "
			 "(CONFIG_PTP_1588_CLOCK_VMCLOCK)"
		       : "this kernel was built without it: use one of Linux 6.13 or later with "
			 "CONFIG_PTP_1588_CLOCK_VMCLOCK";
}
