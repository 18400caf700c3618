// SPDX-License-Identifier: GPL-2.0-or-later
/* What anybody may try: to change the clock without the right to. */
#include "load.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <unistd.h>

int load_refused(struct load_clocks clocks, int argc, char **argv)
{
	long count = argc > 0 ? atol(argv[0]) : 1000, refused = 0;

	(void)clocks;
	if (setuid(65534))
		return 1;
	for (long i = 0; i < count; i++) {
		struct timex wish = {
			.modes = ADJ_FREQUENCY | ADJ_TICK, .freq = LONG_MAX, .tick = LONG_MIN};

		refused += adjtimex(&wish) < 0 && errno == EPERM;
	}
	printf("{\"refused\":%ld}\n", refused);
	return refused != count;
}
