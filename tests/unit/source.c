// SPDX-License-Identifier: GPL-2.0-or-later
/* feed/source.h: a recording, a scenario and this machine, taken by one and the same callback. */
#include <signal.h>
#include <stdlib.h>

#include "base/clock_now.h"
#include "feed/file_page.h"
#include "feed/live.h"
#include "feed/recorded.h"
#include "feed/simulated.h"
#include "judge/clock_error.h"
#include "observe/clock_event.h"
#include "page/counter.h"
#include "page_make.h"
#include "store/writer.h"
#include "store_make.h"

#define EVENTS	  1000
#define GAP_AFTER 600
#define GAP	  7

#define PERIOD_NS    1000000
#define HELD_UP_NS   60000000
#define GIVE_UP_NS   60000000000
#define SCENARIO_END "end 3s\nsample 10ms\nat 1s disrupt\n"

/* What came. */
struct taken {
	uint64_t enough; /* so many are; 0: any number */
	uint64_t events;
	uint64_t type[EVENT_TYPES];
	uint64_t gap_before; /* the number of the event before which there was a gap */
	struct event_gap gap;
	uint64_t sum; /* over the events' times */
};

static bool take(const struct event *event, const struct source_note *note, void *arg)
{
	struct taken *taken = arg;

	assert_true(note->is_watched);
	taken->events++;
	taken->type[event->type]++;
	taken->sum = taken->sum * 31 + event->time_ns;
	if (note->gap) {
		assert_int_equal(taken->gap_before, 0);
		taken->gap_before = taken->events;
		taken->gap = *note->gap;
	}
	return taken->events != taken->enough;
}

static void write_recording(void)
{
	struct writer *writer = NULL;
	struct error error = {0};

	assert_int_equal(writer_open(path, &(struct writer_bounds){0}, &writer, &error), 0);
	assert_int_equal(writer_begin(writer), 0);
	writer_fact(writer, "start_monotonic_ns", "10000000");
	for (uint64_t i = 1; i <= EVENTS; i++) {
		struct event event = event_of(i);

		if (i == GAP_AFTER + 1)
			writer_gap(writer, GAP);
		assert_int_equal(writer_event(writer, &event), 0);
	}
	assert_int_equal(writer_commit(writer), 0);
	writer_close(writer);
}

/* Take the recording, or so much of it; what was read. */
static struct taken read_recording(const struct recorded_request *request, uint64_t enough,
				   uint64_t duration_ns)
{
	struct taken taken = {.enough = enough};
	struct recorded recorded = {0};
	struct error error = {0};

	assert_int_equal(recorded_open(request, &recorded, &error), 0);
	source_run(&recorded.source, NULL, NULL, take, &taken);
	assert_int_equal(recorded.events, taken.events);
	assert_int_equal(recorded_duration_ns(&recorded), duration_ns);
	recorded_close(&recorded);
	return taken;
}

static void a_recording_with_a_gap(void **state)
{
	struct taken taken;

	(void)state;
	write_recording();
	taken = read_recording(&(struct recorded_request){.file = path}, 0,
			       (EVENTS - 1) * EVENT_NS);
	assert_int_equal(taken.events, EVENTS);
	assert_int_equal(taken.gap_before, GAP_AFTER + 1);
	assert_int_equal(taken.gap.events, GAP);
	assert_int_equal(taken.gap.from_ns, GAP_AFTER * EVENT_NS);
	assert_int_equal(taken.gap.to_ns, (GAP_AFTER + 1) * EVENT_NS);
}

/* To the very event, also in the middle of what is read at once. */
static void a_recording_until_it_is_enough(void **state)
{
	struct taken taken;

	(void)state;
	write_recording();
	taken = read_recording(&(struct recorded_request){.file = path}, 300, 299 * EVENT_NS);
	assert_int_equal(taken.events, 300);
	taken = read_recording(
		&(struct recorded_request){.file = path, .duration_ns = 99 * EVENT_NS}, 0,
		99 * EVENT_NS);
	assert_int_equal(taken.events, 100);
}

