// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace replay: a recording through the same detector, at any speed. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock_now.h"
#include "base/instant.h"
#include "base/parse.h"
#include "cmd/message.h"
#include "cmd/until.h"
#include "judge/detector.h"
#include "judge/incident.h"
#include "render/finding_json.h"
#include "render/json_add.h"
#include "render/record_view.h"
#include "store/recording.h"

#define SPEED_REAL NSEC_PER_SEC

struct replay_options {
	const char *file;
	int64_t speed; /* billionths of real time; 0: do not wait */
	bool json;
};

struct replay {
	const struct record_view *view;
	struct recording *recording;
	struct detector *detector;
	struct incidents *incidents;
	struct until until;
	uint64_t start_ns;
	uint64_t newest_ns;
	bool alarming;
	struct replay_result result;
};

/* Against the line that was kept when it was found. */
static void compare(struct replay *replay, const struct finding *finding)
{
	const char *live = recording_finding(replay->recording, finding->number);
	json_object *json = finding_json(finding);

	if (!live)
		replay->result.missing++;
	else if (strcmp(live, json_line(json)))
		replay->result.different++;
	else
		replay->result.same++;
	json_object_put(json);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct replay *replay = arg;

	replay->alarming |= finding->severity >= FINDING_WARNING;
	compare(replay, finding);
	replay->view->finding(stdout, replay->start_ns, finding);
	incidents_finding(replay->incidents, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct replay *replay = arg;

	if (news == INCIDENT_CLOSED)
		replay->view->incident(stdout, replay->start_ns, incident);
}

/* Wait until @event is due; false where a signal came first. */
static bool wait_for(struct replay *replay, int64_t speed, uint64_t begun_ns,
		     const struct event *event)
{
	struct pollfd none[1];
	uint64_t since_ns =
		event->time_ns > replay->start_ns ? event->time_ns - replay->start_ns : 0;
	unsigned __int128 due_ns =
		(unsigned __int128)since_ns * SPEED_REAL / (uint64_t)speed + begun_ns;
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);

	if (due_ns <= now_ns)
		return true;
	fflush(stdout);
	until_limit(&replay->until, (uint64_t)due_ns - now_ns);
	return until_wait(&replay->until, none, 1) != UNTIL_SIGNAL;
}

static void run(struct replay *replay, int64_t speed)
{
	uint64_t begun_ns = clock_now_ns(CLOCK_MONOTONIC);
	const struct recording_gap *gap;
	struct event event;

	while (recording_next(replay->recording, &event) && !ferror(stdout)) {
		if (speed && !wait_for(replay, speed, begun_ns, &event))
			break;
		replay->result.events++;
		gap = recording_gap(replay->recording);
		if (gap->events) {
			incidents_forget(replay->incidents, gap->incident);
			detector_forget(replay->detector, gap->finding);
		}
		replay->newest_ns = event.time_ns;
		detector_event(replay->detector, &event);
		incidents_event(replay->incidents, &event);
	}
	incidents_finish(replay->incidents);
}

/* What keeps the findings from being the same: then they are not compared. */
static const char *why_not_compared(struct replay *replay)
{
	const struct fact_list *facts = recording_facts(replay->recording);
	struct recording_losses losses;

	recording_losses(replay->recording, &losses);
	if (replay->until.signal)
		return "it was interrupted";
	if (*recording_damage(replay->recording)->why)
		return "the recording is damaged";
	if (fact_get_u64(facts, "events_cut", 0))
		return fact_get(facts, "ring")
			       ? "between the windows events were let go, as was asked for"
			       : "the oldest events made room for later ones";
	if (losses.events)
		return "the recording has lost events";
	return NULL;
}

static int end(struct replay *replay, const struct record_scene *scene)
{
	const struct recording_damage *damage = recording_damage(replay->recording);
	struct replay_result *result = &replay->result;
	uint64_t kept = recording_findings(replay->recording);

	result->duration_ns = replay->newest_ns - replay->start_ns;
	result->counts = detector_counts(replay->detector);
	result->why_not_compared = why_not_compared(replay);
	if (kept > result->same + result->different)
		result->missing += kept - result->same - result->different;
	replay->view->replay_end(stdout, scene, result);
	if (*damage->why) {
		message_error("%s is damaged: %s; all that can be read was replayed", scene->file,
			      damage->why);
		return EXIT_FAILED;
	}
	if (!result->why_not_compared && (result->different || result->missing))
		return EXIT_FAILED;
	return replay->alarming ? EXIT_FINDING : EXIT_DONE;
}

