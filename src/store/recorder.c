// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "store/recorder_state.h"

/* A tenth of a second at the highest rate that the kernel's ring can bring, and more. */
#define QUEUE_BYTES (32u << 20)

/* What no event may take of it: for what was found. */
#define QUEUE_SPARE (2u << 20)

/*
 * And single uses leave more, for what counts them: one of a million may be missing, a count not.
 */
#define QUEUE_SPARE_OF_USES (6u << 20)

/* What was found while nothing can be written; events are not kept so long. */
#define BACKLOG_BYTES (4u << 20)

static void release(struct recorder *recorder)
{
	pthread_mutex_destroy(&recorder->trouble_lock);
	writer_close(recorder->writer);
	queue_free(recorder->queue);
	backlog_close(&recorder->backlog);
	free(recorder->record);
	free(recorder->taken);
	free(recorder);
}

static int write_facts(struct recorder *recorder, const struct fact_list *facts)
{
	int result = writer_begin(recorder->writer);

	for (size_t i = 0; i < facts->facts && result == SQLITE_OK; i++)
		result = writer_fact(recorder->writer, facts->fact[i].name, facts->fact[i].value);
	return result == SQLITE_OK ? writer_commit(recorder->writer) : result;
}

static int begin(struct recorder *recorder, const struct fact_list *facts, struct error *error)
{
	const struct recorder_options *options = &recorder->options;
	const struct writer_bounds bounds = {options->max_bytes, options->max_age_ns,
					     options->ring_ns};
	int err;

	recorder->queue = queue_new(QUEUE_BYTES);
	recorder->record = malloc(RECORD_BYTES);
	recorder->taken = malloc(RECORD_BYTES);
	if (!recorder->queue || !recorder->record || !recorder->taken ||
	    !backlog_open(&recorder->backlog, BACKLOG_BYTES))
		return error_no_memory(error);
	err = writer_open(options->path, &bounds, &recorder->writer, error);
	if (err)
		return err;
	if (write_facts(recorder, facts) != SQLITE_OK) {
		error_cause(error, "%s cannot be written: %s", options->path,
			    writer_trouble(recorder->writer));
		return -EIO;
	}
	if (options->is_open)
		options->is_open(options->is_open_arg);
	err = pthread_create(&recorder->thread, NULL, recorder_write, recorder);
	if (err)
		error_cause(error, "no thread can be started: %s", strerror(err));
	return -err;
}

int recorder_open(const struct recorder_options *options, const struct fact_list *facts,
		  struct recorder **out, struct error *error)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int err;

	if (!recorder)
		return error_no_memory(error);
	recorder->options = *options;
	memcpy(recorder->removed, options->removed, sizeof(recorder->removed));
	pthread_mutex_init(&recorder->trouble_lock, NULL);
	err = begin(recorder, facts, error);
	if (err)
		release(recorder);
	else
		*out = recorder;
	return err;
}

/* As much of @event as its type uses: the union's largest member is hardly ever it. */
static size_t event_bytes(const struct event *event)
{
	size_t head = offsetof(struct event, read);

	switch (event->type) {
	case EVENT_READ:
		return head + sizeof(event->read);
	case EVENT_PAGE:
		return head + sizeof(event->sample);
	case EVENT_TICK:
		return head + sizeof(event->tick);
	case EVENT_CLOCK:
		return head + sizeof(event->clock);
	default:
		return sizeof(*event);
	}
}

static size_t spare_of(const struct event *event)
{
	bool is_use = event->type == EVENT_READ || event->type == EVENT_CALL;

	return is_use ? QUEUE_SPARE_OF_USES : QUEUE_SPARE;
}

void recorder_event(struct recorder *recorder, const struct event *event)
{
	struct record head = {.kind = RECORD_EVENT};
	size_t bytes = event_bytes(event);

	memcpy(recorder->record, &head, sizeof(head));
	memcpy(recorder->record + sizeof(head), event, bytes);
	recorder->kept++;
	if (!queue_put(recorder->queue, recorder->record, sizeof(head) + bytes, spare_of(event),
		       recorder->options.may_wait)) {
		recorder->overflowed++;
		recorder->lost++;
	}
}

