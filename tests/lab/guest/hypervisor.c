// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plays the hypervisor from inside the guest: fills the vmclock page, keeps it true, and lies in
 * it when told to.
 *
 * QEMU's own vmclock tells a disruption marker and no time, and no better one can be had under
 * emulation. But the page is memory, and root in the guest can write memory: before the driver is
 * loaded, so that it finds a full clock and registers a PTP clock.
 *
 *	hypervisor INDEX CLOCK PAGE PORT [SCENARIO]
 *
 * INDEX is that of the vmclock; CLOCK is full, marker-only (the page's time is left alone) or none
 * (there is no page); PAGE its physical address; PORT the virtio-serial port to the host, or what
 * is none. It sets the guest's clock to the host's, fills the page, and goes on in the background,
 * where it does what it reads: from the FIFO /run/lab/clock (of the second vmclock
 * /run/lab/clock1), from the PORT, and from the SCENARIO (see command.h). Where the machine can
 * notify (see notice.h), a full clock says so, and notifies after each of its updates.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "host.h"
#include "truth.h"

#define COMMAND_FIFO	 "/run/lab/clock%s"
#define MARKER_SAMPLE_NS 10000000 /* how soon a migration is noticed */
#define NEVER		 INT64_MAX

/* When something is due, on CLOCK_MONOTONIC, and how often. */
static int64_t refresh_every_ns = NS_PER_S, refresh_at_ns, unstick_at_ns = NEVER;

static struct scenario scenario;
static int64_t scenario_start_ns;
static int cue_next;

/* Lines that come in pieces. */
struct inlet {
	int fd;
	size_t len;
	char text[1024];
};

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

static void command_run(const struct command *command)
{
	int64_t length_ns = (int64_t)(command->number * (double)NS_PER_S);

	switch (command->verb) {
	case VERB_SET:
		clock_set(&command->fields);
		break;
	case VERB_FREE:
		clock_free(&command->fields);
		break;
	case VERB_STEP:
		clock_step((int64_t)command->number);
		break;
	case VERB_SLEW:
		clock_slew(command->number);
		break;
	case VERB_STICK:
		clock_stick(true);
		unstick_at_ns = monotonic_ns() + length_ns;
		break;
	case VERB_DISRUPT:
		clock_disrupt();
		break;
	case VERB_MIGRATED:
		clock_migrated();
		break;
	case VERB_REFRESH:
		refresh_every_ns = length_ns;
		refresh_at_ns = 0;
		break;
	case VERB_START:
		scenario_start_ns = monotonic_ns();
		break;
	case VERBS:
		break;
	}
}

static void line_run(char *line)
{
	struct command command;
	char shown[64];

	snprintf(shown, sizeof(shown), "%s", line);
	if (command_parse(line, &command))
		say("the clock does not understand: %s", shown);
	else
		command_run(&command);
}

static void inlet_read(struct inlet *inlet)
{
	ssize_t got =
		read(inlet->fd, inlet->text + inlet->len, sizeof(inlet->text) - 1 - inlet->len);

	if (got <= 0)
		return;
	inlet->len += (size_t)got;
	inlet->text[inlet->len] = '\0';
	for (char *end; (end = strchr(inlet->text, '\n'));) {
		*end = '\0';
		line_run(inlet->text);
		inlet->len -= (size_t)(end + 1 - inlet->text);
		memmove(inlet->text, end + 1, inlet->len + 1);
	}
	if (inlet->len == sizeof(inlet->text) - 1)
		inlet->len = 0; /* no command is that long */
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t cue_at_ns(void)
{
	if (scenario_start_ns == 0 || cue_next == scenario.count)
		return NEVER;
	return scenario_start_ns + scenario.cues[cue_next].at_ns;
}

static int64_t next_turn_ns(int64_t now_ns)
{
	int64_t next_ns = earlier(unstick_at_ns, cue_at_ns());

	if (refresh_every_ns > 0)
		next_ns = earlier(next_ns, earlier(refresh_at_ns, now_ns + MARKER_SAMPLE_NS));
	return next_ns;
}

static void take_turn(int64_t now_ns)
{
	if (now_ns >= unstick_at_ns) {
		unstick_at_ns = NEVER;
		clock_stick(false);
	}
	while (now_ns >= cue_at_ns())
		command_run(&scenario.cues[cue_next++].command);
	if (refresh_every_ns == 0)
		return;
	clock_check_migration();
	if (now_ns >= refresh_at_ns) {
		clock_sample_page();
		clock_renew();
		refresh_at_ns = now_ns + refresh_every_ns;
	}
}

static void go_on(int fifo, int port)
{
	struct inlet inlets[2] = {{.fd = fifo}, {.fd = port}};
	struct pollfd polled[2] = {{fifo, POLLIN, 0}, {port, POLLIN, 0}};

	for (;;) {
		int64_t now_ns = monotonic_ns(), next_ns = next_turn_ns(now_ns);
		int64_t wait_ns = next_ns > now_ns ? next_ns - now_ns : 0;
		struct timespec wait = {wait_ns / (int64_t)NS_PER_S, wait_ns % (int64_t)NS_PER_S};

		if (ppoll(polled, 2, next_ns == NEVER ? NULL : &wait, NULL) > 0)
			for (int i = 0; i < 2; i++)
				if (polled[i].revents & POLLIN)
					inlet_read(&inlets[i]);
		take_turn(monotonic_ns());
	}
}

/* The FIFO's file descriptor; -errno, which has been said. */
static int fifo_open(int index)
{
	char path[32];
	int fifo;

	snprintf(path, sizeof(path), COMMAND_FIFO, index ? "1" : "");
	fifo = mkfifo(path, 0600) ? -1 : open(path, O_RDWR | O_CLOEXEC);
	if (fifo >= 0)
		return fifo;
	say("%s: %s", path, strerror(errno));
	return -errno;
}

int main(int argc, char **argv)
{
	int fifo, port, err;

	if (argc != 5 && argc != 6) {
		fprintf(stderr, "usage: hypervisor INDEX CLOCK PAGE PORT [SCENARIO]\n");
		return 2;
	}
	port = host_open(argv[4]);
	if (argc == 6 && scenario_read(argv[5], &scenario))
		return 1;
	guest_clock_set();
	if (strcmp(argv[2], "none") == 0)
		return 0;
	err = clock_start(atoi(argv[1]), strtoull(argv[3], NULL, 0), strcmp(argv[2], "full") == 0);
	if (err) {
		say("the page cannot be had from /dev/mem: %s", strerror(-err));
		return 1;
	}
	fifo = fifo_open(atoi(argv[1]));
	if (fifo < 0)
		return 1;
	if (fork() == 0)
		go_on(fifo, port);
	return 0;
}
