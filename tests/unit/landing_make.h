/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an exporter may know, one state after the other, for its first page. */
#ifndef VMCLOCK_TRACE_TESTS_LANDING_MAKE_H
#define VMCLOCK_TRACE_TESTS_LANDING_MAKE_H

#include "exporter/landing.h"
#include "page_make.h"

/* Of a day in the year 2026; the exporter runs for an hour. */
#define LANDING_NOW_NS 7200000000000ull
#define LANDING_DAY_NS (1796064123ull * NSEC_PER_SEC)
#define SECOND_NS      1000000000ull
#define MINUTE_NS      (60 * SECOND_NS)

/* A clock that was read each second of the last hour: within a few us of the page. */
static inline void make_clock(struct metrics_clock *clock)
{
	uint64_t random = 1;

	clock->seen = clock->known = clock->has_claim = true;
	clock->claim_ns = 1250000;
	for (uint64_t i = 3600; i; i--) {
		struct ns_interval error;

		random = random * 6364136223846793005 + 1442695040888963407;
		error.lo_ns = -2000 - (int64_t)(random >> 52);
		error.hi_ns = error.lo_ns + 5000;
		clock->offset = error;
		clock_history_add(&clock->history, LANDING_NOW_NS - i * SECOND_NS, &error);
	}
}

static inline void make_finding(struct metrics_snapshot *snapshot, enum finding_kind kind,
				enum finding_severity severity, uint64_t ago_ns, const char *text)
{
	struct metrics_finding *finding = &snapshot->finding[snapshot->findings++];

	finding->kind = kind;
	finding->severity = severity;
	finding->found_ns = LANDING_NOW_NS - ago_ns;
	snprintf(finding->text, sizeof(finding->text), "%s", text);
	snapshot->found[kind]++;
}

/* All is well, and was seen to be. */
static inline void make_healthy(struct metrics_snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	strcpy(snapshot->host, "db1.example.net");
	snapshot->turn_ns = LANDING_NOW_NS;
	snapshot->turn_at_ns = LANDING_DAY_NS;
	strcpy(snapshot->page.path, "/dev/vmclock0");
	snapshot->page.present = snapshot->page.is_device = snapshot->page.has_ticks = true;
	snapshot->page.page = make_full_page();
	snapshot->page.ticks = 1ull << 40;
	snapshot->page.sampled_ns = LANDING_DAY_NS;
	snapshot->page.updates = 3607;
	snapshot->page.period_ns = 100000000;
	snapshot->well = claim_seen(true);
	snapshot->windows.recovery = claim_seen(true);
	make_clock(&snapshot->clock[OBSERVED_REALTIME]);
	make_clock(&snapshot->clock[OBSERVED_PHC]);
	error_cause(&snapshot->driver.why, "none were asked for (--without-bpf)");
}

/* CLOCK_REALTIME is behind since a migration, twelve minutes ago. */
static inline void make_wrong(struct metrics_snapshot *snapshot)
{
	struct metrics_clock *clock = &snapshot->clock[OBSERVED_REALTIME];
	const struct ns_interval error = {-250001300, -249998900};

	make_healthy(snapshot);
	clock->wrong = true;
	clock->wrong_since_ns = LANDING_NOW_NS - 12 * MINUTE_NS;
	clock->error = clock->offset = error;
	for (size_t i = clock->history.spans - 23; i < clock->history.spans; i++)
		clock->history.span[i].error = error;
	clock->history.span[clock->history.spans - 24].known = 0;
	snapshot->well = claim_seen(false);
	snapshot->windows.open = true;
	snapshot->windows.count = 1;
	snapshot->windows.severity = FINDING_CRITICAL;
	strcpy(snapshot->windows.headline, "Disruption: CLOCK_REALTIME 250 ms behind; not over.");
	make_finding(snapshot, FINDING_DISRUPTION, FINDING_CRITICAL, 12 * MINUTE_NS,
		     "the counter was disrupted, as by a live migration: what was calibrated "
		     "before is void");
	make_finding(snapshot, FINDING_STATUS_CHANGE, FINDING_INFO, 13 * MINUTE_NS,
		     "clock_status is SYNCHRONIZED, and was INITIALIZING");
}

/* The host announces a disruption; until then all is well. */
static inline void make_maintenance(struct metrics_snapshot *snapshot)
{
	make_healthy(snapshot);
	make_field(&snapshot->page.page, PAGE_FLAGS,
		   page_get(&snapshot->page.page, PAGE_FLAGS) | VMCLOCK_FLAG_DISRUPTION_SOON |
			   VMCLOCK_FLAG_DISRUPTION_IMMINENT);
	make_finding(snapshot, FINDING_MAINTENANCE_IMMINENT, FINDING_WARNING, 4 * MINUTE_NS,
		     "the hypervisor announces a disruption within the hour");
}

/* The device was there, and is gone. */
static inline void make_lost(struct metrics_snapshot *snapshot)
{
	make_healthy(snapshot);
	snapshot->page.present = false;
	snapshot->page.gone_ns = LANDING_NOW_NS - 3 * MINUTE_NS;
	memset(snapshot->clock, 0, sizeof(snapshot->clock));
	snapshot->well = claim_seen(false);
	snapshot->windows.open = true;
	snapshot->windows.count = 1;
	strcpy(snapshot->windows.headline, "Device lost: errors not known; not over.");
	make_finding(snapshot, FINDING_DEVICE_LOST, FINDING_CRITICAL, 3 * MINUTE_NS,
		     "the device is gone: nothing tells of disruptions now");
}

