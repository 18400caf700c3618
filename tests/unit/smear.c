// SPDX-License-Identifier: GPL-2.0-or-later
/* page/smear.h to the nanosecond: the leap second of 2016-12-31, and one that is left out. */
#include <errno.h>

#include "page/smear.h"
#include "page_make.h"

#define MIDNIGHT 1483228800 /* 2017-01-01T00:00:00Z as POSIX counts */
#define BEFORE	 36	    /* TAI less UTC until then */
#define NOON	 (MIDNIGHT - 43200)

static const struct leap_second inserted = {1, MIDNIGHT, BEFORE};
static const struct leap_second left_out = {-1, MIDNIGHT, BEFORE};

/* The first of two neighbours in 2^-64 s that is not before a whole nanosecond. */
static struct instant up(struct instant at)
{
	return at.frac ? (struct instant){at.sec, at.frac + 1} : at;
}

/* TAI of the UTC count @utc by the offset from before, and @ns more. */
static struct instant tai_of(int64_t utc, int64_t ns)
{
	struct instant at = {.sec = utc + BEFORE};

	assert_int_equal(instant_add_ns(at, ns, &at), 0);
	return up(at);
}

/* The guest's clock less MIDNIGHT in ns, rounded down. */
static int64_t guest_ns(const struct leap_second *leap, uint64_t hint, int64_t utc, int64_t ns)
{
	struct smear_clocks clocks;

	assert_int_equal(smear_clocks_at(leap, hint, tai_of(utc, ns), &clocks), 0);
	return (clocks.guest.sec - MIDNIGHT) * NSEC_PER_SEC + instant_nsec(up(clocks.guest));
}

static void expect_utc(const struct leap_second *leap, int64_t utc, int64_t ns, const char *want)
{
	struct smear_clocks clocks;
	char text[INSTANT_ISO_BYTES];

	assert_int_equal(smear_clocks_at(leap, VMCLOCK_SMEARING_STRICT, tai_of(utc, ns), &clocks),
			 0);
	smear_format_utc(&clocks, text, sizeof(text));
	assert_string_equal(text, want);
	assert_int_equal(instant_compare(clocks.guest, clocks.utc), 0);
}

static void utc_around_an_inserted_second(void **state)
{
	(void)state;
	expect_utc(&inserted, MIDNIGHT, -1000000001, "2016-12-31T23:59:58.999999999Z");
	expect_utc(&inserted, MIDNIGHT, -1000000000, "2016-12-31T23:59:59.000000000Z");
	expect_utc(&inserted, MIDNIGHT, -1, "2016-12-31T23:59:59.999999999Z");
	expect_utc(&inserted, MIDNIGHT, 0, "2016-12-31T23:59:60.000000000Z");
	expect_utc(&inserted, MIDNIGHT, 500000000, "2016-12-31T23:59:60.500000000Z");
	expect_utc(&inserted, MIDNIGHT + 1, 0, "2017-01-01T00:00:00.000000000Z");
	expect_utc(&inserted, MIDNIGHT + 43201, 0, "2017-01-01T12:00:00.000000000Z");
}

static void utc_around_a_second_left_out(void **state)
{
	(void)state;
	expect_utc(&left_out, MIDNIGHT - 2, 999000000, "2016-12-31T23:59:58.999000000Z");
	expect_utc(&left_out, MIDNIGHT - 1, 0, "2017-01-01T00:00:00.000000000Z");
	expect_utc(&left_out, MIDNIGHT, 0, "2017-01-01T00:00:01.000000000Z");
}

/* 86401 s of TAI are 86400 s: after t, 86400 t / 86401 have passed. */
static void noon_to_noon_with_a_second_more(void **state)
{
	const uint64_t hint = VMCLOCK_SMEARING_NOON_LINEAR;

	(void)state;
	/* Up to noon it is UTC, and at noon still. */
	assert_int_equal(guest_ns(&inserted, hint, NOON, -1), -43200000000001);
	assert_int_equal(guest_ns(&inserted, hint, NOON, 0), -43200000000000);
	/* A nanosecond later it has not gone on by one yet; 86401 ns later by 86400. */
	assert_int_equal(guest_ns(&inserted, hint, NOON, 1), -43200000000000);
	assert_int_equal(guest_ns(&inserted, hint, NOON, 2), -43199999999999);
	assert_int_equal(guest_ns(&inserted, hint, NOON + 86401, 0), 43200000000000);
	/* 23:59:60 begins after 43200 s: 86400 * 43200 / 86401 = 43199.500005786...; half a second
	 * behind. In the middle of the smear, half way through 23:59:60, it is midnight exactly. */
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT, 0), -499994214);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT, 500000000), 0);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT, 499999999), -1);
	/* 00:00:00 is 43201 s after noon: 43200.499994... */
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 1, 0), 499994213);
	/* The end, and just before it. */
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 43201, -1), 43199999999999);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 43201, 0), 43200000000000);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 43201, 1), 43200000000001);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 43201, 2), 43200000000002);
}

