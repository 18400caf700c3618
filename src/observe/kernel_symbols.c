// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_symbols.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "observe/btf_merge.h"

struct kernel_symbols {
	struct btf *kernel;
	struct btf *driver; /* NULL: built in, or not there */
	int types;	    /* a file of both, negative: it is not needed */
	char types_path[32];
	char *kallsyms; /* the whole file, NULL: not read yet, or not readable */
};

/*
 * Does the kernel hand out the BTF of modules to this process? To read a file of it is not enough.
 */
static bool may_have_module_btf(void)
{
	uint32_t id;

	return bpf_btf_get_next_id(0, &id) != -EPERM;
}

struct kernel_symbols *kernel_symbols_load(void)
{
	struct kernel_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->types = -1;
	symbols->kernel = btf__load_vmlinux_btf();
	if (symbols->kernel)
		symbols->driver = btf__load_module_btf(DRIVER_MODULE, symbols->kernel);
	if (symbols->driver && !may_have_module_btf())
		symbols->types = btf_merge(symbols->kernel, symbols->driver);
	if (symbols->types >= 0)
		snprintf(symbols->types_path, sizeof(symbols->types_path), "/proc/self/fd/%d",
			 symbols->types);
	return symbols;
}

void kernel_symbols_free(struct kernel_symbols *symbols)
{
	if (!symbols)
		return;
	if (symbols->types >= 0)
		close(symbols->types);
	free(symbols->kallsyms);
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

bool kernel_symbols_can_fentry(const struct kernel_symbols *symbols, const char *function)
{
	return kernel_symbols_in_btf(symbols, function) &&
	       (symbols->types < 0 ||
		btf__find_by_name_kind(symbols->kernel, function, BTF_KIND_FUNC) > 0);
}

const char *kernel_symbols_types(const struct kernel_symbols *symbols)
{
	return symbols->types < 0 ? NULL : symbols->types_path;
}

/* A file of unknown length, terminated; freed by the caller. NULL: it cannot be had. */
static char *read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t size = 1 << 24, length = 0;
	char *text = file ? malloc(size) : NULL;

	while (text && (length += fread(text + length, 1, size - length - 1, file)) == size - 1) {
		char *larger = realloc(text, size *= 2);

		if (!larger)
			free(text);
		text = larger;
	}
	if (text)
		text[length] = '\0';
	if (file)
		fclose(file);
	return text;
}

bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function)
{
	size_t length = strlen(function);

	if (!symbols->kallsyms)
		symbols->kallsyms = read_all("/proc/kallsyms");
	/* Lines are "ADDRESS TYPE NAME" and perhaps a tab and the module. */
	for (const char *at = symbols->kallsyms; at && (at = strstr(at, function)); at += length) {
		if (at > symbols->kallsyms && at[-1] == ' ' &&
		    (at[length] == '\n' || at[length] == '\t'))
			return true;
	}
	return false;
}
