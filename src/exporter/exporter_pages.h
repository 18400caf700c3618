/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the exporter answers, and what it writes to a file. */
#ifndef VMCLOCK_TRACE_EXPORTER_EXPORTER_PAGES_H
#define VMCLOCK_TRACE_EXPORTER_EXPORTER_PAGES_H

#include "exporter/exporter_board.h"
#include "serve/http.h"

/* For one thread. */
struct exporter_pages {
	struct exporter_board *board; /* borrowed */
	struct http *http;	      /* borrowed; NULL: nothing is served */
	uint64_t started_at_ns;
	uint64_t scrapes;
	uint64_t scrape_ns;
	struct metrics_snapshot taken; /* large: not for the stack */
};

/* "/", "/metrics", "/healthz" and "/runbooks/"; their argument is a struct exporter_pages. */
extern const struct http_page exporter_pages[];

/* The metrics in @format, which the caller frees, and their length; NULL without memory. */
char *exporter_pages_metrics(struct exporter_pages *pages, enum metrics_format format,
			     size_t *bytes);

#endif
