// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "store/queue.h"
#include "store/writer.h"

/* A tenth of a second at the highest rate that the kernel's ring can bring, and more. */
#define QUEUE_BYTES (32u << 20)

#define COMMIT_NS 100000000  /* the longest that a row waits for its commit */
#define CUT_NS	  1000000000 /* how often it is looked whether old events must go, */
#define CUT_AFTER 16384	     /* or after how many events, if those come sooner */
#define RETRY_NS  1000000000 /* and whether what could not be written can be now */

/* As much as a recorded line of JSON may have. */
#define RECORD_BYTES (1u << 20)

enum record_kind {
	RECORD_EVENT,
	RECORD_FINDING,
	RECORD_INCIDENT,
	RECORD_CGROUP,
	RECORD_FACT,
	RECORD_END,
};

/* The head of what goes through the queue; an event or strings follow. */
struct record {
	enum record_kind kind;
	uint64_t number; /* of a finding, of an incident, of a cgroup */
	uint64_t from_ns;
	uint64_t to_ns;
	bool recovered;
};

struct recorder {
	struct recorder_options options;
	struct queue *queue;
	struct writer *writer;
	pthread_t thread;

	/* Of who observes. */
	uint8_t *record; /* RECORD_BYTES to put one together */
	uint64_t kept;

	_Atomic uint64_t overflowed; /* events for which the queue had no room, not told yet */
	_Atomic uint64_t lost;
	_Atomic uint64_t cut;
	_Atomic uint64_t bytes;
	pthread_mutex_t trouble_lock;
	char trouble[ERROR_CAUSE_BYTES]; /* the last there was */
	bool in_trouble;

	/* Of the thread. */
	uint8_t *taken;
	uint64_t in_transaction; /* events */
	uint64_t unwritten;	 /* events that were lost for trouble, not told yet */
	uint64_t unwritten_ns;	 /* since when */
	uint64_t telling;	 /* of `overflowed`, told in this transaction */
	uint64_t newest_ns;	 /* time of the newest event */
	uint64_t retry_ns;	 /* not before; 0: all is well */
	uint64_t commit_due_ns;
	uint64_t cut_due_ns;
	uint64_t since_cut; /* events */
};

/* --- The thread that writes */

/* NULL: it is over. */
static void set_trouble(struct recorder *recorder, const char *trouble)
{
	pthread_mutex_lock(&recorder->trouble_lock);
	if (trouble)
		snprintf(recorder->trouble, sizeof(recorder->trouble), "%s", trouble);
	recorder->in_trouble = trouble;
	pthread_mutex_unlock(&recorder->trouble_lock);
}

/* What is in the transaction is lost; for a while nothing is tried. */
static void fail(struct recorder *recorder)
{
	set_trouble(recorder, writer_trouble(recorder->writer));
	writer_rollback(recorder->writer);
	if (!recorder->unwritten)
		recorder->unwritten_ns = recorder->newest_ns;
	recorder->unwritten += recorder->in_transaction;
	recorder->lost += recorder->in_transaction;
	recorder->in_transaction = 0;
	recorder->overflowed += recorder->telling;
	recorder->telling = 0;
	recorder->retry_ns = clock_now_ns(CLOCK_MONOTONIC) + RETRY_NS;
}

/* Tell in the recording what is missing in it. */
static int tell_losses(struct recorder *recorder)
{
	int result = SQLITE_OK;

	recorder->telling = atomic_exchange(&recorder->overflowed, 0);
	if (recorder->telling)
		result = writer_loss(recorder->writer, recorder->newest_ns, recorder->telling,
				     "the disk was slower than the events");
	if (result == SQLITE_OK && recorder->unwritten)
		result = writer_loss(recorder->writer, recorder->unwritten_ns, recorder->unwritten,
				     recorder->trouble);
	return result;
}

static bool is_waiting(const struct recorder *recorder)
{
	return recorder->retry_ns && clock_now_ns(CLOCK_MONOTONIC) < recorder->retry_ns;
}

static int cut(struct recorder *recorder, uint64_t now_ns)
{
	uint64_t newest = recorder->newest_ns, age = recorder->options.max_age_ns, gone = 0;
	int result;

	recorder->cut_due_ns = now_ns + CUT_NS;
	recorder->since_cut = 0;
	result = writer_cut(recorder->writer, age && newest > age ? newest - age : 0, &gone);
	recorder->cut += gone;
	return result;
}

static void commit(struct recorder *recorder, uint64_t now_ns)
{
	char cut_text[32];
	int result = writer_begin(recorder->writer);

	recorder->commit_due_ns = now_ns + COMMIT_NS;
	if (result == SQLITE_OK)
		result = tell_losses(recorder);
	if (result == SQLITE_OK &&
	    (now_ns >= recorder->cut_due_ns || recorder->since_cut >= CUT_AFTER))
		result = cut(recorder, now_ns);
	if (result == SQLITE_OK && recorder->cut) {
		snprintf(cut_text, sizeof(cut_text), "%llu", (unsigned long long)recorder->cut);
		result = writer_fact(recorder->writer, "events_cut", cut_text);
	}
	if (result == SQLITE_OK)
		result = writer_commit(recorder->writer);
	if (result != SQLITE_OK) {
		fail(recorder);
		return;
	}
	if (recorder->retry_ns)
		set_trouble(recorder, NULL);
	recorder->retry_ns = 0;
	recorder->in_transaction = 0;
	recorder->unwritten = 0;
	recorder->telling = 0;
	recorder->bytes = writer_bytes(recorder->writer);
}

