/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interval of time for people, in which neither its width nor its ends get lost. */
#ifndef VMCLOCK_TRACE_SHOW_INTERVAL_TEXT_H
#define VMCLOCK_TRACE_SHOW_INTERVAL_TEXT_H

#include <stddef.h>

#include "base/instant.h"

/*
 * "-1.250 .. +0.017 us": both ends in one unit, rounded outwards to three digits of the width.
 * Past two hours rounded to what people say. INTERVAL_TEXT_BYTES are enough; always terminated.
 */
#define INTERVAL_TEXT_BYTES 104
void interval_text(struct ns_interval interval, char *text, size_t bytes);

#endif
