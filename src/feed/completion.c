// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/completion.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feed/message.h"
#include "feed/options.h"

#define ACTION_BYTES 2048

/* What one shell needs. */
struct shell {
	const char *name;
	const char *action[COMPLETIONS]; /* how it offers a value; "%s" is where the words go */
	void (*begin)(const struct shell *shell, const struct command *program);
	void (*part)(const struct shell *shell, const struct command *command);
	void (*end)(const struct shell *shell, const struct command *program);
};

/* --- What all of them want */

/* How a value of @option is offered, in @out. */
static const char *action_of(const struct shell *shell, const struct command_option *option,
			     char *out, size_t bytes)
{
	const char *action = shell->action[option->completion];
	const char *words = strstr(action, "%s"), *word;
	size_t used;

	if (!words || !option->word) {
		snprintf(out, bytes, "%s", action);
		return out;
	}
	used = (size_t)snprintf(out, bytes, "%.*s", (int)(words - action), action);
	for (unsigned int i = 0; (word = option->word(i)) && used < bytes; i++)
		used += (size_t)snprintf(out + used, bytes - used, "%s%s", i ? " " : "", word);
	if (used < bytes)
		snprintf(out + used, bytes - used, "%s", words + 2);
	return out;
}

/* What an option does, in short and between single quotes: no quote, bracket or colon in it. */
static void put_short(const char *text)
{
	printf("%.*s", (int)strcspn(text, ":;'[]("), text);
}

/* The operand that is offered as well; NULL: there is none. */
static const struct command_option *operand_of(const struct command *command)
{
	const struct command_option *option = command->options;

	while (!option_is_end(option) && option->name)
		option++;
	return option_is_end(option) ? NULL : option;
}

/* The program's name as that of a function. */
static const char *function_of(const struct command *program)
{
	static char name[32];

	snprintf(name, sizeof(name), "_%s", program->name);
	for (char *c = name; (c = strchr(c, '-'));)
		*c = '_';
	return name;
}

/* --- bash: compgen's arguments by the command and the word before */

static void bash_begin(const struct shell *shell, const struct command *program)
{
	(void)shell;
	printf("# Completion of %s for bash, made by: %s --completion bash\n", program->name,
	       program->name);
	printf("%s() {\n", function_of(program));
	printf("\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal command=%s from=. offer=()\n"
	       "\t# --option=value: bash takes the = for a word of its own.\n"
	       "\tif [[ $current == = ]]; then\n"
	       "\t\tcurrent=\n"
	       "\telif [[ $previous == = ]]; then\n"
	       "\t\tprevious=${COMP_WORDS[COMP_CWORD - 2]}\n"
	       "\tfi\n",
	       program->commands ? "${COMP_WORDS[1]-}" : program->name);
	if (program->commands)
		printf("\t((COMP_CWORD > 1)) || command=%s\n", program->name);
	printf("\tcase $command:$previous in\n");
}

static void bash_option(const struct shell *shell, const struct command *command,
			const struct command_option *option)
{
	char action[ACTION_BYTES];

	printf("\t%s:--%s", command->name, option->name);
	if (option->letter)
		printf(" | %s:-%c", command->name, option->letter);
	printf(") %s ;;\n", action_of(shell, option, action, sizeof(action)));
}

static void bash_part(const struct shell *shell, const struct command *command)
{
	const struct command_option *operand = operand_of(command), *option = command->options;
	char action[ACTION_BYTES];

	for (; !option_is_end(option); option++) {
		if (option->name && option->argument)
			bash_option(shell, command, option);
	}
	printf("\t%s:*%s) offer=(-W '", command->name, command->commands ? " | help:*" : "");
	printf("%s", command->commands ? "help " : "");
	for (size_t i = 0; command->commands && command->commands[i]; i++)
		printf("%s ", command->commands[i]->name);
	for (option = command->options; !option_is_end(option); option++) {
		if (option->name)
			printf("--%s ", option->name);
	}
	printf("--help')");
	if (operand && !command->commands)
		printf("; [[ $current == -* ]] || %s",
		       action_of(shell, operand, action, sizeof(action)));
	printf(" ;;\n");
}

static void bash_end(const struct shell *shell, const struct command *program)
{
	(void)shell;
	printf("\tesac\n"
	       "\t[[ ${offer[*]} ]] || return 0\n"
	       "\tmapfile -t COMPREPLY < <(cd \"$from\" 2>/dev/null && "
	       "compgen \"${offer[@]}\" -- \"$current\" | sort -u)\n"
	       "\t[[ ${offer[0]} != -[df] ]] || compopt -o filenames 2>/dev/null || :\n"
	       "}\n"
	       "complete -F %s %s\n",
	       function_of(program), program->name);
}

