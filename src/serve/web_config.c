// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/web_config.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

/* Much more than any certificate chain or list of users has. */
#define FILE_BYTES (1 << 18)

/* What is being read; `error` is filled at the first thing that is wrong. */
struct reading {
	struct web_config *config;
	const char *path;
	yaml_document_t *document;
	struct error *error;
	char cert[PATH_MAX];
	char key[PATH_MAX];
	char client_ca[PATH_MAX];
	bool verifies_clients;
};

static int wrong(struct reading *reading, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong(struct reading *reading, const yaml_node_t *node, const char *format, ...)
{
	char what[200];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	error_cause(reading->error, "%s:%zu: %s", reading->path,
		    node ? node->start_mark.line + 1 : 1, what);
	error_hint(reading->error, "WEB CONFIGURATION in vmclock-trace-exporter(1) says what is "
				   "supported");
	return -EINVAL;
}

/* What @path looks like from outside, so that another file there is known to be one. */
static uint64_t file_stamp(const char *path)
{
	struct stat is;

	if (stat(path, &is))
		return 0;
	return (uint64_t)is.st_mtim.tv_sec * 1000000007u ^ (uint64_t)is.st_mtim.tv_nsec ^
	       (uint64_t)is.st_ino << 32 ^ (uint64_t)is.st_size;
}

/* All of the file at @path, terminated; NULL with `error` filled. The caller frees it. */
static char *read_file(struct reading *reading, const char *path)
{
	struct web_config *config = reading->config;
	char *text = malloc(FILE_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t part = -1, bytes = 0;

	config->file[config->files].stamp = file_stamp(path);
	config->file[config->files++].path = strdup(path);
	while (text && fd >= 0 && bytes < FILE_BYTES &&
	       (part = read(fd, text + bytes, (size_t)(FILE_BYTES - bytes))) > 0)
		bytes += part;
	if (part < 0 || bytes == FILE_BYTES) {
		error_cause(reading->error, "cannot read %s: %s", path,
			    part < 0 ? strerror(errno) : "it is too long");
		free(text);
		text = NULL;
	} else {
		text[bytes] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static const char *scalar(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : NULL;
}

/* Takes one key and its value. */
typedef int (*take_fn)(struct reading *reading, const char *key, const yaml_node_t *value);

/* Each pair of @node, no key twice. An empty value is an empty mapping. */
static int each(struct reading *reading, const yaml_node_t *node, take_fn take)
{
	const yaml_node_pair_t *pair, *other;
	int err = 0;

	if (scalar(node) && !*scalar(node))
		return 0;
	if (node->type != YAML_MAPPING_NODE)
		return wrong(reading, node, "keys and values were expected");
	for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top && !err;
	     pair++) {
		const yaml_node_t *at = yaml_document_get_node(reading->document, pair->key);
		const char *key = scalar(at);

		if (!key)
			return wrong(reading, at, "a key is no word");
		for (other = node->data.mapping.pairs.start; other < pair; other++) {
			const char *before =
				scalar(yaml_document_get_node(reading->document, other->key));

			if (!strcmp(before, key))
				return wrong(reading, at, "%s is there twice", key);
		}
		err = take(reading, key, yaml_document_get_node(reading->document, pair->value));
	}
	return err;
}

/* A path, relative to the directory of the configuration. */
static int take_path(struct reading *reading, const yaml_node_t *value, char *out)
{
	const char *path = scalar(value), *slash = strrchr(reading->path, '/');
	int dir = slash && path && *path != '/' ? (int)(slash + 1 - reading->path) : 0;

	if (!path || !*path)
		return wrong(reading, value, "a path was expected");
	if (snprintf(out, PATH_MAX, "%.*s%s", dir, reading->path, path) >= PATH_MAX)
		return wrong(reading, value, "the path is too long");
	return 0;
}

/* Any version but @widest leaves out the @other one. */
static int take_version(struct reading *reading, const char *key, const yaml_node_t *value,
			const char *widest, bool *other)
{
	const char *version = scalar(value);

	if (!version || (strcmp(version, "TLS12") && strcmp(version, "TLS13")))
		return wrong(reading, value, "%s is not supported but for TLS12 and TLS13", key);
	if (strcmp(version, widest))
		*other = false;
	return 0;
}

static int take_tls(struct reading *reading, const char *key, const yaml_node_t *value)
{
	const char *word = scalar(value);

	if (!strcmp(key, "cert_file"))
		return take_path(reading, value, reading->cert);
	if (!strcmp(key, "key_file"))
		return take_path(reading, value, reading->key);
	if (!strcmp(key, "client_ca_file"))
		return take_path(reading, value, reading->client_ca);
	if (!strcmp(key, "min_version"))
		return take_version(reading, key, value, "TLS12", &reading->config->tls12);
	if (!strcmp(key, "max_version"))
		return take_version(reading, key, value, "TLS13", &reading->config->tls13);
	if (strcmp(key, "client_auth_type"))
		return wrong(reading, value, "tls_server_config.%s is not supported", key);
	reading->verifies_clients = word && !strcmp(word, "RequireAndVerifyClientCert");
	if (!reading->verifies_clients && (!word || strcmp(word, "NoClientCert")))
		return wrong(reading, value, "this client_auth_type is not supported");
	return 0;
}

/* "$2y$10$" and 53 characters more. A cost above 14 takes seconds for each new password. */
static bool is_bcrypt(const char *hash)
{
	static const char alphabet[] =
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	int cost;

	return strlen(hash) == 60 && hash[0] == '$' && hash[1] == '2' && strchr("aby", hash[2]) &&
	       hash[3] == '$' && sscanf(hash + 4, "%2d$", &cost) == 1 && hash[6] == '$' &&
	       cost >= 4 && cost <= 14 && strspn(hash + 7, alphabet) == 53;
}

static int take_user(struct reading *reading, const char *key, const yaml_node_t *value)
{
	struct web_config *config = reading->config;
	const char *hash = scalar(value);

	if (config->users == WEB_USERS)
		return wrong(reading, value, "more than %d users", WEB_USERS);
	if (!*key || strchr(key, ':'))
		return wrong(reading, value, "a user's name cannot be empty or hold a colon");
	if (!hash || !is_bcrypt(hash))
		return wrong(reading, value,
			     "the password of %.60s is no bcrypt hash with a cost "
			     "of 4 to 14",
			     key);
	config->user[config->users].name = strdup(key);
	config->user[config->users++].hash = strdup(hash);
	return 0;
}

static int take_http(struct reading *reading, const char *key, const yaml_node_t *value)
{
	const char *word = scalar(value);

	if (!strcmp(key, "http2") && word && !strcmp(word, "false"))
		return 0;
	return wrong(reading, value, "http_server_config.%s is not supported", key);
}

static int take_section(struct reading *reading, const char *key, const yaml_node_t *value)
{
	if (!strcmp(key, "tls_server_config"))
		return each(reading, value, take_tls);
	if (!strcmp(key, "basic_auth_users"))
		return each(reading, value, take_user);
	if (!strcmp(key, "http_server_config"))
		return each(reading, value, take_http);
	return wrong(reading, value, "%s is not supported", key);
}

/* The files that are named, as far as they belong together. */
static int read_named(struct reading *reading)
{
	struct web_config *config = reading->config;
	gnutls_certificate_credentials_t credentials;
	int result;

	if (!!*reading->cert != !!*reading->key)
		return wrong(reading, NULL, "cert_file and key_file go together");
	if (!!*reading->client_ca != reading->verifies_clients ||
	    (reading->verifies_clients && !*reading->cert))
		return wrong(reading, NULL,
			     "client_ca_file, cert_file and the client_auth_type "
			     "RequireAndVerifyClientCert go together");
	if (!config->tls12 && !config->tls13)
		return wrong(reading, NULL, "no version of TLS is left");
	if (!*reading->cert)
		return 0;
	config->cert = read_file(reading, reading->cert);
	config->key = config->cert ? read_file(reading, reading->key) : NULL;
	if (!config->key)
		return -EIO;
	if (*reading->client_ca && !(config->client_ca = read_file(reading, reading->client_ca)))
		return -EIO;
	if (gnutls_certificate_allocate_credentials(&credentials))
		return -ENOMEM;
	result = gnutls_certificate_set_x509_key_mem(
		credentials,
		&(gnutls_datum_t){(unsigned char *)config->cert,
				  (unsigned int)strlen(config->cert)},
		&(gnutls_datum_t){(unsigned char *)config->key, (unsigned int)strlen(config->key)},
		GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(credentials);
	return result < 0 ? wrong(reading, NULL, "cert_file and key_file are no pair: %s",
				  gnutls_strerror(result))
			  : 0;
}

static int read_yaml(struct reading *reading, const char *text)
{
	yaml_document_t document;
	yaml_parser_t parser;
	int err = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (!yaml_parser_load(&parser, &document)) {
		error_cause(reading->error, "%s:%zu: no YAML: %s", reading->path,
			    parser.problem_mark.line + 1, parser.problem ? parser.problem : "?");
		err = -EINVAL;
	} else {
		reading->document = &document;
		/* An empty file asks for nothing. */
		if (yaml_document_get_root_node(&document))
			err = each(reading, yaml_document_get_root_node(&document), take_section);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return err ? err : read_named(reading);
}

int web_config_load(const char *path, struct web_config **out, struct error *error)
{
	struct web_config *config = calloc(1, sizeof(*config));
	struct reading *reading = calloc(1, sizeof(*reading));
	char *text = NULL;
	int err = -ENOMEM;

	if (config && reading) {
		config->tls12 = config->tls13 = true;
		*reading = (struct reading){.config = config, .path = path, .error = error};
		text = read_file(reading, path);
		err = text ? read_yaml(reading, text) : -EIO;
	}
	if (err)
		web_config_free(config);
	else
		*out = config;
	free(text);
	free(reading);
	return err;
}

void web_config_free(struct web_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->users; i++) {
		free(config->user[i].name);
		free(config->user[i].hash);
	}
	for (size_t i = 0; i < config->files; i++)
		free(config->file[i].path);
	free(config->cert);
	free(config->key);
	free(config->client_ca);
	free(config);
}

bool web_config_is_old(const struct web_config *config)
{
	for (size_t i = 0; i < config->files; i++) {
		if (file_stamp(config->file[i].path) != config->file[i].stamp)
			return true;
	}
	return false;
}
