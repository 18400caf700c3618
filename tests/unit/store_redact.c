// SPDX-License-Identifier: GPL-2.0-or-later
/* bundle/redact.h: no name passes, each has one pseudonym, and what nobody is named by stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bundle/redact.h"

static const char *name_of(struct redactor *redactor, const char *comm)
{
	static struct event event;

	event = (struct event){.type = EVENT_READ, .who = {.pid = 7, .cgroup = 9}};
	memcpy(event.who.comm, comm, strnlen(comm, EVENT_COMM_BYTES));
	assert_int_equal(redactor_event(redactor, &event), 0);
	assert_int_equal(event.who.pid, 7);
	assert_int_equal(event.who.cgroup, 9);
	return event.who.comm;
}

static void readers(void **state)
{
	struct redactor *redactor = redactor_new();

	(void)state;
	assert_string_equal(name_of(redactor, "database"), "reader-1");
	assert_string_equal(name_of(redactor, "chronyd"), "chronyd");
	assert_string_equal(name_of(redactor, "chronyd2"), "reader-2");
	assert_string_equal(name_of(redactor, "sixteen bytes !!"), "reader-3");
	assert_string_equal(name_of(redactor, "sixteen bytes !"), "reader-4");
	assert_string_equal(name_of(redactor, "reader-1"), "reader-5");
	assert_string_equal(name_of(redactor, "\xff\x1b"), "reader-6");
	assert_string_equal(name_of(redactor, "database"), "reader-1");
	assert_string_equal(name_of(redactor, ""), "");
	redactor_free(redactor);
}

static void many_readers(void **state)
{
	struct redactor *redactor = redactor_new();
	char comm[EVENT_COMM_BYTES], pseudonym[EVENT_COMM_BYTES];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 1; i <= 20000; i++) {
			snprintf(comm, sizeof(comm), "worker/%d", i);
			snprintf(pseudonym, sizeof(pseudonym), "reader-%d", i);
			assert_string_equal(name_of(redactor, comm), pseudonym);
		}
	}
	redactor_free(redactor);
}

static void cgroups(void **state)
{
	struct redactor *redactor = redactor_new();

	(void)state;
	assert_string_equal(redactor_cgroup(redactor, "/a"), "cgroup-1");
	assert_string_equal(redactor_cgroup(redactor, "/b"), "cgroup-2");
	assert_string_equal(redactor_cgroup(redactor, "/a"), "cgroup-1");
	assert_string_equal(redactor_cgroup(redactor, ""), "");
	redactor_free(redactor);
}

static void is(const char *text, const char *expected)
{
	char out[FACT_VALUE_BYTES];

	redact_text(text, out, sizeof(out));
	assert_string_equal(out, expected);
}

static void texts(void **state)
{
	(void)state;
	is("", "");
	is("of all processes", "of all processes");
	is("absent: the kernel has no vmclock_read", "absent: the kernel has no vmclock_read");
	is("absent: no BTF in /sys/kernel/btf/vmlinux",
	   "absent: no BTF in /sys/kernel/btf/vmlinux");
	is("none: /dev/vmclock0 is gone", "none: /dev/vmclock0 is gone");
	is("none: /home/alice/a page: no such file", "none: (redacted)");
	is("none: '/home/alice/a page'", "none: (redacted)");
	is("none: pages/alice.bin", "none: (redacted)");
	is("/home/alice/x: no such file", "(redacted)");
	is("none: /dev/vmclock0/../../home/alice", "none: (redacted)");
	is("read /sys/x and ./alice", "(redacted)");
	is("none: path=/home/alice", "none: (redacted)");
	is("none: /dev/vmclock0-alice is no page", "none: (redacted)");
	is("none: /sys/fs/cgroup/alice.slice", "none: (redacted)");
	is("none: /proc/17/root/home/alice", "none: (redacted)");
}

static void becomes(const char *name, const char *value, const char *expected)
{
	struct fact_list facts = {0}, out = {0};

	fact_set(&facts, "host", "vm17.alice.example");
	fact_set(&facts, name, "%s", value);
	redact_facts(&facts, &out);
	if (expected)
		assert_string_equal(fact_get(&out, name), expected);
	else
		assert_null(fact_get(&out, name));
}

static void facts_are_known_or_hidden(void **state)
{
	(void)state;
	becomes("host", "vm17", "host-1");
	becomes("boot_id", "2f1f", "boot-1");
	becomes("machine_id_sha256", "99de", "machine-1");
	becomes("kernel", "Linux 7.3", "Linux 7.3");
	becomes("kernel", "Linux 7.3 by root@vm17.alice.example", "(redacted)");
	becomes("device", "/dev/vmclock1", "/dev/vmclock1");
	becomes("device", "/home/alice/page", "path-1");
	becomes("device", "/dev/vmclock0-alice", "path-1");
	becomes("device", "/dev/vmclock0 of alice", "path-1");
	becomes("device", "/dev/vmclock", "path-1");
	becomes("page", "none: alice.bin is no page", "none: (redacted)");
	becomes("start_monotonic_ns", "17", "17");
	becomes("start_monotonic_ns", "alice", "(redacted)");
	becomes("hook vmclock_read", "fentry", "fentry");
	becomes("hook vmclock_read", "absent: /home/alice", "absent: (redacted)");
	becomes("of_a_later_version", "alice", "(redacted)");
	becomes("/home/alice", "1", NULL);
	becomes("alice@example", "1", NULL);
}

/* The start of a recording must not be lost to a host whose name is a number. */
static void numbers_stay(void **state)
{
	struct fact_list facts = {0}, out = {0};

	(void)state;
	fact_set(&facts, "host", "1767");
	fact_set(&facts, "start_realtime_ns", "1767225600000000000");
	redact_facts(&facts, &out);
	assert_string_equal(fact_get(&out, "start_realtime_ns"), "1767225600000000000");
}

static void why_there_are_no_hooks(void **state)
{
	struct redactor *redactor = redactor_new();
	struct event event = {.type = EVENT_HOOKS};

	(void)state;
	memset(event.hooks.failed, 'x', sizeof(event.hooks.failed)); /* no end */
	assert_int_equal(redactor_event(redactor, &event), 0);
	assert_int_equal(strnlen(event.hooks.failed, sizeof(event.hooks.failed)),
			 sizeof(event.hooks.failed) - 1);
	strcpy(event.hooks.failed, "no BTF: /home/alice/btf");
	assert_int_equal(redactor_event(redactor, &event), 0);
	assert_string_equal(event.hooks.failed, "no BTF: (redacted)");
	redactor_free(redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers),
		cmocka_unit_test(many_readers),
		cmocka_unit_test(cgroups),
		cmocka_unit_test(texts),
		cmocka_unit_test(facts_are_known_or_hidden),
		cmocka_unit_test(numbers_stay),
		cmocka_unit_test(why_there_are_no_hooks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
