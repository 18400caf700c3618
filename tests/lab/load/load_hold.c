// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds a mapping of the page that a child inherits. The child ends half way through; the parent
 * unmaps the page in the end and lives on for half of that time. A line tells of each as it
 * happens.
 * With "-" for the time each step waits for a line on standard input.
 */
#include "load.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES 4096

static void say(const char *what, pid_t child)
{
	printf("{\"now\":\"%s\",\"pid\":%d,\"child\":%d}\n", what, getpid(), child);
	fflush(stdout);
}

static void step(bool by_line, useconds_t half_us)
{
	if (!by_line)
		usleep(half_us);
	else
		while (getchar() != '\n' && !feof(stdin))
			;
}

int load_hold(struct load_clocks clocks, int argc, char **argv)
{
	bool by_line = argc > 0 && strcmp(argv[0], "-") == 0;
	useconds_t half_us = (useconds_t)(argc > 0 ? atoi(argv[0]) : 2) * 500000;
	void *map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, clocks.device, 0);
	pid_t child;

	if (map == MAP_FAILED) {
		perror("load: mmap");
		return 1;
	}
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	say("mapped by both", child);
	step(by_line, half_us);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	say("child gone", child);
	step(by_line, half_us);
	munmap(map, PAGE_BYTES);
	say("unmapped", child);
	step(by_line, half_us);
	return 0;
}
