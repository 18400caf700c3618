/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of `vmclock-trace record`. */
#ifndef VMCLOCK_TRACE_CMD_RECORD_OPTIONS_H
#define VMCLOCK_TRACE_CMD_RECORD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/command.h"

#define RECORD_FILE_BYTES 64

struct record_options {
	const char *file;
	char default_file[RECORD_FILE_BYTES]; /* what `file` is where none was given */
	const char *device;
	const char *scenario; /* record this, and no machine; NULL: this machine */
	int64_t duration_ns;  /* 0: until interrupted */
	int64_t max_age_ns;   /* 0: any */
	uint64_t max_bytes;   /* 0: any */
	bool every_event;
	bool json;
};

/* MESSAGE_GO_ON with @options filled, or the exit code; what is wrong has then been said. */
int record_options_parse(int argc, char **argv, struct record_options *options);

#endif
