/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One machine, watched without BPF and without root: a live source of events for the detector.
 *
 * It samples the page, and delivers in order of time each sample (EVENT_PAGE), the heartbeat that
 * caused it (EVENT_TICK), readings of the other clocks (EVENT_CLOCK), notifications, and changes of
 * the device (EVENT_DEVICE). No sample and no tick is left out.
 *
 * Where the device has notifications, one makes it sample at once, and the heartbeat is slower;
 * elsewhere the heartbeat is all there is.
 *
 * The page of a plain file is taken to be on this CPU's counter, as vmclock-sim writes it, but need
 * not tell this machine's time: of the other clocks CLOCK_REALTIME alone is read beside it.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_MONITOR_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "observe/reference_clock.h"

/* How often the page is sampled where only a timer makes one sample, and where notices come. */
#define PAGE_MONITOR_TIMER_PERIOD_NS  10000000
#define PAGE_MONITOR_NOTICE_PERIOD_NS 100000000

/* Sampling more often than this is better done by a program that does nothing else. */
#define PAGE_MONITOR_PERIOD_MIN_NS 100000

/* How often the other clocks are read; with a slower heartbeat, at each. */
#define PAGE_MONITOR_CLOCK_PERIOD_NS 1000000000

struct page_monitor_options {
	const char *device; /* NULL: the first one */
	uint64_t period_ns; /* 0: one of the above */
	bool timer_only;    /* do without notifications: taking one is a read() that others see */
	bool without_phc;   /* the same holds for reading the PTP clock */
	bool without_references;	     /* and for the other PTP clocks */
	struct reference_options references; /* what the user says of other PTP clocks */
	bool measure;	    /* find out the figures below, which takes some milliseconds */
	bool may_be_absent; /* begin without a page too: for stuns, and until one appears */
	bool foreign;	    /* the page is not on this CPU's counter: deliver no counter values */
};

/* How it is done. */
struct page_monitor_facts {
	const char *path; /* of the page */
	bool is_device;
	bool by_notice;		  /* does a notification make it sample? */
	const char *no_notice;	  /* if not, why: a clause, static */
	uint64_t period_ns;	  /* of the heartbeat, each of which samples */
	uint64_t sample_cost_ns;  /* of one sample; median of PAGE_MONITOR_TRIALS */
	uint64_t wake_ns;	  /* measured: how late a timer woke it, worst of as many */
	uint64_t clock_period_ns; /* 0: other clocks are not read */
	const char *phc;	  /* the PTP clock that is read too, or NULL */
};

/* How many trials those are. */
#define PAGE_MONITOR_TRIALS 32

/* What became of it. */
struct page_monitor_counts {
	uint64_t samples;
	uint64_t notices;
	uint64_t worst_gap_ns; /* the longest time between two samples: so long nothing was seen */
};

/* Called for each event, which is valid during the call only. */
typedef void (*page_monitor_fn)(const struct event *event, void *arg);

struct page_monitor;

/*
 * Open the page, and measure what a sample costs, if asked for. 0, or -errno as page_reader_open(),
 * with @error filled. The caller closes *@out. The page is sampled then too: what it does until
 * page_monitor_run() is called first is found.
 */
int page_monitor_open(const struct page_monitor_options *options, struct page_monitor **out,
		      struct error *error);

/* NULL is fine. */
void page_monitor_close(struct page_monitor *monitor);

/* Take the first sample, and start the heartbeat. 0 or -errno, with @error filled. */
int page_monitor_start(struct page_monitor *monitor, struct error *error);

/*
 * Close the device and its mapping, and leave them alone for @ns as long as it is there, so that
 * its driver can be unloaded. Says whether it was open. A plain file stays open.
 */
bool page_monitor_release(struct page_monitor *monitor, uint64_t ns);

/* Polls readable when there is something to do. Owned by @monitor. */
int page_monitor_fd(const struct page_monitor *monitor);

/*
 * Do what is due, and tell @fn; the first time, the sample of the opening too. Never waits but
 * where a page that cannot be mapped is stuck in an update: then for 100 ms.
 */
void page_monitor_run(struct page_monitor *monitor, page_monitor_fn fn, void *arg);

/* The newest sample, maybe torn; valid after page_monitor_start(). Owned by @monitor. */
const struct page *page_monitor_page(const struct page_monitor *monitor);

/* Owned by @monitor. They change only where notifications end. */
const struct page_monitor_facts *page_monitor_facts(const struct page_monitor *monitor);

/* Owned by @monitor. */
const struct page_monitor_counts *page_monitor_counts(const struct page_monitor *monitor);

#endif
