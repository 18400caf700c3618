// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/recorded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/confine.h"
#include "feed/message.h"

/* The first sample is among the first events; before it come those who mapped the page already. */
#define FIRST_EVENTS 100000

/* A signal is looked for, and progress shown, every so many events. */
#define EVENTS_A_BREAK 256

static struct recorded *recorded_of(struct source *source)
{
	return (struct recorded *)source;
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

static void show_progress(struct recorded *recorded)
{
	char at[TEXT_NS_BYTES];

	if (!progress_is_due(&recorded->progress))
		return;
	text_ns_u64(recorded_duration_ns(recorded), at, sizeof(at));
	progress_say(&recorded->progress, "%s: %" PRIu64 " events", at, recorded->events);
}

static bool is_within(const struct recorded *recorded, uint64_t time_ns)
{
	return !recorded->request.duration_ns || time_ns <= recorded->start_ns ||
	       time_ns - recorded->start_ns <= recorded->request.duration_ns;
}

/* All that is read from here on was made by others. */
static void give_up_rights(const struct recorded *recorded)
{
	int user, calls;

	if (!recorded->request.is_last)
		return;
	/* SQLite's temporary files, if it makes any. */
	user = confine_user(getenv("TMPDIR") ?: "/var/tmp", CONFINE_MAKES_FILES);
	calls = confine_system_calls(false);
	if (user || calls)
		message_not_confined(user ? user : calls);
}

static void begin(struct source *source)
{
	struct recorded *recorded = recorded_of(source);

	give_up_rights(recorded);
	recorded->progress =
		progress_begin(!recorded->request.speed && !recorded->request.is_quiet);
	playback_begin(&recorded->playback, recorded->request.speed, recorded->start_ns);
}

static bool is_signalled(struct recorded *recorded)
{
	struct stop_condition *until = recorded->source.until;

	return until && stop_condition_is_signalled(until);
}

/* The first of the worst, as a report has it. */
static void follow_found(struct recorded *recorded, const struct event_gap *gap)
{
	struct event_gap *worst = &recorded->worst_gap;

	if (!*gap->worst)
		return;
	recorded->found_unkept = true;
	recorded->found_unkept_critical |= gap->worst_is_critical;
	if (!*worst->worst || (gap->worst_is_critical && !worst->worst_is_critical))
		*worst = *gap;
}

/* The marker has moved in between: what moved it is not among what was kept. */
static void follow_gaps(struct recorded *recorded, const struct event *event,
			const struct event_gap *gap)
{
	uint64_t marker;

	if (gap->events) {
		recorded->unkept += gap->alarms;
		follow_found(recorded, gap);
		recorded->over_gap = recorded->has_gap = true;
	}
	if ((event->type != EVENT_PAGE && event->type != EVENT_CLOCK) ||
	    event->page_state != EVENT_PAGE_STABLE)
		return;
	marker = page_get(&event->page, PAGE_DISRUPTION_MARKER);
	recorded->unkept +=
		recorded->over_gap && recorded->has_marker && marker != recorded->marker;
	recorded->marker = marker;
	recorded->has_marker = true;
	recorded->over_gap = false;
}

static enum stop_condition_news give_next(struct recorded *recorded)
{
	const struct event_gap *gap;
	struct source_note note = {.is_watched = true};
	struct event event;

	if (!recording_next(recorded->recording, &event))
		return is_signalled(recorded) ? STOP_CONDITION_SIGNAL : STOP_CONDITION_OVER;
	if (!is_within(recorded, event.time_ns)) {
		recorded->newest_ns = recorded->start_ns + recorded->request.duration_ns;
		return STOP_CONDITION_OVER;
	}
	if (!playback_wait(&recorded->playback, event.time_ns, recorded->source.until))
		return STOP_CONDITION_SIGNAL;
	recorded->events++;
	recorded->newest_ns = event.time_ns;
	gap = recording_gap(recorded->recording);
	if (gap->events)
		note.gap = gap;
	follow_gaps(recorded, &event, gap);
	source_give(&recorded->source, &event, &note);
	return recorded->source.has_enough ? STOP_CONDITION_OVER : STOP_CONDITION_READY;
}

static enum stop_condition_news next(struct source *source, struct pollfd *more)
{
	struct recorded *recorded = recorded_of(source);
	enum stop_condition_news news = STOP_CONDITION_READY;

