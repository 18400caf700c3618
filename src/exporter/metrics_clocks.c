// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metrics_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *clock_label(enum observed_clock clock)
{
	static const char *const labels[OBSERVED_CLOCKS] = {
		[OBSERVED_REALTIME] = "realtime",   [OBSERVED_PHC] = "phc",
		[OBSERVED_PHC_OTHER] = "phc_other", [OBSERVED_CLOCKBOUND] = "clockbound",
		[OBSERVED_OTHER] = "other",
	};

	return labels[clock];
}

/* One bound of the distance of each clock whose distance is known. */
static void write_bound(struct metrics_writer *out, const struct metrics_clock *clocks, bool upper)
{
	metric_begin(
		out, METRIC_GAUGE,
		upper ? "vmclock_clock_offset_upper_seconds" : "vmclock_clock_offset_lower_seconds",
		"seconds",
		upper ? "The clock is at most so far ahead of the page's time; negative: behind."
		      : "The clock is at least so far ahead of the page's time; negative: behind.");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (clocks[i].known)
			metric_seconds(out, LABELS("clock", clock_label(i)),
				       upper ? clocks[i].offset.hi_ns : clocks[i].offset.lo_ns);
	}
}

static void write_offsets(struct metrics_writer *out, const struct metrics_clock *clocks)
{
	write_bound(out, clocks, false);
	write_bound(out, clocks, true);
	metric_begin(out, METRIC_GAUGE, "vmclock_clock_comparable", NULL,
		     "Could the clock, which is read, be held against the page?");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (clocks[i].seen)
			metric_u64(out, LABELS("clock", clock_label(i)), clocks[i].known);
	}
	metric_begin(out, METRIC_GAUGE, "vmclock_clock_claimed_error_seconds", "seconds",
		     "How far off a clock is at most, as it claims itself, either way.");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (clocks[i].seen && clocks[i].has_claim)
			metric_seconds_u64(out, LABELS("clock", clock_label(i)),
					   clocks[i].claim_ns);
	}
}

/* One bound of the distance of CLOCK_REALTIME, by who judges it where the page carries no clock. */
static void write_witness_bound(struct metrics_writer *out, const char *const *labels,
				const struct metrics_witness *witness, bool upper)
{
	metric_begin(out, METRIC_GAUGE,
		     upper ? "vmclock_clock_reference_offset_upper_seconds"
			   : "vmclock_clock_reference_offset_lower_seconds",
		     "seconds",
		     upper ? "The clock is at most so far ahead of a reference clock, where the "
			     "page carries none; negative: behind."
			   : "The clock is at least so far ahead of a reference clock, where the "
			     "page carries none; negative: behind.");
	metric_seconds(out, labels, upper ? witness->offset.hi_ns : witness->offset.lo_ns);
}

static void write_witness(struct metrics_writer *out, const struct metrics_witness *witness)
{
	const struct reference *reference = &witness->witness.reference;
	char bytes[REFERENCE_NAME_BYTES + 1] = "", name[3 * REFERENCE_NAME_BYTES + 1], device[32];
	const char *const labels[] = {
		"clock", clock_label(OBSERVED_REALTIME), "device", device, "reference", name, NULL};

	if (!witness->known)
		return;
	memcpy(bytes, reference->name, strnlen(reference->name, REFERENCE_NAME_BYTES));
	text_utf8(bytes, strlen(bytes), name, sizeof(name));
	snprintf(device, sizeof(device), "/dev/ptp%d", reference->number);
	write_witness_bound(out, labels, witness, false);
	write_witness_bound(out, labels, witness, true);
	if (witness->witness.rank != WITNESS_BOUNDED)
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_clock_reference_claimed_error_seconds", "seconds",
		     "How far off that reference clock is at most, as it claims itself.");
	metric_seconds_u64(out, LABELS("device", device, "reference", name),
			   witness->witness.bound_ns);
}

/* What only a page shows, of itself or of those who write it. */
static bool needs_page(enum finding_kind kind)
{
	return kind < FINDING_DRIVER_ERROR || kind == FINDING_SCALE_MISMATCH ||
	       kind == FINDING_DEVICE_LOST;
}

static void write_findings(struct metrics_writer *out, const struct metrics_snapshot *snapshot)
{
	/* None is no number where no page was ever sampled. */
	bool sampled = snapshot->page.sampled_ns;

	metric_begin(out, METRIC_COUNTER, "vmclock_findings", NULL,
		     "What was found to have happened to the clock, by kind.");
	for (int kind = 0; kind < FINDINGS; kind++) {
		if (snapshot->found[kind] || ((sampled || !needs_page(kind)) &&
					      metrics_sees_finding(&snapshot->driver, kind)))
			metric_u64(out, LABELS("kind", finding_name(kind)), snapshot->found[kind]);
	}
	if (sampled || snapshot->found[FINDING_DISRUPTION]) {
		metric_begin(out, METRIC_COUNTER, "vmclock_disruptions", NULL,
			     "Changes of the disruption marker.");
		metric_u64(out, NULL, snapshot->found[FINDING_DISRUPTION]);
	}
	if (!snapshot->disrupted_at_ns)
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_last_disruption_timestamp_seconds", "seconds",
		     "When the newest disruption was found.");
	metric_seconds_u64(out, NULL, snapshot->disrupted_at_ns);
}

