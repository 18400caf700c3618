// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load that knows what it did: reads the clock by every path and prints how often, for tests to
 * hold against what the tracer saw.
 *
 *   load [ROUNDS [PAUSE_MS [COMM]]]
 *
 * COMM is given with \xNN escapes and may hold any byte. Paths that the machine does not have (no
 * PTP clock on a marker-only page) are left out and printed as 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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
	clockid_t id = (~(clockid_t)phc << 3) | 3; /* FD_TO_CLOCKID, see clock_getres(2) */
	struct ptp_sys_offset sys_offset = {.n_samples = SYS_OFFSET_SAMPLES};
	struct ptp_sys_offset_extended extended = {.n_samples = EXTENDED_SAMPLES};
	struct ptp_sys_offset_precise precise = {0};
	struct timespec now;

	count(&done->gettimes, &done->failed, clock_gettime(id, &now));
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

static void rename_thread(const char *escaped)
{
	char comm[16] = {0};
	size_t length = 0;

	while (*escaped && length < sizeof(comm) - 1) {
		unsigned int byte;

		if (sscanf(escaped, "\\x%2x", &byte) == 1) {
			comm[length++] = (char)byte;
			escaped += 4;
		} else {
			comm[length++] = *escaped++;
		}
	}
	prctl(PR_SET_NAME, comm);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	unsigned long pause_ms = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	struct done done = {0};
	int phc, device;

	if (argc > 3)
		rename_thread(argv[3]);
	phc = open("/dev/ptp0", O_RDONLY | O_CLOEXEC);
	device = open("/dev/vmclock0", O_RDONLY | O_CLOEXEC);
	done.opens = device >= 0;
	for (unsigned long i = 0; i < rounds; i++) {
		if (phc >= 0)
			read_phc(phc, &done);
		if (device >= 0)
			read_page(device, &done);
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
