// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/clock_checks.h, firmware.h: what a guest has, by the files of its sysfs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "observe/clock_checks.h"
#include "observe/firmware.h"
#include "page_make.h"

static char root[] = "/tmp/clock-checks-test.XXXXXX";
static char class_path[64];

static void put_file(const char *folder, const char *name, const char *text)
{
	char command[400];

	snprintf(command, sizeof(command), "mkdir -p '%s/%s' && printf '%%s\\n' '%s' >'%s/%s/%s'",
		 root, folder, text, root, folder, name);
	assert_int_equal(system(command), 0);
}

static void remove_bus(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s/bus", root);
	assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	snprintf(class_path, sizeof(class_path), "%s/class", root);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static const struct check *check_of(const struct check *checks, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(checks[i].name, name))
			return &checks[i];
	}
	fail_msg("no check %s", name);
	return checks;
}

static void firmware_lists_by_each_name(void **state)
{
	char how[FIRMWARE_HOW_BYTES];

	(void)state;
	assert_false(firmware_has(root, FIRMWARE_VMCLOCK, how));
	/* By compatible id under any hardware id, as a cloud of its own may have it. */
	put_file("bus/acpi/devices/ABCD0001:00", "modalias", "acpi:ABCD0001:VMCLOCK:");
	assert_true(firmware_has(root, FIRMWARE_VMCLOCK, how));
	assert_string_equal(how, "ACPI ABCD0001:00");
	assert_false(firmware_has(root, FIRMWARE_VMGENID, how));
	put_file("bus/acpi/devices/QEMUVGID:00", "modalias", "acpi:QEMUVGID:VM_GEN_COUNTER:");
	assert_true(firmware_has(root, FIRMWARE_VMGENID, how));
	remove_bus();
	put_file("bus/platform/devices/1f000000.ptp", "modalias", "of:NptpT(null)Camazon,vmclock");
	assert_true(firmware_has(root, FIRMWARE_VMCLOCK, how));
	assert_string_equal(how, "device tree, 1f000000.ptp");
}

static void a_guest_with_the_hosts_clock_is_told_the_line(void **state)
{
	const struct clock_places places = {.sysfs = root, .class = class_path, .dev = root};
	struct check checks[CLOCK_CHECKS];
	size_t count;

	(void)state;
	put_file("class/ptp0", "clock_name", "KVM virtual PTP");
	count = clock_checks(&places, checks);
	assert_non_null(strstr(check_of(checks, count, "ptp_clocks")->text,
			       "/dev/ptp0 (KVM virtual PTP): the host's clock"));
	assert_string_equal(check_of(checks, count, "chrony")->hint,
			    "refclock PHC /dev/ptp0 poll 0 dpoll -2 refid KVM");
	assert_int_equal(check_of(checks, count, "virtio_rtc")->state, CHECK_OK);
	/* A virtio clock without a driver is worth a hint. */
	put_file("bus/virtio/devices/virtio3", "device", "0x0011");
	count = clock_checks(&places, checks);
	assert_int_equal(check_of(checks, count, "virtio_rtc")->state, CHECK_WARN);
	put_file("class/ptp1", "clock_name", "Virtio PTP type 1/variant 0");
	count = clock_checks(&places, checks);
	assert_int_equal(check_of(checks, count, "virtio_rtc")->state, CHECK_OK);
}

static void a_clockbound_of_another_version_is_there(void **state)
{
	static const char segment[] = "\x4e\x5a\x4d\x41\x00\x02\x42\x43";
	char path[] = "/tmp/clock_checks.XXXXXX", bytes[104] = {0};
	const struct clock_places places = {
		.sysfs = root, .class = class_path, .dev = root, .clockbound = path};
	struct check checks[CLOCK_CHECKS];
	const struct check *check;
	int fd = mkstemp(path);

	(void)state;
	/* The daemon's magic, in a layout that serves protocols 4 to 5. */
	memcpy(bytes, segment, 8);
	bytes[12] = 4;
	bytes[13] = 5;
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	check = check_of(checks, clock_checks(&places, checks), "clockbound");
	assert_int_equal(check->state, CHECK_WARN);
	assert_non_null(strstr(check->text, "of a protocol that is not known here"));
	close(fd);
	unlink(path);
	check = check_of(checks, clock_checks(&places, checks), "clockbound");
	assert_int_equal(check->state, CHECK_OK);
	assert_string_equal(check->text, "not there");
}

static void a_host_that_publishes_its_clock_says_where(void **state)
{
	const struct clock_places places = {.sysfs = root, .class = class_path, .dev = root};
	struct check checks[CLOCK_CHECKS];
	size_t count = clock_checks(&places, checks);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_string_not_equal(checks[i].name, "vmclock_host");
	put_file(".", "vmclock_host", "a page");
	count = clock_checks(&places, checks);
	assert_int_equal(check_of(checks, count, "vmclock_host")->state, CHECK_OK);
	assert_non_null(strstr(check_of(checks, count, "vmclock_host")->text,
			       "--device /dev/vmclock_host"));
}

static void chrony_takes_no_clock_whose_scale_is_not_known(void **state)
{
	struct reference_clock clock = {.path = "/dev/ptp4", .scale = SCALE_UNKNOWN};
	char line[CHRONY_LINE_BYTES];

	(void)state;
	assert_false(chrony_line(&clock, line));
	clock.scale = SCALE_TAI;
	assert_true(chrony_line(&clock, line));
	assert_string_equal(line, "refclock PHC /dev/ptp4 poll 0 dpoll -2 tai refid PHC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firmware_lists_by_each_name),
		cmocka_unit_test(a_guest_with_the_hosts_clock_is_told_the_line),
		cmocka_unit_test(a_clockbound_of_another_version_is_there),
		cmocka_unit_test(a_host_that_publishes_its_clock_says_where),
		cmocka_unit_test(chrony_takes_no_clock_whose_scale_is_not_known),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
