// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random scenarios: each change that was put in is found once, when it was and as large as it was,
 * nothing else is found, and no honest page is ever off by more than it admits.
 *
 *	scenario_property		the seeds of every run
 *	scenario_property SEED		one of them, with its scenario and what was found
 */
#include <errno.h>

#include "page/time.h"
#include "scenario/random.h"
#include "scenario_findings.h"
#include "seeds.h"

#define SEEDS	    SEEDS_OF(300)
#define TEXT_BYTES  16384
#define INJECTIONS  24
#define EXPECTED    (2 * INJECTIONS)
#define MS	    1000000LL
#define WEEK_SEC    604800
#define LAST_CHANCE 20000000000LL /* after the last injection, for what is found late */

/* What a random clock is like. */
struct nature {
	int64_t time_error_ns, rate_error_ppb, drift_ppb;
	int64_t refresh_ns, sample_ns;
	bool lies; /* may the host tell a false time? */
};

/* What must be found. */
struct expected {
	enum finding_kind kind;
	int64_t at_ns; /* of the guest's CLOCK_MONOTONIC */
	int64_t latest_ns;
	bool sized;
	int64_t size, by; /* the first number of its detail */
};

/* A scenario as it grows. */
struct draft {
	struct random_source random;
	struct nature nature;
	char text[TEXT_BYTES];
	size_t length;
	int64_t now_ns;	    /* true time */
	int64_t stopped_ns; /* of CLOCK_MONOTONIC */
	struct expected expected[EXPECTED];
	size_t expected_count;
	int tai_offset, smearing;
	int64_t generation, slew_ppb;
};

static struct draft draft;
static struct found_list list;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	draft.length += (size_t)vsnprintf(draft.text + draft.length, TEXT_BYTES - draft.length,
					  format, args);
	va_end(args);
	assert_true(draft.length < TEXT_BYTES);
}

static uint64_t pick(uint64_t below)
{
	return random_u64(&draft.random) % below;
}

/* From @min to @max, evenly in the number of digits. */
static int64_t spread(int64_t min, int64_t max)
{
	int64_t value = min;

	while (value < max && pick(3))
		value *= 2;
	value += (int64_t)pick((uint64_t)value);
	return value < max ? value : max;
}

static int sign(void)
{
	return pick(2) ? 1 : -1;
}

static void at(void)
{
	say("at %lldns ", (long long)draft.now_ns);
}

/* Something of @kind happens now and may show up to @late_ns after the next sample or two. */
static struct expected *expect(enum finding_kind kind, int64_t late_ns)
{
	struct expected *expected = &draft.expected[draft.expected_count++];
	int64_t at_ns = draft.now_ns - draft.stopped_ns;

	*expected = (struct expected){.kind = kind, .at_ns = at_ns};
	expected->latest_ns = at_ns + late_ns + 2 * draft.nature.sample_ns;
	return expected;
}

/* Time goes on, so that two changes are never between the same two samples or updates. */
static void wait_after(int64_t busy_ns)
{
	const struct nature *nature = &draft.nature;

	draft.now_ns += busy_ns + 3 * nature->refresh_ns + 3 * nature->sample_ns +
			(int64_t)pick(5000000000);
}

/* More than any two honest pages can differ by, and what is sure to be beyond both bounds. */
static int64_t surely_off_ns(void)
{
	const struct nature *nature = &draft.nature;

	return 4 * nature->time_error_ns +
	       4 * (nature->refresh_ns / MS * nature->rate_error_ppb / 1000 + 1);
}

static void inject_migrate(void)
{
	int64_t downtime_ns = (int64_t)pick(400) * MS;

	at();
	say("migrate downtime %lldns value %+lldns rate %+lld\n", (long long)downtime_ns,
	    sign() * (long long)pick(1000000000), sign() * (long long)pick(50));
	expect(FINDING_DISRUPTION, 0);
	draft.slew_ppb = 0;
	draft.stopped_ns += downtime_ns;
	wait_after(downtime_ns);
}

