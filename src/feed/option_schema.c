// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "feed/message.h"
#include "feed/options.h"
#include "show/json_schema.h"

int message_schema(const struct json_schema *schema)
{
	json_schema_print(stdout, schema);
	return message_output(EXIT_DONE);
}

static int parse(const struct command_option *option, const char *text, void *value)
{
	(void)text;
	(void)value;
	return message_schema(option->schema);
}

const struct option_type option_schema = {parse, COMPLETE_NOTHING};
