// SPDX-License-Identifier: GPL-2.0-or-later
#include "feed/live_sources.h"

#include <errno.h>

#include "feed/message.h"
#include "observe/privileges.h"

/* Is anything missing that this kernel or machine should have? Says what. */
static bool is_partial(const struct live_sources *sources)
{
	const struct hook *hooks;
	bool partial =
		!sources->monitor || !page_monitor_page(sources->monitor) || !sources->kernel;
	size_t count = 0;

	if (sources->no_page.cause[0])
		message_failure(&sources->no_page);
	if (!sources->kernel)
		message_failure(&sources->no_hooks);
	hooks = sources->kernel ? kernel_trace_hooks(sources->kernel, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (!hook_is_missing(&hooks[i]))
			continue;
		message_error("no hook on %s (%s): %s is not seen", hooks[i].function, hooks[i].why,
			      hooks[i].tells);
		partial = true;
	}
	return partial;
}

static bool let_page_go(uint64_t ns, void *arg)
{
	const struct live_sources *sources = arg;

	return sources->monitor && page_monitor_let_go(sources->monitor, ns);
}

int live_sources_open(struct live_sources *sources, const struct live_request *request)
{
	/* Its own reads through the kernel would be shown: so it makes none. */
	struct page_monitor_options monitor = {
		.device = request->device,
		.timer_only = true,
		.without_phc = true,
	};
	struct kernel_trace_options hooks = request->hooks;
	struct error ignored = {0};
	int page_result, kernel_result;

	/* The page first: the hooks then do not see this program open it. */
	page_result = page_monitor_open(&monitor, &sources->monitor, &sources->no_page);
	hooks.release = let_page_go;
	hooks.arg = sources;
	kernel_result = kernel_trace_open(&sources->kernel, &hooks, &sources->no_hooks);
	/* A page that was asked for by name is not gone on without. */
	if (page_result && (kernel_result || request->device)) {
		message_failure(&sources->no_page);
		if (kernel_result)
			message_failure(&sources->no_hooks);
		return -ENODEV;
	}
	if (request->strict && is_partial(sources))
		return -ENOTSUP;
	if (kernel_result && !request->quiet)
		message_failure(&sources->no_hooks);
	monitor.may_be_absent = true;
	if (page_result == -ENODEV || page_result == -ENOENT)
		page_monitor_open(&monitor, &sources->monitor, &ignored);
	return mappers_open(&sources->mappers);
}

void live_sources_drop_privileges(const struct live_sources *sources)
{
	bool settled = !sources->kernel || kernel_trace_is_settled(sources->kernel);

	if (settled ? privileges_drop() : privileges_keep_for_hooks())
		message_error("capabilities could not be dropped; going on with them");
}

void live_sources_close(struct live_sources *sources)
{
	mappers_close(sources->mappers);
	kernel_trace_close(sources->kernel);
	page_monitor_close(sources->monitor);
}
