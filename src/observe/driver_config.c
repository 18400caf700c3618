// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/driver_config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "observe/kernel_symbols.h"

#define OPTION	   "CONFIG_PTP_1588_CLOCK_VMCLOCK"
#define LINE_BYTES 512
#define PATH_BYTES 128

enum driver_config driver_config_read(const char *path)
{
	enum driver_config found = DRIVER_CONFIG_UNKNOWN;
	gzFile file = gzopen(path, "rbe");
	char line[LINE_BYTES];
	int err;

	while (file && gzgets(file, line, sizeof(line))) {
		/* A file with options in it that names ours nowhere is of a kernel without it. */
		if (!strncmp(line, "CONFIG_", 7) && found == DRIVER_CONFIG_UNKNOWN)
			found = DRIVER_CONFIG_NOT_BUILT;
		if (!strcmp(line, OPTION "=m\n"))
			found = DRIVER_CONFIG_MODULE;
		else if (!strcmp(line, OPTION "=y\n"))
			found = DRIVER_CONFIG_BUILT_IN;
	}
	/* Of half a file it is not known what it would say. */
	if (file && (gzerror(file, &err), err != Z_OK && err != Z_STREAM_END))
		found = DRIVER_CONFIG_UNKNOWN;
	if (file)
		gzclose(file);
	return found;
}

/* Do the modules of the running kernel have it? Where they are not shown, perhaps. */
static bool has_module_file(void)
{
	struct utsname name;
	char path[160], line[4096];
	bool found = false;
	FILE *file;

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", name.release);
	file = fopen(path, "re");
	if (!file)
		return true;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, "/" DRIVER_MODULE ".ko") != NULL;
	fclose(file);
	return found;
}

void driver_hint_by(enum driver_config config, const char *path, char text[DRIVER_HINT_BYTES])
{
	if (config == DRIVER_CONFIG_NOT_BUILT)
		snprintf(
			text, DRIVER_HINT_BYTES,
			"boot a kernel that has it, Linux 6.13 or later: this one is built without "
			"(no " OPTION " in %s)",
			path);
	else if (config == DRIVER_CONFIG_UNKNOWN && !has_module_file())
		snprintf(text, DRIVER_HINT_BYTES,
			 "the modules of this kernel here have no " DRIVER_MODULE
			 ": install those that do, or use a kernel with " OPTION);
	else
		snprintf(text, DRIVER_HINT_BYTES,
			 "sudo modprobe " DRIVER_MODULE "; it comes with Linux 6.13 and later "
			 "(" OPTION ")");
}

void driver_hint(char text[DRIVER_HINT_BYTES])
{
	char path[PATH_BYTES] = "/proc/config.gz";
	enum driver_config config = driver_config_read(path);
	struct utsname name;

	if (config == DRIVER_CONFIG_UNKNOWN) {
		uname(&name);
		snprintf(path, sizeof(path), "/boot/config-%s", name.release);
		config = driver_config_read(path);
	}
	driver_hint_by(config, path, text);
}
