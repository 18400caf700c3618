// SPDX-License-Identifier: GPL-2.0-or-later
/* A bundle's archive. The input is a tar, packed as bundles are, or the packed bytes themselves. */
#include "fuzz.h"

#include <zlib.h>

#include "bundle/archive.h"
#include "bundle/bundle_parts.h"

#define ONE_MOST (1 << 20)

/* With the header that bundles have, so that the tar itself is reached. */
static size_t pack(const uint8_t *data, size_t size, uint8_t *out, size_t room)
{
	z_stream stream = {0};
	gz_header header = {.os = 3};

	CHECK(deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, 0) == Z_OK);
	deflateSetHeader(&stream, &header);
	stream.next_in = (Bytef *)data;
	stream.avail_in = (uInt)size;
	stream.next_out = out;
	stream.avail_out = (uInt)room;
	CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&stream);
	out[8] = 0;
	return stream.total_out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file in, into[BUNDLE_MEMBERS];
	static uint8_t packed[ONE_MOST + 4096];
	struct archive_file files[BUNDLE_MEMBERS];
	struct archive_plan plan = {.file = files, .files = BUNDLE_MEMBERS};
	struct error error = {0};
	bool is_packed = fuzz_byte(&data, &size) & 1;

	if (size > ONE_MOST)
		return 0;
	if (is_packed)
		fuzz_file_set(&in, data, size);
	else
		fuzz_file_set(&in, packed, pack(data, size, packed, sizeof(packed)));
	for (int i = 0; i < BUNDLE_MEMBERS; i++) {
		fuzz_file_set(&into[i], "", 0);
		files[i] = (struct archive_file){
			.name = bundle_member_name(i), .most = ONE_MOST, .fd = into[i].fd};
	}
	if (archive_get(in.fd, &plan, &error))
		CHECK(error.cause[0]);
	return 0;
}
