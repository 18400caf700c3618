/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a JSON object holds, said once, as a table of its keys. Three things are made from it:
 *   - what is printed is checked against it (json_add.h): an unknown key ends the program,
 *   - the JSON Schema of --schema (json_schema.h),
 *   - the lists of keys in vmclock-trace-json(5) (json_manual.h).
 *
 * A new key is one line in a table, and one that adds its value. In `doc` a `word` between
 * backticks is a key or a value.
 */
#ifndef VMCLOCK_TRACE_SHOW_JSON_TABLE_H
#define VMCLOCK_TRACE_SHOW_JSON_TABLE_H

#include <stdint.h>

enum json_kind {
	JSON_STRING, /* one of `values` or `name`, where there are any */
	JSON_TEXT,   /* a sentence for people, which can be reworded at any time */
	JSON_BOOL,
	JSON_U64,
	JSON_I64,
	JSON_INTEGER, /* one of the two: of 64 bits, signed or not */
	JSON_NUMBER,  /* with a fraction */
	JSON_OBJECT,  /* `of` says which; else `of_kind` does */
	JSON_EMBED,   /* no key: all keys of the table `of` are here too */
};

/* Flags of a key. */
#define JSON_NULL 1u /* can be null: not known */
#define JSON_LIST 2u /* an array of these */
#define JSON_MAP  4u /* an object of these; its keys are the names of `name`, or any */
#define JSON_ONLY 8u /* is left out where `doc` says so */

/*
 * Up to this a double is exact. An integer that is larger, either way, has its digits as a string
 * beside it, in a key of this end; json_add.h sees to that, and --schema has it.
 */
#define JSON_EXACT_MOST ((int64_t)1 << 53)
#define JSON_DIGITS_END "_text"
#define JSON_KEY_BYTES	64

#define JSON_VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

struct json_table;

struct json_key {
	const char *key;
	enum json_kind kind;
	const char *doc;
	unsigned int flags;
	const char *unit; /* of a number; NULL: none, or the key's name says it */
	const struct json_table *of;
	const char *const *values;  /* all strings that it can be, then NULL */
	const char *(*name)(int i); /* the same: of 0, 1, ..., and NULL after the last */
	/* The table if the key `kind` of the same object, by its `name`, is the i-th one. */
	const struct json_table *(*of_kind)(int i);
};

struct json_table {
	const char *name; /* NULL: it is in one place only, and described there */
	const char *doc;
	const struct json_key *keys; /* the last one has no key and is no JSON_EMBED */
};

/* A command's output. */
struct json_schema {
	const char *name; /* "vmclock-trace/status/2" */
	const char *doc;
	const struct json_table *const *tables; /* the object, or one for each type of line; NULL */
};

/* The key's place in @table; NULL: it has none. */
const struct json_key *json_table_find(const struct json_table *table, const char *key);

/* The i-th string that @key can be; NULL after the last one, and where it can be any. */
const char *json_key_value(const struct json_key *key, int i);

/* Call @each for all keys, also those that are embedded. */
void json_table_each(const struct json_table *table,
		     void (*each)(const struct json_key *key, void *arg), void *arg);

#endif
