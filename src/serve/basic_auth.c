// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/basic_auth.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEME	     "Basic "
#define DIGEST_BYTES 32

enum job_state {
	JOB_FREE,
	JOB_WAITING,
	JOB_HASHING,
	JOB_DONE,
};

struct job {
	enum job_state state;
	void *client;
	uint64_t address;
	uint64_t number; /* the lowest is next */
	size_t user;
	bool exists; /* there is such a user; else it only takes its time */
	bool right;
	char *password;
};

struct basic_auth {
	const struct web_config *config;
	struct auth_waiting waiting;
	unsigned char key[DIGEST_BYTES];
	struct { /* the asking thread's alone */
		bool known;
		unsigned char digest[DIGEST_BYTES]; /* of the last password that was right */
	} user[WEB_USERS];
	struct crypt_data crypt; /* the hashing thread's; 32 KiB */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool ends;
	uint64_t jobs; /* that ever were */
	struct job job[AUTH_QUEUE];
};

struct basic_auth *basic_auth_new(const struct web_config *config,
				  const struct auth_waiting *waiting)
{
	struct basic_auth *auth = calloc(1, sizeof(*auth));

	if (auth && gnutls_rnd(GNUTLS_RND_KEY, auth->key, sizeof(auth->key))) {
		free(auth);
		auth = NULL;
	}
	if (auth) {
		auth->config = config;
		auth->waiting = *waiting;
		pthread_mutex_init(&auth->lock, NULL);
		pthread_cond_init(&auth->changed, NULL);
	}
	return auth;
}

static void job_free(struct job *job)
{
	if (job->password)
		explicit_bzero(job->password, strlen(job->password));
	free(job->password);
	*job = (struct job){.state = JOB_FREE};
}

void basic_auth_free(struct basic_auth *auth)
{
	if (!auth)
		return;
	pthread_mutex_lock(&auth->lock);
	auth->ends = true;
	pthread_cond_signal(&auth->changed);
	pthread_mutex_unlock(&auth->lock);
	if (auth->started)
		pthread_join(auth->thread, NULL);
	for (size_t i = 0; i < AUTH_QUEUE; i++) {
		if (auth->job[i].state == JOB_WAITING)
			auth->waiting.release(auth->job[i].client, auth->waiting.arg);
		job_free(&auth->job[i]);
	}
	pthread_cond_destroy(&auth->changed);
	pthread_mutex_destroy(&auth->lock);
	explicit_bzero(auth->key, sizeof(auth->key));
	free(auth);
}

static bool is_hash_of(struct basic_auth *auth, const char *hash, const char *password)
{
	const char *made = crypt_rn(password, hash, &auth->crypt, sizeof(auth->crypt));

	return made && strlen(made) == strlen(hash) && !gnutls_memcmp(made, hash, strlen(hash));
}

/* The one that has waited for longest. NULL: none waits. */
static struct job *next_job(struct basic_auth *auth)
{
	struct job *next = NULL;

	for (size_t i = 0; i < AUTH_QUEUE; i++) {
		struct job *job = &auth->job[i];

		if (job->state == JOB_WAITING && (!next || job->number < next->number))
			next = job;
	}
	return next;
}

static void *hash_all(void *arg)
{
	struct basic_auth *auth = arg;
	struct job *job;

	pthread_mutex_lock(&auth->lock);
	while (!auth->ends) {
		bool right;

		job = next_job(auth);
		if (!job) {
			pthread_cond_wait(&auth->changed, &auth->lock);
			continue;
		}
		job->state = JOB_HASHING;
		pthread_mutex_unlock(&auth->lock);
		right = is_hash_of(auth, auth->config->user[job->user].hash, job->password);
		pthread_mutex_lock(&auth->lock);
		job->right = right && job->exists;
		job->state = JOB_DONE;
		auth->waiting.release(job->client, auth->waiting.arg);
	}
	pthread_mutex_unlock(&auth->lock);
	return NULL;
}

static bool digest_of(const struct basic_auth *auth, const char *password,
		      unsigned char digest[DIGEST_BYTES])
{
	return !gnutls_hmac_fast(GNUTLS_MAC_SHA256, auth->key, sizeof(auth->key), password,
				 strlen(password), digest);
}

