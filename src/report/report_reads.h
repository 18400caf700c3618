/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wrong reads of a report, one by one, for programs. */
#ifndef VMCLOCK_TRACE_REPORT_REPORT_READS_H
#define VMCLOCK_TRACE_REPORT_REPORT_READS_H

#include <json-c/json.h>

#include "report/report_view.h"
#include "show/json_table.h"

extern const struct json_table report_wrong_read;

/*
 * Add "wrong_reads" of the incidents that are asked for, the first thousand, and how many more
 * there are. @report keeps its reads (report_request.keeps_reads).
 */
void report_add_wrong_reads(json_object *json, const struct report *report);

#endif
