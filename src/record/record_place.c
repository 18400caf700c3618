// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "store/recording_file.h"

/* "vmclock-20261123T033307Z.sqlite", or "-2.sqlite" where a second was too short. */
#define NAME_FORMAT "vmclock-%Y%m%dT%H%M%SZ"
#define NAME_SHAPE  "vmclock-########T######Z"
#define NAME_BYTES  64
#define SAME_SECOND 9

/* More earlier starts than this are looked at by and by. */
#define EARLIER 4096

/* SQLite holds a lock here while a database is open: PENDING_BYTE and what follows. */
#define LOCK_AT	   0x40000000
#define LOCK_BYTES 512

struct earlier {
	char name[NAME_BYTES];
	uint64_t bytes; /* with what belongs to it */
	int64_t changed_sec;
};

static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool is_name(const char *name)
{
	size_t length = strlen(NAME_SHAPE);

	for (size_t i = 0; i < length; i++) {
		if (NAME_SHAPE[i] == '#' ? !isdigit((unsigned char)name[i])
					 : name[i] != NAME_SHAPE[i])
			return false;
	}
	name += length;
	if (name[0] == '-' && name[1] >= '2' && name[1] <= '0' + SAME_SECOND)
		name += 2;
	return !strcmp(name, ".sqlite");
}

/* Is it without a writer? It is not asked about the process's own file. */
static bool is_idle(int fd)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_AT, .l_len = LOCK_BYTES};

	return !fcntl(fd, F_GETLK, &lock) && lock.l_type == F_UNLCK;
}

static bool is_recording(int directory, const char *name, struct stat *file)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is = fd >= 0 && !fstat(fd, file) && S_ISREG(file->st_mode) &&
		  recording_is_by_header(fd) && is_idle(fd);

	if (fd >= 0)
		close(fd);
	return is;
}

#define PART_BYTES (NAME_BYTES + 16)

static void part_name(const char *name, size_t part, char out[PART_BYTES])
{
	snprintf(out, PART_BYTES, "%.*s%s", NAME_BYTES, name, parts[part]);
}

/* What is there of it; where it is a file at all. */
static uint64_t bytes_of(int directory, const char *name)
{
	char part[PART_BYTES];
	struct stat file;
	uint64_t bytes = 0;

	for (size_t i = 0; i < PARTS; i++) {
		part_name(name, i, part);
		if (!fstatat(directory, part, &file, AT_SYMLINK_NOFOLLOW) && S_ISREG(file.st_mode))
			bytes += (uint64_t)file.st_blocks * 512;
	}
	return bytes;
}

static bool remove_earlier(struct record_place *place, const struct earlier *earlier)
{
	char part[PART_BYTES];

	/* The log first: without it the rest is whole, the other way round it is nothing. */
	for (size_t i = PARTS; i-- > 0;) {
		part_name(earlier->name, i, part);
		if (unlinkat(place->directory, part, 0) && i == 0)
			return false;
	}
	place->files++;
	place->bytes += earlier->bytes;
	snprintf(place->newest, sizeof(place->newest), "%s", earlier->name);
	return true;
}

/* By time, which is in the name; the first of a second has no number. */
static int by_name(const void *a, const void *b)
{
	const char *one = ((const struct earlier *)a)->name;
	const char *other = ((const struct earlier *)b)->name;
	int order = strncmp(one, other, strlen(NAME_SHAPE));

	if (!order)
		order = (strlen(one) > strlen(other)) - (strlen(one) < strlen(other));
	return order ? order : strcmp(one, other);
}

