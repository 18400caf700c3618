/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences put together piece by piece. */
#ifndef VMCLOCK_TRACE_SHOW_SENTENCE_H
#define VMCLOCK_TRACE_SHOW_SENTENCE_H

#include <stddef.h>

/* Text that grows, and is cut where it is full: NUL-terminated, of the caller's @bytes. */
struct words {
	char *text;
	size_t bytes;
};

/* Append. */
void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
