// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/btf_merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <bpf/btf.h>

/* The parts of one BTF, in memory that it owns. */
struct parts {
	struct iovec types, strings;
};

static bool take_apart(const struct btf *btf, struct parts *parts)
{
	uint32_t bytes;
	const void *raw = btf__raw_data(btf, &bytes);
	const struct btf_header *header = raw;
	const char *body;

	if (!raw || bytes < sizeof(*header))
		return false;
	body = (const char *)raw + header->hdr_len;
	parts->types = (struct iovec){(void *)(body + header->type_off), header->type_len};
	parts->strings = (struct iovec){(void *)(body + header->str_off), header->str_len};
	return true;
}

/* Returns the file, or -errno. */
static int write_all(const struct iovec *parts, int count)
{
	int file = memfd_create("btf", MFD_CLOEXEC);

	if (file < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (write(file, parts[i].iov_base, parts[i].iov_len) != (ssize_t)parts[i].iov_len) {
			close(file);
			return -EIO;
		}
	}
	return file;
}

/* What is split off counts its types and its strings from where those of its base end. */
int btf_merge(const struct btf *base, const struct btf *split)
{
	struct btf_header header = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(header)};
	struct parts first, second = {0};

	if (!take_apart(base, &first) || (split && !take_apart(split, &second)))
		return -EINVAL;
	header.type_len = (uint32_t)(first.types.iov_len + second.types.iov_len);
	header.str_off = header.type_len;
	header.str_len = (uint32_t)(first.strings.iov_len + second.strings.iov_len);
	return write_all((const struct iovec[]){{&header, sizeof(header)},
						first.types,
						second.types,
						first.strings,
						second.strings},
			 5);
}
