/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes EVENT_CLOCK: another clock, read while a page was in force. */
#ifndef VMCLOCK_TRACE_OBSERVE_CLOCK_EVENT_H
#define VMCLOCK_TRACE_OBSERVE_CLOCK_EVENT_H

#include "event/event.h"
#include "observe/page_reader.h"
#include "observe/phc.h"
#include "observe/reference_clock.h"

/*
 * CLOCK_REALTIME and what the kernel claims of it into @event, all of it but the device. @reader's
 * page must be this machine's. -errno, @event untouched, where the page cannot be read; an update
 * that comes in between is said in page_state.
 */
int clock_event_realtime(struct page_reader *reader, struct event *event);

/* The same beside @page, as it is. */
void clock_event_realtime_beside(const struct page *page, struct event *event);

/* The same with ClockBound's claim. Also -ENOENT where there is no ClockBound on this machine. */
int clock_event_clockbound(struct page_reader *reader, struct event *event);

/* The same for the PTP clock, whose scale is not stated. Also -errno of reading that. */
int clock_event_phc(struct page_reader *reader, const struct phc *phc, struct event *event);

/* The same for a reference clock, with CLOCK_REALTIME around it. Also -errno of reading that. */
int clock_event_reference(struct page_reader *reader, struct reference_clock *clock,
			  struct event *event);

#endif
