/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A subcommand, defined at the end of its own file and listed once in main.c: what it is called,
 * what it takes and what its help says. All of that is written once, as it is read; lines are
 * broken where it is shown.
 */
#ifndef VMCLOCK_TRACE_FEED_COMMAND_H
#define VMCLOCK_TRACE_FEED_COMMAND_H

#include <stdbool.h>

/*
 * Exit codes, the same for every command: the name, the number, what it means, and what the manual
 * says beside that, as scdoc(5). Where a command has one, its own table says what that means of it.
 */
#define EXIT_CODES(X)                                                                              \
	X(DONE, 0, "done, and nothing found", NULL)                                                \
	X(FAILED, 1,                                                                               \
	  "it could not be done: there is no device, or it cannot be read, or the output cannot "  \
	  "be written; or nothing was found, and whether all is well is not known",                \
	  "The cause is on the standard error, and what to do about it after _hint:_. Where it "   \
	  "is not known whether all is well, the answer says UNKNOWN, or why.")                    \
	X(USAGE, 2, "wrong usage", NULL)                                                           \
	X(FINDING, 3, "done, and something is wrong with the clock, or has happened to it",        \
	  "What that is depends on the command; its page says so.")                                \
	X(TIMEOUT, 4,                                                                              \
	  "of wait: what it waits for did not happen in time, or is not known to have",            \
	  "*wait* has more: see *vmclock-trace-wait*(1).")                                         \
	X(NO_READER, 141, "the reader of the output went away, as with | head",                    \
	  "The same that a shell reports for SIGPIPE. Nothing is printed about it.")

enum exit_code {
#define EXIT_CODE(name, number, help, doc) EXIT_##name = (number),
	EXIT_CODES(EXIT_CODE)
#undef EXIT_CODE
};

/* What an exit code means: for --help, and in the manual the first sentence. */
struct command_exit {
	int code;
	const char *help;
	const char *doc; /* what the manual says beside that, as scdoc(5); NULL: nothing */
	bool or_more;	 /* it, and all above it */
};

/* What message_verdict() (feed/message.h) returns, of the commands that end with that. */
#define EXIT_DONE_VERDICT "nothing found, or only findings of severity info"
#define EXIT_FAILED_VERDICT                                                                        \
	"events were lost (data_loss), updates of the page were missed, or it was bad, and "       \
	"nothing else was found: whether all was well is then not known"
#define EXIT_FINDING_VERDICT                                                                       \
	"something of severity warning or critical was found, other than data_loss, which is not " \
	"about the clock; or a clock was off without a bound of its own, or the page said "        \
	"UNRELIABLE of itself, while no finding says so"

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
		*commands; /* what its first operand can be, up to NULL; or NULL */
	/*
	 * What its exit codes mean, by number, up to one without help. EXIT_USAGE is added, as all
	 * have it. NULL: what EXIT_CODES says.
	 */
	const struct command_exit *exits;
	const char *examples;		   /* lines as they are typed */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_code */
};

/*
 * Run @command: from here on it can gain no privileges, unless it passes them on, and asks the
 * kernel for no more than its `confinement` says.
 */
int command_run(const struct command *command, int argc, char **argv);

extern const struct command cmd_status;
extern const struct command cmd_watch;
extern const struct command cmd_top;
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
