// SPDX-License-Identifier: GPL-2.0-or-later
/* Arguments of each command: words, each ended by a NUL. Nothing is run. */
#include "fuzz.h"

#include "feed/command.h"
#include "feed/message.h"
#include "feed/options.h"

#define WORDS	     64
#define VALUES_BYTES 65536 /* more than any command's structure needs */

static const struct command *const commands[] = {
	&cmd_status, &cmd_watch,  &cmd_wait,	&cmd_trace,  &cmd_record,
	&cmd_report, &cmd_replay, &cmd_compare, &cmd_doctor,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(16) char values[VALUES_BYTES];
	const struct command *command =
		commands[fuzz_byte(&data, &size) % (sizeof(commands) / sizeof(commands[0]))];
	char name[32], *words[WORDS + 2] = {name}, *text = malloc(size + 1);
	int count = 1;

	CHECK(text);
	snprintf(name, sizeof(name), "%s", command->name);
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = text; word < text + size && count <= WORDS; word += strlen(word) + 1)
		words[count++] = word;
	memset(values, 0, sizeof(values));
	options_parse(command, count, words, values);
	fflush(stdout);
	free(text);
	return 0;
}
