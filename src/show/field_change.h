/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A field of the page before and after, as people read it. */
#ifndef VMCLOCK_TRACE_SHOW_FIELD_CHANGE_H
#define VMCLOCK_TRACE_SHOW_FIELD_CHANGE_H

#include <stddef.h>

#include "page/page.h"

#define FIELD_CHANGE_BYTES 512

/*
 * "SYNCHRONIZED > INITIALIZING", "44 > 46": by name where the ABI has names. Of the flags which
 * came (+) and went (-): "377 > 381 (+DISRUPTION_IMMINENT)"; of the counter's period how much its
 * rate changed: "... (+0.008 ppm)". @out, always terminated.
 */
const char *field_change_text(enum page_field field, const struct page *before,
			      const struct page *after, char out[FIELD_CHANGE_BYTES]);

/*
 * What such a change of numbers means: of the flags which came and went, of the counter's period by
 * how much its rate changed, of an error bound both with a unit; "" of others. @out.
 */
const char *field_change_means(enum page_field field, const struct page *before,
			       const struct page *after, char out[FIELD_CHANGE_BYTES]);

/* "+DISRUPTION_IMMINENT -TIME_MONOTONIC" alone. */
const char *flags_change_text(uint64_t before, uint64_t after, char out[FIELD_CHANGE_BYTES]);

#endif
