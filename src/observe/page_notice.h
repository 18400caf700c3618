/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Being woken by the hypervisor: poll() on a vmclock device.
 *
 * The driver (from Linux 7.0, and in Amazon's kernels) makes the descriptor readable when the
 * page's seq_count is another than at the last read() of that descriptor, and looks again when the
 * hypervisor notifies the guest. Without the page's flag NOTIFICATION_PRESENT it says POLLHUP.
 * Older kernels have no poll() for it: the descriptor is then always ready, for writing too.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_NOTICE_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_NOTICE_H

#include "observe/page_reader.h"

/* NULL if the page of @reader can be waited for, else why not: a clause, static. */
const char *page_notice_missing(const struct page_reader *reader);

/*
 * Be woken by the next update, and by one that came already. To be called before the page is
 * looked at. -ETIMEDOUT, after 100 ms, where an update does not end; else the errno of read().
 */
int page_notice_rearm(const struct page_reader *reader);

#endif