	(void)more;
	for (int i = 0; i < EVENTS_A_BREAK && news == STOP_CONDITION_READY; i++)
		news = give_next(recorded);
	if (news != STOP_CONDITION_READY)
		return news;
	if (is_signalled(recorded))
		return STOP_CONDITION_SIGNAL;
	show_progress(recorded);
	return STOP_CONDITION_READY;
}

static void end(struct source *source)
{
	progress_end(&recorded_of(source)->progress);
}

static const struct source_ops ops = {.begin = begin, .next = next, .end = end};

int recorded_open(const struct recorded_request *request, struct recorded *recorded,
		  struct error *error)
{
	const struct fact_list *facts;
	const char *worst;
	int err = recording_open(request->file, &recorded->recording, error);

	if (err)
		return err;
	recorded->source.ops = &ops;
	recorded->request = *request;
	facts = recording_facts(recorded->recording);
	recorded->context = (struct record_context){.file = request->file, .facts = facts};
	recorded->start_ns = fact_get_u64(facts, "start_monotonic_ns", 0);
	recorded->start_realtime_ns = (int64_t)fact_get_u64(facts, "start_realtime_ns", 0);
	recorded->newest_ns = recorded->start_ns;
	recorded->unkept = fact_get_u64(facts, RECORDED_FACT_UNKEPT, 0);
	worst = fact_get(facts, RECORDED_FACT_UNKEPT_WORST);
	recorded->found_unkept = worst != NULL;
	recorded->found_unkept_critical = worst && !strcmp(worst, "critical");
	return 0;
}

int recorded_open_or_say(const struct recorded_request *request, struct recorded *recorded)
{
	struct error error = {0};

	if (!recorded_open(request, recorded, &error))
		return MESSAGE_GO_ON;
	message_failure(&error);
	return EXIT_FAILED;
}

uint64_t recorded_duration_ns(const struct recorded *recorded)
{
	return recorded->newest_ns > recorded->start_ns ? recorded->newest_ns - recorded->start_ns
							: 0;
}

/* What is known of what was found live where nothing can be seen now; NULL: nothing. */
static const struct event_gap *worst_found(const struct recorded *recorded)
{
	const struct event_gap *unread = &recording_damage(recorded->recording)->found;
	const struct event_gap *unkept = &recorded->worst_gap;

	if (*unkept->worst &&
	    (!*unread->worst || (unkept->worst_is_critical && !unread->worst_is_critical)))
		return unkept;
	return *unread->worst ? unread : NULL;
}

struct claim_span recorded_span(const struct recorded *recorded)
{
	const struct recording_damage *damage = recording_damage(recorded->recording);
	const struct event_gap *found = worst_found(recorded);
	bool found_unread = *damage->found.worst != '\0';
	struct recording_losses losses;
	enum recording_end end = recording_end(recorded->recording);
	const struct fact_list *facts = recording_facts(recorded->recording);
	const char *doubts = recorded->has_gap ? fact_get(facts, RECORDED_FACT_DOUBTS) ?: "" : "";

	recording_losses(recorded->recording, &losses);
	return (struct claim_span){
		.events = recorded->events,
		.ended = end == RECORDING_CLOSED,
		.moment = !recorded_duration_ns(recorded),
		.no_log = end == RECORDING_WITHOUT_LOG,
		.damaged = *damage->why || fact_get(facts, RECORDED_FACT_DAMAGE),
		.lost = losses.events,
		.unkept = recorded->unkept + (*doubts != '\0'),
		.found_unkept = recorded->found_unkept || found_unread,
		.found_unkept_critical = recorded->found_unkept_critical ||
					 (found_unread && damage->found.worst_is_critical),
		.found = found,
		.found_unread = found == &damage->found,
		.unreliable = strstr(doubts, "unreliable") != NULL,
		.freerunning = strstr(doubts, "freerunning") != NULL,
		.clock_off = strstr(doubts, "clock_off") != NULL,
	};
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
		.ended = recording_end(recorded->recording) == RECORDING_CLOSED,
		.no_log = recording_end(recorded->recording) == RECORDING_WITHOUT_LOG,
	};
}

int recorded_exit_code(const struct recorded *recorded, int code)
{
	const struct recording_damage *damage = recording_damage(recorded->recording);
	const struct claim_span span = recorded_span(recorded);
	struct claim claim = claim_well(&span, false);

	if (*damage->why) {
		message_error("%s is damaged: %s; all that can be read was replayed",
			      recorded->request.file, damage->why);
		return EXIT_FAILED;
	}
	if (claim.state == CLAIM_FAILS && code != EXIT_FINDING) {
		message_error("of %s it is known that not all was well in what was not kept",
			      recorded->request.file);
		return EXIT_FINDING;
	}
	if (code != EXIT_DONE || claim.state != CLAIM_UNKNOWN)
		return code;
	message_error("whether all was well is not known of %s: %s", recorded->request.file,
		      claim_why_means(claim.why));
	return EXIT_FAILED;
}