/* --- zsh: _arguments, which takes a specification for each option */

static void zsh_begin(const struct shell *shell, const struct command *program)
{
	(void)shell;
	printf("#compdef %s\n# Made by: %s --completion zsh\n", program->name, program->name);
	if (!program->commands)
		return;
	printf("local -a commands=(\n");
	for (size_t i = 0; program->commands[i]; i++) {
		printf("\t'%s:", program->commands[i]->name);
		put_short(program->commands[i]->summary);
		printf("'\n");
	}
	printf(")\nlocal state\n");
}

static void zsh_option(const struct shell *shell, const struct command_option *option)
{
	const char *equals = option->argument ? "=" : "";
	char action[ACTION_BYTES];

	if (option->letter)
		printf(" \\\n\t\t'(-%c --%s)'{-%c%s,--%s%s}'[", option->letter, option->name,
		       option->letter, option->argument ? "+" : "", option->name, equals);
	else
		printf(" \\\n\t\t'--%s%s[", option->name, equals);
	put_short(option->help);
	printf("]");
	if (option->argument)
		printf(":%s:%s", option->argument,
		       action_of(shell, option, action, sizeof(action)));
	printf("'");
}

static void zsh_part(const struct shell *shell, const struct command *command)
{
	const struct command_option *operand = operand_of(command), *option = command->options;
	char action[ACTION_BYTES];

	if (!command->is_program)
		printf("%s)\n\t", command->name);
	printf("_arguments %s", command->commands ? "-C" : "-s");
	for (; !option_is_end(option); option++) {
		if (option->name)
			zsh_option(shell, option);
	}
	printf(" \\\n\t\t'(- *)'{-h,--help}'[show help]'");
	if (command->commands)
		printf(" \\\n\t\t'1:command:{_describe command commands}'"
		       " \\\n\t\t'*::argument:->rest' && return\n"
		       "case $words[1] in\n");
	else if (operand)
		printf(" \\\n\t\t'*:%s:%s'\n", operand->argument,
		       action_of(shell, operand, action, sizeof(action)));
	else
		printf("\n");
	if (!command->is_program)
		printf("\t;;\n");
}

static void zsh_end(const struct shell *shell, const struct command *program)
{
	(void)shell;
	if (program->commands)
		printf("esac\n");
}

/* --- fish: a command for each option */

static void fish_begin(const struct shell *shell, const struct command *program)
{
	(void)shell;
	printf("# Completion of %s for fish, made by: %s --completion fish\ncomplete -c %s -f\n",
	       program->name, program->name, program->name);
	for (size_t i = 0; program->commands && program->commands[i]; i++) {
		printf("complete -c %s -n __fish_use_subcommand -a %s -d '", program->name,
		       program->commands[i]->name);
		put_short(program->commands[i]->summary);
		printf("'\n");
	}
}

/* "complete" for where the options of @command are understood. */
static void fish_begin_line(const struct command *command)
{
	if (command->commands)
		printf("complete -c %s -n __fish_use_subcommand", command->name);
	else if (command->is_program)
		printf("complete -c %s", command->name);
	else
		printf("complete -c vmclock-trace -n '__fish_seen_subcommand_from %s'",
		       command->name);
}

static void fish_option(const struct shell *shell, const struct command *command,
			const struct command_option *option)
{
	char action[ACTION_BYTES];

	fish_begin_line(command);
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->argument)
		printf(" -r %s", action_of(shell, option, action, sizeof(action)));
	printf(" -d '");
	put_short(option->help);
	printf("'\n");
}

static void fish_part(const struct shell *shell, const struct command *command)
{
	const struct command_option *operand = operand_of(command), *option = command->options;
	char action[ACTION_BYTES];

	for (; !option_is_end(option); option++) {
		if (option->name)
			fish_option(shell, command, option);
	}
	fish_begin_line(command);
	printf(" -l help -s h -d 'show help'\n");
	if (operand && !command->commands) {
		fish_begin_line(command);
		printf(" %s\n", action_of(shell, operand, action, sizeof(action)));
	}
}

static void fish_end(const struct shell *shell, const struct command *program)
{
	(void)shell;
	(void)program;
}

/* --- All of them */

