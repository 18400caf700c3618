// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/help.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "feed/message.h"
#include "feed/options.h"
#include "show/terminal.h"
#include "show/text_wrap.h"

#define COLUMNS	   80
#define TEXT_BYTES 1024 /* of the help of one option */

static const struct command_option help_option = {"help", 'h', .help = "show this"};

/* What holds without the option. */
static const char *default_of(const struct command_option *option)
{
	return option->otherwise ?: option->initial;
}

static void append(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char *out, const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + used, TEXT_BYTES - used, format, args);
	va_end(args);
}

/* What the option does, and beside which others. */
static const char *say(const struct command_option *option, char out[TEXT_BYTES])
{
	const char *name = option->excludes ?: "";

	*out = '\0';
	if (option->needs)
		append(out, "with --%s: ", option->needs);
	append(out, "%s", option->help);
	for (; *name; name += strspn(name, " ")) {
		int length = (int)strcspn(name, " ");

		append(out, "%s--%.*s", name == option->excludes ? "; not with " : ", ", length,
		       name);
		name += length;
	}
	return out;
}

/* --- --help */

/* The left side: "  -d, --duration T". Its length. */
static int format_option(const struct command_option *option, char *out, size_t bytes)
{
	char letter[] = {'-', option->letter, ',', '\0'};

	return snprintf(out, bytes, "  %-3s --%s%s%s", option->letter ? letter : "", option->name,
			option->argument ? " " : "", option->argument ?: "");
}

static void put_option(const struct command_option *option, int width)
{
	const char *otherwise = default_of(option);
	char left[80], text[TEXT_BYTES];

	format_option(option, left, sizeof(left));
	say(option, text);
	if (otherwise)
		append(text, "; default: %s", otherwise);
	printf("%-*s", width, left);
	text_wrap_within(stdout, COLUMNS, text, width, width);
}

static void put_options(const struct command_option *options)
{
	int width = 0;

	for (const struct command_option *option = options; !option_is_end(option); option++) {
		char left[80];
		int length = option->name ? format_option(option, left, sizeof(left)) : 0;

		width = length > width ? length : width;
	}
	for (const struct command_option *option = options; !option_is_end(option); option++) {
		if (option->name)
			put_option(option, width + 2);
	}
	put_option(&help_option, width + 2);
}

static void put_usage(const struct command *command)
{
	const char *line = command->usage;

	for (int i = 0; *line; i++, line += strspn(line, "\n")) {
		int length = (int)strcspn(line, "\n");

		printf("%s %s %.*s\n", i ? "      " : "usage:", message_speaker(), length, line);
		line += length;
	}
}

/* Those of @text, and an empty line behind each. */
static void put_paragraphs(const char *text)
{
	char paragraph[TEXT_BYTES];

	while (*text) {
		const char *end = strstr(text, "\n\n") ?: text + strlen(text);

		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)(end - text), text);
		text_wrap_within(stdout, COLUMNS, paragraph, 0, 0);
		printf("\n");
		text = end + strspn(end, "\n");
	}
}

static const struct command_exit all_exits[] = {
#define ROW(name, number, help, doc) {EXIT_##name, help, doc, false},
	EXIT_CODES(ROW){0},
#undef ROW
};

typedef void put_exit_fn(const struct command_exit *exit);

/* Call @put for those of @exits from @first to @last. */
static void put_exits(const struct command_exit *exits, int first, int last, put_exit_fn *put)
{
	for (; exits->help; exits++) {
		if (exits->code >= first && exits->code <= last)
			put(exits);
	}
}

static void each_exit(const struct command *command, put_exit_fn *put)
{
	const struct command_exit *exits = command->exits ?: all_exits;

	put_exits(exits, 0, EXIT_USAGE - 1, put);
	put_exits(all_exits, EXIT_USAGE, EXIT_USAGE, put);
	put_exits(exits, EXIT_USAGE + 1, INT_MAX, put);
}

/* Before the text: "  128 and more  ". */
static void put_exit(const struct command_exit *exit)
{
	int used = printf("  %d%s  ", exit->code, exit->or_more ? " and more" : "");

	text_wrap_within(stdout, COLUMNS, exit->help, used, 5);
}

