/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in HTML: whatever comes from outside is text there, and never markup. */
#ifndef VMCLOCK_TRACE_SHOW_HTML_H
#define VMCLOCK_TRACE_SHOW_HTML_H

#include <stddef.h>
#include <stdio.h>

/* The @bytes at @text, as text of an element or in a quoted attribute; what no screen should get is
 * shown as \xNN. Ends at a NUL. */
void html_put(FILE *out, const char *text, size_t bytes);

/* The same for a whole string. */
void html_puts(FILE *out, const char *text);

/* @format (printf rules), all of it escaped. At most 1 KiB. */
void html_printf(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
