// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock in the page.
 *
 * The truth is the guest's CLOCK_REALTIME as it was set at boot: of all clocks that can be read
 * without leaving the guest the one a test compares with. It is told with a bound that is twice
 * what was measured, so that the next measurement keeps the promise of the last one; where it
 * would not, because somebody has set or steered the guest's clock, the page goes on alone.
 */
#include "clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "host.h"
#include "notice.h"
#include "truth.h"

#define ACCURACY_FILE	"/run/lab-clock%s"
#define FIRST_SAMPLE_NS 250000000 /* measured for that long before the page has its first time */

#if defined(__x86_64__)
#define COUNTER_ID 1 /* X86_TSC */
#else
#define COUNTER_ID 0 /* ARM_VCNT */
#endif

static char accuracy_path[32];
static volatile void *page;
static bool tells_time; /* the page's time is ours to tell */
static bool stuck;
static uint64_t marker;
static uint64_t device_flags;	/* of the machine, not about the time */
static struct page_update held; /* fields set by command */

static struct reading first_reading;
static struct line truth;
static bool follows_guest;    /* the truth is still what the guest's clock says */
static time_frac told_beside; /* what is told beside the truth, at the counter: */
static uint64_t told_beside_at;
static int64_t slew_ppb;

void guest_clock_set(void)
{
	struct reading before = reading_of_clock(CLOCK_MONOTONIC), host, after;
	struct timespec time;
	struct line line;
	int64_t ns;

	if (!reading_of_host(&host))
		return;
	after = reading_of_clock(CLOCK_MONOTONIC);
	line = line_through(&before, &after);
	ns = time_frac_to_ns(host.time) + (int64_t)line_ns(&line, counter_now() - host.counter);
	time.tv_sec = ns / (int64_t)NS_PER_S;
	time.tv_nsec = ns % (int64_t)NS_PER_S;
	if (clock_settime(CLOCK_REALTIME, &time) == 0)
		say("the guest's clock is the host's within %lu us",
		    (unsigned long)line_ns(&line, host.error_ticks) / 1000 + 1);
}

static void publish(const struct page_update *update)
{
	page_publish(page, update);
	notice_give();
}

static void page_set(enum page_field field, uint64_t value)
{
	struct page_update update = {0};

	page_update_set(&update, field, value);
	publish(&update);
}

/* What a full clock says besides the time. */
static void page_introduce(void)
{
	struct page_update update = {0};

	page_update_set(&update, PAGE_COUNTER_ID, COUNTER_ID);
	page_update_set(&update, PAGE_TIME_TYPE, PAGE_TIME_UTC);
	page_update_set(&update, PAGE_CLOCK_STATUS, PAGE_STATUS_SYNCHRONIZED);
	page_update_set(&update, PAGE_SMEARING_HINT, 0);
	page_update_set(&update, PAGE_TAI_OFFSET, (uint64_t)PAGE_TAI_OFFSET_SEC);
	page_update_set(&update, PAGE_LEAP_INDICATOR, 0);
	page_update_set(&update, PAGE_FLAGS,
			device_flags | PAGE_FLAG_TAI_OFFSET_VALID |
				PAGE_FLAG_PERIOD_ESTERROR_VALID | PAGE_FLAG_PERIOD_MAXERROR_VALID |
				PAGE_FLAG_TIME_ESTERROR_VALID | PAGE_FLAG_TIME_MAXERROR_VALID);
	publish(&update);
}

/* Moves what is told beside the truth on to this value of the counter. */
static void beside_advance(uint64_t counter)
{
	time_frac elapsed = line_time(&truth, counter) - line_time(&truth, told_beside_at);

	told_beside += elapsed / (time_frac)NS_PER_S * slew_ppb;
	told_beside_at = counter;
}

static void time_tell(struct page_update *update)
{
	uint64_t counter = counter_now();
	uint64_t maxerror_ns = line_maxerror_ns(&truth, counter);
	time_frac slew = (time_frac)truth.period * slew_ppb / (time_frac)NS_PER_S;
	time_frac time;

	beside_advance(counter);
	time = line_time(&truth, counter) + told_beside;
	page_update_set(update, PAGE_COUNTER_VALUE, counter);
	page_update_set(update, PAGE_PERIOD, truth.period + (uint64_t)slew);
	page_update_set(update, PAGE_PERIOD_SHIFT, truth.shift);
	page_update_set(update, PAGE_PERIOD_ESTERROR, truth.period_maxerror / 2);
	page_update_set(update, PAGE_PERIOD_MAXERROR, truth.period_maxerror);
	page_update_set(update, PAGE_TIME_SEC, (uint64_t)(time >> 64));
	page_update_set(update, PAGE_TIME_FRAC, (uint64_t)time);
	page_update_set(update, PAGE_TIME_ESTERROR, maxerror_ns / 2);
	page_update_set(update, PAGE_TIME_MAXERROR, maxerror_ns);
}