/* The host has no source of time, or says that it has none that is good. */
static inline void make_unvouched(struct metrics_snapshot *snapshot, uint64_t status)
{
	make_healthy(snapshot);
	make_field(&snapshot->page.page, PAGE_CLOCK_STATUS, status);
	snapshot->well = claim_seen(false);
}

/* As it is while a host begins. */
static inline void make_initializing(struct metrics_snapshot *snapshot)
{
	make_unvouched(snapshot, VMCLOCK_STATUS_INITIALIZING);
	snapshot->well = claim_unknown(CLAIM_NO_VOUCHER);
	for (int i = 0; i < OBSERVED_CLOCKS; i++) {
		snapshot->clock[i].known = false;
		snapshot->clock[i].why = ERROR_NOT_VOUCHED;
	}
}

/* A page without a clock, and no other clock that could judge. */
static inline void make_unknown(struct metrics_snapshot *snapshot)
{
	struct metrics_clock *clock = &snapshot->clock[OBSERVED_REALTIME];

	make_healthy(snapshot);
	snapshot->page.page = make_marker_page();
	memset(snapshot->clock, 0, sizeof(snapshot->clock));
	clock->seen = true;
	clock->why = ERROR_NO_CLOCK;
	for (uint64_t i = 3600; i; i--)
		clock_history_add(&clock->history, LANDING_NOW_NS - i * SECOND_NS, NULL);
	snapshot->well = claim_unknown(CLAIM_NO_CLOCK);
}

/* A page without a clock; a PTP clock of the host judges CLOCK_REALTIME. */
static inline void make_witnessed(struct metrics_snapshot *snapshot)
{
	struct metrics_clock *clock = &snapshot->clock[OBSERVED_REALTIME];
	struct witness *witness = &snapshot->witness.witness;

	make_unknown(snapshot);
	snapshot->well = claim_seen(true);
	snapshot->witness.known = true;
	snapshot->witness.offset = (struct ns_interval){-1200, 900};
	memset(&clock->history, 0, sizeof(clock->history));
	for (uint64_t i = 3600; i; i--)
		clock_history_add(&clock->history, LANDING_NOW_NS - i * SECOND_NS,
				  &snapshot->witness.offset);
	witness->rank = WITNESS_BOUNDED;
	witness->clock = OBSERVED_PHC_OTHER;
	witness->bound_ns = 5000;
	strcpy(witness->reference.name, "KVM virtual PTP");
}

/* All of it again, since four minutes. */
static inline void make_recovered(struct metrics_snapshot *snapshot)
{
	struct metrics_clock *clock = &snapshot->clock[OBSERVED_REALTIME];
	const struct ns_interval error = {-2000, 3000};

	make_wrong(snapshot);
	clock->wrong = false;
	clock->offset = error;
	for (size_t i = clock->history.spans - 8; i < clock->history.spans; i++)
		clock->history.span[i].error = error;
	snapshot->well = claim_seen(true);
	snapshot->windows.open = false;
	snapshot->windows.past_ns = 8 * MINUTE_NS;
	snapshot->windows.to_ns = LANDING_DAY_NS - 4 * MINUTE_NS;
	snapshot->windows.over_ns = LANDING_NOW_NS - 4 * MINUTE_NS;
	strcpy(snapshot->windows.headline,
	       "Disruption: CLOCK_REALTIME 250 ms behind; recovered within 8.00 min.");
}

/* What else there is for the metrics of each: hooks, readers, and of when and how far off. */
static inline void make_metrics(struct metrics_snapshot *snapshot)
{
	struct metrics_driver *driver = &snapshot->driver;
	struct metrics_windows *windows = &snapshot->windows;

	memset(&driver->why, 0, sizeof(driver->why));
	driver->seen = driver->knows_mappers = true;
	driver->mappers = 2;
	driver->hooks = 2;
	driver->hook[0] = (struct hook){.function = "f", .tells = "t"};
	driver->hook[1] = (struct hook){.function = "g",
					.tells = "t",
					.attach_type = HOOK_ABSENT,
					.reason = HOOK_NO_FUNCTION};
	driver->readers_wanted = driver->readers = 1;
	strcpy(driver->reader[0].comm, "chronyd");
	snapshot->page.updated_at_ns = LANDING_DAY_NS;
	if (snapshot->found[FINDING_DISRUPTION])
		snapshot->disrupted_at_ns = LANDING_DAY_NS - 12 * MINUTE_NS;
	if (!windows->count)
		return;
	driver->path[PATH_CLOCK_GETTIME].calls = 1;
	histogram_add(&driver->path[PATH_CLOCK_GETTIME].latency, 700);
	windows->from_ns = LANDING_DAY_NS - 12 * MINUTE_NS;
	windows->clock[OBSERVED_REALTIME].known = true;
	windows->clock[OBSERVED_REALTIME].error = (struct ns_interval){-250002300, 3000};
}

#endif
