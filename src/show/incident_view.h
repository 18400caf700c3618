/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An incident: its bad window, how wrong each clock was, who read one meanwhile. */
#ifndef VMCLOCK_TRACE_SHOW_INCIDENT_VIEW_H
#define VMCLOCK_TRACE_SHOW_INCIDENT_VIEW_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

#include "base/text.h"
#include "judge/incident.h"
#include "show/json_table.h"

struct words; /* show/sentence.h */

extern const struct json_table incident_table;
extern const struct json_table json_recovery;	 /* the keys of recovery_json_add() */
extern const struct json_table json_curve_point; /* a stretch of a clock's error over time */

/* A block of lines for people; times are seconds after @start_ns. */
void incident_put_text(FILE *out, uint64_t start_ns, const struct incident *incident);

#define ERROR_RANGE_BYTES (2 * TEXT_NS_BYTES + 16)

/*
 * "-1.000 ms .. +2.000 us" of the known errors of @errors; "about -200.000 ms" where both ends look
 * the same or no bound is known of who says so.
 */
const char *error_range_text(const struct error_range *errors, char text[ERROR_RANGE_BYTES]);

/* "up to 250 ms behind (-250.002 ms .. +2.102 us)"; none was wrong: "off by ...". */
#define ERROR_OFF_BYTES 256
void say_error_range(struct words *words, const struct error_range *errors);

#define INCIDENT_LENGTH_BYTES (2 * TEXT_NS_BYTES + 24)

/* Is anything known of how long it was? */
bool incident_is_of_known_length(const struct incident *incident);

/*
 * For how long it was bad: "at least 2.0 min"; where it recovered "4.8 s" or, where the samples are
 * too far apart for one number, "between 2.9 s and 3.1 s" or "at most 100 ms"; @text.
 */
const char *incident_length(const struct incident *incident, char text[INCIDENT_LENGTH_BYTES]);

/*
 * "CLOCK_REALTIME still 250 ms behind": the clock that is off at the end of @incident, by its
 * newest known error; else one that still contradicts the page, or what else was still bad. False:
 * none of that is known.
 */
bool incident_say_still_bad(struct words *words, const struct incident *incident);

#define RECOVERY_BYTES (WITNESS_TEXT_BYTES + 128)

/*
 * "recovered", "recovered, by WITNESS", "NOT recovered: CLOCK_REALTIME still 250 ms behind" where
 * that is known, or "recovery not known: WHY"; static, or @text.
 */
const char *incident_recovery(const struct incident *incident, char text[RECOVERY_BYTES]);

/* Add whether all recovered, and why that is not known. */
void recovery_json_add(json_object *json, struct claim recovery);

/* One line of type "incident". The caller owns it, or gives it to put_line(). */
json_object *incident_json(const struct incident *incident);

#endif
