// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Beside the file, so that rename() can do it; its end is not one that is collected. */
#define PART_SUFFIX ".part"

static int open_part(const char *path, char part[PATH_MAX])
{
	int fd;

	if (snprintf(part, PATH_MAX, "%s" PART_SUFFIX, path) >= PATH_MAX)
		return -ENAMETOOLONG;
	/* A file that an earlier run left unfinished, or a planted link, is not followed. */
	unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

int exporter_textfile_begin(const char *path, struct error *error)
{
	char part[PATH_MAX];
	int fd = open_part(path, part);

	if (fd < 0) {
		error_cause(error, "cannot write %s: %s", path, strerror(-fd));
		return fd;
	}
	close(fd);
	unlink(part);
	unlink(path);
	return 0;
}

static int write_all(int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t written = write(fd, text, bytes);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			text += written;
			bytes -= (size_t)written;
		}
	}
	return 0;
}

int exporter_textfile_write(const char *path, const char *text, size_t bytes)
{
	char part[PATH_MAX];
	int fd = open_part(path, part), err;

	if (fd < 0)
		return fd;
	err = write_all(fd, text, bytes);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		unlink(part);
	return err;
}

void exporter_textfile_end(const char *path)
{
	unlink(path);
}
