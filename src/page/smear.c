// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/smear.h"

#include <errno.h>
#include <string.h>

#include "page/time.h"

#define DAY_SEC	     86400
#define HALF_DAY_SEC (DAY_SEC / 2)
#define SLS_SEC	     1000 /* of UTC, at the end of the day */

/* Noon to noon and an hour more; smears that begin at midnight take less than a day. */
#define NEAR_BEFORE_SEC (HALF_DAY_SEC + 3600)
#define NEAR_AFTER_SEC	DAY_SEC

/* How far a reference may be before the second that its state begins with: known, and at most. */
#define REFERENCE_ERROR_NS	1000
#define REFERENCE_ERROR_MOST_NS 1000000

/* Seconds of a scale in 64.64 fixed point, wide enough for any sum of two instants. */
static __int128 fixed(struct instant at)
{
	return (__int128)at.sec << 64 | at.frac;
}

static struct instant instant_of(__int128 fixed)
{
	return (struct instant){.sec = (int64_t)(fixed >> 64), .frac = (uint64_t)fixed};
}

/*
 * The counts of 00:00:00 UTC on the first of the month that @sec is in, and of the next: counted in
 * years from March, so that the leap day is the last (as instant_format_utc() does).
 */
static void month_of(int64_t sec, int64_t *first, int64_t *next)
{
	static const int from_march[] = {0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337};
	int64_t day = sec / DAY_SEC - (sec % DAY_SEC < 0) + 719468;
	int64_t era = day / 146097 - (day % 146097 < 0);
	int64_t in_era = day - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	bool leap_year = (year + 1) % 4 == 0 && ((year + 1) % 100 != 0 || (year + 1) % 400 == 0);
	int month = (int)((5 * in_year + 2) / 153);
	int64_t length = month < 11 ? from_march[month + 1] - from_march[month] : 28 + leap_year;

	*first = (day - in_year + from_march[month] - 719468) * DAY_SEC;
	*next = *first + length * DAY_SEC;
}

int64_t leap_month_end(int64_t utc_sec)
{
	int64_t first, next;

	month_of(utc_sec, &first, &next);
	return next;
}

/*
 * The UTC second of the reference. By its own error it may lie a fraction before the second with
 * which the state of the indicator began: then it is that one.
 */
static int64_t second_begun(const struct page_time *reference)
{
	uint64_t error_ns = reference->has_max_error ? reference->max_error_ns : REFERENCE_ERROR_NS;
	struct instant at;

	if (error_ns > REFERENCE_ERROR_MOST_NS)
		error_ns = REFERENCE_ERROR_MOST_NS;
	return instant_add_ns(reference->utc, (int64_t)error_ns, &at) ? reference->utc.sec : at.sec;
}

/*
 * 23:59:60 is now; @utc is the reference's, by the page's offset @tai_less_utc, and @begun as
 * above. A page whose offset changes as it begins, not as it ends, counts 23:59:59 again. The end
 * of that cannot be distinguished from a reference just before 23:59:60, and is taken for one.
 */
static int leap_now(int64_t utc, int64_t begun, int64_t tai_less_utc, struct leap_second *leap)
{
	int64_t since = utc - (begun - ((begun % DAY_SEC) + DAY_SEC) % DAY_SEC);

	if (since == 0 || since == -1)
		*leap = (struct leap_second){1, utc - since, tai_less_utc};
	else if (since == DAY_SEC - 1)
		*leap = (struct leap_second){1, utc + 1, tai_less_utc - 1};
	else
		return -EINVAL;
	return 0;
}

static int leap_by(uint64_t indicator, const struct page_time *reference, int64_t tai_less_utc,
		   struct leap_second *leap)
{
	int64_t begun = second_begun(reference), next = leap_month_end(reference->utc.sec);
	int64_t first, unused;

