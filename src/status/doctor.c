// SPDX-License-Identifier: GPL-2.0-or-later
/* vmclock-trace doctor: what can be seen on this machine, what cannot, and what to do about it. */
#include <stdio.h>

#include "feed/command.h"
#include "feed/message.h"
#include "feed/options.h"
#include "observe/kernel.h"
#include "observe/machine_checks.h"
#include "status/doctor_view.h"

struct doctor_options {
	const char *device;
	const char *btf;
	bool json;
};

/* Of two states the one that matters more; what was skipped is as bad as a warning. */
static enum check_state worse(enum check_state a, enum check_state b)
{
	static const int weight[] = {
		[CHECK_OK] = 0, [CHECK_SKIP] = 1, [CHECK_WARN] = 1, [CHECK_FAIL] = 2};

	return weight[b] > weight[a] ? (b == CHECK_SKIP ? CHECK_WARN : b) : a;
}

static enum check_state worst_of(const struct doctor_result *result)
{
	enum check_state worst = CHECK_OK;

	for (size_t i = 0; i < result->check_count; i++)
		worst = worse(worst, result->checks[i].state);
	if (!result->hooks)
		worst = worse(worst, CHECK_WARN);
	for (size_t i = 0; result->hooks && i < result->hook_count; i++) {
		if (!result->hooks[i].replaced && result->hooks[i].attach_type != HOOK_FENTRY)
			worst = worse(worst, CHECK_WARN);
	}
	return worst;
}

static int examine(const struct doctor_options *options)
{
	struct kernel_trace_options kernel = {.btf = options->btf, .calls = true};
	struct check checks[MACHINE_CHECKS];
	struct doctor_result result = {.checks = checks};
	struct kernel_trace *trace = NULL;
	struct error error = {0};
	int hooks_result = kernel_trace_open(&trace, &kernel, &error);

	if (!hooks_result)
		result.hooks = kernel_trace_hooks(trace, &result.hook_count);
	result.check_count =
		machine_checks(options->device, options->btf, hooks_result, &error, checks);
	result.no_hooks = &error;
	result.worst = worst_of(&result);
	if (options->json)
		doctor_json(stdout, &result);
	else
		doctor_text(stdout, &result);
	kernel_trace_close(trace);
	return message_output(result.worst == CHECK_OK ? EXIT_DONE : EXIT_FINDING);
}

static int doctor_run(int argc, char **argv)
{
	struct doctor_options options = {0};
	int code = options_parse(&cmd_doctor, argc, argv, &options);

	return code == MESSAGE_GO_ON ? examine(&options) : code;
}

static const struct command_option options[] = {
	{OPTION_PAGE(struct doctor_options, device)},
	{OPTION_BTF(struct doctor_options, btf)},
	{OPTION_COLOUR},
	{OPTION_JSON(struct doctor_options, json,
		     "one JSON object, schema vmclock-trace/doctor/2")},
	{OPTION_SCHEMA(&doctor_schema)},
	{0},
};

static const struct command_exit exits[] = {
	{EXIT_DONE, "everything can be seen and is safe"},
	{EXIT_FAILED, "the output could not be written"},
	{EXIT_FINDING, "something is missing or unsafe, or was not tried for want of rights"},
	{0},
};

const struct command cmd_doctor = {
	.name = "doctor",
	.confinement = COMMAND_CONFINED_BUT_HOOKS,
	.summary = "what can be seen on this machine, what cannot, and what to do about it",
	.usage = "[options]",
	.about = "Looks at kernel, BTF, driver, device, all clocks that this guest has or lacks, "
		 "what chrony should be told, rights and a known hole of the driver, then "
		 "tries each hook and shows how it is attached and why not better. Changes "
		 "nothing.",
	.options = options,
	.exits = exits,
	.examples = "sudo vmclock-trace doctor\n"
		    "vmclock-trace doctor --json | jq '.checks[] | select(.state != \"ok\")'\n",
	.run = doctor_run,
};
