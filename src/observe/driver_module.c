// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/driver_module.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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