static void inject_disrupt(void)
{
	at();
	say("disrupt\n");
	expect(FINDING_DISRUPTION, 0);
	wait_after(0);
}

static void inject_generation(void)
{
	at();
	say("generation %lld\n", (long long)++draft.generation);
	expect(FINDING_RESTORE, 0);
	wait_after(0);
}

static void inject_step(void)
{
	int64_t size_ns = sign() * (surely_off_ns() + (int64_t)spread(1, 4000000000));
	struct expected *expected;

	if (!draft.nature.lies)
		return;
	at();
	say("step %+lldns\n", (long long)size_ns);
	expected = expect(FINDING_HOST_STEP, 0);
	expected->sized = true;
	expected->size = size_ns;
	expected->by = surely_off_ns() / 2;
	wait_after(0);
}

static void inject_slew(void)
{
	const struct nature *nature = &draft.nature;
	int64_t ppb = sign() * (3 * nature->rate_error_ppb + 1000 + (int64_t)pick(200000));
	struct expected *expected;

	if (!nature->lies)
		return;
	for (int i = 0; i < 2; i++) {
		at();
		say("slew %lld.%03lld\n", (long long)ppb / 1000, llabs(ppb) % 1000);
		expected = expect(FINDING_HOST_SLEW, 0);
		expected->sized = true;
		/* In parts of 10^12 of the earlier period; the second order is part of `by`. */
		expected->size = (ppb - draft.slew_ppb) * 1000;
		expected->by = (2 * nature->drift_ppb + 60) * 1000 + 500000;
		draft.slew_ppb = ppb;
		ppb = 0;
		wait_after(0);
	}
}

static void inject_status(void)
{
	static const char *const names[] = {"UNKNOWN", "INITIALIZING", "FREERUNNING", "UNRELIABLE"};

	at();
	say("status %s\n", names[pick(4)]);
	expect(FINDING_STATUS_CHANGE, 0);
	wait_after(0);
	at();
	say("status SYNCHRONIZED\n");
	expect(FINDING_STATUS_CHANGE, 0);
	wait_after(0);
}

static void inject_smearing(void)
{
	static const char *const names[] = {"STRICT", "NOON_LINEAR", "UTC_SLS"};

	draft.smearing = (draft.smearing + 1 + (int)pick(2)) % 3;
	at();
	say("smearing %s\n", names[draft.smearing]);
	expect(FINDING_SMEARING_CHANGE, 0);
	wait_after(0);
}

static void inject_maintenance(void)
{
	bool soon = pick(2);

	at();
	say("maintenance %s\n", soon ? "soon" : "imminent");
	expect(soon ? FINDING_MAINTENANCE_SOON : FINDING_MAINTENANCE_IMMINENT, 0);
	wait_after(0);
	at();
	say("maintenance none\n");
	wait_after(0);
}

static void inject_tai_offset(void)
{
	draft.tai_offset += sign();
	at();
	say("tai-offset %d\n", draft.tai_offset);
	expect(FINDING_TAI_OFFSET_CHANGE, 0);
	wait_after(0);
}

static void inject_leap(void)
{
	at();
	say("leap %s\n", pick(2) ? "positive" : "negative");
	expect(FINDING_LEAP_ANNOUNCED, 0);
	wait_after(0);
	at();
	say("leap none\n");
	expect(FINDING_LEAP_CHANGE, 0);
	wait_after(0);
}

static void inject_stick(void)
{
	int64_t length_ns = 200 * MS + 3 * draft.nature.sample_ns + (int64_t)pick(2000000000);

	at();
	say("stick %lldns\n", (long long)length_ns);
	expect(FINDING_WRITER_STUCK, 100 * MS + draft.nature.sample_ns);
	wait_after(length_ns);
}

static void inject_lost(void)
{
	int64_t length_ns = 2 * draft.nature.sample_ns + (int64_t)pick(1000000000);

	at();
	say("%s %lldns\n", pick(2) ? "gone" : "garbage", (long long)length_ns);
	expect(FINDING_DEVICE_LOST, 0);
	wait_after(length_ns);
}

