// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_json.h"
#include "show/incident_view.h"
#include "show/json_add.h"

static json_object *json_errors(const struct error_range *errors)
{
	json_object *json = json_object_new_object();
	json_object *unknown = json_object_new_object();
	bool known = errors->known;

	add_u64(json, "known", errors->known);
	add_u64(json, "wrong", errors->wrong);
	add_u64(json, "unbounded", errors->unbounded);
	json_object_object_add(json, "all", known ? page_json_interval(&errors->all) : NULL);
	json_object_object_add(json, "worst", known ? page_json_interval(&errors->worst) : NULL);
	if (known)
		add_u64(json, "worst_ns", errors->worst_ns);
	else
		add_null(json, "worst_ns");
	for (int why = 0; why < ERROR_UNKNOWNS; why++) {
		if (errors->unknown[why])
			add_u64(unknown, error_unknown_name((enum error_unknown)why),
				errors->unknown[why]);
	}
	json_object_object_add(json, "unknown", unknown);
	return json;
}

static json_object *json_curve(const struct incident_clock *clock)
{
	json_object *curve = json_object_new_array();

	for (size_t i = 0; i < clock->points; i++) {
		json_object *point = json_object_new_object();

		add_u64(point, "from_ns", clock->point[i].from_ns);
		add_u64(point, "to_ns", clock->point[i].to_ns);
		add_u64(point, "samples", clock->point[i].samples);
		json_object_object_add(point, "error", page_json_interval(&clock->point[i].error));
		json_object_array_add(curve, point);
	}
	return curve;
}

static json_object *json_clocks(const struct incident *incident)
{
	json_object *clocks = json_object_new_array();

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		json_object *json;

		if (!incident->clock[i].seen)
			continue;
		json = json_object_new_object();
		add_text(json, "clock", observed_clock_name((enum observed_clock)i));
		add_bool(json, "is_good", incident->clock[i].is_good);
		json_object_object_add(json, "errors", json_errors(&incident->clock[i].errors));
		json_object_object_add(json, "curve", json_curve(&incident->clock[i]));
		json_object_array_add(clocks, json);
	}
	return clocks;
}

static json_object *json_readers(const struct incident *incident)
{
	json_object *readers = json_object_new_array();

	for (size_t i = 0; i < incident->readers; i++) {
		json_object *json = json_object_new_object();

		reader_json_add(json, &incident->reader[i].who);
		add_text(json, "path", event_path_name(incident->reader[i].path));
		add_u64(json, "reads", incident->reader[i].reads);
		json_object_object_add(json, "errors", json_errors(&incident->reader[i].errors));
		json_object_array_add(readers, json);
	}
	return readers;
}

static json_object *json_kinds(const struct incident *incident)
{
	json_object *counts = json_object_new_object();

	for (int kind = 0; kind < FINDINGS; kind++) {
		if (incident->count[kind])
			add_u64(counts, finding_name((enum finding_kind)kind),
				incident->count[kind]);
	}
	return counts;
}

json_object *incident_json(const struct incident *incident)
{
	json_object *line = new_line("incident", incident->to_ns);
	json_object *window = json_object_new_object();

	add_u64(line, "number", incident->number);
	add_text(line, "severity", finding_severity_name(incident->severity));
	add_u64(window, "from_ns", incident->from_ns);
	add_u64(window, "to_ns", incident->to_ns);
	json_object_object_add(line, "bad_window", window);
	add_bool(line, "recovered", incident->recovered);
	add_text(line, "recovery", claim_state_name(incident->recovery.state));
	add_text(line, "recovery_unknown_why",
		 incident->recovery.state == CLAIM_UNKNOWN ? claim_why_name(incident->recovery.why)
							   : NULL);
	json_object_object_add(line, "findings", json_kinds(incident));
	add_u64(line, "findings_unlisted", incident->findings_unlisted);
	json_object_object_add(line, "clocks", json_clocks(incident));
	json_object_object_add(line, "readers", json_readers(incident));
	add_u64(line, "reads_unlisted", incident->reads_unlisted);
	add_u64(line, "reads_unjudged", incident->reads_unjudged);
	return line;
}
