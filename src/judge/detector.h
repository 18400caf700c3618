/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in, findings out. Pure: time comes with the events, nothing is read, printed or allocated
 * after detector_new(), and the same events always give the same findings, whether they come from a
 * live kernel, a recording or a scenario.
 *
 *	static void on_finding(const struct finding *finding, void *arg) { ... }
 *
 *	struct detector *detector = detector_new(NULL, on_finding, NULL);
 *	while (next(source, &event))
 *		detector_event(detector, &event);
 *	detector_free(detector);
 *
 * Each page that an event brings is compared with the newest one known. What an EVENT_PAGE or
 * EVENT_CLOCK shows (a sample of the observer's own) is in force; a copy that the kernel made
 * during a read may arrive late, so one with an earlier seq_count than the newest is passed over
 * for a second.
 *
 * A torn copy is never judged, only its odd seq_count. A page that is PAGE_INVALID is never
 * compared; the next valid one is, with the last valid one.
 *
 * `before` and `after` are two such pages, c a counter value, t(p, c) the time of page p at c,
 * B(p, c) its max error there, [lo, hi] an interval that surely holds a value (base/instant.h).
 * A page is *vouched for* if its status is SYNCHRONIZED or FREERUNNING. The kinds:
 *
 * disruption: disruption_marker differs. Critical.
 *
 * restore: vm_generation_counter differs, where both have VM_GEN_COUNTER_PRESENT. Critical. The
 *	marker mostly moves with it: two findings, one incident.
 *
 * host_step: the marker is the same, the counter_id too, and moved(c) = t(after, c) - t(before, c)
 *	is surely outside [-B, +B], B = B(before, c) + B(after, c): no time is within both pages'
 *	bounds, so noise within them is no step. At c = after's reference, where its error is
 *	smallest; or on the same side at both ends of the time in which the update came (the
 *	counter of the last sample at `before`, and of the first at `after`), so that a producer who
 *	leaves the reference far behind is seen to step too, and a mere change of rate is not taken
 *	for a step. Where updates were missed in between, only the latter counts, for a change of
 *	rate may hide among them. B is a claim only if both pages are vouched for and have their
 *	max error flags. If `before` alone has them, B = B(before, c); else it is step_ns, or B if
 *	that is more, and that only where both are vouched for or both are UNKNOWN: a clock that is
 *	INITIALIZING or UNRELIABLE, or changes to or from that, is expected to move; but the first
 *	page behind it that is vouched for is compared with the last one before it, if both have
 *	bounds. Compared on
 *	the page's own scale; where that changes, or a leap second is due within an hour, on every
 *	scale that both tell (UTC, TAI), for a leap second moves only one; where a page on UTC
 *	tells no TAI, the second that leap_indicator tells of is allowed for. Where the marker
 *	moved and the reference did not, the page holds the clock from before until the reference
 *	moves too: what comes then is another clock, and never a step or slew of that one. Critical
 *	if no time is within both pages' bounds, else warning.
 *
 * host_slew: the marker, counter_id are the same, both vouched for (or both UNKNOWN), and the
 *	periods p differ by more than both claim: |p' - p| > e + e' (e: period_maxerror, if both
 *	have the flag) and by at least slew_min_ppt, a change too small to matter to anybody; or,
 *	where one has no such flag, |p' - p| >= slew_ppt of p. The periods are exact rationals.
 *	Warning.
 *
 * status_change: clock_status differs. Info to SYNCHRONIZED, warning to FREERUNNING and
 *	INITIALIZING, else critical.
 *
 * leap_announced: leap_indicator becomes PRE_POS or PRE_NEG, or is so at the first sample. Info.
 * leap_change: leap_indicator becomes anything else. Info; warning where an announced leap second
 *	is withdrawn (PRE_* to NONE), and for a value that the ABI does not define.
 *
 * tai_offset_change: tai_offset_sec differs, or its flag does. Info with a change of leap_indicator
 *	or of clock_status; else warning.
 *
 * smearing_change: leap_second_smearing_hint differs. Warning.
 *
 * maintenance_soon, maintenance_imminent: the flag becomes set, or is at the first sample. Warning.
 *
 * writer_stuck: the observer's own samples show one and the same odd seq_count, and the last comes
 *	at least stuck_ns after the first. Once for each such value. Critical. The default is what
 *	the driver waits before reads fail. (Other odd values meanwhile: many updates, not a stuck
 *	one.)
 *
 * seqlock_broken: the observer's own samples show that the writer breaks the seqlock: the
 *	page changed and its seq_count did not, or that went back, or on by more updates than fit
 *	into the time (page/sequence.h). Not where the marker moved or the device had been lost,
 *	for then another writer may count anew. Once until error_quiet_ns passed without. Warning.
 *
 * not_updated: the page is full, vouched for, has its max error flags, and what age has added to
 *	its error, G = |c - reference| * period_maxerror, surely is > limit at an own sample, clock
 *	or tick, where limit = max(time_maxerror, stale_ns) and no update was seen for more than
 *	STALE_GAPS times the longest time between two updates so far; as long as none was seen,
 *	limit = max(time_maxerror, stale_first_ns). So a host that updates rarely is not blamed for
 *	it, and one that stops is found when age outweighs the error that it promised. Once until
 *	the next update. Warning.
 *
 * counter_before_reference: the page is full and a counter read after it is before its reference:
 *	(int64_t)(c - counter_value) < 0. The driver takes the difference as unsigned and returns a
 *	date thousands of years off. By own samples, and by reads whose counter the kernel exposes.
 *	Once for each marker, until the counter was behind its reference for REFERENCE_QUIET_NS.
 *	Critical.
 *
 * driver_error: a read through the choke point failed; or a user call did with ETIMEDOUT, ENODEV or
 *	EIO and no failed read within it (what else can fail there, such as EFAULT, EROFS and
 *	EOPNOTSUPP, is the caller's doing). Once for each path and errno until error_quiet_ns passed
 *	without one. Critical for ETIMEDOUT and EINVAL of the choke point, else warning.
 *
 * driver_mismatch: what the driver returned differs from the page at the same counter, the page
 *	stable (judge/driver_answer.h). Once until an answer is equal again. Critical.
 *
 * wrong_bound: in an EVENT_CLOCK with a claim and a stable page that is vouched for and has its max
 *	error, no time is within both: the clock at any moment between the two counters, widened by
 *	its claim, against the page over the same, widened by its own. A clock on UTC may also be
 *	where a leap second that the page tells of puts it (leap_second_explains()). Once for each
 *	clock until it agrees again. Critical. Where the page carries no clock, CLOCK_REALTIME is
 *	held against the witness (judge/witness.h) instead, by what both claim; one that claims
 *	nothing gets HEALTH_BACK_NS, and it is a warning.
 *
 * clocks_disagree: two clocks, of which at least one claims a bound, surely show times that are
 *	farther apart than both claim; one that claims none gets HEALTH_BACK_NS. (1) a reference
 *	clock of known scale and the page, at one counter value, where not both claim (else it is
 *	wrong_bound); in the hours around a leap second as there. (2) any two of the reference
 *	clocks, ClockBound and CLOCK_REALTIME, twice in the same direction, neither of them off by
 *	the page or the witness (judge/witness_peers.h). Once for each pair until they agree.
 *	Warning: which of the two is wrong is not known.
 *
 * scale_mismatch: (1) tai_offset_sec is valid and positive. Once until that changes. Warning. (2) a
 *	clock that is stated to be on UTC is farther from the page's UTC than SCALE_NEAR_NS, and
 *	within that from its TAI, or the other way round. Once for each clock until it is near its
 *	own scale; no wrong_bound meanwhile. Critical. (3) the kernel has a TAI offset and the page
 *	another size of it for that moment, not within LEAP_TURN_SEC of a leap second. Once until
 *	they agree. Warning.
 *
 * stun: a tick came stun_ns or more later than it was due, less the time for which the guest itself
 *	made it wait; length from that to the time since the tick before, by CLOCK_MONOTONIC or the
 *	counter, whichever is more. Where the counter cannot tell (unknown, or disrupted meanwhile,
 *	or no page sampled within STUN_SAMPLED_NS before the tick shows that it was not) it is at
 *	least so long, as CLOCK_MONOTONIC may have stood still too. Never of a first tick. Or
 *	CLOCK_MONOTONIC stood meanwhile as well: between two ticks the counter (counter_hz known)
 *	went on by stun_ns or more than CLOCK_MONOTONIC and STUN_RATE_PPM for the nominal rate
 *	allow, and the marker is not known to have changed in between, which would explain that; nor
 *	does the page's next clock, for which it waits HELD_NS, step back by as much.
 *	Warning.
 *
 * clock_set: a call that changed the system clock succeeded: any step but of exactly 0; a change of
 *	its rate of at least clock_slew_ppt, which time daemons do not need while all is well;
 *	another clocksource. Warning; critical for a step of clock_step_ns or more either way.
 *
 * device_lost: the device went away, or an own sample found what is no vmclock page where one was.
 *	Once until a valid page is seen. Critical.
 *
 * data_loss: the totals of an EVENT_LOSS have grown since the one before. Warning.
 *
 * Not found, because nothing in the events shows it: a change that was undone between two samples
 * (`missed` counts the updates), and any move inside the bounds.
 */
#ifndef VMCLOCK_TRACE_JUDGE_DETECTOR_H
#define VMCLOCK_TRACE_JUDGE_DETECTOR_H

#include <stdint.h>

#include "event/event.h"
#include "judge/finding.h"
#include "judge/page_in_force.h"
#include "judge/thresholds.h"

/* Thresholds, of which judge/thresholds.h has the defaults; 0 stands for the default. */
struct detector_options {
#define DETECTOR_OPTION(option, value, unit, finding, about) uint64_t option;
	DETECTOR_THRESHOLDS(DETECTOR_OPTION)
#undef DETECTOR_OPTION
};

/* What has passed through. */
struct detector_counts {
	uint64_t events;
	uint64_t samples;	 /* EVENT_PAGE and EVENT_CLOCK with a stable page */
	uint64_t torn;		 /* samples during an update */
	uint64_t late_copies;	 /* passed over */
	uint64_t updates;	 /* by seq_count */
	uint64_t missed_updates; /* of them, not seen by themselves */
	uint64_t
		silent_changes; /* of samples at which seqlock_broken was so: seq_count unchanged */
	uint64_t notifications;
	uint64_t finding[FINDINGS];
	uint64_t errors_unlisted; /* driver errors beyond the table of causes: not found */
};

/* @finding is valid during the call only; calling the detector from it is not allowed. */
typedef void (*finding_fn)(const struct finding *finding, void *arg);

struct detector;

/* A detector for one machine with at most one page; NULL without memory. NULL options: defaults. */
struct detector *detector_new(const struct detector_options *options, finding_fn found, void *arg);

/*
 * Where the page carries no clock, hold CLOCK_REALTIME against the witness that @page names: the
 * page in force, which takes each event first. Without this nothing is held against a witness.
 */
void detector_use_witness(struct detector *detector, const struct page_in_force *page);

/* NULL is fine. */
void detector_free(struct detector *detector);

/*
 * Judge one event; they come in the order in which they were observed. A time that goes back is
 * taken as it comes and never makes an interval that ends before it begins. For two pages, have two
 * detectors and give each the events of its device.
 */
void detector_event(struct detector *detector, const struct event *event);

/*
 * What happens before the next event is not known: judge what comes next as at the start. Numbers
 * of findings go on, and are above @number, of the newest that is known of.
 */
void detector_forget(struct detector *detector, uint64_t number);

/* Owned by @detector. */
const struct detector_counts *detector_counts(const struct detector *detector);

#endif
