// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/host.h"

#include <string.h>

#include "page/time.h"
#include "scenario/defaults.h"

#define PPB 1000000000

/* As many parts of a billion of @value. */
static fixed_sec part_of(fixed_sec value, int64_t ppb)
{
	/* Of 400 days (2^90) a tenth in billionths (2^27): it fits. */
	return value * ppb / PPB;
}

void host_begin(struct host *host, const struct scenario_frame *frame, uint64_t seed)
{
	*host = (struct host){
		.frame = *frame,
		.random = {seed},
		.tai_offset_sec = SCENARIO_TAI_OFFSET_SEC,
		.status = VMCLOCK_STATUS_SYNCHRONIZED,
		.marker = 1,
		.time_error_ns = SCENARIO_TIME_ERROR_NS,
		.rate_error_ppb = SCENARIO_RATE_ERROR_PPB,
		.drift_ppb = SCENARIO_DRIFT_PPB,
		.tai_less_utc = -SCENARIO_TAI_OFFSET_SEC,
	};
}

void host_come_clean(struct host *host, int64_t now_ns)
{
	host->beside = 0;
	host->beside_at_ns = now_ns;
	host->slew_ppb = 0;
}

static uint64_t maintenance_flag(uint64_t choice)
{
	static const uint64_t flags[] = {0, VMCLOCK_FLAG_DISRUPTION_SOON,
					 VMCLOCK_FLAG_DISRUPTION_IMMINENT};

	return flags[choice];
}

static void say_set(struct host *host, const struct scenario_fields *fields)
{
	for (enum page_field field = 0; field < PAGE_FIELDS; field++) {
		if (fields->named & PAGE_FIELD_BIT(field))
			host->held.value[field] = fields->value[field];
	}
	host->held.named |= fields->named;
	/* The marker is not held: the next disruption moves it on from there. */
	if (fields->named & PAGE_FIELD_BIT(PAGE_DISRUPTION_MARKER))
		host->marker = fields->value[PAGE_DISRUPTION_MARKER];
	host->held.named &= ~PAGE_FIELD_BIT(PAGE_DISRUPTION_MARKER);
}

void host_settle(struct host *host)
{
	if (host->tai_offset_sec != SCENARIO_NEVER)
		host->tai_less_utc =
			host->tai_offset_sec < 0 ? -host->tai_offset_sec : host->tai_offset_sec;
	host->start_tai_sec = host->frame.start_utc_sec + host->tai_less_utc;
}

void host_leap(struct host *host, int sign)
{
	host->tai_less_utc += sign;
	/* Who smears keeps it from the kernel of the guest. */
	if (host->smearing != VMCLOCK_SMEARING_STRICT)
		host->untold_leaps += sign;
	if (host->tai_offset_sec != SCENARIO_NEVER)
		host->tai_offset_sec += host->tai_offset_sec > 0 ? sign : -sign;
}

bool host_say(struct host *host, const struct scenario_action *action)
{
	switch (action->verb) {
	case VERB_MODE:
		host->mode = (enum scenario_mode)action->number;
		return true;
	case VERB_TIME_TYPE:
		host->time_type = action->number;
		return true;
	case VERB_TAI_OFFSET:
		host->tai_offset_sec = action->ns;
		return true;
	case VERB_SMEARING:
		host->smearing = action->number;
		return true;
	case VERB_STATUS:
		host->status = action->number;
		return true;
	case VERB_MAINTENANCE:
		host->maintenance = maintenance_flag(action->number);
		return true;
	case VERB_GENERATION:
		host->has_generation = action->storm.updates;
		host->generation = (uint64_t)action->storm.over_ns;
		return true;
	case VERB_TIME_ERROR:
		host->time_error_ns = action->ns;
		return true;
	case VERB_RATE_ERROR:
		host->rate_error_ppb = action->ppb;
		return true;
	case VERB_DRIFT:
		host->drift_ppb = action->ppb;
		return true;
	case VERB_SET:
		say_set(host, &action->fields);
		return true;
	case VERB_FREE:
		host->held.named &= ~action->fields.named;
		return true;
	default:
		return false;
	}
}

