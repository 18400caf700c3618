// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict, and that random pages go through everything unharmed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "page_make.h"
#include "status/page_status_view.h"

static struct page_status status_of(struct page page, bool is_device)
{
	struct page_status status = {
		.path = "/dev/vmclock0",
		.via = "mmap",
		.is_device = is_device,
		.page = page,
		.is_foreign = page_get(&page, PAGE_COUNTER_ID) != COUNTER_NATIVE_ID,
		.warnings = page_warnings_at(&page, 1000),
		.system_missing = "not asked for",
		.phc_missing = "not asked for",
	};

	if (page_time_at(&page, 1000, &status.time))
		status.time_missing = "there is none";
	return status;
}

static void finds(const struct page_status *status, const char *finding, const char *verdict)
{
	const char *codes[PAGE_STATUS_FINDINGS];
	char text[PAGE_STATUS_VERDICT_BYTES];
	size_t count = page_status_findings(status, codes);

	page_status_verdict(status, text, sizeof(text));
	if (strstr(text, verdict) != text)
		fail_msg("%s", text);
	assert_int_equal(count, finding ? 1 : 0);
	if (finding)
		assert_string_equal(codes[0], finding);
}

static void sane_ones(void **state)
{
	struct page page = make_full_page();
	struct page_status status = status_of(page, true);

	(void)state;
	/* Held against no other clock it is not known to be right, whatever it says of itself. */
	finds(&status, NULL,
	      "UNKNOWN: the clock is synchronized and by its own account right to within 1.000 us, "
	      "compared with no other clock: not asked for.");
	assert_string_equal(page_status_level(&status), "unknown");
	status.system_missing = NULL;
	finds(&status, NULL, "OK: the clock is synchronized and right to within 1.000 us.");
	assert_string_equal(page_status_level(&status), "ok");
	status = status_of(make_marker_page(), true);
	finds(&status, NULL,
	      "UNKNOWN: the page tells of disruptions; whether the clock is right is not known: it "
	      "carries no clock, as those of QEMU and Firecracker.");
	/* One that has all of a clock but its counter. */
	make_field(&page, PAGE_COUNTER_ID, VMCLOCK_COUNTER_INVALID);
	status = status_of(page, true);
	finds(&status, NULL,
	      "UNKNOWN: the page tells of disruptions; whether the clock is right is not known: "
	      "its counter_id is INVALID, so no time can be computed from it.");
}

/* What watch finds at its first sample too. */
static void what_the_host_says(void **state)
{
	struct page page = make_full_page(), marker = make_marker_page();
	struct page_status status;

	(void)state;
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_FREERUNNING);
	status = status_of(page, true);
	finds(&status, "freerunning",
	      "WARNING: the host has no source of time (FREERUNNING). UNKNOWN: the clock is "
	      "free-running and by its own account right to within 1.000 us, compared with");
	status.system_missing = NULL;
	finds(&status, "freerunning",
	      "WARNING: the host has no source of time (FREERUNNING). The clock is free-running "
	      "and right to within 1.000 us.");
	assert_string_equal(page_status_level(&status), "warning");
	page = make_full_page();
	make_field(&page, PAGE_FLAGS, VMCLOCK_FLAG_DISRUPTION_SOON);
	status = status_of(page, true);
	status.system_missing = NULL;
	finds(&status, "disruption_soon",
	      "WARNING: the hypervisor expects to disrupt the counter within a day. The clock is "
	      "synchronized");
	make_field(&marker, PAGE_FLAGS, VMCLOCK_FLAG_DISRUPTION_IMMINENT);
	status = status_of(marker, true);
	finds(&status, "disruption_imminent",
	      "WARNING: the hypervisor expects to disrupt the counter within an hour. UNKNOWN: "
	      "the page tells of disruptions; whether");
	assert_string_equal(page_status_level(&status), "warning");
}

/* Nothing says that it is right, nor that it is wrong. */
static void out_of_range(void **state)
{
	struct page page = make_full_page();
	struct page_status status;

	(void)state;
	make_field(&page, PAGE_TIME_MAXERROR_NS, UINT64_MAX);
	make_field(&page, PAGE_COUNTER_VALUE, 0);
	make_field(&page, PAGE_PERIOD_MAXERROR_RATE, UINT64_MAX);
	status = status_of(page, true);
	status.system_missing = NULL;
	status.warnings = page_warnings_at(&page, UINT64_MAX / 2);
	assert_true(status.warnings & PAGE_WARNING_BIT(PAGE_WARN_ERROR_OUT_OF_RANGE));
	finds(&status, NULL, "UNKNOWN: an error bound is past 584 years");
	assert_string_equal(page_status_level(&status), "unknown");
}

