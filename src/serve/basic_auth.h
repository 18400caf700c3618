/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may ask: HTTP's basic authentication against bcrypt hashes.
 *
 * A hash takes its tens of milliseconds on purpose. So it is made in a thread of its own, for few
 * clients at a time and fewer of one address: a crowd with wrong passwords is told to come again.
 * A password that was right is remembered, as a keyed digest that only this process can make, and
 * its owner never waits behind such a crowd.
 */
#ifndef VMCLOCK_TRACE_SERVE_BASIC_AUTH_H
#define VMCLOCK_TRACE_SERVE_BASIC_AUTH_H

#include <stdint.h>

#include "serve/web_config.h"

/* So many wait for their hash at most, and so many of one address. */
#define AUTH_QUEUE	 8
#define AUTH_PER_ADDRESS 4

enum auth_verdict {
	AUTH_ALLOWED,
	AUTH_REFUSED,
	AUTH_PENDING, /* the client is held; once it is released, ask again */
	AUTH_BUSY,    /* too many wait already */
};

/*
 * hold() is called by basic_auth_ask() before it returns AUTH_PENDING, release() by another thread
 * when the verdict is there, or when none will come.
 */
struct auth_waiting {
	void (*hold)(void *client);
	void (*release)(void *client, void *arg);
	void *arg;
};

struct basic_auth;

/*
 * For the users of @config, which must live as long. The thread is started by the first request
 * that needs it, with the rights of the thread that handles that. NULL without memory.
 */
struct basic_auth *basic_auth_new(const struct web_config *config,
				  const struct auth_waiting *waiting);

/* All that are held are released, and the thread is ended. NULL is fine. */
void basic_auth_free(struct basic_auth *auth);

/*
 * Is @header, that of the request's Authorization or NULL, of one of the users? It takes as long
 * for a user that is none. @client, not NULL, is one request's; @address stands for where it comes
 * from. Of one thread.
 */
enum auth_verdict basic_auth_ask(struct basic_auth *auth, const char *header, void *client,
				 uint64_t address);

/* @client, who is not held, will not ask again: it may have gone meanwhile. */
void basic_auth_forget(struct basic_auth *auth, const void *client);

#endif
