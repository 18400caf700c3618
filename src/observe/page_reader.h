/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of this machine: /dev/vmclockN, or any file that holds one (a recording, a simulation).
 *
 * Any path is safe to open: a FIFO does not block, and a directory or a file that is truncated
 * while it is mapped gives an error, not a signal.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_PAGE_READER_H
#define VMCLOCK_TRACE_OBSERVE_PAGE_READER_H

#include <stdbool.h>

#include "base/error.h"
#include "page/seqlock.h"

/* How the bytes come in. */
enum page_via {
	PAGE_VIA_AUTO, /* as a request only: a device is mapped where it can be, a file is read */
	PAGE_VIA_MMAP,
	PAGE_VIA_READ,
};

/* "auto", "mmap", "read". */
const char *page_via_name(enum page_via via);

/* An open page; opaque. */
struct page_reader;

/*
 * Open @path, or the first /dev/vmclock* where @path is NULL. The caller closes *@out.
 *
 * -ENODEV: there is no vmclock device. Else the errno of the system call, -EISDIR, or -EINVAL for
 * what cannot hold a page. @error, if not NULL, gets the cause and the cure.
 */
int page_reader_open(const char *path, enum page_via via, struct page_reader **out,
		     struct error *error);

/* Close and forget. NULL is fine. */
void page_reader_close(struct page_reader *reader);

/*
 * Take a snapshot. A file of any length gives one, shorter ones with a small page.length: whether
 * it is a page is for page_mode() to say.
 *
 * 0, or -ETIMEDOUT with @copy filled and marked torn as page_copy_mapped() does (by read() of a
 * device the driver does the waiting and gives no bytes: then page.length is 0). -EIO: a mapped
 * file was cut off. Else the errno of read(). @error as above.
 */
int page_reader_copy(struct page_reader *reader, struct page_wait wait, struct page_copy *copy,
		     struct error *error);

/* The path that was opened; lives as long as @reader. */
const char *page_reader_path(const struct page_reader *reader);

/* PAGE_VIA_MMAP or PAGE_VIA_READ: what is really done. */
enum page_via page_reader_via(const struct page_reader *reader);

/* Is it a character device, so that the page is this machine's own? */
bool page_reader_is_device(const struct page_reader *reader);

/* N of /dev/vmclockN; -1: it is no such device. */
int32_t page_reader_device(const struct page_reader *reader);

/*
 * The mapping for page/now.h, or NULL where the page is not mapped. At least VMCLOCK_ABI_BYTES,
 * until the reader is closed. Should the file behind it be cut off, it turns to zeros (so to a
 * page without magic) instead of a SIGBUS.
 */
const volatile void *page_reader_map(const struct page_reader *reader);

/* The descriptor, for poll(); stays the reader's. */
int page_reader_fd(const struct page_reader *reader);

#endif
