// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/clockbound.h: segments of both versions, hostile ones, and the bound that they claim. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "observe/clockbound.h"

#define SECOND 1000000000

static void put(uint8_t *bytes, size_t at, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		bytes[at + i] = (uint8_t)(value >> (8 * i));
}

/* Bound 5000 ns as of 100 s, void after 200 s, growing by 50000 ppb; marker 7. */
static void make_v2(uint8_t bytes[CLOCKBOUND_BYTES])
{
	memset(bytes, 0, CLOCKBOUND_BYTES);
	/* Two native u32: 0x414D5A4E, 0x43420200. */
	put(bytes, 0, 0x414D5A4E, 4);
	put(bytes, 4, 0x43420200, 4);
	put(bytes, 8, CLOCKBOUND_BYTES, 4);
	put(bytes, 12, 2, 2);
	put(bytes, 14, 4, 2);
	put(bytes, 16, 100, 8);
	put(bytes, 32, 200, 8);
	put(bytes, 48, 5000, 8);
	put(bytes, 56, 7, 8);
	put(bytes, 64, 50000, 4);
	put(bytes, 68, CLOCKBOUND_SYNCHRONIZED, 4);
	bytes[72] = 1;
}

static void version_2(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;

	(void)state;
	make_v2(bytes);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), 0);
	assert_int_equal(claim.version, 2);
	assert_int_equal(claim.as_of_ns, 100ll * SECOND);
	assert_int_equal(claim.void_after_ns, 200ll * SECOND);
	assert_int_equal(claim.bound_ns, 5000);
	assert_int_equal(claim.drift_ppb, 50000);
	assert_true(claim.has_marker);
	assert_int_equal(claim.marker, 7);
}

static void version_1(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;

	(void)state;
	make_v2(bytes);
	put(bytes, 12, 1, 2);
	put(bytes, 56, 40000, 4);
	put(bytes, 60, 0, 4);
	put(bytes, 64, CLOCKBOUND_FREERUNNING, 4);
	assert_int_equal(clockbound_decode(bytes, 72, &claim), 0);
	assert_int_equal(claim.drift_ppb, 40000);
	assert_int_equal(claim.status, CLOCKBOUND_FREERUNNING);
	assert_false(claim.has_marker);
}

static void put_double(uint8_t *bytes, size_t at, double value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

/* At counter 1000 it is 100 s UTC to within 5000 ns; 2 GHz, to within 1 ppm; void after 200 s. */
static void make_v3(uint8_t bytes[CLOCKBOUND_BYTES])
{
	memset(bytes, 0, CLOCKBOUND_BYTES);
	put(bytes, 0, 0x414D5A4E, 4);
	put(bytes, 4, 0x43420200, 4);
	put(bytes, 8, CLOCKBOUND_BYTES, 4);
	put(bytes, 12, 2, 1);
	put(bytes, 13, 3, 1);
	put(bytes, 14, 4, 2);
	put(bytes, 16, 1000, 8);
	put(bytes, 24, 100, 8);
	put(bytes, 40, 200, 8);
	put_double(bytes, 56, 0.5e-9);
	put_double(bytes, 64, 0.5e-15);
	put(bytes, 72, 5000, 8);
	put(bytes, 80, 7, 8);
	put(bytes, 92, CLOCKBOUND_SYNCHRONIZED, 4);
	bytes[96] = 1;
}

static void version_3_tells_utc_by_the_counter(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;
	struct clockbound_time time;
	uint64_t bound;

	(void)state;
	make_v3(bytes);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), 0);
	assert_int_equal(claim.version, 3);
	assert_true(clockbound_at(&claim, 1000, 150ll * SECOND, 7, &time));
	assert_int_equal(time.utc_ns, 100ll * SECOND);
	assert_int_equal(time.bound_ns, 5000);
	/* Ten seconds later: 1 ppm of them more, rounded up. */
	assert_true(clockbound_at(&claim, 1000 + 20000000000, 150ll * SECOND, 7, &time));
	assert_in_range(time.utc_ns, 110ll * SECOND - 1, 110ll * SECOND);
	assert_in_range(time.bound_ns, 15000, 15001);
	assert_false(clockbound_at(&claim, 999, 150ll * SECOND, 7, &time));
	assert_false(clockbound_at(&claim, 1000, 200ll * SECOND + 1, 7, &time));
	assert_false(clockbound_at(&claim, 1000, 150ll * SECOND, 8, &time));
	claim.status = CLOCKBOUND_DISRUPTED;
	assert_false(clockbound_at(&claim, 1000, 150ll * SECOND, 7, &time));
	/* It claims nothing of CLOCK_REALTIME. */
	claim.status = CLOCKBOUND_SYNCHRONIZED;
	assert_false(clockbound_claims(&claim, 150ll * SECOND, 7, &bound));
}

