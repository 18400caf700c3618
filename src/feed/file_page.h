/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a plain file may be of another machine, or of another boot of this one: no other
 * clock is judged by it. Before it is said to be well, it must be near CLOCK_REALTIME.
 */
#ifndef VMCLOCK_TRACE_FEED_FILE_PAGE_H
#define VMCLOCK_TRACE_FEED_FILE_PAGE_H

#include "base/instant.h"
#include "judge/claim.h"
#include "page/page.h"

/*
 * CLOCK_REALTIME less the UTC of @page, on this CPU's counter, both now, by measurement alone into
 * @distance. NULL; or why that is not known, static, and @distance is then untouched.
 */
const char *page_distance_now(const struct page *page, struct ns_interval *distance);

/* Is @page, of a file, of here and now? It holds or is unknown, and never fails. */
struct claim file_page_claim(const struct page *page);

#endif
