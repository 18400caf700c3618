// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace replay: a recording through the same detector, at any speed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "feed/message.h"
#include "feed/options.h"
#include "feed/recorded.h"
#include "judge/judge.h"
#include "show/finding_json.h"
#include "record/record_view.h"
#include "show/json_add.h"
#include "show/json_table.h"
#include "version.h"

struct replay_options {
	struct recorded_request request;
	bool json;
};

struct replay {
	const struct record_view *view;
	struct recorded recorded;
	struct judge *judge;
	struct stop_condition until;
	enum finding_severity worst; /* outcome_worse() of what was found */
	struct replay_result result;
};

/* Once it was always the page by which a clock was wrong. */
static void add_witness(json_object *kept)
{
	const char *kind = json_object_get_string(json_object_object_get(kept, "kind"));
	json_object *detail = json_object_object_get(kept, "detail");

	if (kind && !strcmp(kind, "wrong_bound") && json_object_is_type(detail, json_type_object) &&
	    !json_object_object_get_ex(detail, "witness", NULL))
		json_object_object_add(detail, "witness", NULL);
}

/* A kept finding as this version writes it: without its text and digits, its device by path. */
static void modernize(json_object *kept)
{
	json_object *device = json_object_object_get(kept, "device");
	char path[32];

	json_object_object_del(kept, "text");
	json_take_digits(kept);
	add_witness(kept);
	if (!json_object_is_type(device, json_type_int))
		return;
	snprintf(path, sizeof(path), "/dev/vmclock%d", json_object_get_int(device));
	json_object_object_add(kept, "device", json_object_new_string(path));
}

/* Another version may say the same in other words: then all but the text counts. */
static bool same_as_live(const struct replay *replay, const char *live, json_object *json)
{
	const char *tool = fact_get(recording_facts(replay->recorded.recording), "tool");
	json_object *kept;
	bool same;

	if (strcmp(live, json_line(json)) == 0)
		return true;
	if (!tool || strcmp(tool, "vmclock-trace " VERSION) == 0)
		return false;
	kept = json_tokener_parse(live);
	if (json_object_is_type(kept, json_type_object))
		modernize(kept);
	json_object_object_del(json, "text");
	json_take_digits(json);
	same = json_object_equal(kept, json);
	json_object_put(kept);
	return same;
}

/* Against the line that was kept when it was found. */
static void compare(struct replay *replay, const struct finding *finding)
{
	const char *live = recording_finding(replay->recorded.recording, finding->number);
	json_object *json = finding_json(finding);

	if (!live)
		replay->result.missing++;
	else if (same_as_live(replay, live, json))
		replay->result.same++;
	else
		replay->result.different++;
	json_object_put(json);
}

static void on_finding(const struct finding *finding, void *arg)
{
	struct replay *replay = arg;

	replay->worst = outcome_worse(replay->worst, finding);
	compare(replay, finding);
	replay->view->finding(stdout, replay->recorded.start_ns, finding);
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct replay *replay = arg;

	if (news == INCIDENT_CLOSED)
		replay->view->incident(stdout, replay->recorded.start_ns, incident);
}

static const struct judge_handlers handlers = {.finding = on_finding, .incident = on_incident};

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct replay *replay = arg;

	if (note->gap)
		judge_resume(replay->judge, note->gap);
	judge_event(replay->judge, event);
	return true;
}

/* What keeps the findings from being the same: then they are not compared. */
static const char *why_not_compared(struct replay *replay)
{
	const struct fact_list *facts = recording_facts(replay->recorded.recording);
	struct recording_losses losses;

	recording_losses(replay->recorded.recording, &losses);
	if (replay->until.signal)
		return "it was interrupted";
	if (*recording_damage(replay->recorded.recording)->why)
		return "the recording is damaged";
	if (!replay->recorded.events)
		return "the recording holds no events";
	if (fact_get_u64(facts, "events_cut", 0))
		return fact_get(facts, "ring")
			       ? "between the windows events were discarded, as requested"
			       : "the oldest events made room for later ones";
	if (losses.events)
		return "the recording has lost events";
	return NULL;
}

