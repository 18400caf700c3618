// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/page_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "observe/driver_config.h"
#include "observe/firmware.h"
#include "observe/page_map.h"
#include "observe/phc.h"
#include "observe/reference_clock.h"
#include "page/counter.h"

struct page_reader {
	char path[PATH_MAX];
	int fd;
	bool is_device;
	struct page_map *map; /* NULL: by read() */
};

const char *page_via_name(enum page_via via)
{
	static const char *const names[] = {"auto", "mmap", "read"};

	return names[via];
}

static void explain_no_device(struct error *error)
{
	struct reference_clocks clocks;
	char hint[DRIVER_HINT_BYTES], how[FIRMWARE_HOW_BYTES];
	int offered;

	error_cause(error, "there is no /dev/vmclock* on this machine");
	driver_hint(hint);
	reference_clocks_list(REFERENCE_CLASS_PATH, NULL, false, &clocks);
	offered = firmware_has(FIRMWARE_SYSFS, FIRMWARE_VMCLOCK, how);
	if (offered < 0)
		error_hint(error, "whether the hypervisor offers one is not known: %s",
			   strerror(-offered));
	else if (offered)
		error_hint(error, "the hypervisor offers one (%s), so the driver is missing: %s",
			   how, hint);
	else if (clocks.count)
		error_hint(error,
			   "the hypervisor lists none, but there are other PTP clocks, such as %s: "
			   "'vmclock-trace compare' reads them, 'vmclock-trace doctor' says more",
			   clocks.clock[0].path);
	else
		error_hint(
			error,
			"the hypervisor offers none (QEMU 10: -device vmclock; Firecracker "
			"1.15 and AWS Nitro have one). A recorded page is read with --device FILE");
}

/* The one with the lowest number, into @path. */
static int find_device(char path[PATH_MAX], struct error *error)
{
	uint64_t best = UINT64_MAX;
	struct dirent *entry;
	DIR *dev = opendir("/dev");
	int err;

	while (dev && (entry = readdir(dev))) {
		uint64_t number;

		if (strncmp(entry->d_name, "vmclock", 7) == 0 &&
		    parse_u64(entry->d_name + 7, &number) == 0 && number < best)
			best = number;
	}
	if (!dev && errno != ENOENT) {
		err = -errno;
		error_cause(error, "whether there is a /dev/vmclock* is not known: %s",
			    strerror(-err));
		error_hint_files(error, err);
		return err;
	}
	if (dev)
		closedir(dev);
	if (best == UINT64_MAX) {
		explain_no_device(error);
		return -ENODEV;
	}
	snprintf(path, PATH_MAX, "/dev/vmclock%llu", (unsigned long long)best);
	return 0;
}