void clock_renew(void)
{
	struct page_update update = {0};

	if (stuck)
		return;
	if (tells_time)
		time_tell(&update);
	for (enum page_field field = 0; field < PAGE_FIELDS; field++)
		if (held.named & (1u << field))
			page_update_set(&update, field, held.value[field]);
	if (update.named)
		publish(&update);
}

static void accuracy_write(void)
{
	FILE *file = fopen(accuracy_path, "we");

	if (!file)
		return;
	fprintf(file, "page time is CLOCK_REALTIME within %lu ns + %lu ns per s since the update\n",
		(unsigned long)truth.time_maxerror_ns, (unsigned long)line_drift_ns_per_s(&truth));
	fclose(file);
}

int clock_start(int index, uint64_t physical_address, bool our_time)
{
	struct timespec pause = {0, FIRST_SAMPLE_NS};
	struct reading reading;

	snprintf(accuracy_path, sizeof(accuracy_path), ACCURACY_FILE, index ? "1" : "");
	page = page_map(physical_address);
	if (!page)
		return -errno;
	marker = page_get(page, PAGE_DISRUPTION_MARKER);
	device_flags = page_get(page, PAGE_FLAGS) & PAGE_FLAGS_OF_DEVICE;
	if (notice_open(index))
		device_flags |= PAGE_FLAG_NOTIFICATION_PRESENT;
	tells_time = our_time;
	if (!tells_time)
		return 0;
	first_reading = reading_of_clock(CLOCK_REALTIME);
	nanosleep(&pause, NULL);
	reading = reading_of_clock(CLOCK_REALTIME);
	truth = line_through(&first_reading, &reading);
	told_beside_at = truth.counter;
	follows_guest = true;
	page_introduce();
	clock_renew();
	accuracy_write();
	return 0;
}

void clock_sample_page(void)
{
	struct reading reading;
	struct line next;

	if (!tells_time || !follows_guest)
		return;
	reading = reading_of_clock(CLOCK_REALTIME);
	next = line_through(&first_reading, &reading);
	follows_guest = line_keeps_promise(&truth, &next);
	if (follows_guest) {
		truth = next;
		accuracy_write();
	} else {
		say("the guest's clock was moved; the page goes on without it");
	}
}

/* The counter stood still for a while that only the host's clock can tell. */
static void measure_anew(void)
{
	struct reading host;

	page_set(PAGE_CLOCK_STATUS, PAGE_STATUS_INITIALIZING);
	if (!reading_of_host(&host)) {
		say("the host's clock does not answer; the page stays INITIALIZING");
		return;
	}
	say("the marker moved: the page's time jumps by %ld us, to the host's within %lu us",
	    (long)(time_frac_to_ns(host.time - line_time(&truth, host.counter)) / 1000),
	    (unsigned long)line_ns(&truth, host.error_ticks) / 1000 + 1);
	truth.counter = host.counter;
	truth.time = host.time;
	truth.time_maxerror_ns = line_ns(&truth, 2 * host.error_ticks);
	told_beside_at = host.counter;
	follows_guest = false;
	clock_renew();
	page_set(PAGE_CLOCK_STATUS, PAGE_STATUS_SYNCHRONIZED);
	clock_renew();
}

void clock_check_migration(void)
{
	if (!page || page_get(page, PAGE_DISRUPTION_MARKER) == marker)
		return;
	marker = page_get(page, PAGE_DISRUPTION_MARKER);
	if (tells_time)
		measure_anew();
}

void clock_set(const struct page_update *fields)
{
	for (enum page_field field = 0; field < PAGE_FIELDS; field++)
		if (fields->named & (1u << field))
			page_update_set(&held, field, fields->value[field]);
	if (fields->named & (1u << PAGE_DISRUPTION_MARKER))
		marker = fields->value[PAGE_DISRUPTION_MARKER];
	clock_renew();
	held.named &= ~(1u << PAGE_DISRUPTION_MARKER); /* a migration may move it again */
}

void clock_free(const struct page_update *fields)
{
	held.named &= ~fields->named;
	if (tells_time)
		page_introduce();
	clock_renew();
}

void clock_step(int64_t ns)
{
	told_beside += time_frac_from_ns(ns);
	clock_renew();
}

void clock_slew(double ppm)
{
	if (tells_time)
		beside_advance(counter_now());
	slew_ppb = (int64_t)(ppm * 1000);
	clock_renew();
}

void clock_stick(bool now_stuck)
{
	stuck = now_stuck;
	page_stick(page, stuck);
	clock_renew();
}

void clock_disrupt(void)
{
	page_set(PAGE_DISRUPTION_MARKER, ++marker);
}

void clock_migrated(void)
{
	clock_disrupt();
	if (tells_time)
		measure_anew();
}
