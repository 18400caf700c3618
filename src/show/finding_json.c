// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_json.h"

#include <string.h>

#include "judge/scale_inference.h"
#include "page/names.h"
#include "show/finding_words.h"
#include "show/json_add.h"
#include "show/json_objects.h"
#include "show/peer_view.h"
#include "show/witness_json.h"

static void add_interval(json_object *to, const char *key, struct ns_interval interval)
{
	add_json(to, key, page_json_interval(&interval));
}

/* The name as text, and as it was where that is not the same. */
void reader_json_add(json_object *to, const struct event_reader *who)
{
	char comm[EVENT_COMM_BYTES + 1] = {0};
	char hex[2 * EVENT_COMM_BYTES + 1] = {0};
	json_object *name;

	memcpy(comm, who->comm, EVENT_COMM_BYTES);
	name = page_json_string(comm);
	add_u64(to, "pid", who->pid);
	add_u64(to, "tid", who->tid);
	if (strcmp(json_object_get_string(name), comm)) {
		for (size_t i = 0; comm[i]; i++)
			snprintf(hex + 2 * i, 3, "%02x", (unsigned char)comm[i]);
		add_text(to, "comm_hex", hex);
	}
	add_json(to, "comm", name);
}

static void add_value(json_object *to, const char *key, enum page_field field, bool has,
		      uint64_t value)
{
	if (!has)
		add_null(to, key);
	else if (page_field_info(field)->is_signed)
		add_i64(to, key, (int64_t)value);
	else
		add_u64(to, key, value);
}

/* The field that a finding of this kind is about. */
static enum page_field field_of(enum finding_kind kind)
{
	switch (kind) {
	case FINDING_DISRUPTION:
		return PAGE_DISRUPTION_MARKER;
	case FINDING_RESTORE:
		return PAGE_VM_GENERATION;
	case FINDING_STATUS_CHANGE:
		return PAGE_CLOCK_STATUS;
	case FINDING_LEAP_ANNOUNCED:
	case FINDING_LEAP_CHANGE:
		return PAGE_LEAP_INDICATOR;
	case FINDING_TAI_OFFSET_CHANGE:
		return PAGE_TAI_OFFSET_SEC;
	default:
		return PAGE_SMEARING_HINT;
	}
}

static void add_change(json_object *to, const struct finding *finding)
{
	const struct finding_change *change = &finding->change;
	enum page_field field = field_of(finding->kind);

	add_text(to, "field", page_field_info(field)->name);
	add_value(to, "old", field, change->has_old, change->old_value);
	add_value(to, "new", field, change->has_new, change->new_value);
	add_text(to, "old_name",
		 change->has_old ? page_value_name(field, change->old_value) : NULL);
	add_text(to, "new_name",
		 change->has_new ? page_value_name(field, change->new_value) : NULL);
}

static void add_step(json_object *to, const struct finding *finding)
{
	const struct finding_step *step = &finding->step;

	add_u64(to, "counter", step->counter);
	add_interval(to, "moved", step->moved);
	add_interval(to, "beyond", step->beyond);
	add_bool(to, "guaranteed", step->has_bound);
	add_u64(to, "bound_ns", step->bound_ns);
	add_bool(to, "bounds_disjoint", step->bounds_disjoint);
	add_bool(to, "out_of_range", step->out_of_range);
}

static void add_slew(json_object *to, const struct finding *finding)
{
	const struct finding_slew *slew = &finding->slew;

	add_i64(to, "old_ppt", slew->old_ppt);
	add_i64(to, "new_ppt", slew->new_ppt);
	add_i64(to, "change_ppt", slew->change_ppt);
	add_bool(to, "guaranteed", slew->has_bound);
	add_u64(to, "bound_ppt", slew->bound_ppt);
	add_bool(to, "out_of_range", slew->out_of_range);
}

static void add_stuck(json_object *to, const struct finding *finding)
{
	add_u64(to, "seq_count", finding->stuck.seq);
	add_interval(to, "for", finding->stuck.for_ns);
}