/* The hull of a clock's errors in the newest window. */
static void write_window_errors(struct metrics_writer *out, const struct metrics_windows *windows,
				bool upper)
{
	metric_begin(out, METRIC_GAUGE,
		     upper ? "vmclock_bad_window_clock_error_upper_seconds"
			   : "vmclock_bad_window_clock_error_lower_seconds",
		     "seconds",
		     upper ? "The upper end of all errors of the clock in the newest bad window."
			   : "The lower end of all errors of the clock in the newest bad window.");
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (windows->clock[i].known)
			metric_seconds(out, LABELS("clock", clock_label(i)),
				       upper ? windows->clock[i].error.hi_ns
					     : windows->clock[i].error.lo_ns);
	}
}

static const enum claim_state claim_states[] = {CLAIM_HOLDS, CLAIM_FAILS, CLAIM_UNKNOWN};

/* From the newest, now that it is over. */
static void write_recovery(struct metrics_writer *out, const struct metrics_windows *windows)
{
	metric_begin(out, METRIC_STATESET, "vmclock_bad_window_recovery", NULL,
		     "Was it seen that all recovered from the newest bad window?");
	for (size_t i = 0; i < sizeof(claim_states) / sizeof(claim_states[0]); i++)
		metric_state(out, claim_state_name(claim_states[i]),
			     windows->recovery.state == claim_states[i]);
	if (windows->recovery.state != CLAIM_UNKNOWN)
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_bad_window_recovery_unknown", NULL,
		     "1 for why that is not known.");
	metric_u64(out, LABELS("reason", claim_why_name(windows->recovery.why)), 1);
}

static void write_newest_window(struct metrics_writer *out, const struct metrics_windows *windows)
{
	metric_begin(out, METRIC_STATESET, "vmclock_bad_window_severity", NULL,
		     "The highest severity in the newest bad window.");
	for (int severity = FINDING_INFO; severity <= FINDING_CRITICAL; severity++)
		metric_state(out, finding_severity_name(severity),
			     windows->severity == (enum finding_severity)severity);
	metric_begin(out, METRIC_GAUGE, "vmclock_bad_window_start_timestamp_seconds", "seconds",
		     "When the newest bad window began: the last moment at which all was well.");
	metric_seconds_u64(out, NULL, windows->from_ns);
	if (!windows->open)
		write_recovery(out, windows);
	if (!windows->open && windows->recovery.state == CLAIM_HOLDS) {
		metric_begin(out, METRIC_GAUGE, "vmclock_bad_window_end_timestamp_seconds",
			     "seconds",
			     "When the newest bad window ended: the first moment from which on all "
			     "stayed well.");
		metric_seconds_u64(out, NULL, windows->to_ns);
	}
	write_window_errors(out, windows, false);
	write_window_errors(out, windows, true);
}

/* Now, and not of the newest window. */
static void write_well(struct metrics_writer *out, struct claim well)
{
	metric_begin(out, METRIC_STATESET, "vmclock_well", NULL,
		     "Are page and clocks well now, by what was seen?");
	for (size_t i = 0; i < sizeof(claim_states) / sizeof(claim_states[0]); i++)
		metric_state(out, claim_state_name(claim_states[i]), well.state == claim_states[i]);
	if (well.state != CLAIM_UNKNOWN)
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_well_unknown", NULL,
		     "1 for why that is not known.");
	metric_u64(out, LABELS("reason", claim_why_name(well.why)), 1);
}

static void write_windows(struct metrics_writer *out, const struct metrics_snapshot *snapshot)
{
	const struct metrics_windows *windows = &snapshot->windows;

	metric_begin(out, METRIC_GAUGE, "vmclock_bad_window_open", NULL,
		     "Is a clock bad now, or was it until a few seconds ago?");
	/* None open says that all is well: where that is not known, nothing does. */
	if (windows->open || snapshot->well.state == CLAIM_HOLDS)
		metric_u64(out, NULL, windows->open);
	metric_begin(out, METRIC_COUNTER, "vmclock_bad_windows", NULL,
		     "Times in which a clock was bad.");
	metric_u64(out, NULL, windows->count);
	metric_begin(out, METRIC_COUNTER, "vmclock_bad_window_seconds", "seconds",
		     "The length of all bad windows that are over.");
	metric_seconds_u64(out, NULL, windows->past_ns);
	if (windows->count)
		write_newest_window(out, windows);
}

void metrics_write_clocks(struct metrics_writer *out, const struct metrics_snapshot *snapshot)
{
	write_offsets(out, snapshot->clock);
	write_witness(out, &snapshot->witness);
	write_findings(out, snapshot);
	write_well(out, snapshot->well);
	write_windows(out, snapshot);
}
