// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/unknown.h"

#include <stdarg.h>
#include <stdio.h>

#include "show/html.h"

#define SENTENCE_BYTES 700

void emit(const struct unknown_sink *sink, const char *code, const char *format, ...)
{
	char sentence[SENTENCE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	sink->fn(code, sink->host, sentence, sink->arg);
}

void unknown_put_html(const char *code, const char *host, const char *sentence, void *out)
{
	(void)code;
	fputs("<li>", out);
	if (host) {
		fputs("<strong>", out);
		html_puts(out, host);
		fputs("</strong>: ", out);
	}
	html_puts(out, sentence);
	fputs("</li>\n", out);
}
