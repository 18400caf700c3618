// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds a mapping of the page that a child inherits. The child ends half way through; the parent
 * unmaps the page in the end and lives on for half of that time. A line tells of each as it
 * happens.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES 4096

static void say(const char *what, pid_t child)
{
	printf("{\"now\":\"%s\",\"pid\":%d,\"child\":%d}\n", what, getpid(), child);
	fflush(stdout);
}

int load_hold(struct load_clocks clocks, int argc, char **argv)
{
	useconds_t half_us = (useconds_t)(argc > 0 ? atoi(argv[0]) : 2) * 500000;
	void *map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, clocks.device, 0);
	pid_t child;

	if (map == MAP_FAILED) {
		perror("load: mmap");
		return 1;
	}
	child = fork();
	if (child == 0) {
		usleep(half_us);
		_exit(0);
	}
	say("mapped by both", child);
	waitpid(child, NULL, 0);
	say("child gone", child);
	usleep(half_us);
	munmap(map, PAGE_BYTES);
	say("unmapped", child);
	usleep(half_us);
	return 0;
}
