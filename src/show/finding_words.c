// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/finding_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "judge/scale_inference.h"
#include "page/names.h"
#include "show/interval_text.h"
#include "show/peer_view.h"
#include "show/sentence.h"

/* Each is said in one go. */
#define say(words, ...) ((void)snprintf((words).text, (words).bytes, __VA_ARGS__))

struct ns_text {
	char text[TEXT_NS_BYTES];
};

static struct ns_text of_ns(uint64_t ns)
{
	struct ns_text out;

	text_ns_u64(ns, out.text, sizeof(out.text));
	return out;
}

struct span_text {
	char text[INTERVAL_TEXT_BYTES];
};

static struct span_text of_span(struct ns_interval interval)
{
	struct span_text out;

	interval_text(interval, out.text, sizeof(out.text));
	return out;
}

/* A value of @field by its name, or as a number. */
struct value_text {
	char text[32];
};

static struct value_text of_value(enum page_field field, bool has, uint64_t value)
{
	const char *name = page_value_name(field, value);
	struct value_text out;

	if (!has)
		snprintf(out.text, sizeof(out.text), "none");
	else if (name)
		snprintf(out.text, sizeof(out.text), "%s", name);
	else if (page_field_info(field)->is_signed)
		snprintf(out.text, sizeof(out.text), "%" PRId64, (int64_t)value);
	else
		snprintf(out.text, sizeof(out.text), "%" PRIu64, value);
	return out;
}

static struct value_text old_value(const struct finding *finding, enum page_field field)
{
	return of_value(field, finding->change.has_old, finding->change.old_value);
}

static struct value_text new_value(const struct finding *finding, enum page_field field)
{
	return of_value(field, finding->change.has_new, finding->change.new_value);
}

/* A TAI offset: "-37 s", or "not valid" where the page does not vouch for it. */
static struct value_text of_offset(bool has, uint64_t sec)
{
	struct value_text out = {"not valid"};

	if (has)
		snprintf(out.text, sizeof(out.text), "%" PRId64 " s", (int64_t)sec);
	return out;
}

/* The ppt of a rate as ppm with all that matters: 1234567 is 1.234567 ppm. */
static struct value_text of_ppm(int64_t ppt)
{
	uint64_t magnitude = ppt < 0 ? 0 - (uint64_t)ppt : (uint64_t)ppt;
	struct value_text out;

	snprintf(out.text, sizeof(out.text), "%s%" PRIu64 ".%03" PRIu64, ppt < 0 ? "-" : "+",
		 magnitude / 1000000, magnitude % 1000000 / 1000);
	return out;
}

static void say_step(struct words words, const struct finding *finding)
{
	const struct finding_step *step = &finding->step;

	say(words,
	    "the page's time was stepped by %s%s; %s%s%s: its marker did not move, so programs "
	    "that follow the page step too%s",
	    of_span(step->moved).text, step->out_of_range ? " or more" : "",
	    step->has_bound ? "the page before had guaranteed " : "it guarantees nothing, and ",
	    of_ns(step->bound_ns).text, step->has_bound ? "" : " count as a step",
	    step->bounds_disjoint ? "; the page was wrong before it or is wrong now" : "");
}

static void say_slew(struct words words, const struct finding *finding)
{
	const struct finding_slew *slew = &finding->slew;

	say(words,
	    "the host's clock now runs %s ppm%s against before; that is more than the %s ppm %s: "
	    "rates learnt from it are void",
	    of_ppm(slew->change_ppt).text, slew->out_of_range ? " or more" : "",
	    of_ppm((int64_t)(slew->bound_ppt < INT64_MAX ? slew->bound_ppt : INT64_MAX)).text + 1,
	    slew->has_bound ? "that both pages allow" : "that count where pages guarantee nothing");
}

static const char *status_advice(uint64_t status)
{
	switch (status) {
	case VMCLOCK_STATUS_SYNCHRONIZED:
		return "the page's time can be relied on within its bounds";
	case VMCLOCK_STATUS_FREERUNNING:
		return "the host lost its source of time, and its error grows from here on";
	case VMCLOCK_STATUS_INITIALIZING:
		return "the page's time is not to be used until it is SYNCHRONIZED";
	case VMCLOCK_STATUS_UNRELIABLE:
		return "do not use the page's time; the driver refuses to";
	}
	return "the hypervisor does not say how good its clock is";
}

/* Before a leap second is over it was announced; a page that has it behind it only tells of it. */
static const char *leap_over(const struct finding_change *change)
{
	bool positive = change->new_value == VMCLOCK_LEAP_POST_POS;
	bool announced = positive ? change->old_value == VMCLOCK_LEAP_PRE_POS ||
					    change->old_value == VMCLOCK_LEAP_POS
				  : change->old_value == VMCLOCK_LEAP_PRE_NEG;

	if (change->has_old && announced)
		return "the leap second is over, and the TAI offset is a new one";
	return positive ? "a second was inserted at the end of last month, by this page"
			: "a second was left out at the end of last month, by this page";
}

