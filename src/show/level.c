// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/level.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "show/terminal.h"

short level_colour(enum level level)
{
	static const short colours[LEVELS] = {
		[LEVEL_OK] = 2,	     /* green */
		[LEVEL_UNKNOWN] = 6, /* cyan */
		[LEVEL_WARNING] = 3, /* yellow */
		[LEVEL_CRITICAL] = 1 /* red */
	};

	return colours[level];
}

enum level level_named(const char *text)
{
	static const struct {
		const char *name;
		enum level level;
	} names[] = {
		{"OK", LEVEL_OK},
		{"UNKNOWN", LEVEL_UNKNOWN},
		{"WARNING", LEVEL_WARNING},
		{"WARN", LEVEL_WARNING},
		{"CRITICAL", LEVEL_CRITICAL},
		{"FAIL", LEVEL_CRITICAL},
		{"SKIP", LEVEL_UNKNOWN},
		{"CONTRADICTION", LEVEL_CRITICAL},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i].name);

		if (!strncasecmp(text, names[i].name, length) &&
		    !isalnum((unsigned char)text[length]) && text[length] != '_')
			return names[i].level;
	}
	return LEVEL_NONE;
}

/* What is as it should be is no cry. */
void level_begin(FILE *out, enum level level)
{
	if (level != LEVEL_NONE && terminal_has_colour(out))
		fprintf(out, "\033[%s3%dm", level == LEVEL_OK ? "" : "1;", level_colour(level));
}

void level_end(FILE *out, enum level level)
{
	if (level != LEVEL_NONE && terminal_has_colour(out))
		fputs("\033[0m", out);
}

void level_put(FILE *out, enum level level, const char *text)
{
	level_begin(out, level);
	fputs(text, out);
	level_end(out, level);
}
