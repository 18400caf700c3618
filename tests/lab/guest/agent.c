// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's end of the lab's command channel, and the guest's process 1.
 *
 * It runs the wanted command and tells the host, over one virtio-serial port, what the
 * command wrote and how it ended. One port with frames, and not one port each for stdout and
 * stderr, because only then is the end known to come after everything written before it.
 * A virtio port and not a serial line, because it is fast, byte-clean, holds the writer back
 * when the reader is slow, and lives on through a migration with nothing lost.
 *
 * The command gets pipes and not the port itself: a port can be opened only once, so that
 * `echo > /dev/stderr` or `tee` would fail.
 *
 * A frame: one byte of kind, four of length (little-endian), then the payload.
 *	s	the command starts now; no payload
 *	o e	bytes the command wrote to stdout, stderr
 *	x	it ended; one byte of exit status as a shell says it, 128 + signal if killed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_BYTES 16384
#define ARGS_MAX    1024

/* One of the command's two outputs on its way to the host. */
struct outlet {
	char kind;
	int fd;
};

static int port_fd;

static void die(const char *what)
{
	fprintf(stderr, "lab agent: %s: %s\n", what, strerror(errno));
	exit(1); /* of process 1: the kernel panics, and the host shows this line */
}

static void write_all(int fd, const void *bytes, size_t len)
{
	for (const char *at = bytes; len > 0;) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno != EINTR)
			die("writing to the host");
		if (put > 0) {
			at += put;
			len -= (size_t)put;
		}
	}
}

static void send_frame(char kind, const void *payload, size_t len)
{
	static char frame[5 + CHUNK_BYTES];

	frame[0] = kind;
	for (int i = 0; i < 4; i++)
		frame[1 + i] = (char)(len >> (8 * i));
	if (len > 0)
		memcpy(frame + 5, payload, len);
	write_all(port_fd, frame, 5 + len);
}

/* Passes on what is there to read; false when the last writer has closed the pipe. */
static bool outlet_forward(const struct outlet *outlet)
{
	char bytes[CHUNK_BYTES];
	ssize_t got = read(outlet->fd, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR;
	if (got > 0)
		send_frame(outlet->kind, bytes, (size_t)got);
	return got > 0;
}

/* The words of the command, each ended by a NUL, as the host left them in a file. */
static char **command_read(const char *path)
{
	static char text[128 * 1024], *args[ARGS_MAX + 1];
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int count = 0;

	if (len <= 0 || len == sizeof(text) - 1)
		die(path);
	for (char *at = text; at < text + len && count < ARGS_MAX; at += strlen(at) + 1)
		args[count++] = at;
	close(fd);
	return args;
}

static pid_t command_start(char **args, const int out[2], const int err[2],
			   const sigset_t *child_signal)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	sigprocmask(SIG_UNBLOCK, child_signal, NULL);
	setsid();
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	execvp(args[0], args);
	fprintf(stderr, "lab: %s: %s\n", args[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Tells whoever plays the hypervisor that its scenario begins; nobody there is fine. */
static void scenario_start(void)
{
	int fd = open("/run/lab/clock", O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	write_all(fd, "start\n", 6);
	close(fd);
}

/* Collects the dead, as process 1 must; the command's status once it is among them, else -1. */
static int reap(pid_t command)
{
	int status, exit_status = -1;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (pid != command)
			continue;
		exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	return exit_status;
}

static void on_child(int signal_number)
{
	(void)signal_number; /* only there to interrupt the poll */
}

/* Forwards both outputs until nobody can write to them any more; the command's exit status. */
static int command_watch(pid_t command, struct outlet outlets[2])
{
	struct pollfd polled[2] = {{outlets[0].fd, POLLIN, 0}, {outlets[1].fd, POLLIN, 0}};
	int exit_status = -1;
	sigset_t unblocked;

	sigemptyset(&unblocked);
	while (polled[0].fd >= 0 || polled[1].fd >= 0 || exit_status < 0) {
		int ended;

		if (ppoll(polled, 2, NULL, &unblocked) > 0) {
			for (int i = 0; i < 2; i++)
				if (polled[i].revents && !outlet_forward(&outlets[i]))
					polled[i].fd = -1;
		}
		ended = reap(command);
		if (ended >= 0) {
			exit_status = ended;
			kill(-1, SIGKILL); /* what it left running would hold the pipes open */
		}
	}
	return exit_status;
}

int main(int argc, char **argv)
{
	struct sigaction child = {.sa_handler = on_child};
	struct outlet outlets[2];
	sigset_t child_signal;
	int out[2], err[2];
	unsigned char exit_status;
	pid_t command;

	if (argc != 3) {
		fprintf(stderr, "usage: agent PORT COMMAND-FILE\n");
		return 2;
	}
	port_fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (port_fd < 0)
		die(argv[1]);
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe");
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_signal, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &child, NULL);

	scenario_start();
	send_frame('s', NULL, 0);
	command = command_start(command_read(argv[2]), out, err, &child_signal);
	close(out[1]);
	close(err[1]);
	outlets[0] = (struct outlet){'o', out[0]};
	outlets[1] = (struct outlet){'e', err[0]};
	exit_status = (unsigned char)command_watch(command, outlets);
	send_frame('x', &exit_status, 1);
	for (;;)
		pause(); /* the host takes the machine away */
}
