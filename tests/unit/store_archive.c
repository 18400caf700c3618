// SPDX-License-Identifier: GPL-2.0-or-later
/* bundle/archive.h: what is written is read, the same each time; bounds hold; noise is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "bundle/archive.h"

#define FILES 3

static const char *const names[FILES] = {"a", "b.txt", "c"};

static int memory(void)
{
	int fd = memfd_create("test", 0);

	assert_true(fd >= 0);
	return fd;
}

/* An empty plan to read into, each file of at most @most bytes. */
static void begin(struct archive_plan *plan, struct archive_file file[FILES], uint64_t most)
{
	*plan = (struct archive_plan){.file = file, .files = FILES};
	for (int i = 0; i < FILES; i++)
		file[i] = (struct archive_file){.name = names[i], .most = most, .fd = memory()};
}

/* Of sizes at and about a block and a chunk, the first empty. */
static void fill(struct archive_plan *plan, struct archive_file file[FILES], size_t bytes)
{
	begin(plan, file, 0);
	strcpy(plan->directory, "top");
	plan->time_sec = 1767225600;
	for (int i = 1; i < FILES; i++) {
		uint8_t *data = malloc(bytes + 1);

		for (size_t at = 0; at < bytes; at++)
			data[at] = (uint8_t)(at * 7 / (size_t)i);
		file[i].bytes = bytes;
		assert_int_equal(write(file[i].fd, data, bytes), bytes);
		sha256_hex(data, bytes, file[i].sha256);
		free(data);
	}
	sha256_hex("", 0, file[0].sha256);
}

static void release(struct archive_file file[FILES])
{
	for (int i = 0; i < FILES; i++)
		close(file[i].fd);
}

static int put(size_t bytes, struct archive_plan *plan, struct archive_file file[FILES])
{
	struct error error = {0};
	int fd = memory();

	fill(plan, file, bytes);
	assert_int_equal(archive_put(fd, plan, &error), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void there_and_back(void **state)
{
	static const size_t sizes[] = {0, 1, 511, 512, 513, 65535, 65536, 65537, 1000000};

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		struct archive_file from[FILES], to[FILES];
		struct archive_plan written, found;
		struct error error = {0};
		int fd = put(sizes[n], &written, from);

		begin(&found, to, sizes[n]);
		assert_int_equal(archive_get(fd, &found, &error), 0);
		assert_string_equal(found.directory, "top");
		assert_int_equal(found.time_sec, 1767225600);
		for (int i = 0; i < FILES; i++) {
			assert_int_equal(to[i].bytes, from[i].bytes);
			assert_string_equal(to[i].sha256, from[i].sha256);
		}
		release(from);
		release(to);
		close(fd);
	}
}

static void hash_is_that_of_the_file(void **state)
{
	char hex[SHA256_HEX_BYTES], expected[SHA256_HEX_BYTES];
	struct archive_file from[FILES];
	struct archive_plan written;
	struct error error = {0};
	static uint8_t bytes[100000];
	int fd = put(70000, &written, from);
	ssize_t length = read(fd, bytes, sizeof(bytes));

	(void)state;
	assert_true(length > 0 && length < (ssize_t)sizeof(bytes));
	sha256_hex(bytes, (size_t)length, expected);
	assert_int_equal(archive_hash(&written, hex, &error), 0);
	assert_string_equal(hex, expected);
	release(from);
	close(fd);
}

static void refused(int fd, uint64_t most)
{
	struct archive_file to[FILES];
	struct archive_plan found;
	struct error error = {0};

	begin(&found, to, most);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(archive_get(fd, &found, &error), -EINVAL);
	assert_true(*error.cause);
	for (int i = 0; i < FILES; i++)
		assert_true(lseek(to[i].fd, 0, SEEK_END) <= (off_t)most);
	release(to);
}

static void bounded(void **state)
{
	struct archive_file from[FILES];
	struct archive_plan written;
	int fd = put(5000, &written, from);

	(void)state;
	refused(fd, 4999);
	refused(fd, 0);
	release(from);
	close(fd);
}

/* Each byte of a small one, each bit of it. */
static void noise(void **state)
{
	struct archive_file from[FILES];
	struct archive_plan written;
	int fd = put(700, &written, from);
	off_t length = lseek(fd, 0, SEEK_END);
	uint64_t found = 0, all = 0;

	(void)state;
	assert_true(length > 100);
	for (off_t at = 0; at < length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			struct archive_file to[FILES];
			struct archive_plan plan;
			uint8_t byte, altered;

			begin(&plan, to, 700);
			assert_int_equal(pread(fd, &byte, 1, at), 1);
			altered = byte ^ (uint8_t)(1 << bit);
			assert_int_equal(pwrite(fd, &altered, 1, at), 1);
			assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
			if (archive_get(fd, &plan, NULL)) {
				found++;
			} else {
				/* What is accepted has the very files. */
				for (int i = 0; i < FILES; i++)
					assert_string_equal(to[i].sha256, from[i].sha256);
			}
			all++;
			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
			release(to);
		}
	}
	/*
	 * Some bits of how it is packed make no difference to what it holds: archive_hash() tells.
	 */
	assert_true(all - found < all / 50);
	release(from);
	close(fd);
}

static void plain_names(void **state)
{
	static const char *const wrong[] = {"",	   ".",	   "..",   "-x",      "a/b",
					    "a b", "\xff", "a\nb", ".hidden", "a\\b"};
	char text[ARCHIVE_NAME_BYTES + 1];

	(void)state;
	assert_true(archive_name_is_plain("clock-incident-1.a_B"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(archive_name_is_plain(wrong[i]));
	memset(text, 'a', sizeof(text));
	text[ARCHIVE_NAME_BYTES] = '\0';
	assert_false(archive_name_is_plain(text));
	text[ARCHIVE_NAME_BYTES - 1] = '\0';
	assert_true(archive_name_is_plain(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(hash_is_that_of_the_file),
		cmocka_unit_test(bounded),	  cmocka_unit_test(noise),
		cmocka_unit_test(plain_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