fixed_sec host_true_tai(const struct host *host, const struct machine *machine, uint64_t count)
{
	return FIXED_SEC(host->start_tai_sec) + machine_time_of(machine, count);
}

static void beside_advance(struct host *host, int64_t now_ns)
{
	host->beside += part_of(fixed_sec_of_ns(now_ns - host->beside_at_ns), host->slew_ppb);
	host->beside_at_ns = now_ns;
}

/* The claim where there is one; what a host is off by where it claims nothing. */
static int64_t time_error_of(const struct host *host)
{
	return host->time_error_ns == SCENARIO_NEVER ? SCENARIO_TIME_ERROR_NS : host->time_error_ns;
}

void host_measure_anew(struct host *host, const struct machine *machine, int64_t now_ns)
{
	/*
	 * A quarter: two readings, each off by that, differ by half of the bound, and the other
	 * half is there for what the rate is off by over the time between two updates. So the
	 * promise of one page for any earlier counter value is kept by the next.
	 */
	int64_t off_ns = random_within(&host->random, time_error_of(host) / 4 - 1);
	int64_t rate_ppb = random_within(&host->random, host->drift_ppb);
	uint64_t count = machine_count(machine, now_ns);

	beside_advance(host, now_ns);
	host->line = (struct host_line){
		.counter = count,
		.tai = host_true_tai(host, machine, count) + fixed_sec_of_ns(off_ns) + host->beside,
		.beside = host->beside,
		.period = machine_period_of(machine_rate(machine->base_nhz, rate_ppb)),
		.maxerror_ns = (uint64_t)time_error_of(host),
	};
}

/* The bound of the rate in the field's unit, rounded up; 0 where none is claimed. */
static uint64_t maxerror_rate(const struct host *host)
{
	if (host->rate_error_ppb < 0)
		return 0;
	return (uint64_t)((unsigned __int128)host->line.period.frac_sec *
			  (uint64_t)host->rate_error_ppb / PPB) +
	       1;
}

/* Without a source of its own the host can only go on as it did. */
static void hold_over(struct host *host, const struct machine *machine, int64_t now_ns)
{
	struct host_line *line = &host->line;
	uint64_t count = machine_count(machine, now_ns);
	int64_t delta = (int64_t)(count - line->counter);

	beside_advance(host, now_ns);
	line->tai += ((__int128)delta * line->period.frac_sec >> line->period.shift) +
		     host->beside - line->beside;
	line->beside = host->beside;
	page_error_at(line->maxerror_ns, maxerror_rate(host), line->period.shift, delta,
		      &line->maxerror_ns);
	/* Each time is rounded down, by less than this. */
	line->maxerror_ns++;
	line->counter = count;
}

void host_measure(struct host *host, const struct machine *machine, int64_t now_ns)
{
	if (host->status == VMCLOCK_STATUS_FREERUNNING && host->line.period.frac_sec)
		hold_over(host, machine, now_ns);
	else
		host_measure_anew(host, machine, now_ns);
}

void host_step(struct host *host, int64_t now_ns, int64_t ns)
{
	beside_advance(host, now_ns);
	host->beside += fixed_sec_of_ns(ns);
}

void host_slew(struct host *host, int64_t now_ns, int64_t ppb)
{
	beside_advance(host, now_ns);
	host->slew_ppb = ppb;
}

void host_put(struct page *page, enum page_field field, uint64_t value)
{
	const struct page_field_info *info = page_field_info(field);

	for (unsigned int i = 0; i < info->width; i++)
		page->bytes[info->offset + i] = (uint8_t)(value >> (8 * i));
}

