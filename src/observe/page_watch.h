/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples a page on a timer and tells of every sample that differs from the one before.
 *
 * Changes that come and go between two samples cannot be seen one by one; seq_count tells how many
 * there were, since each update adds 2.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_WATCH_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_WATCH_H

#include "base/error.h"
#include "event/page_change.h"
#include "observe/page_reader.h"

struct page_watch;

/* How often the page is looked at. A look is a few loads from a mapping: about 100 ns. */
#define PAGE_WATCH_PERIOD_NS 10000000

/*
 * Open a watch on @path (NULL: the first device), sampled every PAGE_WATCH_PERIOD_NS. The first
 * sample is taken at once. 0, or -errno with @error filled. The caller closes @out.
 */
int page_watch_open(const char *path, struct page_watch **out, struct error *error);

/* NULL is fine. */
void page_watch_close(struct page_watch *watch);

/* A timer descriptor that polls readable when a sample is due. Owned by @watch. */
int page_watch_fd(const struct page_watch *watch);

/* The path watched; lives as long as @watch. */
const char *page_watch_path(const struct page_watch *watch);

/* N if the page is that of /dev/vmclockN, else -1: events of the kernel are about it only then. */
int32_t page_watch_device(const struct page_watch *watch);

/* The newest whole sample. Owned by @watch, changes with page_watch_sample(). */
const struct page *page_watch_newest(const struct page_watch *watch);

/*
 * Take the sample that is due. 1: it differs, @change is filled. 0: the same as before, or an
 * update was under way (then the next one will tell). -errno: the page cannot be read.
 */
int page_watch_sample(struct page_watch *watch, struct page_change *change);

#endif
