// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/page_file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"

#define PAGE_BYTES 4096
#define WORDS	   (VMCLOCK_ABI_BYTES / 8)
#define HEAD_WORD  1 /* 0x08: version, counter_id, time_type, and above them seq_count */

struct page_file {
	char *path;
	char *hidden_path; /* also its name while it is made */
	bool hidden;
	size_t bytes;
	volatile uint64_t *map;
};

static void paths_free(struct page_file *file)
{
	free(file->path);
	free(file->hidden_path);
	free(file);
}

/* The path, and beside it one in the same directory, so that rename() can go between them. */
static struct page_file *paths_make(const char *path)
{
	struct page_file *file = calloc(1, sizeof(*file));
	const char *slash = strrchr(path, '/');
	int directory = slash ? (int)(slash + 1 - path) : 0;

	if (!file)
		return NULL;
	file->path = strdup(path);
	if (asprintf(&file->hidden_path, "%.*s.%s.%ld", directory, path, path + directory,
		     (long)getpid()) < 0)
		file->hidden_path = NULL;
	if (file->path && file->hidden_path)
		return file;
	paths_free(file);
	return NULL;
}

/*
 * Memory of this machine, for a guest whose hypervisor keeps the page in plain memory: its driver
 * then serves what is written here. It is asked for by address, so never by mistake.
 */
static int map_physical(struct page_file *file, uint64_t address)
{
	/* Without O_SYNC, so cached: as the driver maps it. */
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	void *map;
	int err = 0;

	if (fd < 0)
		return -errno;
	map = mmap(NULL, file->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)address);
	if (map == MAP_FAILED)
		err = -errno;
	close(fd);
	if (!err)
		file->map = map;
	return err;
}

static int create_physical(const char *path, const struct page *page, struct page_file **out,
			   struct error *error)
{
	struct page_file *file = calloc(1, sizeof(*file));
	uint64_t address;
	int err = file ? 0 : -ENOMEM;

	if (!err && (parse_u64(path, &address) || address % PAGE_BYTES))
		err = -EINVAL;
	if (!err) {
		file->bytes = PAGE_BYTES;
		err = map_physical(file, address);
	}
	if (err) {
		error_cause(error, "memory at %s cannot be mapped: %s", path, strerror(-err));
		error_hint(error,
			   "mem: wants the address of a page, as in mem:0xfeffb000, root, and "
			   "a kernel that lets /dev/mem be written there");
		free(file);
		return err;
	}
	page_file_write(file, page);
	*out = file;
	return 0;
}

/* A device node may be in use as a clock, and a directory is not a file. */
static int check_target(const char *path, struct error *error)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	error_cause(error, "%s is there, and no regular file", path);
	error_hint(error, "name a file; a real device is never written to");
	return -EEXIST;
}

static int map_new(struct page_file *file, const struct page *page)
{
	int fd = open(file->hidden_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	void *map;
	int err = 0;

	if (fd < 0)
		return -errno;
	map = MAP_FAILED;
	if (ftruncate(fd, (off_t)file->bytes) == 0)
		map = mmap(NULL, file->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err = -errno;
	close(fd);
	if (err) {
		unlink(file->hidden_path);
		return err;
	}
	memcpy(map, page->bytes, sizeof(page->bytes));
	file->map = map;
	return 0;
}

int page_file_create(const char *path, size_t bytes, const struct page *page,
		     struct page_file **out, struct error *error)
{
	struct page_file *file;
	int err;

	if (!strncmp(path, PAGE_FILE_MEMORY, strlen(PAGE_FILE_MEMORY)))
		return create_physical(path + strlen(PAGE_FILE_MEMORY), page, out, error);
	err = check_target(path, error);
	if (err)
		return err;
	file = paths_make(path);
	if (!file)
		return -ENOMEM;
	file->bytes = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	if (file->bytes == 0)
		file->bytes = PAGE_BYTES;
	err = map_new(file, page);
	if (!err && rename(file->hidden_path, path)) {
		err = -errno;
		unlink(file->hidden_path);
		munmap((void *)file->map, file->bytes);
	}
	if (err) {
		error_cause(error, "%s: %s", path, strerror(-err));
		error_hint(error, "name a file in a directory that you may write to, such as "
				  "/dev/shm/vmclock0");
		paths_free(file);
		return err;
	}
	*out = file;
	return 0;
}

static uint64_t word_of(const struct page *page, unsigned int word)
{
	uint64_t value;

	memcpy(&value, page->bytes + 8 * word, sizeof(value));
	return value;
}

static uint32_t seq_of(uint64_t head)
{
	return (uint32_t)(le64toh(head) >> 32);
}

static uint64_t with_seq(uint64_t head, uint32_t seq)
{
	return htole64((le64toh(head) & UINT32_MAX) | (uint64_t)seq << 32);
}

/* All but the head, each word by one store, so that no reader sees half a field. */
static void write_fields(struct page_file *file, const struct page *page)
{
	for (unsigned int word = 0; word < WORDS; word++) {
		if (word != HEAD_WORD)
			file->map[word] = word_of(page, word);
	}
}

/*
 * The release fence orders the odd seq_count before the fields, the release store the even one
 * after them, as readers of the seqlock need. Free on x86, DMB ISH and STLR on arm64.
 */
static void write_update(struct page_file *file, const struct page *page)
{
	volatile uint64_t *head = &file->map[HEAD_WORD];
	uint64_t done = word_of(page, HEAD_WORD);

	*head = with_seq(*head, seq_of(*head) | 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	write_fields(file, page);
	*head = with_seq(done, seq_of(*head));
	__atomic_store_n(head, done, __ATOMIC_RELEASE);
}

void page_file_write(struct page_file *file, const struct page *page)
{
	volatile uint64_t *head = &file->map[HEAD_WORD];
	uint32_t seq = seq_of(word_of(page, HEAD_WORD));

	if (page_mode(page) == PAGE_INVALID || seq == seq_of(*head)) {
		write_fields(file, page);
		*head = word_of(page, HEAD_WORD);
	} else if (seq & 1) {
		*head = with_seq(*head, seq);
	} else {
		write_update(file, page);
	}
}

int page_file_hide(struct page_file *file, bool hidden, struct error *error)
{
	const char *from = hidden ? file->path : file->hidden_path;
	const char *to = hidden ? file->hidden_path : file->path;
	int err;

	if (hidden == file->hidden)
		return 0;
	if (!file->path) {
		error_cause(error, "memory cannot go away as a file can");
		error_hint(error, "play scenarios with 'gone' into a file");
		return -ENOTSUP;
	}
	if (rename(from, to)) {
		err = -errno;
		error_cause(error, "%s: %s", from, strerror(-err));
		return err;
	}
	file->hidden = hidden;
	return 0;
}

void page_file_close(struct page_file *file, bool remove)
{
	if (!file)
		return;
	munmap((void *)file->map, file->bytes);
	/* An unlinked file would be useless. */
	if (file->path && (remove || file->hidden))
		unlink(file->hidden ? file->hidden_path : file->path);
	paths_free(file);
}
