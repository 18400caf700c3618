// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/recorded.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "feed/message.h"
#include "feed/playback.h"
#include "feed/progress.h"

/* The first sample is among the first events; before it come those who mapped the page already. */
#define FIRST_EVENTS 100000

/* A signal is looked for, and progress shown, every so many events. */
#define EVENTS_A_BREAK 256

int recorded_check_options(const struct recorded_request *request, const char *live_only)
{
	struct error error = {0};

	if (request->file && live_only) {
		error_cause(&error,
			    "%s asks for something of a live machine, and --from shows a "
			    "recording",
			    live_only);
		error_hint(&error, "leave one of the two out");
	} else if (!request->file && request->speed) {
		error_cause(&error, "--speed is how fast a recording is shown, and there is none");
		error_hint(&error, "name it by --from FILE");
	} else {
		return MESSAGE_GO_ON;
	}
	message_failure(&error);
	return EXIT_USAGE;
}

int recorded_open(const struct recorded_request *request, struct recorded *recorded)
{
	struct error error = {0};
	const struct fact_list *facts;

	recorded->request = *request;
	if (recording_open(request->file, &recorded->recording, &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	facts = recording_facts(recorded->recording);
	recorded->context = (struct record_context){.file = request->file, .facts = facts};
	recorded->start_ns = fact_get_u64(facts, "start_monotonic_ns", 0);
	recorded->start_realtime_ns = (int64_t)fact_get_u64(facts, "start_realtime_ns", 0);
	recorded->newest_ns = recorded->start_ns;
	return MESSAGE_GO_ON;
}

void recorded_close(struct recorded *recorded)
{
	recording_close(recorded->recording);
}

const char *recorded_device(const struct recorded *recorded, char out[RECORDED_DEVICE_BYTES])
{
	const struct fact_list *facts = recorded->context.facts;
	const char *page = fact_get(facts, "page");
	/* A simulated one has no path. */
	const char *device = fact_get(facts, "device") ?: page;

	if (!device || (page && !strncmp(page, "none: ", 6)))
		return NULL;
	text_display(device, strlen(device), out, RECORDED_DEVICE_BYTES);
	return out;
}

/* By a recording of its own: no event of the other one is taken away. */
bool recorded_first_page(const struct recorded *recorded, struct page *page)
{
	struct recording *recording;
	struct error error = {0};
	struct event event;
	bool found = false;

	if (recording_open(recorded->request.file, &recording, &error))
		return false;
	for (int i = 0; i < FIRST_EVENTS && !found && recording_next(recording, &event); i++)
		found = event.type == EVENT_PAGE && event.page_state == EVENT_PAGE_STABLE;
	if (found)
		*page = event.page;
	recording_close(recording);
	return found;
}

static void show_progress(const struct recorded *recorded, struct progress *progress)
{
	char at[TEXT_NS_BYTES];

	if (!progress_is_due(progress))
		return;
	text_ns_u64(recorded_duration_ns(recorded), at, sizeof(at));
	progress_say(progress, "%s: %" PRIu64 " events", at, recorded->events);
}

static bool is_within(const struct recorded *recorded, uint64_t time_ns)
{
	return !recorded->request.duration_ns || time_ns <= recorded->start_ns ||
	       time_ns - recorded->start_ns <= recorded->request.duration_ns;
}

void recorded_run(struct recorded *recorded, struct stop_condition *until, recorded_fn fn,
		  void *arg)
{
	/* Beside events on the terminal it would only be in the way. */
	struct progress progress =
		progress_begin(!recorded->request.speed && !isatty(STDOUT_FILENO));
	const struct recording_gap *gap;
	struct event event;
	struct playback playback;

	fflush(stdout);
	playback_begin(&playback, recorded->request.speed, recorded->start_ns);
	while (!ferror(stdout) && recording_next(recorded->recording, &event)) {
		if (!is_within(recorded, event.time_ns)) {
			recorded->newest_ns = recorded->start_ns + recorded->request.duration_ns;
			break;
		}
		if (!playback_wait(&playback, event.time_ns, until))
			break;
		recorded->events++;
		recorded->newest_ns = event.time_ns;
		gap = recording_gap(recorded->recording);
		if (!fn(&event, gap->events ? gap : NULL, arg))
			break;
		if (recorded->events % EVENTS_A_BREAK)
			continue;
		if (stop_condition_is_signalled(until))
			break;
		show_progress(recorded, &progress);
	}
	progress_end(&progress);
}

uint64_t recorded_duration_ns(const struct recorded *recorded)
{
	return recorded->newest_ns > recorded->start_ns ? recorded->newest_ns - recorded->start_ns
							: 0;
}

struct recorded_result recorded_end(struct recorded *recorded)
{
	const struct recording_damage *damage = recording_damage(recorded->recording);
	const struct fact_list *facts = recording_facts(recorded->recording);
	struct recording_losses losses;

	recording_losses(recorded->recording, &losses);
	return (struct recorded_result){
		.events = recorded->events,
		.lost = losses.events,
		.cut = fact_get_u64(facts, "events_cut", 0),
		.damaged = damage->bad_rows,
		.damage = damage->why,
		.ended = fact_get(facts, "end_monotonic_ns"),
	};
}

int recorded_exit_code(const struct recorded *recorded, int code)
{
	const struct recording_damage *damage = recording_damage(recorded->recording);

	if (!*damage->why)
		return code;
	message_error("%s is damaged: %s; all that can be read was replayed",
		      recorded->request.file, damage->why);
	return EXIT_FAILED;
}
