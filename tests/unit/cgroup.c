// SPDX-License-Identifier: GPL-2.0-or-later
/* observe/cgroup.h, as far as the machine that runs the tests has cgroups. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/magic.h>

#include "observe/cgroup.h"

/* Is the unified hierarchy where it usually is? */
static bool has_cgroups(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/cgroup", &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static void what_is_no_cgroup_has_a_cause_and_a_cure(void **state)
{
	const char *const wrong[] = {"no/such/cgroup", "/proc", "../../../etc", "cgroup.procs"};
	struct error error;
	uint32_t level = 99;
	uint64_t id = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error = (struct error){0};
		assert_true(cgroup_of_path(wrong[i], &id, &level, &error) < 0);
		assert_true(error.cause[0] && error.hint[0]);
		assert_int_equal(id, 99);
		assert_int_equal(level, 99);
	}
}

static void the_root_is_at_level_0_however_it_is_spelt(void **state)
{
	const char *const root[] = {"/", "", "/sys/fs/cgroup", "/sys/fs/cgroup/", "./"};
	struct error error;
	struct stat status;
	uint32_t level;
	uint64_t id;

	(void)state;
	if (!has_cgroups())
		return;
	assert_int_equal(stat("/sys/fs/cgroup", &status), 0);
	for (size_t i = 0; i < sizeof(root) / sizeof(root[0]); i++) {
		assert_int_equal(cgroup_of_path(root[i], &id, &level, &error), 0);
		assert_int_equal(id, status.st_ino);
		assert_int_equal(level, 0);
	}
}

static void names_are_learnt_once_and_kept(void **state)
{
	struct cgroup_names *names = cgroup_names_new();
	struct stat status;

	(void)state;
	assert_non_null(names);
	assert_null(cgroup_names_of(names, 5));
	cgroup_names_learn(names, 0); /* 0 is not known */
	assert_null(cgroup_names_of(names, 0));
	cgroup_names_learn(names, UINT64_MAX); /* there is none of that id */
	assert_null(cgroup_names_of(names, UINT64_MAX));
	if (has_cgroups()) {
		assert_int_equal(stat("/sys/fs/cgroup", &status), 0);
		cgroup_names_learn(names, status.st_ino);
		assert_string_equal(cgroup_names_of(names, status.st_ino), "/");
	}
	/* More than fit. */
	for (uint64_t id = 1000000; id < 1002000; id++)
		cgroup_names_learn(names, id << 32);
	assert_null(cgroup_names_of(names, 1001999ull << 32));
	cgroup_names_free(names);
	cgroup_names_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_cgroup_has_a_cause_and_a_cure),
		cmocka_unit_test(the_root_is_at_level_0_however_it_is_spelt),
		cmocka_unit_test(names_are_learnt_once_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
