// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/service.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parse.h"

void service_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path) || !strchr("/@", path[0]))
		return;
	memcpy(address.sun_path, path, length);
	/* A name that is no file's. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

uint64_t service_watchdog_ns(void)
{
	const char *period = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
	uint64_t us, pid;

	if (process && (parse_u64(process, &pid) || pid != (uint64_t)getpid()))
		return 0;
	if (!period || parse_u64_within(period, 1, UINT64_MAX / 1000, &us))
		return 0;
	return us * 1000;
}

int service_take_sockets(void)
{
	const char *process = getenv("LISTEN_PID"), *sockets = getenv("LISTEN_FDS");
	uint64_t pid, count = 0;
	int err = 0;

	/* They are another's: a shell that inherits the variables has started us. */
	if (!process || !sockets || (!parse_u64(process, &pid) && pid != (uint64_t)getpid()))
		return 0;
	if (parse_u64(process, &pid) ||
	    parse_u64_within(sockets, 0, INT_MAX - SERVICE_FIRST_SOCKET, &count))
		err = -EINVAL;
	for (int fd = SERVICE_FIRST_SOCKET; !err && fd < SERVICE_FIRST_SOCKET + (int)count; fd++)
		err = fcntl(fd, F_SETFD, FD_CLOEXEC) ? -EINVAL : 0;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return err ?: (int)count;
}
