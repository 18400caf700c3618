// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void fill(char *out, size_t bytes, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* Paths and names end up in messages, so the whole message is made fit for a terminal. */
static void fill(char *out, size_t bytes, const char *format, va_list args)
{
	char raw[ERROR_HINT_BYTES];

	raw[0] = '\0';
	vsnprintf(raw, sizeof(raw), format, args);
	text_display(raw, strlen(raw), out, bytes);
}

void error_clear(struct error *error)
{
	if (!error)
		return;
	error->cause[0] = '\0';
	error->hint[0] = '\0';
}

void error_cause(struct error *error, const char *format, ...)
{
	va_list args;

	if (!error)
		return;
	error->hint[0] = '\0';
	va_start(args, format);
	fill(error->cause, sizeof(error->cause), format, args);
	va_end(args);
}

int error_no_memory(struct error *error)
{
	error_cause(error, "out of memory");
	return -ENOMEM;
}

void error_hint_files(struct error *error, int err)
{
	if (err == -EMFILE || err == -ENFILE)
		error_hint(error, ERROR_FILES_HINT);
}

void error_hint(struct error *error, const char *format, ...)
{
	va_list args;

	if (!error)
		return;
	va_start(args, format);
	fill(error->hint, sizeof(error->hint), format, args);
	va_end(args);
}
