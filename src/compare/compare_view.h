/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a comparison of clocks is shown: one contract, a table for people and lines for programs.
 */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARE_VIEW_H
#define VMCLOCK_TRACE_COMPARE_COMPARE_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "event/event.h"
#include "compare/comparison_totals.h"

/* What is compared, known at the start. Pointers are borrowed for the life of the view. */
struct compare_context {
	const char *device;	       /* path of the page; NULL: none, */
	const struct error *no_page;   /* and this is why */
	bool is_device;		       /* false: a plain file, taken for this machine's page */
	const char *phc;	       /* node of the PTP clock; NULL: none, */
	const struct error *no_phc;    /* and this is why */
	const struct error *no_driver; /* why the driver's reads cannot be seen; NULL: they can */
	const char *clocksource;       /* what the system's clocks run on; NULL: unknown */
	uint64_t count;		       /* samples that are wanted */
};

/* Everything that a comparison adds up to. */
struct compare_result {
	const struct comparison_totals *totals;
	const struct comparison *last;	   /* the newest sample; NULL: there was none */
	const struct event_losses *losses; /* of the driver's reads; NULL: unknown */
};

/* Each function writes whole lines to @out; output errors are left in ferror(@out). */
struct compare_view {
	void (*sample)(FILE *out, const struct compare_context *context,
		       const struct comparison *comparison);
	void (*end)(FILE *out, const struct compare_context *context,
		    const struct compare_result *result);
};

extern const struct compare_view compare_view_text;
extern const struct compare_view compare_view_json;

extern const struct json_schema compare_schema;

#endif