static int write_strings(struct recorder *recorder, const struct record *record)
{
	const char *first = (const char *)(record + 1);
	const char *second = first + strlen(first) + 1;
	struct recorded_finding finding;
	struct recorded_incident incident;

	switch (record->kind) {
	case RECORD_FINDING:
		finding = (struct recorded_finding){record->number, first,
						    second,	    record->from_ns,
						    record->to_ns,  second + strlen(second) + 1};
		return writer_finding(recorder->writer, &finding);
	case RECORD_INCIDENT:
		incident = (struct recorded_incident){record->number,	 first,
						      record->from_ns,	 record->to_ns,
						      record->recovered, second};
		return writer_incident(recorder->writer, &incident);
	case RECORD_CGROUP:
		return writer_cgroup(recorder->writer, record->number, first);
	default:
		return writer_fact(recorder->writer, first, second);
	}
}

static void write_record(struct recorder *recorder, const struct record *record, size_t bytes)
{
	bool is_event = record->kind == RECORD_EVENT;
	struct event event = {0};
	int result;

	if (is_event) {
		memcpy(&event, record + 1, bytes - sizeof(*record));
		recorder->newest_ns = event.time_ns;
	}
	if (is_waiting(recorder)) {
		recorder->unwritten += is_event;
		recorder->lost += is_event;
		return;
	}
	result = writer_begin(recorder->writer);
	recorder->in_transaction += is_event;
	recorder->since_cut += is_event;
	if (result == SQLITE_OK)
		result = is_event ? writer_event(recorder->writer, &event)
				  : write_strings(recorder, record);
	if (result != SQLITE_OK)
		fail(recorder);
}

static void *write_all(void *arg)
{
	struct recorder *recorder = arg;
	const struct record *record = (const struct record *)recorder->taken;
	bool ended = false;
	uint64_t now_ns;
	size_t bytes;

	while (!ended) {
		bytes = queue_take(recorder->queue, recorder->taken, RECORD_BYTES, COMMIT_NS);
		ended = bytes && record->kind == RECORD_END;
		if (bytes && !ended)
			write_record(recorder, record, bytes);
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		if ((now_ns >= recorder->commit_due_ns || recorder->since_cut >= CUT_AFTER) &&
		    !is_waiting(recorder))
			commit(recorder, now_ns);
	}
	recorder->cut_due_ns = 0;
	commit(recorder, clock_now_ns(CLOCK_MONOTONIC));
	return NULL;
}

/* --- Who observes */

static void release(struct recorder *recorder)
{
	pthread_mutex_destroy(&recorder->trouble_lock);
	writer_close(recorder->writer);
	queue_free(recorder->queue);
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
	const char *path = recorder->options.path;
	int err;

	recorder->queue = queue_new(QUEUE_BYTES);
	recorder->record = malloc(RECORD_BYTES);
	recorder->taken = malloc(RECORD_BYTES);
	if (!recorder->queue || !recorder->record || !recorder->taken) {
		error_cause(error, "there is no memory left");
		return -ENOMEM;
	}
	err = writer_open(path, recorder->options.max_bytes, &recorder->writer, error);
	if (err)
		return err;
	if (write_facts(recorder, facts) != SQLITE_OK) {
		error_cause(error, "%s cannot be written: %s", path,
			    writer_trouble(recorder->writer));
		return -EIO;
	}
	err = pthread_create(&recorder->thread, NULL, write_all, recorder);
	if (err)
		error_cause(error, "no thread can be started: %s", strerror(err));
	return -err;
}

int recorder_open(const struct recorder_options *options, const struct fact_list *facts,
		  struct recorder **out, struct error *error)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	int err;

	if (!recorder) {
		error_cause(error, "there is no memory left");
		return -ENOMEM;
	}
	recorder->options = *options;
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
		return head + sizeof(event->look);
	case EVENT_TICK:
		return head + sizeof(event->tick);
	case EVENT_CLOCK:
		return head + sizeof(event->clock);
	default:
		return sizeof(*event);
	}
}

void recorder_event(struct recorder *recorder, const struct event *event)
{
	struct record head = {.kind = RECORD_EVENT};
	size_t bytes = event_bytes(event);

	memcpy(recorder->record, &head, sizeof(head));
	memcpy(recorder->record + sizeof(head), event, bytes);
	recorder->kept++;
	if (!queue_put(recorder->queue, recorder->record, sizeof(head) + bytes,
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

		if (used + bytes > RECORD_BYTES)
			return;
		memcpy(recorder->record + used, strings[i], bytes);
		used += bytes;
	}
	queue_put(recorder->queue, recorder->record, used, wait);
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
	counts->bytes = recorder->bytes;
	pthread_mutex_lock(&recorder->trouble_lock);
	snprintf(counts->trouble, sizeof(counts->trouble), "%s",
		 recorder->in_trouble ? recorder->trouble : "");
	pthread_mutex_unlock(&recorder->trouble_lock);
}

void recorder_close(struct recorder *recorder, struct recorder_counts *counts)
{
	const struct record head = {.kind = RECORD_END};

	if (!recorder)
		return;
	put_strings(recorder, &head, NULL, NULL, NULL);
	queue_wake(recorder->queue);
	pthread_join(recorder->thread, NULL);
	recorder->in_trouble = *recorder->trouble;
	if (counts)
		recorder_counts(recorder, counts);
	release(recorder);
}
