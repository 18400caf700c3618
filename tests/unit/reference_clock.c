// SPDX-License-Identifier: GPL-2.0-or-later
/* event/reference.h, observe/reference_clock.h: what a clock is worth by name, and by the user. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "observe/reference_clock.h"
#include "page_make.h"

static char class_path[] = "/tmp/reference-test.XXXXXX";

static void put_file(const char *folder, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", class_path, folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", class_path, folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	fclose(file);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(class_path))
		return -1;
	put_file("ptp10", "clock_name", "ena-ptp-05");
	put_file("ptp10/device", "phc_error_bound", "15000");
	put_file("ptp0", "clock_name", "vmclock0");
	put_file("ptp1", "clock_name", "KVM virtual PTP");
	put_file("ptp2", "clock_name", "Virtio PTP type 1/variant 0");
	put_file("ptp3", "clock_name", "Virtio PTP type 3/variant 1");
	put_file("ptp4", "clock_name", "any card");
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", class_path);
	return system(command);
}

static void each_is_listed_with_what_its_name_tells(void **state)
{
	struct reference_clocks clocks;

	(void)state;
	reference_clocks_list(class_path, NULL, false, &clocks);
	assert_int_equal(clocks.count, 5);
	assert_string_equal(clocks.clock[0].path, "/dev/ptp1");
	assert_int_equal(clocks.clock[0].reference.kind, REFERENCE_KVM);
	assert_int_equal(clocks.clock[0].scale, SCALE_UTC);
	assert_int_equal(clocks.clock[0].reference.scale_source, SOURCE_NAME);
	assert_false(clocks.clock[0].has_bound);
	assert_int_equal(clocks.clock[1].scale, SCALE_TAI);
	/* Smeared, so neither. */
	assert_int_equal(clocks.clock[2].reference.kind, REFERENCE_VIRTIO_RTC);
	assert_int_equal(clocks.clock[2].scale, SCALE_UNKNOWN);
	assert_int_equal(clocks.clock[3].reference.kind, REFERENCE_OTHER);
	assert_int_equal(clocks.clock[3].reference.scale_source, SOURCE_NONE);
	reference_clocks_list(class_path, NULL, true, &clocks);
	assert_int_equal(clocks.count, 6);
	assert_int_equal(clocks.clock[0].reference.kind, REFERENCE_VMCLOCK);
}

static void a_device_gives_its_bound(void **state)
{
	struct reference_clocks clocks;

	(void)state;
	reference_clocks_list(class_path, NULL, false, &clocks);
	assert_int_equal(clocks.clock[4].reference.number, 10);
	assert_true(clocks.clock[4].has_bound);
	assert_int_equal(clocks.clock[4].bound_ns, 15000);
	assert_int_equal(clocks.clock[4].reference.claim_source, SOURCE_ATTRIBUTE);
}

static void the_user_knows_better(void **state)
{
	struct reference_options options = {0};
	struct reference_clocks clocks;

	(void)state;
	assert_int_equal(reference_options_add("ptp4=tai,+-10us;/dev/ptp1=utc", &options), 0);
	assert_int_equal(reference_options_add("ptp10=utc,\xc2\xb1"
					       "20ns",
					       &options),
			 0);
	reference_clocks_list(class_path, &options, false, &clocks);
	assert_int_equal(clocks.clock[0].reference.scale_source, SOURCE_OPTION);
	assert_int_equal(clocks.clock[3].scale, SCALE_TAI);
	assert_int_equal(clocks.clock[3].bound_ns, 10000);
	assert_int_equal(clocks.clock[3].reference.claim_source, SOURCE_OPTION);
	assert_int_equal(clocks.clock[4].bound_ns, 20);
}

static void what_is_no_option_is_refused(void **state)
{
	static const char *const wrong[] = {"ptp0",	     "ptp0=",	  "ptp=utc",  "ptp0=gps",
					    "ptp0=utc,fast", "ptp0=utc;", "eth0=utc", ""};
	struct reference_options options = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(reference_options_add(wrong[i], &options), -EINVAL);
	assert_int_equal(options.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_listed_with_what_its_name_tells),
		cmocka_unit_test(a_device_gives_its_bound),
		cmocka_unit_test(the_user_knows_better),
		cmocka_unit_test(what_is_no_option_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