static void a_recording_that_is_none(void **state)
{
	struct recorded recorded = {0};
	struct error error = {0};

	(void)state;
	assert_int_equal(recorded_open(&(struct recorded_request){.file = "/nowhere/at/all"},
				       &recorded, &error),
			 -ENOENT);
	assert_non_null(strstr(error.cause, "/nowhere/at/all"));
	recorded_close(&recorded);
}

static void write_text(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void a_scenario_as_it_is_played(void **state)
{
	struct taken taken = {0}, played = {0};
	struct simulated simulated = {0};
	const struct simulation_options options = {0};
	const struct source_note note = {.is_watched = true};
	struct scenario_source *events;
	struct error error = {0};
	struct event event;

	(void)state;
	write_text(SCENARIO_END);
	assert_int_equal(simulated_open(path, &simulated, &error), 0);
	source_run(&simulated.source, NULL, NULL, take, &taken);
	assert_int_equal(scenario_source_new(&simulated.scenario, &options, 0, &events), 0);
	while (scenario_source_next(events, &event, NULL))
		take(&event, &note, &played);
	scenario_source_free(events);
	simulated_close(&simulated);
	assert_true(taken.type[EVENT_PAGE] >= 300);
	assert_memory_equal(&taken, &played, sizeof(taken));
}

static void a_scenario_that_is_none(void **state)
{
	struct simulated simulated = {0};
	struct error error = {0};

	(void)state;
	write_text("at noon\n");
	assert_int_equal(simulated_open(path, &simulated, &error), -EINVAL);
	assert_true(error.cause[0]);
	simulated_close(&simulated);
}

/* This machine, its page a file. */
struct machine {
	struct live live;
	struct stop_condition until;
	struct taken taken;
};

static int start_machine(void **state)
{
	const struct live_request request = {
		.monitor = {.device = path, .period_ns = PERIOD_NS},
		.page_only = true,
	};
	struct machine *machine = calloc(1, sizeof(*machine));
	struct page page = make_full_page();
	FILE *file;

	make_path(state);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(page.bytes, sizeof(page.bytes), 1, file), 1);
	assert_int_equal(fclose(file), 0);
	stop_condition_open(&machine->until);
	assert_int_equal(live_open(&machine->live, &request), 0);
	assert_int_equal(live_start(&machine->live), 0);
	*state = machine;
	return 0;
}

static int stop_machine(void **state)
{
	struct machine *machine = *state;

	live_close(&machine->live);
	stop_condition_close(&machine->until);
	free(machine);
	return remove_path(state);
}

static void next_sample(struct machine *machine)
{
	uint64_t samples = machine->taken.type[EVENT_PAGE];

	while (machine->taken.type[EVENT_PAGE] == samples)
		assert_int_equal(source_next(&machine->live.source, NULL), STOP_CONDITION_READY);
}

/* The machine may hold us up, too: then it takes another one. */
static void wait_for_tick(struct machine *machine)
{
	uint64_t ticks = machine->taken.type[EVENT_TICK];

	stop_condition_limit(&machine->until, GIVE_UP_NS);
	while (machine->taken.type[EVENT_TICK] == ticks)
		next_sample(machine);
}

static void a_machine_from_its_first_sample_to_a_last_one(void **state)
{
	struct machine *machine = *state;
	struct source *source = &machine->live.source;

	source_begin(source, &machine->until, take, &machine->taken);
	/* The one of the opening, and one of now. */
	assert_int_equal(machine->taken.type[EVENT_PAGE], 2);
	wait_for_tick(machine);
	stop_condition_limit(&machine->until, 0);
	assert_int_equal(source_next(source, NULL), STOP_CONDITION_OVER);
	machine->taken.type[EVENT_PAGE] = 0;
	source_end(source);
	assert_int_equal(machine->taken.type[EVENT_PAGE], 1);
}