static const char *leap_advice(uint64_t indicator)
{
	switch (indicator) {
	case VMCLOCK_LEAP_PRE_POS:
		return "a second will be inserted at the end of the month: who smears needs to "
		       "know";
	case VMCLOCK_LEAP_PRE_NEG:
		return "a second will be left out at the end of the month: who smears needs to "
		       "know";
	case VMCLOCK_LEAP_POS:
		return "it is 23:59:60";
	case VMCLOCK_LEAP_NONE:
		return "none is due";
	}
	return "the ABI does not define that value: whether a leap second is due is not known";
}

static const char *disruption_advice(const struct finding *finding)
{
	if (finding->has_after && page_mode(&finding->after) == PAGE_MARKER_ONLY)
		return "so take time from another clock, as the page carries none";
	return "so take value and rate from the page anew";
}

static void say_change(struct words words, const struct finding *finding)
{
	const uint64_t is = finding->change.new_value;

	switch (finding->kind) {
	case FINDING_DISRUPTION:
		say(words,
		    "the counter was disrupted, as by a live migration (marker %s > %s): what was "
		    "calibrated before is void, %s",
		    old_value(finding, PAGE_DISRUPTION_MARKER).text,
		    new_value(finding, PAGE_DISRUPTION_MARKER).text, disruption_advice(finding));
		break;
	case FINDING_RESTORE:
		say(words,
		    "the machine was restored from a snapshot (generation %s > %s): time has "
		    "jumped, and what must be unique (keys, leases, identifiers) may not be",
		    old_value(finding, PAGE_VM_GENERATION).text,
		    new_value(finding, PAGE_VM_GENERATION).text);
		break;
	case FINDING_STATUS_CHANGE:
		say(words, "the hypervisor's clock is %s, was %s: %s",
		    new_value(finding, PAGE_CLOCK_STATUS).text,
		    old_value(finding, PAGE_CLOCK_STATUS).text, status_advice(is));
		break;
	case FINDING_LEAP_ANNOUNCED:
	case FINDING_LEAP_CHANGE:
		say(words, "the leap second indicator is %s, was %s: %s",
		    new_value(finding, PAGE_LEAP_INDICATOR).text,
		    old_value(finding, PAGE_LEAP_INDICATOR).text,
		    is == VMCLOCK_LEAP_POST_POS || is == VMCLOCK_LEAP_POST_NEG
			    ? leap_over(&finding->change)
			    : leap_advice(is));
		break;
	case FINDING_TAI_OFFSET_CHANGE:
		say(words, "the page's TAI offset is %s, was %s: UTC computed from TAI %s",
		    of_offset(finding->change.has_new, finding->change.new_value).text,
		    of_offset(finding->change.has_old, finding->change.old_value).text,
		    !finding->change.has_new   ? "is not known any more"
		    : !finding->change.has_old ? "was not known before"
					       : "moves by the difference");
		break;
	default:
		say(words,
		    "the hypervisor asks for leap seconds to be smeared by %s, before by %s: "
		    "machines that disagree differ by up to a second around one",
		    new_value(finding, PAGE_SMEARING_HINT).text,
		    old_value(finding, PAGE_SMEARING_HINT).text);
		break;
	}
}

static void say_stale(struct words words, const struct finding *finding)
{
	const struct finding_stale *stale = &finding->stale;

	say(words,
	    "the host has not updated the page for %s: %s of its error bound of %s is age, more "
	    "than %s; ask who runs the host whether its clock daemon does",
	    of_ns(stale->age_ns).text, of_ns(stale->growth_ns).text, of_ns(stale->bound_ns).text,
	    of_ns(stale->limit_ns).text);
}

static void say_reference(struct words words, const struct finding *finding)
{
	const struct finding_reference *reference = &finding->reference;

	say(words,
	    "the counter is %" PRIu64 " ticks (%s) before the page's reference: drivers up to "
	    "Linux 7.3 then return a date thousands of years off; do not read the PTP clock until "
	    "the next update",
	    reference->ticks, reference->has_ns ? of_ns(reference->ns).text : "very long");
}

static void say_driver_error(struct words words, const struct finding *finding)
{
	const struct event *event = &finding->event;
	char cause[EVENT_CAUSE_BYTES];

	say(words, "reading the clock by %s fails (%s): %s", event_path_name(event->path),
	    event_result_name(event->result), event_failure_text(event, cause));
}

