/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of what `compare --json` prints. */
#ifndef VMCLOCK_TRACE_COMPARE_COMPARE_TABLE_H
#define VMCLOCK_TRACE_COMPARE_COMPARE_TABLE_H

#include "show/json_table.h"

#define COMPARE_SCHEMA "vmclock-trace/compare/3"

extern const struct json_table compare_sample_table;  /* a line */
extern const struct json_table compare_summary_table; /* the last line */

/* Objects in these. */
extern const struct json_table compare_pair_table;
extern const struct json_table compare_elapsed_table;
extern const struct json_table compare_rate_table;
extern const struct json_table compare_driver_table;
extern const struct json_table compare_worst_table;
extern const struct json_table compare_page_table;
extern const struct json_table compare_phc_table;
extern const struct json_table compare_realtime_table;
extern const struct json_table compare_update_table;
extern const struct json_table compare_contradiction_table;
extern const struct json_table compare_note_table;
extern const struct json_table compare_lost_table;

#endif
