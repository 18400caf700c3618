/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small HTTP server for a few pages that are made when they are asked for, by GET and HEAD.
 *
 * It runs in one thread of the caller's: connections are many, answers one after the other, so
 * pages need no lock among themselves and must be made fast. Clients are bounded in number, size
 * and time, whatever they do (serve/connections.h).
 */
#ifndef VMCLOCK_TRACE_SERVE_HTTP_H
#define VMCLOCK_TRACE_SERVE_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "serve/connections.h"
#include "serve/listeners.h"

/* What is asked. */
struct http_request {
	const char *path;   /* without its query */
	const char *accept; /* the header, or NULL */
};

/* The answer, to be filled. */
struct http_answer {
	unsigned int status;
	const char *type; /* static */
	char *body;	  /* allocated; it is then the server's. NULL: there was no memory */
	size_t bytes;
};

typedef void (*http_page_fn)(const struct http_request *request, struct http_answer *answer,
			     void *arg);

/* A page; or, of a path as "/d/", it and all below. The table of them ends with a NULL path. */
struct http_page {
	const char *path;
	http_page_fn make;
};

/* What became of it. By the hundreds of the status: code[4] counts 400 to 499. */
struct http_counts {
	uint64_t code[6];
	uint64_t reloads;	  /* of the web configuration */
	uint64_t reload_failures; /* it was wrong, and the one before stays in force */
};

struct http_options {
	const struct http_page *pages; /* all of this borrowed for the life of the server */
	void *arg;
	const struct listeners *listeners;
	const char *web_config; /* a file for serve/web_config.h, or NULL */
	/* Told of the first client that could not be let in, with -errno; or NULL. */
	void (*refused)(int err);
};

struct http;

/* Ready to run. 0 or -errno with @error filled. The caller closes *@out. */
int http_open(const struct http_options *options, struct http **out, struct error *error);

/* NULL is fine. */
void http_close(struct http *http);

/* Serve until http_stop(). */
void http_run(struct http *http);

/* From any thread, at any time: make http_run() return. */
void http_stop(struct http *http);

/* For pages, and once http_run() has returned. Owned by @http. */
const struct http_counts *http_counts(const struct http *http);
const struct connections *http_connections(const struct http *http);

#endif
