// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

struct kernel_symbols {
	struct btf *kernel;
	struct btf *driver; /* NULL: built in, or not there */
	FILE *kallsyms;
};

struct kernel_symbols *kernel_symbols_load(void)
{
	struct kernel_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->kernel = btf__load_vmlinux_btf();
	if (symbols->kernel)
		symbols->driver = btf__load_module_btf(DRIVER_MODULE, symbols->kernel);
	return symbols;
}

void kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (!symbols)
		return;
	if (symbols->kallsyms)
		fclose(symbols->kallsyms);
	btf__free(symbols->driver);
	btf__free(symbols->kernel);
	free(symbols);
}

bool kernel_symbols_has_btf(const struct kernel_symbols *symbols)
{
	return symbols->kernel;
}

bool kernel_symbols_in_btf(const struct kernel_symbols *symbols, const char *function)
{
	/* A module's BTF is searched through its base, the kernel's, as well. */
	const struct btf *all = symbols->driver ? symbols->driver : symbols->kernel;

	return all && btf__find_by_name_kind(all, function, BTF_KIND_FUNC) > 0;
}

bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function)
{
	char line[512], name[256];

	if (!symbols->kallsyms)
		symbols->kallsyms = fopen("/proc/kallsyms", "re");
	if (!symbols->kallsyms)
		return false;
	rewind(symbols->kallsyms);
	while (fgets(line, sizeof(line), symbols->kallsyms)) {
		if (sscanf(line, "%*s %*s %255s", name) == 1 && !strcmp(name, function))
			return true;
	}
	return false;
}
