/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may ask: HTTP's basic authentication against bcrypt hashes.
 *
 * A hash takes its tens of milliseconds on purpose, so a password that was right is remembered, as
 * a keyed digest that only this process can make.
 */
#ifndef VMCLOCK_TRACE_SERVE_BASIC_AUTH_H
#define VMCLOCK_TRACE_SERVE_BASIC_AUTH_H

#include <stdbool.h>

#include "serve/web_config.h"

struct basic_auth;

/* For the users of @config, which must live as long. NULL without memory. */
struct basic_auth *basic_auth_new(const struct web_config *config);

/* NULL is fine. */
void basic_auth_free(struct basic_auth *auth);

/*
 * Is @header, that of the request's Authorization or NULL, of one of the users? It takes as long
 * for a user that is none.
 */
bool basic_auth_allows(struct basic_auth *auth, const char *header);

#endif