static int fail_open(const char *path, int err, struct error *error)
{
	error_cause(error, "cannot open %s: %s", path, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		error_hint(error, PHC_RIGHTS_HINT);
	else if (err == -ENOENT)
		error_hint(error, "ls /dev/vmclock* shows the devices; without --device the first "
				  "one is taken");
	error_hint_files(error, err);
	return err;
}

/* What can hold a page is a character device, a block device or a file. */
static int check_kind(const char *path, const struct stat *st, struct error *error)
{
	if (S_ISREG(st->st_mode) || S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		return 0;
	error_cause(error, "%s is a %s, which holds no page", path,
		    S_ISDIR(st->st_mode)    ? "directory"
		    : S_ISFIFO(st->st_mode) ? "FIFO"
					    : "socket");
	error_hint(error,
		   "give a device such as /dev/vmclock0, or a file with the bytes of a page");
	return S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
}

static int open_file(struct page_reader *reader, struct error *error)
{
	struct stat st;
	int err;

	/* O_NONBLOCK: open() of a FIFO waits for a writer otherwise. */
	reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (reader->fd < 0 || fstat(reader->fd, &st) < 0)
		return fail_open(reader->path, -errno, error);
	err = check_kind(reader->path, &st, error);
	if (!err)
		reader->is_device = S_ISCHR(st.st_mode);
	return err;
}

/* Map where it was asked for, or where it is the better way and can be done. */
static int choose_way(struct page_reader *reader, enum page_via via, struct error *error)
{
	int err;

	if (via == PAGE_VIA_READ || (via == PAGE_VIA_AUTO && !reader->is_device))
		return 0;
	err = page_map_open(reader->fd, &reader->map);
	if (!err || via == PAGE_VIA_AUTO)
		return 0;
	error_cause(error, "cannot map %s: %s", reader->path, strerror(-err));
	error_hint(error, "read it with --via read");
	return err;
}

int page_reader_open(const char *path, enum page_via via, struct page_reader **out,
		     struct error *error)
{
	struct page_reader *reader = calloc(1, sizeof(*reader));
	int err = 0;

	if (!reader)
		return -ENOMEM;
	reader->fd = -1;
	if (!path)
		err = find_device(reader->path, error);
	else if (strlen(path) >= sizeof(reader->path))
		err = fail_open("the device", -ENAMETOOLONG, error);
	else
		strcpy(reader->path, path);
	if (!err)
		err = open_file(reader, error);
	if (!err)
		err = choose_way(reader, via, error);
	if (err) {
		page_reader_close(reader);
		return err;
	}
	*out = reader;
	return 0;
}

void page_reader_close(struct page_reader *reader)
{
	if (!reader)
		return;
	page_map_close(reader->map);
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader);
}

/* All of @bytes from a file, fewer only at its end. */
static int fetch_pread(void *context, uint32_t offset, void *out, uint32_t bytes)
{
	const struct page_reader *reader = context;
	uint32_t got = 0;

	while (got < bytes) {
		ssize_t n = pread(reader->fd, (char *)out + got, bytes - got, offset + got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (uint32_t)n;
	}
	return (int)got;
}

/*
 * One read() of a device, whose driver makes it consistent, or waits 100 ms and gives nothing. Also
 * the answer for other character devices that know no offsets.
 */
static int copy_device(struct page_reader *reader, struct page_copy *copy)
{
	struct page_copy work = {.counter_before = counter_read_ordered()};
	ssize_t n = pread(reader->fd, work.page.bytes, VMCLOCK_ABI_BYTES, 0);

	if (n < 0 && errno == ESPIPE)
		n = read(reader->fd, work.page.bytes, VMCLOCK_ABI_BYTES);
	if (n < 0 && errno != ETIMEDOUT)
		return -errno;
	work.counter_after = counter_read_ordered();
	work.torn = n < 0;
	work.page.length = n < 0 ? 0 : (uint32_t)n;
	*copy = work;
	return work.torn ? -ETIMEDOUT : 0;
}

/* How many bytes of a page the mapped thing has: a device all, a file maybe fewer. */
static int mapped_length(const struct page_reader *reader, uint32_t *length)
{
	struct stat st;

	if (fstat(reader->fd, &st) < 0)
		return -errno;
	*length = VMCLOCK_ABI_BYTES;
	if (S_ISREG(st.st_mode) && st.st_size < VMCLOCK_ABI_BYTES)
		*length = (uint32_t)st.st_size;
	return 0;
}

static int copy_map(struct page_reader *reader, struct page_wait wait, struct page_copy *copy)
{
	uint32_t before = 0, after = 0;
	struct page_copy work;
	int err, timed_out;

	err = mapped_length(reader, &before);
	/* Cut off earlier, and long enough again: the file is worth another sample. */
	if (!err && before && page_map_is_lost(reader->map))
		err = page_map_again(reader->map);
	if (err)
		return err;
	timed_out = page_copy_mapped(page_map_address(reader->map), before, wait, &work);
	err = mapped_length(reader, &after);
	if (err)
		return err;
	/* Behind the new end there are zeros, or a SIGBUS was turned into them. */
	if (after < before || (before && page_map_is_lost(reader->map)))
		return -EIO;
	*copy = work;
	return timed_out;
}

int page_reader_copy(struct page_reader *reader, struct page_wait wait, struct page_copy *copy,
		     struct error *error)
{
	int err;

	if (reader->map)
		err = copy_map(reader, wait, copy);
	else if (reader->is_device)
		err = copy_device(reader, copy);
	else
		err = page_copy_fetched(fetch_pread, reader, wait, copy);

	if (err == -ETIMEDOUT) {
		error_cause(error,
			    "an update of %s does not end: seq_count stays odd or keeps moving",
			    reader->path);
		error_hint(error,
			   "try again; if it stays, the hypervisor's writer is stuck: report it "
			   "to whoever runs the host");
	} else if (err == -EIO && reader->map) {
		error_cause(error, "%s was cut off while it was mapped", reader->path);
		error_hint(error, "replace such a file by renaming a new one over it, never by "
				  "truncating it");
	} else if (err) {
		error_cause(error, "cannot read %s: %s", reader->path, strerror(-err));
	}
	return err;
}

const char *page_reader_path(const struct page_reader *reader)
{
	return reader->path;
}

enum page_via page_reader_via(const struct page_reader *reader)
{
	return reader->map ? PAGE_VIA_MMAP : PAGE_VIA_READ;
}

int32_t page_reader_device(const struct page_reader *reader)
{
	const char *path = page_reader_path(reader);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	uint64_t number;

	if (!page_reader_is_device(reader) || strncmp(name, "vmclock", 7) ||
	    parse_u64_within(name + 7, 0, INT32_MAX, &number))
		return -1;
	return (int32_t)number;
}

bool page_reader_is_device(const struct page_reader *reader)
{
	return reader->is_device;
}

const volatile void *page_reader_map(const struct page_reader *reader)
{
	return reader->map ? page_map_address(reader->map) : NULL;
}

int page_reader_fd(const struct page_reader *reader)
{
	return reader->fd;
}