static void inject_stun(void)
{
	int64_t length_ns = 600 * MS + draft.nature.sample_ns + (int64_t)pick(3000000000);

	at();
	say("stun %lldns\n", (long long)length_ns);
	expect(FINDING_STUN, length_ns);
	wait_after(length_ns);
}

/* Nothing is wrong with many updates, or with a counter that wanders within what is admitted. */
static void inject_nothing(void)
{
	at();
	say("storm %d over %lldns\n", (int)pick(500) + 1, (long long)pick(2000000000));
	wait_after(2000000000);
}

static void (*const inject[])(void) = {
	inject_migrate, inject_disrupt, inject_generation, inject_step,	       inject_step,
	inject_slew,	inject_status,	inject_smearing,   inject_maintenance, inject_tai_offset,
	inject_leap,	inject_stick,	inject_lost,	   inject_stun,	       inject_nothing,
};
#define KINDS (sizeof(inject) / sizeof(inject[0]))

static void begin(uint64_t seed)
{
	static const char *const counters[] = {"tsc 2.4GHz", "tsc 3.3GHz from 99", "vcnt 1GHz",
					       "vcnt 24MHz from 1000000"};
	struct nature *nature = &draft.nature;

	draft = (struct draft){.random = {seed}, .tai_offset = -37, .generation = 1};
	nature->lies = pick(2);
	nature->time_error_ns = spread(200, 1500000);
	nature->rate_error_ppb = spread(10, 20000);
	nature->drift_ppb = nature->rate_error_ppb / (3 + (int64_t)pick(20));
	nature->refresh_ns = spread(100 * MS, 4000 * MS);
	nature->sample_ns = spread(10 * MS, 300 * MS);
	say("# seed %llu\nstart 2026-06-%02dT12:00:00Z\n", (unsigned long long)seed,
	    (int)pick(28) + 1);
	say("seed %llu\ncounter %s\ntime-type %s\n", (unsigned long long)seed, counters[pick(4)],
	    pick(2) ? "TAI" : "UTC");
	say("generation 1\ntime-error %lldns\n", (long long)nature->time_error_ns);
	say("rate-error %lld.%03lld\n", (long long)nature->rate_error_ppb / 1000,
	    (long long)nature->rate_error_ppb % 1000);
	say("drift 0.%03lld\n", (long long)(nature->drift_ppb < 1000 ? nature->drift_ppb : 999));
	/*
	 * Each update of a host that lies is seen by itself: with one missed in between, a change
	 * of rate and a small step are the same evidence.
	 */
	if (nature->lies)
		say("notification yes\n");
	say("refresh %lldns\nsample %lldns\n", (long long)nature->refresh_ns,
	    (long long)nature->sample_ns);
}

static void make(uint64_t seed)
{
	size_t end_at, injections;
	char body[TEXT_BYTES];

	begin(seed);
	end_at = draft.length;
	wait_after(0);
	injections = 1 + pick(INJECTIONS);
	for (size_t i = 0; i < injections && draft.expected_count + 2 <= EXPECTED; i++)
		inject[pick(KINDS)]();
	strcpy(body, draft.text + end_at);
	draft.length = end_at;
	say("end %lldns\n%s", (long long)(draft.now_ns + LAST_CHANCE), body);
}

/* The first number in a finding's detail. */
static int64_t size_of(const struct found *found)
{
	const char *value = strchr(found->detail, '=');

	return value ? strtoll(value + 1, NULL, 10) : 0;
}

static bool is_it(const struct expected *expected, const struct found *found)
{
	return expected->kind == found->kind && found->from_ns <= expected->at_ns &&
	       expected->at_ns <= found->to_ns && found->to_ns <= expected->latest_ns &&
	       (!expected->sized || llabs(size_of(found) - expected->size) <= expected->by);
}

