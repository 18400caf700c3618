// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace trace: who reads the clock, what comes back, and what the page does meanwhile. */
#include <stdio.h>

#include "base/clock_now.h"
#include "feed/command.h"
#include "feed/live.h"
#include "feed/message.h"
#include "trace/trace_from.h"
#include "trace/trace_options.h"
#include "trace/trace_session.h"
#include "observe/driver_config.h"
#include "observe/cgroup.h"

/* One running trace of this machine. */
struct trace {
	const struct trace_options *options;
	struct trace_session session;
	struct live live;
	struct cgroup_names *cgroups;
	struct stop_condition until;
	char driver_hint[DRIVER_HINT_BYTES];
};

static const char *cgroup_name(uint64_t id, void *arg)
{
	struct trace *trace = arg;

	return cgroup_names_of(trace->cgroups, id);
}

static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct trace *trace = arg;

	if (event->type == EVENT_TALLY)
		cgroup_names_learn(trace->cgroups, event->who.cgroup);
	trace_session_show(&trace->session, event);
	if (note->is_watched)
		trace_session_judge(&trace->session, event);
	return !trace_session_has_enough(&trace->session);
}

/* Its start is before the page and the hooks, so that nothing they see is earlier. */
static void begin_context(struct trace_context *context)
{
	context->start_ns = clock_now_ns(CLOCK_MONOTONIC);
	context->start_realtime_ns = (int64_t)clock_now_ns(CLOCK_REALTIME);
}

static void set_context(struct trace *trace)
{
	struct trace_context *context = &trace->session.context;
	const struct live *live = &trace->live;
	const struct page_monitor *monitor = live->monitor;

	context->watched_from_ns = live->watched_from_ns;
	context->page = live->no_page.cause[0] ? NULL : page_monitor_page(monitor);
	context->device = context->page ? page_monitor_facts(monitor)->path : NULL;
	context->no_page_why = live->no_page.cause;
	context->no_page_hint = live->no_page.hint;
	context->page_period_ns =
		monitor ? page_monitor_facts(monitor)->period_ns : PAGE_MONITOR_TIMER_PERIOD_NS;
	if (live->kernel)
		context->hooks = kernel_trace_hooks(live->kernel, &context->hook_count);
	driver_hint(trace->driver_hint);
	context->driver_hint = trace->driver_hint;
	context->no_hooks_why = live->no_hooks.cause;
	context->no_hooks_hint = live->no_hooks.hint;
	context->mappers = (struct mapper_method){
		.all = mappers_facts(live->mappers)->all,
		.why_not = mappers_facts(live->mappers)->why_not.cause,
	};
	context->request = trace->options->request;
}

static int show_end(struct trace *trace)
{
	struct trace_session *session = &trace->session;
	struct trace_result result = {
		.duration_ns = clock_now_ns(CLOCK_MONOTONIC) - session->context.watched_from_ns,
		.mapper_counts = mappers_counts(trace->live.mappers),
		.page = judge_page(session->judge)->is_sampled
				? page_monitor_page(trace->live.monitor)
				: NULL,
	};

	return trace_session_end(session, &result);
}

static int trace_with(struct trace *trace)
{
	const struct live_request request = {
		/* Its own reads through the kernel would be shown: so it makes none. */
		.monitor = {.device = trace->options->device,
			    .timer_only = true,
			    .without_phc = true,
			    .without_references = trace->options->request.all_phcs},
		.hooks = trace_options_of_kernel(trace->options),
		.strict = trace->options->strict,
		.quiet = trace->options->json,
	};

	trace->cgroups = cgroup_names_new();
	if (!trace->cgroups || trace_session_open(&trace->session))
		return EXIT_FAILED;
	begin_context(&trace->session.context);
	if (live_open(&trace->live, &request))
		return EXIT_FAILED;
	live_drop_privileges(&trace->live);
	if (live_start(&trace->live))
		return EXIT_FAILED;
	set_context(trace);
	if (trace->options->duration_ns)
		stop_condition_limit(&trace->until, (uint64_t)trace->options->duration_ns);
	trace_session_begin(&trace->session);
	source_run(&trace->live.source, &trace->until, stdout, on_event, trace);
	return show_end(trace);
}

static int trace_live(const struct trace_options *options)
{
	struct trace trace = {
		.options = options,
		.session = {.view = options->json ? &trace_view_json : &trace_view_text,
			    .count = options->count,
			    .source = &trace.live.source,
			    .cgroup_name = cgroup_name,
			    .arg = &trace},
	};
	int code;

	stop_condition_open(&trace.until);
	code = trace_with(&trace);
	live_close(&trace.live);
	trace_session_close(&trace.session);
	cgroup_names_free(trace.cgroups);
	stop_condition_close(&trace.until);
	return code;
}

static int trace_run(int argc, char **argv)
{
	struct trace_options options = {0};
	int code = options_parse(&cmd_trace, argc, argv, &options);

	if (code == MESSAGE_GO_ON)
		code = trace_options_settle(&options);
	if (code != MESSAGE_GO_ON)
		return code;
	return options.from.file ? trace_from(&options, stdout) : trace_live(&options);
}

static const struct command_exit exits[] = {
	{EXIT_DONE, EXIT_DONE_VERDICT},
	{EXIT_FAILED, "there is neither a page to watch nor a kernel to hook; or a page that was "
		      "named cannot be opened; or the output cannot be written; with --strict, a "
		      "page or a hook is missing; with --from, the file is not a recording, or is "
		      "damaged; or " EXIT_FAILED_VERDICT},
	{EXIT_FINDING, EXIT_FINDING_VERDICT,
	 "Such as a disruption, a step of the host's clock, or a driver that returned "
	 "something else than a stable page says at the same counter value: see "
	 "FINDINGS in *vmclock-trace-watch*(1)."},
	{0},
};

const struct command cmd_trace = {
	.name = "trace",
	.summary = "show who reads the clock, what comes back, and disruptions as they happen",
	.usage = "[options]",
	.about = "Counts, in the kernel, who reads a vmclock, by which call, with which result "
		 "and how fast; and watches its page. Shown as they happen are what fails or is "
		 "slow, who maps the page, who moves the system clock, updates of the page, and "
		 "what is found (a disruption, a step of the host's clock ...); the counts, at "
		 "the end. Ends with Ctrl-C.\n\n"
		 "Needs root for the kernel's hooks. Without, it watches the page alone, and "
		 "says so.",
	.options = trace_option_table,
	.exits = exits,
	.examples =
		"sudo vmclock-trace trace                            # who reads it, until Ctrl-C\n"
		"sudo vmclock-trace trace --calls -d 1m -c chronyd   # each call of chronyd\n"
		"sudo vmclock-trace trace --json -d 10s | jq 'select(.type == \"disruption\")'\n"
		"vmclock-trace trace --from clock.sqlite --events    # as it was seen then\n",
	.run = trace_run,
};
