/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a server, for the files http*.c only. */
#ifndef VMCLOCK_TRACE_SERVE_HTTP_STATE_H
#define VMCLOCK_TRACE_SERVE_HTTP_STATE_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdint.h>

#include "serve/basic_auth.h"
#include "serve/gzip.h"
#include "serve/http.h"
#include "serve/web_config.h"

struct http {
	struct http_options options;
	struct MHD_Daemon *daemon;
	struct web_config *web; /* NULL: no TLS, no passwords */
	struct basic_auth *auth;
	struct gzip *gzip;
	struct connections connections;
	struct http_counts counts;
	int wake; /* an eventfd: http_stop(), or a password was checked */
	atomic_bool stops;
	uint64_t recheck_ns;	  /* when to check the files of the web configuration */
	uint64_t paused_until_ns; /* no descriptor was left for a client */
};

/* The entry of MHD's connection in our table; NULL: it has none. */
struct connection *http_connection(struct MHD_Connection *connection);

/* MHD's callback for a request: http_answer.c. */
enum MHD_Result http_on_request(void *arg, struct MHD_Connection *connection, const char *url,
				const char *method, const char *version, const char *upload,
				size_t *upload_bytes, void **seen);

#endif
