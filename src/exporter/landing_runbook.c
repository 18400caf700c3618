// SPDX-License-Identifier: GPL-2.0-or-later
/* The runbooks of the alerts, as they are in contrib/, for a browser. */
#include <string.h>

#include "exporter/landing.h"
#include "exporter/landing_frame.h"
#include "show/html.h"

static const struct {
	const char *name, *text;
} runbooks[] = {
#include "runbooks.h"
};

#define RUNBOOKS (sizeof(runbooks) / sizeof(runbooks[0]))

/* A line's @bytes, with `code` in it. */
static void put_words(FILE *out, const char *line, size_t bytes)
{
	bool code = false;

	for (size_t at = 0, next; at < bytes; at = next + 1) {
		const char *tick = memchr(line + at, '`', bytes - at);

		next = tick ? (size_t)(tick - line) : bytes;
		html_put(out, line + at, next - at);
		if (tick)
			fputs(code ? "</code>" : "<code>", out);
		code = tick ? !code : code;
	}
	fputs(code ? "</code>" : "", out);
}

/* Headings, lists and paragraphs, each in a line: all that a runbook has. */
static void put_text(FILE *out, const char *text)
{
	static const struct {
		const char *mark, *begin, *end;
	} kinds[] = {
		{"# ", "<h1>", "</h1>\n"},
		{"## ", "<h2>", "</h2>\n"},
		{"- ", "<li>", "</li>\n"},
		{"", "<p>", "</p>\n"},
	};
	bool list = false;

	for (const char *line = text, *end; *line; line = end + 1) {
		size_t kind = 0, skip;

		end = strchr(line, '\n');
		while (strncmp(line, kinds[kind].mark, strlen(kinds[kind].mark)) != 0)
			kind++;
		if (list != (kind == 2))
			fputs(list ? "</ul>\n" : "<ul>\n", out);
		list = kind == 2;
		skip = strlen(kinds[kind].mark);
		if (line == end)
			continue;
		fputs(kinds[kind].begin, out);
		put_words(out, line + skip, (size_t)(end - line) - skip);
		fputs(kinds[kind].end, out);
	}
	fputs(list ? "</ul>\n" : "", out);
}

static void put_list(FILE *out)
{
	landing_put_head(out, "vmclock-trace", "runbooks", false);
	fputs("<h1>Runbooks</h1>\n<ul>\n", out);
	for (size_t i = 0; i < RUNBOOKS; i++)
		fprintf(out, "<li><a href=\"/runbooks/%s\">%s</a></li>\n", runbooks[i].name,
			runbooks[i].name);
	fputs("</ul>\n<footer><a href=\"/\">The clock of this machine</a></footer>\n", out);
}

bool landing_put_runbook(FILE *out, const char *name)
{
	if (!name) {
		put_list(out);
		return true;
	}
	for (size_t i = 0; i < RUNBOOKS; i++) {
		if (strcmp(runbooks[i].name, name) != 0)
			continue;
		landing_put_head(out, "runbook", name, false);
		put_text(out, runbooks[i].text);
		fputs("<footer><a href=\"/\">The clock of this machine</a> &middot; "
		      "<a href=\"/runbooks/\">All runbooks</a></footer>\n",
		      out);
		return true;
	}
	return false;
}
