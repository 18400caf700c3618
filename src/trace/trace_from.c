// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_from.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "feed/message.h"
#include "feed/recorded.h"
#include "trace/trace_session.h"
#include "observe/kernel_hooks.h"

#define HOOK_FACT "hook "

#define SHOWN_BYTES TEXT_DISPLAY_BYTES(FACT_VALUE_BYTES)

/*
 * The context, from the facts of the recording. They are hostile: what views print unchanged was
 * sanitized.
 */
struct from_context {
	char device[RECORDED_DEVICE_BYTES];
	char no_page_why[SHOWN_BYTES];
	char no_hooks_why[SHOWN_BYTES];
	char no_mappers_why[SHOWN_BYTES];
	struct page first_page;
	struct hook hook[FACTS];
	char function[FACTS][TEXT_DISPLAY_BYTES(FACT_NAME_BYTES)];
	size_t hooks;
};

struct from {
	const struct trace_options *options;
	struct trace_session session;
	struct recorded recorded;
	struct from_context context;
	struct stop_condition until;
	struct {
		uint64_t id;
		bool wanted;
	} cgroup;	 /* the one that was asked about last; id 0: none was */
	bool has_cgroup; /* a process was in the wanted one */
};

static const char *cgroup_name(uint64_t id, void *arg)
{
	struct from *from = arg;
	const char *name = recording_cgroup(from->recorded.recording, id);

	return *name ? name : NULL;
}

/*
 * Is @path that of @below, or of one in it? Both from the root of the hierarchy, as it is mounted
 * or not.
 */
static bool is_in_cgroup(const char *path, const char *below)
{
	static const char mount[] = "/sys/fs/cgroup";
	size_t length;

	if (!strncmp(below, mount, strlen(mount)))
		below += strlen(mount);
	below += strspn(below, "/");
	path += strspn(path, "/");
	length = strlen(below);
	while (length && below[length - 1] == '/')
		length--;
	return !length || (!strncmp(path, below, length) && (!path[length] || path[length] == '/'));
}

static bool is_wanted_cgroup(struct from *from, uint64_t id)
{
	if (id != from->cgroup.id) {
		from->cgroup.id = id;
		from->cgroup.wanted = is_in_cgroup(recording_cgroup(from->recorded.recording, id),
						   from->options->request.cgroup);
	}
	from->has_cgroup |= id && from->cgroup.wanted;
	return id && from->cgroup.wanted;
}

/* As the kernel's filter does it. */
static bool is_wanted_reader(struct from *from, const struct event_reader *who)
{
	const struct trace_request *request = &from->options->request;

	if (request->cgroup && !is_wanted_cgroup(from, who->cgroup))
		return false;
	if (request->pid && who->pid != request->pid)
		return false;
	return !request->comm || !strncmp(who->comm, request->comm, EVENT_COMM_BYTES - 1);
}

/* The same: what was not measured is not known to be slow. */
static bool is_wanted_use(const struct trace_request *request, const struct event *event)
{
	if (!request->every_event)
		return true;
	if (request->errors_only && event->result >= 0)
		return false;
	if (request->slower_than_ns &&
	    (event->latency_is_bound || event->latency_ns <= request->slower_than_ns))
		return false;
	return !request->paths || request->paths >> event->path & 1;
}

static bool is_call_to_phc(const struct event *event)
{
	return event->type == EVENT_CALL && event->path <= PATH_IOCTL_OTHER;
}

static bool is_shown(struct from *from, const struct event *event)
{
	switch (event->type) {
	case EVENT_READ:
	case EVENT_CALL:
		return is_wanted_reader(from, &event->who) &&
		       is_wanted_use(&from->options->request, event) &&
		       (from->options->request.calls || !is_call_to_phc(event));
	case EVENT_TALLY:
		return is_wanted_reader(from, &event->who);
	case EVENT_LATENCY:
	case EVENT_FAILURES:
		return !from->session.context.of_some_readers;
	default:
		return true;
	}
}

/* The kernel reports reads within a call like other reads, unless calls are asked for. */
static void show(struct from *from, const struct event *event)
{
	struct event alone;

	if (event->type != EVENT_READ || from->options->request.calls) {
		trace_session_show(&from->session, event);
		return;
	}
	alone = *event;
	alone.call_id = 0;
	trace_session_show(&from->session, &alone);
}

/* What is asked for says what is shown and counted; judged is all, as it was then. */
static bool on_event(const struct event *event, const struct source_note *note, void *arg)
{
	struct from *from = arg;

	if (note->gap)
		trace_session_resume(&from->session, note->gap);
	from->session.context.hooks_changed |= event->type == EVENT_HOOKS;
	if (is_shown(from, event))
		show(from, event);
	trace_session_judge(&from->session, event);
	return !trace_session_has_enough(&from->session);
}

/* @text fit to show; NULL for NULL. */
static const char *fit(const char *text, char out[SHOWN_BYTES])
{
	if (!text)
		return NULL;
	text_display(text, strnlen(text, FACT_VALUE_BYTES), out, SHOWN_BYTES);
	return out;
}

