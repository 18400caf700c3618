/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario is where its text does not say: a healthy clock on this machine's counter. */
#ifndef VMCLOCK_TRACE_SCENARIO_DEFAULTS_H
#define VMCLOCK_TRACE_SCENARIO_DEFAULTS_H

#include "page/counter.h"
#include "scenario/scenario.h"

#define SCENARIO_DRIFT_PPB	100  /* either way */
#define SCENARIO_RATE_ERROR_PPB 1000 /* 1 ppm */
#define SCENARIO_TIME_ERROR_NS	1000
#define SCENARIO_TAI_OFFSET_SEC (-37)

/*
 * 2026-01-01T00:00:00Z, the machine booted 100 s before; the end is set once the last line is
 * known.
 */
#define SCENARIO_FRAME_DEFAULT                                                                     \
	{                                                                                          \
		.start_utc_sec = 1767225600, .seed = 1, .counter_id = COUNTER_NATIVE_ID,           \
		.counter_hz = 1000000000, .counter_start = 100000000000, .sample_ns = 100000000,   \
		.size_bytes = 4096                                                                 \
	}

#endif
