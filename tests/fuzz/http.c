// SPDX-License-Identifier: GPL-2.0-or-later
/* What clients send to the exporter's server: it lives on, and answers the next one. */
#include "fuzz.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "serve/accept.h"
#include "serve/http.h"

#define PATIENCE_MS 10000

static char socket_path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static void make_page(const struct http_request *request, struct http_answer *answer, void *arg)
{
	(void)arg;
	answer->status = 200;
	answer->type = "text/plain";
	answer->bytes = accept_quality(request->accept, "text/plain", "0.0.4") % 100;
	answer->body = calloc(1, answer->bytes + 1);
}

static void *serve(void *http)
{
	http_run(http);
	return NULL;
}

static void remove_socket(void)
{
	unlink(socket_path);
}

static void start(void)
{
	static const struct http_page pages[] = {{"/metrics", make_page}, {NULL, NULL}};
	static struct listeners listeners;
	static struct http *http;
	struct http_options options = {.pages = pages, .listeners = &listeners};
	char address[sizeof(socket_path) + 8];
	struct error error = {0};
	pthread_t thread;

	snprintf(socket_path, sizeof(socket_path), "/tmp/fuzz-http-%d.sock", getpid());
	snprintf(address, sizeof(address), "unix:%s", socket_path);
	CHECK(!listeners_add(&listeners, address, &error));
	CHECK(!http_open(&options, &http, &error));
	CHECK(!pthread_create(&thread, NULL, serve, http));
	atexit(remove_socket);
}

static int connected(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	memcpy(to.sun_path, socket_path, sizeof(socket_path));
	while (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		CHECK(errno == EAGAIN || errno == EINTR);
	return fd;
}

/* The fuzzer's own alarm, every few seconds, may come in between. */
static bool ready_in_time(struct pollfd *ready)
{
	int count;

	do
		count = poll(ready, 1, PATIENCE_MS);
	while (count < 0 && errno == EINTR);
	return count == 1;
}

/* Send all, say that no more comes, and read what there is: the server must end it. */
static size_t ask(const void *data, size_t size)
{
	char answer[4096];
	int fd = connected();
	size_t all = 0;
	ssize_t got;

	for (const char *next = data; size;) {
		ssize_t sent = send(fd, next, size, MSG_NOSIGNAL);

		if (sent <= 0)
			break;
		next += sent;
		size -= (size_t)sent;
	}
	shutdown(fd, SHUT_WR);
	do {
		struct pollfd ready = {.fd = fd, .events = POLLIN};

		CHECK(ready_in_time(&ready));
		got = read(fd, answer, sizeof(answer));
		all += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	close(fd);
	return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char decent[] =
		"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	static uint64_t asked;

	if (!asked++)
		start();
	ask(data, size);
	if (asked % 64 == 0)
		CHECK(ask(decent, sizeof(decent) - 1));
	return 0;
}
