// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exporter is a program of its own, which vmclock-trace becomes: so the libraries of a web
 * server, and all that can be wrong with them, are in no process that traces.
 */
#include "base/new_privileges.h"
#include "feed/command.h"

int main(int argc, char **argv)
{
	new_privileges_refuse();
	return cmd_exporter.run(argc, argv);
}