static bool is_known(const struct basic_auth *auth, size_t user, const char *password)
{
	unsigned char digest[DIGEST_BYTES];

	return auth->user[user].known && digest_of(auth, password, digest) &&
	       !gnutls_memcmp(digest, auth->user[user].digest, sizeof(digest));
}

/* A free place in the queue; NULL: there is none for this @address. */
static struct job *place_for(struct basic_auth *auth, uint64_t address)
{
	struct job *place = NULL;
	size_t same = 0;

	for (size_t i = 0; i < AUTH_QUEUE; i++) {
		if (auth->job[i].state == JOB_FREE)
			place = &auth->job[i];
		else
			same += auth->job[i].address == address;
	}
	return same < AUTH_PER_ADDRESS ? place : NULL;
}

/* Hold the client of @job until its hash is made. */
static enum auth_verdict enqueue(struct basic_auth *auth, const struct job *job)
{
	enum auth_verdict verdict = AUTH_BUSY;
	struct job *place;

	pthread_mutex_lock(&auth->lock);
	if (!auth->started)
		auth->started = !pthread_create(&auth->thread, NULL, hash_all, auth);
	place = auth->started ? place_for(auth, job->address) : NULL;
	if (place) {
		*place = *job;
		place->state = JOB_WAITING;
		place->number = auth->jobs++;
		place->password = strdup(job->password);
		if (place->password) {
			auth->waiting.hold(place->client);
			pthread_cond_signal(&auth->changed);
			verdict = AUTH_PENDING;
		} else {
			job_free(place);
		}
	}
	pthread_mutex_unlock(&auth->lock);
	return verdict;
}

/* What became of @client's job. AUTH_PENDING: it has none, or not yet a verdict. */
static enum auth_verdict take_verdict(struct basic_auth *auth, void *client)
{
	enum auth_verdict verdict = AUTH_PENDING;

	pthread_mutex_lock(&auth->lock);
	for (size_t i = 0; i < AUTH_QUEUE && verdict == AUTH_PENDING; i++) {
		struct job *job = &auth->job[i];

		if (job->state != JOB_DONE || job->client != client)
			continue;
		verdict = job->right ? AUTH_ALLOWED : AUTH_REFUSED;
		if (job->right)
			auth->user[job->user].known =
				digest_of(auth, job->password, auth->user[job->user].digest);
		job_free(job);
	}
	pthread_mutex_unlock(&auth->lock);
	return verdict;
}

/* @text is "NAME:PASSWORD". */
static enum auth_verdict ask_for(struct basic_auth *auth, char *text, void *client,
				 uint64_t address)
{
	struct job job = {.client = client, .address = address};
	char *colon = strchr(text, ':');

	if (!colon)
		return AUTH_REFUSED;
	*colon = '\0';
	for (size_t i = 0; i < auth->config->users; i++) {
		if (!strcmp(auth->config->user[i].name, text)) {
			job.exists = true;
			job.user = i;
		}
	}
	job.password = colon + 1;
	if (job.exists && is_known(auth, job.user, job.password))
		return AUTH_ALLOWED;
	return enqueue(auth, &job);
}

enum auth_verdict basic_auth_ask(struct basic_auth *auth, const char *header, void *client,
				 uint64_t address)
{
	const size_t scheme = strlen(SCHEME);
	gnutls_datum_t coded, plain;
	enum auth_verdict verdict;
	char *text;

	if (!auth->config->users)
		return AUTH_ALLOWED;
	verdict = take_verdict(auth, client);
	if (verdict != AUTH_PENDING)
		return verdict;
	if (!header || strncasecmp(header, SCHEME, scheme))
		return AUTH_REFUSED;
	coded = (gnutls_datum_t){(unsigned char *)header + scheme,
				 (unsigned int)strlen(header + scheme)};
	if (gnutls_base64_decode2(&coded, &plain))
		return AUTH_REFUSED;
	text = strndup((const char *)plain.data, plain.size);
	verdict = text ? ask_for(auth, text, client, address) : AUTH_BUSY;
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	gnutls_free(plain.data);
	return verdict;
}

void basic_auth_forget(struct basic_auth *auth, const void *client)
{
	pthread_mutex_lock(&auth->lock);
	for (size_t i = 0; i < AUTH_QUEUE; i++) {
		if (auth->job[i].state == JOB_DONE && auth->job[i].client == client)
			job_free(&auth->job[i]);
	}
	pthread_mutex_unlock(&auth->lock);
}
