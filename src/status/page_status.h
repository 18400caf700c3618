/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Is my clock sane, now?": one sample of one vmclock, and the answer.
 */
#ifndef VMCLOCK_TRACE_STATUS_PAGE_STATUS_H
#define VMCLOCK_TRACE_STATUS_PAGE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "judge/scale_inference.h"
#include "judge/witness.h"
#include "judge/witness_peers.h"
#include "page/page.h"
#include "page/time.h"
#include "page/warning.h"

/*
 * All that a sample gave. Strings are borrowed and may hold any bytes but NUL. A `..._missing` says
 * in a few words why there is no value, and is NULL where there is one.
 */
struct page_status {
	const char *path;
	const char *via;  /* how it was read */
	bool is_device;	  /* so this machine's own, and live */
	bool is_foreign;  /* its counter is not one that this CPU has */
	bool torn;	  /* the copy is of a page under update */
	uint32_t retries; /* tries in vain because of updates */
	struct page page;
	page_warning_set warnings;

	struct page_time time; /* valid unless: */
	const char *time_missing;

	struct ns_interval system; /* CLOCK_REALTIME less the page's UTC; valid unless: */
	const char *system_missing;
	bool has_realtime_claim; /* does CLOCK_REALTIME claim a bound of its error? */
	uint64_t realtime_claim_ns;

	const char *phc; /* the PTP clock's node, or NULL: */
	const char *phc_missing;
	enum clock_scale phc_scale; /* valid unless: */
	const char *phc_scale_missing;

	/* Who judges CLOCK_REALTIME; where that is another clock, CLOCK_REALTIME less that. */
	struct witness witness;
	struct ns_interval witness_offset;

	/* The clocks of this machine beside the page, by page_status_add_clock(). */
	struct witness_peers peers;
	bool has_pair; /* do two of them, or one and the page, contradict each other? */
	struct peer_pair pair;
	int clockbound_result;	 /* 0 where it was read; 1: not asked for; else -errno */
	struct event clockbound; /* its newest reading */
};

/* Each warning can be a finding, and there are five more. */
#define PAGE_STATUS_FINDINGS (PAGE_WARNINGS + 5)

/*
 * The codes of what makes it insane, sorted, into @codes; static strings. These are those of the
 * warnings that show it to be bad (health_bad_warnings()), `foreign_counter` (of a device: its
 * clock is for another CPU), `system_clock_far` (of a device: CLOCK_REALTIME is far outside the
 * page's bound), and, where there is none of these, `clocks_disagree`, or else `system_clock_off`
 * (of a device: CLOCK_REALTIME is outside the page's bound by more than it claims, or by more than
 * 1 ms where it claims nothing). Beside any of them, what the host says of itself: `freerunning`
 * (it has no source of time), `disruption_soon`, `disruption_imminent`. Returns how many there are.
 */
size_t page_status_findings(const struct page_status *status,
			    const char *codes[PAGE_STATUS_FINDINGS]);

/*
 * The answer in a word: "critical" with findings, "warning" if there are none but clocks that
 * contradict each other and what the host says of itself; "unknown" where nothing speaks against
 * the clock, but there is none in the page, or no page, the hypervisor does not vouch for it, no
 * time by it, its bound is out of range, it was compared with no other clock, the page is cut or
 * has an undefined value, or it is in a file and far from CLOCK_REALTIME, so that it may be of
 * another machine or boot; else "ok". A page without a clock is "ok" where CLOCK_REALTIME agrees
 * with the witness, as for judge/health.h. Static.
 */
const char *page_status_level(const struct page_status *status);

/*
 * A reading of another clock of this machine, with the page beside it. Two rounds of all clocks
 * show which of them contradict each other.
 */
void page_status_add_clock(struct page_status *status, const struct event *event);

/* CLOCK_REALTIME less ClockBound's own line; false: it has none, or was not read. */
bool page_status_clockbound(const struct page_status *status, struct ns_interval *offset);

/* The answer as one sentence into @text; always terminated. */
#define PAGE_STATUS_VERDICT_BYTES (480 + WITNESS_TEXT_BYTES)
void page_status_verdict(const struct page_status *status, char *text, size_t bytes);

#endif
