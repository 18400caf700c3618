/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from outside (a process's name, a path, a file) made fit to show.
 */
#ifndef VMCLOCK_TRACE_BASE_TEXT_H
#define VMCLOCK_TRACE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room that text_utf8() needs at most for @bytes of input, the end included. */
#define TEXT_UTF8_BYTES(bytes) (3 * (bytes) + 1)

/* Room that text_display() needs at most for @bytes of input, the end included. */
#define TEXT_DISPLAY_BYTES(bytes) (4 * (bytes) + 1)

/* Is all of @text (@bytes of it) well-formed UTF-8: no overlong form, surrogate or stray byte? */
bool text_is_utf8(const char *text, size_t bytes);

/*
 * Copy @bytes of @in to @out as well-formed UTF-8: each byte that is no part of a character
 * becomes U+FFFD. NUL and control characters stay (JSON escapes them). Whole characters only where
 * @out_bytes is too small; always terminated if @out_bytes > 0. Returns the length written.
 */
size_t text_utf8(const char *in, size_t bytes, char *out, size_t out_bytes);

/*
 * The same for a terminal: what could move the cursor, recolour the screen or turn the order of the
 * text (control characters, C1 included, those of writing directions and other invisible ones, and
 * bytes that are no UTF-8) is written as \xNN, so it is seen and harmless, and two different inputs
 * stay different unless one spells an escape itself.
 */
size_t text_display(const char *in, size_t bytes, char *out, size_t out_bytes);

/*
 * @ns for a reader: "17 ns", "1.250 us", "12.345 ms", "3.217 s", "2 h 14 min", "3.1 days"; with
 * sign where @sign asks for one. A rounded form for people: exact values belong in JSON. Always
 * terminated; 32 bytes are enough.
 */
#define TEXT_NS_BYTES 32
void text_ns(int64_t ns, bool sign, char *out, size_t out_bytes);

/* The same for an unsigned number of nanoseconds (an error bound). */
void text_ns_u64(uint64_t ns, char *out, size_t out_bytes);

/* In three digits, for a figure that is read at a glance: "250 ms", "4.78 s", "2.1 h". */
void text_ns_short(uint64_t ns, char *out, size_t out_bytes);

#endif
