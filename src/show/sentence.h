/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences put together piece by piece. */
#ifndef VMCLOCK_TRACE_SHOW_SENTENCE_H
#define VMCLOCK_TRACE_SHOW_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/gap.h"
#include "judge/clock_doubt.h"
#include "judge/incident.h"

/* Text that grows, and is cut where it is full: NUL-terminated, of the caller's @bytes. */
struct words {
	char *text;
	size_t bytes;
};

/* Append. */
void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * " BEFORECLOCK_REALTIME was up to 60.000 s behind the page, and claimed no bound." of each clock
 * in @doubts that was off from @since_ns until before @until_ns.
 */
void say_clock_doubts(struct words *words, const struct clock_doubts *doubts, uint64_t since_ns,
		      uint64_t until_ns, const char *before);

/*
 * What was found live where nothing can be seen now, @found: " In what cannot be read, disruption
 * was found (critical), at AT.", or " In what was not kept, ..." if not @is_unread.
 */
void say_found_unseen(struct words *words, const struct event_gap *found, bool is_unread,
		      const char *at);

/* "cannot be read", or "was not kept". */
const char *unseen_words(bool is_unread);

/* How far an error @error, which is surely not 0, is at least: 0 if it may be 0. */
uint64_t error_sure_ns(struct ns_interval error);

/* "250 ms behind", "120 ms to 250 ms ahead": an error that is surely not 0, in three digits. */
void say_off(struct words *words, struct ns_interval error);

/* "250 ms behind the page", "131 us ahead of the page", "within 31 ns of the page". */
void say_off_page(struct words *words, struct ns_interval error);

/* "250 ms behind", "at least 120 ms behind": the shorter form of it. */
void say_at_least(struct words *words, struct ns_interval error);

/*
 * After the error of a clock by what is known of it in an incident: " It is not known of 3
 * readings: the page was being updated." and the step that shows that it was further off.
 */
void say_not_known(struct words *words, const struct incident *incident, enum observed_clock clock);

#endif
