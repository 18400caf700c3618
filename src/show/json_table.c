// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_end(const struct json_key *key)
{
	return !key->key && key->kind != JSON_EMBED;
}

const struct json_key *json_table_find(const struct json_table *table, const char *key)
{
	const struct json_key *found;

	for (const struct json_key *i = table->keys; !is_end(i); i++) {
		if (i->kind != JSON_EMBED) {
			if (!strcmp(i->key, key))
				return i;
			continue;
		}
		found = json_table_find(i->of, key);
		if (found)
			return found;
	}
	return NULL;
}

const char *json_key_value(const struct json_key *key, int i)
{
	if (key->values)
		return key->values[i];
	return key->name ? key->name(i) : NULL;
}

void json_table_each(const struct json_table *table,
		     void (*each)(const struct json_key *key, void *arg), void *arg)
{
	for (const struct json_key *i = table->keys; !is_end(i); i++) {
		if (i->kind == JSON_EMBED)
			json_table_each(i->of, each, arg);
		else
			each(i, arg);
	}
}
