/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of `vmclock-trace record`. */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_OPTIONS_H
#define VMCLOCK_TRACE_RECORD_RECORD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/options.h"
#include "judge/finding.h"
#include "observe/reference_clock.h"

struct record_options {
	const char *where; /* a file or a directory; NULL: none was given */
	const char *device;
	const char *scenario;		     /* record this, and no machine; NULL: this machine */
	struct reference_options references; /* what the user says of other PTP clocks */
	int64_t duration_ns;		     /* 0: until interrupted */
	int64_t max_age_ns;		     /* 0: any */
	uint64_t max_bytes;		     /* 0: any */
	int64_t ring_ns;		     /* 0: no ring; the next three are for one */
	int64_t before_ns;		     /* what a finding keeps for good, from before it ... */
	int64_t after_ns;		     /* ... and after it, */
	enum finding_severity on;	     /* if it is as bad as this */
	bool every_event;
	const char *btf; /* as in struct kernel_trace_options */
	bool reload;	 /* as in struct kernel_trace_options */
	bool journal;	 /* asked for */
	bool json;
};

extern const struct command_option record_option_table[];

/*
 * What follows from what was given. MESSAGE_GO_ON, or the exit code; what is wrong has then been
 * said.
 */
int record_options_settle(struct record_options *options);

#endif
