/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the targets share. A target is one file with LLVMFuzzerTestOneInput(): any bytes are fine,
 * and nothing may come of them but an answer, or an error that says so.
 */
#ifndef VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_H
#define VMCLOCK_TRACE_TESTS_FUZZ_FUZZ_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_pool.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where what is shown goes: it must be made, and nobody looks at it. */
static inline FILE *fuzz_nowhere(void)
{
	static FILE *out;

	if (!out)
		out = fopen("/dev/null", "w");
	CHECK(out);
	return out;
}

/* A file in memory: its descriptor, and a path by which this process can open it. */
struct fuzz_file {
	int fd;
	char path[40];
};

static inline void fuzz_file_set(struct fuzz_file *file, const void *bytes, size_t size)
{
	if (!file->path[0]) {
		file->fd = memfd_create("fuzz", 0);
		CHECK(file->fd >= 0);
		snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
	}
	CHECK(!ftruncate(file->fd, 0));
	CHECK(lseek(file->fd, 0, SEEK_SET) == 0);
	CHECK(write(file->fd, bytes, size) == (ssize_t)size);
	CHECK(lseek(file->fd, 0, SEEK_SET) == 0);
}

/* The first byte, and what is left. */
static inline uint8_t fuzz_byte(const uint8_t **data, size_t *size)
{
	uint8_t byte = *size ? **data : 0;

	if (*size) {
		++*data;
		--*size;
	}
	return byte;
}

/* The first @bytes of what is left into @out, zeros where there are no more. */
static inline void fuzz_take(const uint8_t **data, size_t *size, void *out, size_t bytes)
{
	size_t taken = *size < bytes ? *size : bytes;

	memset(out, 0, bytes);
	memcpy(out, *data, taken);
	*data += taken;
	*size -= taken;
}

#endif
