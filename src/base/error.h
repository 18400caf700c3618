/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, and what to do about it, in words for the person at the keyboard.
 *
 * Code below the commands returns -errno for programs and fills one of these for people; only a
 * command's own file and feed/message.h print.
 */
#ifndef VMCLOCK_TRACE_BASE_ERROR_H
#define VMCLOCK_TRACE_BASE_ERROR_H

#define ERROR_CAUSE_BYTES 320
#define ERROR_HINT_BYTES  480

/* Both strings are terminated and printable; an empty hint means there is no advice to give. */
struct error {
	char cause[ERROR_CAUSE_BYTES];
	char hint[ERROR_HINT_BYTES];
};

/* Forget both strings. @error may be NULL. */
void error_clear(struct error *error);

/*
 * Say why (printf rules; too long is cut, bytes that a terminal must not get are made visible) and
 * forget an earlier hint. @error may be NULL.
 */
void error_cause(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "out of memory": returns -ENOMEM. @error may be NULL. */
int error_no_memory(struct error *error);

/* Say what to do: an instruction, without the word "hint:". @error may be NULL. */
void error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Where @err, negative, is that too many files are open: that hint; else nothing. */
#define ERROR_FILES_HINT "raise the limit on open files (ulimit -n)"
void error_hint_files(struct error *error, int err);

#endif
