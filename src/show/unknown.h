/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not known, and why: the same sentences for people and programs. */
#ifndef VMCLOCK_TRACE_SHOW_UNKNOWN_H
#define VMCLOCK_TRACE_SHOW_UNKNOWN_H

/* One of them: a stable code, the host that it is about (NULL: none alone), and a sentence. */
typedef void (*unknown_fn)(const char *code, const char *host, const char *sentence, void *arg);

/* Where they go. */
struct unknown_sink {
	unknown_fn fn;
	void *arg;
	const char *host; /* that the next ones are about */
};

/* Make the sentence, of less than 700 bytes, and hand it out. */
void emit(const struct unknown_sink *sink, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An unknown_fn: an item of a list of HTML; @out is a FILE. */
void unknown_put_html(const char *code, const char *host, const char *sentence, void *out);

#endif
