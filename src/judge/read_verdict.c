// SPDX-License-Identifier: GPL-2.0-or-later
#include "judge/read_verdict.h"

#include <assert.h>
#include <stdlib.h>

struct listed {
	uint64_t read;
	uint64_t time_ns;
	struct ns_interval error;
	uint64_t incident;
	uint8_t reader;
	uint8_t why; /* ERROR_UNKNOWNS: it is known */
	bool wrong;
};

static_assert(INCIDENT_READERS <= UINT8_MAX && ERROR_UNKNOWNS <= UINT8_MAX, "they fit");
static_assert(sizeof(struct listed) == 48, "what the manual says of memory");

struct read_list {
	uint64_t incident; /* only this one; 0: all */
	uint64_t newest;   /* the incident of the newest read, */
	size_t newest_at;  /* and where its reads begin */
	uint64_t unlisted;
	size_t count;
	size_t room;
	struct listed *listed;
};

struct read_list *read_list_new(uint64_t incident)
{
	struct read_list *list = calloc(1, sizeof(*list));

	if (list)
		list->incident = incident;
	return list;
}

void read_list_free(struct read_list *list)
{
	if (list)
		free(list->listed);
	free(list);
}

/* Is there room for one more? */
static bool make_room(struct read_list *list)
{
	size_t room = list->room ? 2 * list->room : 256;
	struct listed *more;

	if (list->count < list->room)
		return true;
	more = room <= READ_LIST_MOST ? realloc(list->listed, room * sizeof(*more)) : NULL;
	if (!more)
		return false;
	list->listed = more;
	list->room = room;
	return true;
}

void read_list_add(struct read_list *list, const struct read_verdict *verdict)
{
	if (list->incident && verdict->incident != list->incident)
		return;
	/* Once one is missing the newest may be, and which are refuted with it. */
	if (list->unlisted || !make_room(list)) {
		list->unlisted++;
		return;
	}
	if (verdict->incident != list->newest)
		list->newest_at = list->count;
	list->newest = verdict->incident;
	list->listed[list->count++] = (struct listed){
		.read = verdict->read,
		.time_ns = verdict->time_ns,
		.incident = verdict->incident,
		.reader = (uint8_t)verdict->reader,
		.why = (uint8_t)(verdict->known ? ERROR_UNKNOWNS : verdict->why),
		.error = verdict->known ? verdict->error : interval_of(0),
		.wrong = verdict->known && verdict->wrong,
	};
}

void read_list_refute(struct read_list *list, const struct incident *incident)
{
	if (incident->number != list->newest)
		return;
	for (size_t i = list->newest_at; i < list->count; i++) {
		struct listed *listed = &list->listed[i];
		const struct error_range *errors = &incident->reader[listed->reader].errors;

		if (listed->why != ERROR_UNKNOWNS)
			continue;
		if (!errors->known)
			listed->why = ERROR_REFUTED;
		listed->error = errors->known ? errors->all : interval_of(0);
		listed->wrong = errors->off != 0;
	}
}

static int compare(const void *key, const void *element)
{
	uint64_t read = *(const uint64_t *)key, listed = ((const struct listed *)element)->read;

	return (read > listed) - (read < listed);
}

static struct read_verdict verdict_of(const struct listed *listed)
{
	return (struct read_verdict){
		.read = listed->read,
		.time_ns = listed->time_ns,
		.incident = listed->incident,
		.reader = listed->reader,
		.known = listed->why == ERROR_UNKNOWNS,
		.why = (enum error_unknown)listed->why,
		.error = listed->error,
		.wrong = listed->wrong,
	};
}

bool read_list_find(const struct read_list *list, uint64_t read, struct read_verdict *out)
{
	const struct listed *listed =
		list->count ? bsearch(&read, list->listed, list->count, sizeof(*listed), compare)
			    : NULL;

	if (listed)
		*out = verdict_of(listed);
	return listed;
}

void read_list_each(const struct read_list *list,
		    void (*fn)(const struct read_verdict *verdict, void *arg), void *arg)
{
	for (size_t i = 0; i < list->count; i++) {
		struct read_verdict verdict = verdict_of(&list->listed[i]);

		fn(&verdict, arg);
	}
}

uint64_t read_list_unlisted(const struct read_list *list)
{
	return list->unlisted;
}
