// SPDX-License-Identifier: GPL-2.0-or-later
/* The exporter's web configuration. */
#include "fuzz.h"

#include "serve/web_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct web_config *config = NULL;
	struct error error = {0};

	fuzz_file_set(&file, data, size);
	if (web_config_load(file.path, &config, &error)) {
		CHECK(error.cause[0]);
		return 0;
	}
	web_config_is_old(config);
	web_config_free(config);
	return 0;
}
