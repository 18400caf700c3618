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
	/* The first three have done something that lets them stay: one asks, two are kept. */
	connection_asked(entry[0], START_NS + SECOND);
	connection_answered(entry[1], START_NS + SECOND);
	connection_answered(entry[2], START_NS);
	connections_make_room(&table, START_NS + SECOND);
	assert_true(is_shut(other[3]));
	for (int i = 4; i < CONNECTIONS; i++)
		connections_make_room(&table, START_NS + SECOND);
	/* Now only they are left: first who waits to ask again, as long as an answer is fresh. */
	assert_false(is_shut(other[2]));
	connections_make_room(&table, START_NS + SECOND);
	assert_true(is_shut(other[2]));
	/* An answer that is not read in a second is in the way too. */
	connections_make_room(&table, START_NS + 2 * SECOND);
	assert_true(is_shut(other[0]));
	assert_false(is_shut(other[1]));
	assert_int_equal(table.crowded, CONNECTIONS - 1);
	for (int i = 0; i < CONNECTIONS; i++) {
		connections_remove(&table, entry[i]);
		close(fd[i]);
		close(other[i]);
	}
	assert_true(connections_have_room(&table));
	connections_make_room(&table, START_NS);
	assert_int_equal(table.crowded, CONNECTIONS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_time),
		cmocka_unit_test(a_crowd_pushes_out_who_waited_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
