// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/landing_verdict.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "judge/health.h"
#include "page/names.h"
#include "page/warning.h"
#include "show/sentence.h"

const char *landing_level_name(enum landing_level level)
{
	static const char *const names[] = {
		[LANDING_OK] = "OK",
		[LANDING_WARNING] = "WARNING",
		[LANDING_CRITICAL] = "CRITICAL",
		[LANDING_UNKNOWN] = "UNKNOWN",
	};

	return names[level];
}

const char *landing_finding_runbook(enum finding_kind kind)
{
	static const char *const runbooks[FINDINGS] = {
		[FINDING_DISRUPTION] = "VmclockDisrupted",
		[FINDING_RESTORE] = "VmclockRestored",
		[FINDING_HOST_STEP] = "VmclockHostStepped",
		[FINDING_HOST_SLEW] = "VmclockHostStepped",
		[FINDING_STATUS_CHANGE] = "VmclockStatus",
		[FINDING_LEAP_ANNOUNCED] = "VmclockLeapSecond",
		[FINDING_LEAP_CHANGE] = "VmclockLeapSecond",
		[FINDING_MAINTENANCE_SOON] = "VmclockMaintenance",
		[FINDING_MAINTENANCE_IMMINENT] = "VmclockMaintenance",
		[FINDING_WRITER_STUCK] = "VmclockNotUpdated",
		[FINDING_SEQLOCK_BROKEN] = "VmclockClockBad",
		[FINDING_NOT_UPDATED] = "VmclockNotUpdated",
		[FINDING_COUNTER_BEFORE_REFERENCE] = "VmclockClockBad",
		[FINDING_DRIVER_ERROR] = "VmclockDriverErrors",
		[FINDING_DRIVER_MISMATCH] = "VmclockClockBad",
		[FINDING_WRONG_BOUND] = "VmclockWrongBound",
		[FINDING_CLOCKS_DISAGREE] = "VmclockClocksDisagree",
		[FINDING_STUN] = "VmclockStunned",
		[FINDING_CLOCK_SET] = "VmclockClockOff",
		[FINDING_SCALE_MISMATCH] = "VmclockClockBad",
		[FINDING_DEVICE_LOST] = "VmclockDeviceLost",
		[FINDING_DATA_LOSS] = "VmclockEventsLost",
	};

	return runbooks[kind];
}

bool landing_is_healthy(const struct metrics_snapshot *snapshot, uint64_t now_ns)
{
	return now_ns < snapshot->turn_ns + LANDING_STALL_NS;
}

bool landing_clock_is_wrong(const struct metrics_snapshot *snapshot, enum observed_clock clock)
{
	const struct metrics_clock *seen = &snapshot->clock[clock];

	return seen->wrong &&
	       (seen->known || (clock == OBSERVED_REALTIME && snapshot->witness.known));
}

static void set(struct landing_verdict *out, enum landing_level level, const char *headline)
{
	out->level = level;
	out->is_red = level == LANDING_CRITICAL;
	snprintf(out->headline, sizeof(out->headline), "%s", headline);
}

/* A clause as a sentence, after the one that is there. */
static void add_why(struct landing_verdict *out, const char *before, const char *clause)
{
	struct words words = {out->why, sizeof(out->why)};
	size_t at = strlen(out->why);

	say(&words, "%s%s%s.", at ? " " : "", before, clause);
	if (at)
		at++;
	out->why[at] = (char)toupper((unsigned char)out->why[at]);
}