static void noon_to_noon_with_a_second_less(void **state)
{
	const uint64_t hint = VMCLOCK_SMEARING_NOON_LINEAR;

	(void)state;
	assert_int_equal(guest_ns(&left_out, hint, NOON, 0), -43200000000000);
	assert_int_equal(guest_ns(&left_out, hint, NOON + 43199, 500000000), 0);
	/* 86400 * 43199 / 86399 = 43199.499994..., as UTC goes on to 00:00:00. */
	assert_int_equal(guest_ns(&left_out, hint, MIDNIGHT - 1, 0), -500005788);
	assert_int_equal(guest_ns(&left_out, hint, NOON + 86399, 0), 43200000000000);
	assert_int_equal(guest_ns(&left_out, hint, NOON + 86399, 2), 43200000000002);
}

static void the_last_thousand_seconds(void **state)
{
	const uint64_t hint = VMCLOCK_SMEARING_UTC_SLS;

	(void)state;
	/* From 23:43:21 on a millisecond is lost each second, until midnight. */
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT - 1000, 0), -1000000000000);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT - 999, 0), -999000000000);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT - 998, 0), -998001000000);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT, 0), -999000000);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 1, -1000), -999);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 1, 0), 0);
	assert_int_equal(guest_ns(&inserted, hint, MIDNIGHT + 2, 0), 1000000000);
	/* From 23:43:19 on one is gained. */
	assert_int_equal(guest_ns(&left_out, hint, MIDNIGHT - 1001, 0), -1001000000000);
	assert_int_equal(guest_ns(&left_out, hint, MIDNIGHT - 1000, 0), -999999000000);
	assert_int_equal(guest_ns(&left_out, hint, MIDNIGHT - 2, 0), -1001000000);
	assert_int_equal(guest_ns(&left_out, hint, MIDNIGHT - 1, 0), 0);
}

static void how_far_behind(void **state)
{
	struct smear_clocks clocks;

	(void)state;
	assert_int_equal(smear_clocks_at(&inserted, VMCLOCK_SMEARING_UTC_SLS,
					 tai_of(MIDNIGHT, 500000000), &clocks),
			 0);
	assert_true(clocks.smearing && clocks.in_leap_second);
	/* UTC, counted on, is 0.5 s past midnight, and the guest is 0.4995 s before. */
	assert_true(interval_has(clocks.behind, 999500000));
	assert_true(interval_width_ns(clocks.behind) <= 1);
	assert_int_equal(smear_clocks_at(&inserted, VMCLOCK_SMEARING_NOON_LINEAR,
					 tai_of(NOON + 90000, 0), &clocks),
			 0);
	assert_false(clocks.smearing);
	assert_true(interval_has(clocks.behind, 0));
}

/* A smeared clock never goes back and never jumps, over all of two days, second by second. */
static void no_step_anywhere(void **state)
{
	const struct leap_second *const leaps[] = {&inserted, &left_out};

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (uint64_t hint = VMCLOCK_SMEARING_NOON_LINEAR; hint <= VMCLOCK_SMEARING_UTC_SLS;
		     hint++) {
			int64_t last = guest_ns(leaps[i], hint, NOON - 10, 0);

			for (int64_t s = -9; s < 86420; s++) {
				int64_t now = guest_ns(leaps[i], hint, NOON + s, 0);

				assert_in_range(now - last, 998999999, 1001000001);
				last = now;
			}
		}
	}
}

/* A page on TAI or UTC, its reference @ns after the UTC count @utc by the old offset. */
static struct page page_at(uint64_t type, int64_t utc, int64_t ns, int64_t offset, uint64_t leap)
{
	struct instant tai = tai_of(utc, ns);
	struct page page = make_full_page();

	if (type == VMCLOCK_TIME_UTC)
		tai.sec += offset;
	make_field(&page, PAGE_TIME_TYPE, type);
	make_field(&page, PAGE_COUNTER_VALUE, 1000);
	make_field(&page, PAGE_TIME_SEC, (uint64_t)tai.sec);
	make_field(&page, PAGE_TIME_FRAC_SEC, tai.frac);
	make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)offset);
	make_field(&page, PAGE_LEAP_INDICATOR, leap);
	return page;
}

/*
 * 2016-12-31 as it was (IERS Bulletin C 52: TAI-UTC 36 s until 2017-01-01, then 37 s): whatever the
 * page's state, the counter leads to the same labels. 2^30 ticks are a second.
 */
