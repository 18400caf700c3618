// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The promise of a bound: with all that can be shown at once there are not more series than that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exporter/metrics.h"

/* Everything is there, is odd, is missing, and has happened. */
static void fill(struct metrics_snapshot *snapshot, size_t readers)
{
	struct metrics_driver *driver = &snapshot->driver;
	uint8_t bytes[VMCLOCK_ABI_BYTES];

	memset(snapshot, 0, sizeof(*snapshot));
	/* A page of which each bit of the flags is set, and nothing else makes sense. */
	memset(bytes, 0xff, sizeof(bytes));
	memcpy(bytes, (const uint8_t[]){'V', 'C', 'L', 'K', 0, 0x10, 0, 0, 1, 0, 1, 0}, 12);
	page_from_bytes(&snapshot->page.page, bytes, sizeof(bytes));
	snapshot->page.present = snapshot->page.has_ticks = true;
	snapshot->page.sampled_ns = snapshot->page.updated_at_ns = snapshot->page.sample_cost_ns =
		1;
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		snapshot->clock[i].seen = snapshot->clock[i].known = true;
		snapshot->clock[i].has_claim = true;
		snapshot->windows.clock[i].known = true;
	}
	snapshot->witness.known = true;
	snapshot->witness.witness = (struct witness){.rank = WITNESS_BOUNDED, .bound_ns = 1000};
	strcpy(snapshot->witness.witness.reference.name, "KVM virtual PTP");
	snapshot->disrupted_at_ns = 1;
	snapshot->windows.count = 1;
	driver->seen = driver->knows_mappers = true;
	driver->probe_runs = 1;
	driver->hooks = METRICS_HOOKS;
	for (size_t i = 0; i < METRICS_HOOKS; i++)
		driver->hook[i] =
			(struct hook){.function = "f", .tells = "t", .attach_type = HOOK_ABSENT};
	driver->readers_wanted = driver->readers = readers;
	for (size_t i = 0; i < readers; i++)
		snprintf(driver->reader[i].comm, sizeof(driver->reader[i].comm), "r%zu", i);
}

static size_t series_of(const struct metrics_snapshot *snapshot, enum metrics_format format)
{
	const struct metrics_self self = {.serves = true};
	struct metrics_writer out = {.format = format};
	size_t series = 0;

	metrics_write(&out, snapshot, &self);
	assert_false(out.failed);
	for (size_t i = 0; i < out.length; i++)
		series += (!i || out.text[i - 1] == '\n') && out.text[i] != '#';
	free(out.text);
	return series;
}

static void never_more_than_promised(void **state)
{
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));
	size_t without, with;

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 0);
	without = series_of(snapshot, METRICS_TEXT);
	assert_in_range(without, 200, METRICS_SERIES_MAX);
	assert_int_equal(series_of(snapshot, METRICS_OPENMETRICS), without);
	fill(snapshot, METRICS_READERS);
	with = series_of(snapshot, METRICS_TEXT);
	assert_int_equal(with, without + 2 * METRICS_READERS + 2);
	free(snapshot);
}

/* A page without a clock: by whose clock, as labels, and which. */
static void who_judges_is_a_label(void **state)
{
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));
	const struct metrics_self self = {.serves = true};
	struct metrics_writer out = {.format = METRICS_TEXT};

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 0);
	snapshot->witness.offset = (struct ns_interval){.lo_ns = -250000001, .hi_ns = -250000000};
	metrics_write(&out, snapshot, &self);
	assert_non_null(strstr(out.text, "\nvmclock_clock_reference_offset_upper_seconds{"
					 "clock=\"realtime\",device=\"/dev/ptp0\","
					 "reference=\"KVM virtual PTP\"} -0.25"));
	assert_non_null(strstr(out.text, "\nvmclock_clock_reference_claimed_error_seconds{"
					 "device=\"/dev/ptp0\",reference=\"KVM virtual PTP\"} "));
	free(out.text);
	free(snapshot);
}

static bool has_line(const struct metrics_snapshot *snapshot, const char *line)
{
	const struct metrics_self self = {.serves = true};
	struct metrics_writer out = {.format = METRICS_TEXT};
	bool has;

	metrics_write(&out, snapshot, &self);
	assert_false(out.failed);
	has = memmem(out.text, out.length, line, strlen(line));
	free(out.text);
	return has;
}

