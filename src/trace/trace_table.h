/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of each line that `trace --json` prints; of other lines see show/. */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_TABLE_H
#define VMCLOCK_TRACE_TRACE_TRACE_TABLE_H

#include "show/json_table.h"

#define TRACE_SCHEMA "vmclock-trace/trace/3"

extern const struct json_table trace_begin_table;
extern const struct json_table trace_request_table; /* what was asked for */
extern const struct json_table trace_call_table;
extern const struct json_table trace_read_table;
extern const struct json_table trace_read_error_table;
extern const struct json_table trace_answer_table; /* a read against the page */
extern const struct json_table trace_hooks_table;
extern const struct json_table trace_unloader_table; /* who wants to unload the driver */
extern const struct json_table trace_notification_table;
extern const struct json_table trace_clock_change_table;
extern const struct json_table trace_device_table;
extern const struct json_table trace_disruption_table;
extern const struct json_table trace_confirmed_table;
extern const struct json_table trace_confirmer_table; /* whose read showed a disruption */
extern const struct json_table trace_summary_table;   /* in trace_summary_json.c */

#endif
