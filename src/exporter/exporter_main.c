// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exporter is a program of its own, which vmclock-trace becomes: so the libraries of a web
 * server, and all that can be wrong with them, are in no process that traces.
 */
#include "feed/command.h"

int main(int argc, char **argv)
{
	return command_run(&cmd_exporter, argc, argv);
}