/* Nothing is seen to be bad: why all may yet not be well; NULL: it is. */
static const char *why_not_known(const struct metrics_snapshot *snapshot)
{
	const struct metrics_windows *windows = &snapshot->windows;

	for (int i = 0; snapshot->well.state == CLAIM_UNKNOWN &&
			snapshot->well.why == CLAIM_CLOCK_UNKNOWN && i < OBSERVED_CLOCKS;
	     i++) {
		if (snapshot->clock[i].seen && !snapshot->clock[i].known)
			return error_unknown_means(snapshot->clock[i].why);
	}
	if (snapshot->well.state == CLAIM_UNKNOWN)
		return claim_why_means(snapshot->well.why);
	if (windows->count && windows->recovery.state == CLAIM_FAILS)
		return "a clock was still bad when it was last seen";
	if (windows->count && windows->recovery.state == CLAIM_UNKNOWN)
		return claim_why_means(windows->recovery.why);
	/* Where another clock judges, the page has none to compare with. */
	for (int i = 0; i < OBSERVED_CLOCKS && !snapshot->witness.known; i++) {
		if (snapshot->clock[i].seen && !snapshot->clock[i].known)
			return error_unknown_means(snapshot->clock[i].why);
	}
	return NULL;
}

/* --- What is bad, each of these first of those that follow */

static bool is_stalled(const struct metrics_snapshot *snapshot, uint64_t now_ns,
		       struct landing_verdict *out)
{
	if (landing_is_healthy(snapshot, now_ns))
		return false;
	set(out, LANDING_UNKNOWN, "The observer has stopped: what stands here is old.");
	out->action = "Restart the exporter.";
	out->command = "systemctl restart vmclock-exporter";
	out->runbook = "VmclockExporterStalled";
	return true;
}

/* One that was there is lost; where none ever was there is nothing to know. */
static bool has_no_page(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	bool was_there = snapshot->page.sampled_ns || snapshot->found[FINDING_DEVICE_LOST];

	if (snapshot->page.present && page_mode(&snapshot->page.page) != PAGE_INVALID)
		return false;
	if (snapshot->page.present)
		set(out, snapshot->found[FINDING_DEVICE_LOST] ? LANDING_CRITICAL : LANDING_UNKNOWN,
		    "What is there is no vmclock page.");
	else if (was_there)
		set(out, LANDING_CRITICAL, "The vmclock device is gone.");
	else
		set(out, LANDING_UNKNOWN, "There is no vmclock to sample.");
	if (was_there && !snapshot->page.present)
		out->since_ns = snapshot->page.gone_ns;
	add_why(out, "", "what happens to the clock is not seen");
	out->action = "See whether driver and device are there.";
	out->command = "vmclock-trace doctor";
	out->runbook =
		snapshot->found[FINDING_DEVICE_LOST] || (was_there && !snapshot->page.present)
			? "VmclockDeviceLost"
			: "VmclockNeverThere";
	return true;
}

static bool has_wrong_clock(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	struct words words = {out->headline, sizeof(out->headline)};
	const struct metrics_windows *windows = &snapshot->windows;
	int worst = -1;

	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		if (landing_clock_is_wrong(snapshot, (enum observed_clock)i) &&
		    (worst < 0 || error_sure_ns(snapshot->clock[i].error) >
					  error_sure_ns(snapshot->clock[worst].error)))
			worst = i;
	}
	if (worst < 0)
		return false;
	set(out, LANDING_CRITICAL, "");
	say(&words, "%s ", clock_words((enum observed_clock)worst));
	say_at_least(&words, snapshot->clock[worst].error);
	say(&words, ".");
	if (windows->open)
		snprintf(out->why, sizeof(out->why), "%s", windows->headline);
	out->since_ns = snapshot->clock[worst].wrong_since_ns;
	out->runbook = "VmclockClockOff";
	if (worst == OBSERVED_REALTIME) {
		out->action = "Restart the time daemon, then wait until the clock is right.";
		out->command = "vmclock-trace wait --for synchronized --timeout 2m";
	} else {
		out->action = "See which clock is wrong.";
		out->command = "vmclock-trace compare";
	}
	return true;
}

/* By the rule of all commands it is bad, a warning, or not known; red it is in any case. */
static enum landing_level level_of_page(const struct page *page, page_warning_set unsafe)
{
	if (health_bad_warnings(unsafe))
		return LANDING_CRITICAL;
	return health_is_freerunning(page) ? LANDING_WARNING : LANDING_UNKNOWN;
}

