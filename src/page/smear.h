/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leap seconds by a page, and the clock that a guest shows which follows the page's smearing hint.
 *
 * A page is never smeared: it tells TAI or UTC, the leap second near its reference, and a hint.
 * What a guest makes of that is here, exact: integers only, rounded down to 2^-64 s once.
 *
 * leap_indicator and tai_offset_sec hold at the page's reference, not now. What the states mean
 * (include/uapi/linux/vmclock-abi.h, Linux 7.3, and the VMClock specification 1.1, "Leap
 * Indicator"):
 *
 *	NONE      no leap second near: UTC = TAI + offset, before and after
 *	PRE_POS   one is inserted at the end of the reference's UTC month
 *	PRE_NEG   one is left out at the end of the reference's UTC month
 *	POS       the reference is in 23:59:60
 *	POST_POS  one was inserted at the end of the month before the reference's
 *	POST_NEG  one was left out there
 *
 * Which side of the change the offset of POS is on is not said. Both readings give a second of UTC
 * that ends or begins a day, so each is recognised: with the offset from before, the reference is
 * 00:00:00 as a count (what this project's simulator writes); with that from after, 23:59:59 again
 * (as the kernel's own clock counts: ntp.c, "Correct TAI offset during leap second", dd48d708ff3e).
 *
 * The hints (vmclock-abi.h names them, these define them):
 *
 *	STRICT       UTC, as a POSIX clock shows it: 23:59:59 twice, or not at all
 *	NOON_LINEAR  an even rate from noon UTC before to noon UTC after: 86401 or 86399 s of TAI
 *	             are 86400 s (the smear of public NTP services: "Leap Smear",
 *	             developers.google.com)
 *	UTC_SLS      the last 1000 s of the UTC day are 999 or 1001 s (M. Kuhn,
 *	             draft-kuhn-leapsecond-00, 2006): from 23:43:21 or 23:43:19 to midnight
 */
#ifndef VMCLOCK_TRACE_PAGE_SMEAR_H
#define VMCLOCK_TRACE_PAGE_SMEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "page/page.h"

/* How UTC follows TAI around one leap second. */
struct leap_second {
	int sign; /* +1: 23:59:60 is inserted; -1: 23:59:59 is left out; 0: there is none */
	int64_t utc_midnight; /* the count of 00:00:00 UTC right after it; valid unless sign is 0 */
	int64_t tai_less_utc; /* seconds, before it */
};

/* All clocks at one moment. */
struct smear_clocks {
	struct instant tai;
	struct instant utc;  /* as POSIX counts: 23:59:59 is counted twice around an inserted one */
	bool in_leap_second; /* `utc` is 23:59:60, not 23:59:59 */
	struct instant guest; /* what a guest that follows the hint shows */
	bool smearing;	      /* is this moment inside the smear? Then the two differ or will */
	struct ns_interval behind; /* utc - guest in ns, 23:59:60 counted as a second of its own */
};

/* The count of 00:00:00 UTC after the end of the month that @utc_sec is in; within 2^61 of 1970. */
int64_t leap_month_end(int64_t utc_sec);

/*
 * The leap second that @page knows of into @leap, sign 0 for NONE.
 * -ENODATA: the page does not tell both TAI and UTC. -EINVAL: the indicator is not defined, or says
 * 23:59:60 of a reference that is not at the end of a day. @leap is untouched on failure.
 */
int leap_second_of_page(const struct page *page, struct leap_second *leap);

/* How near to its leap second a page and a clock may each be on another side of it. */
#define LEAP_TURN_SEC 2

/*
 * Is a clock that is @ahead of the page's UTC by page_time_at(), at some moment from @first to
 * @last, where a leap second that @page tells of puts it? That is on UTC, which the page's
 * reference may not have followed yet; on the smear that the page hints at, or anywhere within a
 * second where that hint is undefined; or, with @may_turn, for LEAP_TURN_SEC around it, off by a
 * whole second. @ahead has all bounds in it. Needs UTC alone.
 */
bool leap_second_explains(const struct page *page, uint64_t first, uint64_t last,
			  struct ns_interval ahead, bool may_turn);

/*
 * Is @counter within so many seconds before and after a leap second that @page tells of? Needs UTC
 * alone. An indicator that is undefined tells of none.
 */
bool leap_second_is_within(const struct page *page, uint64_t counter, int64_t before_sec,
			   int64_t after_sec);

/*
 * All clocks at @tai for a guest that follows @hint (VMCLOCK_SMEARING_...) around @leap.
 * -ENOTSUP: a hint that the ABI does not define. -ERANGE: off the scale. @clocks is untouched then.
 */
int smear_clocks_at(const struct leap_second *leap, uint64_t hint, struct instant tai,
		    struct smear_clocks *clocks);

/*
 * The same for the moment at which the page's counter is @counter, following the page's own hint.
 * Errors as above and of page_time_at().
 */
int smear_clocks_of_page(const struct page *page, uint64_t counter, struct smear_clocks *clocks);

/*
 * UTC of @clocks as instant_format_utc() writes it, but with 23:59:60 where it is that. The text is
 * always terminated; INSTANT_ISO_BYTES are enough.
 */
void smear_format_utc(const struct smear_clocks *clocks, char *text, size_t bytes);

#endif
