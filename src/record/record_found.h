/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found, as a recording keeps it: with the line of JSON that shows it. */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_FOUND_H
#define VMCLOCK_TRACE_RECORD_RECORD_FOUND_H

#include <json-c/json.h>

#include "judge/finding.h"
#include "judge/incident.h"
#include "store/recorder.h"

/* Borrows from *@json, which the caller puts when it is kept. */
struct recorded_finding record_finding_of(const struct finding *finding, json_object **json);

/* The same of an incident that is over. */
struct recorded_incident record_incident_of(const struct incident *incident, json_object **json);

#endif
