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
				.since_ns = now_ns,
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

static void set(struct connection *connection, enum connection_state state, uint64_t now_ns,
		uint64_t allowed_ns)
{
	/* One that was shut down may still have answers to its name. */
	if (connection->state == CONNECTION_CUT)
		return;
	connection->state = state;
	connection->since_ns = now_ns;
	connection->until_ns = now_ns + allowed_ns;
}

/* Has the client closed its half, and is all read that it had sent? */
static bool is_ended(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void connection_asked(struct connection *connection, uint64_t now_ns)
{
	set(connection, CONNECTION_ANSWERING, now_ns, CONNECTION_READ_NS);
}

void connection_answered(struct connection *connection, uint64_t now_ns)
{
	/* A further request that was read with the last one is asked before this is expired. */
	if (is_ended(connection->fd))
		set(connection, CONNECTION_ENDED, now_ns, 0);
	else
		set(connection, CONNECTION_KEPT, now_ns, CONNECTION_KEEP_NS);
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

/* Who goes first where there is no room; 0: it may stay. */
static int rank(const struct connection *connection, uint64_t now_ns)
{
	switch (connection->state) {
	case CONNECTION_ENDED:
		return 4;
	case CONNECTION_KEPT:
		return 3;
	case CONNECTION_ASKING:
		return 2;
	case CONNECTION_ANSWERING:
		return now_ns > connection->since_ns + NSEC_PER_SEC;
	case CONNECTION_FREE:
	case CONNECTION_CUT:
		break;
	}
	return 0;
}

void connections_make_room(struct connections *connections, uint64_t now_ns)
{
	struct connection *first = NULL;
	int first_rank = 0;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &connections->connection[i];
		int its = rank(connection, now_ns);

		if (its > first_rank ||
		    (its && its == first_rank && connection->since_ns < first->since_ns)) {
			first = connection;
			first_rank = its;
		}
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
		/* MHD may not see this: the end came with the last bytes, of which it has all. */
		if (connection->state == CONNECTION_ASKING && is_ended(connection->fd))
			set(connection, CONNECTION_ENDED, now_ns, 0);
		if (connection->until_ns <= now_ns) {
			connections->late += connection->state != CONNECTION_ENDED;
			cut(connection);
		} else if (connection->until_ns < next_ns) {
			next_ns = connection->until_ns;
		}
	}
	return next_ns;
}
