/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A subcommand, defined at the end of its own file and listed once in main.c: what it is called,
 * what it takes and what its help says. All of that is written once, as it is read; lines are
 * broken where it is shown.
 */
#ifndef VMCLOCK_TRACE_FEED_COMMAND_H
#define VMCLOCK_TRACE_FEED_COMMAND_H

#include <stdbool.h>

/* Exit codes, the same for every command. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,      /* it could not be done */
	EXIT_USAGE = 2,	      /* it was asked wrongly */
	EXIT_FINDING = 3,     /* it was done, and something is wrong with the clock */
	EXIT_TIMEOUT = 4,     /* what was waited for did not happen in time */
	EXIT_NO_READER = 141, /* who read the output went away, as SIGPIPE has it */
};

struct command_option;

/* From when on a command asks the kernel for nothing unusual (base/confine.h). */
enum command_confinement {
	COMMAND_CONFINED_LATER,	    /* once it has attached, or never: it becomes another program */
	COMMAND_CONFINED_AT_START,  /* it loads no BPF */
	COMMAND_CONFINED_BUT_HOOKS, /* it loads BPF until it ends */
};

struct command {
	const char *name;
	bool passes_rights; /* it becomes another program, which may gain what this one lacks */
	enum command_confinement confinement;
	bool is_program;     /* it is called by its name alone, not behind vmclock-trace */
	const char *summary; /* one line for the list of commands */
	const char *usage;   /* what follows the name; a line for each way to call it */
	const char *about;   /* for --help; paragraphs, with an empty line between them */
	const struct command_option *options; /* feed/options.h; up to an empty one */
	const struct command *const
		*commands;     /* what its first operand can be, up to NULL; or NULL */
	const char *exit_done; /* what its exit codes mean; NULL: it has none of them */
	const char *exit_failed;
	const char *exit_finding;
	const char *exit_timeout;
	const char *examples;		   /* lines as they are typed */
	const char *help;		   /* all of --help, where there is no table yet */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_code */
};

/*
 * Run @command: from here on it can gain no privileges, unless it passes them on, and asks the
 * kernel for no more than its `confinement` says.
 */
int command_run(const struct command *command, int argc, char **argv);

extern const struct command cmd_status;
extern const struct command cmd_watch;
extern const struct command cmd_wait;
extern const struct command cmd_trace;
extern const struct command cmd_record;
extern const struct command cmd_report;
extern const struct command cmd_replay;
extern const struct command cmd_compare;
extern const struct command cmd_doctor;
extern const struct command cmd_exporter;      /* as a program of its own, */
extern const struct command cmd_exporter_exec; /* and becoming that */
extern const struct command cmd_bundle;	       /* these two the same */
extern const struct command cmd_verify;
extern const struct command cmd_bundle_exec;
extern const struct command cmd_verify_exec;

#endif
