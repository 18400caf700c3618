// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one read of the PTP clock costs, in ticks of the counter. In a guest whose clock counts
 * instructions (tests/lab/run --icount) these are instructions, the same on every run.
 *
 * Prints "GETTIME PRECISE": the cheapest of many small batches each, so that a batch in which
 * something else ran does not count.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptp_clock.h>

#define BATCHES	 100
#define READS	 256
#define PAUSE_US 5000

static uint64_t counter(void)
{
#ifdef __x86_64__
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
#else
	uint64_t value;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
	return value;
#endif
}

static int read_gettime(int phc)
{
	struct timespec now;

	return clock_gettime((~(clockid_t)phc << 3) | 3, &now);
}

static int read_precise(int phc)
{
	struct ptp_sys_offset_precise precise;

	return ioctl(phc, PTP_SYS_OFFSET_PRECISE, &precise);
}

/* Ticks of one call, in the cheapest batch; negative if a call failed. */
static double cheapest(int (*read_once)(int), int phc)
{
	uint64_t least = UINT64_MAX;

	for (int batch = 0; batch < BATCHES; batch++) {
		uint64_t start = counter();

		for (int i = 0; i < READS; i++) {
			if (read_once(phc))
				return -1;
		}
		start = counter() - start;
		least = start < least ? start : least;
		usleep(PAUSE_US); /* on one CPU: lets a tracer empty its buffers */
	}
	return (double)least / READS;
}

int main(void)
{
	int phc = open("/dev/ptp0", O_RDONLY | O_CLOEXEC);
	double gettime = cheapest(read_gettime, phc);
	double precise = cheapest(read_precise, phc);

	printf("%.1f %.1f\n", gettime, precise);
	return gettime < 0 || precise < 0;
}
