/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The true time as a function of the machine's counter, found by measuring.
 *
 * A `reading` says what time a clock told at about one value of the counter. Two of them make a
 * `line`, which knows how wrong it can be at most anywhere.
 */
#ifndef LAB_TRUTH_H
#define LAB_TRUTH_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef __int128 time_frac; /* since 1970, in 2^-64 s: 64 bits of seconds, 64 of fraction */

#define NS_PER_S 1000000000ull

struct reading {
	uint64_t counter;
	time_frac time;
	uint64_t error_ticks; /* the clock was read that many ticks before or after, at most */
};

struct line {
	uint64_t counter; /* where `time` is true */
	time_frac time;
	uint64_t period; /* of one tick, in 2^-(64 + shift) s */
	uint64_t period_maxerror;
	uint64_t time_maxerror_ns;
	uint8_t shift;
};

uint64_t counter_now(void);

time_frac time_frac_from_ns(int64_t ns);
int64_t time_frac_to_ns(time_frac time);

/* A clock's time that was read somewhere between two values of the counter. */
struct reading reading_between(uint64_t before, const struct timespec *time, uint64_t after);

/* The sharpest of many readings of a system clock such as CLOCK_REALTIME. */
struct reading reading_of_clock(int clock_id);

/* The line through two readings, its reference at the later one; bounds are twice the measured. */
struct line line_through(const struct reading *earlier, const struct reading *later);

/* The line's time at this value of the counter, which may lie before the reference. */
time_frac line_time(const struct line *line, uint64_t counter);

/* How far off line_time() is at most. */
uint64_t line_maxerror_ns(const struct line *line, uint64_t counter);

/* By how much that grows in a second, away from the reference. */
uint64_t line_drift_ns_per_s(const struct line *line);

/* How many nanoseconds this many ticks take, rounded up. */
uint64_t line_ns(const struct line *line, uint64_t ticks);

/*
 * Whether `next` keeps what `line` promised: its time lies within the bound of `line` everywhere
 * between the two references. Both are straight, so the ends tell.
 */
bool line_keeps_promise(const struct line *line, const struct line *next);

#endif
