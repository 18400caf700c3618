/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One machine, watched without BPF and without root: a live source of events for the detector.
 *
 * It looks at the page, and tells of each look (EVENT_PAGE), of the heartbeat that made it look
 * (EVENT_TICK), of the other clocks now and then (EVENT_CLOCK), of notifications, and of the device
 * when it goes and comes back (EVENT_DEVICE), in order of time. No look and no tick is left out.
 *
 * Where the device has notifications, one makes it look at once, and the heartbeat is slower;
 * elsewhere the heartbeat is all there is.
 *
 * The page of a plain file is taken to be on this CPU's counter, as vmclock-sim writes it, but not
 * to tell this machine's time: other clocks are then not read.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_MONITOR_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"

/* How often the page is looked at where only a timer makes one look, and where notices come. */
#define LOOKOUT_TIMER_PERIOD_NS	 10000000
#define LOOKOUT_NOTICE_PERIOD_NS 100000000

/* Looking more often than this is better done by a program that does nothing else. */
#define LOOKOUT_PERIOD_MIN_NS 100000

/* How often the other clocks are read; with a slower heartbeat, at each. */
#define LOOKOUT_CLOCK_PERIOD_NS 1000000000

struct lookout_options {
	const char *device; /* NULL: the first one */
	uint64_t period_ns; /* 0: one of the above */
	bool timer_only;    /* do without notifications: taking one is a read() that others see */
	bool without_phc;   /* the same holds for reading the PTP clock */
	bool measure;	    /* find out the figures below, which takes some milliseconds */
	bool may_be_absent; /* begin without a page too: for stuns, and until one appears */
	bool foreign;	    /* the page is not on this CPU's counter: tell no counter values */
};

/* How it is done. */
struct lookout_facts {
	const char *path; /* of the page */
	bool is_device;
	bool by_notice;		  /* does a notification make it look? */
	const char *no_notice;	  /* if not, why: a clause, static */
	uint64_t period_ns;	  /* of the heartbeat, each of which looks */
	uint64_t look_ns;	  /* measured: what a look costs here, median of LOOKOUT_TRIALS */
	uint64_t wake_ns;	  /* measured: how late a timer woke it, worst of as many */
	uint64_t clock_period_ns; /* 0: other clocks are not read */
	const char *phc;	  /* the PTP clock that is read too, or NULL */
};

/* How many trials those are. */
#define LOOKOUT_TRIALS 32

/* What became of it. */
struct lookout_counts {
	uint64_t looks;
	uint64_t notices;
	uint64_t worst_gap_ns; /* the longest time between two looks: so long nothing was seen */
};

/* Called for each event, which is valid during the call only. */
typedef void (*lookout_fn)(const struct event *event, void *arg);

struct lookout;

/*
 * Open the page, and measure what a look costs, if asked for. 0, or -errno as page_reader_open(),
 * with @error filled. The caller closes *@out.
 */
int lookout_open(const struct lookout_options *options, struct lookout **out, struct error *error);

/* NULL is fine. */
void lookout_close(struct lookout *lookout);

/* Take the first look, and start the heartbeat. 0 or -errno, with @error filled. */
int lookout_start(struct lookout *lookout, struct error *error);

/*
 * Close the device and its mapping, and leave them alone for @ns as long as it is there, so that its
 * driver can be unloaded. Says whether it was open. What is no device is kept.
 */
bool lookout_let_go(struct lookout *lookout, uint64_t ns);

/* Polls readable when there is something to do. Owned by @lookout. */
int lookout_fd(const struct lookout *lookout);

/*
 * Do what is due, and tell @fn; the first time, the first look. Never waits but where a page that
 * cannot be mapped is stuck in an update: then for 100 ms.
 */
void lookout_run(struct lookout *lookout, lookout_fn fn, void *arg);

/* The newest look, maybe torn; valid after lookout_start(). Owned by @lookout. */
const struct page *lookout_page(const struct lookout *lookout);

/* Owned by @lookout. They change only where notifications end. */
const struct lookout_facts *lookout_facts(const struct lookout *lookout);

/* Owned by @lookout. */
const struct lookout_counts *lookout_counts(const struct lookout *lookout);

#endif
