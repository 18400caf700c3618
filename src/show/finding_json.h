/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding as JSON, the same in every command's output. */
#ifndef VMCLOCK_TRACE_SHOW_FINDING_JSON_H
#define VMCLOCK_TRACE_SHOW_FINDING_JSON_H

#include <json-c/json.h>

#include "judge/detector.h"
#include "event/summary.h"
#include "judge/outcome.h"
#include "show/json_table.h"

extern const struct json_table finding_table;

/* The keys of `detail` of that kind; NULL after the last one. */
const struct json_table *finding_detail_table(int kind);

/* One line of type "finding". The caller owns it, or releases it with json_object_put(). */
json_object *finding_json(const struct finding *finding);

/* JSON_FOUND_UNSEEN_KEY: of @found, in what cannot be read or was not kept; NULL for NULL. */
json_object *found_unseen_json(const struct event_gap *found, bool is_unread);

/* JSON_OUTCOME_KEYS onto @to. */
void add_outcome(json_object *to, const struct detector_counts *counts,
		 const struct outcome *outcome);

/* The thread's name, valid UTF-8, with pid and tid, into @to; its bytes in hex if that differs. */
void reader_json_add(json_object *to, const struct event_reader *who);

/* How often it used each path, and how often in vain; only those that it used. The caller's. */
json_object *reader_json_paths(const struct summary_reader *reader);

#endif
