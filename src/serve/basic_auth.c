// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/basic_auth.h"

#include <crypt.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEME	     "Basic "
#define DIGEST_BYTES 32

struct basic_auth {
	const struct web_config *config;
	struct crypt_data crypt; /* 32 KiB */
	unsigned char key[DIGEST_BYTES];
	struct {
		bool known;
		unsigned char digest[DIGEST_BYTES]; /* of the last password that was right */
	} user[WEB_USERS];
};

struct basic_auth *basic_auth_new(const struct web_config *config)
{
	struct basic_auth *auth = calloc(1, sizeof(*auth));

	if (auth && gnutls_rnd(GNUTLS_RND_KEY, auth->key, sizeof(auth->key))) {
		free(auth);
		auth = NULL;
	}
	if (auth)
		auth->config = config;
	return auth;
}

void basic_auth_free(struct basic_auth *auth)
{
	free(auth);
}

static bool is_hash_of(struct basic_auth *auth, const char *hash, const char *password)
{
	const char *made = crypt_rn(password, hash, &auth->crypt, sizeof(auth->crypt));

	return made && strlen(made) == strlen(hash) && !gnutls_memcmp(made, hash, strlen(hash));
}

static bool is_right(struct basic_auth *auth, size_t user, const char *password)
{
	unsigned char digest[DIGEST_BYTES];

	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, auth->key, sizeof(auth->key), password,
			     strlen(password), digest))
		return false;
	if (auth->user[user].known &&
	    !gnutls_memcmp(digest, auth->user[user].digest, sizeof(digest)))
		return true;
	if (!is_hash_of(auth, auth->config->user[user].hash, password))
		return false;
	memcpy(auth->user[user].digest, digest, sizeof(digest));
	auth->user[user].known = true;
	return true;
}

/* @text is "NAME:PASSWORD". */
static bool allows(struct basic_auth *auth, char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return false;
	*colon = '\0';
	for (size_t i = 0; i < auth->config->users; i++) {
		if (!strcmp(auth->config->user[i].name, text))
			return is_right(auth, i, colon + 1);
	}
	is_hash_of(auth, auth->config->user[0].hash, colon + 1);
	return false;
}

bool basic_auth_allows(struct basic_auth *auth, const char *header)
{
	const size_t scheme = strlen(SCHEME);
	gnutls_datum_t coded, plain;
	char *text;
	bool yes;

	if (!auth->config->users)
		return true;
	if (!header || strncasecmp(header, SCHEME, scheme))
		return false;
	coded = (gnutls_datum_t){(unsigned char *)header + scheme,
				 (unsigned int)strlen(header + scheme)};
	if (gnutls_base64_decode2(&coded, &plain))
		return false;
	text = strndup((const char *)plain.data, plain.size);
	yes = text && allows(auth, text);
	free(text);
	gnutls_free(plain.data);
	return yes;
}