static int replay_with(struct replay *replay, const struct replay_options *options)
{
	struct record_scene scene = {.file = options->file};
	struct error error = {0};

	if (recording_open(options->file, &replay->recording, &error)) {
		message_failure(&error);
		return EXIT_FAILED;
	}
	replay->detector = detector_new(NULL, on_finding, replay);
	replay->incidents = incidents_new(NULL, on_incident, replay);
	if (!replay->detector || !replay->incidents) {
		message_error("there is no memory left");
		return EXIT_FAILED;
	}
	scene.facts = recording_facts(replay->recording);
	replay->start_ns = fact_get_u64(scene.facts, "start_monotonic_ns", 0);
	replay->newest_ns = replay->start_ns;
	replay->view->replay_begin(stdout, &scene);
	run(replay, options->speed);
	return end(replay, &scene);
}

/* A number with a fraction, in billionths, as a duration in seconds is in nanoseconds. */
static int parse_speed(const char *text, int64_t *speed)
{
	size_t length = strlen(text);

	if (!length || text[length - 1] < '0' || text[length - 1] > '9' ||
	    parse_duration_ns(text, speed) || *speed < SPEED_REAL / 1000)
		return message_bad_argument("--speed", text,
					    "a number from 0.001, such as 1 or 60");
	return MESSAGE_GO_ON;
}

static int parse_options(int argc, char **argv, struct replay_options *options)
{
	static const struct option table[] = {
		{"speed", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, code = MESSAGE_GO_ON;

	while (code == MESSAGE_GO_ON &&
	       (option = getopt_long(argc, argv, "jh", table, NULL)) != -1) {
		if (option == 's')
			code = parse_speed(optarg, &options->speed);
		else if (option == 'j')
			options->json = true;
		else if (option == 'h')
			return message_help(&cmd_replay);
		else
			return message_see_help(&cmd_replay);
	}
	if (code != MESSAGE_GO_ON)
		return code;
	if (optind + 1 < argc)
		return message_unexpected(&cmd_replay, argv[optind + 1]);
	if (optind == argc) {
		message_error("which recording is to be replayed?");
		return message_see_help(&cmd_replay);
	}
	options->file = argv[optind];
	return MESSAGE_GO_ON;
}

static int replay_run(int argc, char **argv)
{
	struct replay_options options = {0};
	struct replay replay = {0};
	int code = parse_options(argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	replay.view = options.json ? &record_view_json : &record_view_text;
	until_open(&replay.until);
	code = replay_with(&replay, &options);
	until_close(&replay.until);
	recording_close(replay.recording);
	detector_free(replay.detector);
	incidents_free(replay.incidents);
	if (fflush(stdout) || ferror(stdout)) {
		message_error("the output could not be written");
		return EXIT_FAILED;
	}
	return code;
}

static const char help[] =
	"usage: vmclock-trace replay [options] FILE\n"
	"\n"
	"Gives the events of a recording to the detector that was there when they happened, and "
	"shows\n"
	"what it finds. At the end it says whether that is, byte for byte, what was found live.\n"
	"\n"
	"      --speed X  as many times faster than it happened; default: do not wait\n"
	"  -j, --json     one JSON object a line, schema vmclock-trace/replay/1\n"
	"  -h, --help     show this\n"
	"\n"
	"exit status: 0 nothing found, or only news (severity info)\n"
	"             1 FILE is no recording, is damaged, or gives other findings than were seen\n"
	"             live; 2 usage\n"
	"             3 a finding of severity warning or critical, as it was seen live\n"
	"\n"
	"examples:\n"
	"  vmclock-trace replay clock.sqlite\n"
	"  vmclock-trace replay --speed 1 clock.sqlite\n"
	"  vmclock-trace replay --json clock.sqlite | jq 'select(.type == \"finding\").text'\n";

const struct command cmd_replay = {
	.name = "replay",
	.summary = "judge a recording again, and compare with what was found live",
	.help = help,
	.run = replay_run,
};
