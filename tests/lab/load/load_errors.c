// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls that fail, each in its way and as often as its row says. */
#include "load.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/ptp_clock.h>

#define PAGE_BYTES 4096
#define NOWHERE	   ((void *)1)

/* Through a variable, so that no compiler warns of what is wrong on purpose. */
static void *volatile nowhere = NOWHERE;

static long offset_too_many(struct load_clocks clocks)
{
	struct ptp_sys_offset offset = {.n_samples = PTP_MAX_SAMPLES + 1};

	return ioctl(clocks.phc, PTP_SYS_OFFSET, &offset);
}

static long offset_nowhere(struct load_clocks clocks)
{
	return ioctl(clocks.phc, PTP_SYS_OFFSET, nowhere);
}

static long extended_too_many(struct load_clocks clocks)
{
	struct ptp_sys_offset_extended extended = {.n_samples = PTP_MAX_SAMPLES + 1};

	return ioctl(clocks.phc, PTP_SYS_OFFSET_EXTENDED, &extended);
}

/* The clock is read, and then there is nobody to tell. */
static long precise_nowhere(struct load_clocks clocks)
{
	return ioctl(clocks.phc, PTP_SYS_OFFSET_PRECISE, nowhere);
}

static long gettime_nowhere(struct load_clocks clocks)
{
	return syscall(SYS_clock_gettime, phc_clock_id(clocks.phc), nowhere);
}

static long read_nowhere(struct load_clocks clocks)
{
	return pread(clocks.device, nowhere, PAGE_BYTES, 0);
}

static long map(struct load_clocks clocks, size_t bytes, int protection)
{
	return mmap(NULL, bytes, protection, MAP_SHARED, clocks.device, 0) == MAP_FAILED ? -1 : 0;
}

static long mmap_two_pages(struct load_clocks clocks)
{
	return map(clocks, 2 * PAGE_BYTES, PROT_READ);
}

static const struct {
	const char *path, *how;
	int times;
	int error;
	long (*call)(struct load_clocks clocks);
	bool of_device;
} attempts[] = {
	{"PTP_SYS_OFFSET", "n_samples is 26", 3, EINVAL, offset_too_many},
	{"PTP_SYS_OFFSET", "bad pointer", 2, EFAULT, offset_nowhere},
	{"PTP_SYS_OFFSET_EXTENDED", "n_samples is 26", 4, EINVAL, extended_too_many},
	{"PTP_SYS_OFFSET_PRECISE", "bad pointer", 5, EFAULT, precise_nowhere},
	{"clock_gettime", "bad pointer", 6, EFAULT, gettime_nowhere},
	{"read", "bad pointer", 7, EFAULT, read_nowhere, true},
	{"mmap", "two pages", 8, EINVAL, mmap_two_pages, true},
};

int load_errors(struct load_clocks clocks, int argc, char **argv)
{
	int surprises = 0;

	(void)argc, (void)argv;
	printf("{\"pid\":%d,\"calls\":[", getpid());
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int fd = attempts[i].of_device ? clocks.device : clocks.phc, made = 0;

		for (; fd >= 0 && made < attempts[i].times; made++) {
			errno = 0;
			if (attempts[i].call(clocks) == 0 || errno != attempts[i].error) {
				surprises++;
				fprintf(stderr, "load: %s, %s: %s\n", attempts[i].path,
					attempts[i].how, strerror(errno));
			}
		}
		printf("%s{\"path\":\"%s\",\"how\":\"%s\",\"times\":%d,\"result\":%d}",
		       i ? "," : "", attempts[i].path, attempts[i].how, made, -attempts[i].error);
	}
	printf("]}\n");
	return surprises > 0;
}