static void hostile_segments_of_version_3(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;
	struct clockbound_time time;
	const double bad[] = {0, -1, NAN, INFINITY};

	(void)state;
	make_v3(bytes);
	assert_int_equal(clockbound_decode(bytes, 96, &claim), -EINVAL);
	for (size_t i = 0; i < 4; i++) {
		put_double(bytes, 56, bad[i]);
		assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -ERANGE);
	}
	make_v3(bytes);
	put_double(bytes, 64, -1e-15);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -ERANGE);
	make_v3(bytes);
	put_double(bytes, 56, 1e300);
	put_double(bytes, 64, 1e300);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), 0);
	assert_false(clockbound_at(&claim, UINT64_MAX, 150ll * SECOND, 7, &time));
}

static void what_it_claims_and_when(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;
	uint64_t bound = 1;

	(void)state;
	make_v2(bytes);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), 0);
	assert_true(clockbound_claims(&claim, 100ll * SECOND, 7, &bound));
	assert_int_equal(bound, 5000);
	/* 50000 ppb for a nanosecond is a fraction of one: rounded up. */
	assert_true(clockbound_claims(&claim, 100ll * SECOND + 1, 7, &bound));
	assert_int_equal(bound, 5001);
	assert_true(clockbound_claims(&claim, 110ll * SECOND, 7, &bound));
	assert_int_equal(bound, 5000 + 500000);
	assert_true(clockbound_claims(&claim, 200ll * SECOND, 7, &bound));
	assert_false(clockbound_claims(&claim, 200ll * SECOND + 1, 7, &bound));
	assert_false(clockbound_claims(&claim, 100ll * SECOND - 1, 7, &bound));
	assert_false(clockbound_claims(&claim, 110ll * SECOND, 8, &bound));
	claim.as_of_ns = INT64_MIN;
	claim.void_after_ns = INT64_MAX;
	assert_true(clockbound_claims(&claim, INT64_MAX, 7, &bound));
	assert_int_equal(bound, 5000 + UINT64_MAX / 20000 + 1);
	claim.status = CLOCKBOUND_DISRUPTED;
	assert_false(clockbound_claims(&claim, 110ll * SECOND, 7, &bound));
	claim.status = 99;
	assert_false(clockbound_claims(&claim, 110ll * SECOND, 7, &bound));
}

static void hostile_segments(void **state)
{
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;

	(void)state;
	for (size_t length = 0; length < 73; length++) {
		make_v2(bytes);
		assert_int_equal(clockbound_decode(bytes, length, &claim), -EINVAL);
	}
	put(bytes, 14, 5, 2);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -EAGAIN);
	make_v2(bytes);
	put(bytes, 24, SECOND, 8);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -ERANGE);
	make_v2(bytes);
	put(bytes, 16, (uint64_t)INT64_MAX, 8);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -ERANGE);
	make_v2(bytes);
	put(bytes, 48, (uint64_t)-1, 8);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -ERANGE);
	make_v2(bytes);
	put(bytes, 12, 3, 2);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -EPROTONOSUPPORT);
	put(bytes, 12, 0x0504, 2);
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -EPROTONOSUPPORT);
	make_v2(bytes);
	bytes[0] ^= 1;
	assert_int_equal(clockbound_decode(bytes, sizeof(bytes), &claim), -EINVAL);
}

static void from_a_file(void **state)
{
	char path[] = "/tmp/clockbound-test-XXXXXX";
	int fd = mkstemp(path);
	uint8_t bytes[CLOCKBOUND_BYTES];
	struct clockbound claim;

	(void)state;
	make_v2(bytes);
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(clockbound_read(path, &claim), 0);
	assert_int_equal(claim.bound_ns, 5000);
	assert_int_equal(ftruncate(fd, 3), 0);
	assert_int_equal(clockbound_read(path, &claim), -EINVAL);
	close(fd);
	unlink(path);
	assert_int_equal(clockbound_read(path, &claim), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_2),
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_3_tells_utc_by_the_counter),
		cmocka_unit_test(hostile_segments_of_version_3),
		cmocka_unit_test(what_it_claims_and_when),
		cmocka_unit_test(hostile_segments),
		cmocka_unit_test(from_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
