// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/page_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/clock_error.h"
#include "judge/health.h"
#include "page/smear.h"
#include "show/peer_view.h"
#include "show/witness_words.h"

#define ANNOUNCED                                                                                  \
	(PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_SOON) |                                             \
	 PAGE_WARNING_BIT(PAGE_WARN_DISRUPTION_IMMINENT))

/* CLOCK_REALTIME is beyond what the page's error, a leap smear and a boot can explain. */
static bool system_is_far(const struct page_status *status)
{
	bool by_other = witness_is_other(&status->witness);
	uint64_t bound_ns = by_other			 ? status->witness.bound_ns
			    : status->time.has_max_error ? status->time.max_error_ns
							 : 0;

	if (by_other)
		return health_is_far(status->witness_offset, bound_ns);
	return !status->system_missing && !status->time_missing &&
	       health_is_far(status->system, bound_ns);
}

/* The page holds a clock that ought to work on this machine, and cannot. */
static bool is_foreign_device(const struct page_status *status)
{
	return status->is_device && status->is_foreign && page_mode(&status->page) == PAGE_FULL;
}

static page_warning_set unsafe_warnings(const struct page_status *status)
{
	return page_warnings_unsafe(page_mode(&status->page), status->warnings);
}

static page_warning_set bad_warnings(const struct page_status *status)
{
	return health_bad_warnings(unsafe_warnings(status));
}

static struct event_clock realtime_of(const struct page_status *status)
{
	return (struct event_clock){
		.has_claim = status->has_realtime_claim,
		.max_error_ns = status->realtime_claim_ns,
	};
}

/* The page carries no clock, and another judges CLOCK_REALTIME. */
static bool is_by_other(const struct page_status *status)
{
	return page_mode(&status->page) == PAGE_MARKER_ONLY && witness_is_other(&status->witness);
}

/* By more than both claim; a CLOCK_REALTIME that claims nothing, by more than HEALTH_BACK_NS. */
static bool is_off_other(const struct page_status *status)
{
	const struct event_clock realtime = realtime_of(status);
	struct ns_interval error;

	return !interval_widen(status->witness_offset, status->witness.bound_ns, &error) &&
	       !health_of_clock(&realtime, error);
}

/* The same by the time of a page that is near enough to be of here. */
static bool is_off_page_time(const struct page_status *status)
{
	const struct event_clock realtime = realtime_of(status);
	uint64_t bound_ns = status->time.has_max_error ? status->time.max_error_ns : 0;
	uint64_t own_ns = realtime.has_claim ? realtime.max_error_ns : HEALTH_BACK_NS;
	struct ns_interval error;

	if (status->system_missing || status->time_missing || system_is_far(status) ||
	    witness_is_other(&status->witness) ||
	    interval_widen(status->system, bound_ns, &error) || health_of_clock(&realtime, error))
		return false;
	return interval_widen(error, own_ns, &error) ||
	       !leap_second_explains(&status->page, status->time.counter, status->time.counter,
				     error, true);
}

/* A page that is not of this machine, or not of now, by its time: the one is not for the other. */
static bool is_apart(const struct page_status *status)
{
	return !status->is_device && (system_is_far(status) || is_off_page_time(status));
}

static bool is_system_off(const struct page_status *status)
{
	if (!status->is_device || page_is_in_doubt(&status->page, NULL, 0))
		return false;
	return is_by_other(status) ? is_off_other(status) : is_off_page_time(status);
}

/* Its time or its bound is past what can be computed: nothing says that it is right, or wrong. */
static bool is_out_of_range(const struct page_status *status)
{
	return status->warnings & (PAGE_WARNING_BIT(PAGE_WARN_TIME_OUT_OF_RANGE) |
				   PAGE_WARNING_BIT(PAGE_WARN_ERROR_OUT_OF_RANGE));
}

/* What the host says of itself, and watch finds at the first sample too. */
static size_t add_announced(const struct page_status *status, const char **codes)
{
	size_t count = 0;

	if (health_is_freerunning(&status->page))
		codes[count++] = "freerunning";
	for (enum page_warning i = 0; i < PAGE_WARNINGS; i++) {
		if (status->warnings & ANNOUNCED & PAGE_WARNING_BIT(i))
			codes[count++] = page_warning_info(i)->code;
	}
	return count;
}

