// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/kernel_symbols.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "observe/btf_merge.h"
#include "observe/kernel_refusal.h"

#define LOOKED_UP 32

struct kernel_symbols {
	struct btf *kernel; /* of the file that was given, or the kernel's own */
	struct btf *driver; /* NULL: built in, in the file, or not there */
	int btf_err;	    /* why there is none: negative; 0: there is */
	bool has_own;	    /* libbpf finds the kernel's own, without which there is no fentry */
	bool has_module;    /* and the driver's */
	int types;	    /* a file of both, negative: it is not needed */
	char types_path[32];
	const char *file;
	char *kallsyms; /* the whole file, NULL: not read yet, or not readable */
	char symbol[KERNEL_SYMBOL_BYTES];
	struct {
		const char *name;
		bool in_kernel, in_driver; /* its BTF */
	} looked_up[LOOKED_UP];
	size_t n_looked_up;
};

/*
 * Does the kernel hand out the BTF of modules to this process? To read a file of it is not enough.
 */
static bool may_have_module_btf(void)
{
	uint32_t id;

	return bpf_btf_get_next_id(0, &id) != -EPERM;
}

/*
 * The BTF called @name that the kernel holds itself, wherever its files are; NULL: none to be had.
 */
static struct btf *load_by_id(const char *name, struct btf *base)
{
	uint32_t id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char found[64] = "";
		struct bpf_btf_info info = {.name = (uintptr_t)found, .name_len = sizeof(found)};
		uint32_t bytes = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);
		int result;

		if (fd < 0)
			continue;
		result = bpf_btf_get_info_by_fd(fd, &info, &bytes);
		close(fd);
		if (!result && info.kernel_btf && !strcmp(found, name))
			return btf__load_from_kernel_by_id_split(id, base);
	}
	return NULL;
}

static bool has_driver_types(const struct btf *btf)
{
	return btf && btf__find_by_name_kind(btf, "vmclock_state", BTF_KIND_STRUCT) > 0;
}

/* Both from where they can be had. */
static void load_btf(struct kernel_symbols *symbols, const char *file)
{
	struct btf *own = btf__load_vmlinux_btf();

	symbols->btf_err = own ? 0 : -errno;
	symbols->has_own = own;
	symbols->kernel = file ? btf__parse(file, NULL) : own ?: load_by_id("vmlinux", NULL);
	if (file)
		symbols->btf_err = symbols->kernel ? 0 : -errno;
	if (file)
		btf__free(own);
	if (!symbols->kernel || has_driver_types(symbols->kernel))
		return;
	symbols->driver = btf__load_module_btf(DRIVER_MODULE, symbols->kernel)
				  ?: load_by_id(DRIVER_MODULE, symbols->kernel);
	if (symbols->driver && file && !has_driver_types(symbols->driver)) {
		/* The file is of another kernel. */
		btf__free(symbols->driver);
		symbols->driver = NULL;
	}
}

struct kernel_symbols *kernel_symbols_load(const char *file)
{
	struct kernel_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->types = -1;
	symbols->file = file;
	kernel_refusal_listen();
	load_btf(symbols, file);
	symbols->has_module = may_have_module_btf();
	if (symbols->driver && (!symbols->has_module || !symbols->has_own || file))
		symbols->types = btf_merge(symbols->kernel, symbols->driver);
	else if (symbols->kernel && !symbols->has_own && !file)
		symbols->types = btf_merge(symbols->kernel, NULL);
	if (symbols->types >= 0)
		snprintf(symbols->types_path, sizeof(symbols->types_path), "/proc/self/fd/%d",
			 symbols->types);
	return symbols;
}

struct kernel_symbols *kernel_symbols_make(struct btf *kernel, const char *kallsyms)
{
	struct kernel_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	*symbols = (struct kernel_symbols){.types = -1, .has_own = kernel, .has_module = true};
	symbols->kernel = kernel;
	symbols->kallsyms = strdup(kallsyms);
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
	/* A hundred thousand types of the kernel were here. */
	malloc_trim(0);
}

bool kernel_symbols_has_btf(const struct kernel_symbols *symbols)
{
	return symbols->kernel;
}

int kernel_symbols_btf_error(const struct kernel_symbols *symbols)
{
	return symbols->kernel ? 0 : symbols->btf_err;
}

bool kernel_symbols_has_own_btf(const struct kernel_symbols *symbols)
{
	return symbols->has_own;
}

