// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/json_manual.h"

#include <stdbool.h>
#include <string.h>

#define COLUMNS	  80
#define TAB	  8
#define KEY_BYTES 200

/* Words into lines of at most COLUMNS, each behind @indent. */
struct words {
	FILE *out;
	const char *indent;
	size_t indent_columns;
	size_t column; /* 0: at the beginning of a line */
};

/* What begins a list or a heading at the beginning of a line is no such thing. */
static void put_char(FILE *out, char c, bool first)
{
	if (strchr(first ? "\\*_[]<>#-|." : "\\*_", c))
		fputc('\\', out);
	fputc(c, out);
}

/* A word of @length bytes; `so` is underlined. */
static void put_word(struct words *words, const char *word, size_t length)
{
	if (!words->column) {
		fputs(words->indent, words->out);
		words->column = words->indent_columns;
	} else if (words->column + 1 + length > COLUMNS) {
		fprintf(words->out, "\n%s", words->indent);
		words->column = words->indent_columns;
	} else {
		fputc(' ', words->out);
		words->column++;
	}
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '`')
			fputc('_', words->out);
		else
			put_char(words->out, word[i], i == 0);
	}
	words->column += length;
}

static void put_words(struct words *words, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (length)
			put_word(words, text, length);
		text += length + strspn(text + length, " ");
	}
}

static void end_words(struct words *words)
{
	if (words->column)
		fputc('\n', words->out);
	words->column = 0;
}

static const char *kind_name(const struct json_key *key)
{
	switch (key->kind) {
	case JSON_STRING:
	case JSON_TEXT:
		return "string";
	case JSON_BOOL:
		return "boolean";
	case JSON_U64:
	case JSON_I64:
	case JSON_INTEGER:
		return "integer";
	case JSON_NUMBER:
		return "number";
	case JSON_OBJECT:
	case JSON_EMBED:
		break;
	}
	return "object";
}

/* "(array of check objects or null)", "(integer or null, ns, signed)" */
static void put_type(FILE *out, const struct json_key *key)
{
	bool is_named = key->of && key->of->name;
	bool is_many = key->flags & (JSON_LIST | JSON_MAP);

	fputs(" (", out);
	if (is_many)
		fputs(key->flags & JSON_LIST ? "array of " : "object of ", out);
	if (is_named) {
		fputs("_", out);
		fputs(key->of->name, out);
		fputs("_", out);
		if (is_many)
			fputs(" objects", out);
	} else {
		fprintf(out, "%s%s", kind_name(key), is_many ? "s" : "");
	}
	if (key->flags & JSON_NULL)
		fputs(" or null", out);
	if (key->kind == JSON_TEXT)
		fputs(", text", out);
	if (key->unit)
		fprintf(out, ", %s", key->unit);
	if (key->kind == JSON_I64)
		fputs(", signed", out);
	if (key->flags & JSON_ONLY)
		fputs(", only", out);
	fputs(")\n", out);
}

/* "One of `a`, `b`." */
static void put_values(struct words *words, const struct json_key *key)
{
	char word[KEY_BYTES];

	if (!json_key_value(key, 0))
		return;
	if (key->flags & JSON_MAP)
		put_words(words, "By name, of");
	else
		put_words(words, key->flags & JSON_LIST	  ? "Each is one of"
				 : json_key_value(key, 1) ? "One of"
							  : "Always");
	for (int i = 0; json_key_value(key, i); i++) {
		snprintf(word, sizeof(word), "`%s`%s", json_key_value(key, i),
			 json_key_value(key, i + 1) ? "," : ".");
		put_words(words, word);
	}
}

struct place {
	FILE *out;
	const char *before; /* "clocks[]." */
};

static void put_key(const struct json_key *key, void *arg)
{
	const struct place *place = arg;
	struct words words = {.out = place->out, .indent = "\t", .indent_columns = TAB};
	struct place within = {.out = place->out};
	char name[KEY_BYTES];

	fprintf(place->out, "*%s%s*", place->before, key->key);
	put_type(place->out, key);
	put_words(&words, key->doc);
	put_values(&words, key);
	end_words(&words);
	fputc('\n', place->out);
	if (!key->of || key->of->name)
		return;
	snprintf(name, sizeof(name), "%s%s%s.", place->before, key->key,
		 key->flags & (JSON_LIST | JSON_MAP) ? "[]" : "");
	within.before = name;
	json_table_each(key->of, put_key, &within);
}

void json_manual_text(FILE *out, const char *indent, const char *text)
{
	struct words words = {.out = out, .indent = indent, .indent_columns = strlen(indent) * TAB};

	put_words(&words, text);
	end_words(&words);
	fputc('\n', out);
}

void json_manual_table(FILE *out, const struct json_table *table)
{
	struct place place = {.out = out, .before = ""};

	json_manual_text(out, "", table->doc);
	json_table_each(table, put_key, &place);
}

/* Of a line of several kinds; else NULL. */
static const char *type_of(const struct json_schema *schema, const struct json_table *table)
{
	const struct json_key *type = json_table_find(table, "type");

	return schema->tables[1] && type ? json_key_value(type, 0) : NULL;
}

/* "One object a line. Its _type_ is one of _sample_, _summary_." */
static void put_types(FILE *out, const struct json_schema *schema)
{
	struct words words = {.out = out, .indent = ""};
	char word[KEY_BYTES];

	if (!type_of(schema, schema->tables[0]))
		return;
	put_words(&words, "One object a line. Its `type` is one of");
	for (const struct json_table *const *table = schema->tables; *table; table++) {
		snprintf(word, sizeof(word), "`%s`%s", type_of(schema, *table),
			 table[1] ? "," : ".");
		put_words(&words, word);
	}
	end_words(&words);
	fputc('\n', out);
}

void json_manual_schema(FILE *out, const struct json_schema *schema)
{
	put_types(out, schema);
	for (const struct json_table *const *table = schema->tables; *table; table++) {
		const char *type = type_of(schema, *table);

		if (type)
			fprintf(out, "## %s\n\n", type);
		json_manual_table(out, *table);
	}
}