/* A tick that we make late ourselves says nothing about the machine; the next one does again. */
static void a_tick_that_we_held_up_is_not_given(void **state)
{
	struct machine *machine = *state;
	uint64_t from_ns, ticks;

	source_begin(&machine->live.source, &machine->until, take, &machine->taken);
	wait_for_tick(machine);
	from_ns = clock_now_ns(CLOCK_MONOTONIC);
	while (clock_now_ns(CLOCK_MONOTONIC) - from_ns < HELD_UP_NS)
		;
	ticks = machine->taken.type[EVENT_TICK];
	next_sample(machine);
	assert_int_equal(machine->taken.type[EVENT_TICK], ticks);
	wait_for_tick(machine);
}

static void nor_is_one_after_we_were_stopped(void **state)
{
	struct machine *machine = *state;
	uint64_t ticks;

	source_begin(&machine->live.source, &machine->until, take, &machine->taken);
	wait_for_tick(machine);
	raise(SIGCONT);
	ticks = machine->taken.type[EVENT_TICK];
	next_sample(machine);
	assert_int_equal(machine->taken.type[EVENT_TICK], ticks);
	wait_for_tick(machine);
}

static void a_machine_until_a_signal(void **state)
{
	struct machine *machine = *state;

	source_begin(&machine->live.source, &machine->until, take, &machine->taken);
	raise(SIGTERM);
	assert_int_equal(source_next(&machine->live.source, NULL), STOP_CONDITION_SIGNAL);
	assert_int_equal(machine->until.signal, SIGTERM);
}

/* A page that tells CLOCK_REALTIME on this CPU's counter, but for @ahead_s, to 2 s. */
static struct page page_ahead(uint64_t ahead_s)
{
	struct page page = make_full_page();

	make_field(&page, PAGE_COUNTER_VALUE, counter_read_ordered());
	make_field(&page, PAGE_TIME_SEC, clock_now_ns(CLOCK_REALTIME) / NSEC_PER_SEC + ahead_s);
	make_field(&page, PAGE_TIME_MAXERROR_NS, 2000000000);
	return page;
}

static struct event reading_beside(const struct page *page)
{
	struct event event;

	clock_event_realtime_beside(page, &event);
	event.clock.has_claim = false;
	return event;
}

static void of_a_file_what_is_not_of_here_is_not_judged(void **state)
{
	struct page near = page_ahead(0), off = page_ahead(5);
	struct event event = reading_beside(&off);
	struct clock_error error;
	bool was_of_here = false;

	(void)state;
	assert_int_equal(file_page_claim(&near).state, CLAIM_HOLDS);
	assert_int_equal(file_page_claim(&off).why, CLAIM_OTHER_MACHINE);
	assert_false(file_page_reading(&was_of_here, &event));
	event = reading_beside(&near);
	assert_true(file_page_reading(&was_of_here, &event));
	assert_int_equal(clock_error_of(&event, &error), 0);
	/* What is off later is told, and leaves open how the clock was. */
	event = reading_beside(&off);
	assert_true(file_page_reading(&was_of_here, &event));
	assert_int_not_equal(clock_error_of(&event, &error), 0);
}

#define STORED(test)  cmocka_unit_test_setup_teardown(test, make_path, remove_path)
#define MACHINE(test) cmocka_unit_test_setup_teardown(test, start_machine, stop_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_file_what_is_not_of_here_is_not_judged),
		STORED(a_recording_with_a_gap),
		STORED(a_recording_until_it_is_enough),
		STORED(a_recording_that_is_none),
		STORED(a_scenario_as_it_is_played),
		STORED(a_scenario_that_is_none),
		MACHINE(a_machine_from_its_first_sample_to_a_last_one),
		MACHINE(a_tick_that_we_held_up_is_not_given),
		MACHINE(nor_is_one_after_we_were_stopped),
		MACHINE(a_machine_until_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
