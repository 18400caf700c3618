// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/record_found.h"

#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"

struct recorded_finding record_finding_of(const struct finding *finding, json_object **json)
{
	*json = finding_json(finding);
	return (struct recorded_finding){
		.number = finding->number,
		.kind = finding_name(finding->kind),
		.severity = finding_severity_name(finding->severity),
		.not_before_ns = finding->not_before_ns,
		.found_ns = finding->found_ns,
		.json = json_line(*json),
	};
}

struct recorded_incident record_incident_of(const struct incident *incident, json_object **json)
{
	*json = incident_json(incident);
	return (struct recorded_incident){
		.number = incident->number,
		.severity = finding_severity_name(incident->severity),
		.from_ns = incident->from_ns,
		.to_ns = incident->to_ns,
		.recovered = incident->recovered,
		.json = json_line(*json),
	};
}
