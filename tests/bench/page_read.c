// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a reading of the page costs against a vDSO clock_gettime(), as ratios within one run.
 *
 * The page is a file in /dev/shm with a full clock on this machine's own counter, mapped as a
 * device is. The ways take turns in short rounds, so that a change of the CPU's speed meets all of
 * them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "observe/page_reader.h"
#include "page/now.h"
#include "page/seqlock.h"

#define ROUNDS	  401
#define READS	  5000
#define GOAL	  0.5
#define FILE_PATH "/dev/shm/vmclock-trace-bench-page"

/* Everything is folded into this, so that no reading can be left out. */
static volatile uint64_t sink;

static int64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void set_field(struct page *page, enum page_field field, uint64_t value)
{
	const struct page_field_info *info = page_field_info(field);

	for (unsigned int i = 0; i < info->width; i++)
		page->bytes[info->offset + i] = (uint8_t)(value >> (8 * i));
}

/* The counter's period in 2^-(64+shift) s, by a tenth of a second of CLOCK_MONOTONIC_RAW. */
static uint64_t measure_period(uint8_t shift)
{
	struct timespec begin, end, pause = {.tv_nsec = 100000000};
	uint64_t first, ticks, ns;

	clock_gettime(CLOCK_MONOTONIC_RAW, &begin);
	first = counter_read_ordered();
	nanosleep(&pause, NULL);
	clock_gettime(CLOCK_MONOTONIC_RAW, &end);
	ticks = counter_read_ordered() - first;
	ns = (uint64_t)(end.tv_sec - begin.tv_sec) * NSEC_PER_SEC + (uint64_t)end.tv_nsec -
	     (uint64_t)begin.tv_nsec;
	/*
	 * ns / ticks * 2^(64+shift) / 10^9; in two steps, since the product has more than 128 bits.
	 */
	return (uint64_t)((((unsigned __int128)ns << 64) / ticks << shift) / NSEC_PER_SEC);
}

static int write_page(void)
{
	const uint64_t flags = VMCLOCK_FLAG_TAI_OFFSET_VALID | VMCLOCK_FLAG_TIME_MAXERROR_VALID |
			       VMCLOCK_FLAG_PERIOD_MAXERROR_VALID;
	const uint8_t shift = 26;
	struct page page = {.length = VMCLOCK_ABI_BYTES};
	struct timespec now;
	int fd, err;

	set_field(&page, PAGE_MAGIC, VMCLOCK_MAGIC);
	set_field(&page, PAGE_SIZE_BYTES, 4096);
	set_field(&page, PAGE_VERSION, VMCLOCK_VERSION);
	set_field(&page, PAGE_COUNTER_ID, COUNTER_NATIVE_ID);
	set_field(&page, PAGE_FLAGS, flags);
	set_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_SYNCHRONIZED);
	set_field(&page, PAGE_TAI_OFFSET_SEC, (uint64_t)-37);
	set_field(&page, PAGE_PERIOD_SHIFT, shift);
	set_field(&page, PAGE_PERIOD_FRAC_SEC, measure_period(shift));
	set_field(&page, PAGE_PERIOD_MAXERROR_RATE, 1ull << 40);
	set_field(&page, PAGE_TIME_MAXERROR_NS, 1000);
	set_field(&page, PAGE_COUNTER_VALUE, counter_read_ordered());
	clock_gettime(CLOCK_REALTIME, &now);
	set_field(&page, PAGE_TIME_SEC, (uint64_t)now.tv_sec);
	set_field(&page, PAGE_TIME_FRAC_SEC, instant_from_timespec(now).frac);

	fd = open(FILE_PATH, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return -errno;
	err = write(fd, page.bytes, sizeof(page.bytes)) == sizeof(page.bytes) ? 0 : -EIO;
	close(fd);
	return err;
}

static void read_vdso(const volatile void *map)
{
	struct timespec ts;

	(void)map;
	clock_gettime(CLOCK_REALTIME, &ts);
	sink += (uint64_t)ts.tv_sec ^ (uint64_t)ts.tv_nsec;
}

static void read_counter(const volatile void *map)
{
	(void)map;
	sink += counter_read();
}

static void read_now(const volatile void *map)
{
	struct page_now now;

	if (page_now(map, &now))
		abort();
	sink += (uint64_t)now.at.sec ^ now.at.frac;
}

/* As a program wants it that had clock_gettime() before. */
static void read_timespec(const volatile void *map)
{
	struct page_now now;
	struct timespec ts;

	if (page_now(map, &now))
		abort();
	ts = instant_to_timespec(now.at);
	sink += (uint64_t)ts.tv_sec ^ (uint64_t)ts.tv_nsec;
}

