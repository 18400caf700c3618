/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is connected, and until when: a table of fixed size, in which no client can stay for longer
 * than it may. Where it is full, a client is cut for the next one: first by what it is doing, then
 * by how long it has done so. So a newcomer is the last to go, whatever a crowd does.
 * Pure but for looking at a socket and its shutdown().
 */
#ifndef VMCLOCK_TRACE_SERVE_CONNECTIONS_H
#define VMCLOCK_TRACE_SERVE_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTIONS 64

/*
 * How long a client may take to ask, to read the answer, and to ask again on the same connection.
 */
#define CONNECTION_ASK_NS  10000000000
#define CONNECTION_READ_NS 30000000000
#define CONNECTION_KEEP_NS 120000000000

enum connection_state {
	CONNECTION_FREE,
	CONNECTION_ASKING,    /* connected; no request is whole yet */
	CONNECTION_ANSWERING, /* the answer is on its way */
	CONNECTION_KEPT,      /* answered; it may ask again */
	CONNECTION_ENDED,     /* it has closed its half, and nothing is due to it any more */
	CONNECTION_CUT,	      /* shut down, and not closed yet */
};

struct connection {
	enum connection_state state;
	int fd;
	uint64_t since_ns; /* it has been in this state; CLOCK_MONOTONIC */
	uint64_t until_ns; /* it may stay */
};

/* All zero at first. */
struct connections {
	struct connection connection[CONNECTIONS];
	size_t open;
	uint64_t accepted;
	uint64_t late;	  /* cut: they took too long */
	uint64_t crowded; /* cut: others wanted to come in */
};

/* A client came in at @fd. NULL: there is no room, connections_make_room() first. */
struct connection *connections_add(struct connections *connections, int fd, uint64_t now_ns);

/* @connection is closed. */
void connections_remove(struct connections *connections, struct connection *connection);

/* Its request is whole; its answer is all sent. */
void connection_asked(struct connection *connection, uint64_t now_ns);
void connection_answered(struct connection *connection, uint64_t now_ns);

/* Is there room for one more? */
bool connections_have_room(const struct connections *connections);

/*
 * Shut down one, if any: of those that are kept the one that has been for longest; where none is,
 * the one that has been asking for longest; and at last who does not read its answer. What is being
 * answered since less than a second is let alone: a client that reads has long gone on by then.
 */
void connections_make_room(struct connections *connections, uint64_t now_ns);

/*
 * Shut down all whose time is over, and who have closed their half before their request was whole;
 * once all that has come was read. Returns when that is next, UINT64_MAX for never.
 */
uint64_t connections_expire(struct connections *connections, uint64_t now_ns);

#endif