/* The page carries no clock, and the host's tells. */
static void by_another_clock(void **state)
{
	struct page_status status = status_of(make_marker_page(), true);

	(void)state;
	status.witness =
		(struct witness){.rank = WITNESS_HOST, .reference = {.name = "KVM virtual PTP"}};
	status.witness_offset = interval_of(-250000000);
	finds(&status, "system_clock_off",
	      "WARNING: the page tells of disruptions, and carries no clock. CLOCK_REALTIME is "
	      "250.000 ms behind, by the host's clock (KVM virtual PTP), which claims no bound.");
	status.witness_offset = interval_of(2500000000);
	finds(&status, "system_clock_far",
	      "NOT SAFE: CLOCK_REALTIME is 2.500 s ahead, by the host's clock (KVM virtual PTP)");
	/* It agrees, and neither claims a bound: within 1 ms, as for watch. */
	status.witness_offset = interval_of(1000000);
	finds(&status, NULL, "OK: ");
	status.witness_offset = interval_of(1000001);
	finds(&status, "system_clock_off", "WARNING: ");
	/* Right is what is within a bound. */
	status.has_realtime_claim = true;
	status.witness.rank = WITNESS_BOUNDED;
	status.witness.bound_ns = 1000;
	status.witness_offset = interval_of(1000);
	finds(&status, NULL,
	      "OK: the page tells of disruptions, and carries no clock. CLOCK_REALTIME "
	      "is 1.000 us ahead, by ");
	assert_string_equal(page_status_level(&status), "ok");
	status.witness_offset = interval_of(1001);
	finds(&status, "system_clock_off",
	      "WARNING: the page tells of disruptions, and carries no clock. CLOCK_REALTIME "
	      "is 1.001 us ahead, by ");
	assert_string_equal(page_status_level(&status), "warning");
}

static void insane_ones(void **state)
{
	struct page page = make_full_page();
	struct page_status status;

	(void)state;
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_UNRELIABLE);
	status = status_of(page, true);
	finds(&status, "status_unreliable", "NOT SAFE: the hypervisor says");
	page = make_full_page();
	make_field(&page, PAGE_COUNTER_VALUE, 1001);
	status = status_of(page, true);
	finds(&status, "counter_before_reference", "NOT SAFE");
	page = make_full_page();
	make_field(&page, PAGE_MAGIC, 1);
	status = status_of(page, false);
	finds(&status, NULL, "NO PAGE");
	assert_string_equal(page_status_level(&status), "unknown");
	/* For a clock that nobody vouches for nothing else is asked. */
	page = make_full_page();
	make_field(&page, PAGE_CLOCK_STATUS, VMCLOCK_STATUS_INITIALIZING);
	status = status_of(page, true);
	status.system_missing = NULL;
	status.system = (struct ns_interval){-5000000000, -5000000000};
	finds(&status, NULL, "UNKNOWN: the hypervisor does not vouch for the clock (yet).");
	assert_string_equal(page_status_level(&status), "unknown");
	page = make_full_page();
	make_field(&page, PAGE_PERIOD_FRAC_SEC, 0);
	status = status_of(page, true);
	finds(&status, NULL, "UNKNOWN: the counter's period is 0");
	page = make_marker_page();
	make_field(&page, PAGE_SEQ_COUNT, 3);
	status = status_of(page, true);
	finds(&status, "update_in_progress", "NOT SAFE");
}

static void only_a_device_is_held_against_this_machine(void **state)
{
	struct page page = make_full_page();
	struct page_status status;

	(void)state;
	make_field(&page, PAGE_COUNTER_ID, COUNTER_NATIVE_ID ^ 1);
	status = status_of(page, true);
	finds(&status, "foreign_counter", "NOT SAFE: the page's clock is for the counter");
	status.is_device = false;
	finds(&status, NULL, "UNKNOWN: the clock is synchronized and by its own account");

	status = status_of(make_full_page(), true);
	status.system_missing = NULL;
	status.system = (struct ns_interval){-2000001001, -2000001001};
	finds(&status, "system_clock_far", "NOT SAFE: CLOCK_REALTIME is 2.000 s behind");
	status.system = (struct ns_interval){-2000001001, -2000001000};
	/* The two intervals touch: not that far, and still not right. */
	finds(&status, "system_clock_off", "WARNING: CLOCK_REALTIME is 2.000 s behind the page");
	status.system = (struct ns_interval){300000000000, 300000000500};
	finds(&status, "system_clock_far", "NOT SAFE: CLOCK_REALTIME is 5.0 min ahead of");
	/* A file: it may be of another machine, and is neither bad nor well. */
	status.is_device = false;
	finds(&status, NULL, "UNKNOWN: CLOCK_REALTIME is 5.0 min ahead of");
	assert_string_equal(page_status_level(&status), "unknown");
	status.system = (struct ns_interval){0, 500};
	finds(&status, NULL, "OK: the clock is synchronized and right to within 1.000 us.");
	assert_string_equal(page_status_level(&status), "ok");
}