static void read_bounded(const volatile void *map)
{
	struct page_now now;
	uint64_t bound;

	if (page_now_bounded(map, &now, &bound))
		abort();
	sink += (uint64_t)now.at.sec ^ now.at.frac ^ bound;
}

static void read_snapshot(const volatile void *map)
{
	struct page_copy copy;

	if (page_copy_mapped(map, VMCLOCK_ABI_BYTES, (struct page_wait){.tries = 3}, &copy))
		abort();
	sink += copy.counter_after ^ copy.page.bytes[0x10];
}

/* Each way has a loop of its own, so that an inline one is inlined as in a real program. */
#define TIMED(way)                                                                                 \
	static double time_##way(const volatile void *map)                                         \
	{                                                                                          \
		int64_t start_ns = monotonic_ns();                                                 \
                                                                                                   \
		for (int i = 0; i < READS; i++)                                                    \
			read_##way(map);                                                           \
		return (double)(monotonic_ns() - start_ns) / READS;                                \
	}

TIMED(vdso)
TIMED(counter)
TIMED(now)
TIMED(timespec)
TIMED(bounded)
TIMED(snapshot)

static const struct {
	const char *name;
	double (*run)(const volatile void *map);
} ways[] = {
	{"vDSO clock_gettime(CLOCK_REALTIME)", time_vdso},
	{"bare counter (RDTSC, CNTVCT_EL0)", time_counter},
	{"page time, exact, 64.64", time_now},
	{"page time, exact, as a timespec", time_timespec},
	{"page time with its error bound", time_bounded},
	{"whole snapshot, bracketed", time_snapshot},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static double samples[WAYS][ROUNDS];

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const volatile void *map)
{
	for (size_t way = 0; way < WAYS; way++)
		ways[way].run(map); /* warm up */
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t way = 0; way < WAYS; way++)
			samples[way][round] = ways[way].run(map);
	}
	for (size_t way = 0; way < WAYS; way++)
		qsort(samples[way], ROUNDS, sizeof(double), compare_doubles);
}

static void print_table(void)
{
	printf("%-36s %9s %9s %9s %9s\n", "ns per reading", "min", "median", "/ vDSO", "/ vDSO");
	for (size_t way = 0; way < WAYS; way++)
		printf("%-36s %9.2f %9.2f %9.2f %9.2f\n", ways[way].name, samples[way][0],
		       samples[way][ROUNDS / 2], samples[way][0] / samples[0][0],
		       samples[way][ROUNDS / 2] / samples[0][ROUNDS / 2]);
	printf("\n%d interleaved rounds of %d readings; ratios of the minima, then of the "
	       "medians\n",
	       ROUNDS, READS);
}

/* Honest about the machine: where the counter alone costs that much, no code can reach the goal. */
static void print_verdict(void)
{
	double ratio = samples[2][ROUNDS / 2] / samples[0][ROUNDS / 2];
	double floor = samples[1][ROUNDS / 2] / samples[0][ROUNDS / 2];

	printf("goal: page time below %.1f of the vDSO's: %s (%.2f; the bare counter alone "
	       "%.2f%s)\n",
	       GOAL, ratio < GOAL ? "reached" : "missed", ratio, floor,
	       floor >= GOAL ? ", so it cannot be reached on this machine" : "");
}

/* A wrong time would be fast too: the page and CLOCK_REALTIME must agree to a millisecond. */
static int check_time(const volatile void *map)
{
	struct page_now now;
	struct timespec ts;
	struct ns_interval off;

	if (page_now(map, &now))
		return -EINVAL;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (instant_distance(instant_from_timespec(ts), now.at, &off) || off.lo_ns < -1000000 ||
	    off.hi_ns > 1000000)
		return -ERANGE;
	return 0;
}

int main(void)
{
	struct page_reader *reader;
	struct error error;
	int err = write_page();

	if (err) {
		fprintf(stderr, "page_read: cannot write %s: %s\n", FILE_PATH, strerror(-err));
		return 1;
	}
	err = page_reader_open(FILE_PATH, PAGE_VIA_MMAP, &reader, &error);
	unlink(FILE_PATH);
	if (err || check_time(page_reader_map(reader))) {
		fprintf(stderr, "page_read: the page does not give the time: %s\n", error.cause);
		return 1;
	}
	measure(page_reader_map(reader));
	page_reader_close(reader);
	print_table();
	print_verdict();
	return 0;
}
