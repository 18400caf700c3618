// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "feed/command.h"
#include "feed/message.h"
#include "fleet/report_fleet.h"

static const struct command *const commands[] = {
	&cmd_status, &cmd_watch,	 &cmd_wait,	   &cmd_trace,
	&cmd_record, &cmd_report,	 &cmd_replay,	   &cmd_compare,
	&cmd_doctor, &cmd_exporter_exec, &cmd_bundle_exec, &cmd_verify_exec,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void put_usage(FILE *out)
{
	fputs("vmclock-trace: see the clock that a hypervisor gives to this machine\n\n"
	      "Is my clock sane, now?\n"
	      "  vmclock-trace status          what the hypervisor publishes, and what to do about "
	      "it\n"
	      "  vmclock-trace compare         all clocks side by side, with bounds\n"
	      "  vmclock-trace watch           what happens to it, as it happens\n"
	      "  sudo vmclock-trace trace      who reads the clock, and disruptions as they "
	      "happen\n"
	      "  sudo vmclock-trace record     keep all that for afterwards, and then\n"
	      "  vmclock-trace report FILE     what happened, how wrong each clock was, who was "
	      "hurt\n"
	      "  vmclock-trace bundle FILE     that and its proof as one file, for somebody else\n"
	      "\n"
	      "commands:\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n  COMMAND --help shows options, examples and exit codes; --json is understood by "
	      "all but exporter.\n"
	      "  --version shows the version.\n",
	      out);
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		put_usage(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("vmclock-trace " VERSION);
		return EXIT_DONE;
	}
	report_set_several(&report_fleet);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	}
	message_error("there is no command of that name");
	fputs("hint: vmclock-trace --help lists them\n", stderr);
	return EXIT_USAGE;
}
