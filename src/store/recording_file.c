// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/recording_file.h"

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
#define HEADER_VERSION	   19
#define HEADER_APPLICATION 68
#define VERSION_WAL	   2

/* SQLite makes an empty database of what is not there or empty: say so before. */
int recording_file_check(const char *path, struct error *error)
{
	struct stat there;

	if (!stat(path, &there) && S_ISDIR(there.st_mode)) {
		error_cause(error, "%s is a directory, not a recording", path);
		error_hint(error, "name the recordings in it: %s/*.sqlite", path);
		return -EISDIR;
	}
	if (!access(path, R_OK))
		return 0;
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

bool recording_is_by_header(int fd)
{
	uint8_t header[HEADER_BYTES];
	uint32_t application;

	if (!read_header(fd, header))
		return false;
	memcpy(&application, header + HEADER_APPLICATION, sizeof(application));
	return be32toh(application) == SCHEMA_APPLICATION_ID;
}

bool recording_file_lacks_log(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	uint8_t header[HEADER_BYTES];
	char log[PATH_MAX + 8];
	struct stat there;
	bool has_one = fd >= 0 && read_header(fd, header) && header[HEADER_VERSION] == VERSION_WAL;

	if (fd >= 0)
		close(fd);
	snprintf(log, sizeof(log), "%s-wal", path);
	return has_one && (stat(log, &there) || !there.st_size);
}