/* 0 is a number of what could be seen. */
static void what_has_no_hook_has_no_zero(void **state)
{
	static const char slews[] = "vmclock_system_clock_changes_total{how=\"slew\"} ";
	static const char steps[] = "vmclock_system_clock_changes_total{how=\"step\"} ";
	static const char reads[] = "vmclock_driver_uses_total{path=\"clock_gettime\"";
	static const char timeouts[] = "vmclock_driver_timeouts_total ";
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));
	struct metrics_driver *driver;

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 0);
	driver = &snapshot->driver;
	assert_true(has_line(snapshot, slews) && has_line(snapshot, reads));
	driver->hook[0].function = "do_adjtimex";
	assert_false(has_line(snapshot, slews) || has_line(snapshot, steps));
	/* What was seen was seen; and the driver that is not there is used by nobody. */
	driver->clock_changes[CLOCK_STEPPED] = 1;
	assert_true(has_line(snapshot, steps));
	driver->hook[1].function = "vmclock_get_crosststamp";
	assert_false(has_line(snapshot, reads) || has_line(snapshot, timeouts));
	driver->hook[1].awaited = true;
	assert_true(has_line(snapshot, reads) && has_line(snapshot, timeouts));
	free(snapshot);
}

/* Nor is 0 a number of disruptions where there was no page, or of uses that have no hook. */
static void what_was_not_seen_has_no_zero(void **state)
{
	static const char disruptions[] = "\nvmclock_disruptions_total ";
	static const char readers[] = "vmclock_reader_uses_total";
	static const char others[] = "vmclock_reader_uses_total{comm=\"\",";
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 1);
	assert_true(has_line(snapshot, disruptions) && has_line(snapshot, others));
	snapshot->page.sampled_ns = 0;
	assert_false(has_line(snapshot, disruptions));
	snapshot->found[FINDING_DISRUPTION] = 1;
	assert_true(has_line(snapshot, disruptions));
	snapshot->driver.hook[0].function = "vmclock_get_crosststamp";
	assert_true(has_line(snapshot, readers));
	assert_false(has_line(snapshot, others));
	snapshot->driver.readers = 0;
	assert_false(has_line(snapshot, readers));
	snapshot->driver.others.calls = 1;
	assert_true(has_line(snapshot, others));
	free(snapshot);
}

/* Also that which was forgotten once. */
/* Nor of findings that only a hook shows. */
static void what_needs_a_hook_is_no_zero_without(void **state)
{
	static const char disruption[] = "vmclock_findings_total{kind=\"disruption\"} 0";
	static const char set[] = "vmclock_findings_total{kind=\"clock_set\"} ";
	static const char failed[] = "vmclock_findings_total{kind=\"driver_error\"} ";
	static const char lost[] = "vmclock_findings_total{kind=\"data_loss\"} ";
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 0);
	assert_true(has_line(snapshot, set) && has_line(snapshot, failed) &&
		    has_line(snapshot, lost));
	snapshot->driver.hook[0].function = "do_adjtimex";
	assert_false(has_line(snapshot, set));
	snapshot->found[FINDING_CLOCK_SET] = 2;
	assert_true(has_line(snapshot, set));
	snapshot->driver.hook[0].function = "vmclock_get_crosststamp";
	assert_false(has_line(snapshot, failed));
	snapshot->driver.seen = false;
	assert_false(has_line(snapshot, failed) || has_line(snapshot, lost));
	snapshot->page.sampled_ns = 0;
	assert_false(has_line(snapshot, disruption));
	snapshot->page.sampled_ns = 1;
	assert_true(has_line(snapshot, disruption));
	free(snapshot);
}

static void every_loss_has_its_series(void **state)
{
	struct metrics_snapshot *snapshot = malloc(sizeof(*snapshot));
	const struct metrics_self self = {.serves = true};
	struct metrics_writer out = {.format = METRICS_TEXT};
	char line[100];

	(void)state;
	assert_non_null(snapshot);
	fill(snapshot, 0);
	snapshot->driver.losses.uncounted = 17;
	metrics_write(&out, snapshot, &self);
	assert_false(out.failed);
	for (enum event_loss i = 0; i < LOSSES; i++) {
		snprintf(line, sizeof(line), "\nvmclock_exporter_losses_total{cause=\"%s\"} %d\n",
			 event_loss_name(i), i == LOSS_uncounted ? 17 : 0);
		assert_non_null(memmem(out.text, out.length, line, strlen(line)));
	}
	free(out.text);
	free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_more_than_promised),
		cmocka_unit_test(who_judges_is_a_label),
		cmocka_unit_test(every_loss_has_its_series),
		cmocka_unit_test(what_has_no_hook_has_no_zero),
		cmocka_unit_test(what_was_not_seen_has_no_zero),
		cmocka_unit_test(what_needs_a_hook_is_no_zero_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
