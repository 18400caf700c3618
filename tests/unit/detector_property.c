// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random hosts: a week of healthy drift is silent, each injected change is found once, and bytes
 * that are no page at all do no harm.
 */
#include "judge/judge.h"
#include "judge_make.h"

/* Deterministic, and the same everywhere (Marsaglia's xorshift). */
static uint64_t random_state;

static uint64_t any(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t below(uint64_t limit)
{
	return any() % limit;
}

/*
 * True time is 2^-30 s a tick times (1 + drift), in 2^-64 s since counter 0. The host knows the
 * drift to within RATE_BOUND and the time to within TIME_BOUND_NS, and its page says so.
 */
#define RATE_BOUND    (1ull << 14) /* of 2^34: 0.95 ppm */
#define TIME_BOUND_NS 1000

struct world {
	struct judged *judged;
	struct page page;
	unsigned __int128 truth; /* at judged->counter */
	int64_t drift;		 /* units of the period, within RATE_BOUND / 4 */
};

static unsigned __int128 frac_of_ns(uint64_t ns)
{
	return ((unsigned __int128)ns << 64) / SECOND;
}

static void pass(struct world *world, uint64_t ticks)
{
	world->judged->counter += ticks;
	world->truth += (unsigned __int128)ticks * (uint64_t)((1ll << 34) + world->drift);
	/* The oscillator wanders, a little each time. */
	world->drift += (int64_t)below(65) - 32;
	if (world->drift > (int64_t)RATE_BOUND / 4 || world->drift < -(int64_t)RATE_BOUND / 4)
		world->drift /= 2;
}

/* The host writes what it believes: off by less than a fifth of what it claims. */
static void host_updates(struct world *world)
{
	unsigned __int128 believed = world->truth + frac_of_ns(below(TIME_BOUND_NS / 5));
	int64_t period = (1ll << 34) + world->drift + (int64_t)below(RATE_BOUND / 8) -
			 (int64_t)(RATE_BOUND / 16);

	make_field(&world->page, PAGE_COUNTER_VALUE, world->judged->counter);
	make_field(&world->page, PAGE_TIME_SEC, (uint64_t)(believed >> 64));
	make_field(&world->page, PAGE_TIME_FRAC_SEC, (uint64_t)believed);
	make_field(&world->page, PAGE_PERIOD_FRAC_SEC, (uint64_t)period);
	make_next_seq(&world->page);
}

static void check_truth(const struct world *world)
{
	struct instant truth = {.sec = (int64_t)(world->truth >> 64),
				.frac = (uint64_t)world->truth};
	struct ns_interval off;
	struct page_time time;

	assert_int_equal(page_time_at(&world->page, world->judged->counter, &time), 0);
	assert_int_equal(instant_distance(time.at, truth, &off), 0);
	assert_true(off.hi_ns <= (int64_t)time.max_error_ns);
	assert_true(off.lo_ns >= -(int64_t)time.max_error_ns);
}

static struct world world_new(uint64_t seed)
{
	struct world world = {.judged = judged_new(NULL), .page = make_full_page()};

	random_state = seed * 0x9e3779b97f4a7c15 + 1;
	world.truth = (unsigned __int128)1800000000 << 64;
	world.drift = (int64_t)below(RATE_BOUND / 4);
	make_field(&world.page, PAGE_PERIOD_MAXERROR_RATE, RATE_BOUND);
	make_field(&world.page, PAGE_TIME_MAXERROR_NS, TIME_BOUND_NS);
	make_field(&world.page, PAGE_SEQ_COUNT, (uint32_t)any() & ~1u);
	host_updates(&world);
	sample_page(world.judged, &world.page);
	return world;
}

/* One period of the host, with samples in between; some updates are missed. */
static void healthy(struct world *world)
{
	pass(world, TICKS(1) / 2 + below(TICKS(20)));
	check_truth(world);
	sample_page(world->judged, &world->page);
	pass(world, below(TICKS(1)));
	for (uint64_t updates = 1 + below(3); updates; updates--)
		host_updates(world);
	pass(world, below(TICKS(1)));
	check_truth(world);
	sample_page(world->judged, &world->page);
}

static void a_healthy_week_is_silent(void **state)
{
	struct world world = world_new(1);
	uint64_t week = world.judged->counter + TICKS(7 * 86400);

	(void)state;
	while (world.judged->counter < week)
		healthy(&world);
	no_finding(world.judged);
	assert_true(detector_counts(world.judged->detector)->updates > 50000);
	assert_true(detector_counts(world.judged->detector)->missed_updates > 20000);
	judged_free(world.judged);
}

/* A change that the host makes to its page in one update, and what it must be found as. */
static enum finding_kind inject(struct world *world)
{
	struct page *page = &world->page;
	uint64_t status = page_get(page, PAGE_CLOCK_STATUS);
	int64_t step_ns = 30000 + (int64_t)below(10 * SECOND);

	switch (below(6)) {
	case 0:
		make_field(page, PAGE_DISRUPTION_MARKER, any());
		return FINDING_DISRUPTION;
	case 1:
		/* True time is where the host now says it is. */
		if (below(2))
			world->truth += frac_of_ns((uint64_t)step_ns);
		else
			world->truth -= frac_of_ns((uint64_t)step_ns);
		return FINDING_HOST_STEP;
	case 2:
		make_field(page, PAGE_CLOCK_STATUS, 5 - status); /* 2 and 3 */
		return FINDING_STATUS_CHANGE;
	case 3:
		make_field(page, PAGE_SMEARING_HINT, page_get(page, PAGE_SMEARING_HINT) + 1);
		return FINDING_SMEARING_CHANGE;
	case 4:
		make_field(page, PAGE_TAI_OFFSET_SEC, page_get(page, PAGE_TAI_OFFSET_SEC) - 1);
		return FINDING_TAI_OFFSET_CHANGE;
	default:
		make_field(page, PAGE_LEAP_INDICATOR,
			   page_get(page, PAGE_LEAP_INDICATOR) == VMCLOCK_LEAP_PRE_POS
				   ? VMCLOCK_LEAP_PRE_NEG
				   : VMCLOCK_LEAP_PRE_POS);
		return FINDING_LEAP_ANNOUNCED;
	}
}

static void each_injected_change_is_found_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct world world = world_new(seed);

		for (int i = 0; i < 100; i++) {
			enum finding_kind kind;

			for (uint64_t n = below(10); n; n--)
				healthy(&world);
			no_finding(world.judged);
			pass(&world, below(TICKS(5)));
			kind = inject(&world);
			host_updates(&world);
			sample_page(world.judged, &world.page);
			the_finding(world.judged, kind);
		}
		judged_free(world.judged);
	}
}

