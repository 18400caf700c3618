// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the PTP clock from several threads at once, as fast as it goes. */
#include "load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/ptp_clock.h>

#define THREADS_MAX 64

struct flooder {
	pthread_t thread;
	int phc;
	unsigned long gettimes, precise, failed;
};

static atomic_bool over;

static void *flood(void *data)
{
	struct flooder *flooder = data;

	while (!over) {
		struct ptp_sys_offset_precise precise = {0};
		struct timespec now;

		flooder->failed += clock_gettime(phc_clock_id(flooder->phc), &now) < 0;
		flooder->gettimes++;
		flooder->failed += ioctl(flooder->phc, PTP_SYS_OFFSET_PRECISE, &precise) < 0;
		flooder->precise++;
	}
	return NULL;
}

int load_flood(struct load_clocks clocks, int argc, char **argv)
{
	unsigned int seconds = argc > 0 ? (unsigned int)atoi(argv[0]) : 1;
	int threads = argc > 1 ? atoi(argv[1]) : 2;
	struct flooder flooders[THREADS_MAX] = {0}, sum = {0};

	if (clocks.phc < 0 || threads < 1 || threads > THREADS_MAX) {
		fprintf(stderr, "load: no PTP clock, or not 1 to %d threads\n", THREADS_MAX);
		return 1;
	}
	for (int i = 0; i < threads; i++) {
		flooders[i].phc = clocks.phc;
		if (pthread_create(&flooders[i].thread, NULL, flood, &flooders[i]))
			return 1;
	}
	sleep(seconds);
	over = true;
	for (int i = 0; i < threads; i++) {
		pthread_join(flooders[i].thread, NULL);
		sum.gettimes += flooders[i].gettimes;
		sum.precise += flooders[i].precise;
		sum.failed += flooders[i].failed;
	}
	printf("{\"pid\":%d,\"threads\":%d,\"clock_gettime\":%lu,\"PTP_SYS_OFFSET_PRECISE\":%lu,"
	       "\"failed\":%lu}\n",
	       getpid(), threads, sum.gettimes, sum.precise, sum.failed);
	return 0;
}
