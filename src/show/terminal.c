// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/parse.h"
#include "show/text_fit.h"

#define COLUMNS_UNKNOWN 80
#define COLUMNS_LEAST	20
#define COLUMNS_MOST	2000
#define LINE_BYTES	(64 << 10) /* longer ones are broken there too */

static bool has_colour;

const char *colour_when_word(unsigned int i)
{
	static const char *const words[] = {
		[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};

	return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

bool colour_is_wanted(enum colour_when when)
{
	const char *none = getenv("NO_COLOR"), *name = getenv("TERM");

	if (when != COLOUR_AUTO)
		return when == COLOUR_ALWAYS;
	return !(none && *none) && name && *name && strcmp(name, "dumb") != 0;
}

static bool is_terminal(const FILE *out)
{
	return out == stdout && isatty(STDOUT_FILENO);
}

bool terminal_has_colour(const FILE *out)
{
	return out == stdout && has_colour;
}

int terminal_columns(const FILE *out)
{
	const char *text = getenv("COLUMNS");
	struct winsize size = {0};
	uint64_t columns;

	if (!is_terminal(out))
		return 0;
	if (!text || parse_u64(text, &columns)) {
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
			size.ws_col = 0;
		columns = size.ws_col;
	}
	if (!columns)
		return COLUMNS_UNKNOWN;
	return columns < COLUMNS_LEAST	? COLUMNS_LEAST
	       : columns > COLUMNS_MOST ? COLUMNS_MOST
					: (int)columns;
}

bool terminal_is_utf8(const FILE *out)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; is_terminal(out) && i < sizeof(names) / sizeof(names[0]); i++) {
		const char *locale = getenv(names[i]);

		/* The first that is set says it. */
		if (locale && *locale)
			return strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8");
	}
	return false;
}

int terminal_columns_within(const FILE *out, int columns)
{
	int there = terminal_columns(out);

	return there && there < columns ? there : columns;
}

static int write_all(const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t written = write(STDOUT_FILENO, text, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		bytes -= (size_t)written;
	}
	return 0;
}

/* Line by line; the terminal may have another width each time. */
static void fit(FILE *out, const char *text, size_t bytes)
{
	int columns = terminal_columns(stdout);

	for (const char *end = text + bytes; text < end;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		text_fit(out, text, (size_t)((newline ?: end) - text), columns);
		if (newline)
			fputc('\n', out);
		text = newline ? newline + 1 : end;
	}
}

/* For fopencookie(): 0 says that it failed. */
static ssize_t write_fitted(void *cookie, const char *text, size_t bytes)
{
	size_t fitted_bytes = 0;
	char *fitted = NULL;
	FILE *out = open_memstream(&fitted, &fitted_bytes);
	int err = out ? 0 : -ENOMEM;

	(void)cookie;
	if (out) {
		fit(out, text, bytes);
		if (fclose(out))
			err = -ENOMEM;
	}
	err = err ? write_all(text, bytes) : write_all(fitted, fitted_bytes);
	free(fitted);
	errno = -err;
	return err ? 0 : (ssize_t)bytes;
}

void terminal_begin(enum colour_when when)
{
	const cookie_io_functions_t functions = {.write = write_fitted};
	FILE *fitted;

	has_colour = when == COLOUR_ALWAYS || (is_terminal(stdout) && colour_is_wanted(when));
	if (!is_terminal(stdout))
		return;
	fitted = fopencookie(NULL, "w", functions);
	if (!fitted || setvbuf(fitted, NULL, _IOLBF, LINE_BYTES))
		return;
	fflush(stdout);
	stdout = fitted;
}
