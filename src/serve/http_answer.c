// SPDX-License-Identifier: GPL-2.0-or-later
/* One request, and its answer. */
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock_now.h"
#include "base/parse.h"
#include "serve/accept.h"
#include "serve/http_state.h"

/* Shorter ones fit into a packet as they are. */
#define PACK_FROM_BYTES 1024

/* Longer bodies are not read to be refused: the connection is cut. */
#define BODY_BYTES 16384

static const char plain_text[] = "text/plain; charset=utf-8";

struct connection *http_connection(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A few words as an answer; the status is its own cause. */
static struct http_answer words(unsigned int status, const char *text)
{
	char *body = strdup(text);

	return (struct http_answer){status, plain_text, body, body ? strlen(body) : 0};
}

/* Pack @answer where the client wants that and it pays. True if it is packed. */
static bool pack(struct http *http, struct MHD_Connection *connection, struct http_answer *answer)
{
	const char *codings = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	char *packed;
	size_t bytes;

	if (answer->bytes < PACK_FROM_BYTES || !codings || !accept_quality(codings, "gzip", NULL) ||
	    gzip_pack(http->gzip, answer->body, answer->bytes, &packed, &bytes))
		return false;
	free(answer->body);
	answer->body = packed;
	answer->bytes = bytes;
	return true;
}

static enum MHD_Result send_answer(struct http *http, struct MHD_Connection *connection,
				   struct http_answer *answer)
{
	struct connection *entry = http_connection(connection);
	bool packed = answer->body && pack(http, connection, answer);
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!answer->body)
		return MHD_NO; /* no memory: the connection is closed */
	response =
		MHD_create_response_from_buffer(answer->bytes, answer->body, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(answer->body);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
				"default-src 'none'; style-src 'unsafe-inline'");
	if (packed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (answer->status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
					"Basic realm=\"vmclock-trace\"");
	if (answer->status == MHD_HTTP_TOO_MANY_REQUESTS)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (entry)
		connection_asked(entry, clock_now_ns(CLOCK_MONOTONIC));
	http->counts.code[answer->status / 100]++;
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Does a request have a body? None that is allowed here needs one. */
static bool has_body(struct MHD_Connection *connection)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
	       (length && strcmp(length, "0"));
}

/* Is it one that is read to its end, so that who sent it gets to see the answer? */
static bool has_small_body(struct MHD_Connection *connection)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t bytes;

	return length && !parse_u64_within(length, 0, BODY_BYTES, &bytes);
}

/* Where clients need a certificate: is there one, and by our authority? */
static bool has_certificate(const struct http *http, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	unsigned int faults;

	if (!http->web || !http->web->client_ca)
		return true;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	return info && !gnutls_certificate_verify_peers2(info->tls_session, &faults) && !faults;
}

/* Where a client comes from, as far as one owner has it: an address of IPv4, a /64 of IPv6. */
static uint64_t origin(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *from = info ? info->client_addr : NULL;
	uint64_t number = 0;

	if (from && from->sa_family == AF_INET) {
		number = ((const struct sockaddr_in *)from)->sin_addr.s_addr;
	} else if (from && from->sa_family == AF_INET6) {
		const struct in6_addr *address = &((const struct sockaddr_in6 *)from)->sin6_addr;

		memcpy(&number, address->s6_addr + 8 * !!IN6_IS_ADDR_V4MAPPED(address),
		       sizeof(number));
	}
	return number;
}

static enum auth_verdict ask_auth(struct http *http, struct MHD_Connection *connection)
{
	if (!http->auth)
		return http->web ? AUTH_REFUSED : AUTH_ALLOWED;
	return basic_auth_ask(http->auth, header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
			      connection, origin(connection));
}

/* Does @path, of the table, have the page at @url? */
static bool is_of(const char *path, const char *url)
{
	size_t length = strlen(path);

	return !strcmp(path, url) ||
	       (length > 1 && path[length - 1] == '/' && !strncmp(path, url, length));
}

/* Fills @answer. False: there will be one later, and this is asked again then. */
static bool make_answer(struct http *http, struct MHD_Connection *connection, const char *url,
			struct http_answer *answer)
{
	const struct http_request request = {
		.path = url,
		.accept = header(connection, MHD_HTTP_HEADER_ACCEPT),
	};
	const struct http_page *page;

	if (!has_certificate(http, connection)) {
		*answer = words(MHD_HTTP_FORBIDDEN, "a client certificate is needed\n");
		return true;
	}
	switch (ask_auth(http, connection)) {
	case AUTH_PENDING:
		return false;
	case AUTH_BUSY:
		*answer = words(MHD_HTTP_TOO_MANY_REQUESTS,
				"too many passwords are being checked; try again\n");
		return true;
	case AUTH_REFUSED:
		*answer = words(MHD_HTTP_UNAUTHORIZED, "a name and its password are needed\n");
		return true;
	case AUTH_ALLOWED:
		break;
	}
	*answer = (struct http_answer){.status = MHD_HTTP_OK, .type = plain_text};
	for (page = http->options.pages; page->path; page++) {
		if (is_of(page->path, url)) {
			page->make(&request, answer, http->options.arg);
			return true;
		}
	}
	*answer = words(MHD_HTTP_NOT_FOUND, "there is no such page; see /\n");
	return true;
}

enum MHD_Result http_on_request(void *arg, struct MHD_Connection *connection, const char *url,
				const char *method, const char *version, const char *upload,
				size_t *upload_bytes, void **seen)
{
	struct http *http = arg;
	struct http_answer answer;

	(void)version;
	(void)upload;
	/* At first only the headers are there; then come pieces of a body, and at last its end. */
	if (!*seen) {
		*seen = http;
		if (!has_body(connection) || has_small_body(connection))
			return MHD_YES;
		answer = words(MHD_HTTP_CONTENT_TOO_LARGE, "no request here has a body\n");
	} else if (*upload_bytes) {
		*upload_bytes = 0;
		return MHD_YES;
	} else if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD)) {
		answer = words(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	} else if (has_body(connection)) {
		answer = words(MHD_HTTP_CONTENT_TOO_LARGE, "no request here has a body\n");
	} else if (!make_answer(http, connection, url, &answer)) {
		return MHD_YES;
	}
	return send_answer(http, connection, &answer);
}