	month_of(begun, &first, &unused);
	switch (indicator) {
	case VMCLOCK_LEAP_NONE:
		*leap = (struct leap_second){0, 0, tai_less_utc};
		return 0;
	case VMCLOCK_LEAP_PRE_POS:
		*leap = (struct leap_second){1, next, tai_less_utc};
		return 0;
	case VMCLOCK_LEAP_PRE_NEG:
		*leap = (struct leap_second){-1, next, tai_less_utc};
		return 0;
	case VMCLOCK_LEAP_POS:
		return leap_now(reference->utc.sec, begun, tai_less_utc, leap);
	case VMCLOCK_LEAP_POST_POS:
		*leap = (struct leap_second){1, first, tai_less_utc - 1};
		return 0;
	case VMCLOCK_LEAP_POST_NEG:
		*leap = (struct leap_second){-1, first, tai_less_utc + 1};
		return 0;
	default:
		return -EINVAL;
	}
}

/* Past this UTC is beyond the calendar's arithmetic, and no clock's. */
static bool is_a_date(const struct page_time *time)
{
	return time->utc.sec <= INT64_MAX / 4 && time->utc.sec >= INT64_MIN / 4;
}

int leap_second_of_page(const struct page *page, struct leap_second *leap)
{
	struct page_time time;
	int err = page_time_at(page, page_get(page, PAGE_COUNTER_VALUE), &time);

	if (err)
		return err;
	if (!time.has_tai || !time.has_utc || !page_has(page, PAGE_LEAP_INDICATOR))
		return -ENODATA;
	if (!is_a_date(&time))
		return -EINVAL;
	return leap_by(page_get(page, PAGE_LEAP_INDICATOR), &time, time.tai.sec - time.utc.sec,
		       leap);
}

/*
 * The time by @page at @counter, on @leap's scale: UTC by the offset at the reference, counted on.
 * That is as good as TAI, to which leap->tai_less_utc then adds nothing.
 */
static bool leap_at(const struct page *page, uint64_t counter, struct leap_second *leap,
		    struct instant *at)
{
	struct page_time reference, time;

	if (page_time_at(page, page_get(page, PAGE_COUNTER_VALUE), &reference) ||
	    page_time_at(page, counter, &time) || !reference.has_utc || !is_a_date(&reference) ||
	    !is_a_date(&time) || !page_has(page, PAGE_LEAP_INDICATOR) ||
	    leap_by(page_get(page, PAGE_LEAP_INDICATOR), &reference, 0, leap) || !leap->sign)
		return false;
	*at = time.utc;
	return true;
}

static bool is_within(const struct leap_second *leap, struct instant at, int64_t before_sec,
		      int64_t after_sec)
{
	int64_t since = at.sec - leap->utc_midnight;

	return since >= -before_sec && since <= after_sec;
}

bool leap_second_is_within(const struct page *page, uint64_t counter, int64_t before_sec,
			   int64_t after_sec)
{
	struct leap_second leap;
	struct instant at;

	return leap_at(page, counter, &leap, &at) && is_within(&leap, at, before_sec, after_sec);
}

/* A stretch of TAI during which the guest's clock runs at another rate. */
struct smear {
	int64_t tai_begin, tai_sec; /* its begin and length on TAI */
	int64_t guest_begin, guest_sec;
};

/* False where @hint asks for none. */
static bool smear_of(const struct leap_second *leap, uint64_t hint, struct smear *smear)
{
	int64_t tai_midnight = leap->utc_midnight + leap->tai_less_utc + leap->sign;

	if (leap->sign == 0 || hint == VMCLOCK_SMEARING_STRICT)
		return false;
	if (hint == VMCLOCK_SMEARING_NOON_LINEAR)
		*smear = (struct smear){
			.tai_begin = tai_midnight - leap->sign - HALF_DAY_SEC,
			.tai_sec = DAY_SEC + leap->sign,
			.guest_begin = leap->utc_midnight - HALF_DAY_SEC,
			.guest_sec = DAY_SEC,
		};
	else
		*smear = (struct smear){
			.tai_begin = tai_midnight - SLS_SEC,
			.tai_sec = SLS_SEC,
			.guest_begin = leap->utc_midnight - (SLS_SEC - leap->sign),
			.guest_sec = SLS_SEC - leap->sign,
		};
	return true;
}

/* TAI less UTC for POSIX' count: inserted, the count goes back as 23:59:60 begins. */
static int64_t offset_at(const struct leap_second *leap, int64_t tai_sec, bool *in_leap_second)
{
	int64_t change = leap->utc_midnight + leap->tai_less_utc - (leap->sign < 0);

	*in_leap_second = leap->sign > 0 && tai_sec == change;
	return leap->tai_less_utc + (leap->sign != 0 && tai_sec >= change ? leap->sign : 0);
}

