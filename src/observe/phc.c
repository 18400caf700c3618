// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/phc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CLASS_PATH  "/sys/class/ptp"
#define DRIVER_NAME "vmclock" /* of its devices and their clocks, a number behind */

/* include/linux/posix-timers.h: how a descriptor is spelt as a clock; libc has no name for it. */
#define FD_TO_CLOCKID(fd) ((clockid_t)((~(unsigned int)(fd) << 3) | 3))

struct phc {
	int fd;
	char path[PHC_PATH_BYTES];
};

/* The kernel's name for the device open as @fd, such as "vmclock0", into @name. */
static int device_name(int fd, char *name, size_t bytes)
{
	char link[64], target[PATH_MAX];
	struct stat st;
	const char *base;
	ssize_t length;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	/* By number, not by path: the path may be a link, or the node of a container. */
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u", major(st.st_rdev), minor(st.st_rdev));
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return -ENOTTY;
	target[length] = '\0';
	base = strrchr(target, '/');
	if (!base || strncmp(base + 1, DRIVER_NAME, strlen(DRIVER_NAME)) != 0)
		return -ENOTTY;
	snprintf(name, bytes, "%s", base + 1);
	return 0;
}

/* Is the clock @node of the class called @name (NULL: by the driver for any of its devices)? */
static bool clock_is(int class_fd, const char *node, const char *name)
{
	char path[64], found[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%.32s/clock_name", node);
	fd = openat(class_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, found, sizeof(found) - 1);
	close(fd);
	if (length <= 0)
		return false;
	found[length] = '\0';
	found[strcspn(found, "\n")] = '\0';
	return name ? strcmp(found, name) == 0
		    : strncmp(found, DRIVER_NAME, strlen(DRIVER_NAME)) == 0;
}

int phc_find_by_name(const char *class_path, const char *name, char path[PHC_PATH_BYTES])
{
	DIR *class_dir = opendir(class_path);
	struct dirent *entry;
	int result = -ENOENT;

	if (!class_dir)
		return -ENOENT; /* a kernel without PTP clocks has none of ours */
	while (result && (entry = readdir(class_dir))) {
		if (strncmp(entry->d_name, "ptp", 3) != 0 ||
		    strlen("/dev/") + strlen(entry->d_name) >= PHC_PATH_BYTES ||
		    !clock_is(dirfd(class_dir), entry->d_name, name))
			continue;
		snprintf(path, PHC_PATH_BYTES, "/dev/%.24s", entry->d_name);
		result = 0;
	}
	closedir(class_dir);
	return result;
}

int phc_find(int vmclock_fd, char path[PHC_PATH_BYTES])
{
	char name[64];
	int err;

	if (vmclock_fd < 0)
		return phc_find_by_name(CLASS_PATH, NULL, path);
	err = device_name(vmclock_fd, name, sizeof(name));
	return err ? err : phc_find_by_name(CLASS_PATH, name, path);
}

static int not_found(int err, struct error *error)
{
	if (err == -ENOTTY) {
		error_cause(error, "a file has no PTP clock: only a vmclock device has");
		return err;
	}
	error_cause(error, "the driver gave this vmclock no PTP clock");
	error_hint(error,
		   "it makes one only if the page holds a clock for this CPU's counter, on UTC or "
		   "TAI, when the driver is loaded; with a page that has one by now, reload it: "
		   "sudo modprobe -r ptp_vmclock && sudo modprobe ptp_vmclock");
	return err;
}

static int not_opened(const char *path, int err, struct error *error)
{
	error_cause(error, "%s: %s", path, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		error_hint(error, PHC_RIGHTS_HINT);
	else if (err == -ENOENT)
		error_hint(error,
			   "the kernel has the clock, so the node is missing: in a container, pass "
			   "it in (--device %s)",
			   path);
	return err;
}

int phc_open(int vmclock_fd, struct phc **out, struct error *error)
{
	struct phc *phc = calloc(1, sizeof(*phc));
	int err;

	if (!phc) {
		error_cause(error, "out of memory");
		return -ENOMEM;
	}
	err = phc_find(vmclock_fd, phc->path);
	if (err) {
		free(phc);
		return not_found(err, error);
	}
	phc->fd = open(phc->path, O_RDONLY | O_CLOEXEC);
	if (phc->fd < 0) {
		err = not_opened(phc->path, -errno, error);
		free(phc);
		return err;
	}
	*out = phc;
	return 0;
}

void phc_close(struct phc *phc)
{
	if (!phc)
		return;
	close(phc->fd);
	free(phc);
}

const char *phc_path(const struct phc *phc)
{
	return phc->path;
}

int phc_read(const struct phc *phc, struct timespec *at)
{
	struct timespec ts;

	if (clock_gettime(FD_TO_CLOCKID(phc->fd), &ts))
		return -errno;
	*at = ts;
	return 0;
}

/* An ioctl that a signal cannot spoil; what this kernel does not know is -EOPNOTSUPP. */
static int ask(const struct phc *phc, unsigned long request, void *arg)
{
	int done;

	do {
		done = ioctl(phc->fd, request, arg);
	} while (done < 0 && errno == EINTR);
	if (done >= 0)
		return 0;
	return errno == ENOTTY ? -EOPNOTSUPP : -errno;
}

static struct timespec timespec_of(const struct ptp_clock_time *time)
{
	return (struct timespec){.tv_sec = time->sec, .tv_nsec = time->nsec};
}

int phc_sys_offset(const struct phc *phc, struct bracket *brackets, size_t count)
{
	struct ptp_sys_offset arg = {.n_samples = (unsigned int)count};
	int err = ask(phc, PTP_SYS_OFFSET, &arg);

	if (err)
		return err;
	/* System and PHC in turn, system first and last. */
	for (size_t i = 0; i < count; i++)
		brackets[i] = (struct bracket){
			.before = timespec_of(&arg.ts[2 * i]),
			.inner = timespec_of(&arg.ts[2 * i + 1]),
			.after = timespec_of(&arg.ts[2 * i + 2]),
		};
	return 0;
}

int phc_sys_offset_extended(const struct phc *phc, struct bracket *brackets, size_t count)
{
	/* What is zero here is reserved before 6.12 and CLOCK_REALTIME since. */
	struct ptp_sys_offset_extended arg = {.n_samples = (unsigned int)count};
	int err = ask(phc, PTP_SYS_OFFSET_EXTENDED, &arg);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		brackets[i] = (struct bracket){
			.before = timespec_of(&arg.ts[i][0]),
			.inner = timespec_of(&arg.ts[i][1]),
			.after = timespec_of(&arg.ts[i][2]),
		};
	return 0;
}

int phc_sys_offset_precise(const struct phc *phc, struct phc_precise *precise)
{
	struct ptp_sys_offset_precise arg = {0};
	int err = ask(phc, PTP_SYS_OFFSET_PRECISE, &arg);

	if (err)
		return err;
	*precise = (struct phc_precise){
		.phc = timespec_of(&arg.device),
		.realtime = timespec_of(&arg.sys_realtime),
		.monotonic_raw = timespec_of(&arg.sys_monoraw),
	};
	return 0;
}
