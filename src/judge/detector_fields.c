// SPDX-License-Identifier: GPL-2.0-or-later
/* What it means that a field of the page became another. */
#include "judge/clock_error.h"
#include "judge/detector_state.h"
#include "judge/page_step.h"
#include "judge/page_update.h"

/* The field in both pages; without its flag (0: it needs none) it is not there. */
static struct finding_change change_of(const struct finding *base, enum page_field field,
				       uint64_t flag)
{
	struct finding_change change = {
		.has_old = base->has_before && page_has(&base->before, field) &&
			   page_has_flags(&base->before, flag),
		.has_new = page_has(&base->after, field) && page_has_flags(&base->after, flag),
	};

	change.old_value = change.has_old ? page_get(&base->before, field) : 0;
	change.new_value = change.has_new ? page_get(&base->after, field) : 0;
	return change;
}

static bool differs(struct finding_change change)
{
	return change.has_old && change.has_new && change.old_value != change.new_value;
}

static void emit_change(struct detector *detector, const struct finding *base,
			enum finding_kind kind, enum finding_severity severity,
			struct finding_change change)
{
	struct finding finding = *base;

	finding.kind = kind;
	finding.severity = severity;
	finding.change = change;
	detector_emit(detector, &finding);
}

static void handle_identity(struct detector *detector, const struct finding *base)
{
	struct finding_change marker = change_of(base, PAGE_DISRUPTION_MARKER, 0);
	struct finding_change generation =
		change_of(base, PAGE_VM_GENERATION, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT);

	if (differs(marker))
		emit_change(detector, base, FINDING_DISRUPTION, FINDING_CRITICAL, marker);
	if (differs(generation))
		emit_change(detector, base, FINDING_RESTORE, FINDING_CRITICAL, generation);
}

static enum finding_severity status_severity(uint64_t status)
{
	switch (status) {
	case VMCLOCK_STATUS_SYNCHRONIZED:
		return FINDING_INFO;
	case VMCLOCK_STATUS_FREERUNNING:
	case VMCLOCK_STATUS_INITIALIZING:
		return FINDING_WARNING;
	default:
		return FINDING_CRITICAL;
	}
}

static void handle_status(struct detector *detector, const struct finding *base)
{
	struct finding_change status = change_of(base, PAGE_CLOCK_STATUS, 0);

	if (differs(status))
		emit_change(detector, base, FINDING_STATUS_CHANGE,
			    status_severity(status.new_value), status);
}

/* Two pages that the hypervisor vouched for, and between them some that it did not. */
static void handle_vouched_again(struct detector *detector, const struct finding *base)
{
	const struct event_ticks *before = &detector->vouched_ticks;
	const struct event_ticks *after = event_ticks_of(&base->event);
	struct finding step = *base;
	struct counter_range range;

	if (!after || !event_ticks_fit(before, &detector->vouched) ||
	    !event_ticks_fit(after, &base->after))
		return;
	range = (struct counter_range){.first = before->before, .last = after->after};
	step.kind = FINDING_HOST_STEP;
	step.before = detector->vouched;
	finding_not_before(&step, detector->vouched_ns);
	/* Without a bound it is no fault that a clock moved meanwhile. */
	if (!page_step_between(&step.before, &step.after, &range, false, detector->options.step_ns,
			       &step.step) ||
	    !step.step.bounds_disjoint)
		return;
	step.severity = FINDING_CRITICAL;
	detector_emit(detector, &step);
}

static void handle_rate_and_time(struct detector *detector, const struct finding *base,
				 const struct counter_range *range)
{
	struct slew_limits limits = {.unbounded_ppt = detector->options.slew_ppt,
				     .least_ppt = detector->options.slew_min_ppt};
	struct finding step = *base, slew = *base;

	if (detector->clock_is_new)
		return;
	if (detector->has_vouched && page_is_vouched_for(&base->after))
		handle_vouched_again(detector, base);
	step.kind = FINDING_HOST_STEP;
	if (page_step_between(&base->before, &base->after, range, base->missed,
			      detector->options.step_ns, &step.step)) {
		step.severity = step.step.bounds_disjoint ? FINDING_CRITICAL : FINDING_WARNING;
		detector->stepped = step.step.moved;
		detector->stepped_ns = step.found_ns;
		detector_emit(detector, &step);
	}
	slew.kind = FINDING_HOST_SLEW;
	slew.severity = FINDING_WARNING;
	if (page_slew_between(&detector->first_page, &base->before, &base->after, limits,
			      &slew.slew))
		detector_emit(detector, &slew);
}

