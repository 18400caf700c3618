// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/options.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "feed/completion.h"
#include "feed/help.h"
#include "feed/message.h"

#define OPTIONS_MAX 32 /* of one command */
#define NAME_BYTES  64 /* as much of a name as is looked at */

/* What getopt_long() returns for an option without its letter: where it stands in the table. */
#define VALUE_OF(i) (256 + (int)(i))
#define HELP	    'h'

/* A command line that is being read. */
struct parsing {
	const struct command *command;
	const struct command_option *options;
	char *values; /* the command's structure */
	uint64_t given;
	bool is_over; /* all that follows belongs to another command */
};

static size_t count_of(const struct command_option *options)
{
	size_t count = 0;

	while (!option_is_end(&options[count]))
		count++;
	return count;
}

/* --- What getopt_long() wants to know */

struct getopt_tables {
	struct option longs[2 * OPTIONS_MAX];
	char shorts[3 * OPTIONS_MAX];
};

static void add_long(struct getopt_tables *tables, size_t *longs, const char *name,
		     bool has_argument, int value)
{
	tables->longs[(*longs)++] = (struct option){
		.name = name,
		.has_arg = has_argument ? required_argument : no_argument,
		.val = value,
	};
}

static void fill(struct getopt_tables *tables, const struct command_option *options)
{
	char *letter = tables->shorts;
	size_t longs = 0;

	/* What takes a whole command line: its options are none of ours. */
	for (size_t i = 0; !option_is_end(&options[i]); i++) {
		if (options[i].extent == OPTION_ALL_THE_REST)
			*letter++ = '+';
	}
	*letter++ = ':'; /* a missing argument differs from an unknown option */
	*letter++ = HELP;
	for (size_t i = 0; !option_is_end(&options[i]); i++) {
		bool has_argument = options[i].argument;

		if (!options[i].name)
			continue;
		add_long(tables, &longs, options[i].name, has_argument, VALUE_OF(i));
		if (options[i].alias)
			add_long(tables, &longs, options[i].alias, has_argument, VALUE_OF(i));
		if (options[i].letter) {
			*letter++ = options[i].letter;
			if (has_argument)
				*letter++ = ':';
		}
	}
	add_long(tables, &longs, "help", false, HELP);
	tables->longs[longs] = (struct option){0};
	*letter = '\0';
}

/* The option for which getopt_long() returned @value; NULL: it has none of that letter. */
static const struct command_option *find(const struct parsing *parsing, int value)
{
	const struct command_option *option = parsing->options;

	if (value >= VALUE_OF(0))
		return &option[value - VALUE_OF(0)];
	for (; !option_is_end(option); option++) {
		if (option->name && option->letter == value)
			return option;
	}
	return NULL;
}

/* --- What is wrong */

static int say_unknown(const char *typed, const char *meant)
{
	struct error error;

	if (!meant)
		return message_about("unknown option", typed);
	error_cause(&error, "unknown option '%s'", typed);
	error_hint(&error, "did you mean --%s?", meant);
	message_failure(&error);
	return EXIT_USAGE;
}

/* Of a letter that means nothing here: the option that begins with it may be meant. */
static int unknown_letter(const struct parsing *parsing, char letter)
{
	const char typed[] = {'-', letter, '\0'};
	const struct command_option *option = parsing->options;

	for (; !option_is_end(option); option++) {
		if (option->name && option->name[0] == letter)
			return say_unknown(typed, option->name);
	}
	return say_unknown(typed, NULL);
}

/* @typed, which begins with "--" and may go on with "=value", is no option, or several. */
static int unknown_name(const struct parsing *parsing, const char *typed)
{
	char name[NAME_BYTES];
	struct nearest nearest = {.typed = name};
	const char *first = NULL;
	const struct command_option *option = parsing->options;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
	for (; !option_is_end(option); option++) {
		if (!option->name)
			continue;
		nearest_offer(&nearest, option->name);
		if (strncmp(option->name, name, strlen(name)))
			continue;
		if (first) {
			message_error("'--%s' is short for --%s and for --%s", name, first,
				      option->name);
			return message_usage_hint();
		}
		first = option->name;
	}
	nearest_offer(&nearest, "help");
	return say_unknown(typed, nearest.name);
}

static int explain_unknown(const struct parsing *parsing, char **argv)
{
	if (!optopt)
		return unknown_name(parsing, argv[optind - 1]);
	if (optopt < VALUE_OF(0) && optopt != HELP)
		return unknown_letter(parsing, (char)optopt);
	return message_about("there is no value to give to this option:", argv[optind - 1]);
}

static int explain_missing(const struct parsing *parsing)
{
	const struct command_option *option = find(parsing, optopt);
	char title[NAME_BYTES];

	message_error("%s needs a value: %s", option_title(option, title, sizeof(title)),
		      option->argument);
	return message_usage_hint();
}

/* --- One by one */

static void note_given(struct parsing *parsing, const struct command_option *option)
{
	parsing->given |= 1ull << (option - parsing->options);
	if (option->given)
		*(bool *)(parsing->values + option->given - 1) = true;
}

static int take(struct parsing *parsing, const struct command_option *option, const char *text)
{
	note_given(parsing, option);
	return option->parse(option, text, parsing->values + option->offset);
}

