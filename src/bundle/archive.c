// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/archive.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#define CHUNK (64u << 10)

/* Headers, padding and the end of a tar of a few files. */
#define TAR_OVERHEAD (1u << 20)

/* A gzip header without a name or a time, made on Unix; its 9th byte says how hard it tried. */
static const uint8_t gzip_header[8] = {0x1f, 0x8b, Z_DEFLATED};
#define GZIP_HEADER_BYTES 10
#define GZIP_UNIX	  3

int archive_name_is_plain(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-";

	return *name && *name != '.' && *name != '-' && strlen(name) < ARCHIVE_NAME_BYTES &&
	       !name[strspn(name, plain)];
}

/* --- Writing */

static int put_data(struct archive *archive, const struct archive_file *file, struct error *error)
{
	uint8_t chunk[CHUNK];
	ssize_t some;

	for (uint64_t at = 0; at < file->bytes; at += (uint64_t)some) {
		uint64_t left = file->bytes - at;

		some = pread(file->fd, chunk, left < CHUNK ? left : CHUNK, (off_t)at);
		if (some <= 0) {
			error_cause(error, "%s cannot be read back: %s", file->name,
				    some ? strerror(errno) : "it has become shorter");
			return -EIO;
		}
		if (archive_write_data(archive, chunk, (size_t)some) != some) {
			error_cause(error, "the archive cannot be written: %s",
				    archive_error_string(archive) ?: "unknown error");
			return -EIO;
		}
	}
	return 0;
}

static int put_file(struct archive *archive, const struct archive_plan *plan,
		    const struct archive_file *file, struct error *error)
{
	struct archive_entry *entry = archive_entry_new();
	char path[2 * ARCHIVE_NAME_BYTES];
	int result;

	if (!entry)
		return error_no_memory(error);
	snprintf(path, sizeof(path), "%s/%s", plan->directory, file->name);
	archive_entry_set_pathname(entry, path);
	archive_entry_set_size(entry, (la_int64_t)file->bytes);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	archive_entry_set_mtime(entry, plan->time_sec, 0);
	result = archive_write_header(archive, entry);
	archive_entry_free(entry);
	if (result != ARCHIVE_OK) {
		error_cause(error, "the archive cannot be written: %s",
			    archive_error_string(archive) ?: "unknown error");
		return -EIO;
	}
	return put_data(archive, file, error);
}

/* The tar of @plan, into an @archive that is open; closed in any case. */
static int put_tar(struct archive *archive, const struct archive_plan *plan, struct error *error)
{
	int err = 0;

	for (size_t i = 0; i < plan->files && !err; i++)
		err = put_file(archive, plan, &plan->file[i], error);
	if (archive_write_close(archive) != ARCHIVE_OK && !err) {
		error_cause(error, "the archive cannot be written: %s",
			    archive_error_string(archive) ?: "unknown error");
		err = -EIO;
	}
	archive_write_free(archive);
	return err;
}

/* Into a new archive, packed or not, whose writing is for the caller to open. NULL: no memory. */
static struct archive *new_archive(bool packed)
{
	struct archive *archive = archive_write_new();

	if (!archive)
		return NULL;
	if (archive_write_set_format_ustar(archive) == ARCHIVE_OK &&
	    archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
	    (!packed ||
	     (archive_write_add_filter_gzip(archive) == ARCHIVE_OK &&
	      /* The same at any time. */
	      archive_write_set_options(archive, "gzip:!timestamp,gzip:compression-level=6") ==
		      ARCHIVE_OK)))
		return archive;
	archive_write_free(archive);
	return NULL;
}

int archive_put(int fd, const struct archive_plan *plan, struct error *error)
{
	struct archive *archive = new_archive(true);

	if (!archive)
		return error_no_memory(error);
	if (archive_write_open_fd(archive, fd) != ARCHIVE_OK) {
		error_cause(error, "the archive cannot be written: %s",
			    archive_error_string(archive) ?: "unknown error");
		archive_write_free(archive);
		return -EIO;
	}
	return put_tar(archive, plan, error);
}

/* --- The hash of what a plan gives */

static la_ssize_t add_to_hash(struct archive *archive, void *arg, const void *bytes, size_t length)
{
	(void)archive;
	sha256_update(arg, length, bytes);
	return (la_ssize_t)length;
}

static int hash(const struct archive_plan *plan, bool packed, char hex[SHA256_HEX_BYTES],
		struct error *error)
{
	struct archive *archive = new_archive(packed);
	struct sha256_ctx sum;
	int err;

	if (!archive)
		return error_no_memory(error);
	sha256_init(&sum);
	if (archive_write_open(archive, &sum, NULL, add_to_hash, NULL) != ARCHIVE_OK) {
		archive_write_free(archive);
		return error_no_memory(error);
	}
	err = put_tar(archive, plan, error);
	sha256_end(&sum, hex);
	return err;
}

