// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/driver_config.h: what a kernel's configuration says of the driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "observe/driver_config.h"

/* Of @text packed, of which the last @cut bytes are missing. */
static enum driver_config config_of(const char *text, const char *mode, long cut)
{
	char path[] = "/tmp/driver_config.XXXXXX";
	enum driver_config config;
	gzFile file;
	FILE *plain;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	file = gzopen(path, mode);
	assert_int_equal(gzputs(file, text), strlen(text));
	gzclose(file);
	plain = fopen(path, "rb+");
	fseek(plain, -cut, SEEK_END);
	assert_int_equal(ftruncate(fileno(plain), ftell(plain)), 0);
	fclose(plain);
	config = driver_config_read(path);
	unlink(path);
	return config;
}

static void says_what_is_built(void **state)
{
	static const char *const modes[] = {"wb", "wbT"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(config_of("CONFIG_PTP_1588_CLOCK=y\n"
					   "CONFIG_PTP_1588_CLOCK_VMCLOCK=m\n",
					   modes[i], 0),
				 DRIVER_CONFIG_MODULE);
		assert_int_equal(config_of("CONFIG_PTP_1588_CLOCK_VMCLOCK=y\n", modes[i], 0),
				 DRIVER_CONFIG_BUILT_IN);
		assert_int_equal(config_of("CONFIG_PTP_1588_CLOCK=y\n"
					   "# CONFIG_PTP_1588_CLOCK_VMCLOCK is not set\n",
					   modes[i], 0),
				 DRIVER_CONFIG_NOT_BUILT);
		/* A kernel from before it does not name it. */
		assert_int_equal(config_of("CONFIG_PTP_1588_CLOCK_KVM=m\n", modes[i], 0),
				 DRIVER_CONFIG_NOT_BUILT);
		assert_int_equal(config_of("", modes[i], 0), DRIVER_CONFIG_UNKNOWN);
	}
	assert_int_equal(driver_config_read("/nonexistent"), DRIVER_CONFIG_UNKNOWN);
}

static void half_a_file_says_nothing(void **state)
{
	(void)state;
	assert_int_equal(
		config_of("CONFIG_PTP_1588_CLOCK=y\nCONFIG_PTP_1588_CLOCK_KVM=m\n", "wb", 12),
		DRIVER_CONFIG_UNKNOWN);
}

/* No module is loaded that the kernel was not built with: by a configuration of a stand-in. */
static void no_modprobe_where_it_is_not_built(void **state)
{
	char hint[DRIVER_HINT_BYTES];

	(void)state;
	driver_hint_by(config_of("CONFIG_PTP_1588_CLOCK=y\n"
				 "# CONFIG_PTP_1588_CLOCK_VMCLOCK is not set\n",
				 "wb", 0),
		       "/boot/config-6.1.0", hint);
	assert_null(strstr(hint, "modprobe"));
	assert_non_null(strstr(hint, "in /boot/config-6.1.0"));
	driver_hint_by(config_of("CONFIG_PTP_1588_CLOCK_VMCLOCK=m\n", "wb", 0), "/proc/config.gz",
		       hint);
	assert_non_null(strstr(hint, "sudo modprobe ptp_vmclock"));
}

/* This machine's own, whatever it is: the two never contradict each other. */
static void advice_is_by_the_configuration(void **state)
{
	enum driver_config config = driver_config_read("/proc/config.gz");
	char hint[DRIVER_HINT_BYTES];

	(void)state;
	driver_hint(hint);
	if (config == DRIVER_CONFIG_NOT_BUILT)
		assert_null(strstr(hint, "modprobe"));
	else if (config != DRIVER_CONFIG_UNKNOWN)
		assert_non_null(strstr(hint, "modprobe"));
	assert_true(strlen(hint) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_built),
		cmocka_unit_test(half_a_file_says_nothing),
		cmocka_unit_test(no_modprobe_where_it_is_not_built),
		cmocka_unit_test(advice_is_by_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