/* All that is left, from @argv on. */
static int take_rest(struct parsing *parsing, const struct command_option *option, char **argv)
{
	note_given(parsing, option);
	*(char ***)(parsing->values + option->offset) = argv;
	return MESSAGE_GO_ON;
}

static int take_option(struct parsing *parsing, const struct command_option *option, char **argv)
{
	if (option->extent == OPTION_ONE)
		return take(parsing, option, optarg);
	parsing->is_over = true;
	argv[optind - 1] = optarg; /* that of --exec=CMD too */
	return take_rest(parsing, option, &argv[optind - 1]);
}

static int take_options(struct parsing *parsing, int argc, char **argv)
{
	struct getopt_tables tables;
	int value, code = MESSAGE_GO_ON;

	fill(&tables, parsing->options);
	optind = 0; /* from the beginning, also where another command line was read before */
	opterr = 0;
	while (code == MESSAGE_GO_ON && !parsing->is_over &&
	       (value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		if (value == HELP)
			code = help_show(parsing->command);
		else if (value == '?')
			code = explain_unknown(parsing, argv);
		else if (value == ':')
			code = explain_missing(parsing);
		else
			code = take_option(parsing, find(parsing, value), argv);
	}
	return code;
}

static int take_operands(struct parsing *parsing, char **argv)
{
	const struct command_option *option = parsing->options;
	int code = MESSAGE_GO_ON;

	for (; !option_is_end(option) && *argv && code == MESSAGE_GO_ON; option++) {
		if (option->name)
			continue;
		if (option->extent != OPTION_ONE)
			return take_rest(parsing, option, argv);
		code = take(parsing, option, *argv++);
	}
	if (code == MESSAGE_GO_ON && *argv)
		return message_about("unexpected argument", *argv);
	return code;
}

static int take_initial(struct parsing *parsing)
{
	const struct command_option *option = parsing->options;

	for (; !option_is_end(option); option++) {
		char *value = parsing->values + option->offset;
		int code = MESSAGE_GO_ON;

		if (option->initial)
			code = option->parse(option, option->initial, value);
		if (code != MESSAGE_GO_ON)
			return code;
	}
	return MESSAGE_GO_ON;
}

/* --- All together */

/* Is one of @names, which has @length, given? NULL: no name. */
static bool is_given(const struct parsing *parsing, const char *name, size_t length)
{
	for (size_t i = 0; !option_is_end(&parsing->options[i]); i++) {
		const char *other = parsing->options[i].name;

		if (other && strlen(other) == length && !memcmp(other, name, length))
			return parsing->given >> i & 1;
	}
	return false;
}

static int check_excluded(const struct parsing *parsing, const struct command_option *option)
{
	const char *name = option->excludes ?: "";

	for (; *name; name += strspn(name, " ")) {
		size_t length = strcspn(name, " ");
		struct error error;

		if (is_given(parsing, name, length)) {
			error_cause(&error, "--%s and --%.*s exclude each other", option->name,
				    (int)length, name);
			error_hint(&error, "leave one of the two out");
			message_failure(&error);
			return EXIT_USAGE;
		}
		name += length;
	}
	return MESSAGE_GO_ON;
}

static int check(const struct parsing *parsing)
{
	char title[NAME_BYTES];

	for (size_t i = 0; !option_is_end(&parsing->options[i]); i++) {
		const struct command_option *option = &parsing->options[i];
		bool given = parsing->given >> i & 1;
		int code = MESSAGE_GO_ON;

		option_title(option, title, sizeof(title));
		if (!given && option->required) {
			message_error("%s is missing", title);
			return message_usage_hint();
		}
		if (given && option->needs &&
		    !is_given(parsing, option->needs, strlen(option->needs))) {
			message_error("%s is only for --%s", title, option->needs);
			return message_usage_hint();
		}
		if (given)
			code = check_excluded(parsing, option);
		if (code != MESSAGE_GO_ON)
			return code;
	}
	return MESSAGE_GO_ON;
}

/* Text for people is made to fit the terminal; what programs read is left as it is. */
static void begin_text(const struct parsing *parsing)
{
	const struct command_option *colour = NULL;

	for (size_t i = 0; !option_is_end(&parsing->options[i]); i++) {
		if (parsing->options[i].parse == option_colour)
			colour = &parsing->options[i];
		if (parsing->options[i].for_programs && parsing->given >> i & 1)
			return;
	}
	if (colour)
		terminal_begin(option_colour_when());
}

int options_parse(const struct command *command, int argc, char **argv, void *values)
{
	struct parsing parsing = {
		.command = command,
		.options = command->options,
		.values = values,
	};
	int code;

	message_begin(command);
	assert(count_of(command->options) <= OPTIONS_MAX);
	/* How the files beside this program are made. */
	if (argc == 3 && !strcmp(argv[1], "--completion"))
		return completion_show(command, argv[0], argv[2]);
	if (argc == 2 && !strcmp(argv[1], "--manual"))
		return help_manual(command);
	if (argc == 2 && !strcmp(argv[1], "--manual-exits"))
		return help_manual_exits(command);
	code = take_initial(&parsing);
	if (code == MESSAGE_GO_ON)
		code = take_options(&parsing, argc, argv);
	if (code == MESSAGE_GO_ON && !parsing.is_over)
		code = take_operands(&parsing, argv + optind);
	if (code == MESSAGE_GO_ON)
		code = check(&parsing);
	if (code == MESSAGE_GO_ON)
		begin_text(&parsing);
	return code;
}
