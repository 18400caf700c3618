// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch/wait_exec.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed/message.h"
#include "show/finding_words.h"
#include "show/json_add.h"

/* A variable that has no value here must not be left over from an outer one. */
static void set_text(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void set_u64(const char *name, bool has, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	set_text(name, has ? text : NULL);
}

/* Has @page the field, and does it say so where a flag must? */
static bool tells(const struct page *page, enum page_field field)
{
	return page_has(page, field) && (field != PAGE_VM_GENERATION ||
					 page_has_flags(page, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT));
}

/* @field before and after, as the finding of @kind has it, else as its pages have. */
static void set_change(const char *old_name, const char *new_name, const struct finding *finding,
		       enum finding_kind kind, enum page_field field)
{
	struct finding_change change = {0};

	if (finding && finding->kind == kind) {
		change = finding->change;
	} else if (finding) {
		change.has_old = finding->has_before && tells(&finding->before, field);
		change.has_new = finding->has_after && tells(&finding->after, field);
		change.old_value = page_get(&finding->before, field);
		change.new_value = page_get(&finding->after, field);
	}
	set_u64(old_name, change.has_old, change.old_value);
	set_u64(new_name, change.has_new, change.new_value);
}

static void set_environment(const struct wait_result *result)
{
	const struct finding *finding = result->finding;
	json_object *json = wait_json(result);
	char text[FINDING_WORDS_BYTES];

	wait_sentence(result, text, sizeof(text));
	set_text("VMCLOCK_FINDING", result->what);
	set_text("VMCLOCK_SEVERITY", finding ? finding_severity_name(finding->severity) : NULL);
	set_text("VMCLOCK_TEXT", text);
	set_text("VMCLOCK_DEVICE", result->device);
	set_u64("VMCLOCK_MARKER", page_has(result->page, PAGE_DISRUPTION_MARKER),
		page_get(result->page, PAGE_DISRUPTION_MARKER));
	set_change("VMCLOCK_OLD_MARKER", "VMCLOCK_NEW_MARKER", finding, FINDING_DISRUPTION,
		   PAGE_DISRUPTION_MARKER);
	set_change("VMCLOCK_OLD_GENERATION", "VMCLOCK_NEW_GENERATION", finding, FINDING_RESTORE,
		   PAGE_VM_GENERATION);
	set_u64("VMCLOCK_NOT_BEFORE_NS", finding && !finding->since_start,
		finding ? finding->not_before_ns : 0);
	set_u64("VMCLOCK_FOUND_NS", finding != NULL, finding ? finding->found_ns : 0);
	set_text("VMCLOCK_JSON", json_line(json));
	json_object_put(json);
}

int wait_exec(char *const *command, const struct wait_result *result)
{
	int err;

	set_environment(result);
	signal(SIGXFSZ, SIG_DFL); /* ignored signals would stay so */
	execvp(command[0], command);
	err = errno;
	message_error("cannot run the command of --exec: %s", strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
}
