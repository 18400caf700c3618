// SPDX-License-Identifier: GPL-2.0-or-later
/* Measuring the true time against the machine's counter; exact in 128 bits, no floating point. */
#include "truth.h"

#define CLOCK_TRIES 256

/*
 * Least bound of a rate, as a part of it: 1 / 5,000,000 is 0.2 ppm. The kernel's own clocks are
 * no exact lines: they steer by steps of the least bit of a 24-bit multiplier.
 */
#define RATE_FLOOR 5000000

uint64_t counter_now(void)
{
#if defined(__x86_64__)
	unsigned int low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
	uint64_t count;

	__asm__ volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(count) : : "memory");
	return count;
#else
#error "no vmclock counter is known for this machine"
#endif
}

time_frac time_frac_from_ns(int64_t ns)
{
	return ((time_frac)ns << 64) / (time_frac)NS_PER_S;
}

int64_t time_frac_to_ns(time_frac time)
{
	time_frac seconds = time >> 64, fraction = time & (((time_frac)1 << 64) - 1);

	return (int64_t)(seconds * (time_frac)NS_PER_S + ((fraction * (time_frac)NS_PER_S) >> 64));
}

static time_frac time_frac_from_timespec(const struct timespec *time)
{
	return ((time_frac)time->tv_sec << 64) + time_frac_from_ns(time->tv_nsec);
}

struct reading reading_between(uint64_t before, const struct timespec *time, uint64_t after)
{
	uint64_t half_ticks = (after - before) / 2;

	return (struct reading){
		.counter = before + half_ticks,
		.time = time_frac_from_timespec(time),
		.error_ticks = half_ticks + 1,
	};
}

struct reading reading_of_clock(int clock_id)
{
	struct reading best = {.error_ticks = UINT64_MAX};

	for (int i = 0; i < CLOCK_TRIES; i++) {
		uint64_t before = counter_now();
		struct reading reading;
		struct timespec time;

		clock_gettime(clock_id, &time);
		reading = reading_between(before, &time, counter_now());
		if (reading.error_ticks < best.error_ticks)
			best = reading;
	}
	return best;
}

/* As many bits as fit below the top one: a tick's length to 2^-62 of itself. */
static uint8_t period_shift(time_frac elapsed, uint64_t ticks)
{
	uint8_t shift = 0;

	while (shift < 32 && (elapsed / (time_frac)ticks) >> (62 - shift) == 0)
		shift++;
	return shift;
}

struct line line_through(const struct reading *earlier, const struct reading *later)
{
	uint64_t ticks = later->counter - earlier->counter;
	uint64_t error_ticks = earlier->error_ticks + later->error_ticks;
	time_frac elapsed = later->time - earlier->time;
	uint8_t shift = period_shift(elapsed, ticks);
	struct line line = {
		.counter = later->counter,
		.time = later->time,
		.shift = shift,
		.period = (uint64_t)((elapsed << shift) / (time_frac)ticks),
	};

	line.period_maxerror = (uint64_t)((time_frac)line.period * 2 * error_ticks / ticks) +
			       line.period / RATE_FLOOR;
	line.time_maxerror_ns = line_ns(&line, 2 * later->error_ticks);
	return line;
}

time_frac line_time(const struct line *line, uint64_t counter)
{
	time_frac ticks = (int64_t)(counter - line->counter);

	return line->time + ((ticks * (time_frac)line->period) >> line->shift);
}

static uint64_t ticks_apart(uint64_t a, uint64_t b)
{
	int64_t ticks = (int64_t)(a - b);

	return (uint64_t)(ticks < 0 ? -ticks : ticks);
}

static uint64_t scaled_ns(uint64_t ticks, uint64_t period, uint8_t shift)
{
	return (uint64_t)time_frac_to_ns(((time_frac)ticks * (time_frac)period) >> shift) + 1;
}

uint64_t line_ns(const struct line *line, uint64_t ticks)
{
	return scaled_ns(ticks, line->period, line->shift);
}

uint64_t line_maxerror_ns(const struct line *line, uint64_t counter)
{
	return line->time_maxerror_ns +
	       scaled_ns(ticks_apart(counter, line->counter), line->period_maxerror, line->shift);
}

uint64_t line_drift_ns_per_s(const struct line *line)
{
	return (uint64_t)((time_frac)line->period_maxerror * (time_frac)NS_PER_S /
			  (time_frac)line->period) +
	       1;
}

static bool line_agrees_at(const struct line *line, const struct line *next, uint64_t counter)
{
	int64_t apart_ns = time_frac_to_ns(line_time(next, counter) - line_time(line, counter));

	return (uint64_t)(apart_ns < 0 ? -apart_ns : apart_ns) < line_maxerror_ns(line, counter);
}

bool line_keeps_promise(const struct line *line, const struct line *next)
{
	return line_agrees_at(line, next, line->counter) &&
	       line_agrees_at(line, next, next->counter);
}
