// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/guest.h"

#include <errno.h>
#include <string.h>

#include "page/time.h"

#define READ_NS	   1500	     /* a pass through the driver */
#define GIVE_UP_NS 100000000 /* for so long the driver waits for an update to end */
#define FIRST_PID  1000
#define PPB	   1000000000

/* One more; or what it is from now on of the kind that there is. */
static void put_ptp_clock(struct guest *guest, const struct scenario_ptp_clock *clock)
{
	size_t i = 0;

	while (i < guest->ptp_clocks && (guest->ptp_clock[i].kind != clock->kind ||
					 guest->ptp_clock[i].is_clockbound != clock->is_clockbound))
		i++;
	if (i == GUEST_PTP_CLOCKS)
		return;
	guest->ptp_clock[i] = *clock;
	if (i == guest->ptp_clocks)
		guest->ptp_clocks++;
}

void guest_begin(struct guest *guest, const struct scenario *scenario, int64_t tai_less_utc)
{
	*guest = (struct guest){.start_utc_sec = scenario->frame.start_utc_sec,
				.start_tai_less_utc = tai_less_utc};
	for (size_t i = 0; i < scenario->settings_count; i++) {
		const struct scenario_action *setting = &scenario->settings[i];

		if (setting->verb == VERB_REALTIME) {
			guest->realtime_observed = true;
			guest->realtime_claim_ns = setting->ns;
		} else if (setting->verb == VERB_PTP_CLOCK || setting->verb == VERB_CLOCKBOUND) {
			put_ptp_clock(guest, &setting->ptp_clock);
		} else if (setting->verb == VERB_READER && guest->readers < GUEST_READERS) {
			size_t n = guest->readers++;

			guest->reader[n].who.pid = FIRST_PID + (uint32_t)n;
			guest->reader[n].who.tid = FIRST_PID + (uint32_t)n;
			memcpy(guest->reader[n].who.comm, setting->reader.comm, EVENT_COMM_BYTES);
			guest->reader[n].every_ns = setting->reader.every_ns;
			/* Not at the very moment of the samples. */
			guest->reader[n].due_ns = setting->reader.every_ns / 2;
		}
	}
}

static void realtime_advance(struct guest *guest, int64_t monotonic_ns)
{
	guest->realtime_off +=
		(__int128)(monotonic_ns - guest->realtime_at_ns) * guest->realtime_slew_ppb;
	guest->realtime_at_ns = monotonic_ns;
}

static void clock_set(struct guest *guest, const struct scenario_clock_set *set,
		      int64_t monotonic_ns, struct event *event)
{
	event->type = EVENT_CLOCK_CHANGE;
	event->who = (struct event_reader){.pid = 999, .tid = 999, .comm = "timed"};
	event->change.how = set->how;
	realtime_advance(guest, monotonic_ns);
	if (set->how == CLOCK_STEPPED) {
		guest->realtime_off += (__int128)set->step_ns * PPB;
		event->change.step = interval_of(set->step_ns);
	} else if (set->how == CLOCK_SLEWED) {
		event->change.old_ppt = guest->realtime_slew_ppb * 1000;
		event->change.new_ppt = set->slew_ppb * 1000;
		guest->realtime_slew_ppb = set->slew_ppb;
	} else {
		memcpy(event->change.source, set->source, EVENT_SOURCE_BYTES);
	}
}

bool guest_act(struct guest *guest, const struct scenario_action *action, int64_t monotonic_ns,
	       struct event *event)
{
	switch (action->verb) {
	case VERB_CLOCK_SET:
		clock_set(guest, &action->clock_set, monotonic_ns, event);
		return true;
	case VERB_LOSE:
		guest->losses.ring_full += action->number;
		event->type = EVENT_LOSS;
		event->losses = guest->losses;
		return true;
	case VERB_PTP_CLOCK:
	case VERB_CLOCKBOUND:
		put_ptp_clock(guest, &action->ptp_clock);
		return false;
	case VERB_DRIVER_OFF:
		guest->driver_off_ns = action->driver.off_ns;
		guest->driver_off_until_ns = monotonic_ns + action->driver.for_ns;
		return false;
	default:
		return false;
	}
}

/*
 * The kernel counts CLOCK_REALTIME from CLOCK_MONOTONIC: what that loses it loses too, until a time
 * daemon or a leap second corrects it.
 */
static struct timespec realtime_at(const struct guest *guest, const struct guest_moment *moment)
{
	__int128 off =
		guest->realtime_off +
		(__int128)(moment->monotonic_ns - guest->realtime_at_ns) * guest->realtime_slew_ppb;
	__int128 ns =
		(__int128)guest->start_utc_sec * NSEC_PER_SEC + moment->monotonic_ns + off / PPB -
		(__int128)(moment->kernel_tai_less_utc - guest->start_tai_less_utc) * NSEC_PER_SEC;
	int64_t sec = (int64_t)(ns / NSEC_PER_SEC) - (ns % NSEC_PER_SEC < 0);

	return (struct timespec){.tv_sec = sec,
				 .tv_nsec = (long)(ns - (__int128)sec * NSEC_PER_SEC)};
}

static void put_page(const struct simulation_view *view, struct event *event)
{
	event->page_state = EVENT_PAGE_ABSENT;
	if (!view->present)
		return;
	event->page_state = view->odd ? EVENT_PAGE_TORN : EVENT_PAGE_STABLE;
	event->page = view->page;
}