static void add_stale(json_object *to, const struct finding *finding)
{
	add_u64(to, "bound_ns", finding->stale.bound_ns);
	add_u64(to, "growth_ns", finding->stale.growth_ns);
	add_u64(to, "limit_ns", finding->stale.limit_ns);
	add_u64(to, "age_ns", finding->stale.age_ns);
}

static void add_seqlock(json_object *to, const struct finding *finding)
{
	add_text(to, "cause", seqlock_cause_name(finding->seqlock.cause));
	add_u64(to, "old_seq", finding->seqlock.old_seq);
	add_u64(to, "new_seq", finding->seqlock.new_seq);
}

static void add_reference(json_object *to, const struct finding *finding)
{
	add_u64(to, "counter", finding->reference.counter);
	add_u64(to, "ticks", finding->reference.ticks);
	add_known(to, "ns", finding->reference.has_ns, finding->reference.ns);
}

static void add_driver(json_object *to, const struct finding *finding)
{
	char cause[EVENT_CAUSE_BYTES];

	reader_json_add(to, &finding->event.who);
	add_text(to, "path", event_path_name(finding->event.path));
	add_i64(to, "result", finding->event.result);
	if (finding->kind == FINDING_DRIVER_ERROR) {
		add_text(to, "cause", event_failure_text(&finding->event, cause));
		return;
	}
	add_text(to, "scale",
		 finding->mismatch.scale == SCALE_UNKNOWN
			 ? NULL
			 : clock_scale_name(finding->mismatch.scale));
	add_i64(to, "minus_page_ns", finding->mismatch.minus_page_ns);
	add_bool(to, "out_of_range", finding->mismatch.out_of_range);
	add_text(to, "why", finding->mismatch.why);
}

static void add_clock(json_object *to, const struct finding_clock *clock)
{
	add_text(to, "clock", observed_clock_name(clock->clock));
	add_text(to, "scale",
		 clock->scale == SCALE_UNKNOWN ? NULL : clock_scale_name(clock->scale));
	add_interval(to, "offset", clock->offset);
	add_u64(to, "claim_ns", clock->claim_ns);
	add_u64(to, "page_claim_ns", clock->page_claim_ns);
	add_interval(to, "beyond", clock->beyond);
}

static void add_scale(json_object *to, const struct finding *finding)
{
	const struct finding_scale *scale = &finding->scale;

	add_text(to, "cause", scale_cause_name(scale->cause));
	if (scale->cause == SCALE_CAUSE_CLOCK)
		add_clock(to, &scale->clock);
	else
		add_i64(to, "page_offset_sec", scale->page_offset_sec);
	if (scale->cause == SCALE_CAUSE_KERNEL_OFFSET)
		add_i64(to, "kernel_offset_sec", scale->kernel_offset_sec);
}

static void add_stun(json_object *to, const struct finding *finding)
{
	add_interval(to, "length", finding->stun.length);
	add_bool(to, "at_least", finding->stun.at_least);
	add_bool(to, "monotonic_stood", finding->stun.by == STUN_BY_COUNTER);
	add_u64(to, "waited_ns", finding->stun.waited_ns);
}

static void add_clock_set(json_object *to, const struct finding *finding)
{
	const struct event_clock_change *change = &finding->event.change;
	char source[EVENT_SOURCE_BYTES + 1] = {0};

	reader_json_add(to, &finding->event.who);
	add_text(to, "how", json_clock_change_names((int)change->how));
	memcpy(source, change->source, EVENT_SOURCE_BYTES);
	if (change->how == CLOCK_STEPPED) {
		add_interval(to, "step", change->step);
	} else if (change->how == CLOCK_SLEWED) {
		add_i64(to, "old_ppt", change->old_ppt);
		add_i64(to, "new_ppt", change->new_ppt);
	} else {
		add_text(to, "clocksource", source);
	}
}

