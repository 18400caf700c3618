// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the clock by every path, in rounds. Paths that the machine does not have (no PTP clock on a
 * marker-only page) are left out and printed as 0.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptp_clock.h>

#define SYS_OFFSET_SAMPLES 5
#define EXTENDED_SAMPLES   3
#define PAGE_BYTES	   4096

/* What was done, and how much of it failed. */
struct done {
	unsigned int opens, dev_reads, mmaps, gettimes, sys_offsets, extended, precise, failed;
};

static void count(unsigned int *calls, unsigned int *failed, long result)
{
	(*calls)++;
	if (result < 0)
		(*failed)++;
}

static void read_phc(int phc, struct done *done)
{
	struct ptp_sys_offset sys_offset = {.n_samples = SYS_OFFSET_SAMPLES};
	struct ptp_sys_offset_extended extended = {.n_samples = EXTENDED_SAMPLES};
	struct ptp_sys_offset_precise precise = {0};
	struct timespec now;

	count(&done->gettimes, &done->failed, clock_gettime(phc_clock_id(phc), &now));
	count(&done->sys_offsets, &done->failed, ioctl(phc, PTP_SYS_OFFSET, &sys_offset));
	count(&done->extended, &done->failed, ioctl(phc, PTP_SYS_OFFSET_EXTENDED, &extended));
	count(&done->precise, &done->failed, ioctl(phc, PTP_SYS_OFFSET_PRECISE, &precise));
}

static void read_page(int device, struct done *done)
{
	char page[PAGE_BYTES];
	void *map;

	count(&done->dev_reads, &done->failed, pread(device, page, sizeof(page), 0));
	map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, device, 0);
	count(&done->mmaps, &done->failed, map == MAP_FAILED ? -1 : 0);
	if (map != MAP_FAILED)
		munmap(map, PAGE_BYTES);
}

int load_rounds(struct load_clocks clocks, int argc, char **argv)
{
	unsigned long rounds = argc > 0 ? strtoul(argv[0], NULL, 10) : 1;
	unsigned long pause_ms = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct done done = {.opens = clocks.device >= 0};

	for (unsigned long i = 0; i < rounds; i++) {
		if (clocks.phc >= 0)
			read_phc(clocks.phc, &done);
		if (clocks.device >= 0)
			read_page(clocks.device, &done);
		if (pause_ms)
			usleep((useconds_t)pause_ms * 1000);
	}
	printf("{\"pid\":%d,\"open\":%u,\"read\":%u,\"mmap\":%u,\"clock_gettime\":%u,"
	       "\"PTP_SYS_OFFSET\":%u,\"PTP_SYS_OFFSET_EXTENDED\":%u,\"PTP_SYS_OFFSET_PRECISE\":%u,"
	       "\"samples_per_sys_offset\":%d,\"samples_per_extended\":%d,\"failed\":%u}\n",
	       getpid(), done.opens, done.dev_reads, done.mmaps, done.gettimes, done.sys_offsets,
	       done.extended, done.precise, SYS_OFFSET_SAMPLES, EXTENDED_SAMPLES, done.failed);
	return 0;
}
