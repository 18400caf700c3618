/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a report on several recordings. */
#ifndef VMCLOCK_TRACE_FLEET_FLEET_TABLE_H
#define VMCLOCK_TRACE_FLEET_FLEET_TABLE_H

#include "show/json_table.h"

#define FLEET_SCHEMA "vmclock-trace/fleet/2"

extern const struct json_table fleet_table; /* the whole */

/* Objects in it. */
extern const struct json_table fleet_span_table;
extern const struct json_table fleet_worst_table;
extern const struct json_table fleet_utc_table;
extern const struct json_table fleet_recording_table;
extern const struct json_table fleet_incident_table;
extern const struct json_table fleet_member_table;
extern const struct json_table fleet_group_table;
extern const struct json_table fleet_entry_table;
extern const struct json_table fleet_unread_table;
extern const struct json_table fleet_unknown_table;

#endif
