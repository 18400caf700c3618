// SPDX-License-Identifier: GPL-2.0-or-later
/* The live view of this machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock_now.h"
#include "base/text.h"
#include "feed/file_page.h"
#include "feed/live.h"
#include "feed/message.h"
#include "observe/driver_config.h"
#include "top/top_options.h"
#include "top/top_session.h"

/* More reads than this in an incident say no more to who looks at a screen. */
#define EVENTS_A_SECOND 2000

#define SUBJECT_BYTES 512

struct top_run {
	const struct top_options *options;
	struct live live;
	struct top_model *model;
	struct top_session session;
	struct stop_condition until;
	char subject[SUBJECT_BYTES];
	char unseen[TOP_UNSEEN_BYTES];
	struct top_state frozen; /* what is shown while it is paused */
};

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct top_run *run = arg;

	top_model_event(run->model, event, note->is_watched);
	run->session.has_news |= !run->session.picture.is_paused;
	return true;
}

static void on_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct top_run *run = arg;

	(void)incident;
	source_incident(&run->live.source, news);
}

static bool is_of_file(const struct live *live)
{
	return live->monitor && !page_monitor_facts(live->monitor)->is_device;
}

/* The page of a file may be of another machine: it is held against CLOCK_REALTIME here. */
static struct claim claim_of_here(const struct top_run *run)
{
	if (!is_of_file(&run->live))
		return claim_seen(true);
	return run->options->monitor.foreign ? claim_unknown(CLAIM_NOT_COMPARED)
					     : file_page_claim(&top_model_page(run->model)->page);
}

static const struct top_state *state_now(struct top_run *run)
{
	const struct page_monitor *monitor = run->live.monitor;
	const struct top_context context = {
		.now_ns = clock_now_ns(CLOCK_MONOTONIC),
		.clocks = monitor && page_monitor_facts(monitor)->is_device &&
			  page_monitor_facts(monitor)->clock_period_ns,
		.elsewhere = claim_of_here(run),
	};

	return top_model_state(run->model, &context);
}

/* Paused is what is shown, not what is watched. */
static void pause_or_go_on(struct top_run *run)
{
	struct top_picture *picture = &run->session.picture;

	picture->is_paused = !picture->is_paused;
	if (picture->is_paused)
		run->frozen = *state_now(run);
}

static void show(struct top_run *run)
{
	struct top_session *session = &run->session;
	int key;

	while ((key = top_session_key(session)) != ERR) {
		if (key == 'p' || key == ' ')
			pause_or_go_on(run);
	}
	if (session->is_over || !top_session_is_due(session))
		return;
	session->picture.state = session->picture.is_paused ? &run->frozen : state_now(run);
	top_session_draw(session);
}

static int watch(struct top_run *run)
{
	struct source *source = &run->live.source;
	enum stop_condition_news news = STOP_CONDITION_READY;
	struct pollfd terminal = {.fd = top_terminal_fd(run->session.terminal), .events = POLLIN};

	source_begin(source, &run->until, on_event, run);
	run->session.has_news = run->session.is_urgent = true;
	for (; news == STOP_CONDITION_READY; news = source_next(source, &terminal)) {
		show(run);
		if (run->session.is_over)
			break;
	}
	/* Hooks take a while to detach: who has asked for an end has the terminal back at once. */
	top_session_close(&run->session);
	source_end(source);
	return news == STOP_CONDITION_FAILED ? EXIT_FAILED : EXIT_DONE;
}

/* Of the hooks, what is missing for good, and whether any waits for the driver. */
static bool say_missing(const struct live *live, char *out, size_t bytes)
{
	size_t count = 0, missing = 0, awaited = 0;
	const struct hook *hooks = kernel_trace_hooks(live->kernel, &count), *first = NULL;

	for (size_t i = 0; i < count; i++) {
		awaited += hooks[i].awaited;
		if (!hook_is_missing(&hooks[i]) || hooks[i].awaited)
			continue;
		first = first ?: &hooks[i];
		missing++;
	}
	if (awaited) {
		char hint[DRIVER_HINT_BYTES];

		driver_hint(hint);
		snprintf(out, bytes, "the driver is not loaded; %s", hint);
	} else if (missing > 1) {
		snprintf(out, bytes, "%s, and what %zu other missing hooks show", first->tells,
			 missing - 1);
	} else if (missing) {
		snprintf(out, bytes, "%s", first->tells);
	}
	return awaited;
}

/* Are uses of the clock seen? What is not, and why, is in @out. */
static bool say_unseen(const struct top_run *run, char *out, size_t bytes)
{
	const struct live *live = &run->live;

	*out = 0;
	if (live->kernel)
		return !say_missing(live, out, bytes);
	if (live->request.page_only)
		snprintf(out, bytes, "no hooks in the kernel were asked for (--without-bpf)");
	else
		snprintf(out, bytes, "no BPF: %s%s%s", live->no_hooks.cause,
			 *live->no_hooks.hint ? "; hint: " : "", live->no_hooks.hint);
	return false;
}

static void set_subject(struct top_run *run)
{
	const struct page_monitor *monitor = run->live.monitor;
	const char *path = monitor ? page_monitor_facts(monitor)->path : NULL;
	char shown[SUBJECT_BYTES - 32];

	if (!path) {
		snprintf(run->subject, sizeof(run->subject), "no page");
		return;
	}
	text_display(path, strnlen(path, 256), shown, sizeof(shown));
	snprintf(run->subject, sizeof(run->subject), "%s%s", shown,
		 is_of_file(&run->live) ? " (a plain file)" : "");
	run->session.picture.subject = run->subject;
}

static int open_model(struct top_run *run)
{
	const struct top_start start = {
		.start_ns = clock_now_ns(CLOCK_MONOTONIC),
		.start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME),
		.own_pid = (uint32_t)getpid(),
		.uses_are_seen = say_unseen(run, run->unseen, sizeof(run->unseen)),
		.unseen = run->unseen,
		.incident = on_incident,
		.arg = run,
	};

	run->model = top_model_new(&start);
	return run->model ? EXIT_DONE : message_no_memory();
}

static int run_live(struct top_run *run)
{
	const struct live_request request = {
		.monitor = run->options->monitor,
		.page_only = run->options->without_bpf,
		.hooks = {.rate = EVENTS_A_SECOND,
			  .wait_for_driver = true,
			  .btf = run->options->btf},
		.quiet = true,
	};
	int code;

	if (live_open(&run->live, &request))
		return EXIT_FAILED;
	live_drop_privileges(&run->live);
	if (live_start(&run->live))
		return EXIT_FAILED;
	code = open_model(run);
	if (code != EXIT_DONE)
		return code;
	run->session.picture.subject = run->subject;
	set_subject(run);
	/* The last thing that can go wrong: until here messages are lines. */
	code = top_session_open(&run->session, run->options->colour);
	return code == EXIT_DONE ? watch(run) : code;
}

int top_live(const struct top_options *options)
{
	struct top_run *run = calloc(1, sizeof(*run));
	int code;

	if (!run)
		return message_no_memory();
	run->options = options;
	stop_condition_open(&run->until);
	code = run_live(run);
	top_session_close(&run->session);
	live_close(&run->live);
	top_model_free(run->model);
	stop_condition_close(&run->until);
	free(run);
	return code;
}
