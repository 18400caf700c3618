// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers on files that nobody would call a page: an answer each time, no hang, no crash. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe/page_reader.h"
#include "page/now.h"
#include "page_make.h"

static const struct page_wait one_try;
static const enum page_via both[] = {PAGE_VIA_MMAP, PAGE_VIA_READ};
static char directory[] = "/tmp/page_reader.XXXXXX";
static char path[sizeof(directory) + 16];

static void write_file(const void *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static struct page_reader *open_reader(enum page_via via)
{
	struct page_reader *reader = NULL;

	assert_int_equal(page_reader_open(path, via, &reader, NULL), 0);
	return reader;
}

static void a_page_by_both_ways(void **state)
{
	const struct page page = make_full_page();

	(void)state;
	write_file(page.bytes, sizeof(page.bytes));
	for (size_t i = 0; i < 2; i++) {
		struct page_reader *reader = open_reader(both[i]);
		struct page_copy copy;

		assert_int_equal(page_reader_via(reader), both[i]);
		assert_false(page_reader_is_device(reader));
		assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
		assert_memory_equal(&copy.page, &page, sizeof(page));
		assert_true(copy.counter_before <= copy.counter_after);
		assert_int_equal(page_reader_map(reader) != NULL, both[i] == PAGE_VIA_MMAP);
		page_reader_close(reader);
	}
	page_reader_close(NULL);
}

static void files_of_every_length(void **state)
{
	static const size_t lengths[] = {0, 1, 15, 31, 32, 111, 112, 113, 4096, 65536};
	static uint8_t bytes[65536];
	const struct page page = make_full_page();

	(void)state;
	memcpy(bytes, page.bytes, sizeof(page.bytes));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t there = lengths[i] < sizeof(page.bytes) ? lengths[i] : sizeof(page.bytes);

		write_file(bytes, lengths[i]);
		for (size_t k = 0; k < 2; k++) {
			struct page_reader *reader = open_reader(both[k]);
			struct page_copy copy;

			assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
			assert_int_equal(copy.page.length, there);
			assert_memory_equal(copy.page.bytes, page.bytes, there);
			page_reader_close(reader);
		}
	}
}

static void random_bytes(void **state)
{
	unsigned int seed = 3;
	uint8_t bytes[300];

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)rand_r(&seed);
		write_file(bytes, (size_t)rand_r(&seed) % sizeof(bytes));
		for (size_t k = 0; k < 2; k++) {
			struct page_reader *reader = open_reader(both[k]);
			struct page_copy copy;

			assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
			assert_int_equal(page_mode(&copy.page), PAGE_INVALID);
			page_reader_close(reader);
		}
	}
}

/* Of the last refusal. */
static struct error said;

static void refused(const char *what, enum page_via via, int expected, const char *cause)
{
	struct page_reader *reader = (void *)1;

	assert_int_equal(page_reader_open(what, via, &reader, &said), expected);
	assert_ptr_equal(reader, (void *)1);
	assert_non_null(strstr(said.cause, cause));
	assert_true(*said.hint);
}

static void what_can_hold_no_page(void **state)
{
	char fifo[sizeof(path) + 8];

	(void)state;
	refused(directory, PAGE_VIA_AUTO, -EISDIR, "is a directory");
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	alarm(10); /* a reader that waits for a writer would never come back */
	refused(fifo, PAGE_VIA_AUTO, -EINVAL, "is a FIFO");
	refused(fifo, PAGE_VIA_MMAP, -EINVAL, "is a FIFO");
	alarm(0);
	unlink(fifo);
	refused("/no/such/file", PAGE_VIA_READ, -ENOENT, "No such file");
	if (access("/dev/vmclock0", F_OK) != 0)
		refused(NULL, PAGE_VIA_AUTO, -ENODEV, "no /dev/vmclock");
}

/* root may read everything, so this is the one test that needs to be somebody else. */
static void a_file_of_others(void **state)
{
	const struct page page = make_full_page();

	(void)state;
	write_file(page.bytes, sizeof(page.bytes));
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() == 0) {
		assert_int_equal(chmod(directory, 0755), 0);
		assert_int_equal(seteuid(65534), 0);
	}
	refused(path, PAGE_VIA_AUTO, -EACCES, "Permission denied");
	assert_non_null(strstr(said.hint, "join the group clock")); /* as contrib/udev has it */
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	unlink(path);
}

static void devices_that_are_no_vmclock(void **state)
{
	static const char *const devices[] = {"/dev/zero", "/dev/null", "/dev/urandom"};

	(void)state;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		struct page_reader *reader;
		struct page_copy copy;

		assert_int_equal(page_reader_open(devices[i], PAGE_VIA_AUTO, &reader, NULL), 0);
		assert_true(page_reader_is_device(reader));
		assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
		assert_int_equal(page_mode(&copy.page), PAGE_INVALID);
		page_reader_close(reader);
	}
}

