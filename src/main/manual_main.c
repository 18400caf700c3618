// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a man page of its source (stdin to stdout): a line "@schema NAME" becomes the keys of that
 * output, "@table NAME" those of an object that several have, "@list NAME" what manual_lists.h has.
 * Fails where one is unknown, and where a page that has one of the schemas leaves another out.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/bundle_view.h"
#include "compare/compare_view.h"
#include "fleet/fleet_view.h"
#include "main/manual_lists.h"
#include "record/record_view.h"
#include "report/report_view.h"
#include "show/json_manual.h"
#include "status/doctor_view.h"
#include "status/page_status_view.h"
#include "trace/trace_view.h"
#include "watch/wait_view.h"
#include "watch/watch_view.h"

static const struct json_schema *const schemas[] = {
	&status_schema,	 &trace_schema,	 &watch_schema,	 &wait_schema,
	&compare_schema, &record_schema, &replay_schema, &doctor_schema,
	&report_schema,	 &fleet_schema,	 &bundle_schema, &verify_schema,
};

#define SCHEMAS	    (sizeof(schemas) / sizeof(schemas[0]))
#define MOST_TABLES 300

/* All tables that have a name, and which of them are in the page. */
static const struct json_table *tables[MOST_TABLES];
static bool is_printed[MOST_TABLES];
static size_t table_count;
static bool is_schema_printed[SCHEMAS];

static void collect_table(const struct json_table *table);

static void collect_key(const struct json_key *key, void *arg)
{
	(void)arg;
	if (key->of)
		collect_table(key->of);
	for (int i = 0; key->of_kind && key->of_kind(i); i++)
		collect_table(key->of_kind(i));
}

static void collect_table(const struct json_table *table)
{
	for (size_t i = 0; i < table_count; i++) {
		if (tables[i] == table)
			return;
	}
	if (table_count == MOST_TABLES) {
		fputs("there are more tables than MOST_TABLES\n", stderr);
		exit(EXIT_FAILURE);
	}
	tables[table_count++] = table;
	json_table_each(table, collect_key, NULL);
}

static size_t table_by_name(const char *name)
{
	size_t i = 0;

	while (i < table_count && (!tables[i]->name || strcmp(tables[i]->name, name)))
		i++;
	return i;
}

/* "vmclock-trace/status/2" is called "status". */
static bool is_called(const struct json_schema *schema, const char *name)
{
	const char *begin = strchr(schema->name, '/') + 1;

	return !strncmp(begin, name, strlen(name)) && begin[strlen(name)] == '/';
}

static bool put_schema(const char *name)
{
	for (size_t i = 0; i < SCHEMAS; i++) {
		if (!is_called(schemas[i], name))
			continue;
		json_manual_schema(stdout, schemas[i]);
		is_schema_printed[i] = true;
		for (const struct json_table *const *t = schemas[i]->tables; *t; t++)
			is_printed[table_by_name((*t)->name)] = true;
		return true;
	}
	return false;
}

static bool put_table(const char *name)
{
	size_t i = table_by_name(name);

	if (i == table_count)
		return false;
	json_manual_table(stdout, tables[i]);
	is_printed[i] = true;
	return true;
}

static bool put_line(char *line)
{
	if (*line != '@') {
		fputs(line, stdout);
		return true;
	}
	line[strcspn(line, "\n")] = '\0';
	if (!strncmp(line, "@list ", 6)	    ? manual_list(stdout, line + 6)
	    : !strncmp(line, "@schema ", 8) ? put_schema(line + 8)
					    : !strncmp(line, "@table ", 7) && put_table(line + 7))
		return true;
	fprintf(stderr, "nothing is called %s\n", line);
	return false;
}

static bool prints_any(void)
{
	for (size_t i = 0; i < SCHEMAS; i++) {
		if (is_schema_printed[i])
			return true;
	}
	for (size_t i = 0; i < table_count; i++) {
		if (is_printed[i])
			return true;
	}
	return false;
}

/* Of objects that are in one place only the keys are there. */
static bool is_complete(void)
{
	bool complete = true;

	for (size_t i = 0; i < SCHEMAS; i++) {
		if (!is_schema_printed[i])
			fprintf(stderr, "%s is missing\n", schemas[i]->name);
		complete &= is_schema_printed[i];
	}
	for (size_t i = 0; i < table_count; i++) {
		if (tables[i]->name && !is_printed[i])
			fprintf(stderr, "@table %s is missing\n", tables[i]->name);
		complete &= !tables[i]->name || is_printed[i];
	}
	return complete;
}

int main(void)
{
	char line[1000];

	for (size_t i = 0; i < SCHEMAS; i++) {
		for (const struct json_table *const *t = schemas[i]->tables; *t; t++)
			collect_table(*t);
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (!put_line(line))
			return EXIT_FAILURE;
	}
	return (!prints_any() || is_complete()) && !fflush(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