static void published_history_by_each_indicator(void **state)
{
	static const struct {
		int64_t utc, ns, offset;
		uint64_t leap;
	} pages[] = {
		{MIDNIGHT - 86400, 0, -36, VMCLOCK_LEAP_PRE_POS},
		{MIDNIGHT - 1, 250000000, -36, VMCLOCK_LEAP_PRE_POS},
		{MIDNIGHT, 0, -36, VMCLOCK_LEAP_POS},
		{MIDNIGHT, -300, -36, VMCLOCK_LEAP_POS}, /* by the reference's own error */
		{MIDNIGHT, 999999999, -36, VMCLOCK_LEAP_POS},
		{MIDNIGHT, 500000000, -37, VMCLOCK_LEAP_POS}, /* the offset already changed */
		{MIDNIGHT, 500000000, 37, VMCLOCK_LEAP_POS},  /* and of the wrong sign */
		{MIDNIGHT + 1, 0, -37, VMCLOCK_LEAP_POST_POS},
		{MIDNIGHT + 1, -300, -37, VMCLOCK_LEAP_POST_POS},
		{MIDNIGHT + 50000, 0, -37, VMCLOCK_LEAP_POST_POS},
	};
	static const struct {
		int64_t utc; /* with the half second that makes rounding harmless */
		const char *label;
	} moments[] = {
		{MIDNIGHT - 2, "2016-12-31T23:59:58.50000"},
		{MIDNIGHT - 1, "2016-12-31T23:59:59.50000"},
		{MIDNIGHT, "2016-12-31T23:59:60.50000"},
		{MIDNIGHT + 1, "2017-01-01T00:00:00.50000"},
		{MIDNIGHT + 2, "2017-01-01T00:00:01.50000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		for (uint64_t type = VMCLOCK_TIME_UTC; type <= VMCLOCK_TIME_TAI; type++) {
			int64_t offset = pages[i].offset > 0 ? -pages[i].offset : pages[i].offset;
			struct page page =
				page_at(type, pages[i].utc, pages[i].ns, offset, pages[i].leap);

			make_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)pages[i].offset);
			for (size_t j = 0; j < sizeof(moments) / sizeof(moments[0]); j++) {
				int64_t ns = (moments[j].utc - pages[i].utc) * NSEC_PER_SEC -
					     pages[i].ns + 500000100;
				__int128 ticks = (__int128)ns * (1 << 30) / NSEC_PER_SEC;
				struct smear_clocks clocks;
				char text[INSTANT_ISO_BYTES];

				assert_int_equal(smear_clocks_of_page(&page, 1000 + (uint64_t)ticks,
								      &clocks),
						 0);
				smear_format_utc(&clocks, text, sizeof(text));
				text[strlen(moments[j].label)] = '\0';
				assert_string_equal(text, moments[j].label);
			}
		}
	}
}

/* The insertions of IERS's list as pages announced them: the end of the month is found. */
static void ends_of_months(void **state)
{
	static const struct {
		int64_t within, next;
	} months[] = {
		{78796799, 78796800},	     /* 1972-06-30T23:59:59Z */
		{0, 2678400},		     /* 1970-01 */
		{951696000, 951868800},	     /* 2000-02-28: a leap year after all */
		{1077926400, 1078099200},    /* 2004-02-28 */
		{4107456000, 4107542400},    /* 2100-02-28: none */
		{1435622400, 1435708800},    /* 2015-06-30 */
		{1480550400, 1483228800},    /* 2016-12-01 */
		{-1, 0},		     /* 1969-12-31T23:59:59Z */
		{-86400 * 31, 0},	     /* 1969-12-01 */
		{253402300799, 253402300800} /* the last second of 9999 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		assert_int_equal(leap_month_end(months[i].within), months[i].next);
}

static void what_cannot_be_told(void **state)
{
	struct page page = page_at(VMCLOCK_TIME_TAI, MIDNIGHT, 0, -36, 6);
	struct smear_clocks clocks;
	struct leap_second leap;

	(void)state;
	assert_int_equal(leap_second_of_page(&page, &leap), -EINVAL);
	page = page_at(VMCLOCK_TIME_TAI, MIDNIGHT + 100, 0, -36, VMCLOCK_LEAP_POS);
	assert_int_equal(leap_second_of_page(&page, &leap), -EINVAL);
	make_field(&page, PAGE_FLAGS, 0);
	assert_int_equal(leap_second_of_page(&page, &leap), -ENODATA);
	page = make_marker_page();
	assert_int_equal(leap_second_of_page(&page, &leap), -ENODATA);
	page = page_at(VMCLOCK_TIME_TAI, INT64_MAX - 1000, 0, -36, VMCLOCK_LEAP_PRE_POS);
	assert_int_equal(leap_second_of_page(&page, &leap), -EINVAL);
	assert_int_equal(smear_clocks_at(&inserted, 3, tai_of(0, 0), &clocks), -ENOTSUP);
	assert_int_equal(smear_clocks_at(&inserted, 1, (struct instant){INT64_MAX, 0}, &clocks),
			 -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_around_an_inserted_second),
		cmocka_unit_test(utc_around_a_second_left_out),
		cmocka_unit_test(noon_to_noon_with_a_second_more),
		cmocka_unit_test(noon_to_noon_with_a_second_less),
		cmocka_unit_test(the_last_thousand_seconds),
		cmocka_unit_test(how_far_behind),
		cmocka_unit_test(no_step_anywhere),
		cmocka_unit_test(published_history_by_each_indicator),
		cmocka_unit_test(ends_of_months),
		cmocka_unit_test(what_cannot_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