void guest_read_realtime(const struct guest *guest, const struct guest_moment *moment,
			 struct event *event)
{
	put_page(moment->view, event);
	event->clock = (struct event_clock){
		.clock = OBSERVED_REALTIME,
		.scale = SCALE_UTC,
		.ticks = moment->ticks,
		.at = realtime_at(guest, moment),
		.has_claim = guest->realtime_claim_ns != SCENARIO_NEVER,
	};
	if (event->clock.has_claim)
		event->clock.max_error_ns = (uint64_t)guest->realtime_claim_ns;
}

/* True UTC and @off_ns. */
static struct timespec true_utc(const struct guest *guest, const struct guest_moment *moment,
				int64_t off_ns)
{
	__int128 ns = (__int128)guest->start_utc_sec * NSEC_PER_SEC + moment->true_ns + off_ns -
		      (__int128)(moment->tai_less_utc - guest->start_tai_less_utc) * NSEC_PER_SEC;
	int64_t sec = (int64_t)(ns / NSEC_PER_SEC) - (ns % NSEC_PER_SEC < 0);

	return (struct timespec){.tv_sec = sec,
				 .tv_nsec = (long)(ns - (__int128)sec * NSEC_PER_SEC)};
}

void guest_read_ptp_clock(const struct guest *guest, size_t i, const struct guest_moment *moment,
			  struct event *event)
{
	static const char *const names[REFERENCE_KINDS] = {
		[REFERENCE_OTHER] = "network card",
		[REFERENCE_VMCLOCK] = "vmclock0",
		[REFERENCE_KVM] = "KVM virtual PTP",
		[REFERENCE_HYPERV] = "hyperv",
		[REFERENCE_ENA] = "ena-ptp-05",
		[REFERENCE_VMWARE] = "ptp_vmw",
		[REFERENCE_VIRTIO_RTC] = "Virtio PTP type 0/variant 0",
	};
	const struct scenario_ptp_clock *clock = &guest->ptp_clock[i];
	struct event_clock *out = &event->clock;

	put_page(moment->view, event);
	*out = (struct event_clock){
		.clock = OBSERVED_PHC_OTHER,
		.ticks = moment->ticks,
		.at = true_utc(guest, moment, clock->off_ns),
		.has_claim = clock->within_ns != SCENARIO_NEVER,
		.reference = {.number = (int32_t)i, .way = REFERENCE_PRECISE},
		.realtime_before = realtime_at(guest, moment),
		.realtime_after = realtime_at(guest, moment),
	};
	if (out->has_claim)
		out->max_error_ns = (uint64_t)clock->within_ns;
	if (clock->is_clockbound) {
		out->clock = OBSERVED_CLOCKBOUND;
		out->scale = SCALE_UTC;
		out->reference = (struct reference){0};
		return;
	}
	reference_of_name(names[clock->kind], &out->reference, &out->scale);
	if (!out->has_claim)
		return;
	out->reference.claim_source = SOURCE_ATTRS;
	/* Where the name does not tell, whoever vouches for the clock does. */
	if (out->scale == SCALE_UNKNOWN)
		out->reference.scale_source = SOURCE_ATTRS;
	out->scale = SCALE_UTC;
}

int64_t guest_reader_due_ns(const struct guest *guest, size_t *reader)
{
	int64_t first_ns = SCENARIO_NEVER;

	for (size_t i = 0; i < guest->readers; i++) {
		if (guest->reader[i].due_ns < first_ns) {
			first_ns = guest->reader[i].due_ns;
			*reader = i;
		}
	}
	return first_ns;
}

/* As the driver of Linux 7.x answers: on TAI where the page gives it. 0 or -errno. */
static int driver_answer(const struct guest *guest, const struct guest_moment *moment,
			 struct event_read *read)
{
	const struct page *page = &moment->view->page;
	struct page_time time;
	struct instant at;

	if (moment->view->odd)
		return -ETIMEDOUT;
	if (page_get(page, PAGE_CLOCK_STATUS) == VMCLOCK_STATUS_UNRELIABLE)
		return -EINVAL;
	if (page_time_at(page, moment->ticks.before, &time))
		return -EINVAL;
	at = time.has_tai ? time.tai : time.at;
	/* Its difference of counters is unsigned: one that is behind is 2^64 ticks ahead. */
	if (time.delta_ticks < 0)
		at.sec += (int64_t)(((unsigned __int128)page_get(page, PAGE_PERIOD_FRAC_SEC) >>
				     page_get(page, PAGE_PERIOD_SHIFT)));
	if (moment->monotonic_ns < guest->driver_off_until_ns &&
	    instant_add_ns(at, guest->driver_off_ns, &at))
		return -EINVAL;
	read->sec = at.sec;
	read->nsec = instant_nsec(at);
	return 0;
}

bool guest_read_phc(struct guest *guest, size_t reader, const struct guest_moment *moment,
		    struct event *read, struct event *call)
{
	const struct simulation_view *view = moment->view;

	guest->reader[reader].due_ns = moment->monotonic_ns + guest->reader[reader].every_ns;
	/* The driver makes a PTP clock of a full page only. */
	if (!view->present || page_mode(&view->page) != PAGE_FULL)
		return false;
	guest->calls++;
	read->type = EVENT_READ;
	read->path = PATH_SYS_OFFSET_PRECISE;
	read->call_id = guest->calls;
	read->who = guest->reader[reader].who;
	put_page(view, read);
	read->read.counter_source = COUNTER_SYSTEM;
	read->read.counter = moment->ticks.before;
	read->result = driver_answer(guest, moment, &read->read);
	read->latency_ns = read->result == -ETIMEDOUT ? GIVE_UP_NS : READ_NS;
	*call = *read;
	call->type = EVENT_CALL;
	call->page_state = EVENT_PAGE_ABSENT;
	call->page = (struct page){0};
	call->latency_ns += READ_NS;
	call->call = (struct event_call){.reads = 1};
	return true;
}
