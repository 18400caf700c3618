/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report on several recordings. The same recordings give the same bytes, in whichever order they
 * were named.
 */
#ifndef VMCLOCK_TRACE_FLEET_FLEET_VIEW_H
#define VMCLOCK_TRACE_FLEET_FLEET_VIEW_H

#include <stdio.h>

#include "base/text.h"
#include "fleet/fleet.h"
#include "show/json_table.h"
#include "show/unknown.h"

extern const struct json_schema fleet_schema; /* of fleet_put_json() */

/* How bad it is at worst: "CRITICAL", "WARNING", "OK"; "UNKNOWN" where it is not known. Static. */
const char *fleet_level(const struct fleet *fleet);

/* Is the whole of the recordings asked for, not a part of the time? */
bool fleet_is_whole(const struct fleet *fleet);

/* The recordings by harm: of order[0] the index in fleet->recording is the worst. */
void fleet_by_harm(const struct fleet *fleet, size_t order[FLEET_RECORDINGS]);

/* Behind "incident 1 is over": how the clocks were, if they were compared. Static. */
const char *fleet_over_text(const struct fleet_incident *over);

/*
 * "1 of 2 hosts NOT right at the end; the worst: web2.", @text; "" where a part of the time is
 * asked for, for it is about the whole.
 */
#define FLEET_FIRST_BYTES 320
const char *fleet_headline(const struct fleet *fleet, char text[FLEET_FIRST_BYTES]);

/*
 * How many hosts, what happened to them from when to when, whose reads were wrong: sentences for
 * people.
 */
#define FLEET_VERDICT_BYTES 4096
void fleet_verdict(const struct fleet *fleet, char *text, size_t bytes);

/* One group as a sentence. */
#define FLEET_GROUP_BYTES 2048
void fleet_group_text(const struct fleet *fleet, const struct fleet_group *group, char *text,
		      size_t bytes);

/*
 * "2026-01-01T00:00:20.025012Z within 105.003 ms": from then on, for so long, rounded outwards.
 * Where an end is not known it says so, with @guess_ns, what the clock @guess_by said.
 */
#define FLEET_SPAN_BYTES 512
void fleet_span_text(struct utc_span span, int64_t guess_ns, const char *guess_by, char *text,
		     size_t bytes);

/* A width, rounded up: "105.003 ms"; "not known" for UINT64_MAX. */
void fleet_width_text(uint64_t ns, char text[TEXT_NS_BYTES]);

/* Is @incident asked for? */
bool fleet_has_incident(const struct fleet *fleet, const struct fleet_incident *incident);

/* What those who read the clock in the bad windows of @recording got. */
struct fleet_harm {
	uint64_t incidents; /* that no other recording of the machine has before */
	uint64_t processes;
	uint64_t reads;
	uint64_t known;
	uint64_t wrong;
};

struct fleet_harm fleet_harm(const struct fleet *fleet, const struct fleet_recording *recording);

/* How UTC was got, for people: "the page"; borrowed. */
const char *fleet_method_text(const struct fleet_recording *recording);

/* What is not known and why: @fn for each. */
void fleet_unknowns(const struct fleet *fleet, unknown_fn fn, void *arg);

/* Each writes the whole report to @out; output errors are left in ferror(@out). */
void fleet_put_text(FILE *out, const struct fleet *fleet);
void fleet_put_json(FILE *out, const struct fleet *fleet);
void fleet_put_html(FILE *out, const struct fleet *fleet);

#endif
