// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests by their number, such as the header here does not have yet. The structure asks for three
 * samples, in the first word and in the third, where the forms with attributes have it.
 */
#include "load.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SAMPLES	  3
#define MAX_WORDS 1024

int load_request(struct load_clocks clocks, int argc, char **argv)
{
	static uint32_t words[MAX_WORDS];
	long number = argc > 0 ? atol(argv[0]) : 0, times = argc > 1 ? atol(argv[1]) : 1;
	int result = 0;

	for (long i = 0; i < times; i++) {
		words[0] = words[2] = SAMPLES;
		result = ioctl(clocks.phc,
			       _IOC(_IOC_READ | _IOC_WRITE, '=', (unsigned int)number, 24), words);
		if (result < 0)
			result = -errno;
	}
	printf("{\"pid\":%d,\"times\":%ld,\"result\":%d}\n", getpid(), times, result);
	return 0;
}
