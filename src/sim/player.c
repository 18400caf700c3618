// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/player.h"

#include <string.h>

#include "base/clock_now.h"
#include "page/counter.h"
#include "sim/page_file.h"

#define MEASURE_NS 250000000 /* of the counter's rate: a bracket of 40 ns is 0.2 ppm of that */
#define BRACKETS   64

/* Where the scenario's time is. */
struct playback {
	uint64_t speed; /* billionths; 0: as far on as it is asked for */
	bool by_counter;
	uint64_t counter_hz; /* per second of the scenario */
	uint64_t counter_start;
	uint64_t monotonic_start_ns;
};

/* CLOCK_MONOTONIC, and what the counter was then, by the sharpest of many tries. */
static uint64_t bracketed(uint64_t *monotonic_ns)
{
	uint64_t best = UINT64_MAX, middle = 0;

	for (int i = 0; i < BRACKETS; i++) {
		uint64_t before = counter_read_ordered();
		uint64_t ns = clock_now_ns(CLOCK_MONOTONIC);
		uint64_t after = counter_read_ordered();

		if (after - before >= best)
			continue;
		best = after - before;
		middle = before + best / 2;
		*monotonic_ns = ns;
	}
	return middle;
}

/* The counter's ticks in a second of CLOCK_MONOTONIC, which time daemons keep true. */
static uint64_t counter_hz(void)
{
	const struct timespec pause = {.tv_nsec = MEASURE_NS};
	uint64_t first_ns, last_ns, first = bracketed(&first_ns), last;

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL))
		;
	last = bracketed(&last_ns);
	return (uint64_t)((unsigned __int128)(last - first) * NSEC_PER_SEC / (last_ns - first_ns));
}

static int64_t playback_now_ns(const struct playback *playback)
{
	uint64_t elapsed_ns;

	if (playback->by_counter)
		return (int64_t)((unsigned __int128)(counter_read_ordered() -
						     playback->counter_start) *
				 NSEC_PER_SEC / playback->counter_hz);
	elapsed_ns = clock_now_ns(CLOCK_MONOTONIC) - playback->monotonic_start_ns;
	return (int64_t)((unsigned __int128)elapsed_ns * playback->speed / PLAYER_SPEED_REAL);
}

/* Wait for @at_ns of the scenario. True if a signal came first. */
static bool playback_wait(const struct playback *playback, int64_t at_ns, const sigset_t *stop)
{
	static const struct timespec none;
	struct timespec wait;
	int64_t left_ns;

	if (!playback->speed)
		return sigtimedwait(stop, NULL, &none) > 0;
	while ((left_ns = at_ns - playback_now_ns(playback)) > 0) {
		/* Never rounded down to nothing, which would be a spin. */
		left_ns = (int64_t)((__int128)left_ns * PLAYER_SPEED_REAL /
				    (__int128)playback->speed) +
			  1;
		wait = (struct timespec){left_ns / NSEC_PER_SEC, left_ns % NSEC_PER_SEC};
		if (sigtimedwait(stop, NULL, &wait) > 0)
			return true;
	}
	return sigtimedwait(stop, NULL, &none) > 0;
}

/* Set the pace, and what of the scenario it decides. */
static void playback_begin(struct playback *playback, const struct scenario *scenario,
			   const struct player_options *options, struct simulation_options *sim)
{
	struct timespec now = {0};

	*playback = (struct playback){.speed = options->speed, .by_counter = options->real_counter};
	if (playback->by_counter)
		playback->counter_hz = (uint64_t)((unsigned __int128)counter_hz() *
						  PLAYER_SPEED_REAL / options->speed);
	playback->counter_start = counter_read_ordered();
	playback->monotonic_start_ns = clock_now_ns(CLOCK_MONOTONIC);
	*sim = (struct simulation_options){.has_seed = options->has_seed, .seed = options->seed};
	if (options->start_now) {
		clock_gettime(CLOCK_REALTIME, &now);
		sim->has_start = true;
		sim->start_utc_sec = now.tv_sec;
		/* The scenario begins on a whole second: it did, a moment ago. */
		playback->counter_start -= (uint64_t)((unsigned __int128)(uint64_t)now.tv_nsec *
						      playback->counter_hz / NSEC_PER_SEC);
		if (playback->speed)
			playback->monotonic_start_ns -=
				(uint64_t)((unsigned __int128)(uint64_t)now.tv_nsec *
					   PLAYER_SPEED_REAL / playback->speed);
	}
	sim->real_counter = playback->by_counter;
	sim->counter_id = COUNTER_NATIVE_ID;
	sim->counter_hz = playback->counter_hz;
	sim->counter_start = playback->counter_start;
	if (!playback->by_counter)
		playback->counter_hz = scenario->frame.counter_hz;
}

/* One step, into the file and to who wants to know. */
static int play_step(struct simulation *simulation, struct page_file *file, player_fn happened,
		     void *arg, struct error *error)
{
	struct simulation_step step;
	struct simulation_view view;
	int err;

	simulation_step(simulation, &step);
	simulation_sample(simulation, &view);
	if (step.page_written)
		page_file_write(file, &view.page);
	err = page_file_hide(file, !view.present, error);
	happened(&step, arg);
	return err;
}

static int play(struct simulation *simulation, const struct playback *playback,
		struct page_file *file, const sigset_t *stop, player_fn happened, void *arg,
		struct error *error)
{
	int err = 0;

	while (!err) {
		int64_t at_ns = simulation_next_ns(simulation);
		bool ends = at_ns == SCENARIO_NEVER;

		if (playback_wait(playback, ends ? simulation_end_ns(simulation) : at_ns, stop))
			return 1;
		if (ends)
			return 0;
		err = play_step(simulation, file, happened, arg, error);
	}
	return err;
}

int player_run(const struct scenario *scenario, const struct player_options *options,
	       void (*begun)(const struct player_begin *begin, void *arg), player_fn happened,
	       void *arg, struct error *error)
{
	struct simulation_options sim;
	struct player_begin begin;
	struct simulation *simulation;
	struct simulation_view view;
	struct page_file *file = NULL;
	struct playback playback;
	int err;

	playback_begin(&playback, scenario, options, &sim);
	err = simulation_new(scenario, &sim, &simulation);
	if (err) {
		error_cause(error, "%s", strerror(-err));
		return err;
	}
	simulation_sample(simulation, &view);
	err = page_file_create(options->path, scenario->frame.size_bytes, &view.page, &file, error);
	if (!err) {
		begin.counter_hz = playback.counter_hz;
		begin.start_utc_sec =
			sim.has_start ? sim.start_utc_sec : scenario->frame.start_utc_sec;
		begun(&begin, arg);
		err = play(simulation, &playback, file, options->stop, happened, arg, error);
	}
	page_file_close(file, options->remove);
	simulation_free(simulation);
	return err;
}
