// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/watch_session.h"

#include <stdio.h>

#include "feed/message.h"

/* A host that updates faster than we look is told of once in so long, not at every look. */
#define MISSED_QUIET_NS 1000000000

static void on_finding(const struct finding *finding, void *arg)
{
	struct watcher *watcher = arg;

	watcher->alarming |= finding->severity >= FINDING_WARNING;
	/* It says so itself. */
	if (finding->missed)
		watcher->missed_told = watcher->follow.missed;
	watcher->view->finding(stdout, &watcher->scene, finding);
	incidents_finding(watcher->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct watcher *watcher = arg;

	if (news == INCIDENT_CLOSED)
		watcher->view->incident(stdout, &watcher->scene, incident);
}

/* With every update on a line of its own, that line says what was missed before it. */
static void tell_missed(struct watcher *watcher, uint64_t now_ns)
{
	uint64_t missed = watcher->follow.missed - watcher->missed_told;

	if (!missed ||
	    (watcher->missed_told_ns && now_ns - watcher->missed_told_ns < MISSED_QUIET_NS))
		return;
	if (!watcher->updates)
		watcher->view->missed(stdout, &watcher->scene, now_ns, missed);
	watcher->missed_told = watcher->follow.missed;
	watcher->missed_told_ns = now_ns;
}

int watcher_open(struct watcher *watcher)
{
	watcher->detector = detector_new(NULL, on_finding, watcher);
	watcher->incidents = incidents_new(NULL, on_incident, watcher);
	if (watcher->detector && watcher->incidents)
		return EXIT_DONE;
	return message_no_memory();
}

void watcher_close(struct watcher *watcher)
{
	detector_free(watcher->detector);
	incidents_free(watcher->incidents);
}

void watcher_event(struct watcher *watcher, const struct event *event)
{
	struct page_change change;

	if (page_follow(&watcher->follow, event, &change) && watcher->updates)
		watcher->view->update(stdout, &watcher->scene, &change);
	detector_event(watcher->detector, event);
	incidents_event(watcher->incidents, event);
	tell_missed(watcher, event->time_ns);
}

void watcher_forget(struct watcher *watcher, uint64_t finding, uint64_t incident)
{
	incidents_forget(watcher->incidents, incident);
	detector_forget(watcher->detector, finding);
	/* What the page went through meanwhile was not missed by who looked. */
	watcher->follow.seen = false;
}

int watcher_end(struct watcher *watcher, struct watch_result *result)
{
	incidents_finish(watcher->incidents);
	/* What was missed less than a second ago. */
	watcher->missed_told_ns = 0;
	tell_missed(watcher, watcher->scene.start_ns + result->duration_ns);
	result->updates = watcher->follow.updates;
	result->missed = watcher->follow.missed;
	result->counts = detector_counts(watcher->detector);
	watcher->view->end(stdout, &watcher->scene, result);
	return message_output(watcher->alarming ? EXIT_FINDING : EXIT_DONE);
}
