// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "serve/http_state.h"

/* What a client may say at most before it is answered, and what is held of it meanwhile. */
#define CLIENT_BYTES 16384

/* Of those that wait to come in, so many at a time: those who are in get their turn. */
#define ACCEPT_AT_ONCE 16

/* Where there is no descriptor left, the next client is let in so much later. */
#define ACCEPT_PAUSE_NS 100000000

/* How often the files of the web configuration are looked at. */
#define RELOAD_NS	 1000000000ull
#define RELOAD_FAILED_NS 60000000000ull

#define POLLS (2 + LISTENERS)

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http *http = arg;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

		*context = connections_add(&http->connections, info->connect_fd, now_ns);
	} else if (*context) {
		connections_remove(&http->connections, *context);
	}
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct connection *entry = http_connection(connection);
	struct http *http = arg;

	(void)request;
	(void)code;
	if (http->auth)
		basic_auth_forget(http->auth, connection);
	if (entry)
		connection_answered(entry, clock_now_ns(CLOCK_MONOTONIC));
}

static void hold(void *connection)
{
	MHD_suspend_connection(connection);
}

static void release(void *connection, void *arg)
{
	struct http *http = arg;

	MHD_resume_connection(connection);
	eventfd_write(http->wake, 1);
}

static const char *priorities(const struct web_config *web)
{
	if (!web->tls12)
		return "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	return web->tls13 ? "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
			  : "NORMAL:-VERS-ALL:+VERS-TLS1.2";
}

static struct MHD_Daemon *start_daemon(struct http *http, const struct web_config *web)
{
	/* Waited for by ourselves: time limits are ours, MHD has none on a whole request. */
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem tls[5] = {{MHD_OPTION_END, 0, NULL}};
	size_t used = 0;

