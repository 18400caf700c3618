/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor found, for people and for programs. */
#ifndef VMCLOCK_TRACE_STATUS_DOCTOR_VIEW_H
#define VMCLOCK_TRACE_STATUS_DOCTOR_VIEW_H

#include <stdio.h>

#include "event/check.h"
#include "event/hook.h"

struct doctor_result {
	const struct check *checks;
	size_t check_count;
	const struct hook *hooks; /* NULL: none could be tried, no_hooks_why says why */
	size_t hook_count;
	const char *no_hooks_why;
	enum check_state worst;
};

/* One line a check and a hook, each with its advice below it. */
void doctor_text(FILE *out, const struct doctor_result *result);

/* One object, {"schema": "vmclock-trace/doctor/1", ...}. */
void doctor_json(FILE *out, const struct doctor_result *result);

#endif
