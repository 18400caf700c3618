// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/writer_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
#define PARTS	   (sizeof(parts) / sizeof(parts[0]))
#define PART_BYTES (PATH_MAX + 16)

/* What others may have of each: to read it, for the group. */
#define FILE_MODE 0640

static void part_name(const char *path, size_t part, char name[PART_BYTES])
{
	snprintf(name, PART_BYTES, "%s%s", path, parts[part]);
}

static void remove_first(const char *path, size_t count)
{
	char name[PART_BYTES];

	while (count-- > 0) {
		part_name(path, count, name);
		unlink(name);
	}
}

int writer_files_refuse(const char *path, const char *why, int err, struct error *error)
{
	error_cause(error, "%s cannot be made: %s", path, why);
	if (err == -EEXIST)
		error_hint(error, "a recording is never written over: give another name");
	else
		error_hint(error, "give a FILE in a directory with room that you may write to");
	error_hint_files(error, err);
	return err;
}

int writer_files_make(const char *path, struct error *error)
{
	char name[PART_BYTES];
	size_t made;
	int fd, err;

	for (made = 0; made < PARTS; made++) {
		part_name(path, made, name);
		fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
		if (fd < 0)
			break;
		close(fd);
	}
	if (made == PARTS)
		return 0;
	err = -errno;
	writer_files_refuse(name, err == -EEXIST ? "it is there already" : strerror(-err), err,
			    error);
	remove_first(path, made);
	return err;
}

bool writer_files_are_own(const char *path)
{
	char name[PART_BYTES];
	struct stat file;

	for (size_t i = 0; i < PARTS; i++) {
		part_name(path, i, name);
		if (!lstat(name, &file) &&
		    (!S_ISREG(file.st_mode) || file.st_nlink != 1 || file.st_uid != geteuid() ||
		     file.st_mode & 0777 & ~FILE_MODE))
			return false;
	}
	return true;
}

void writer_files_remove(const char *path)
{
	remove_first(path, PARTS);
}
