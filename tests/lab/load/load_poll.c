// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for updates of the page with poll() and reads each. A device that promises no notifications
 * hangs up; one without a poll() of its own (before Linux 7.0) is always ready, also for writing,
 * which tells. Neither is worth waiting for.
 */
#include "load.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_BYTES 4096

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int load_poll(struct load_clocks clocks, int argc, char **argv)
{
	int64_t end_ms = monotonic_ms() + 1000 * (argc > 0 ? atoi(argv[0]) : 1), left_ms;
	struct pollfd polled = {clocks.device, POLLIN | POLLOUT, 0};
	unsigned int polls = 0, wakes = 0, reads = 1;
	bool of_use = clocks.device >= 0;
	char page[PAGE_BYTES];

	if (!of_use || pread(clocks.device, page, sizeof(page), 0) < 0) {
		fprintf(stderr, "load: no vmclock to read\n");
		return 1;
	}
	while (of_use && (left_ms = end_ms - monotonic_ms()) > 0) {
		int ready = poll(&polled, 1, (int)left_ms);

		polls++;
		of_use = !(polled.revents & (POLLHUP | POLLOUT));
		if (ready > 0 && of_use) {
			wakes++;
			reads += pread(clocks.device, page, sizeof(page), 0) > 0;
		}
	}
	printf("{\"pid\":%d,\"poll\":%u,\"wakes\":%u,\"read\":%u,\"hung_up\":%s,"
	       "\"always_ready\":%s}\n",
	       getpid(), polls, wakes, reads, polled.revents & POLLHUP ? "true" : "false",
	       polled.revents & POLLOUT ? "true" : "false");
	return 0;
}