int archive_hash(const struct archive_plan *plan, char hex[SHA256_HEX_BYTES], struct error *error)
{
	return hash(plan, true, hex, error);
}

/* --- Reading */

/* The tar within a gzip file, and what is wrong with that. */
struct unpacking {
	int fd;
	z_stream stream;
	bool ended;
	uint64_t left; /* bytes that may still come */
	struct sha256_ctx sum;
	const char *wrong; /* static; NULL: nothing */
	uint8_t in[CHUNK];
	uint8_t out[CHUNK];
};

static ssize_t read_more(int fd, uint8_t *bytes, size_t room)
{
	ssize_t some;

	do
		some = read(fd, bytes, room);
	while (some < 0 && errno == EINTR);
	return some;
}

static bool fill(struct unpacking *unpacking)
{
	ssize_t some = read_more(unpacking->fd, unpacking->in, CHUNK);

	if (some < 0)
		unpacking->wrong = "it cannot be read";
	else if (!some)
		unpacking->wrong = "it is cut off";
	unpacking->stream.next_in = unpacking->in;
	unpacking->stream.avail_in = some > 0 ? (unsigned int)some : 0;
	return some > 0;
}

static bool is_own_header(const struct unpacking *unpacking)
{
	return unpacking->stream.avail_in > GZIP_HEADER_BYTES &&
	       !memcmp(unpacking->in, gzip_header, sizeof(gzip_header)) &&
	       (unpacking->in[8] == 0 || unpacking->in[8] == 2 || unpacking->in[8] == 4) &&
	       unpacking->in[9] == GZIP_UNIX;
}

static bool unpacking_begin(struct unpacking *unpacking)
{
	if (!fill(unpacking))
		return false;
	if (!is_own_header(unpacking))
		unpacking->wrong = "it is no .tar.gz as bundle writes it";
	else if (inflateInit2(&unpacking->stream, MAX_WBITS + 16) != Z_OK)
		unpacking->wrong = "out of memory";
	return !unpacking->wrong;
}

/* At the end of the compressed data: it must be that of the file. */
static void check_after_end(struct unpacking *unpacking)
{
	unpacking->ended = true;
	if (unpacking->stream.avail_in ||
	    read_more(unpacking->fd, unpacking->in, sizeof(unpacking->in)) != 0)
		unpacking->wrong = "there are bytes behind its end";
}

/* The next bytes of the tar into out; how many, 0 at the end or where something is wrong. */
static size_t unpack(struct unpacking *unpacking)
{
	z_stream *stream = &unpacking->stream;
	size_t length;
	int result = Z_OK;

	stream->next_out = unpacking->out;
	stream->avail_out = CHUNK;
	while (stream->avail_out && result == Z_OK && !unpacking->ended && !unpacking->wrong) {
		if (!stream->avail_in && !fill(unpacking))
			break;
		result = inflate(stream, Z_NO_FLUSH);
	}
	length = CHUNK - stream->avail_out;
	if (result == Z_STREAM_END)
		check_after_end(unpacking);
	else if (result != Z_OK && !unpacking->wrong)
		unpacking->wrong = "its compressed data are damaged";
	if (!unpacking->wrong && length > unpacking->left)
		unpacking->wrong = "it holds more than a bundle may";
	if (unpacking->wrong)
		return 0;
	unpacking->left -= length;
	sha256_update(&unpacking->sum, length, unpacking->out);
	return length;
}

static la_ssize_t on_read(struct archive *archive, void *arg, const void **bytes)
{
	struct unpacking *unpacking = arg;
	size_t length = unpack(unpacking);

	*bytes = unpacking->out;
	if (!unpacking->wrong)
		return (la_ssize_t)length;
	archive_set_error(archive, EINVAL, "%s", unpacking->wrong);
	return ARCHIVE_FATAL;
}

/* The file of @plan that @path is, DIRECTORY/NAME; what is wrong with it is said. */
static struct archive_file *file_of(struct archive_plan *plan, const char *path,
				    struct error *error)
{
	const char *slash = path ? strchr(path, '/') : NULL;
	char directory[ARCHIVE_NAME_BYTES] = "";

	if (slash && slash - path < ARCHIVE_NAME_BYTES)
		memcpy(directory, path, (size_t)(slash - path));
	if (!archive_name_is_plain(directory)) {
		error_cause(error, "a file in it is called %.150s", path ?: "nothing");
		return NULL;
	}
	if (!*plan->directory)
		strcpy(plan->directory, directory);
	for (size_t i = 0; i < plan->files; i++) {
		if (!strcmp(slash + 1, plan->file[i].name) && !strcmp(directory, plan->directory))
			return &plan->file[i];
	}
	error_cause(error, "there is a file in it that no bundle has: %.150s", path);
	return NULL;
}

