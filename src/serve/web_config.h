/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS and passwords, from a file in the format of Prometheus's exporter-toolkit (--web.config.file
 * of its exporters). What that format has and this program does not do is refused, never ignored:
 * a machine must not be less safe than its file says.
 *
 *	tls_server_config:
 *	  cert_file, key_file: PATH, relative to the file
 *	  client_auth_type: NoClientCert | RequireAndVerifyClientCert
 *	  client_ca_file: PATH
 *	  min_version, max_version: TLS12 | TLS13
 *	http_server_config:
 *	  http2: false
 *	basic_auth_users:
 *	  NAME: BCRYPT-HASH
 */
#ifndef VMCLOCK_TRACE_SERVE_WEB_CONFIG_H
#define VMCLOCK_TRACE_SERVE_WEB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define WEB_USERS 32
#define WEB_FILES 4

struct web_user {
	char *name;
	char *hash; /* bcrypt, checked */
};

/* A file that was read, and what it looked like. */
struct web_file {
	char *path;
	uint64_t stamp;
};

struct web_config {
	char *cert; /* PEM; NULL: no TLS */
	char *key;
	char *client_ca; /* NULL: clients need no certificate */
	bool tls12;	 /* is TLS 1.2 allowed? */
	bool tls13;	 /* and 1.3? */
	struct web_user user[WEB_USERS];
	size_t users; /* 0: everybody may ask */
	struct web_file file[WEB_FILES];
	size_t files;
};

/* Read and check the file at @path. 0 or -errno with @error filled. The caller frees *@out. */
int web_config_load(const char *path, struct web_config **out, struct error *error);

/* NULL is fine. */
void web_config_free(struct web_config *config);

/* Is one of its files another than when it was read, as a new certificate makes it? */
bool web_config_is_old(const struct web_config *config);

#endif
