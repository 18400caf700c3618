// SPDX-License-Identifier: GPL-2.0-or-later
/* Nobody stays for longer than allowed, and a crowd pushes itself out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/connections.h"

#define START_NS 1000000000000ull
#define SECOND	 1000000000ull

/* One end of a pair: shutdown() of it is seen at the other. */
static int pair(int *other)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	*other = fds[1];
	return fds[0];
}

static bool is_shut(int other)
{
	char byte;

	return recv(other, &byte, 1, MSG_DONTWAIT) == 0;
}

static void each_state_has_its_time(void **state)
{
	struct connections table = {0};
	int other, fd = pair(&other);
	struct connection *one = connections_add(&table, fd, START_NS);

	(void)state;
	assert_int_equal(connections_expire(&table, START_NS), START_NS + CONNECTION_ASK_NS);
	connection_asked(one, START_NS);
	assert_int_equal(connections_expire(&table, START_NS), START_NS + CONNECTION_READ_NS);
	connection_answered(one, START_NS);
	assert_int_equal(connections_expire(&table, START_NS + CONNECTION_KEEP_NS - 1),
			 START_NS + CONNECTION_KEEP_NS);
	assert_false(is_shut(other));
	assert_int_equal(connections_expire(&table, START_NS + CONNECTION_KEEP_NS), UINT64_MAX);
	assert_true(is_shut(other));
	assert_int_equal(table.late, 1);
	/* What comes to its name afterwards does not bring it back. */
	connection_answered(one, START_NS);
	assert_int_equal(connections_expire(&table, UINT64_MAX), UINT64_MAX);
	assert_int_equal(table.late, 1);
	connections_remove(&table, one);
	assert_int_equal(table.open, 0);
	close(fd);
	close(other);
}

/* Half a request, and no more to come: nobody waits for the rest. */
static void who_stops_asking_goes_at_once(void **state)
{
	struct connections table = {0};
	int other, fd = pair(&other);
	char bytes[4];

	(void)state;
	connections_add(&table, fd, START_NS);
	assert_int_equal(write(other, "GET ", 4), 4);
	shutdown(other, SHUT_WR);
	/* Not while something of it is unread. */
	assert_int_equal(connections_expire(&table, START_NS), START_NS + CONNECTION_ASK_NS);
	assert_false(is_shut(other));
	assert_int_equal(read(fd, bytes, 4), 4);
	assert_int_equal(connections_expire(&table, START_NS), UINT64_MAX);
	assert_true(is_shut(other));
	assert_int_equal(table.late, 0);
	close(fd);
	close(other);
}

static void a_crowd_pushes_out_who_waited_longest(void **state)
{
	struct connections table = {0};
	struct connection *entry[CONNECTIONS];
	int fd[CONNECTIONS], other[CONNECTIONS];

	(void)state;
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = pair(&other[i]);
		entry[i] = connections_add(&table, fd[i], START_NS + (uint64_t)i);
	}
	assert_false(connections_have_room(&table));
	assert_null(connections_add(&table, fd[0], START_NS));
	/* The first is being answered; two were, and are kept: those go first, then who asks. */
	connection_asked(entry[0], START_NS + SECOND);
	connection_answered(entry[1], START_NS + SECOND);
	connection_answered(entry[2], START_NS);
	connections_make_room(&table, START_NS + SECOND);
	assert_true(is_shut(other[2]));
	assert_false(is_shut(other[1]));
	connections_make_room(&table, START_NS + SECOND);
	assert_true(is_shut(other[1]));
	for (int i = 3; i < CONNECTIONS; i++) {
		assert_false(is_shut(other[i]));
		connections_make_room(&table, START_NS + SECOND);
		assert_true(is_shut(other[i]));
	}
	/* What is being answered may stay for a second, and no longer. */
	connections_make_room(&table, START_NS + 2 * SECOND);
	assert_false(is_shut(other[0]));
	connections_make_room(&table, START_NS + 2 * SECOND + 1);
	assert_true(is_shut(other[0]));
	connections_make_room(&table, START_NS + 3 * SECOND);
	assert_int_equal(table.crowded, CONNECTIONS);
	for (int i = 0; i < CONNECTIONS; i++) {
		connections_remove(&table, entry[i]);
		close(fd[i]);
		close(other[i]);
	}
	assert_true(connections_have_room(&table));
	connections_make_room(&table, START_NS);
	assert_int_equal(table.crowded, CONNECTIONS);
}

/* A crowd asks once and stays: who comes in and asks is not the one that goes. */
static void a_newcomer_stays_among_the_idle(void **state)
{
	struct connections table = {0};
	int fd[CONNECTIONS], other[CONNECTIONS];
	struct connection *newcomer;

	(void)state;
	for (int i = 0; i < CONNECTIONS - 1; i++) {
		fd[i] = pair(&other[i]);
		connection_answered(connections_add(&table, fd[i], START_NS), START_NS);
	}
	fd[CONNECTIONS - 1] = pair(&other[CONNECTIONS - 1]);
	newcomer = connections_add(&table, fd[CONNECTIONS - 1], START_NS + SECOND);
	for (int i = 0; i < CONNECTIONS - 1; i++)
		connections_make_room(&table, START_NS + 2 * SECOND);
	assert_false(is_shut(other[CONNECTIONS - 1]));
	assert_int_equal(newcomer->state, CONNECTION_ASKING);
	for (int i = 0; i < CONNECTIONS; i++) {
		close(fd[i]);
		close(other[i]);
	}
}

/* Whoever has closed its half asks no more: it goes with its answer, unless something is unread. */
static void the_half_closed_go_at_once(void **state)
{
	struct connections table = {0};
	int other, fd = pair(&other);
	struct connection *one = connections_add(&table, fd, START_NS);
	char byte = 0;

	(void)state;
	assert_int_equal(write(other, &byte, 1), 1);
	shutdown(other, SHUT_WR);
	connection_asked(one, START_NS);
	connection_answered(one, START_NS);
	assert_int_equal(one->state, CONNECTION_KEPT);
	assert_int_equal(read(fd, &byte, 1), 1);
	connection_answered(one, START_NS);
	connections_expire(&table, START_NS);
	assert_true(is_shut(other));
	assert_int_equal(table.late, 0);
	close(fd);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_time),
		cmocka_unit_test(a_newcomer_stays_among_the_idle),
		cmocka_unit_test(the_half_closed_go_at_once),
		cmocka_unit_test(who_stops_asking_goes_at_once),
		cmocka_unit_test(a_crowd_pushes_out_who_waited_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
