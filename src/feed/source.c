// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/source.h"

#include <stdio.h>

void source_begin(struct source *source, struct stop_condition *until, source_fn fn, void *arg)
{
	source->until = until;
	source->fn = fn;
	source->arg = arg;
	source->has_enough = false;
	if (source->ops->begin)
		source->ops->begin(source);
}

enum stop_condition_news source_next(struct source *source, struct pollfd *more)
{
	return source->has_enough ? STOP_CONDITION_OVER : source->ops->next(source, more);
}

void source_end(struct source *source)
{
	if (source->ops->end)
		source->ops->end(source);
}

void source_run(struct source *source, struct stop_condition *until, FILE *out, source_fn fn,
		void *arg)
{
	enum stop_condition_news news = STOP_CONDITION_READY;

	source_begin(source, until, fn, arg);
	while (news == STOP_CONDITION_READY && !(out && ferror(out))) {
		if (out)
			fflush(out);
		news = source_next(source, NULL);
	}
	source_end(source);
}

void source_incident(struct source *source, enum incident_news news)
{
	if (source && source->ops->incident)
		source->ops->incident(source, news);
}

void source_give(struct source *source, const struct event *event, const struct source_note *note)
{
	if (!source->fn(event, note, source->arg))
		source->has_enough = true;
}
