// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/recording_file.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"

/* Where SQLite's file format has what is looked for, and what says that there is a log. */
#define HEADER_BYTES	   100
#define HEADER_PAGE_BYTES  16
#define HEADER_VERSION	   19
#define HEADER_CHANGES	   24
#define HEADER_PAGES	   28
#define HEADER_APPLICATION 68
#define HEADER_COUNTED	   92 /* the pages, at this number of changes */
#define VERSION_WAL	   2

static bool is_recording(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && !strcmp(end, ".sqlite");
}

/* What is in the directory @path instead: a ring's recordings, an unpacked bundle, or nothing. */
static void explain_directory(const char *path, struct error *error)
{
	struct dirent *entry;
	DIR *directory = opendir(path);
	char one[NAME_MAX + 1] = "";
	size_t count = 0;

	while (directory && (entry = readdir(directory))) {
		if (!is_recording(entry))
			continue;
		count++;
		snprintf(one, sizeof(one), "%s", entry->d_name);
	}
	if (directory)
		closedir(directory);
	if (count == 1) {
		error_cause(error, "%s is a directory, with one recording in it", path);
		error_hint(error, "name it: %s/%s", path, one);
	} else if (count) {
		error_cause(error, "%s is a directory, with %zu recordings in it", path, count);
		error_hint(error, "name one, or all for report: %s/*.sqlite", path);
	} else {
		error_cause(error, "%s is a directory, without a recording in it", path);
		error_hint(error, "recordings are made by: vmclock-trace record FILE");
	}
}

/* Other files of ours. */
static int explain_other(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint8_t head[4] = {0};
	ssize_t got = fd < 0 ? 0 : pread(fd, head, sizeof(head), 0);

	if (fd >= 0)
		close(fd);
	if (got == sizeof(head) && !memcmp(head, "VCLK", 4)) {
		error_cause(error, "%s is the page of a clock, not a recording", path);
		error_hint(error, "vmclock-trace status --device %s", path);
		return -EINVAL;
	}
	if (got == sizeof(head) && head[0] == 0x1f && head[1] == 0x8b) {
		error_cause(error, "%s is an archive, not a recording", path);
		error_hint(error,
			   "if it is a bundle: vmclock-trace verify %s; the recording is in it",
			   path);
		return -EINVAL;
	}
	return 0;
}

/* SQLite makes an empty database of what is not there or empty: say so before. */
int recording_file_check(const char *path, struct error *error)
{
	struct stat there;

	if (!stat(path, &there) && S_ISDIR(there.st_mode)) {
		explain_directory(path, error);
		return -EISDIR;
	}
	if (!access(path, R_OK))
		return explain_other(path, error);
	error_cause(error, "%s cannot be read: %s", path, strerror(errno));
	error_hint(error, "recordings are made by: vmclock-trace record FILE");
	return -errno;
}

static bool read_header(int fd, uint8_t header[HEADER_BYTES])
{
	static const char magic[16] = "SQLite format 3";

	return pread(fd, header, HEADER_BYTES, 0) == HEADER_BYTES &&
	       !memcmp(header, magic, sizeof(magic));
}

static uint32_t get_u32(const uint8_t *header, size_t at)
{
	uint32_t value;

	memcpy(&value, header + at, sizeof(value));
	return be32toh(value);
}

bool recording_is_by_header(int fd)
{
	uint8_t header[HEADER_BYTES];

	return read_header(fd, header) &&
	       get_u32(header, HEADER_APPLICATION) == SCHEMA_APPLICATION_ID;
}

/* SQLite's log of @path, or its journal, from which it is set back. */
static bool has_beside(const char *path, const char *end)
{
	char beside[PATH_MAX + 9];
	struct stat there;

	snprintf(beside, sizeof(beside), "%s%s", path, end);
	return !stat(beside, &there) && there.st_size;
}

bool recording_file_lacks_log(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint8_t header[HEADER_BYTES];
	bool has_one = fd >= 0 && read_header(fd, header) && header[HEADER_VERSION] == VERSION_WAL;

	if (fd >= 0)
		close(fd);
	return has_one && !has_beside(path, "-wal");
}

bool recording_file_is_whole(const char *path, uint64_t *bytes, uint64_t *expected_bytes)
{
	/* Before it is read and after: a recorder may begin to write, or end. */
	bool changes = has_beside(path, "-wal") || has_beside(path, "-journal");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint8_t header[HEADER_BYTES];
	struct stat there;
	bool known = !changes && fd >= 0 && read_header(fd, header) && !fstat(fd, &there) &&
		     get_u32(header, HEADER_CHANGES) == get_u32(header, HEADER_COUNTED) &&
		     get_u32(header, HEADER_PAGES) && !has_beside(path, "-wal") &&
		     !has_beside(path, "-journal");

	if (fd >= 0)
		close(fd);
	if (!known)
		return true;
	/* A 1 is 65536. */
	*expected_bytes = (get_u32(header, HEADER_PAGE_BYTES) >> 16 & 0xfe00 ?: 65536) *
			  (uint64_t)get_u32(header, HEADER_PAGES);
	*bytes = (uint64_t)there.st_size;
	return *bytes == *expected_bytes;
}
