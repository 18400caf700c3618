// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/firmware.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
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

/* Is that no error: there is no such list, or entry? */
static bool not_there(int err)
{
	return err == ENOENT || err == ENOTDIR;
}

static bool contains(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		if (!strncasecmp(text, part, length))
			return true;
	}
	return false;
}

/* The file @name of @folder/@entry into @text; 1, 0 where there is nothing in it, or -errno. */
static int read_text(const char *folder, const char *entry, const char *name, char *text,
		     size_t bytes)
{
	char path[PATH_MAX];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, entry, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return not_there(errno) ? 0 : -errno;
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

static int find_on_bus(const char *sysfs, const char *bus, enum firmware_device device,
		       char how[FIRMWARE_HOW_BYTES])
{
	char folder[PATH_MAX - 300], modalias[512];
	struct dirent *entry;
	const char *by;
	int found = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/bus/%s/devices", sysfs, bus);
	dir = opendir(folder);
	if (!dir)
		return not_there(errno) ? 0 : -errno;
	while (found <= 0 && (entry = readdir(dir))) {
		int result =
			read_text(folder, entry->d_name, "modalias", modalias, sizeof(modalias));

		if (result < 0)
			found = result;
		if (result <= 0 || !is_listed(modalias, device, &by))
			continue;
		snprintf(how, FIRMWARE_HOW_BYTES, "%s%.64s", by, entry->d_name);
		found = 1;
	}
	closedir(dir);
	return found;
}

int firmware_has(const char *sysfs, enum firmware_device device, char how[FIRMWARE_HOW_BYTES])
{
	int acpi = find_on_bus(sysfs, "acpi", device, how), platform;

	if (acpi > 0)
		return acpi;
	platform = find_on_bus(sysfs, "platform", device, how);
	return platform ? platform : acpi;
}

int firmware_has_virtio_rtc(const char *sysfs)
{
	char folder[PATH_MAX - 300], id[32];
	struct dirent *entry;
	int found = 0;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/bus/virtio/devices", sysfs);
	dir = opendir(folder);
	if (!dir)
		return not_there(errno) ? 0 : -errno;
	while (found <= 0 && (entry = readdir(dir))) {
		int result = read_text(folder, entry->d_name, "device", id, sizeof(id));

		if (result)
			found = result < 0 ? result : !strcmp(id, VIRTIO_ID_CLOCK);
	}
	closedir(dir);
	return found;
}
