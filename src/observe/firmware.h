/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the firmware lists, by ACPI (HID or CID) or by device tree, and what virtio brings. */
#ifndef VMCLOCK_TRACE_OBSERVE_FIRMWARE_H
#define VMCLOCK_TRACE_OBSERVE_FIRMWARE_H

#include <stddef.h>

enum firmware_device {
	FIRMWARE_VMCLOCK, /* ACPI HID AMZNC10C, CID VMCLOCK; "amazon,vmclock" */
	FIRMWARE_VMGENID, /* ACPI VM_Gen_Counter, VMGENCTR; "microsoft,vmgenid" */
};

#define FIRMWARE_SYSFS	   "/sys"
#define FIRMWARE_HOW_BYTES 96

/*
 * Is @device listed below @sysfs (FIRMWARE_SYSFS but for tests)? @how then says by what, as "ACPI
 * AMZNC10C:00" or "device tree, 1f000000.vmclock". 1, 0, or -errno: that cannot be told, as not all
 * of the list can be read.
 */
int firmware_has(const char *sysfs, enum firmware_device device, char how[FIRMWARE_HOW_BYTES]);

/*
 * Is there a virtio clock device (virtio-rtc), whether or not this kernel has its driver? 1, 0, or
 * -errno.
 */
int firmware_has_virtio_rtc(const char *sysfs);

#endif