static void look_at(struct kernel_symbols *symbols, const char *name, bool in_driver)
{
	for (size_t i = 0; i < symbols->n_looked_up; i++) {
		if (strcmp(symbols->looked_up[i].name, name))
			continue;
		if (in_driver)
			symbols->looked_up[i].in_driver = true;
		else
			symbols->looked_up[i].in_kernel = true;
	}
}

void kernel_symbols_look_up(struct kernel_symbols *symbols, const char *const *names, size_t n)
{
	/* A module's BTF goes on where that of its base, the kernel's, ends. */
	const struct btf *all = symbols->driver ? symbols->driver : symbols->kernel;
	uint32_t own = symbols->kernel ? btf__type_cnt(symbols->kernel) : 0;

	symbols->n_looked_up = all && n <= LOOKED_UP ? n : 0;
	for (size_t i = 0; i < symbols->n_looked_up; i++) {
		symbols->looked_up[i].name = names[i];
		symbols->looked_up[i].in_kernel = symbols->looked_up[i].in_driver = false;
	}
	for (uint32_t id = 1; symbols->n_looked_up && id < btf__type_cnt(all); id++) {
		const struct btf_type *type = btf__type_by_id(all, id);

		if (btf_is_func(type))
			look_at(symbols, btf__name_by_offset(all, type->name_off), id >= own);
	}
}

static bool is_function_in(const struct btf *btf, const char *function)
{
	return btf && btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) > 0;
}

static bool in_kernel(const struct kernel_symbols *symbols, const char *function)
{
	for (size_t i = 0; i < symbols->n_looked_up; i++) {
		if (!strcmp(symbols->looked_up[i].name, function))
			return symbols->looked_up[i].in_kernel;
	}
	return is_function_in(symbols->kernel, function);
}

bool kernel_symbols_in_btf(const struct kernel_symbols *symbols, const char *function)
{
	for (size_t i = 0; i < symbols->n_looked_up; i++) {
		if (!strcmp(symbols->looked_up[i].name, function))
			return symbols->looked_up[i].in_kernel || symbols->looked_up[i].in_driver;
	}
	return is_function_in(symbols->driver ? symbols->driver : symbols->kernel, function);
}

bool kernel_symbols_can_fentry(const struct kernel_symbols *symbols, const char *function)
{
	return symbols->has_own && kernel_symbols_in_btf(symbols, function) &&
	       (symbols->has_module || in_kernel(symbols, function));
}

const char *kernel_symbols_types(const struct kernel_symbols *symbols)
{
	return symbols->types < 0 ? symbols->file : symbols->types_path;
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

static const char *read_kallsyms(struct kernel_symbols *symbols)
{
	if (!symbols->kallsyms)
		symbols->kallsyms = read_all("/proc/kallsyms");
	return symbols->kallsyms;
}

/* The next line of @text, from @at on, whose name begins with @function; NULL: there is none. */
static const char *next_symbol(const char *text, const char *at, const char *function)
{
	/* Lines are "ADDRESS TYPE NAME" and perhaps a tab and the module. */
	while (at && (at = strstr(at, function))) {
		if (at > text && at[-1] == ' ')
			return at;
		at++;
	}
	return NULL;
}

bool kernel_symbols_in_kallsyms(struct kernel_symbols *symbols, const char *function)
{
	const char *text = read_kallsyms(symbols), *at = text;
	size_t length = strlen(function);

	for (; (at = next_symbol(text, at, function)); at++) {
		if (at[length] == '\n' || at[length] == '\t')
			return true;
	}
	return false;
}

/* What is not the function itself: a part that is seldom run, or patching's and tracing's own. */
static bool is_whole_function(const char *suffix)
{
	return !strncmp(suffix, ".isra.", 6) || !strncmp(suffix, ".constprop.", 11) ||
	       !strncmp(suffix, ".llvm.", 6);
}

const char *kernel_symbols_renamed(struct kernel_symbols *symbols, const char *function)
{
	const char *text = read_kallsyms(symbols), *at = text;
	size_t length = strlen(function);

	for (; (at = next_symbol(text, at, function)); at++) {
		size_t whole = strcspn(at, "\n\t");

		if (!is_whole_function(at + length) || whole >= sizeof(symbols->symbol) ||
		    memmem(at, whole, ".cold", 5))
			continue;
		memcpy(symbols->symbol, at, whole);
		symbols->symbol[whole] = '\0';
		return symbols->symbol;
	}
	return NULL;
}
