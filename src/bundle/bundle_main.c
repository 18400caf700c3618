// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles are made and verified by a program of its own, which vmclock-trace becomes: what unpacks
 * archives of others, and the two dozen libraries behind it, are in no process that traces as root.
 */
#include <string.h>

#include "feed/command.h"

int main(int argc, char **argv)
{
	bool verifies = argc && !strcmp(argv[0], cmd_verify.name);

	return command_run(verifies ? &cmd_verify : &cmd_bundle, argc, argv);
}
