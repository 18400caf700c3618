// SPDX-License-Identifier: GPL-2.0-or-later
#include "bundle/bundle_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK (64u << 10)

int bundle_file_of(const char *bytes, size_t length, char sha256[SHA256_HEX_BYTES])
{
	int fd = memfd_create("bundle", MFD_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	for (size_t at = 0; at < length;) {
		ssize_t some = write(fd, bytes + at, length - at);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0) {
			err = -errno;
			close(fd);
			return err;
		}
		at += (size_t)some;
	}
	sha256_hex(bytes, length, sha256);
	return fd;
}

int bundle_file_hash(int fd, uint64_t *bytes, char sha256[SHA256_HEX_BYTES])
{
	uint8_t chunk[CHUNK];
	struct sha256_ctx sum;
	ssize_t some;

	*bytes = 0;
	sha256_init(&sum);
	while ((some = pread(fd, chunk, sizeof(chunk), (off_t)*bytes)) > 0) {
		sha256_update(&sum, (size_t)some, chunk);
		*bytes += (uint64_t)some;
	}
	sha256_end(&sum, sha256);
	return some < 0 ? -errno : 0;
}

int bundle_file_is(int fd, const char *bytes, size_t length)
{
	char chunk[4096];
	size_t at = 0;
	ssize_t some;

	while ((some = pread(fd, chunk, sizeof(chunk), (off_t)at)) > 0) {
		if ((size_t)some > length - at || memcmp(chunk, bytes + at, (size_t)some))
			return 0;
		at += (size_t)some;
	}
	return some == 0 && at == length;
}
