/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All PTP clocks of this machine but the vmclocks' own, as reference clocks (event/reference.h):
 * each read in the best way that works, with what is known of its scale and its bound, and how.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_REFERENCE_CLOCK_H
#define VMCLOCK_TRACE_OBSERVE_REFERENCE_CLOCK_H

#include <stddef.h>

#include "base/error.h"
#include "event/event.h"

#define REFERENCE_CLOCKS     16
#define REFERENCE_PATH_BYTES 32
#define REFERENCE_CLASS_PATH "/sys/class/ptp"
#define REFERENCE_OPTIONS    8

/* What the user says of a clock. */
struct reference_option {
	int32_t number; /* N of ptpN */
	enum clock_scale scale;
	bool has_bound;
	uint64_t bound_ns;
};

/* All that he says; zero: nothing. */
struct reference_options {
	struct reference_option option[REFERENCE_OPTIONS];
	size_t count;
};

/*
 * "ptp0=utc,10us", also with the whole path, "+-" or "±" before the bound, and more of them behind
 * ";". Added to @options. -EINVAL, @options is then as before.
 */
int reference_options_add(const char *text, struct reference_options *options);

/* One clock. */
struct reference_clock {
	char path[REFERENCE_PATH_BYTES]; /* "/dev/ptp0" */
	struct reference reference;
	enum clock_scale scale;
	bool has_bound; /* by the user or the device: a claim without ATTRS */
	uint64_t bound_ns;
	int result; /* -errno of opening it or of the last reading, in every way; 0: it answers */
	int fd;	    /* -1: not open */
	bool is_settled; /* has `reference.way` answered once? */
};

struct reference_clocks {
	struct reference_clock clock[REFERENCE_CLOCKS];
	size_t count;
	size_t unlisted; /* beyond the room */
};

/*
 * List what @class_path (REFERENCE_CLASS_PATH but for tests) has, by number; with @vmclocks those
 * of vmclocks too. Nothing is opened.
 */
void reference_clocks_list(const char *class_path, const struct reference_options *options,
			   bool vmclocks, struct reference_clocks *clocks);

/* List those that are no vmclock's, and open them; what cannot be opened has its reason. */
void reference_clocks_open(const struct reference_options *options,
			   struct reference_clocks *clocks);

/* Fine for one that is all zero, or was only listed. */
void reference_clocks_close(struct reference_clocks *clocks);

/*
 * One reading into @out, CLOCK_REALTIME around it: the best of several tries, in the best way that
 * works. 0, or -errno of the last way.
 */
int reference_clock_read(struct reference_clock *clock, struct event_clock *out);

#endif
