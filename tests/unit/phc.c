// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/phc.h and judge/scale_inference.h: the right clock is found, and its scale. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "judge/scale_inference.h"
#include "observe/phc.h"

/* A class directory as sysfs has it. */
static char class_path[] = "/tmp/phc-test.XXXXXX";

static void put_clock(const char *node, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", class_path, node);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%s/clock_name", class_path, node);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", name);
	fclose(file);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(class_path))
		return -1;
	put_clock("ptp0", "KVM virtual PTP");
	put_clock("ptp1", "vmclock10");
	put_clock("ptp12", "vmclock1");
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", class_path);
	return system(command);
}

static void finds_by_the_whole_name(void **state)
{
	char path[PHC_PATH_BYTES] = "untouched";

	(void)state;
	assert_int_equal(phc_find_by_name(class_path, "vmclock0", path), -ENOENT);
	assert_string_equal(path, "untouched");
	assert_int_equal(phc_find_by_name(class_path, "vmclock1", path), 0);
	assert_string_equal(path, "/dev/ptp12");
	assert_int_equal(phc_find_by_name(class_path, "vmclock10", path), 0);
	assert_string_equal(path, "/dev/ptp1");
}

static void finds_any_vmclock_but_no_other(void **state)
{
	char path[PHC_PATH_BYTES];

	(void)state;
	assert_int_equal(phc_find_by_name(class_path, NULL, path), 0);
	assert_string_not_equal(path, "/dev/ptp0");
	assert_int_equal(phc_find_by_name("/nonexistent", NULL, path), -ENOENT);
}

static void refuses_what_is_no_vmclock(void **state)
{
	char path[PHC_PATH_BYTES] = "untouched";
	struct error error;
	struct phc *phc = NULL;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(phc_find(null, path), -ENOTTY);
	assert_int_equal(phc_find(file, path), -ENOTTY);
	assert_string_equal(path, "untouched");
	assert_int_equal(phc_open(file, &phc, &error), -ENOTTY);
	assert_null(phc);
	assert_string_not_equal(error.cause, "");
	assert_int_equal(phc_open(file, &phc, NULL), -ENOTTY);
	phc_close(NULL);
	close(null);
	close(file);
}

static void scale_is_the_nearer_one(void **state)
{
	struct page_time page = {
		.has_utc = true,
		.has_tai = true,
		.utc = {.sec = 1800000000},
		.tai = {.sec = 1800000037},
	};

	(void)state;
	assert_int_equal(clock_scale_by_page((struct instant){1800000000, 5}, &page), SCALE_UTC);
	assert_int_equal(clock_scale_by_page((struct instant){1800000036, 0}, &page), SCALE_TAI);
	assert_int_equal(clock_scale_by_page((struct instant){1800000010, 0}, &page),
			 SCALE_UNKNOWN);
	assert_int_equal(clock_scale_by_page((struct instant){INT64_MIN, 0}, &page), SCALE_UNKNOWN);
	assert_int_equal(clock_scale_nearest((struct instant){1800000018, 0}, &page), SCALE_UTC);
	assert_int_equal(clock_scale_nearest((struct instant){1800000074, 0}, &page), SCALE_TAI);
	assert_int_equal(clock_scale_nearest((struct instant){INT64_MIN, 0}, &page), SCALE_UTC);
	page.has_tai = false;
	assert_int_equal(clock_scale_nearest((struct instant){1800000074, 0}, &page), SCALE_UTC);
	assert_int_equal(clock_scale_by_page((struct instant){1800000037, 0}, &page),
			 SCALE_UNKNOWN);
	page.has_utc = false;
	assert_int_equal(clock_scale_nearest((struct instant){1800000000, 0}, &page),
			 SCALE_UNKNOWN);
	assert_string_equal(clock_scale_name(SCALE_UNKNOWN), "unknown");
	assert_string_equal(clock_scale_name(SCALE_TAI), "TAI");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_the_whole_name),
		cmocka_unit_test(finds_any_vmclock_but_no_other),
		cmocka_unit_test(refuses_what_is_no_vmclock),
		cmocka_unit_test(scale_is_the_nearer_one),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