/* @head and up to three strings. */
static void put_strings(struct recorder *recorder, const struct record *head, const char *first,
			const char *second, const char *third)
{
	bool wait = recorder->options.may_wait || head->kind == RECORD_END;
	const char *const strings[] = {first, second, third};
	size_t used = sizeof(*head);

	memcpy(recorder->record, head, sizeof(*head));
	for (size_t i = 0; i < 3 && strings[i]; i++) {
		size_t bytes = strlen(strings[i]) + 1;

		if (used + bytes > RECORD_BYTES) {
			recorder->rows_lost++;
			return;
		}
		memcpy(recorder->record + used, strings[i], bytes);
		used += bytes;
	}
	if (!queue_put(recorder->queue, recorder->record, used, 0, wait))
		recorder->rows_lost++;
}

void recorder_finding(struct recorder *recorder, const struct recorded_finding *finding)
{
	const struct record head = {.kind = RECORD_FINDING,
				    .number = finding->number,
				    .from_ns = finding->not_before_ns,
				    .to_ns = finding->found_ns};

	put_strings(recorder, &head, finding->kind, finding->severity, finding->json);
}

void recorder_incident(struct recorder *recorder, const struct recorded_incident *incident)
{
	const struct record head = {.kind = RECORD_INCIDENT,
				    .number = incident->number,
				    .from_ns = incident->from_ns,
				    .to_ns = incident->to_ns,
				    .recovered = incident->recovered};

	put_strings(recorder, &head, incident->severity, incident->json, NULL);
}

void recorder_window(struct recorder *recorder, const struct recorded_window *window)
{
	const struct record head = {.kind = RECORD_WINDOW,
				    .number = window->finding,
				    .from_ns = window->from_ns,
				    .to_ns = window->to_ns,
				    .findings = window->findings,
				    .rank = window->rank};

	put_strings(recorder, &head, window->severity, NULL, NULL);
}

void recorder_cgroup(struct recorder *recorder, uint64_t id, const char *path)
{
	const struct record head = {.kind = RECORD_CGROUP, .number = id};

	put_strings(recorder, &head, path, NULL, NULL);
}

void recorder_fact(struct recorder *recorder, const char *name, const char *value)
{
	const struct record head = {.kind = RECORD_FACT};

	put_strings(recorder, &head, name, value, NULL);
}

void recorder_counts(struct recorder *recorder, struct recorder_counts *counts)
{
	counts->kept = recorder->kept;
	counts->lost = recorder->lost;
	counts->cut = recorder->cut;
	counts->synced = recorder->synced;
	counts->windows = recorder->windows;
	counts->windows_cut = recorder->windows_cut;
	counts->bytes = recorder->bytes;
	pthread_mutex_lock(&recorder->trouble_lock);
	snprintf(counts->trouble, sizeof(counts->trouble), "%s",
		 recorder->in_trouble ? recorder->trouble : "");
	counts->failed = recorder->failed;
	pthread_mutex_unlock(&recorder->trouble_lock);
}

void recorder_close(struct recorder *recorder, struct recorder_counts *counts)
{
	const struct record head = {.kind = RECORD_END};
	struct stat file;
	const char *path;

	if (!recorder)
		return;
	path = recorder->options.path;
	put_strings(recorder, &head, NULL, NULL, NULL);
	queue_wake(recorder->queue);
	pthread_join(recorder->thread, NULL);
	if (counts) {
		recorder_counts(recorder, counts);
		snprintf(counts->trouble, sizeof(counts->trouble), "%s", recorder->trouble);
	}
	release(recorder);
	/* Its log is in it now. */
	if (counts && !stat(path, &file))
		counts->bytes = (uint64_t)file.st_size;
}
