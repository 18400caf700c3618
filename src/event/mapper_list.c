// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/mapper_list.h"

#include <string.h>

/* The newest of this process, gone or not. */
static struct mapper_entry *entry_of(struct mapper_list *list, const struct event *event)
{
	for (size_t i = list->entries; i-- > 0;) {
		struct mapper_entry *entry = &list->entry[i];

		if (entry->who.pid == event->who.pid && entry->device == event->device)
			return entry;
	}
	return NULL;
}

/* The entry at the end, the oldest of those that are gone having made room. NULL: there is none. */
static struct mapper_entry *new_entry(struct mapper_list *list)
{
	size_t i = 0;

	if (list->entries < MAPPER_LIST)
		return &list->entry[list->entries++];
	while (i < MAPPER_LIST && !list->entry[i].to_ns)
		i++;
	if (i == MAPPER_LIST)
		return NULL;
	list->forgotten++;
	memmove(&list->entry[i], &list->entry[i + 1],
		(MAPPER_LIST - 1 - i) * sizeof(list->entry[0]));
	return &list->entry[MAPPER_LIST - 1];
}

static void came(struct mapper_list *list, const struct event *event)
{
	struct mapper_entry *entry = new_entry(list);

	if (!entry) {
		list->unlisted++;
		return;
	}
	*entry = (struct mapper_entry){
		.who = event->who,
		.device = event->device,
		.mappings = event->mapper.mappings,
		.from_ns = event->time_ns,
		.not_before_ns = event->mapper.not_before_ns,
	};
}

void mapper_list_add(struct mapper_list *list, const struct event *event)
{
	struct mapper_entry *entry;

	if (event->type != EVENT_MAPPER)
		return;
	if (event->mapper.news <= MAPPER_CAME) {
		came(list, event);
		return;
	}
	entry = entry_of(list, event);
	if (!entry || entry->to_ns)
		return;
	entry->to_ns = event->time_ns;
	entry->end = event->mapper.news;
}

size_t mapper_list_now(const struct mapper_list *list)
{
	size_t now = 0;

	for (size_t i = 0; i < list->entries; i++)
		now += !list->entry[i].to_ns;
	return now;
}
