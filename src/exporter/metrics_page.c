// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/names.h"
#include "page/time.h"
#include "page/warning.h"
#include "exporter/metrics_parts.h"

/* A value's name, or the bare number of one that the ABI does not define. */
static const char *name_of(const struct page *page, enum page_field field, char text[24])
{
	uint64_t value = page_get(page, field);
	const char *name = page_value_name(field, value);

	snprintf(text, 24, "%" PRIu64, value);
	return name ? name : text;
}

/* A state set of all that the ABI names; an undefined value is none of them. */
static void write_states(struct metrics_writer *out, const char *name, const char *help,
			 const struct page *page, enum page_field field)
{
	const char *state;

	metric_begin(out, METRIC_STATESET, name, NULL, help);
	for (uint64_t value = 0; (state = page_value_name(field, value)); value++)
		metric_state(out, state, page_get(page, field) == value);
}

static void write_mode(struct metrics_writer *out, const struct metrics_page *page)
{
	metric_begin(out, METRIC_STATESET, "vmclock_page_mode", NULL,
		     "What the page is good for; absent: there is none that can be read.");
	metric_state(out, "absent", !page->present);
	for (int mode = PAGE_INVALID; mode <= PAGE_FULL; mode++)
		metric_state(out, page_mode_name(mode),
			     page->present && page_mode(&page->page) == (enum page_mode)mode);
}

static void write_identity(struct metrics_writer *out, const struct metrics_page *seen)
{
	const struct page *page = &seen->page;
	char counter[24], type[24], hint[24], marker[24], generation[24] = "";

	snprintf(marker, sizeof(marker), "0x%016" PRIx64, page_get(page, PAGE_DISRUPTION_MARKER));
	if (page_has_flags(page, VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT))
		snprintf(generation, sizeof(generation), "0x%016" PRIx64,
			 page_get(page, PAGE_VM_GENERATION));
	metric_begin(out, METRIC_INFO, "vmclock_page", NULL,
		     "The page: where it is, its counter, scale and smearing hint.");
	metric_info(out,
		    LABELS("device", seen->path, "counter", name_of(page, PAGE_COUNTER_ID, counter),
			   "time_type", name_of(page, PAGE_TIME_TYPE, type), "smearing_hint",
			   name_of(page, PAGE_SMEARING_HINT, hint)));
	metric_begin(out, METRIC_INFO, "vmclock_disruption_marker", NULL,
		     "The disruption marker and the VM generation, which are no numbers to count "
		     "with.");
	metric_info(out, LABELS("marker", marker, "generation", generation));
}

static void write_warnings(struct metrics_writer *out, const struct metrics_page *seen)
{
	page_warning_set set = seen->has_ticks ? page_warnings_at(&seen->page, seen->ticks)
					       : page_warnings(&seen->page);

	metric_begin(out, METRIC_GAUGE, "vmclock_page_warning", NULL,
		     "1 for each oddity that the page has now.");
	for (int code = 0; code < PAGE_WARNINGS; code++) {
		if (set & PAGE_WARNING_BIT(code))
			metric_u64(out, LABELS("warning", page_warning_info(code)->code), 1);
	}
}

static void write_maintenance(struct metrics_writer *out, const struct page *page)
{
	metric_begin(out, METRIC_GAUGE, "vmclock_maintenance_announced", NULL,
		     "Does the hypervisor announce a disruption within that time?");
	metric_u64(out, LABELS("within", "day"),
		   page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_SOON));
	metric_u64(out, LABELS("within", "hour"),
		   page_has_flags(page, VMCLOCK_FLAG_DISRUPTION_IMMINENT));
}

static double period_of(const struct page *page)
{
	return ldexp((double)page_get(page, PAGE_PERIOD_FRAC_SEC),
		     -(int)(64 + page_get(page, PAGE_PERIOD_SHIFT)));
}

static void write_error(struct metrics_writer *out, const char *name, const char *help, bool has,
			uint64_t ns)
{
	if (!has)
		return;
	metric_begin(out, METRIC_GAUGE, name, "seconds", help);
	metric_seconds_u64(out, NULL, ns);
}

