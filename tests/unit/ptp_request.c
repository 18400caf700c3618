// SPDX-License-Identifier: GPL-2.0-or-later
/* event/ptp_request.h: requests by their names, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/ptp_clock.h>

#include "event/ptp_request.h"

static void those_of_the_header(void **state)
{
	(void)state;
	assert_string_equal(ptp_request_name((uint32_t)PTP_CLOCK_GETCAPS), "PTP_CLOCK_GETCAPS");
	assert_string_equal(ptp_request_name((uint32_t)PTP_SYS_OFFSET), "PTP_SYS_OFFSET");
	assert_string_equal(ptp_request_name((uint32_t)PTP_SYS_OFFSET2), "PTP_SYS_OFFSET2");
	assert_string_equal(ptp_request_name((uint32_t)PTP_SYS_OFFSET_PRECISE2),
			    "PTP_SYS_OFFSET_PRECISE2");
	assert_string_equal(ptp_request_name((uint32_t)PTP_SYS_OFFSET_EXTENDED),
			    "PTP_SYS_OFFSET_EXTENDED");
}

static void those_that_the_header_has_not_yet(void **state)
{
	(void)state;
	assert_string_equal(ptp_request_name((uint32_t)_IOWR('=', 21, uint64_t)),
			    "PTP_SYS_OFFSET_PRECISE_CYCLES");
	assert_string_equal(ptp_request_name((uint32_t)_IOWR('=', 24, uint64_t)),
			    "PTP_SYS_OFFSET_EXTENDED_ATTRS");
}

static void another_type_or_number_is_none(void **state)
{
	(void)state;
	assert_null(ptp_request_name(0));
	assert_null(ptp_request_name((uint32_t)_IO('=', 0)));
	assert_null(ptp_request_name((uint32_t)_IO('=', 25)));
	assert_null(ptp_request_name((uint32_t)_IO('=', 255)));
	assert_null(ptp_request_name((uint32_t)_IO('p', 9)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_the_header),
		cmocka_unit_test(those_that_the_header_has_not_yet),
		cmocka_unit_test(another_type_or_number_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
