// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles are made and verified by a program of its own, which vmclock-trace becomes: what unpacks
 * archives of others, and the two dozen libraries behind it, are in no process that traces as root.
 */
#include <string.h>

#include "base/new_privileges.h"
#include "feed/command.h"

int main(int argc, char **argv)
{
	new_privileges_refuse();
	if (argc && !strcmp(argv[0], cmd_verify.name))
		return cmd_verify.run(argc, argv);
	return cmd_bundle.run(argc, argv);
}