static int end(struct replay *replay, const struct record_context *context)
{
	struct replay_result *result = &replay->result;
	const struct claim_span span = recorded_span(&replay->recorded);
	uint64_t kept = recording_findings(replay->recorded.recording);
	int code;

	result->duration_ns = recorded_duration_ns(&replay->recorded);
	result->events = replay->recorded.events;
	result->counts = judge_counts(replay->judge);
	result->outcome = outcome_of(replay->judge, replay->worst, &span);
	result->why_not_compared = why_not_compared(replay);
	result->ended = recording_end(replay->recorded.recording) == RECORDING_CLOSED;
	if (kept > result->same + result->different)
		result->missing += kept - result->same - result->different;
	replay->view->replay_end(stdout, context, result);
	code = message_verdict(replay->worst, replay->judge, &span);
	if (!result->why_not_compared && (result->different || result->missing))
		code = EXIT_FAILED;
	return recorded_exit_code(&replay->recorded, code);
}

static int replay_with(struct replay *replay, const struct replay_options *options)
{
	struct record_context context = {.file = options->request.file};
	struct source *source = &replay->recorded.source;
	int code = recorded_open_or_say(&options->request, &replay->recorded);

	if (code != MESSAGE_GO_ON)
		return code;
	replay->judge = judge_new(&handlers, replay);
	if (!replay->judge)
		return message_no_memory();
	context.facts = recording_facts(replay->recorded.recording);
	replay->view->replay_begin(stdout, &context);
	source_run(source, &replay->until, stdout, on_event, replay);
	judge_finish(replay->judge);
	return end(replay, &context);
}

static int replay_run(int argc, char **argv)
{
	struct replay_options options = {
		.request = {.is_quiet = isatty(STDOUT_FILENO), .is_last = true}};
	struct replay replay = {0};
	int code = options_parse(&cmd_replay, argc, argv, &options);

	if (code != MESSAGE_GO_ON)
		return code;
	replay.view = options.json ? &record_view_json : &record_view_text;
	stop_condition_open(&replay.until);
	code = replay_with(&replay, &options);
	stop_condition_close(&replay.until);
	recorded_close(&replay.recorded);
	judge_free(replay.judge);
	return message_output(code);
}

static const struct command_option options[] = {
	{RECORDED_SPEED(struct replay_options, request)},
	{OPTION_COLOUR},
	{OPTION_JSON(struct replay_options, json,
		     "one JSON object a line, schema vmclock-trace/replay/2")},
	{OPTION_SCHEMA(&replay_schema)},
	{.argument = "FILE", OPTION_FILE(struct replay_options, request.file), .required = true},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, EXIT_DONE_VERDICT},
	{EXIT_FAILED,
	 "the file is not a recording, is damaged, was not closed (and nothing was "
	 "found in it), or gives other findings than were seen live; or " EXIT_FAILED_VERDICT},
	{EXIT_FINDING, EXIT_FINDING_VERDICT, "Judged as it was live."},
	{0},
};

const struct command cmd_replay = {
	.name = "replay",
	.confinement = COMMAND_CONFINED_AT_START,
	.summary = "judge a recording again, and compare with what was found live",
	.usage = "[options] FILE",
	.about = "Gives the events of a recording to the detector that was there when they "
		 "happened, and shows what it finds. At the end it says whether that is, byte "
		 "for byte, what was found live. To see all that was seen: vmclock-trace trace "
		 "--from FILE, and watch --from FILE.",
	.options = options,
	.exits = exits,
	.examples =
		"vmclock-trace replay clock.sqlite\n"
		"vmclock-trace replay --speed 1 clock.sqlite\n"
		"vmclock-trace replay --json clock.sqlite | jq 'select(.type == \"finding\")'\n",
	.run = replay_run,
};