/* The host does not say that its clock is good, or the page cannot be right. */
static bool is_not_vouched_for(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	static const page_warning_set status = PAGE_WARNING_BIT(PAGE_WARN_STATUS_NOT_VALID) |
					       PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNKNOWN_VALUE) |
					       PAGE_WARNING_BIT(PAGE_WARN_STATUS_UNRELIABLE);
	const struct page *page = &snapshot->page.page;
	struct words words = {out->headline, sizeof(out->headline)};
	page_warning_set unsafe = page_warnings_unsafe(page_mode(page), page_warnings(page));
	const char *name = page_status_name(page_get(page, PAGE_CLOCK_STATUS));

	if (!unsafe && !health_is_freerunning(page))
		return false;
	set(out, level_of_page(page, unsafe), "");
	out->is_red = true;
	if (health_is_freerunning(page)) {
		say(&words, "The host has no source of time (FREERUNNING).");
	} else if (unsafe & status) {
		say(&words, "The host does not vouch for its clock: %s.",
		    name ? name : "undefined status");
	} else {
		say(&words, "The page is not safe to use.");
		add_why(out, "",
			page_warning_info((enum page_warning)__builtin_ctz(unsafe))->means);
	}
	out->action = "Take time from NTP until the host's clock is good again.";
	out->command = "vmclock-trace status";
	out->runbook = "VmclockStatus";
	return true;
}

static bool has_window(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	const struct metrics_windows *windows = &snapshot->windows;
	bool fails = snapshot->well.state == CLAIM_FAILS ||
		     (windows->count && !windows->open && windows->recovery.state == CLAIM_FAILS);

	if (!windows->open && !fails)
		return false;
	set(out,
	    windows->open && windows->severity != FINDING_CRITICAL ? LANDING_WARNING
								   : LANDING_CRITICAL,
	    windows->count && (windows->open || snapshot->well.state != CLAIM_FAILS)
		    ? windows->headline
		    : "A clock disagrees with the page.");
	if (windows->open)
		add_why(out, "", "a clock is bad, or was until a few seconds ago");
	out->action = "See which clock is wrong.";
	out->command = "vmclock-trace compare";
	out->runbook = "VmclockClockBad";
	return true;
}

/* Told beside it: whether all is well meanwhile. */
static bool is_announced(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	const struct page *page = &snapshot->page.page;
	bool hour = page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_IMMINENT);
	const char *why = why_not_known(snapshot);

	if (!hour && !page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_SOON))
		return false;
	set(out, LANDING_WARNING,
	    hour ? "The host announces a disruption within the hour."
		 : "The host announces a disruption within the day.");
	if (why)
		add_why(out, "whether the clock is well until then is not known: ", why);
	else
		add_why(out, "", "until now nothing is wrong with the clock");
	out->action = "Move what relies on the time, or make it wait, before that.";
	out->command = "vmclock-trace wait --for disruption";
	out->runbook = "VmclockMaintenance";
	return true;
}

static void set_quiet(const struct metrics_snapshot *snapshot, struct landing_verdict *out)
{
	const struct metrics_windows *windows = &snapshot->windows;
	const char *why = why_not_known(snapshot);

	if (!why) {
		set(out, LANDING_OK, "The clock is well.");
		return;
	}
	set(out, LANDING_UNKNOWN, "Whether the clock is well is not known.");
	add_why(out, "", why);
	out->action = "Compare it with the other clocks of this machine.";
	out->command = "vmclock-trace compare";
	out->runbook = windows->count && snapshot->well.state != CLAIM_HOLDS &&
				       windows->recovery.state == CLAIM_UNKNOWN
			       ? "VmclockRecoveryNotKnown"
			       : "VmclockNotKnown";
}

void landing_verdict_of(const struct metrics_snapshot *snapshot, uint64_t now_ns,
			struct landing_verdict *out)
{
	memset(out, 0, sizeof(*out));
	if (!is_stalled(snapshot, now_ns, out) && !has_no_page(snapshot, out) &&
	    !has_wrong_clock(snapshot, out) && !is_not_vouched_for(snapshot, out) &&
	    !has_window(snapshot, out) && !is_announced(snapshot, out))
		set_quiet(snapshot, out);
}