	if (web && web->cert) {
		flags |= MHD_USE_TLS;
		tls[used++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, web->cert};
		tls[used++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, web->key};
		tls[used++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
						      (void *)priorities(web)};
		if (web->client_ca)
			tls[used++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0,
							      web->client_ca};
		tls[used] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	}
	return MHD_start_daemon(
		flags, 0, NULL, NULL, http_on_request, http, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_BYTES,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, http, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

/* No client may be held when its daemon is stopped. */
static void stop_daemon(struct http *http)
{
	basic_auth_free(http->auth);
	http->auth = NULL;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	web_config_free(http->web);
}

static void refuse(struct error *error, int err)
{
	error_cause(error, "the HTTP server does not start: %s", strerror(-err));
	error_hint_files(error, err);
}

/* Read the web configuration, if there is one, and begin to serve by it. */
static int load(struct http *http, struct error *error)
{
	const struct auth_waiting waiting = {hold, release, http};
	struct web_config *web = NULL;
	struct basic_auth *auth = NULL;
	struct MHD_Daemon *daemon;
	int err = http->options.web_config ? web_config_load(http->options.web_config, &web, error)
					   : 0;

	if (err)
		return err;
	if (web)
		auth = basic_auth_new(web, &waiting);
	errno = 0;
	daemon = !web || auth ? start_daemon(http, web) : NULL;
	if (!daemon) {
		err = errno ? -errno : -ENOMEM;
		refuse(error, err);
		basic_auth_free(auth);
		web_config_free(web);
		return err;
	}
	/* This ends its connections: those who were let in by the old certificate ask again. */
	stop_daemon(http);
	http->daemon = daemon;
	http->auth = auth;
	http->web = web;
	return 0;
}

static void reload_when_due(struct http *http, uint64_t now_ns)
{
	if (!http->web || now_ns < http->recheck_ns)
		return;
	http->recheck_ns = now_ns + RELOAD_NS;
	if (!web_config_is_old(http->web))
		return;
	if (load(http, NULL)) {
		http->counts.reload_failures++;
		/* One failure a minute: certificates are mostly replaced in several steps. */
		http->recheck_ns = now_ns + RELOAD_FAILED_NS;
	} else {
		http->counts.reloads++;
	}
}

/* Let clients in. -errno: there is no descriptor left for one, or no memory. */
static int let_in(struct http *http, int listener, uint64_t now_ns)
{
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		struct sockaddr_storage at;
		socklen_t length = sizeof(at);
		int fd;

		if (!connections_have_room(&http->connections)) {
			connections_make_room(&http->connections, now_ns);
			return 0;
		}
		fd = accept4(listener, (struct sockaddr *)&at, &length,
			     SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
					       errno == ENOBUFS
				       ? -errno
				       : 0;
		/* It closes what it does not take. */
		MHD_add_connection(http->daemon, fd, (struct sockaddr *)&at, length);
	}
	return 0;
}

/* Wait with the next ones; the first time that is said. */
static void pause_after(struct http *http, int err, uint64_t now_ns)
{
	if (!http->paused_until_ns && http->options.refused)
		http->options.refused(err);
	http->paused_until_ns = now_ns + ACCEPT_PAUSE_NS;
}

/* Milliseconds until @at_ns or until MHD wants to run; -1: until something happens. */
static int time_left(const struct http *http, uint64_t now_ns, uint64_t at_ns)
{
	MHD_UNSIGNED_LONG_LONG mhd_ms;
	uint64_t ms = at_ns == UINT64_MAX ? UINT64_MAX
		      : at_ns <= now_ns	  ? 0
					  : (at_ns - now_ns) / 1000000 + 1;

	if (MHD_get_timeout(http->daemon, &mhd_ms) == MHD_YES && mhd_ms < ms)
		ms = mhd_ms;
	return ms == UINT64_MAX ? -1 : ms > 60000 ? 60000 : (int)ms;
}

/* Wait until there is something to do, in @fds: to wake up, MHD's own, and each listener. */
static void wait_for(struct http *http, struct pollfd fds[POLLS])
{
	const struct listeners *listeners = http->options.listeners;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	uint64_t next_ns = connections_expire(&http->connections, now_ns);
	bool paused = now_ns < http->paused_until_ns;

	if (paused && http->paused_until_ns < next_ns)
		next_ns = http->paused_until_ns;
	fds[0] = (struct pollfd){.fd = http->wake, .events = POLLIN};
	fds[1] = (struct pollfd){
		.fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
		.events = POLLIN};
	for (size_t i = 0; i < listeners->count; i++)
		fds[2 + i] =
			(struct pollfd){.fd = paused ? -1 : listeners->fd[i], .events = POLLIN};
	poll(fds, 2 + listeners->count, time_left(http, now_ns, next_ns));
}

void http_run(struct http *http)
{
	const struct listeners *listeners = http->options.listeners;
	struct pollfd fds[POLLS];
	eventfd_t woken;

	do {
		uint64_t now_ns;

		wait_for(http, fds);
		eventfd_read(http->wake, &woken);
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		reload_when_due(http, now_ns);
		for (size_t i = 0; i < listeners->count; i++) {
			int err = fds[2 + i].revents ? let_in(http, listeners->fd[i], now_ns) : 0;

			if (err)
				pause_after(http, err, now_ns);
		}
		MHD_run(http->daemon);
	} while (!atomic_load(&http->stops));
}

void http_stop(struct http *http)
{
	atomic_store(&http->stops, true);
	eventfd_write(http->wake, 1);
}

int http_open(const struct http_options *options, struct http **out, struct error *error)
{
	struct http *http = calloc(1, sizeof(*http));
	int err = -ENOMEM;

	if (http) {
		http->options = *options;
		http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		http->gzip = http->wake >= 0 ? gzip_new() : NULL;
		if (http->gzip)
			err = load(http, error);
	}
	if (http && http->wake < 0) {
		err = -errno;
		refuse(error, err);
	} else if (err == -ENOMEM) {
		error_no_memory(error);
	}
	if (err)
		http_close(http);
	else
		*out = http;
	return err;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	stop_daemon(http);
	if (http->wake >= 0)
		close(http->wake);
	gzip_free(http->gzip);
	free(http);
}

const struct http_counts *http_counts(const struct http *http)
{
	return &http->counts;
}

const struct connections *http_connections(const struct http *http)
{
	return &http->connections;
}
