// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications, by the ACPI device of notify.asl: whoever reads its status gives one. */
#include "notice.h"

#include <fcntl.h>
#include <unistd.h>

#define STATUS_FILE "/sys/bus/acpi/devices/VMCN0001:00/status"

static int status_fd = -1;

bool notice_open(void)
{
	status_fd = open(STATUS_FILE, O_RDONLY | O_CLOEXEC);
	return status_fd >= 0;
}

void notice_give(void)
{
	char status[16];

	/* From the beginning: the kernel then asks the device anew. */
	if (status_fd >= 0 && pread(status_fd, status, sizeof(status), 0) < 0)
		return;
}