static uint64_t flags_of(const struct host *host)
{
	uint64_t flags = host->maintenance;

	if (host->has_generation)
		flags |= VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT;
	if (host->frame.notification)
		flags |= VMCLOCK_FLAG_NOTIFICATION_PRESENT;
	if (host->mode == SCENARIO_MARKER_ONLY)
		return flags;
	if (host->tai_offset_sec != SCENARIO_NEVER)
		flags |= VMCLOCK_FLAG_TAI_OFFSET_VALID;
	if (host->rate_error_ppb >= 0)
		flags |= VMCLOCK_FLAG_PERIOD_ESTERROR_VALID | VMCLOCK_FLAG_PERIOD_MAXERROR_VALID;
	if (host->time_error_ns != SCENARIO_NEVER)
		flags |= VMCLOCK_FLAG_TIME_ESTERROR_VALID | VMCLOCK_FLAG_TIME_MAXERROR_VALID;
	return flags;
}

/* The time of the page's own scale. */
static fixed_sec told_time(const struct host *host)
{
	switch (host->time_type) {
	case VMCLOCK_TIME_UTC:
		return host->line.tai - FIXED_SEC(host->tai_less_utc);
	case VMCLOCK_TIME_MONOTONIC: /* of the host, which was started with the scenario */
		return host->line.tai - FIXED_SEC(host->start_tai_sec);
	default:
		return host->line.tai;
	}
}

static void put_clock(const struct host *host, struct page *page)
{
	const struct host_line *line = &host->line;
	fixed_sec time = told_time(host);
	uint64_t period = line->period.frac_sec;
	uint64_t rate_error = maxerror_rate(host);
	bool bounded = host->time_error_ns != SCENARIO_NEVER;

	period += (uint64_t)((__int128)period * host->slew_ppb / PPB);
	host_put(page, PAGE_TIME_TYPE, host->time_type);
	host_put(page, PAGE_CLOCK_STATUS, host->status);
	host_put(page, PAGE_SMEARING_HINT, host->smearing);
	if (host->tai_offset_sec != SCENARIO_NEVER)
		host_put(page, PAGE_TAI_OFFSET_SEC, (uint64_t)host->tai_offset_sec);
	host_put(page, PAGE_LEAP_INDICATOR, host->leap_indicator);
	host_put(page, PAGE_PERIOD_SHIFT, line->period.shift);
	host_put(page, PAGE_COUNTER_VALUE, line->counter);
	host_put(page, PAGE_PERIOD_FRAC_SEC, period);
	host_put(page, PAGE_PERIOD_ESTERROR_RATE, rate_error / 2);
	host_put(page, PAGE_PERIOD_MAXERROR_RATE, rate_error);
	host_put(page, PAGE_TIME_SEC, (uint64_t)(time >> 64));
	host_put(page, PAGE_TIME_FRAC_SEC, (uint64_t)time);
	host_put(page, PAGE_TIME_ESTERROR_NS, bounded ? line->maxerror_ns / 2 : 0);
	host_put(page, PAGE_TIME_MAXERROR_NS, bounded ? line->maxerror_ns : 0);
}

void host_publish(struct host *host, struct page *page)
{
	bool full = host->mode == SCENARIO_FULL;

	host->seq += 2;
	*page = (struct page){.length = VMCLOCK_ABI_BYTES};
	host_put(page, PAGE_MAGIC, VMCLOCK_MAGIC);
	host_put(page, PAGE_SIZE_BYTES, host->frame.size_bytes);
	host_put(page, PAGE_VERSION, VMCLOCK_VERSION);
	host_put(page, PAGE_COUNTER_ID, full ? host->frame.counter_id : VMCLOCK_COUNTER_INVALID);
	host_put(page, PAGE_SEQ_COUNT, host->seq);
	host_put(page, PAGE_DISRUPTION_MARKER, host->marker);
	host_put(page, PAGE_FLAGS, flags_of(host));
	if (host->has_generation)
		host_put(page, PAGE_VM_GENERATION, host->generation);
	if (full)
		put_clock(host, page);
	for (enum page_field field = 0; field < PAGE_FIELDS; field++) {
		if (host->held.named & PAGE_FIELD_BIT(field))
			host_put(page, field, host->held.value[field]);
	}
}
