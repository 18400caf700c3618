/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packs answers as gzip. One packer is for one thread, and keeps its memory between answers. */
#ifndef VMCLOCK_TRACE_SERVE_GZIP_H
#define VMCLOCK_TRACE_SERVE_GZIP_H

#include <stddef.h>

struct gzip;

/* NULL without memory. */
struct gzip *gzip_new(void);

/* NULL is fine. */
void gzip_free(struct gzip *gzip);

/*
 * Pack @bytes at @in into *@out, which the caller frees. 0, -ENOMEM, or -EFBIG where it does not
 * get shorter; *@out is then untouched.
 */
int gzip_pack(struct gzip *gzip, const char *in, size_t bytes, char **out, size_t *out_bytes);

#endif
