// SPDX-License-Identifier: GPL-2.0-or-later
/* The shared memory of a ClockBound daemon, of any version. */
#include "fuzz.h"

#include "observe/clockbound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct clockbound claim;
	struct clockbound_time told;
	uint64_t moment[3], bound_ns;

	fuzz_take(&data, &size, moment, sizeof(moment));
	fuzz_file_set(&file, data, size);
	clockbound_read(file.path, &claim);
	if (clockbound_decode(data, size, &claim))
		return 0;
	clockbound_claims(&claim, (int64_t)moment[0], moment[1], &bound_ns);
	clockbound_at(&claim, moment[2], (int64_t)moment[0], moment[1], &told);
	return 0;
}
