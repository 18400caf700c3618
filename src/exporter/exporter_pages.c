// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/exporter_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "exporter/landing.h"
#include "serve/accept.h"

#define RUNBOOKS_PATH "/runbooks/"

#define HTTP_NOT_FOUND	 404
#define HTTP_UNAVAILABLE 503

static const char html_type[] = "text/html; charset=utf-8";

/* Samples are at most a second apart. */
#define STALE_NS 2000000000ull

/* The second number of /proc/self/statm, in pages. */
static uint64_t resident_bytes(void)
{
	unsigned long total, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &total, &resident) != 2)
		resident = 0;
	fclose(file);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void read_self(const struct exporter_pages *pages, struct metrics_self *self)
{
	const struct http_counts *counts;
	const struct connections *connections;

	*self = (struct metrics_self){
		.started_at_ns = pages->started_at_ns,
		.cpu_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID),
		.resident_bytes = resident_bytes(),
		.serves = pages->http != NULL,
		.scrapes = pages->scrapes,
		.scrape_ns = pages->scrape_ns,
	};
	if (!pages->http)
		return;
	counts = http_counts(pages->http);
	connections = http_connections(pages->http);
	for (int i = 0; i < 6; i++)
		self->responses[i] = counts->code[i];
	self->reload_failures = counts->reload_failures;
	self->connections = connections->open;
	self->connections_late = connections->late;
	self->connections_crowded = connections->crowded;
}

/* What is old says nothing of now, as after this process was stopped. */
static void take(struct exporter_pages *pages, uint64_t now_ns)
{
	struct metrics_snapshot *taken = &pages->taken;

	exporter_board_take(pages->board, taken);
	if (gethostname(taken->host, sizeof(taken->host)))
		*taken->host = '\0';
	taken->host[sizeof(taken->host) - 1] = '\0';
	if (taken->well.state == CLAIM_HOLDS && now_ns > taken->turn_ns + STALE_NS)
		taken->well = claim_unknown(CLAIM_ENDED_EARLY);
}

char *exporter_pages_metrics(struct exporter_pages *pages, enum metrics_format format,
			     size_t *bytes)
{
	uint64_t from_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct metrics_writer out = {.format = format};
	struct metrics_self self;

	take(pages, from_ns);
	read_self(pages, &self);
	metrics_write(&out, &pages->taken, &self);
	pages->scrapes++;
	pages->scrape_ns += clock_now_ns(CLOCK_MONOTONIC) - from_ns;
	if (out.failed) {
		free(out.text);
		return NULL;
	}
	*bytes = out.length;
	return out.text;
}

/* OpenMetrics only for who wants it more than the format that all understand. */
static void metrics_page(const struct http_request *request, struct http_answer *answer, void *arg)
{
	bool open = request->accept &&
		    accept_quality(request->accept, "application/openmetrics-text", "1.0.0") >
			    accept_quality(request->accept, "text/plain", "0.0.4");
	enum metrics_format format = open ? METRICS_OPENMETRICS : METRICS_TEXT;

	answer->type = metrics_content_type(format);
	answer->body = exporter_pages_metrics(arg, format, &answer->bytes);
}

typedef void (*put_fn)(FILE *out, const struct metrics_snapshot *snapshot, uint64_t now_ns);

static void put_page(struct exporter_pages *pages, struct http_answer *answer, put_fn put,
		     uint64_t now_ns)
{
	FILE *out = open_memstream(&answer->body, &answer->bytes);

	if (!out)
		return;
	put(out, &pages->taken, now_ns);
	if (fclose(out)) {
		free(answer->body);
		answer->body = NULL;
	}
}

static void landing_page(const struct http_request *request, struct http_answer *answer, void *arg)
{
	struct exporter_pages *pages = arg;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	(void)request;
	take(pages, now_ns);
	answer->type = html_type;
	put_page(pages, answer, landing_put_html, now_ns);
}

static void health_page(const struct http_request *request, struct http_answer *answer, void *arg)
{
	struct exporter_pages *pages = arg;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	(void)request;
	take(pages, now_ns);
	if (!landing_is_healthy(&pages->taken, now_ns))
		answer->status = HTTP_UNAVAILABLE;
	put_page(pages, answer, landing_put_health, now_ns);
}

/* "/runbooks/NAME", or all of them. */
static void runbook_page(const struct http_request *request, struct http_answer *answer, void *arg)
{
	const char *name = request->path + strlen(RUNBOOKS_PATH);
	FILE *out = open_memstream(&answer->body, &answer->bytes);
	bool found;

	(void)arg;
	if (!out)
		return;
	found = landing_put_runbook(out, *name ? name : NULL);
	if (!found)
		fputs("there is no such runbook; see /runbooks/\n", out);
	if (fclose(out)) {
		free(answer->body);
		answer->body = NULL;
	}
	if (found)
		answer->type = html_type;
	else
		answer->status = HTTP_NOT_FOUND;
}

const struct http_page exporter_pages[] = {
	{"/", landing_page},
	{"/metrics", metrics_page},
	{"/healthz", health_page},
	{RUNBOOKS_PATH, runbook_page},
	{NULL, NULL},
};
