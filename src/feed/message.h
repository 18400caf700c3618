/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands print on stderr, all in one form: the command, what is wrong, then `hint:` and what
 * to do about it.
 */
#ifndef VMCLOCK_TRACE_FEED_MESSAGE_H
#define VMCLOCK_TRACE_FEED_MESSAGE_H

#include "base/error.h"
#include "feed/command.h"
#include "judge/outcome.h"
#include "show/json_table.h"

/* Returned by option parsing: no exit code, the command should run. */
#define MESSAGE_GO_ON (-1)

/*
 * From here on messages begin with the name of @command: "vmclock-trace NAME: ..."; before, with
 * that of the program.
 */
void message_begin(const struct command *command);

/* What messages begin with, as it is typed: "vmclock-trace NAME". */
const char *message_speaker(void);

/* "SPEAKER: CAUSE" and, where there is one, "hint: HINT". */
void message_failure(const struct error *error);

/* "hint: TEXT"; what could harm a terminal in it is made visible, here and below. */
void message_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "SPEAKER: TEXT" */
void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Rights (base/confine.h, observe/privileges.h) could not be given up; @err is negative. */
void message_not_confined(int err);

/* This program was stopped for @ns, and may have missed what happened; not if that is 0. */
void message_stopped(uint64_t ns);

/* Returns EXIT_FAILED. */
int message_no_memory(void);

/* Unless @why is "": "@path is damaged: @why; @what is of what could be saved". An exit code. */
int message_damaged(const char *path, const char *why, const char *what);

/*
 * Whatever was printed is out: @code. Or it is no longer read, and that is EXIT_NO_READER without a
 * word; or it could not be written: says so, and returns EXIT_FAILED.
 */
int message_output(int code);

/*
 * The exit code by what was found, the @worst of it: EXIT_FINDING if that is more than news, or if
 * a clock was off without a finding, which it says. Else, if by @judge events were lost,
 * updates of the page were missed, or it was bad without a finding, says that it is not known
 * whether all was well, and returns EXIT_FAILED. Not where @recorded already leaves that open
 * (NULL: it is live): recorded_exit_code() then says why.
 */
int message_verdict(enum finding_severity worst, const struct judge *judge,
		    const struct claim_span *recorded);

/* "hint: SPEAKER --help", after an error of usage. Returns EXIT_USAGE. */
int message_usage_hint(void);

/* @option was given @value, and wants @wanted; and see --help. Returns EXIT_USAGE. */
int message_bad_argument(const char *option, const char *value, const char *wanted);

/* "SPEAKER: WHAT 'ARGUMENT'", and see --help. Returns EXIT_USAGE. */
int message_about(const char *what, const char *argument);

#endif