static int write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t some = write(fd, bytes, length);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0)
			return -errno;
		bytes += some;
		length -= (size_t)some;
	}
	return 0;
}

static int get_data(struct archive *archive, struct archive_file *file, struct error *error)
{
	uint8_t chunk[CHUNK];
	struct sha256_ctx sum;
	la_ssize_t some;
	int err;

	sha256_init(&sum);
	while ((some = archive_read_data(archive, chunk, sizeof(chunk))) > 0) {
		file->bytes += (uint64_t)some;
		if (file->bytes > file->most) {
			error_cause(error, "%s in it is larger than in any bundle", file->name);
			return -EINVAL;
		}
		err = write_all(file->fd, chunk, (size_t)some);
		if (err) {
			error_cause(error, "%s cannot be unpacked: %s", file->name, strerror(-err));
			error_hint(error, "set TMPDIR to a directory with more room");
			return err;
		}
		sha256_update(&sum, (size_t)some, chunk);
	}
	sha256_end(&sum, file->sha256);
	if (some < 0) {
		error_cause(error, "%s in it is damaged: %s", file->name,
			    archive_error_string(archive) ?: "unknown error");
		return -EINVAL;
	}
	return 0;
}

static int get_file(struct archive *archive, struct archive_entry *entry, struct archive_plan *plan,
		    struct error *error)
{
	struct archive_file *file = file_of(plan, archive_entry_pathname(entry), error);

	if (!file)
		return -EINVAL;
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
	    archive_entry_symlink(entry)) {
		error_cause(error, "%s in it is no regular file", file->name);
		return -EINVAL;
	}
	if (*file->sha256) {
		error_cause(error, "%s is in it twice", file->name);
		return -EINVAL;
	}
	if (!archive_entry_size_is_set(entry) || (uint64_t)archive_entry_size(entry) > file->most) {
		error_cause(error, "%s in it is larger than in any bundle", file->name);
		return -EINVAL;
	}
	plan->time_sec = archive_entry_mtime(entry);
	return get_data(archive, file, error);
}

static int get_files(struct archive *archive, struct archive_plan *plan, struct error *error)
{
	struct archive_entry *entry;
	int result, err = 0;

	while (!err && (result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		err = get_file(archive, entry, plan, error);
	if (err)
		return err;
	if (result != ARCHIVE_EOF) {
		error_cause(error, "it is damaged, or no archive: %s",
			    archive_error_string(archive) ?: "unknown error");
		return -EINVAL;
	}
	for (size_t i = 0; i < plan->files; i++) {
		if (!*plan->file[i].sha256) {
			error_cause(error, "%s is not in it", plan->file[i].name);
			return -EINVAL;
		}
	}
	return 0;
}

/* All that is left of the tar; then it must be, byte for byte, the one that its files give. */
static int compare_tar(struct unpacking *unpacking, const struct archive_plan *plan,
		       struct error *error)
{
	char found[SHA256_HEX_BYTES], expected[SHA256_HEX_BYTES];
	int err;

	while (unpack(unpacking))
		;
	if (unpacking->wrong) {
		error_cause(error, "%s", unpacking->wrong);
		return -EINVAL;
	}
	sha256_end(&unpacking->sum, found);
	err = hash(plan, false, expected, error);
	if (!err && strcmp(found, expected)) {
		error_cause(error, "there are bytes in it beside its files that bundle does not "
				   "write: names, order, times, owners or padding were altered");
		err = -EINVAL;
	}
	return err;
}

static int get_with(struct archive *archive, struct unpacking *unpacking, struct archive_plan *plan,
		    struct error *error)
{
	int err;

	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_open(archive, unpacking, NULL, on_read, NULL) != ARCHIVE_OK) {
		error_cause(error, "it is no archive: %s",
			    archive_error_string(archive) ?: "unknown error");
		return -EINVAL;
	}
	err = get_files(archive, plan, error);
	return err ? err : compare_tar(unpacking, plan, error);
}

int archive_get(int fd, struct archive_plan *plan, struct error *error)
{
	struct unpacking *unpacking = calloc(1, sizeof(*unpacking));
	struct archive *archive = archive_read_new();
	int err = -EINVAL;

	if (!unpacking || !archive) {
		free(unpacking);
		archive_read_free(archive);
		return error_no_memory(error);
	}
	unpacking->fd = fd;
	unpacking->left = TAR_OVERHEAD;
	for (size_t i = 0; i < plan->files; i++)
		unpacking->left += plan->file[i].most;
	sha256_init(&unpacking->sum);
	if (unpacking_begin(unpacking))
		err = get_with(archive, unpacking, plan, error);
	else
		error_cause(error, "%s", unpacking->wrong);
	archive_read_free(archive);
	inflateEnd(&unpacking->stream);
	free(unpacking);
	return err;
}
