// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/mapper_view.h"

#include <inttypes.h>

#include "base/instant.h"
#include "show/live_text.h"

static const char *end_text(enum mapper_news news)
{
	return news == MAPPER_UNMAPPED ? "unmapped" : news == MAPPER_EXITED ? "exited" : "gone";
}

void mapper_put_text(FILE *out, uint64_t start_ns, const struct event *event)
{
	char device[EVENT_DEVICE_BYTES];
	const char *page = event_device_name(false, event->device, device) ?: "the page";

	live_put_time(out, start_ns, event->time_ns);
	live_put_reader(out, &event->who);
	if (event->mapper.news > MAPPER_CAME)
		fprintf(out, "  no longer maps %s: %s\n", page, end_text(event->mapper.news));
	else
		fprintf(out, "  %s %s: its reads cannot be seen\n",
			event->mapper.news == MAPPER_THERE ? "already maps" : "maps", page);
}

void mapper_method_put_text(FILE *out, const struct mapper_method *method)
{
	if (method->all)
		fputs("mappers of all processes: what they read in the page is not seen\n", out);
	else if (!method->why_not)
		fputs("mappers not looked for\n", out);
	else
		fprintf(out,
			"mappers ONLY of processes that this user may look into, by /proc: %s\n",
			method->why_not);
}

static void put_seconds(FILE *out, uint64_t start_ns, uint64_t time_ns)
{
	uint64_t ns = time_ns > start_ns ? time_ns - start_ns : 0;

	fprintf(out, " +%" PRIu64 ".%02" PRIu64, ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / 10000000);
}

static void put_entry(FILE *out, uint64_t start_ns, const struct mapper_entry *entry)
{
	char device[EVENT_DEVICE_BYTES];

	live_put_reader(out, &entry->who);
	fprintf(out, "  %s", event_device_name(false, entry->device, device) ?: "the page");
	if (entry->mappings > 1)
		fprintf(out, " %" PRIu32 " times", entry->mappings);
	fputs(entry->not_before_ns ? ", from" : ", from before the start", out);
	if (entry->not_before_ns)
		put_seconds(out, start_ns, entry->from_ns);
	fputs(entry->to_ns ? " to" : " on", out);
	if (entry->to_ns) {
		put_seconds(out, start_ns, entry->to_ns);
		fprintf(out, ": %s", end_text(entry->end));
	}
	fputc('\n', out);
}

void mapper_list_put_text(FILE *out, uint64_t start_ns, const struct mapper_list *list,
			  const struct mapper_counts *counts)
{
	if (list->entries)
		fputs("\nmapped the page, and could read it there unseen\n", out);
	for (size_t i = 0; i < list->entries; i++)
		put_entry(out, start_ns, &list->entry[i]);
	if (list->forgotten + list->unlisted)
		fprintf(out, "  and %" PRIu64 " more, for which there was no room\n",
			list->forgotten + list->unlisted);
	if (!counts)
		return;
	if (counts->unlisted)
		fprintf(out, "  and others with %" PRIu64 " mappings, at the end\n",
			counts->unlisted);
	if (counts->failed)
		fprintf(out, "  not found out %" PRIu64 " times of %" PRIu64 "\n", counts->failed,
			counts->failed + counts->walks);
}