static bool is_announced(uint64_t indicator)
{
	return indicator == VMCLOCK_LEAP_PRE_POS || indicator == VMCLOCK_LEAP_PRE_NEG;
}

static void handle_leap(struct detector *detector, const struct finding *base)
{
	struct finding_change leap = change_of(base, PAGE_LEAP_INDICATOR, 0);
	bool withdrawn = is_announced(leap.old_value) && leap.new_value == VMCLOCK_LEAP_NONE;
	bool undefined = leap.new_value > VMCLOCK_LEAP_POST_NEG;

	if (!differs(leap))
		return;
	if (is_announced(leap.new_value))
		emit_change(detector, base, FINDING_LEAP_ANNOUNCED, FINDING_INFO, leap);
	else
		emit_change(detector, base, FINDING_LEAP_CHANGE,
			    withdrawn || undefined ? FINDING_WARNING : FINDING_INFO, leap);
}

static void handle_smearing(struct detector *detector, const struct finding *base)
{
	struct finding_change hint = change_of(base, PAGE_SMEARING_HINT, 0);

	if (differs(hint))
		emit_change(detector, base, FINDING_SMEARING_CHANGE, FINDING_WARNING, hint);
}

/* The ABI's offset is what to add to TAI, so a positive one reads as TAI behind UTC. */
static void handle_offset_sign(struct detector *detector, const struct finding *base,
			       struct finding_change offset)
{
	struct finding finding = *base;

	if (!offset.has_new || (int64_t)offset.new_value <= 0 ||
	    (offset.has_old && (int64_t)offset.old_value > 0))
		return;
	finding.kind = FINDING_SCALE_MISMATCH;
	finding.severity = FINDING_WARNING;
	finding.scale = (struct finding_scale){.cause = SCALE_CAUSE_OFFSET_SIGN,
					       .page_offset_sec = (int64_t)offset.new_value};
	detector_emit(detector, &finding);
}

static void handle_tai_offset(struct detector *detector, const struct finding *base)
{
	struct finding_change offset =
		change_of(base, PAGE_TAI_OFFSET_SEC, VMCLOCK_FLAG_TAI_OFFSET_VALID);
	bool explained = differs(change_of(base, PAGE_LEAP_INDICATOR, 0)) ||
			 differs(change_of(base, PAGE_CLOCK_STATUS, 0));

	if (offset.has_old != offset.has_new || differs(offset))
		emit_change(detector, base, FINDING_TAI_OFFSET_CHANGE,
			    explained ? FINDING_INFO : FINDING_WARNING, offset);
	handle_offset_sign(detector, base, offset);
}

/* @flag became set, or was so from the first sample on. */
static void handle_flag(struct detector *detector, const struct finding *base, uint64_t flag,
			enum finding_kind kind)
{
	struct finding finding = *base;

	if (!page_has_flags(&base->after, flag) ||
	    (base->has_before && page_has_flags(&base->before, flag)))
		return;
	finding.kind = kind;
	finding.severity = FINDING_WARNING;
	detector_emit(detector, &finding);
}

static void handle_maintenance(struct detector *detector, const struct finding *base)
{
	handle_flag(detector, base, VMCLOCK_FLAG_DISRUPTION_SOON, FINDING_MAINTENANCE_SOON);
	handle_flag(detector, base, VMCLOCK_FLAG_DISRUPTION_IMMINENT, FINDING_MAINTENANCE_IMMINENT);
}

void detector_handle_change(struct detector *detector, const struct finding *base,
			    const struct counter_range *range)
{
	handle_identity(detector, base);
	handle_status(detector, base);
	handle_rate_and_time(detector, base, range);
	handle_leap(detector, base);
	handle_tai_offset(detector, base);
	handle_smearing(detector, base);
	handle_maintenance(detector, base);
}

void detector_handle_first(struct detector *detector, const struct finding *base)
{
	struct finding_change leap = change_of(base, PAGE_LEAP_INDICATOR, 0);

	if (is_announced(leap.new_value))
		emit_change(detector, base, FINDING_LEAP_ANNOUNCED, FINDING_INFO, leap);
	handle_offset_sign(detector, base,
			   change_of(base, PAGE_TAI_OFFSET_SEC, VMCLOCK_FLAG_TAI_OFFSET_VALID));
	handle_maintenance(detector, base);
}
