// SPDX-License-Identifier: GPL-2.0-or-later
#include "serve/gzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST /* what is read is not changed */
#include <zlib.h>

/*
 * The fastest level packs metrics to a sixth, the best to a seventh for four times the work. A
 * window of 8 KiB sees the names and help texts that repeat, in a tenth of the usual memory.
 */
#define GZIP_LEVEL  1
#define GZIP_WINDOW (16 + 13) /* 16: with a gzip header */
#define GZIP_MEMORY 5

struct gzip {
	z_stream stream;
};

struct gzip *gzip_new(void)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (gzip && deflateInit2(&gzip->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
				 Z_DEFAULT_STRATEGY) != Z_OK) {
		free(gzip);
		gzip = NULL;
	}
	return gzip;
}

void gzip_free(struct gzip *gzip)
{
	if (!gzip)
		return;
	deflateEnd(&gzip->stream);
	free(gzip);
}

int gzip_pack(struct gzip *gzip, const char *in, size_t bytes, char **out, size_t *out_bytes)
{
	z_stream *stream = &gzip->stream;
	char *packed = bytes && bytes <= UINT_MAX ? malloc(bytes) : NULL;

	if (!packed)
		return -ENOMEM;
	deflateReset(stream);
	stream->next_in = (const Bytef *)in;
	stream->avail_in = (uInt)bytes;
	stream->next_out = (Bytef *)packed;
	stream->avail_out = (uInt)bytes;
	if (deflate(stream, Z_FINISH) != Z_STREAM_END) {
		free(packed);
		return -EFBIG;
	}
	*out = packed;
	*out_bytes = bytes - stream->avail_out;
	return 0;
}
