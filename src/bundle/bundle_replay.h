/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recording of a bundle, judged again: do its findings and incidents follow from its events? */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_REPLAY_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/recording.h"

struct bundle_replay {
	uint64_t events;
	uint64_t findings; /* that are stored */
	uint64_t incidents;
	uint64_t different; /* stored or found, and not both, byte for byte */
	enum recording_end end;
	bool of_this_version;		/* was it made by this very version? */
	char damage[ERROR_CAUSE_BYTES]; /* of the recording; empty: none */
};

/* 0, or -errno with @error filled: it is no recording. */
int bundle_replay(const char *path, struct bundle_replay *replay, struct error *error);

#endif
