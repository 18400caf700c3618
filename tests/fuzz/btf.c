// SPDX-License-Identifier: GPL-2.0-or-later
/* A file of --btf, and of /sys/kernel/btf, merged with a module's. */
#include "fuzz.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "observe/btf_merge.h"

static int say_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_file file;
	struct btf *btf;
	int merged;

	libbpf_set_print(say_nothing);
	fuzz_file_set(&file, data, size);
	btf = btf__parse(file.path, NULL);
	if (!btf || libbpf_get_error(btf))
		return 0;
	merged = btf_merge(btf, NULL);
	if (merged >= 0)
		close(merged);
	btf__free(btf);
	return 0;
}
