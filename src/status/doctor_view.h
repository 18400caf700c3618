/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor found, for people and for programs. */
#ifndef VMCLOCK_TRACE_STATUS_DOCTOR_VIEW_H
#define VMCLOCK_TRACE_STATUS_DOCTOR_VIEW_H

#include <stdio.h>

#include "base/error.h"
#include "event/check.h"
#include "event/hook.h"
#include "show/json_table.h"

extern const struct json_schema doctor_schema;

struct doctor_result {
	const struct check *checks;
	size_t check_count;
	const struct hook *hooks; /* NULL: none could be tried, no_hooks says why */
	size_t hook_count;
	const struct error *no_hooks;
	enum check_state worst;
};

/* One line a check and a hook, each with its advice below it. */
void doctor_text(FILE *out, const struct doctor_result *result);

/* One object, as `doctor_schema` says. */
void doctor_json(FILE *out, const struct doctor_result *result);

#endif
