// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notifications, by an ACPI device of notify.asl or second.asl: whoever reads its status gives one.
 */
#include "notice.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define STATUS_FILE "/sys/bus/acpi/devices/VMCN000%d:00/status"

static int status_fd = -1;

bool notice_open(int index)
{
	char path[64];

	snprintf(path, sizeof(path), STATUS_FILE, index);
	status_fd = open(path, O_RDONLY | O_CLOEXEC);
	return status_fd >= 0;
}

void notice_give(void)
{
	char status[16];

	/* From the beginning: the kernel then asks the device anew. */
	if (status_fd >= 0 && pread(status_fd, status, sizeof(status), 0) < 0)
		return;
}
