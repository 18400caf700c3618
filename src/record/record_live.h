/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine as what is recorded: the page, and who uses the clock through the kernel. */
#ifndef VMCLOCK_TRACE_RECORD_RECORD_LIVE_H
#define VMCLOCK_TRACE_RECORD_RECORD_LIVE_H

#include "record/record_session.h"
#include "record/record_options.h"

/*
 * Record to @store until the time is over or a signal comes. An exit code; what is wrong has been
 * said.
 */
int record_live(const struct record_options *options, const struct recorder_options *store,
		struct record_session *session);

#endif
