/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a plain file may be of another machine, or of another boot of this one. Where
 * CLOCK_REALTIME meets it by what both claim, it is of here, and all is well as with a device.
 * Elsewhere nothing is known: no clock is bad because of it. The one rule of all commands.
 */
#ifndef VMCLOCK_TRACE_FEED_FILE_PAGE_H
#define VMCLOCK_TRACE_FEED_FILE_PAGE_H

#include "base/instant.h"
#include "event/event.h"
#include "judge/claim.h"
#include "page/page.h"

/*
 * CLOCK_REALTIME less the UTC of @page, on this CPU's counter, both now, by measurement alone into
 * @distance. NULL; or why that is not known, static, and @distance is then untouched.
 */
const char *page_distance_now(const struct page *page, struct ns_interval *distance);

/* Is @page, of a file, of here and now? It holds or is unknown, and never fails. */
struct claim file_page_claim(const struct page *page);

/*
 * The same of the page in @event, a reading of CLOCK_REALTIME. Where it is not known, the reading
 * must not be held against that page: it loses its counter. Whether it is worth telling at all.
 */
bool file_page_reading(bool *was_of_here, struct event *event);

#endif