static void say_mismatch(struct words words, const struct finding *finding)
{
	const struct driver_answer *answer = &finding->mismatch;
	char apart[TEXT_NS_BYTES];

	text_ns(answer->minus_page_ns, true, apart, sizeof(apart));
	say(words, "the driver's time is %s%s from the page's at the same counter value%s%s", apart,
	    answer->out_of_range ? " or more" : "", answer->why ? ": " : "",
	    answer->why ? answer->why : "");
}

#define OFF_BYTES (INTERVAL_TEXT_BYTES + 16)

/* "250 ms behind", "120 ms to 250 ms ahead of", and what may be neither with both its ends. */
static void off_text(struct ns_interval offset, char off[OFF_BYTES])
{
	struct words words = {off, OFF_BYTES};
	bool is_ahead = offset.lo_ns > 0;

	*off = '\0';
	if (!error_sure_ns(offset)) {
		snprintf(off, OFF_BYTES, "%s from", of_span(offset).text);
		return;
	}
	say_off(&words, offset);
	if (is_ahead)
		strncat(off, " of", OFF_BYTES - strlen(off) - 1);
}

static void say_clock(struct words words, const struct finding *finding)
{
	const struct finding_clock *clock = &finding->clock;
	const struct peer_name peer = {.clock = clock->clock,
				       .reference = finding->event.clock.reference};
	char witness[WITNESS_TEXT_BYTES], name[PEER_TEXT_BYTES], off[OFF_BYTES];

	off_text(clock->offset, off);
	if (witness_is_other(&clock->witness)) {
		say(words, "%s is %s the %s of %s; it claims to be within %s",
		    observed_clock_name(clock->clock), off, clock_scale_name(clock->scale),
		    witness_text(&clock->witness, witness), of_ns(clock->claim_ns).text);
		return;
	}
	say(words,
	    "%s is %s the page's %s; it claims to be within %s, and the page within %s: one of the "
	    "two is wrong",
	    peer_text(&peer, name), off, clock_scale_name(clock->scale),
	    of_ns(clock->claim_ns).text, of_ns(clock->page_claim_ns).text);
}

static void say_pair(struct words words, const struct finding *finding)
{
	pair_words(&finding->pair, words.text, words.bytes);
}

static void say_scale(struct words words, const struct finding *finding)
{
	const struct finding_scale *scale = &finding->scale;

	switch (scale->cause) {
	case SCALE_CAUSE_OFFSET_SIGN:
		say(words,
		    "the page's TAI offset is %+" PRId64 " s, and by the ABI it is negative: who "
		    "adds it as it stands is off by twice as much",
		    scale->page_offset_sec);
		break;
	case SCALE_CAUSE_CLOCK:
		say(words,
		    "%s is %s from the page's %s, the scale that it is said to be on: it "
		    "shows the other one",
		    observed_clock_name(scale->clock.clock), of_span(scale->clock.offset).text,
		    clock_scale_name(scale->clock.scale));
		break;
	case SCALE_CAUSE_KERNEL_OFFSET:
		say(words,
		    "the kernel's TAI offset is %" PRId64 " s and the page's %" PRId64
		    " s: CLOCK_TAI is off by whole seconds",
		    scale->kernel_offset_sec, scale->page_offset_sec);
		break;
	}
}

static void say_stun(struct words words, const struct finding *finding)
{
	const struct finding_stun *stun = &finding->stun;

	say(words, "this machine did not run for %s%s%s: timeouts and leases ran on without it",
	    stun->at_least ? "at least " : "",
	    stun->at_least ? of_ns((uint64_t)stun->length.lo_ns).text : of_span(stun->length).text,
	    stun->by == STUN_BY_COUNTER ? ", and CLOCK_MONOTONIC stood still meanwhile" : "");
}

static void say_seqlock(struct words words, const struct finding *finding)
{
	static const char follow[] = "its writer breaks the seqlock, and a reader may get a mix of "
				     "two states";
	const struct finding_seqlock *seqlock = &finding->seqlock;

	if (seqlock->cause == SEQLOCK_UNCHANGED)
		say(words, "the page changed while seq_count stayed %" PRIu32 ": %s",
		    seqlock->new_seq, follow);
	else
		say(words, "seq_count went %s from %" PRIu32 " to %" PRIu32 ": %s",
		    seqlock->cause == SEQLOCK_BACK ? "back" : "on too fast", seqlock->old_seq,
		    seqlock->new_seq, follow);
}

static const char *change_words(enum clock_change_how how)
{
	switch (how) {
	case CLOCK_STEPPED:
		return "stepped";
	case CLOCK_SLEWED:
		return "changed the rate of";
	case CLOCK_NEW_SOURCE:
	case CLOCK_CHANGES:
		break;
	}
	return "switched the clocksource of";
}

