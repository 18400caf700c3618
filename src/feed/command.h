/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A subcommand, defined at the end of its own file and listed once in main.c.
 */
#ifndef VMCLOCK_TRACE_FEED_COMMAND_H
#define VMCLOCK_TRACE_FEED_COMMAND_H

/* Exit codes, the same for every command. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,  /* it could not be done */
	EXIT_USAGE = 2,	  /* it was asked wrongly */
	EXIT_FINDING = 3, /* it was done, and something is wrong with the clock */
	EXIT_TIMEOUT = 4, /* what was waited for did not happen in time */
};

struct command {
	const char *name;
	const char *summary;		   /* one line for the list of commands */
	const char *help;		   /* all of --help */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_code */
};

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
