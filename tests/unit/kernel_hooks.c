// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/kernel_hooks.h: what is hooked how, on kernels that are made up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "observe/kernel_hooks.h"
#include "observe/kernel_refusal.h"

/* BTF with these functions, none of which has arguments that anybody would look at. */
static struct btf *make_btf(const char *const *functions)
{
	struct btf *btf = btf__new_empty();
	int proto = btf__add_func_proto(btf, 0);

	for (; *functions; functions++)
		assert_true(btf__add_func(btf, *functions, BTF_FUNC_STATIC, proto) > 0);
	return btf;
}

static void plan(struct hook hooks[KERNEL_HOOKS], const char *const *functions,
		 const char *kallsyms, bool calls)
{
	struct kernel_symbols *symbols = kernel_symbols_make(make_btf(functions), kallsyms);

	assert_non_null(symbols);
	kernel_hooks_plan(hooks, symbols, HOOK_FENTRY, calls, false);
	kernel_symbols_free(symbols);
}

static const struct hook *find(const struct hook hooks[KERNEL_HOOKS], const char *function)
{
	for (size_t i = 0; i < KERNEL_HOOKS; i++) {
		if (!strcmp(hooks[i].function, function))
			return &hooks[i];
	}
	fail();
	return NULL;
}

#define LINE(name) "ffffffffc0000000 t " name "\t[ptp_vmclock]\n"

static void a_function_under_its_name(void **state)
{
	const char *const functions[] = {DRIVER_CHOKE_POINT, "ptp_ioctl", NULL};
	struct hook hooks[KERNEL_HOOKS];

	(void)state;
	plan(hooks, functions, LINE("vmclock_get_crosststamp") LINE("ptp_ioctl"), false);
	assert_int_equal(find(hooks, DRIVER_CHOKE_POINT)->attach_type, HOOK_FENTRY);
	assert_int_equal(find(hooks, DRIVER_CHOKE_POINT)->reason, HOOK_NONE);
	/* Where calls are not wanted, the results of ioctls are all the same. */
	assert_int_equal(find(hooks, "ptp_ioctl")->attach_type, HOOK_FENTRY);
	assert_true(find(hooks, "ptp_ioctl")->exit_only);
	plan(hooks, functions, LINE("vmclock_get_crosststamp") LINE("ptp_ioctl"), true);
	assert_false(find(hooks, "ptp_ioctl")->exit_only);
}

/* The driver is there; its function is named, and not called absent with the driver. */
static void a_renamed_function_whose_arguments_are_not_known(void **state)
{
	const char *const functions[] = {"ptp_ioctl", NULL};
	struct hook hooks[KERNEL_HOOKS];
	const struct hook *hook;

	(void)state;
	plan(hooks, functions,
	     LINE("vmclock_get_crosststamp.isra.0.cold") LINE("vmclock_get_crosststamp.isra.0")
		     LINE("vmclock_miscdev_read"),
	     false);
	hook = find(hooks, DRIVER_CHOKE_POINT);
	assert_int_equal(hook->attach_type, HOOK_ABSENT);
	assert_int_equal(hook->reason, HOOK_CHANGED);
	assert_true(hook_is_missing(hook));
	assert_false(hook->awaited);
	assert_non_null(strstr(hook->why, "vmclock_get_crosststamp.isra.0 "));
	assert_int_equal(find(hooks, "vmclock_miscdev_read")->attach_type, HOOK_KPROBE);
}

/* BTF has the function: its arguments are as written. */
static void a_renamed_function_whose_arguments_are_known(void **state)
{
	const char *const functions[] = {DRIVER_CHOKE_POINT, NULL};
	struct kernel_symbols *symbols = kernel_symbols_make(
		make_btf(functions), LINE("vmclock_get_crosststamp.constprop.0"));
	struct hook hooks[KERNEL_HOOKS], *hook = &hooks[KERNEL_HOOK_READ];

	(void)state;
	kernel_hooks_plan(hooks, symbols, HOOK_FENTRY, false, false);
	assert_int_equal(hook->attach_type, HOOK_FENTRY);
	/* The kernel does not find it by the name that BTF has. */
	kernel_refusal_listen();
	kernel_hook_demote(hook, -ENOENT, symbols);
	assert_int_equal(hook->attach_type, HOOK_KPROBE);
	assert_string_equal(hook->symbol, "vmclock_get_crosststamp.constprop.0");
	kernel_symbols_free(symbols);
}