static void put_examples(const char *line)
{
	printf("\nexamples:\n");
	for (; *line; line += strspn(line, "\n")) {
		int length = (int)strcspn(line, "\n");

		printf("  %.*s\n", length, line);
		line += length;
	}
}

static void put_commands(const struct command *const *commands)
{
	printf("commands:\n");
	for (; *commands; commands++)
		printf("  %-10s %s\n", (*commands)->name, (*commands)->summary);
	printf("\n");
}

int help_show(const struct command *command)
{
	terminal_begin(COLOUR_NEVER);
	put_usage(command);
	printf("\n");
	put_paragraphs(command->about);
	if (command->commands)
		put_commands(command->commands);
	put_options(command->options);
	printf("\nexit status:\n");
	each_exit(command, put_exit);
	put_examples(command->examples);
	return message_output(EXIT_DONE);
}

/* --- The manual: scdoc(5), in which * and _ and \ mean something */

static void put_escaped(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (strchr("*_\\", text[i]))
			putchar('\\');
		putchar(text[i]);
	}
}

/* A word of a help text: options are bold, @argument, the value of one, is underlined. */
static void put_word(const char *argument, const char *word, size_t length)
{
	size_t before = strspn(word, "("), bare = length;
	bool is_option, is_value;

	while (bare > before && strchr(".,;:)?", word[bare - 1]))
		bare--;
	is_option = bare - before > 2 && !memcmp(word + before, "--", 2);
	is_value = *argument && bare - before == strlen(argument) &&
		   !memcmp(word + before, argument, bare - before);
	put_escaped(word, before);
	fputs(is_option ? "*" : is_value ? "_" : "", stdout);
	put_escaped(word + before, bare - before);
	fputs(is_option ? "*" : is_value ? "_" : "", stdout);
	put_escaped(word + bare, length - bare);
}

static void put_words(const char *argument, const char *text)
{
	for (; *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");

		put_word(argument, text, length);
		if (text[length])
			putchar(' ');
		text += length;
	}
}

/* @text, which begins and ends as a part of one, as a sentence. */
static void put_sentence(const char *argument, const char *text)
{
	char sentence[TEXT_BYTES];

	assert(strlen(text) < sizeof(sentence));
	snprintf(sentence, sizeof(sentence), "%s", text);
	sentence[0] = (char)toupper((unsigned char)sentence[0]);
	put_words(argument, sentence);
	putchar('.');
}

/* In lines behind a tab each, as the text of an option; empty ones part paragraphs. */
static void put_doc(const char *doc)
{
	while (*doc) {
		int length = (int)strcspn(doc, "\n");

		printf("%s%.*s\n", length ? "\t" : "", length, doc);
		doc += length + (doc[length] == '\n');
	}
}

static void put_entry(const struct command_option *option)
{
	const char *otherwise = default_of(option), *argument = option->argument ?: "";
	char text[TEXT_BYTES];

	if (option->letter)
		printf("*-%c*, ", option->letter);
	printf("*--%s*", option->name);
	if (option->argument)
		printf(" _%s_", option->argument);
	printf("\n\t");
	put_sentence(argument, say(option, text));
	if (otherwise) {
		printf(" Default: ");
		put_words(argument, otherwise);
		putchar('.');
	}
	putchar('\n');
	if (option->doc)
		put_doc(option->doc);
	putchar('\n');
}

int help_manual(const struct command *command)
{
	static const struct command_option help = {"help", 'h', .help = "show a summary of this"};
	const struct command_option *option = command->options;

	for (; !option_is_end(option); option++) {
		if (option->name)
			put_entry(option);
	}
	put_entry(&help);
	return message_output(EXIT_DONE);
}

static void put_exit_entry(const struct command_exit *exit)
{
	printf("*%d*%s\n\t", exit->code, exit->or_more ? " and more" : "");
	put_sentence("", exit->help);
	putchar('\n');
	if (exit->doc)
		put_doc(exit->doc);
	putchar('\n');
}

int help_manual_exits(const struct command *command)
{
	each_exit(command, put_exit_entry);
	return message_output(EXIT_DONE);
}
