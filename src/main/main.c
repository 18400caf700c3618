// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "feed/command.h"
#include "feed/completion.h"
#include "feed/help.h"
#include "feed/message.h"
#include "feed/options.h"
#include "fleet/report_fleet.h"
#include "version.h"

static const struct command *const commands[] = {
	&cmd_status,	    &cmd_watch,	      &cmd_top,		&cmd_wait,    &cmd_trace,
	&cmd_record,	    &cmd_report,      &cmd_replay,	&cmd_compare, &cmd_doctor,
	&cmd_exporter_exec, &cmd_bundle_exec, &cmd_verify_exec, NULL,
};

struct arguments {
	char **command; /* its name and what it takes; NULL: none is named */
};

static const struct command program;

static int unknown_command(const char *name)
{
	struct nearest nearest = {.typed = name};
	struct error error;

	for (size_t i = 0; commands[i]; i++)
		nearest_offer(&nearest, commands[i]->name);
	if (!nearest.name)
		return message_about("unknown command", name);
	error_cause(&error, "unknown command '%s'", name);
	error_hint(&error, "did you mean %s?", nearest.name);
	message_failure(&error);
	return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(argv[0], commands[i]->name) != 0)
			continue;
		return command_run(commands[i], argc, argv);
	}
	return unknown_command(argv[0]);
}

static int help(char *command)
{
	char *argv[] = {command, "--help", NULL};

	return command && strcmp(command, "help") ? run(2, argv) : help_show(&program);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	int code = options_parse(&program, argc, argv, &arguments);

	if (code != MESSAGE_GO_ON)
		return code;
	if (!arguments.command)
		return help(NULL);
	if (!strcmp(arguments.command[0], "help"))
		return help(arguments.command[1]);
	report_set_several(&report_fleet);
	return run(argc - (int)(arguments.command - argv), arguments.command);
}

static int put_version(const struct command_option *option, const char *text, void *value)
{
	(void)option;
	(void)text;
	(void)value;
	puts("vmclock-trace " VERSION);
	return message_output(EXIT_DONE);
}

static int put_completion(const struct command_option *option, const char *text, void *value)
{
	(void)option;
	(void)value;
	return completion_show(&program, program.name, text);
}

static const char *shell(unsigned int i)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};

	return i < 3 ? shells[i] : NULL;
}

static const struct command_option options[] = {
	{"version", 'V', .parse = put_version, .help = "show the version"},
	{"completion", 0, "SHELL", .parse = put_completion, .completion = COMPLETE_WORD,
	 .word = shell,
	 .help = "print what SHELL (bash, zsh or fish) needs to complete what is typed"},
	{.argument = "COMMAND", OPTION_COMMAND_LINE(struct arguments, command)},
	{0},
};

static const struct command program = {
	.name = "vmclock-trace",
	.is_program = true,
	.usage = "COMMAND [options]",
	.about = "See the clock that a hypervisor gives to this machine.\n\n"
		 "COMMAND --help, or help COMMAND, shows its options, examples and exit codes. "
		 "All but exporter and top understand --json.",
	.options = options,
	.commands = commands,
	.examples =
		"vmclock-trace status        what the hypervisor publishes, with advice\n"
		"vmclock-trace compare       all clocks side by side, with bounds\n"
		"vmclock-trace watch         what happens to it, as it happens\n"
		"sudo vmclock-trace top      all of that on one screen, live\n"
		"sudo vmclock-trace trace    who reads the clock, and disruptions as they happen\n"
		"sudo vmclock-trace record   keep all that for afterwards, and then\n"
		"vmclock-trace report FILE   what happened, how wrong each clock was, to whom\n"
		"vmclock-trace bundle FILE   that and its proof as one file, for somebody else\n",
};
