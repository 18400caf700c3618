// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/service.h"

#define BACKLOG	   128
#define UNIX_TAG   "unix:"
#define HOST_BYTES 256

static int refuse(struct error *error, const char *address, int err)
{
	error_cause(error, "cannot listen at %s: %s", address, strerror(err));
	if (err == EADDRINUSE)
		error_hint(error, "another program listens there; choose another by --listen");
	else if (err == EACCES)
		error_hint(error, "a port below 1024 and a path need the right to it");
	error_hint_files(error, -err);
	return -err;
}

/* Takes @fd over. */
static int keep(struct listeners *listeners, int fd, char *path)
{
	if (listeners->count == LISTENERS) {
		close(fd);
		free(path);
		return -E2BIG;
	}
	listeners->fd[listeners->count] = fd;
	listeners->unlink[listeners->count++] = path;
	return 0;
}

/* Is there a socket without a listener, as a killed program leaves behind? */
static bool is_stale(const struct sockaddr_un *at)
{
	struct stat there;
	int fd, err;

	if (lstat(at->sun_path, &there) || !S_ISSOCK(there.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	err = connect(fd, (const struct sockaddr *)at, sizeof(*at)) ? errno : 0;
	close(fd);
	return err == ECONNREFUSED;
}

static int add_unix(struct listeners *listeners, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, err;

	if (!*path || strlen(path) >= sizeof(at.sun_path))
		return -ENAMETOOLONG;
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (is_stale(&at))
		unlink(path);
	mask = umask(0117);
	err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) || listen(fd, BACKLOG) ? -errno
											: 0;
	umask(mask);
	if (err) {
		close(fd);
		return err;
	}
	return keep(listeners, fd, strdup(path));
}

static int open_at(const struct addrinfo *at, int *out)
{
	int one = 1, zero = 0, err = 0;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* "::" stands for the whole machine; an IPv4 client of it is not to be turned away. */
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG))
		err = -errno;
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

static int say_unresolved(struct error *error, const char *host, int result)
{
	error_cause(error, "cannot listen at %s: %s", host, gai_strerror(result));
	error_hint(error, "give an address of this machine, or a name that it knows");
	return -EHOSTUNREACH;
}

/* All addresses of @host; of the whole machine the first will do, which is all of it. */
static int add_host(struct listeners *listeners, const char *host, const char *port,
		    struct error *error)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found, *at;
	int fd = -1, err = -EADDRNOTAVAIL, opened = 0, result;

	if (!*host) {
		/* A machine without IPv6 has only the second. */
		return add_host(listeners, "::", port, error)
			       ? add_host(listeners, "0.0.0.0", port, error)
			       : 0;
	}
	result = getaddrinfo(host, port, &wanted, &found);
	if (result == EAI_SYSTEM)
		return -errno;
	if (result)
		return say_unresolved(error, host, result);
	for (at = found; at; at = at->ai_next) {
		result = open_at(at, &fd);
		if (!result)
			result = keep(listeners, fd, NULL);
		if (result)
			err = result;
		opened += !result;
	}
	freeaddrinfo(found);
	/* "localhost" may have an address of a family that this machine does not. */
	return opened ? 0 : err;
}

/* "host:port": @host, which has @bytes, and where in @address @port is. -EINVAL if it is none. */
static int split(const char *address, char *host, size_t bytes, const char **port)
{
	const char *from = address, *colon = strrchr(address, ':'), *end = colon;
	uint64_t number;

	if (colon && *from == '[' && colon > from && colon[-1] == ']') {
		from++;
		end--;
	} else if (colon && memchr(address, ':', (size_t)(colon - address))) {
		end = NULL;
	}
	if (!end || parse_u64_within(colon + 1, 0, UINT16_MAX, &number) ||
	    (size_t)(end - from) >= bytes)
		return -EINVAL;
	memcpy(host, from, (size_t)(end - from));
	host[end - from] = '\0';
	*port = colon + 1;
	return 0;
}

static bool is_unix(const char *address)
{
	return !strncmp(address, UNIX_TAG, strlen(UNIX_TAG));
}

int listeners_check(const char *address, struct error *error)
{
	char host[HOST_BYTES];
	const char *port;

	if (is_unix(address) ? address[strlen(UNIX_TAG)] != '\0'
			     : !split(address, host, sizeof(host), &port))
		return 0;
	error_cause(error, "%s is no address to listen at", address);
	error_hint(error, "such as 127.0.0.1:10319, [::1]:10319, :10319, unix:/run/a.sock");
	return -EINVAL;
}

int listeners_add(struct listeners *listeners, const char *address, struct error *error)
{
	char host[HOST_BYTES];
	const char *port;
	int err = listeners_check(address, error);

	if (err)
		return err;
	if (is_unix(address)) {
		err = add_unix(listeners, address + strlen(UNIX_TAG));
	} else {
		split(address, host, sizeof(host), &port);
		err = add_host(listeners, host, port, error);
		if (err == -EHOSTUNREACH)
			return err;
	}
	return err ? refuse(error, address, -err) : 0;
}

static bool is_listening_stream(int fd)
{
	int type = 0, listens = 0;
	socklen_t length = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_STREAM &&
	       !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) && listens;
}

int listeners_add_inherited(struct listeners *listeners, struct error *error)
{
	int count = service_take_sockets();

	if (count < 0) {
		error_cause(error, "LISTEN_PID and LISTEN_FDS are no sockets of this process");
		error_hint(error, "systemd sets them for a .socket unit; unset them elsewhere");
		return count;
	}
	for (int fd = SERVICE_FIRST_SOCKET; fd < SERVICE_FIRST_SOCKET + count; fd++) {
		if (!is_listening_stream(fd)) {
			error_cause(error,
				    "what systemd hands over is not a listening stream socket");
			error_hint(error, "in the .socket unit: ListenStream=, and Accept=no");
			return -ENOTSOCK;
		}
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		if (keep(listeners, fd, NULL))
			return refuse(error, "so many sockets of systemd", E2BIG);
	}
	return count;
}

void listeners_name(const struct listeners *listeners, size_t index, char *text, size_t bytes)
{
	struct sockaddr_storage at = {0};
	socklen_t length = sizeof(at);
	char host[64], port[8];

	snprintf(text, bytes, "?");
	if (getsockname(listeners->fd[index], (struct sockaddr *)&at, &length))
		return;
	if (at.ss_family == AF_UNIX)
		snprintf(text, bytes, UNIX_TAG "%s", ((struct sockaddr_un *)&at)->sun_path);
	else if (!getnameinfo((struct sockaddr *)&at, length, host, sizeof(host), port,
			      sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, bytes, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

void listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++) {
		if (listeners->unlink[i])
			unlink(listeners->unlink[i]);
		free(listeners->unlink[i]);
		close(listeners->fd[i]);
	}
	listeners->count = 0;
}