static void a_file_cut_off_while_mapped(void **state)
{
	const struct page page = make_full_page();
	struct page_reader *reader;
	struct page_copy copy;
	struct page_now now;
	struct error error;

	(void)state;
	write_file(page.bytes, sizeof(page.bytes));
	reader = open_reader(PAGE_VIA_MMAP);
	assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
	assert_int_equal(page_now(page_reader_map(reader), &now), 0);

	/* The fast path touches the lost page first: no SIGBUS, and no time either. */
	assert_int_equal(truncate(path, 0), 0);
	assert_true(page_now(page_reader_map(reader), &now) < 0);
	assert_int_equal(page_reader_copy(reader, one_try, &copy, NULL), 0);
	assert_int_equal(copy.page.length, 0);

	/* The file comes back, and with it the mapping, at the same address. */
	write_file(page.bytes, sizeof(page.bytes));
	assert_int_equal(page_reader_copy(reader, one_try, &copy, &error), 0);
	assert_memory_equal(&copy.page, &page, sizeof(page));
	assert_int_equal(page_now(page_reader_map(reader), &now), 0);

	/* Shorter, but not by a page of memory: zeros, which must not count. */
	assert_int_equal(truncate(path, 0x40), 0);
	assert_int_equal(page_reader_copy(reader, one_try, &copy, &error), 0);
	assert_int_equal(copy.page.length, 0x40);
	page_reader_close(reader);
}

/* A file that is cut off and restored all the time, while it is read. */
static atomic_bool stop;

static void *cut_thread(void *argument)
{
	const struct page *page = argument;
	int fd = open(path, O_WRONLY);

	while (!atomic_load(&stop)) {
		if (ftruncate(fd, 0) || pwrite(fd, page->bytes, sizeof(page->bytes), 0) < 0)
			break;
	}
	close(fd);
	return NULL;
}

static void a_file_cut_off_at_any_moment(void **state)
{
	struct page page = make_full_page();
	struct page_copy copy;
	pthread_t thread;

	(void)state;
	write_file(page.bytes, sizeof(page.bytes));
	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, cut_thread, &page), 0);
	for (int i = 0; i < 40000; i++) {
		struct page_reader *reader = open_reader(both[i % 2]);
		int err = page_reader_copy(reader, one_try, &copy, NULL);

		assert_true(err == 0 || err == -EIO || err == -ETIMEDOUT);
		/* What is given as a clock is the clock: never one with some fields zeroed. */
		if (err == 0 && page_mode(&copy.page) == PAGE_FULL)
			assert_memory_equal(copy.page.bytes, page.bytes, copy.page.length);
		page_reader_close(reader);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
}

/* A writer of a plain file that keeps the rules, by pwrite(). */
static void *seqlock_thread(void *argument)
{
	struct page page = *(const struct page *)argument;
	int fd = open(path, O_WRONLY);

	for (uint32_t n = 0; !atomic_load(&stop); n++) {
		uint32_t odd = 2 * n + 1, even = 2 * n + 2;

		make_field(&page, PAGE_SEQ_COUNT, odd);
		make_field(&page, PAGE_DISRUPTION_MARKER, n);
		make_field(&page, PAGE_TIME_SEC, n);
		if (pwrite(fd, &odd, 4, 0x0c) != 4 ||
		    pwrite(fd, page.bytes + 0x10, 0x30, 0x10) != 0x30 ||
		    pwrite(fd, page.bytes + 0x40, 0x30, 0x40) != 0x30 ||
		    pwrite(fd, &even, 4, 0x0c) != 4)
			break;
	}
	close(fd);
	return NULL;
}

static void a_file_under_update(void **state)
{
	const struct page_wait wait = {.budget_ns = PAGE_WAIT_DRIVER_NS};
	struct page page = make_full_page();
	size_t whole = 0;
	pthread_t thread;

	(void)state;
	make_field(&page, PAGE_TIME_SEC, 0);
	make_field(&page, PAGE_DISRUPTION_MARKER, 0);
	write_file(page.bytes, sizeof(page.bytes));
	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, seqlock_thread, &page), 0);
	for (int i = 0; i < 20000; i++) {
		struct page_reader *reader = open_reader(both[i % 2]);
		struct page_copy copy;
		int err = page_reader_copy(reader, i % 4 < 2 ? wait : one_try, &copy, NULL);

		assert_int_equal(err, copy.torn ? -ETIMEDOUT : 0);
		if (!copy.torn) {
			assert_int_equal(page_get(&copy.page, PAGE_DISRUPTION_MARKER),
					 page_get(&copy.page, PAGE_TIME_SEC));
			whole++;
		}
		page_reader_close(reader);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	assert_true(whole > 1000);
}

/* Somebody else's SIGBUS goes where it went before. */
static sigjmp_buf caught;

static void on_other_sigbus(int signal_number)
{
	(void)signal_number;
	siglongjmp(caught, 1);
}

static void a_sigbus_that_is_not_ours(void **state)
{
	const struct page page = make_full_page();
	struct page_reader *reader;

	(void)state;
	signal(SIGBUS, on_other_sigbus);
	write_file(page.bytes, sizeof(page.bytes));
	reader = open_reader(PAGE_VIA_MMAP);
	if (sigsetjmp(caught, 1) == 0) {
		raise(SIGBUS);
		fail_msg("the signal was swallowed");
	}
	page_reader_close(reader);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/page", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_by_both_ways),
		cmocka_unit_test(files_of_every_length),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(what_can_hold_no_page),
		cmocka_unit_test(a_file_of_others),
		cmocka_unit_test(devices_that_are_no_vmclock),
		cmocka_unit_test(a_file_cut_off_while_mapped),
		cmocka_unit_test(a_file_cut_off_at_any_moment),
		cmocka_unit_test(a_file_under_update),
		cmocka_unit_test(a_sigbus_that_is_not_ours),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