/* BTF has the function, and the compiler put it into those that call it. */
static void a_function_that_is_no_symbol(void **state)
{
	const char *const functions[] = {DRIVER_CHOKE_POINT, NULL};
	struct kernel_symbols *symbols =
		kernel_symbols_make(make_btf(functions), LINE("vmclock_miscdev_read"));
	struct hook hooks[KERNEL_HOOKS], *hook = &hooks[KERNEL_HOOK_READ];

	(void)state;
	kernel_hooks_plan(hooks, symbols, HOOK_FENTRY, false, false);
	kernel_refusal_listen();
	kernel_hook_demote(hook, -ENOENT, symbols);
	assert_int_equal(hook->attach_type, HOOK_ABSENT);
	assert_int_equal(hook->reason, HOOK_NO_FUNCTION);
	assert_string_equal(hook->why, "this kernel has no such function");
	kernel_symbols_free(symbols);
}

static void a_function_renamed_by_the_linker(void **state)
{
	const char *const functions[] = {"ptp_ioctl", NULL};
	struct hook hooks[KERNEL_HOOKS];
	const struct hook *hook;

	(void)state;
	plan(hooks, functions, LINE("vmclock_get_crosststamp.llvm.1234567"), false);
	hook = find(hooks, DRIVER_CHOKE_POINT);
	assert_int_equal(hook->attach_type, HOOK_KPROBE);
	assert_string_equal(hook->symbol, "vmclock_get_crosststamp.llvm.1234567");
}

/* Neither a longer name nor a part that is seldom run is the function. */
static void no_function(void **state)
{
	const char *const functions[] = {"ptp_ioctl", NULL};
	struct hook hooks[KERNEL_HOOKS];
	const struct hook *hook;

	(void)state;
	plan(hooks, functions,
	     LINE("vmclock_get_crosststamp_kvmclock") LINE("vmclock_get_crosststamp.cold"), false);
	hook = find(hooks, DRIVER_CHOKE_POINT);
	assert_int_equal(hook->attach_type, HOOK_ABSENT);
	assert_int_equal(hook->reason, HOOK_NO_DRIVER);
	assert_true(hook->awaited);
}

static void a_program_tells_its_hook(void **state)
{
	(void)state;
	assert_int_equal(kernel_hook_of_program("read_fexit"), KERNEL_HOOK_READ);
	assert_int_equal(kernel_hook_of_program("ioctl_result_kretprobe"),
			 kernel_hook_of_program("ioctl_fentry"));
	assert_int_equal(kernel_hook_of_program("thread_free"), KERNEL_HOOKS);
	assert_int_equal(kernel_hook_of_program(""), KERNEL_HOOKS);
}

/* What the verifier says of a program that looks for a member that this kernel lacks. */
static void warn(const char *format, ...)
{
	libbpf_print_fn_t listener = libbpf_set_print(NULL);
	va_list args;

	libbpf_set_print(listener);
	va_start(args, format);
	listener(LIBBPF_WARN, format, args);
	va_end(args);
}

static void a_missing_member_is_named(void **state)
{
	char why[HOOK_WHY_BYTES];

	(void)state;
	kernel_refusal_listen();
	assert_string_equal(kernel_refusal_program(), "");
	warn("libbpf: prog '%s': BPF program load failed: Invalid argument\n", "read_fexit");
	warn("libbpf: prog '%s': -- BEGIN PROG LOAD LOG --\n%s", "read_fexit",
	     "; read->counter\n12: <invalid CO-RE relocation>\n"
	     "failed to resolve CO-RE relocation <byte_off> [45] struct system_counterval_t.cs_id "
	     "(0:1 @ offset 8)\nprocessed 12 insns\n");
	warn("libbpf: prog '%s': failed to load: -22\n", "read_fexit");
	assert_string_equal(kernel_refusal_program(), "read_fexit");
	assert_int_equal(kernel_refusal_of_hook(HOOK_FENTRY, -EINVAL, why), HOOK_NO_TYPE);
	assert_string_equal(why, "this kernel has no struct system_counterval_t.cs_id");
	kernel_refusal_listen();
	assert_int_equal(kernel_refusal_of_hook(HOOK_FENTRY, -EBUSY, why), HOOK_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_under_its_name),
		cmocka_unit_test(a_renamed_function_whose_arguments_are_not_known),
		cmocka_unit_test(a_renamed_function_whose_arguments_are_known),
		cmocka_unit_test(a_function_that_is_no_symbol),
		cmocka_unit_test(a_function_renamed_by_the_linker),
		cmocka_unit_test(no_function),
		cmocka_unit_test(a_program_tells_its_hook),
		cmocka_unit_test(a_missing_member_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
