// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/firmware.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define VIRTIO_ID_CLOCK "0x0011"

/*
 * A modalias is "acpi:HID:CID:..." in upper case as the firmware has them, or of a device tree
 * "of:NnameTtypeCcompatible...".
 */
static const struct {
	const char *acpi[2];
	const char *tree;
} ids[] = {
	[FIRMWARE_VMCLOCK] = {{":AMZNC10C:", ":VMCLOCK:"}, "Camazon,vmclock"},
	[FIRMWARE_VMGENID] = {{":VM_GEN_COUNTER:", ":VMGENCTR:"}, "Cmicrosoft,vmgenid"},
};

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		if (!strncasecmp(text, part, length))
			return true;
	}
	return false;
}

/* The file @name of @folder/@entry into @text; false where there is none. */
static bool read_text(const char *folder, const char *entry, const char *name, char *text,
		      size_t bytes)
{
	char path[PATH_MAX];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, entry, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, bytes - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return length > 0;
}

static bool is_listed(const char *modalias, enum firmware_device device, const char **by)
{
	for (size_t i = 0; i < 2; i++) {
		*by = "ACPI ";
		if (!strncmp(modalias, "acpi:", 5) && contains(modalias + 4, ids[device].acpi[i]))
			return true;
	}
	*by = "device tree, ";
	return !strncmp(modalias, "of:", 3) && contains(modalias, ids[device].tree);
}

static bool find_on_bus(const char *sysfs, const char *bus, enum firmware_device device,
			char how[FIRMWARE_HOW_BYTES])
{
	char folder[PATH_MAX - 300], modalias[512];
	struct dirent *entry;
	const char *by;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/bus/%s/devices", sysfs, bus);
	dir = opendir(folder);
	while (dir && !found && (entry = readdir(dir))) {
		if (!read_text(folder, entry->d_name, "modalias", modalias, sizeof(modalias)) ||
		    !is_listed(modalias, device, &by))
			continue;
		snprintf(how, FIRMWARE_HOW_BYTES, "%s%.64s", by, entry->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

bool firmware_has(const char *sysfs, enum firmware_device device, char how[FIRMWARE_HOW_BYTES])
{
	return find_on_bus(sysfs, "acpi", device, how) ||
	       find_on_bus(sysfs, "platform", device, how);
}

bool firmware_has_virtio_rtc(const char *sysfs)
{
	char folder[PATH_MAX - 300], id[32];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/bus/virtio/devices", sysfs);
	dir = opendir(folder);
	while (dir && !found && (entry = readdir(dir)))
		found = read_text(folder, entry->d_name, "device", id, sizeof(id)) &&
			!strcmp(id, VIRTIO_ID_CLOCK);
	if (dir)
		closedir(dir);
	return found;
}
