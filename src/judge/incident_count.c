// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uses of the clock that are known by number alone: a tally has them, and no event of their own
 * came.
 *
 * For each thread and path it is kept how many uses were tallied less how many were seen one by
 * one. An event comes before the tally that has it too, or a little after, so this falls below 0
 * and comes back; what is above 0 when an incident ends was never seen. While all is well it is
 * forgotten at the next sample, as are the reads that were seen.
 */
#include "judge/incident_state.h"

/* No thread comes near, and two of them still fit: a recording may hold any number. */
#define USES_MOST (INT64_MAX / 2)

static int64_t uses_within(uint64_t uses)
{
	return uses < USES_MOST ? (int64_t)uses : USES_MOST;
}

/* By these a thread reads the driver's clock, or the page itself, to compute the time from it. */
static bool is_reading(enum event_path path)
{
	return event_path_is_read(path) || path == PATH_DEV_READ || path == PATH_DEV_MMAP;
}

static bool is_idle(const struct counted_thread *thread)
{
	for (int i = 0; i < EVENT_PATHS; i++) {
		if (thread->unseen[i])
			return false;
	}
	return true;
}

/* Its entry, or an unused one; if there is no room, the one of all others. */
static struct counted_thread *thread_of(struct incidents *incidents, const struct event_reader *who)
{
	struct counted_thread *idle = NULL;

	for (uint32_t way = 0; way < INCIDENT_THREAD_WAYS; way++) {
		struct counted_thread *thread =
			&incidents->thread[(who->tid + way) % INCIDENT_THREADS];

		if (thread->who.tid == who->tid && thread->who.pid == who->pid)
			return thread;
		if (!idle && is_idle(thread))
			idle = thread;
	}
	if (!idle)
		return &incidents->other_threads;
	*idle = (struct counted_thread){.who = *who};
	return idle;
}

void incident_count_seen(struct incidents *incidents, const struct event *event)
{
	bool is_use = (event->type == EVENT_READ) == event_path_is_read(event->path);

	/* Who failed to get the page has read no clock. */
	if (event->type == EVENT_CALL && event->result < 0)
		return;
	if (is_use && is_reading(event->path))
		thread_of(incidents, &event->who)->unseen[event->path]--;
}

static void forget_unseen(struct counted_thread *thread)
{
	for (int i = 0; i < EVENT_PATHS; i++) {
		if (thread->unseen[i] > 0)
			thread->unseen[i] = 0;
	}
}

/*
 * So that none counts twice, what was seen of threads that had no entry makes up for the surplus.
 */
static void add_uses(struct incidents *incidents, struct counted_thread *thread,
		     enum event_path path, int64_t uses)
{
	int64_t *others = &incidents->other_threads.unseen[path];
	int64_t *unseen = &thread->unseen[path];
	int64_t seen = -*others;

	*unseen += uses;
	if (*unseen > USES_MOST)
		*unseen = USES_MOST;
	if (*unseen < -USES_MOST)
		*unseen = -USES_MOST;
	if (unseen == others || *unseen <= 0 || seen <= 0)
		return;
	seen = seen < *unseen ? seen : *unseen;
	*unseen -= seen;
	*others += seen;
}

void incident_count_tally(struct incidents *incidents, const struct event *event)
{
	const struct event_tally *tally = &event->tally;
	struct counted_thread *thread = thread_of(incidents, &event->who);

	/* What was tallied before belongs to the incident only if some of it is in the window. */
	if (!incidents->open || thread->last_ns < incidents->incident.from_ns)
		forget_unseen(thread);
	thread->who = event->who;
	thread->last_ns = tally->last_ns + tally->last_error_ns;
	incidents->has_unseen = true;
	for (enum event_path path = 0; path < EVENT_PATHS; path++) {
		int64_t uses = uses_within(tally->uses[path]);

		if (!event_path_is_read(path))
			uses -= uses_within(tally->errors[path]);
		if (is_reading(path))
			add_uses(incidents, thread, path, uses);
	}
}

static void tell_thread(struct incident *incident, const struct counted_thread *thread)
{
	for (enum event_path path = 0; path < EVENT_PATHS; path++) {
		if (thread->unseen[path] <= 0 || thread->last_ns < incident->from_ns)
			continue;
		incident_count_unknown(incident, &thread->who, path,
				       event_path_is_read(path) ? ERROR_COUNTED : ERROR_NOT_SEEN,
				       (uint64_t)thread->unseen[path]);
	}
}

void incident_tell_unseen(struct incidents *incidents)
{
	for (size_t i = 0; i < INCIDENT_THREADS; i++)
		tell_thread(&incidents->incident, &incidents->thread[i]);
	incidents->other_threads.who = (struct event_reader){0};
	tell_thread(&incidents->incident, &incidents->other_threads);
	incident_forget_unseen(incidents);
}

void incident_forget_unseen(struct incidents *incidents)
{
	if (!incidents->has_unseen)
		return;
	for (size_t i = 0; i < INCIDENT_THREADS; i++)
		forget_unseen(&incidents->thread[i]);
	forget_unseen(&incidents->other_threads);
	incidents->has_unseen = false;
}
