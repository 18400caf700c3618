/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command, and the hook by which fleet/ reports on several recordings at once. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_H
#define VMCLOCK_TRACE_REPORT_REPORT_H

#include <stddef.h>

#include "report/report_source.h"
#include "show/json_table.h"

enum report_form {
	REPORT_TEXT,
	REPORT_JSON,
	REPORT_HTML,
	REPORT_CSV,
	REPORT_PERFETTO,
};

/* One timeline from several recordings. */
struct report_several {
	bool (*has_form)(enum report_form form);
	const struct json_schema *schema; /* of its JSON */

	/*
	 * Report on the @count files at @paths to stdout. The exit code: what is wrong has been
	 * said.
	 */
	int (*run)(char *const *paths, size_t count, const struct report_request *request,
		   enum report_form form);
};

/*
 * What `report FILE FILE...` does; without it, one FILE is all that is taken. Before the command
 * runs.
 */
void report_set_several(const struct report_several *several);

#endif