static int compare_codes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t page_status_findings(const struct page_status *status,
			    const char *codes[PAGE_STATUS_FINDINGS])
{
	page_warning_set unsafe = unsafe_warnings(status), bad = bad_warnings(status);
	size_t count = 0;

	for (enum page_warning i = 0; i < PAGE_WARNINGS; i++) {
		if (bad & PAGE_WARNING_BIT(i))
			codes[count++] = page_warning_info(i)->code;
	}
	if (is_foreign_device(status))
		codes[count++] = "foreign_counter";
	/* Two clocks that differ say nothing more where the one is known to be bad. */
	if (!unsafe && status->is_device && system_is_far(status))
		codes[count++] = "system_clock_far";
	if (!count && status->has_pair)
		codes[count++] = "clocks_disagree";
	if (!count && !unsafe && is_system_off(status))
		codes[count++] = "system_clock_off";
	count += add_announced(status, codes + count);
	qsort(codes, count, sizeof(codes[0]), compare_codes);
	return count;
}

static bool is_critical(const struct page_status *status)
{
	return bad_warnings(status) || is_foreign_device(status) ||
	       (!unsafe_warnings(status) && status->is_device && system_is_far(status));
}

const char *page_status_level(const struct page_status *status)
{
	const char *codes[PAGE_STATUS_FINDINGS];

	if (page_status_findings(status, codes))
		return is_critical(status) ? "critical" : "warning";
	if (unsafe_warnings(status) || page_is_in_doubt(&status->page, NULL, 0) ||
	    is_out_of_range(status))
		return "unknown";
	if (is_by_other(status))
		return is_off_other(status) ? "unknown" : "ok";
	return status->time_missing || status->system_missing || is_apart(status) ? "unknown"
										  : "ok";
}

/* "NOT SAFE: the counter is behind ... (and 2 more, below)", by the first of @unsafe. */
static void verdict_unsafe(page_warning_set unsafe, const char *verdict, char *text, size_t bytes)
{
	/* Without the magic the other fields of the header say nothing. */
	bool alone = unsafe & PAGE_WARNING_BIT(PAGE_WARN_BAD_MAGIC);
	int more = alone ? 0 : __builtin_popcount(unsafe) - 1;
	char rest[32] = "";

	if (more > 0)
		snprintf(rest, sizeof(rest), " (and %d more, below)", more);
	snprintf(text, bytes, "%s: %s%s.", verdict,
		 page_warning_info((enum page_warning)__builtin_ctz(unsafe))->means, rest);
}

/* "5 ms behind": the nearer end of @offset, so it is at least that much. */
#define OFF_TEXT_BYTES (TEXT_NS_BYTES + 16)
static void off_text(struct ns_interval offset, char *text, size_t bytes)
{
	bool behind = offset.hi_ns < 0;
	int64_t by_ns = behind ? offset.hi_ns : offset.lo_ns;
	char by[TEXT_NS_BYTES];

	text_ns_u64(by_ns < 0 ? 0 - (uint64_t)by_ns : (uint64_t)by_ns, by, sizeof(by));
	snprintf(text, bytes, "%s %s", by, behind ? "behind" : "ahead of");
}

#define CLAIM_TEXT_BYTES (TEXT_NS_BYTES + 32)
static void claim_text(bool claims, uint64_t claim_ns, char *text, size_t bytes)
{
	char bound[TEXT_NS_BYTES];

	text_ns_u64(claim_ns, bound, sizeof(bound));
	snprintf(text, bytes, "claims %s%s", claims ? "to be within " : "no bound",
		 claims ? bound : "");
}

static void verdict_off(const struct page_status *status, char *text, size_t bytes)
{
	char off[OFF_TEXT_BYTES], page[CLAIM_TEXT_BYTES], realtime[CLAIM_TEXT_BYTES];

	off_text(status->system, off, sizeof(off));
	claim_text(status->time.has_max_error, status->time.max_error_ns, page, sizeof(page));
	claim_text(status->has_realtime_claim, status->realtime_claim_ns, realtime,
		   sizeof(realtime));
	snprintf(text, bytes,
		 "WARNING: CLOCK_REALTIME is %s the page's time; the page %s, CLOCK_REALTIME %s: "
		 "which of the two is wrong is not known.",
		 off, page, realtime);
}

