/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one clock counted less what another did in the same time. Clocks of different epochs have
 * no offset that means anything; how it changes does.
 */
#ifndef VMCLOCK_TRACE_JUDGE_ELAPSED_H
#define VMCLOCK_TRACE_JUDGE_ELAPSED_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/instant.h"

#define PPT_PER_PPM 1000000 /* parts in 10^12 */

/* All rates from lo to hi, in parts in 10^12, both included. */
struct rate_interval {
	int64_t lo_ppt;
	int64_t hi_ppt;
};

struct elapsed {
	struct ns_interval since;      /* what the second clock counted */
	struct ns_interval difference; /* what the first counted more */
	bool has_rate;		       /* false where too little time has passed */
	struct rate_interval rate;     /* difference / since, rounded outwards */
};

/*
 * From the offsets a - b at two times and the readings of b then. -ERANGE where something is past
 * 292 years, -EINVAL where b did not go forwards; @out is then untouched.
 */
int elapsed_between(struct ns_interval offset_then, struct timespec b_then,
		    struct ns_interval offset_now, struct timespec b_now, struct elapsed *out);

#endif