static void fill(void *out, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((uint8_t *)out)[i] = (uint8_t)any();
}

/* Any bytes in the fields, sometimes behind a good header, so that they are taken seriously. */
static struct page make_garbage(void)
{
	struct page page = make_full_page();
	uint32_t from = below(2) ? 0 : 0x0a + (uint32_t)below(VMCLOCK_ABI_BYTES - 0x0a);

	fill(page.bytes + from, VMCLOCK_ABI_BYTES - from);
	if (below(2))
		make_field(&page, PAGE_COUNTER_ID, COUNTER_NATIVE_ID);
	if (below(2))
		make_field(&page, PAGE_TIME_TYPE, below(2));
	if (below(2))
		make_field(&page, PAGE_CLOCK_STATUS, 2);
	if (below(2))
		make_field(&page, PAGE_PERIOD_SHIFT, below(130));
	page.length = below(8) ? VMCLOCK_ABI_BYTES : (uint32_t)below(VMCLOCK_ABI_BYTES + 1);
	return page;
}

static struct event make_any_event(void)
{
	struct event event;

	fill(&event, sizeof(event));
	event.type = (enum event_type)below(EVENT_TYPES);
	event.path = (enum event_path)below(EVENT_PATHS);
	event.page_state = (enum event_page_state)below(4);
	event.page = make_garbage();
	if (event.type == EVENT_CLOCK) {
		event.clock.clock = (enum observed_clock)below(OBSERVED_CLOCKS + 1);
		event.clock.scale = (enum clock_scale)below(3);
		event.clock.has_claim = below(2);
		event.clock.ticks.counter_id = COUNTER_NATIVE_ID;
		if (below(2))
			event.clock.at.tv_nsec = (long)below(SECOND);
	} else if (event.type == EVENT_CLOCK_CHANGE) {
		event.change.how = (enum clock_change_how)below(CLOCK_CHANGES);
	} else if (event.type == EVENT_READ) {
		event.read.counter_source = (enum event_counter)below(3);
		event.result = below(2) ? 0 : event.result;
	} else if (event.type == EVENT_DEVICE) {
		event.device_state = (enum device_state)below(2);
	}
	return event;
}

struct garbage {
	uint64_t findings;
	uint64_t incident_findings; /* of closed incidents */
	uint64_t closed;
};

/* No interval that ends before it begins, none that proves nothing. */
static void sane(const struct finding *finding, void *arg)
{
	struct garbage *garbage = arg;

	assert_int_equal(finding->number, ++garbage->findings);
	assert_true(finding->not_before_ns <= finding->found_ns);
	if (finding->kind == FINDING_HOST_STEP)
		assert_true(finding->step.beyond.lo_ns <= finding->step.beyond.hi_ns &&
			    !interval_has(finding->step.beyond, 0));
	if (finding->kind == FINDING_STUN)
		assert_true(finding->stun.length.lo_ns <= finding->stun.length.hi_ns);
}

static void sane_incident(const struct incident *incident, enum incident_news news, void *arg)
{
	struct garbage *garbage = arg;

	assert_true(incident->from_ns <= incident->to_ns);
	assert_true(incident->findings <= INCIDENT_FINDINGS);
	assert_true(incident->readers <= INCIDENT_READERS);
	for (int i = 0; i < OBSERVED_CLOCKS; i++)
		assert_true(incident->clock[i].points <= INCIDENT_POINTS);
	if (news == INCIDENT_OPENED)
		return;
	assert_int_equal(incident->number, ++garbage->closed);
	garbage->incident_findings += incident->findings + incident->findings_unlisted;
}

/* Garbage of every kind: no crash, and counts that add up. */
static void garbage_does_no_harm(void **state)
{
	static const struct judge_handlers handlers = {.finding = sane, .incident = sane_incident};
	struct garbage garbage = {0};
	struct judge *judge = judge_new(&handlers, &garbage);
	uint64_t sum = 0;

	(void)state;
	random_state = 99;
	for (int i = 0; i < 300000; i++) {
		struct event event = make_any_event();

		judge_event(judge, &event);
	}
	judge_finish(judge);
	for (enum finding_kind i = 0; i < FINDINGS; i++)
		sum += judge_counts(judge)->finding[i];
	assert_int_equal(sum, garbage.findings);
	assert_true(garbage.closed > 0 && garbage.incident_findings <= garbage.findings);
	judge_free(judge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_week_is_silent),
		cmocka_unit_test(each_injected_change_is_found_once),
		cmocka_unit_test(garbage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
