// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line to whoever runs the lab. The host answers '?' with its time, seconds and nanoseconds
 * with a point between, and shows what begins with '#' and ends with the line.
 */
#include "host.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES	   16
#define TIMEOUT_MS 1000

static int port_fd = -1;

int host_open(const char *path)
{
	port_fd = open(path, O_RDWR | O_CLOEXEC);
	return port_fd;
}

void say(const char *format, ...)
{
	char text[400] = "#";
	va_list args;

	va_start(args, format);
	vsnprintf(text + 1, sizeof(text) - 2, format, args);
	va_end(args);
	strcat(text, "\n");
	if (port_fd < 0 || write(port_fd, text, strlen(text)) < 0)
		fputs(text, stderr);
}

/* One line of text from the host; false if it is late. */
static bool host_answer(char *text, size_t size)
{
	struct pollfd polled = {port_fd, POLLIN, 0};
	size_t len = 0;

	while (len + 1 < size) {
		if (poll(&polled, 1, TIMEOUT_MS) <= 0 || read(port_fd, &text[len], 1) != 1)
			return false;
		if (text[len] == '\n')
			break;
		len++;
	}
	text[len] = '\0';
	return true;
}

bool reading_of_host(struct reading *best)
{
	bool found = false;

	for (int i = 0; port_fd >= 0 && i < TRIES; i++) {
		struct reading reading;
		struct timespec time;
		uint64_t before;
		char text[64];

		before = counter_now();
		if (write(port_fd, "?", 1) != 1 || !host_answer(text, sizeof(text)) ||
		    sscanf(text, "%ld.%9ld", &time.tv_sec, &time.tv_nsec) != 2)
			break;
		reading = reading_between(before, &time, counter_now());
		if (!found || reading.error_ticks < best->error_ticks)
			*best = reading;
		found = true;
	}
	return found;
}