static const struct shell shells[] = {
	{.name = "bash",
	 .action =
		 {
			 [COMPLETE_NOTHING] = ":",
			 [COMPLETE_FILE] = "offer=(-f)",
			 [COMPLETE_DEVICE] =
				 "offer=(-f); [[ $current ]] || offer+=(-G '/dev/vmclock*')",
			 [COMPLETE_WORD] = "offer=(-W '%s')",
			 [COMPLETE_WORDS] = "offer=(-P \"${current%\"${current##*,}\"}\" -W '%s'); "
					    "current=${current##*,}",
			 [COMPLETE_PROCESS] = "offer=(-W \"$(cd /proc && echo [0-9]*)\")",
			 [COMPLETE_THREAD] = "offer=(-W \"$(cat /proc/[0-9]*/comm 2>/dev/null | "
					     "grep -xE '[A-Za-z0-9_.:/+-]+')\")",
			 [COMPLETE_CGROUP] = "from=/sys/fs/cgroup offer=(-d)",
			 [COMPLETE_COMMAND] = "offer=(-c)",
		 },
	 .begin = bash_begin,
	 .part = bash_part,
	 .end = bash_end},
	{.name = "zsh",
	 .action =
		 {
			 [COMPLETE_NOTHING] = " ",
			 [COMPLETE_FILE] = "_files",
			 [COMPLETE_DEVICE] = "{compadd -- /dev/vmclock*(N); _files}",
			 [COMPLETE_WORD] = "(%s)",
			 [COMPLETE_WORDS] = "_values -s , word %s",
			 [COMPLETE_PROCESS] = "_pids",
			 [COMPLETE_THREAD] = "{compadd -- ${(fu)\"$(cat /proc/<->/comm(N))\"}}",
			 [COMPLETE_CGROUP] = "_files -W /sys/fs/cgroup -/",
			 [COMPLETE_COMMAND] = "_command_names -e",
		 },
	 .begin = zsh_begin,
	 .part = zsh_part,
	 .end = zsh_end},
	{.name = "fish",
	 .action =
		 {
			 [COMPLETE_NOTHING] = "-f",
			 [COMPLETE_FILE] = "-F",
			 [COMPLETE_DEVICE] =
				 "-F -a '(set -l found /dev/vmclock*; string join \\n $found)'",
			 [COMPLETE_WORD] = "-f -a '%s'",
			 [COMPLETE_WORDS] =
				 "-f -a '(__fish_complete_list , \"string split \\\" \\\" "
				 "%s\")'",
			 [COMPLETE_PROCESS] = "-f -a '(__fish_complete_pids)'",
			 [COMPLETE_THREAD] = "-f -a '(cat /proc/*/comm 2>/dev/null | sort -u)'",
			 [COMPLETE_CGROUP] =
				 "-f -a '(cd /sys/fs/cgroup; and __fish_complete_directories)'",
			 [COMPLETE_COMMAND] = "-f -a '(__fish_complete_command)'",
		 },
	 .begin = fish_begin,
	 .part = fish_part,
	 .end = fish_end},
};

/* A command prints its part itself: it may be a program of its own, with a table of its own. */
static int put_part_of(const struct command *program, const struct command *command,
		       const char *shell)
{
	char *argv[] = {(char *)program->name, (char *)command->name, "--completion", (char *)shell,
			NULL};
	int status;
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return EXIT_FAILED;
	return WEXITSTATUS(status);
}

static int show(const struct shell *shell, const struct command *command)
{
	int code;

	if (command->is_program)
		shell->begin(shell, command);
	shell->part(shell, command);
	code = message_output(EXIT_DONE);
	for (size_t i = 0; command->commands && command->commands[i] && code == EXIT_DONE; i++)
		code = put_part_of(command, command->commands[i], shell->name);
	/* It said why. */
	if (code != EXIT_DONE)
		return code;
	if (command->is_program)
		shell->end(shell, command);
	return message_output(EXIT_DONE);
}

int completion_show(const struct command *command, const char *called, const char *shell)
{
	const char *name = strrchr(called, '/') ? strrchr(called, '/') + 1 : called;
	struct command by_name = *command;

	/* As vmclock-trace becomes it, it is a part of that; else a program. */
	if (!command->is_program && strcmp(name, command->name) != 0) {
		by_name.name = name;
		by_name.is_program = true;
		command = &by_name;
	}
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!strcmp(shell, shells[i].name))
			return show(&shells[i], command);
	}
	return message_bad_argument("--completion", shell, "bash, zsh or fish");
}
