// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metrics_writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"

#define ROOM_AT_FIRST (1 << 15)

/* The histogram's edges: 2^8 ns, 2^10 ns, ... */
#define EDGE_FIRST 8
#define EDGE_LAST  28
#define EDGE_STEP  2

static void put(struct metrics_writer *out, const char *text, size_t length)
{
	if (out->length + length > out->room) {
		size_t room = out->room ? 2 * out->room : ROOM_AT_FIRST;
		char *more;

		while (room < out->length + length)
			room *= 2;
		more = realloc(out->text, room);
		if (!more) {
			out->failed = true;
			return;
		}
		out->text = more;
		out->room = room;
	}
	memcpy(out->text + out->length, text, length);
	out->length += length;
}

static void put_text(struct metrics_writer *out, const char *text)
{
	put(out, text, strlen(text));
}

/* Several in a row. */
#define put_texts(out, ...) put_all(out, (const char *const[]){__VA_ARGS__, NULL})

static void put_all(struct metrics_writer *out, const char *const *texts)
{
	for (; *texts; texts++)
		put_text(out, *texts);
}

/* A label's value: well-formed UTF-8, with the three escapes that both formats have. */
static void put_value(struct metrics_writer *out, const char *value)
{
	char text[TEXT_UTF8_BYTES(256)];
	size_t length = text_utf8(value, strnlen(value, 256), text, sizeof(text));

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put_text(out, "\\n");
		else if (text[i] == '"' || text[i] == '\\')
			put(out, (const char[]){'\\', text[i]}, 2);
		else
			put(out, &text[i], 1);
	}
}

static const char *suffix_of(enum metric_type type)
{
	return type == METRIC_COUNTER ? "_total" : type == METRIC_INFO ? "_info" : "";
}

/* Text 0.0.4 knows no information and no states, and a counter by its whole name. */
static void put_head(struct metrics_writer *out)
{
	static const char *const types[] = {"gauge",	"counter",   "info",
					    "stateset", "histogram", "summary"};
	bool plain = out->format == METRICS_TEXT;
	bool unknown = plain && (out->type == METRIC_INFO || out->type == METRIC_STATESET);
	const char *suffix = plain ? suffix_of(out->type) : "";

	put_texts(out, "# HELP ", out->name, suffix, " ", out->help, "\n# TYPE ", out->name, suffix,
		  " ", unknown ? types[METRIC_GAUGE] : types[out->type], "\n");
	if (!plain && out->unit)
		put_texts(out, "# UNIT ", out->name, " ", out->unit, "\n");
	out->help = NULL;
}

/* "NAME_SUFFIX{LABELS} ", all but the value. */
static void put_sample(struct metrics_writer *out, const char *suffix, const char *const *labels)
{
	if (out->help)
		put_head(out);
	put_texts(out, out->name, suffix);
	for (size_t i = 0; labels && labels[i]; i += 2) {
		put_texts(out, i ? "," : "{", labels[i], "=\"");
		put_value(out, labels[i + 1]);
		put_text(out, "\"");
	}
	put_text(out, labels && labels[0] ? "} " : " ");
}

static void put_number(struct metrics_writer *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put_number(struct metrics_writer *out, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_text(out, text);
}

/* Seconds with as many digits as they have, and a new line. */
static void put_seconds(struct metrics_writer *out, bool negative, uint64_t ns)
{
	char fraction[16] = "";

	if (ns % NSEC_PER_SEC) {
		snprintf(fraction, sizeof(fraction), ".%09" PRIu64, ns % NSEC_PER_SEC);
		while (fraction[strlen(fraction) - 1] == '0')
			fraction[strlen(fraction) - 1] = '\0';
	}
	put_number(out, "%s%" PRIu64 "%s\n", negative ? "-" : "", ns / NSEC_PER_SEC, fraction);
}

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS
		       ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		       : "text/plain; version=0.0.4; charset=utf-8";
}

void metric_begin(struct metrics_writer *out, enum metric_type type, const char *name,
		  const char *unit, const char *help)
{
	out->type = type;
	out->name = name;
	out->unit = unit;
	out->help = help;
}

void metric_u64(struct metrics_writer *out, const char *const *labels, uint64_t value)
{
	put_sample(out, suffix_of(out->type), labels);
	put_number(out, "%" PRIu64 "\n", value);
}

void metric_double(struct metrics_writer *out, const char *const *labels, double value)
{
	put_sample(out, suffix_of(out->type), labels);
	put_number(out, "%.17g\n", value);
}

void metric_seconds(struct metrics_writer *out, const char *const *labels, int64_t ns)
{
	put_sample(out, suffix_of(out->type), labels);
	put_seconds(out, ns < 0, ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns);
}

void metric_seconds_u64(struct metrics_writer *out, const char *const *labels, uint64_t ns)
{
	put_sample(out, suffix_of(out->type), labels);
	put_seconds(out, false, ns);
}

void metric_info(struct metrics_writer *out, const char *const *labels)
{
	metric_u64(out, labels, 1);
}

void metric_state(struct metrics_writer *out, const char *state, bool is_on)
{
	metric_u64(out, LABELS(out->name, state), is_on);
}

void metric_summary(struct metrics_writer *out, uint64_t count, uint64_t sum_ns)
{
	put_sample(out, "_count", NULL);
	put_number(out, "%" PRIu64 "\n", count);
	put_sample(out, "_sum", NULL);
	put_seconds(out, false, sum_ns);
}

void metric_histogram(struct metrics_writer *out, const char *name, const char *value,
		      const struct histogram *histogram)
{
	uint64_t below = 0;
	char edge[32];

	for (unsigned int bit = 0, next = EDGE_FIRST; next <= EDGE_LAST; next += EDGE_STEP) {
		for (; bit < next; bit++)
			below += histogram->bucket[bit];
		snprintf(edge, sizeof(edge), "%.15g", (double)(1ull << next) / NSEC_PER_SEC);
		put_sample(out, "_bucket", LABELS(name, value, "le", edge));
		put_number(out, "%" PRIu64 "\n", below);
	}
	put_sample(out, "_bucket", LABELS(name, value, "le", "+Inf"));
	put_number(out, "%" PRIu64 "\n", histogram->count);
	put_sample(out, "_sum", LABELS(name, value));
	put_seconds(out, false, histogram->sum_ns);
	put_sample(out, "_count", LABELS(name, value));
	put_number(out, "%" PRIu64 "\n", histogram->count);
}

void metrics_end(struct metrics_writer *out)
{
	if (out->format == METRICS_OPENMETRICS)
		put_text(out, "# EOF\n");
}
