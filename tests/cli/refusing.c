// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a container manager does that does not know some system calls: these fail with EPERM in
 * PROGRAM, and in all that it runs.
 *
 *	refusing CALL... -- PROGRAM [ARGUMENT...]
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int i = 1, err = filter ? 0 : -ENOMEM;

	for (; i < argc && strcmp(argv[i], "--") && !err; i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				       seccomp_syscall_resolve_name(argv[i]), 0);
	if (!err)
		err = seccomp_load(filter);
	if (err || i + 1 >= argc) {
		fprintf(stderr, "refusing: %s\n", err ? strerror(-err) : "no program");
		return 2;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 2;
}
