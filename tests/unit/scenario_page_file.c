// SPDX-License-Identifier: GPL-2.0-or-later
/* sim/page_file.h: a reader that maps the file never takes half an update for a whole one. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "page/seqlock.h"
#include "page_make.h"
#include "sim/page_file.h"

#define READS 100000

static char directory[] = "/tmp/vmclock-page-file.XXXXXX";

/* Each update carries one number in many places. */
static struct page page_of(uint64_t n)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_SEQ_COUNT, 2 * n);
	make_field(&page, PAGE_DISRUPTION_MARKER, n);
	make_field(&page, PAGE_TIME_TYPE, n & 1);
	make_field(&page, PAGE_COUNTER_VALUE, n);
	make_field(&page, PAGE_TIME_SEC, n);
	make_field(&page, PAGE_TIME_FRAC_SEC, ~n);
	make_field(&page, PAGE_VM_GENERATION, n);
	return page;
}

struct writer {
	struct page_file *file;
	atomic_bool stop;
};

static void *write_updates(void *argument)
{
	struct writer *writer = argument;

	for (uint64_t n = 2; !atomic_load(&writer->stop); n++) {
		struct page page = page_of(n);

		page_file_write(writer->file, &page);
		for (volatile uint64_t i = 0; i < n % 64; i++)
			;
	}
	return NULL;
}

static const volatile void *map_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	assert_true(map != MAP_FAILED);
	close(fd);
	return map;
}

static void path_in(char path[64], const char *name)
{
	snprintf(path, 64, "%s/%s", directory, name);
}

static void no_update_is_seen_in_halves(void **state)
{
	struct page first = page_of(1);
	struct writer writer = {.file = NULL};
	struct error error = {.cause = ""};
	const volatile void *map;
	struct page_copy copy;
	pthread_t thread;
	uint64_t last = 0;
	char path[64];

	(void)state;
	path_in(path, "storm");
	assert_int_equal(page_file_create(path, 0, &first, &writer.file, &error), 0);
	map = map_of(path);
	assert_int_equal(pthread_create(&thread, NULL, write_updates, &writer), 0);
	for (int i = 0; i < READS; i++) {
		struct page_wait wait = {.tries = 0, .budget_ns = NSEC_PER_SEC};
		struct page want;

		assert_int_equal(page_copy_mapped(map, 4096, wait, &copy), 0);
		want = page_of(page_get(&copy.page, PAGE_DISRUPTION_MARKER));
		assert_memory_equal(copy.page.bytes, want.bytes, VMCLOCK_ABI_BYTES);
		assert_true(page_get(&copy.page, PAGE_DISRUPTION_MARKER) >= last);
		last = page_get(&copy.page, PAGE_DISRUPTION_MARKER);
	}
	atomic_store(&writer.stop, true);
	pthread_join(thread, NULL);
	munmap((void *)map, 4096);
	page_file_close(writer.file, true);
	assert_int_equal(access(path, F_OK), -1);
}

static void what_is_no_update_is_written_as_it_is(void **state)
{
	struct page page = page_of(1), next = page_of(2), half, seen;
	struct error error = {.cause = ""};
	struct page_file *file;
	const volatile void *map;
	char path[64];

	(void)state;
	path_in(path, "raw");
	assert_int_equal(page_file_create(path, 0, &page, &file, &error), 0);
	map = map_of(path);

	/* Stuck: the sequence count alone. */
	make_field(&next, PAGE_SEQ_COUNT, 3);
	page_file_write(file, &next);
	page_from_bytes(&seen, (const void *)map, VMCLOCK_ABI_BYTES);
	assert_int_equal(page_get(&seen, PAGE_SEQ_COUNT), 3);
	assert_int_equal(page_get(&seen, PAGE_DISRUPTION_MARKER), 1);

	/* Done; then half of another under the same count. */
	next = page_of(2);
	page_file_write(file, &next);
	half = next;
	make_field(&half, PAGE_DISRUPTION_MARKER, 99);
	page_file_write(file, &half);
	page_from_bytes(&seen, (const void *)map, VMCLOCK_ABI_BYTES);
	assert_memory_equal(seen.bytes, half.bytes, VMCLOCK_ABI_BYTES);

	/* Garbage, and a page again. */
	memset(half.bytes, 0xa5, VMCLOCK_ABI_BYTES);
	page_file_write(file, &half);
	page_from_bytes(&seen, (const void *)map, VMCLOCK_ABI_BYTES);
	assert_memory_equal(seen.bytes, half.bytes, VMCLOCK_ABI_BYTES);
	next = page_of(3);
	page_file_write(file, &next);
	page_from_bytes(&seen, (const void *)map, VMCLOCK_ABI_BYTES);
	assert_memory_equal(seen.bytes, next.bytes, VMCLOCK_ABI_BYTES);

	munmap((void *)map, 4096);
	page_file_close(file, false);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

static void a_file_comes_and_goes(void **state)
{
	struct page page = page_of(1);
	struct error error = {.cause = ""};
	struct page_file *file;
	struct stat st;
	char path[64];

	(void)state;
	path_in(path, "hidden");
	assert_int_equal(page_file_create(path, 65536, &page, &file, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 65536);
	assert_int_equal(page_file_hide(file, true, &error), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(page_file_hide(file, true, &error), 0);
	assert_int_equal(page_file_hide(file, false, &error), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(page_file_hide(file, true, &error), 0);
	page_file_close(file, false);
	/* Nothing is left behind under another name. */
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_int_equal(page_file_create(directory, 0, &page, &file, &error), -EEXIST);
	page_file_close(NULL, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_update_is_seen_in_halves),
		cmocka_unit_test(what_is_no_update_is_written_as_it_is),
		cmocka_unit_test(a_file_comes_and_goes),
	};
	int failed;

	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return failed;
}
