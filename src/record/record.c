// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace record: all that `trace` sees, kept in a file for afterwards. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "record/record_session.h"
#include "feed/message.h"
#include "feed/simulated.h"
#include "observe/privileges.h"
#include "record/record_live.h"
#include "record/record_options.h"
#include "record/record_place.h"
#include "record/record_summary.h"
#include "version.h"

static void scenario_facts(const struct record_options *options, const struct scenario *scenario,
			   struct fact_list *facts)
{
	const char *name = strrchr(options->scenario, '/');

	fact_set(facts, "tool", "vmclock-trace %s", VERSION);
	fact_set(facts, "host", "scenario %s", name ? name + 1 : options->scenario);
	fact_set(facts, "page", "simulated");
	fact_set(facts, "start_monotonic_ns", "%lld", SCENARIO_MONOTONIC_START_NS);
	fact_set(facts, "start_realtime_ns", "%lld",
		 (long long)scenario->frame.start_utc_sec * NSEC_PER_SEC);
	record_bounds_facts(options, facts);
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	(void)note;
	record_session_event(arg, event);
	return true;
}

/* A scenario in virtual time: a recording of what no machine can be made to do on command. */
static int record_scenario(const struct record_options *options,
			   const struct recorder_options *live, struct record_session *session)
{
	struct recorder_options store = *live;
	struct simulated simulated = {0};
	struct fact_list facts = {0};
	const struct record_context context = {.file = store.path, .facts = &facts};
	struct error error = {0};
	int code = EXIT_FAILED, err = simulated_open(options->scenario, &simulated, &error);

	store.may_wait = true;
	if (!err) {
		scenario_facts(options, &simulated.scenario, &facts);
		err = record_session_open(session, &store, &facts, SCENARIO_MONOTONIC_START_NS,
					  &error);
	}
	if (err) {
		message_failure(&error);
	} else {
		session->view->begin(stdout, &context);
		source_run(&simulated.source, NULL, stdout, on_event, session);
		code = record_end(session, &context, session->newest_ns - session->start_ns, false,
				  stdout);
	}
	simulated_close(&simulated);
	return code;
}

/* The thread that writes only writes. */
static int writer_begins(void)
{
	return privileges_drop(false);
}

/* In the place that was asked for, once there is room. */
static int record_to(const struct record_options *options, struct record_session *session)
{
	struct record_place place;
	struct recorder_options store = {
		.thread_begins = writer_begins,
		.path = place.path,
		.max_bytes = options->max_bytes,
		.max_age_ns = (uint64_t)options->max_age_ns,
		.ring_ns = (uint64_t)options->ring_ns,
		.tidy = record_place_tidy,
		.arg = &place,
	};
	struct error error = {0};
	int code = EXIT_FAILED;

	if (record_place_open(&place, options->where, store.max_bytes, store.max_age_ns,
			      store.ring_ns, &error)) {
		message_failure(&error);
	} else {
		record_place_tidy(0, store.removed, &place);
		code = options->scenario ? record_scenario(options, &store, session)
					 : record_live(options, &store, session);
	}
	/* Its thread uses the place. */
	record_session_close(session);
	record_place_close(&place);
	return code;
}

static int record_run(int argc, char **argv)
{
	struct record_options options = {0};
	struct record_session session = {0};
	int code = options_parse(&cmd_record, argc, argv, &options);

	if (code == MESSAGE_GO_ON)
		code = record_options_settle(&options);
	if (code != MESSAGE_GO_ON)
		return code;
	/* A limit on file sizes is a full disk: said, counted, survived. */
	signal(SIGXFSZ, SIG_IGN);
	session.view = options.json ? &record_view_json : &record_view_text;
	session.wants_journal = options.journal;
	session.is_in_journal = !options.scenario && !options.json && journal_is_output();
	session.ring = (struct record_session_ring){
		.ring_ns = (uint64_t)options.ring_ns,
		.before_ns = (uint64_t)options.before_ns,
		.after_ns = (uint64_t)options.after_ns,
		.on = options.on,
	};
	code = record_to(&options, &session);
	return message_output(code);
}

static const struct command_exit exits[] = {
	{EXIT_DONE, "recorded, and in what was kept nothing was found but findings of severity "
		    "info"},
	{EXIT_FAILED,
	 "there is nothing to record, FILE cannot be made, or it could not be written "
	 "when it ended, or was moved meanwhile; or " EXIT_FAILED_VERDICT
	 ". Ended by SIGTERM, as a service is, that is said as well, and the exit "
	 "status is 0",
	 "A disk that was in trouble and no more is does not count here: what was lost "
	 "meanwhile stands in the file and in the summary, as *events_lost* and *trouble* "
	 "with *--json*, so that a service that is stopped later has not failed."},
	{EXIT_FINDING, EXIT_FINDING_VERDICT},
	{0},
};

const struct command cmd_record = {
	.name = "record",
	.summary = "keep all that happens to the clock in a file, for report and replay",
	.usage = "[options] [FILE|DIRECTORY]",
	.about = "Keeps all that trace sees in FILE, an SQLite database that report and replay "
		 "read: samples of the page, who used the clock how often, slow and failed uses, "
		 "who set the system clock, what was found, what was lost. During an incident "
		 "each read is kept, up to 1000 a second of a process. Without FILE, and in a "
		 "DIRECTORY, the name is vmclock-TIME.sqlite. A file is never written over. Ends "
		 "with Ctrl-C.\n\n"
		 "With --ring it is a flight recorder: all of the last minutes, in bounded "
		 "space, and what is around a finding is kept for good.\n\n"
		 "Needs root for the kernel's hooks. Without, it records the page alone, and "
		 "says so.",
	.options = record_option_table,
	.exits = exits,
	.examples =
		"sudo vmclock-trace record\n"
		"sudo vmclock-trace record --max-size 1G --max-age 30d /var/lib/clock.sqlite\n"
		"sudo vmclock-trace record --ring 10m --on critical /var/lib/vmclock-trace\n"
		"vmclock-trace record --scenario tests/scenarios/migrate.scenario story.sqlite\n",
	.run = record_run,
};
