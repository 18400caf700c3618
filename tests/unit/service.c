// SPDX-License-Identifier: GPL-2.0-or-later
/* base/service.h: which of the variables are meant for this process, and what is taken of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/service.h"

static void set_pid(const char *name, pid_t pid)
{
	char text[24];

	snprintf(text, sizeof(text), "%d", (int)pid);
	setenv(name, text, 1);
}

static void takes_sockets_once(void **state)
{
	int end[2];

	(void)state;
	assert_int_equal(pipe(end), 0);
	assert_int_equal(dup2(end[0], SERVICE_FIRST_SOCKET), SERVICE_FIRST_SOCKET);
	set_pid("LISTEN_PID", getpid());
	setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(service_take_sockets(), 1);
	assert_int_equal(fcntl(SERVICE_FIRST_SOCKET, F_GETFD), FD_CLOEXEC);
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(service_take_sockets(), 0);
}

static void leaves_others_alone(void **state)
{
	(void)state;
	set_pid("LISTEN_PID", getppid());
	setenv("LISTEN_FDS", "2", 1);
	assert_int_equal(service_take_sockets(), 0);
	assert_string_equal(getenv("LISTEN_FDS"), "2");
}

static void refuses_nonsense(void **state)
{
	static const char *const count[] = {"", "-1", "x", "2147483647", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(count) / sizeof(*count); i++) {
		set_pid("LISTEN_PID", getpid());
		setenv("LISTEN_FDS", count[i], 1);
		assert_int_equal(service_take_sockets(), -EINVAL);
	}
	/* More than there are: the one behind the last is not open. */
	setenv("LISTEN_FDS", "1000", 1);
	set_pid("LISTEN_PID", getpid());
	assert_int_equal(service_take_sockets(), -EINVAL);
	setenv("LISTEN_PID", "me", 1);
	setenv("LISTEN_FDS", "0", 1);
	assert_int_equal(service_take_sockets(), -EINVAL);
}

static void watchdog_is_for_this_process(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "2500000", 1);
	assert_int_equal(service_watchdog_ns(), 2500000000);
	set_pid("WATCHDOG_PID", getppid());
	assert_int_equal(service_watchdog_ns(), 0);
	set_pid("WATCHDOG_PID", getpid());
	assert_int_equal(service_watchdog_ns(), 2500000000);
	setenv("WATCHDOG_USEC", "0", 1);
	assert_int_equal(service_watchdog_ns(), 0);
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(service_watchdog_ns(), 0);
}

/* As systemd sets it without a namespace of its own: a name that is no file's. */
static void tells_by_abstract_name(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(at);
	char name[128], told[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ssize_t bytes;

	(void)state;
	/* The kernel chooses a name that is free. */
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(sa_family_t)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	snprintf(name, sizeof(name), "@%.*s",
		 (int)(length - offsetof(struct sockaddr_un, sun_path) - 1), at.sun_path + 1);
	setenv("NOTIFY_SOCKET", name, 1);
	service_tell("READY=1");
	bytes = recv(fd, told, sizeof(told), MSG_DONTWAIT);
	assert_int_equal(bytes, 7);
	assert_memory_equal(told, "READY=1", 7);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_sockets_once),
		cmocka_unit_test(leaves_others_alone),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(watchdog_is_for_this_process),
		cmocka_unit_test(tells_by_abstract_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
