// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a recording: report in each form, and what verify does with it. */
#include "fuzz_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	uint8_t mode = fuzz_byte(&data, &size);

	fuzz_file_set(&file, data, size);
	fuzz_report(file.path, mode);
	return 0;
}
