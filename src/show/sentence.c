// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(struct words *words, const char *format, ...)
{
	size_t used = strlen(words->text);
	va_list args;

	va_start(args, format);
	vsnprintf(words->text + used, words->bytes - used, format, args);
	va_end(args);
}
