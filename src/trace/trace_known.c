// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/trace_known.h"

#include <string.h>

static struct trace_known all_of_it(void)
{
	return (struct trace_known){.known = true, .complete = true};
}

/* What was counted is there all the same. */
static struct trace_known at_least(const char *why)
{
	return (struct trace_known){.known = true, .why = why};
}

static struct trace_known not_known(uint64_t counted, const char *why)
{
	return (struct trace_known){.known = counted, .why = why};
}

/* Of a recording, what it lacks; else NULL. */
static const char *lacking(const struct trace_result *result)
{
	const struct recorded_result *recorded = result->recorded;

	if (!recorded)
		return NULL;
	return *recorded->damage  ? "a part of the recording cannot be read"
	       : recorded->cut	  ? "a part of the recording was not kept"
	       : recorded->lost	  ? "the recorder lost events"
	       : !recorded->ended ? "the recording was not closed, and its end is missing"
				  : NULL;
}

bool trace_has_all_uses(const struct trace_context *context, const struct trace_result *result)
{
	const struct event_losses *losses = result->losses;

	for (size_t i = 0; !context->hooks_changed && i < context->hook_count; i++) {
		if (hook_is_missing(&context->hooks[i]) && !context->hooks[i].awaited)
			return false;
	}
	return !result->summary->unseen.times && !lacking(result) &&
	       (losses ? !losses->uncounted : result->recorded != NULL);
}

struct trace_known trace_knows_disruptions(const struct trace_result *result)
{
	const char *why = lacking(result);

	if (!result->page)
		return not_known(result->disruptions, "no page was sampled");
	if (result->page_updates_unseen)
		return at_least("updates of the page were missed between two samples");
	if (result->counts->finding[FINDING_DEVICE_LOST])
		return at_least("the page was gone for a time");
	return why ? at_least(why) : all_of_it();
}

/* A hook without which some changes of the clock are not seen is missing: which; or NULL. */
static const char *missing_hook(const struct trace_context *context)
{
	static const struct {
		const char *function;
		const char *why;
	} of_clock[] = {
		{"do_adjtimex", "no hook on do_adjtimex"},
		{"do_settimeofday64", "no hook on do_settimeofday64"},
		{"timekeeping_notify", "no hook on timekeeping_notify"},
	};

	for (size_t i = 0; !context->hooks_changed && i < context->hook_count; i++) {
		for (size_t j = 0; j < sizeof(of_clock) / sizeof(of_clock[0]); j++) {
			if (hook_is_missing(&context->hooks[i]) &&
			    !strcmp(context->hooks[i].function, of_clock[j].function))
				return of_clock[j].why;
		}
	}
	return NULL;
}

struct trace_known trace_knows_clock_changes(const struct trace_context *context,
					     const struct trace_result *result)
{
	const char *missing = missing_hook(context), *why = lacking(result);

	if (!context->hooks)
		return not_known(result->clock_changes, "the kernel was not hooked");
	if (missing)
		return at_least(missing);
	if (!result->losses && !result->recorded)
		return at_least("what was lost is not known");
	if (result->losses && event_losses_total(result->losses))
		return at_least("events were lost");
	return why ? at_least(why) : all_of_it();
}