/* The page claims 1 us. CLOCK_REALTIME is never fine beyond its own claim, and 1 ms has none. */
static void nothing_is_ok_beyond_what_is_claimed(void **state)
{
	struct page_status status = status_of(make_full_page(), false);

	(void)state;
	status.system_missing = NULL;
	status.system = (struct ns_interval){-1001000, -1000500};
	finds(&status, NULL, "OK: the clock is synchronized");
	status.system = (struct ns_interval){-4995100, -4995000};
	finds(&status, NULL,
	      "UNKNOWN: CLOCK_REALTIME is 4.995 ms behind the page's time; the file may be of "
	      "another machine, or of another boot.");
	assert_string_equal(page_status_level(&status), "unknown");
	status.is_device = true;
	finds(&status, "system_clock_off",
	      "WARNING: CLOCK_REALTIME is 4.995 ms behind the page's time; the page claims to be "
	      "within 1.000 us, CLOCK_REALTIME claims no bound: which of the two is wrong is not "
	      "known.");
	assert_string_equal(page_status_level(&status), "warning");
	status.has_realtime_claim = true;
	status.realtime_claim_ns = 4994000;
	finds(&status, NULL, "OK: the clock is synchronized");
	status.realtime_claim_ns = 4993999;
	finds(&status, "system_clock_off",
	      "WARNING: CLOCK_REALTIME is 4.995 ms behind the page's "
	      "time; the page claims to be within 1.000 us, "
	      "CLOCK_REALTIME claims to be within 4.994 ms");
}

/* A page of noise, with the parts kept that let it get further than the magic. */
static struct page random_page(unsigned int *seed)
{
	struct page page = {.length = (uint32_t)rand_r(seed) % (VMCLOCK_ABI_BYTES + 1)};

	for (size_t i = 0; i < page.length; i++)
		page.bytes[i] = (uint8_t)(rand_r(seed) >> 5);
	if (rand_r(seed) % 8 == 0)
		return page;
	page.length = VMCLOCK_ABI_BYTES;
	make_field(&page, PAGE_MAGIC, VMCLOCK_MAGIC);
	make_field(&page, PAGE_VERSION, VMCLOCK_VERSION);
	make_field(&page, PAGE_SIZE_BYTES, rand_r(seed) % 2 ? 4096 : (uint64_t)rand_r(seed) % 0x80);
	make_field(&page, PAGE_COUNTER_ID, (uint64_t)rand_r(seed) % 3);
	if (rand_r(seed) % 2)
		make_field(&page, PAGE_PERIOD_SHIFT, (uint64_t)rand_r(seed) % 130);
	if (rand_r(seed) % 2)
		make_field(&page, PAGE_TIME_SEC, (uint64_t)rand_r(seed));
	return page;
}

static void random_pages_harm_nothing(void **state)
{
	static char hostile[] = "/dev/\x1b[2J\xff\xfe\n";
	FILE *out = fopen("/dev/null", "w");
	unsigned int seed = 11;
	size_t timed = 0;

	(void)state;
	for (int i = 0; i < 30000; i++) {
		struct page_status status = status_of(random_page(&seed), rand_r(&seed) % 2);
		json_object *object;
		const char *text;

		status.path = hostile;
		if (rand_r(&seed) % 2) {
			status.system_missing = NULL;
			status.system = (struct ns_interval){INT64_MIN, INT64_MAX};
		}
		timed += !status.time_missing;
		page_status_print(&status, out);
		object = page_status_json(&status);
		text = json_object_to_json_string(object);
		assert_true(text_is_utf8(text, strlen(text)));
		json_object_put(object);
	}
	fclose(out);
	assert_true(timed > 3000); /* the noise must reach the arithmetic */
}

/* A reading of PTP clock @number, which claims 1 ms, beside CLOCK_REALTIME @realtime_ns. */
static struct event reading(int32_t number, uint64_t at_ns, int64_t shown_ns, int64_t realtime_ns)
{
	struct event event = {.type = EVENT_CLOCK, .time_ns = at_ns, .latency_ns = 1000};

	event.page_state = EVENT_PAGE_STABLE;
	event.page = make_marker_page();
	event.clock.clock = OBSERVED_PHC_OTHER;
	event.clock.scale = SCALE_UTC;
	event.clock.has_claim = true;
	event.clock.max_error_ns = 1000000;
	event.clock.reference = (struct reference){.number = number, .name = "hyperv"};
	event.clock.at = instant_to_timespec(instant_from_ns(shown_ns));
	event.clock.realtime_before = instant_to_timespec(instant_from_ns(realtime_ns));
	event.clock.realtime_after = event.clock.realtime_before;
	return event;
}