static void verdict_far(const struct page_status *status, char *text, size_t bytes)
{
	char words[WITNESS_TEXT_BYTES + 96];
	char off[OFF_TEXT_BYTES];

	if (witness_is_other(&status->witness)) {
		witness_words(&status->witness, status->witness_offset, words, sizeof(words));
		snprintf(text, bytes, "NOT SAFE: %s.", words);
		return;
	}
	off_text(status->system, off, sizeof(off));
	snprintf(text, bytes, "%s: CLOCK_REALTIME is %s the page's time%s.",
		 status->is_device ? "NOT SAFE" : "UNKNOWN", off,
		 status->is_device ? ""
				   : "; the file may be of another machine, or of another boot");
}

static void verdict_full(const struct page_status *status, char *text, size_t bytes)
{
	bool free_running =
		page_get(&status->page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_FREERUNNING;
	const char *state = free_running ? "free-running" : "synchronized";
	const char *alone = status->system_missing;
	char bound[TEXT_NS_BYTES];
	size_t used;

	if (status->time_missing) {
		snprintf(text, bytes, "UNKNOWN: the page holds a clock, %s; no time here: %s.",
			 state, status->time_missing);
		return;
	}
	snprintf(text, bytes, "%s: ", alone ? "UNKNOWN" : "OK");
	used = strlen(text);
	if (status->time.has_max_error) {
		text_ns_u64(status->time.max_error_ns, bound, sizeof(bound));
		snprintf(text + used, bytes - used, "the clock is %s and %sright to within %s",
			 state, alone ? "by its own account " : "", bound);
	} else {
		snprintf(text + used, bytes - used,
			 "the clock is %s; the page gives no bound of its error", state);
	}
	used = strlen(text);
	snprintf(text + used, bytes - used, "%s%s.",
		 alone ? ", compared with no other clock: " : "", alone ? alone : "");
}

/* It tells of disruptions. Whether the clock is right only another clock tells, if any. */
static void verdict_marker_only(const struct page_status *status, char *text, size_t bytes)
{
	char words[WITNESS_TEXT_BYTES + 96];
	/* Those of QEMU and Firecracker say nothing of a clock. */
	bool names_clock = page_get(&status->page, PAGE_CLOCK_STATUS) != VMCLOCK_STATUS_UNKNOWN;

	if (!witness_is_other(&status->witness)) {
		snprintf(text, bytes,
			 "UNKNOWN: the page tells of disruptions; whether the clock is right is "
			 "not known: %s.",
			 names_clock
				 ? "its counter_id is INVALID, so no time can be computed from it"
				 : "it carries no clock, as those of QEMU and Firecracker");
		return;
	}
	witness_words(&status->witness, status->witness_offset, words, sizeof(words));
	snprintf(text, bytes, "%s: the page tells of disruptions, and carries no clock. %s.",
		 is_off_other(status) ? "WARNING" : "OK", words);
}

/* It and the page, where both say how right they are, or one and it may be a witness. */
static bool is_off_page(const struct event *event, struct peer_pair *pair)
{
	struct clock_error error;

	return witness_peer_is_asked(&event->clock) && !clock_error_of(event, &error) &&
	       witness_peers_off_page(event, &error, pair);
}

void page_status_add_clock(struct page_status *status, const struct event *event)
{
	struct ns_interval offset;
	struct peer_pair pair;
	uint64_t agreed_ns;
	bool known;

	/* One that cannot judge CLOCK_REALTIME is no witness. */
	known = !witness_realtime_error(&event->clock, &offset);
	if (known && status->witness.rank != WITNESS_PAGE && witness_event(&status->witness, event))
		status->witness_offset = offset;
	witness_peers_event(&status->peers, &status->witness, event);
	if (event->clock.clock == OBSERVED_CLOCKBOUND)
		status->clockbound = *event;
	if (status->has_pair || !(is_off_page(event, &pair) ||
				  witness_peers_news(&status->peers, 0, &pair, &agreed_ns)))
		return;
	status->has_pair = true;
	status->pair = pair;
}

bool page_status_clockbound(const struct page_status *status, struct ns_interval *offset)
{
	const struct event_clock *clock = &status->clockbound.clock;

	return !status->clockbound_result && clock->has_claim && clock->realtime_before.tv_sec &&
	       !witness_realtime_error(clock, offset);
}

static void verdict_pair(const struct page_status *status, char *text, size_t bytes)
{
	char words[PAIR_WORDS_BYTES];

	pair_words(&status->pair, words, sizeof(words));
	snprintf(text, bytes, "WARNING: %s.", words);
}

static void verdict_out_of_range(const struct page_status *status, char *text, size_t bytes)
{
	bool is_time = status->warnings & PAGE_WARNING_BIT(PAGE_WARN_TIME_OUT_OF_RANGE);

	snprintf(text, bytes, "UNKNOWN: %s.",
		 page_warning_info(is_time ? PAGE_WARN_TIME_OUT_OF_RANGE
					   : PAGE_WARN_ERROR_OUT_OF_RANGE)
			 ->means);
}

/* Where nothing was seen that makes the clock unsafe. */
static void verdict_of_sane(const struct page_status *status, char *text, size_t bytes)
{
	enum page_mode mode = page_mode(&status->page);
	page_warning_set unsafe = unsafe_warnings(status);
	char doubt[PAGE_DOUBT_BYTES];

	if (mode == PAGE_INVALID)
		verdict_unsafe(unsafe, "NO PAGE", text, bytes);
	else if (status->has_pair)
		verdict_pair(status, text, bytes);
	else if (unsafe)
		verdict_unsafe(unsafe, "UNKNOWN", text, bytes);
	else if (is_out_of_range(status))
		verdict_out_of_range(status, text, bytes);
	else if (page_is_in_doubt(&status->page, doubt, sizeof(doubt)))
		snprintf(text, bytes, "UNKNOWN: whether this page is sane is not known: %s.",
			 doubt);
	else if (system_is_far(status) || is_apart(status))
		verdict_far(status, text, bytes);
	else if (mode == PAGE_MARKER_ONLY)
		verdict_marker_only(status, text, bytes);
	else if (is_system_off(status))
		verdict_off(status, text, bytes);
	else
		verdict_full(status, text, bytes);
}

/* What the host announces comes first, and then what else is known: "OK" goes without saying. */
static void verdict_announced(const struct page_status *status, char *text, size_t bytes)
{
	page_warning_set announced = status->warnings & ANNOUNCED;
	char rest[PAGE_STATUS_VERDICT_BYTES];
	const char *from = rest;

	verdict_of_sane(status, rest, sizeof(rest));
	if (!strncmp(rest, "OK: ", 4) || !strncmp(rest, "WARNING: ", 9))
		from = strchr(rest, ' ') + 1;
	snprintf(text, bytes, "WARNING: %s%s%s. %c%s",
		 health_is_freerunning(&status->page)
			 ? "the host has no source of time (FREERUNNING)"
			 : "",
		 health_is_freerunning(&status->page) && announced ? "; " : "",
		 announced ? page_warning_info((enum page_warning)__builtin_ctz(announced))->means
			   : "",
		 *from == 't' ? 'T' : *from, from + 1);
}

void page_status_verdict(const struct page_status *status, char *text, size_t bytes)
{
	page_warning_set unsafe = unsafe_warnings(status), bad = bad_warnings(status);
	const char *codes[PAGE_STATUS_FINDINGS];

	if (bad)
		verdict_unsafe(bad, "NOT SAFE", text, bytes);
	else if (is_foreign_device(status))
		snprintf(text, bytes,
			 "NOT SAFE: the page's clock is for the counter of another CPU.");
	else if (!unsafe && status->is_device && system_is_far(status))
		verdict_far(status, text, bytes);
	else if (add_announced(status, codes))
		verdict_announced(status, text, bytes);
	else
		verdict_of_sane(status, text, bytes);
}
