// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/connections.h"

#include <sys/socket.h>

#include "base/instant.h"

struct connection *connections_add(struct connections *connections, int fd, uint64_t now_ns)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &connections->connection[i];

		if (connection->state == CONNECTION_FREE) {
			connections->open++;
			connections->accepted++;
			*connection = (struct connection){
				.state = CONNECTION_ASKING,
				.fd = fd,
				.until_ns = now_ns + CONNECTION_ASK_NS,
			};
			return connection;
		}
	}
	return NULL;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
	connections->open--;
	connection->state = CONNECTION_FREE;
}

static void set(struct connection *connection, enum connection_state state, uint64_t until_ns)
{
	/* One that was shut down may still have answers to its name. */
	if (connection->state == CONNECTION_CUT)
		return;
	connection->state = state;
	connection->until_ns = until_ns;
}

void connection_asked(struct connection *connection, uint64_t now_ns)
{
	set(connection, CONNECTION_ANSWERING, now_ns + CONNECTION_READ_NS);
}

void connection_answered(struct connection *connection, uint64_t now_ns)
{
	set(connection, CONNECTION_KEPT, now_ns + CONNECTION_KEEP_NS);
}

bool connections_have_room(const struct connections *connections)
{
	return connections->open < CONNECTIONS;
}

/* The socket stays open, and its number taken, until the owner sees the end of it. */
static void cut(struct connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR);
	connection->state = CONNECTION_CUT;
}

/* Does it hold its place for good reasons, or none that lets it go? */
static bool may_stay(const struct connection *connection, uint64_t now_ns)
{
	switch (connection->state) {
	case CONNECTION_FREE:
	case CONNECTION_CUT:
		return true;
	case CONNECTION_ANSWERING:
		return connection->until_ns > now_ns + CONNECTION_READ_NS - NSEC_PER_SEC;
	default:
		return false;
	}
}

void connections_make_room(struct connections *connections, uint64_t now_ns)
{
	struct connection *first = NULL;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &connections->connection[i];

		if (!may_stay(connection, now_ns) &&
		    (!first || connection->until_ns < first->until_ns))
			first = connection;
	}
	if (!first)
		return;
	cut(first);
	connections->crowded++;
}

uint64_t connections_expire(struct connections *connections, uint64_t now_ns)
{
	uint64_t next_ns = UINT64_MAX;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &connections->connection[i];

		if (connection->state == CONNECTION_FREE || connection->state == CONNECTION_CUT)
			continue;
		if (connection->until_ns <= now_ns) {
			cut(connection);
			connections->late++;
		} else if (connection->until_ns < next_ns) {
			next_ns = connection->until_ns;
		}
	}
	return next_ns;
}
