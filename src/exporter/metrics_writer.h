/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics as text, in the format of Prometheus (0.0.4) or of OpenMetrics (1.0).
 *
 * A family is begun, then come its samples; what differs between the two formats is settled here:
 *
 *	metric_begin(out, METRIC_COUNTER, "vmclock_looks", NULL, "Samples of the page.");
 *	metric_u64(out, LABELS("by", "timer"), looks);
 *
 * Numbers are exact decimals. Memory that runs out is remembered: the text is then none.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_METRICS_WRITER_H
#define VMCLOCK_TRACE_EXPORTER_METRICS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/histogram.h"

enum metrics_format {
	METRICS_TEXT,	     /* text/plain; version=0.0.4 */
	METRICS_OPENMETRICS, /* application/openmetrics-text; version=1.0.0 */
};

enum metric_type {
	METRIC_GAUGE,
	METRIC_COUNTER, /* its name is without _total */
	METRIC_INFO,	/* its name is without _info */
	METRIC_STATESET,
	METRIC_HISTOGRAM,
	METRIC_SUMMARY,
};

struct metrics_writer {
	enum metrics_format format;
	char *text; /* freed by the owner */
	size_t length;
	size_t room;
	bool failed;
	enum metric_type type; /* of the family that was begun */
	const char *name;
	const char *unit;
	const char *help; /* NULL once it is written, with the first sample */
};

/* Names and values by turns, ended by NULL. Values may hold any bytes but NUL. */
#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The content type of a format. */
const char *metrics_content_type(enum metrics_format format);

/*
 * A family; one without samples is left out. @unit is what its name ends with ("seconds"), or NULL;
 * @help is a sentence without characters that need an escape. All static.
 */
void metric_begin(struct metrics_writer *out, enum metric_type type, const char *name,
		  const char *unit, const char *help);

/* Samples of that family; @labels are LABELS(...) or NULL. */
void metric_u64(struct metrics_writer *out, const char *const *labels, uint64_t value);
void metric_double(struct metrics_writer *out, const char *const *labels, double value);

/* @ns in seconds. */
void metric_seconds(struct metrics_writer *out, const char *const *labels, int64_t ns);
void metric_seconds_u64(struct metrics_writer *out, const char *const *labels, uint64_t ns);

/* A METRIC_INFO. */
void metric_info(struct metrics_writer *out, const char *const *labels);

/* One state of a METRIC_STATESET. */
void metric_state(struct metrics_writer *out, const char *state, bool is_on);

/* A METRIC_SUMMARY of seconds without quantiles. */
void metric_summary(struct metrics_writer *out, uint64_t count, uint64_t sum_ns);

/*
 * A METRIC_HISTOGRAM of seconds, with the label @name=@value: each second power of two from 256 ns
 * to 268 ms is an edge.
 */
void metric_histogram(struct metrics_writer *out, const char *name, const char *value,
		      const struct histogram *histogram);

/* No more families. */
void metrics_end(struct metrics_writer *out);

#endif