/* The clock, at the moment of the newest sample. */
static void write_time(struct metrics_writer *out, const struct metrics_page *seen)
{
	const struct page *page = &seen->page;
	struct page_time time;

	metric_begin(out, METRIC_GAUGE, "vmclock_period_seconds", "seconds",
		     "The length of one tick of the counter.");
	metric_double(out, NULL, period_of(page));
	metric_begin(out, METRIC_GAUGE, "vmclock_period_change_ratio", "ratio",
		     "By how much the newest update changed the period; 1e-6 is 1 ppm.");
	metric_double(out, NULL, seen->period_change);
	if (!seen->has_ticks || page_time_at(page, seen->ticks, &time))
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_page_age_seconds", "seconds",
		     "Time since the page's reference, by its own rate.");
	metric_double(out, NULL, (double)time.delta_ticks * period_of(page));
	/* Nobody guarantees a bound of a clock that is not vouched for. */
	if (page_warnings_unsafe(PAGE_FULL, page_warnings(page)))
		return;
	write_error(out, "vmclock_page_max_error_seconds",
		    "How far off the page's time is at most, as guaranteed, either way.",
		    time.has_max_error, time.max_error_ns);
	write_error(out, "vmclock_page_estimated_error_seconds",
		    "How far off the page's time is by estimate, either way.", time.has_est_error,
		    time.est_error_ns);
}

static void write_clock(struct metrics_writer *out, const struct metrics_page *seen)
{
	const struct page *page = &seen->page;

	write_states(out, "vmclock_leap_indicator", "Leap seconds, as of the page's reference.",
		     page, PAGE_LEAP_INDICATOR);
	if (page_has_flags(page, VMCLOCK_FLAG_TAI_OFFSET_VALID)) {
		metric_begin(out, METRIC_GAUGE, "vmclock_tai_offset_seconds", "seconds",
			     "UTC less TAI, as it stands in the page.");
		metric_double(out, NULL, (double)page_get_signed(page, PAGE_TAI_OFFSET_SEC));
	}
	write_time(out, seen);
}

static void write_counters(struct metrics_writer *out, const struct metrics_page *page)
{
	metric_begin(out, METRIC_COUNTER, "vmclock_page_updates", NULL,
		     "Updates of the page, by its sequence count.");
	metric_u64(out, NULL, page->updates);
	metric_begin(out, METRIC_COUNTER, "vmclock_page_updates_missed", NULL,
		     "Updates that came between two samples, so that they were not seen.");
	metric_u64(out, NULL, page->missed);
	metric_begin(out, METRIC_COUNTER, "vmclock_page_torn_looks", NULL,
		     "Samples during an update that did not end in time.");
	metric_u64(out, NULL, page->torn_samples);
	metric_begin(out, METRIC_COUNTER, "vmclock_page_look_retries", NULL,
		     "Copies of the page that were thrown away because of an update.");
	metric_u64(out, NULL, page->retries);
	metric_begin(out, METRIC_COUNTER, "vmclock_notifications", NULL,
		     "Notifications of the hypervisor that were taken.");
	metric_u64(out, NULL, page->notifications);
	if (!page->updated_at_ns)
		return;
	metric_begin(out, METRIC_GAUGE, "vmclock_page_update_timestamp_seconds", "seconds",
		     "When the newest update was seen.");
	metric_seconds_u64(out, NULL, page->updated_at_ns);
}

void metrics_write_page(struct metrics_writer *out, const struct metrics_page *page)
{
	write_mode(out, page);
	write_counters(out, page);
	if (!page->present)
		return;
	write_identity(out, page);
	write_states(out, "vmclock_clock_status", "What the hypervisor says of its clock.",
		     &page->page, PAGE_CLOCK_STATUS);
	write_maintenance(out, &page->page);
	write_warnings(out, page);
	if (page_mode(&page->page) == PAGE_FULL)
		write_clock(out, page);
}