static json_object *json_detail(const struct finding *finding)
{
	json_object *detail = json_new(finding_detail_table((int)finding->kind));

	switch (finding->kind) {
	case FINDING_HOST_STEP:
		add_step(detail, finding);
		break;
	case FINDING_HOST_SLEW:
		add_slew(detail, finding);
		break;
	case FINDING_SEQLOCK_BROKEN:
		add_seqlock(detail, finding);
		break;
	case FINDING_WRITER_STUCK:
		add_stuck(detail, finding);
		break;
	case FINDING_NOT_UPDATED:
		add_stale(detail, finding);
		break;
	case FINDING_COUNTER_BEFORE_REFERENCE:
		add_reference(detail, finding);
		break;
	case FINDING_DRIVER_ERROR:
	case FINDING_DRIVER_MISMATCH:
		add_driver(detail, finding);
		break;
	case FINDING_WRONG_BOUND:
		add_clock(detail, &finding->clock);
		add_json(detail, "witness", json_of_witness(&finding->clock.witness));
		break;
	case FINDING_CLOCKS_DISAGREE:
		pair_json_add(detail, &finding->pair);
		break;
	case FINDING_SCALE_MISMATCH:
		add_scale(detail, finding);
		break;
	case FINDING_STUN:
		add_stun(detail, finding);
		break;
	case FINDING_CLOCK_SET:
		add_clock_set(detail, finding);
		break;
	case FINDING_DATA_LOSS:
		add_losses(detail, &finding->losses);
		break;
	case FINDING_DEVICE_LOST:
		add_text(detail, "cause",
			 finding->lost == LOST_DEVICE ? "device_gone" : "invalid_page");
		break;
	case FINDING_MAINTENANCE_SOON:
	case FINDING_MAINTENANCE_IMMINENT:
		break;
	default:
		add_change(detail, finding);
		break;
	}
	return detail;
}

json_object *finding_json(const struct finding *finding)
{
	json_object *line = json_new_line(&finding_table, finding->found_ns);
	char text[FINDING_WORDS_BYTES];

	finding_sentence(finding, text, sizeof(text));
	add_u64(line, "number", finding->number);
	add_text(line, "kind", finding_name(finding->kind));
	add_text(line, "severity", finding_severity_name(finding->severity));
	add_text(line, "text", text);
	add_known(line, "not_before_ns", !finding->since_start, finding->not_before_ns);
	add_bool(line, "since_start", finding->since_start);
	add_device(line, "device", finding->device);
	add_u64(line, "updates", finding->updates);
	add_u64(line, "missed", finding->missed);
	add_text(line, "seen_by", event_type_name(finding->event.type));
	add_json(line, "detail", json_detail(finding));
	add_json(line, "before", finding->has_before ? page_json_fields(&finding->before) : NULL);
	add_json(line, "after", finding->has_after ? page_json_fields(&finding->after) : NULL);
	return line;
}

json_object *found_unseen_json(const struct event_gap *found, bool is_unread)
{
	json_object *json;

	if (!found)
		return NULL;
	json = json_new(&json_found_unseen);
	add_u64(json, "monotonic_ns", found->worst_ns);
	add_text(json, "kind", found->worst);
	add_text(json, "severity", found->worst_is_critical ? "critical" : "warning");
	add_text(json, "where", is_unread ? "unread" : "unkept");
	return json;
}

void add_outcome(json_object *to, const struct detector_counts *counts,
		 const struct outcome *outcome)
{
	json_object *findings = json_new_map();

	for (enum finding_kind kind = 0; kind < FINDINGS; kind++)
		add_u64(findings, finding_name(kind), counts->finding[kind]);
	add_text(to, "level", outcome->level);
	add_json(to, "findings", findings);
	add_bool(to, "findings_complete", outcome->all.state == CLAIM_HOLDS);
	add_json(to, "found_unseen", found_unseen_json(outcome->found, outcome->found_unread));
}

json_object *reader_json_paths(const struct summary_reader *reader)
{
	json_object *paths = json_new_map();

	for (int i = 0; i < EVENT_PATHS; i++) {
		json_object *json;

		if (!reader->uses[i])
			continue;
		json = json_new(&json_path_uses);
		add_u64(json, "uses", reader->uses[i]);
		add_u64(json, "failed", reader->errors[i]);
		add_json(paths, event_path_name((enum event_path)i), json);
	}
	return paths;
}