int smear_clocks_at(const struct leap_second *leap, uint64_t hint, struct instant tai,
		    struct smear_clocks *clocks)
{
	struct smear_clocks out = {.tai = tai};
	struct instant utc_uncounted;
	struct smear smear;

	if (hint > VMCLOCK_SMEARING_UTC_SLS)
		return -ENOTSUP;
	if (tai.sec > INT64_MAX / 2 || tai.sec < INT64_MIN / 2)
		return -ERANGE;
	out.utc = tai;
	out.utc.sec -= offset_at(leap, tai.sec, &out.in_leap_second);
	out.guest = out.utc;
	if (smear_of(leap, hint, &smear) && tai.sec >= smear.tai_begin &&
	    tai.sec < smear.tai_begin + smear.tai_sec) {
		struct instant in = {.sec = tai.sec - smear.tai_begin, .frac = tai.frac};

		out.smearing = true;
		/* Below 2^17 s in 2^-64 s times below 2^17: it fits. */
		out.guest = instant_of(fixed(in) * smear.guest_sec / smear.tai_sec);
		out.guest.sec += smear.guest_begin;
	}
	utc_uncounted = out.utc;
	utc_uncounted.sec += out.in_leap_second;
	if (instant_distance(utc_uncounted, out.guest, &out.behind))
		return -ERANGE;
	*clocks = out;
	return 0;
}

static bool is_at(struct instant where, struct instant page, struct ns_interval ahead)
{
	struct ns_interval apart;

	return !instant_distance(where, page, &apart) && interval_overlap(apart, ahead);
}

static bool explains_at(const struct page *page, uint64_t counter, struct ns_interval ahead,
			bool may_turn)
{
	uint64_t hint = page_get(page, PAGE_SMEARING_HINT);
	bool is_defined = page_has(page, PAGE_SMEARING_HINT) && hint <= VMCLOCK_SMEARING_UTC_SLS;
	struct smear_clocks clocks;
	struct leap_second leap;
	struct instant at, later, earlier;
	struct ns_interval wider;

	if (!leap_at(page, counter, &leap, &at) ||
	    smear_clocks_at(&leap, is_defined ? hint : VMCLOCK_SMEARING_STRICT, at, &clocks))
		return false;
	if (is_at(clocks.utc, at, ahead) || is_at(clocks.guest, at, ahead))
		return true;
	later = earlier = at;
	later.sec++;
	earlier.sec--;
	if (may_turn && is_within(&leap, at, LEAP_TURN_SEC, LEAP_TURN_SEC) &&
	    (is_at(later, at, ahead) || is_at(earlier, at, ahead) || is_at(at, at, ahead)))
		return true;
	return !is_defined && is_within(&leap, at, NEAR_BEFORE_SEC, NEAR_AFTER_SEC) &&
	       (interval_widen(ahead, NSEC_PER_SEC, &wider) || is_at(clocks.utc, at, wider));
}

bool leap_second_explains(const struct page *page, uint64_t first, uint64_t last,
			  struct ns_interval ahead, bool may_turn)
{
	return explains_at(page, first, ahead, may_turn) ||
	       explains_at(page, last, ahead, may_turn);
}

int smear_clocks_of_page(const struct page *page, uint64_t counter, struct smear_clocks *clocks)
{
	struct leap_second leap;
	struct page_time time;
	int err = leap_second_of_page(page, &leap);

	if (!err)
		err = page_time_at(page, counter, &time);
	if (err)
		return err;
	return smear_clocks_at(&leap, page_get(page, PAGE_SMEARING_HINT), time.tai, clocks);
}

void smear_format_utc(const struct smear_clocks *clocks, char *text, size_t bytes)
{
	char *second;

	instant_format_utc(clocks->utc, text, bytes);
	second = bytes >= INSTANT_ISO_BYTES && clocks->in_leap_second ? strstr(text, ":59.") : NULL;
	if (second)
		memcpy(second, ":60", 3);
}
