// SPDX-License-Identifier: GPL-2.0-or-later
/* Passwords are checked beside the server: a crowd waits in a short queue, the known do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <crypt.h>
#include <gnutls/gnutls.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/basic_auth.h"

/* A client that is held until it is released. */
struct client {
	int held;
	sem_t gone_on;
};

static void hold(void *client)
{
	((struct client *)client)->held++;
}

static void release(void *client, void *arg)
{
	(void)arg;
	sem_post(&((struct client *)client)->gone_on);
}

static const struct auth_waiting waiting = {hold, release, NULL};

static struct client client[AUTH_QUEUE + 1];
static char name[] = "bob", hash[CRYPT_OUTPUT_SIZE];
static struct web_config config;

static int make_users(void **state)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	(void)state;
	if (!crypt_gensalt_rn("$2y$", 4, NULL, 0, setting, sizeof(setting)))
		return -1;
	strcpy(hash, crypt("secret", setting));
	config.users = 1;
	config.user[0].name = name;
	config.user[0].hash = hash;
	for (size_t i = 0; i < AUTH_QUEUE + 1; i++)
		sem_init(&client[i].gone_on, 0, 0);
	return 0;
}

static enum auth_verdict ask(struct basic_auth *auth, const char *who, size_t number,
			     uint64_t address)
{
	gnutls_datum_t plain = {(unsigned char *)who, (unsigned int)strlen(who)}, coded;
	enum auth_verdict verdict;
	char header[200];

	assert_int_equal(gnutls_base64_encode2(&plain, &coded), 0);
	snprintf(header, sizeof(header), "Basic %.*s", (int)coded.size, (char *)coded.data);
	gnutls_free(coded.data);
	verdict = basic_auth_ask(auth, header, &client[number], address);
	return verdict;
}

/* Ask, and be held until there is a verdict. */
static enum auth_verdict ask_long(struct basic_auth *auth, const char *who, size_t number)
{
	enum auth_verdict verdict = ask(auth, who, number, 1);

	if (verdict != AUTH_PENDING)
		return verdict;
	sem_wait(&client[number].gone_on);
	return ask(auth, who, number, 1);
}

static void right_and_wrong(void **state)
{
	struct basic_auth *auth = basic_auth_new(&config, &waiting);

	(void)state;
	assert_int_equal(basic_auth_ask(auth, NULL, &client[0], 1), AUTH_REFUSED);
	assert_int_equal(basic_auth_ask(auth, "Basic !", &client[0], 1), AUTH_REFUSED);
	assert_int_equal(ask(auth, "bob", 0, 1), AUTH_REFUSED);
	assert_int_equal(ask_long(auth, "bob:wrong", 0), AUTH_REFUSED);
	assert_int_equal(ask_long(auth, "eve:secret", 0), AUTH_REFUSED);
	assert_int_equal(client[0].held, 2);
	assert_int_equal(ask_long(auth, "bob:secret", 0), AUTH_ALLOWED);
	assert_int_equal(client[0].held, 3);
	/* Known now: no hash is made. */
	assert_int_equal(ask(auth, "bob:secret", 0, 1), AUTH_ALLOWED);
	assert_int_equal(client[0].held, 3);
	assert_int_equal(ask_long(auth, "bob:wrong", 0), AUTH_REFUSED);
	assert_int_equal(ask(auth, "bob:secret", 0, 1), AUTH_ALLOWED);
	basic_auth_free(auth);
}

/* Nobody comes back for a verdict, so each place stays taken: what is decided is not by speed. */
static void a_crowd_is_told_to_come_again(void **state)
{
	struct basic_auth *auth = basic_auth_new(&config, &waiting);
	size_t i;

	(void)state;
	assert_int_equal(ask_long(auth, "bob:secret", 0), AUTH_ALLOWED);
	for (i = 0; i < AUTH_PER_ADDRESS; i++)
		assert_int_equal(ask(auth, "bob:no", i, 1), AUTH_PENDING);
	assert_int_equal(ask(auth, "bob:no", i, 1), AUTH_BUSY);
	/* Others are not kept out by that address; and all together are by the queue. */
	for (; i < AUTH_QUEUE; i++)
		assert_int_equal(ask(auth, "bob:no", i, 1 + i), AUTH_PENDING);
	assert_int_equal(ask(auth, "bob:no", i, 1 + i), AUTH_BUSY);
	assert_int_equal(ask(auth, "bob:secret", i, 1), AUTH_ALLOWED);
	/* One has gone while it was held: its place is another's. */
	sem_wait(&client[0].gone_on);
	basic_auth_forget(auth, &client[0]);
	assert_int_equal(ask(auth, "bob:no", i, 1), AUTH_PENDING);
	/* At the end none is left behind. */
	basic_auth_free(auth);
	for (i = 1; i < AUTH_QUEUE + 1; i++)
		assert_int_equal(sem_trywait(&client[i].gone_on), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(a_crowd_is_told_to_come_again),
	};

	return cmocka_run_group_tests(tests, make_users, NULL);
}