static bool all_found_and_no_more(void)
{
	bool good = list.count == draft.expected_count;

	for (size_t i = 0; i < list.count && good; i++)
		good = is_it(&draft.expected[i], &list.found[i]);
	if (good)
		return true;
	printf("%s", draft.text);
	for (size_t i = 0; i < draft.expected_count; i++)
		printf("expected %lld..%lld %s %lld~%lld\n", (long long)draft.expected[i].at_ns,
		       (long long)draft.expected[i].latest_ns, finding_name(draft.expected[i].kind),
		       (long long)draft.expected[i].size, (long long)draft.expected[i].by);
	for (size_t i = 0; i < list.count; i++)
		print_found(stdout, &list.found[i]);
	return false;
}

/* The page's own scale against the truth, for a host that does not lie. */
static bool is_honest(const struct event *event, const struct scenario_truth *truth)
{
	struct instant true_at = truth->tai;
	struct ns_interval error;
	struct page_time time;

	if (event->page_state != EVENT_PAGE_STABLE || page_mode(&event->page) != PAGE_FULL)
		return true;
	if (page_time_at(&event->page, truth->counter, &time) || !time.has_max_error)
		return false;
	if (page_get(&event->page, PAGE_TIME_TYPE) == VMCLOCK_TIME_UTC)
		true_at.sec -= truth->tai_less_utc;
	if (instant_distance(time.at, true_at, &error))
		return false;
	if (error.hi_ns <= (int64_t)time.max_error_ns && error.lo_ns >= -(int64_t)time.max_error_ns)
		return true;
	printf("at %lld ns: off by %lld ns, bound %llu\n", (long long)truth->at_ns,
	       (long long)error.lo_ns, (unsigned long long)time.max_error_ns);
	return false;
}

static bool bounds_hold(const struct scenario *scenario)
{
	struct simulation_options options = {.has_seed = false};
	struct scenario_source *source;
	struct scenario_truth truth;
	struct event event;
	bool good = true;

	assert_int_equal(scenario_source_new(scenario, &options, 0, &source), 0);
	while (good && scenario_source_next(source, &event, &truth))
		good = event.type != EVENT_PAGE || is_honest(&event, &truth);
	scenario_source_free(source);
	if (!good)
		printf("%s", draft.text);
	return good;
}

static bool seed_is_good(uint64_t seed)
{
	struct error error = {.cause = ""};
	struct scenario scenario;
	bool good;

	make(seed);
	if (scenario_parse("random", draft.text, draft.length, &scenario, &error))
		fail_msg("%s (%s)\n%s", error.cause, error.hint, draft.text);
	find_all(&scenario, 0, &list);
	good = all_found_and_no_more();
	if (good && !draft.nature.lies)
		good = bounds_hold(&scenario);
	scenario_free(&scenario);
	return good;
}

static void each_injected_change_is_found_once(void **state)
{
	int wrong = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS && wrong < 3; seed++)
		wrong += !seed_is_good(seed);
	assert_int_equal(wrong, 0);
}

/* 604,800 updates of a clock that wanders, a week, and not one finding; the truth in the bound. */
static void a_week_of_healthy_drift(void **state)
{
	const int64_t end_sec = SEEDS_OF(WEEK_SEC);
	struct error error = {.cause = ""};
	struct scenario scenario;
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "end %" PRId64 "s\nsample 1s\n", end_sec);
	assert_int_equal(scenario_parse("week", text, strlen(text), &scenario, &error), 0);
	assert_int_equal(find_all(&scenario, 99, &list), end_sec * (int64_t)NSEC_PER_SEC);
	assert_int_equal(list.count, 0);
	assert_true(bounds_hold(&scenario));
	scenario_free(&scenario);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_injected_change_is_found_once),
		cmocka_unit_test(a_week_of_healthy_drift),
	};

	if (argc > 1) {
		bool good = seed_is_good(strtoull(argv[1], NULL, 0));

		printf("%s", draft.text);
		for (size_t i = 0; i < list.count; i++)
			print_found(stdout, &list.found[i]);
		return !good;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