/* CLOCK_REALTIME is right by the one, and the other says otherwise. */
static void clocks_that_contradict_each_other(void **state)
{
	struct page_status status = status_of(make_marker_page(), true);
	const int64_t now_ns = 1800000000000000000;
	json_object *json;

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		struct event event = reading((int32_t)(i % 2), 1000000 + i * 2000, now_ns, now_ns);

		page_status_add_clock(&status, &event);
	}
	assert_string_equal(page_status_level(&status), "ok");
	for (uint64_t i = 4; i < 8; i++) {
		struct event event = reading((int32_t)(i % 2), 1000000 + i * 2000,
					     now_ns + (i % 2 ? 100000000 : 0), now_ns);

		page_status_add_clock(&status, &event);
	}
	assert_string_equal(page_status_level(&status), "warning");
	finds(&status, "clocks_disagree",
	      "WARNING: hyperv (/dev/ptp1) is 100.000 ms ahead of hyperv (/dev/ptp0); each "
	      "claims to be within 1.000 ms: which of the two is wrong is not known.");
	json = page_status_json(&status);
	assert_non_null(json_object_object_get(json, "clocks_disagree"));
	json_object_put(json);
}

/* By what both claim, at the counter value at which ClockBound's line was read. */
static void clockbound_against_the_page(void **state)
{
	struct page page = make_full_page();
	struct page_status status = status_of(page, true);
	struct event event = {
		.type = EVENT_CLOCK, .time_ns = 1, .page_state = EVENT_PAGE_STABLE, .page = page};
	char text[PAGE_STATUS_VERDICT_BYTES], *screen;
	size_t bytes;
	FILE *out;

	(void)state;
	event.clock = (struct event_clock){
		.clock = OBSERVED_CLOCKBOUND,
		.scale = SCALE_UTC,
		.ticks = {.counter_id = page_get(&page, PAGE_COUNTER_ID),
			  .before = 1000,
			  .after = 1000},
		.has_claim = true,
		.max_error_ns = 10000,
	};
	assert_false(status.time_missing || !status.time.has_utc);
	event.clock.at = instant_to_timespec(status.time.utc);
	event.clock.realtime_before = event.clock.realtime_after = event.clock.at;
	status.system_missing = NULL;
	page_status_add_clock(&status, &event);
	assert_string_equal(page_status_level(&status), "ok");
	out = open_memstream(&screen, &bytes);
	page_status_print(&status, out);
	fclose(out);
	assert_non_null(strstr(screen, "claims that its own line is within 10.000 us"));
	assert_non_null(strstr(screen, "ClockBound - page = "));
	assert_non_null(strstr(screen, "CLOCK_REALTIME - ClockBound = "));
	free(screen);
	event.clock.at.tv_sec++;
	page_status_add_clock(&status, &event);
	assert_string_equal(page_status_level(&status), "warning");
	page_status_verdict(&status, text, sizeof(text));
	assert_ptr_equal(strstr(text, "WARNING: ClockBound is "), text);
}

static void shows(const struct page_status *status, const char *text)
{
	char *screen;
	size_t bytes;
	FILE *out = open_memstream(&screen, &bytes);

	page_status_print(status, out);
	fclose(out);
	assert_non_null(strstr(screen, text));
	free(screen);
}

static void the_system_clock_in_words(void **state)
{
	struct page_status status = status_of(make_full_page(), true);

	(void)state;
	status.system_missing = NULL;
	status.system = (struct ns_interval){-30, 42};
	shows(&status, "CLOCK_REALTIME is within 42 ns of the page\n");
	status.system = (struct ns_interval){-250000100, -250000000};
	shows(&status, "CLOCK_REALTIME is 250 ms behind the page\n");
	status.system = (struct ns_interval){120000000, 250000000};
	shows(&status, "CLOCK_REALTIME is 120 ms to 250 ms ahead of the page\n");
	status.system = (struct ns_interval){INT64_MIN, INT64_MAX};
	shows(&status, "CLOCK_REALTIME is within ");
	shows(&status, "CLOCK_REALTIME - page: [");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sane_ones),
		cmocka_unit_test(what_the_host_says),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(clocks_that_contradict_each_other),
		cmocka_unit_test(clockbound_against_the_page),
		cmocka_unit_test(by_another_clock),
		cmocka_unit_test(insane_ones),
		cmocka_unit_test(only_a_device_is_held_against_this_machine),
		cmocka_unit_test(nothing_is_ok_beyond_what_is_claimed),
		cmocka_unit_test(random_pages_harm_nothing),
		cmocka_unit_test(the_system_clock_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
