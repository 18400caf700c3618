// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/text_shown.h"

#include <string.h>

#include "base/text.h"
#include "event/fact.h"

void text_put_shown(FILE *out, const char *text)
{
	char shown[TEXT_DISPLAY_BYTES(FACT_VALUE_BYTES)];

	text_display(text, strnlen(text, FACT_VALUE_BYTES), shown, sizeof(shown));
	fputs(shown, out);
}
