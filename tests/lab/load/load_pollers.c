// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for notifications in every way there is, one thread each: by poll(), select(), and epoll
 * that tells of a state or of a change. Says of each thread how often it was woken.
 */
#include "load.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#define PAGE_BYTES 4096

static int64_t end_ms;

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Each waits for @ms at most. More than 0: the device, or the set that it is in, is ready. */
static int wait_by_poll(int fd, int ms)
{
	struct pollfd polled = {fd, POLLIN, 0};

	return poll(&polled, 1, ms);
}

static int wait_by_select(int fd, int ms)
{
	struct timeval timeout = {ms / 1000, ms % 1000 * 1000};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &timeout);
}

static int wait_by_epoll(int epoll, int ms)
{
	struct epoll_event event;

	return epoll_wait(epoll, &event, 1, ms);
}

struct poller {
	const char *way;
	int (*wait)(int fd, int ms);
	uint32_t epoll_flags;
	int device;
	pthread_t thread;
	pid_t tid;
	unsigned int wakes;
};

static unsigned int wanted_wakes;

static struct poller pollers[] = {
	{.way = "poll", .wait = wait_by_poll},
	{.way = "select", .wait = wait_by_select},
	{.way = "epoll", .wait = wait_by_epoll},
	{.way = "epoll by edge", .wait = wait_by_epoll, .epoll_flags = EPOLLET},
};

#define POLLERS (sizeof(pollers) / sizeof(pollers[0]))

static void *wait_and_read(void *data)
{
	struct poller *poller = data;
	char path[32], page[PAGE_BYTES];
	int device, waited;
	int64_t left_ms;

	/* A file of its own: each has its own idea of what it has read. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", poller->device);
	device = waited = open(path, O_RDONLY | O_CLOEXEC);
	poller->tid = gettid();
	if (device < 0 || pread(device, page, sizeof(page), 0) < 0)
		return NULL;
	if (poller->wait == wait_by_epoll) {
		struct epoll_event event = {.events = EPOLLIN | poller->epoll_flags};

		waited = epoll_create1(0);
		epoll_ctl(waited, EPOLL_CTL_ADD, device, &event);
	}
	fputs("waiting\n", stderr);
	while (poller->wakes < wanted_wakes && (left_ms = end_ms - monotonic_ms()) > 0) {
		if (poller->wait(waited, (int)left_ms) <= 0)
			continue;
		poller->wakes++;
		if (pread(device, page, sizeof(page), 0) < 0)
			break;
		fputs("woken\n", stderr);
	}
	if (waited != device)
		close(waited);
	close(device);
	return NULL;
}

int load_pollers(struct load_clocks clocks, int argc, char **argv)
{
	end_ms = monotonic_ms() + 1000 * (argc > 0 ? atoi(argv[0]) : 1);
	wanted_wakes = argc > 1 ? (unsigned int)atoi(argv[1]) : UINT_MAX;
	for (size_t i = 0; i < POLLERS; i++) {
		pollers[i].device = clocks.device;
		pthread_create(&pollers[i].thread, NULL, wait_and_read, &pollers[i]);
	}
	for (size_t i = 0; i < POLLERS; i++) {
		pthread_join(pollers[i].thread, NULL);
		printf("{\"way\":\"%s\",\"tid\":%d,\"wakes\":%u}\n", pollers[i].way, pollers[i].tid,
		       pollers[i].wakes);
	}
	return 0;
}
