/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapped page that outlives its file.
 *
 * Access behind the end of a mapped file is a SIGBUS, at any load, in any thread. Here such a page
 * is replaced by one of zeros at the moment of the access, and the loss is remembered, so that code
 * that reads a mapping (page/now.h above all) needs no care and costs nothing.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_MAP_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_MAP_H

#include <stdbool.h>

/* One mapping; opaque. */
struct page_map;

/*
 * Map the first page of memory (of this system's size: what the driver demands) of @fd, shared and
 * read-only. The caller unmaps *@out; @fd must stay open as long. Returns -ENOSPC past 64 mappings
 * at a time, or the errno of mmap(). This takes over SIGBUS where it is not taken over yet; one for
 * an address that is not a mapping's goes where it went before.
 */
int page_map_open(int fd, struct page_map **out);

/* Unmap and forget. NULL is fine. */
void page_map_close(struct page_map *map);

/* Where it is; stays the same until it is closed. */
const volatile void *page_map_address(const struct page_map *map);

/* Has the file been cut off under the mapping, so that zeros are read? */
bool page_map_is_lost(const struct page_map *map);

/* Map the file again, at the same address, and forget the loss. 0 or the errno of mmap(). */
int page_map_again(struct page_map *map);

#endif