/* What comes behind @begin in a fact; NULL: it begins otherwise, or there is none. */
static const char *fact_behind(const struct fact_list *facts, const char *name, const char *begin)
{
	const char *value = fact_get(facts, name);

	return value && !strncmp(value, begin, strlen(begin)) ? value + strlen(begin) : NULL;
}

/* "fentry", "kprobe: WHY", "absent: WHY" or "not needed: WHY" */
static void add_hook(struct from_context *context, const struct fact *fact)
{
	const char *function = fact->name + strlen(HOOK_FACT), *why = strstr(fact->value, ": ");
	struct hook *hook = &context->hook[context->hooks];
	char *name = context->function[context->hooks++];

	text_display(function, strlen(function), name, sizeof(context->function[0]));
	*hook = (struct hook){
		.function = name,
		.tells = kernel_hook_tells(function) ?: "what that function does",
		.attach_type = !strncmp(fact->value, "fentry", 6)   ? HOOK_FENTRY
			       : !strncmp(fact->value, "kprobe", 6) ? HOOK_KPROBE
								    : HOOK_ABSENT,
		.replaced = !strncmp(fact->value, "not needed", 10),
	};
	if (why)
		text_display(why + 2, strlen(why + 2), hook->why, sizeof(hook->why));
}

static void set_hooks(struct from *from, const struct fact_list *facts)
{
	struct trace_context *context = &from->session.context;
	const char *why = fact_behind(facts, "uses", "not seen: ");

	for (size_t i = 0; i < facts->facts; i++) {
		if (!strncmp(facts->fact[i].name, HOOK_FACT, strlen(HOOK_FACT)))
			add_hook(&from->context, &facts->fact[i]);
	}
	context->hooks = from->context.hooks ? from->context.hook : NULL;
	context->hook_count = from->context.hooks;
	context->no_hooks_why = fit(why ?: "no kernel was hooked", from->context.no_hooks_why);
}

static void set_context(struct from *from)
{
	const struct fact_list *facts = from->recorded.context.facts;
	struct trace_context *context = &from->session.context;
	const char *no_page = fact_behind(facts, "page", "none: ");
	const char *mappers = fact_get(facts, "mappers");

	context->recorded = &from->recorded.context;
	context->start_ns = from->recorded.start_ns;
	context->watched_from_ns = from->recorded.start_ns;
	context->start_realtime_ns = from->recorded.start_realtime_ns;
	context->device = recorded_device(&from->recorded, from->context.device);
	context->no_page_why =
		fit(no_page ?: "the recording names none", from->context.no_page_why);
	if (recorded_first_page(&from->recorded, &from->context.first_page))
		context->page = &from->context.first_page;
	set_hooks(from, facts);
	context->mappers = (struct mapper_method){
		.all = mappers && !strcmp(mappers, "of all processes"),
		.why_not = fit(mappers, from->context.no_mappers_why),
	};
	context->request = from->options->request;
	context->of_some_readers =
		context->request.pid || context->request.comm || context->request.cgroup;
}

/* Nobody of the wanted cgroup is as likely a wrong name as an idle service. */
static void tell_of_cgroup(const struct from *from)
{
	const char *wanted = from->options->request.cgroup;
	struct error error = {0};

	if (!wanted || from->has_cgroup)
		return;
	error_cause(&error, "nobody in the cgroup %s used the clock in %s", wanted,
		    from->options->from.file);
	error_hint(&error, "sqlite3 %s 'SELECT path FROM cgroups' lists those that are in it",
		   from->options->from.file);
	message_failure(&error);
}

static int trace_recorded(struct from *from, FILE *out)
{
	struct recorded_request request = from->options->from;
	struct source *source = &from->recorded.source;
	struct recorded_result recorded;
	struct claim_span span;
	struct trace_result result = {.recorded = &recorded, .span = &span};
	const struct page_in_force *page;
	int code;

	request.is_quiet = isatty(STDOUT_FILENO);
	request.is_last = true;
	code = recorded_open_or_say(&request, &from->recorded);
	if (code != MESSAGE_GO_ON)
		return code;
	code = trace_session_open(&from->session);
	if (code != EXIT_DONE)
		return code;
	set_context(from);
	trace_session_begin(&from->session);
	source_run(source, &from->until, out, on_event, from);
	recorded = recorded_end(&from->recorded);
	span = recorded_span(&from->recorded);
	tell_of_cgroup(from);
	result.duration_ns = recorded_duration_ns(&from->recorded);
	page = judge_page(from->session.judge);
	result.page = page->is_sampled ? &page->sample : NULL;
	return recorded_exit_code(&from->recorded, trace_session_end(&from->session, &result));
}

int trace_from(const struct trace_options *options, FILE *out)
{
	struct from *from = calloc(1, sizeof(*from));
	int code;

	if (!from)
		return message_no_memory();
	from->options = options;
	from->session.view = options->json ? &trace_view_json : &trace_view_text;
	from->session.count = options->count;
	from->session.cgroup_name = cgroup_name;
	from->session.arg = from;
	stop_condition_open(&from->until);
	code = trace_recorded(from, out);
	recorded_close(&from->recorded);
	trace_session_close(&from->session);
	stop_condition_close(&from->until);
	free(from);
	return code;
}
