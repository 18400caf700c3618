// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "feed/message.h"
#include "feed/options.h"
#include "show/json_schema.h"

int option_schema(const struct command_option *option, const char *text, void *value)
{
	(void)text;
	(void)value;
	json_schema_print(stdout, option->schema);
	return message_output(EXIT_DONE);
}