static void say_clock_set(struct words words, const struct finding *finding)
{
	const struct event_clock_change *change = &finding->event.change;
	const struct event_reader *who = &finding->event.who;
	char comm[TEXT_DISPLAY_BYTES(EVENT_COMM_BYTES)];
	char by[INTERVAL_TEXT_BYTES + 40] = "";

	text_display(who->comm, strnlen(who->comm, EVENT_COMM_BYTES), comm, sizeof(comm));
	if (change->how == CLOCK_STEPPED)
		snprintf(by, sizeof(by), " by %s", of_span(change->step).text);
	else if (change->how == CLOCK_SLEWED)
		snprintf(by, sizeof(by), " from %s to %s ppm", of_ppm(change->old_ppt).text,
			 of_ppm(change->new_ppt).text);
	say(words, "%s (%" PRIu32 ") %s the system clock%s", comm, who->pid,
	    change_words(change->how), by);
}

static void say_losses(struct words words, const struct finding *finding)
{
	const struct event_losses *losses = &finding->losses;

	say(words,
	    "%" PRIu64 " events were lost and %" PRIu64 " came without their page: what happened "
	    "meanwhile may not have been found",
	    event_losses_total(losses), losses->page_unreadable);
}

static void say_simple(struct words words, const struct finding *finding)
{
	const char *text;

	switch (finding->kind) {
	case FINDING_MAINTENANCE_SOON:
		text = "the host announces a disruption within a day: plan for a live migration";
		break;
	case FINDING_MAINTENANCE_IMMINENT:
		text = "the host announces a disruption within an hour: drain, or move leadership";
		break;
	case FINDING_DEVICE_LOST:
		text = finding->lost == LOST_DEVICE
			       ? "the vmclock device is gone: nothing tells of disruptions now"
			       : "what is there is no vmclock page any more: nothing on it is safe";
		break;
	default:
		text = "";
		break;
	}
	say(words, "%s", text);
}

static void say_stuck(struct words words, const struct finding *finding)
{
	say(words,
	    "an update of the page does not end: seq_count has been %" PRIu32 " for %s, and "
	    "readers fail; report it to whoever runs the host",
	    finding->stuck.seq, of_span(finding->stuck.for_ns).text);
}

typedef void (*say_fn)(struct words words, const struct finding *finding);

static const say_fn sayers[FINDINGS] = {
	[FINDING_DISRUPTION] = say_change,
	[FINDING_RESTORE] = say_change,
	[FINDING_HOST_STEP] = say_step,
	[FINDING_HOST_SLEW] = say_slew,
	[FINDING_STATUS_CHANGE] = say_change,
	[FINDING_LEAP_ANNOUNCED] = say_change,
	[FINDING_LEAP_CHANGE] = say_change,
	[FINDING_TAI_OFFSET_CHANGE] = say_change,
	[FINDING_SMEARING_CHANGE] = say_change,
	[FINDING_MAINTENANCE_SOON] = say_simple,
	[FINDING_MAINTENANCE_IMMINENT] = say_simple,
	[FINDING_WRITER_STUCK] = say_stuck,
	[FINDING_SEQLOCK_BROKEN] = say_seqlock,
	[FINDING_NOT_UPDATED] = say_stale,
	[FINDING_COUNTER_BEFORE_REFERENCE] = say_reference,
	[FINDING_DRIVER_ERROR] = say_driver_error,
	[FINDING_DRIVER_MISMATCH] = say_mismatch,
	[FINDING_WRONG_BOUND] = say_clock,
	[FINDING_CLOCKS_DISAGREE] = say_pair,
	[FINDING_STUN] = say_stun,
	[FINDING_CLOCK_SET] = say_clock_set,
	[FINDING_SCALE_MISMATCH] = say_scale,
	[FINDING_DEVICE_LOST] = say_simple,
	[FINDING_DATA_LOSS] = say_losses,
};

void finding_sentence(const struct finding *finding, char *text, size_t bytes)
{
	sayers[finding->kind]((struct words){text, bytes}, finding);
}

void finding_when(const struct finding *finding, char *text, size_t bytes)
{
	char missed[64] = "";

	if (finding->since_start) {
		snprintf(text, bytes, "so already when the watch began");
		return;
	}
	if (finding->missed)
		snprintf(missed, sizeof(missed), "; %" PRIu32 " update%s in it %s missed",
			 finding->missed, finding->missed == 1 ? "" : "s",
			 finding->missed == 1 ? "was" : "were");
	if (finding->found_ns == finding->not_before_ns)
		snprintf(text, bytes, "at that moment%s", missed);
	else
		snprintf(text, bytes, "within %s before%s",
			 of_ns(finding->found_ns - finding->not_before_ns).text, missed);
}
