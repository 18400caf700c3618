/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page in a file that others map: written as a hypervisor writes its page, so that any reader of
 * vmclock pages can be let loose on it.
 */
#ifndef VMCLOCK_TRACE_SIM_PAGE_FILE_H
#define VMCLOCK_TRACE_SIM_PAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "page/page.h"

struct page_file;

/* A path that begins so is the physical address of a page in this machine's memory, for root. */
#define PAGE_FILE_MEMORY "mem:"

/*
 * Make a file of @bytes (and whole 4096) at @path that begins with @page. It appears there whole,
 * in place of a regular file of that name; what is no regular file is refused with -EEXIST. Else
 * -errno. The caller closes it.
 */
int page_file_create(const char *path, size_t bytes, const struct page *page,
		     struct page_file **out, struct error *error);

/*
 * Write @page. An update, by its seq_count, is made under the sequence count; an odd seq_count is
 * written alone; and what is neither (garbage, half an update) is written as it comes.
 */
void page_file_write(struct page_file *file, const struct page *page);

/*
 * Let the file vanish from its directory, or be there again; who has it mapped keeps it. 0 or
 * -errno.
 */
int page_file_hide(struct page_file *file, bool hidden, struct error *error);

/* Let go of the file, and @remove it. NULL is fine. */
void page_file_close(struct page_file *file, bool remove);

#endif
