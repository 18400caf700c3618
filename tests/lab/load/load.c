// SPDX-License-Identifier: GPL-2.0-or-later
/* The load's command line; without a word for another kind it is the one in rounds. */
#include "load.h"

#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static const struct {
	const char *name;
	int (*run)(struct load_clocks clocks, int argc, char **argv);
} kinds[] = {
	{"flood", load_flood},	   {"errors", load_errors},   {"poll", load_poll},
	{"pollers", load_pollers}, {"hold", load_hold},	      {"follow", load_follow},
	{"refused", load_refused}, {"request", load_request},
};

static const char usage[] =
	"usage: load [--phc /dev/ptpN] [--device /dev/vmclockN] [KIND]\n"
	"  ROUNDS [PAUSE_MS [COMM]]    every path; under a name which may hold any byte, as \\xNN\n"
	"  flood SECONDS THREADS       clock_gettime and PTP_SYS_OFFSET_PRECISE, without a pause\n"
	"  errors                      calls that fail, each in its way\n"
	"  refused COUNT               tries as nobody to set the rate of the system clock\n"
	"  request NUMBER [TIMES]      the PTP clock's request of this number\n"
	"  poll SECONDS                waits for updates of the page and reads each\n"
	"  pollers SECONDS [WAKES]     the same in every way, one thread each; says so on stderr\n"
	"  follow                      sets CLOCK_REALTIME to the PTP clock, once\n"
	"  hold SECONDS|-              maps the page, also in a child; says so before and after;\n"
	"                              each step takes half of the time, or a line of stdin\n";

static void rename_thread(const char *escaped)
{
	char comm[16] = {0};
	size_t length = 0;

	while (*escaped && length < sizeof(comm) - 1) {
		unsigned int byte;

		if (sscanf(escaped, "\\x%2x", &byte) == 1) {
			comm[length++] = (char)byte;
			escaped += 4;
		} else {
			comm[length++] = *escaped++;
		}
	}
	prctl(PR_SET_NAME, comm);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"phc", required_argument, NULL, 'p'},
		{"device", required_argument, NULL, 'd'},
		{},
	};
	const char *phc = "/dev/ptp0", *device = "/dev/vmclock0";
	struct load_clocks clocks;

	for (int option; (option = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
		if (option == 'p') {
			phc = optarg;
		} else if (option == 'd') {
			device = optarg;
		} else {
			fputs(usage, stderr);
			return 2;
		}
	}
	argc -= optind;
	argv += optind;
	if (argc > 2 && isdigit(argv[0][0]))
		rename_thread(argv[2]);
	clocks.phc = open(phc, O_RDONLY | O_CLOEXEC);
	clocks.device = open(device, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; argc > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[0], kinds[i].name) == 0)
			return kinds[i].run(clocks, argc - 1, argv + 1);
	return load_rounds(clocks, argc, argv);
}
