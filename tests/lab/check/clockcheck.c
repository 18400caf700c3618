// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks, in a guest with `--clock full`, that the lab's clock keeps what it claims:
 *
 *	- the page's time is the guest's CLOCK_REALTIME, within the bound that the page gives;
 *	- an update gives an old counter value a time within the bound of the page before it;
 *	- the driver's PTP clock, where there is one, tells the page's time (as TAI or as UTC).
 *
 *	clockcheck SECONDS
 *
 * Exit status: 0 if all of it holds, 1 if not. Written apart from the lab's hypervisor, with
 * floating point where that one has integers, so that they do not share a mistake.
 */
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FD_TO_CLOCKID(fd) ((clockid_t)((~(unsigned int)(fd) << 3) | 3))
#define TAI_NS		  37e9

/* Nanoseconds are told from a day in the recent past, which leaves a double fractions of them. */
#define EPOCH_S 1700000000ll

struct page {
	uint32_t magic, size;
	uint16_t version;
	uint8_t counter_id, time_type;
	uint32_t seq_count;
	uint64_t disruption_marker, flags;
	uint8_t pad[2], clock_status, hint;
	int16_t tai_offset_sec;
	uint8_t leap_indicator, shift;
	uint64_t counter_value, period, period_esterror, period_maxerror;
	uint64_t time_sec, time_frac, time_esterror_ns, time_maxerror_ns;
};

static uint64_t counter_now(void)
{
#if defined(__x86_64__)
	unsigned int low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
#else
	uint64_t count;

	__asm__ volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(count) : : "memory");
	return count;
#endif
}

static struct page page_read(const volatile struct page *from)
{
	struct page page;

	do {
		page.seq_count = from->seq_count & ~1u;
		__sync_synchronize();
		memcpy((char *)&page + 16, (const char *)from + 16, sizeof(page) - 16);
		__sync_synchronize();
	} while (from->seq_count != page.seq_count);
	return page;
}

static long double tick_ns(const struct page *page, uint64_t ticks_frac)
{
	return ldexpl((long double)ticks_frac, -64 - page->shift) * 1e9L;
}

static long double page_ns(const struct page *page, uint64_t counter)
{
	long double ticks = (long double)(int64_t)(counter - page->counter_value);

	return ((long double)page->time_sec - EPOCH_S) * 1e9L +
	       ldexpl((long double)page->time_frac, -64) * 1e9L +
	       ticks * tick_ns(page, page->period);
}

static long double bound_ns(const struct page *page, uint64_t counter)
{
	long double ticks = (long double)(int64_t)(counter - page->counter_value);

	return (long double)page->time_maxerror_ns +
	       fabsl(ticks) * tick_ns(page, page->period_maxerror);
}

static long double clock_ns(clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		return NAN;
	return (time.tv_sec - EPOCH_S) * 1e9L + time.tv_nsec;
}

/* How far outside [low - slack, high + slack] a value is; 0 inside. */
static long double outside(long double value, long double low, long double high, long double slack)
{
	if (value < low - slack)
		return low - slack - value;
	return value > high + slack ? value - high - slack : 0;
}

struct verdict {
	const char *what;
	long double worst; /* by which a bound was broken */
	unsigned long checks;
};

static void judge(struct verdict *verdict, long double broken_by)
{
	verdict->checks++;
	if (!(broken_by <= verdict->worst)) /* also NaN */
		verdict->worst = broken_by;
}

int main(int argc, char **argv)
{
	struct verdict guest = {"page against CLOCK_REALTIME", 0, 0};
	struct verdict update = {"update against the page before", 0, 0};
	struct verdict ptp = {"PTP clock against the page", 0, 0};
	double seconds = argc > 1 ? atof(argv[1]) : 5;
	int fd = open("/dev/vmclock0", O_RDONLY), ptp_fd = open("/dev/ptp0", O_RDWR);
	long double widest = 0, end = clock_ns(CLOCK_MONOTONIC) + seconds * 1e9;
	long double worst = 0;
	struct page before = {0};
	volatile struct page *mapped;

	mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED) {
		perror("clockcheck: /dev/vmclock0");
		return 1;
	}
	for (int turn = 0; clock_ns(CLOCK_MONOTONIC) < end; turn++) {
		struct page page = page_read(mapped);
		uint64_t c1 = counter_now();
		long double time = clock_ns(CLOCK_REALTIME);
		uint64_t c2 = counter_now();
		long double bound = bound_ns(&page, c2);

		judge(&guest, outside(time, page_ns(&page, c1), page_ns(&page, c2), bound));
		worst = fmaxl(worst, outside(time, page_ns(&page, c1), page_ns(&page, c2), 0));
		widest = fmaxl(widest, bound);
		if (turn > 0 && page.seq_count != before.seq_count &&
		    page.disruption_marker == before.disruption_marker) {
			uint64_t at[] = {before.counter_value, page.counter_value};

			for (int i = 0; i < 2; i++)
				judge(&update,
				      outside(page_ns(&page, at[i]), page_ns(&before, at[i]),
					      page_ns(&before, at[i]), bound_ns(&before, at[i])));
		}
		before = page;
		if (ptp_fd >= 0 && turn % 16 == 0) {
			long double low = page_ns(&page, counter_now());
			long double told = clock_ns(FD_TO_CLOCKID(ptp_fd));
			long double high = page_ns(&page, counter_now());

			if (told - low > TAI_NS / 2)
				told -= TAI_NS;
			judge(&ptp, outside(told, low, high, bound));
		}
		usleep(1000);
	}
	for (int i = 0; i < 3; i++) {
		const struct verdict *v = (const struct verdict *[]){&guest, &update, &ptp}[i];

		printf("%-32s %6lu checks, bound broken by %.0Lf ns at worst\n", v->what, v->checks,
		       v->worst);
	}
	printf("bound at most %.0Lf ns; CLOCK_REALTIME off by %.0Lf ns at most\n", widest, worst);
	return guest.worst > 0 || update.worst > 0 || ptp.worst > 0 || isnan(ptp.worst);
}