static size_t list_earlier(const struct record_place *place, struct earlier *earlier)
{
	int fd = openat(place->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	struct stat file;
	size_t count = 0;

	if (!directory && fd >= 0)
		close(fd);
	while (directory && count < EARLIER && (entry = readdir(directory))) {
		if (!is_name(entry->d_name) || !strcmp(entry->d_name, place->name) ||
		    !is_recording(place->directory, entry->d_name, &file))
			continue;
		earlier[count] = (struct earlier){
			.bytes = bytes_of(place->directory, entry->d_name),
			.changed_sec = file.st_mtim.tv_sec,
		};
		snprintf(earlier[count++].name, NAME_BYTES, "%.*s", NAME_BYTES - 1, entry->d_name);
	}
	if (directory)
		closedir(directory);
	qsort(earlier, count, sizeof(*earlier), by_name);
	return count;
}

void record_place_tidy(uint64_t bytes, char told[FACT_VALUE_BYTES], void *arg)
{
	struct record_place *place = arg;
	struct earlier *earlier;
	int64_t now_sec = time(NULL), age_sec = (int64_t)(place->max_age_ns / NSEC_PER_SEC);
	uint64_t before = place->files;
	size_t count;

	if (place->directory < 0 || (!place->max_bytes && !place->max_age_ns))
		return;
	earlier = malloc(EARLIER * sizeof(*earlier));
	if (!earlier)
		return;
	count = list_earlier(place, earlier);
	for (size_t i = 0; i < count; i++)
		bytes += earlier[i].bytes;
	for (size_t i = 0; i < count; i++) {
		bool too_large = place->max_bytes && bytes > place->max_bytes;
		bool too_old = age_sec && now_sec - earlier[i].changed_sec > age_sec;

		if ((too_large || too_old) && remove_earlier(place, &earlier[i]))
			bytes -= earlier[i].bytes;
	}
	free(earlier);
	if (place->files != before)
		snprintf(told, FACT_VALUE_BYTES,
			 "%" PRIu64 " recordings of earlier starts, %" PRIu64
			 " bytes, made room; the last was %s",
			 place->files, place->bytes, place->newest);
}

/* The first name of this second that is not taken. */
static int choose_name(struct record_place *place, const char *where, struct error *error)
{
	char stamp[NAME_BYTES], more[8] = "";
	const char *slash = *where && where[strlen(where) - 1] != '/' ? "/" : "";
	time_t now = time(NULL);
	struct tm utc;
	struct stat there;

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), NAME_FORMAT, &utc);
	for (int n = 1; n <= SAME_SECOND; n++) {
		int length;

		if (n > 1)
			snprintf(more, sizeof(more), "-%d", n);
		length = snprintf(place->path, sizeof(place->path), "%s%s%s%s.sqlite", where, slash,
				  stamp, more);
		if (length < 0 || (size_t)length >= sizeof(place->path))
			break;
		if (lstat(place->path, &there))
			return 0;
	}
	error_cause(error, "there is no name left for a recording in %s", *where ? where : ".");
	error_hint(error, "try again in a second, or give the FILE itself");
	return -EEXIST;
}

/* Is @where a name for a file that is to be made? */
static int check_name(const char *where, bool is_ring, struct error *error)
{
	const char *slash = strrchr(where, '/'), *name = slash ? slash + 1 : where;
	struct stat there;

	if (!*where) {
		error_cause(error, "the name of the recording is empty");
		error_hint(error, "leave it out for vmclock-TIME.sqlite in this directory");
	} else if (*where == ':' || !strncmp(where, "file:", 5)) {
		error_cause(error, "%s is a name with a meaning of its own for SQLite", where);
		error_hint(error, "if a file is to have it: ./%s", where);
	} else if (!*name) {
		error_cause(error, "there is no directory %s", where);
		error_hint(error, "mkdir %s", where);
	} else if (is_ring && !strchr(name, '.') && stat(where, &there)) {
		error_cause(error, "there is no directory %s", where);
		error_hint(error, "mkdir %s; or give a file: %s.sqlite", where, where);
	} else {
		return 0;
	}
	return -EINVAL;
}

int record_place_open(struct record_place *place, const char *where, uint64_t max_bytes,
		      uint64_t max_age_ns, bool is_ring, struct error *error)
{
	const char *slash;
	struct stat there;
	int err;

	*place = (struct record_place){
		.directory = -1, .max_bytes = max_bytes, .max_age_ns = max_age_ns};
	if (!where)
		return choose_name(place, "", error);
	if (stat(where, &there) || !S_ISDIR(there.st_mode)) {
		err = check_name(where, is_ring, error);
		if (err)
			return err;
		if (snprintf(place->path, sizeof(place->path), "%s", where) <
		    (int)sizeof(place->path))
			return 0;
		error_cause(error, "the name of the file is too long");
		return -ENAMETOOLONG;
	}
	place->directory = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->directory < 0) {
		err = -errno;
		error_cause(error, "%s cannot be opened: %s", where, strerror(-err));
		error_hint(error, "give a directory that you may read and write");
		return err;
	}
	err = choose_name(place, where, error);
	if (err)
		return err;
	slash = strrchr(place->path, '/');
	place->name = slash + 1;
	return 0;
}

void record_place_close(struct record_place *place)
{
	if (place->directory >= 0)
		close(place->directory);
	place->directory = -1;
}
