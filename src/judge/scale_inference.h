/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which scale a PTP clock is on. The kernel does not say: the vmclock driver gives TAI from 7.0 on
 * and UTC before, and vendors' backports differ. What the clock shows against the page tells it.
 */
#ifndef VMCLOCK_TRACE_JUDGE_SCALE_INFERENCE_H
#define VMCLOCK_TRACE_JUDGE_SCALE_INFERENCE_H

#include "base/instant.h"
#include "event/scale.h"
#include "page/time.h"

/* "unknown", "UTC", "TAI". */
const char *clock_scale_name(enum clock_scale scale);

/*
 * The scale of a clock that showed @at when the page showed @page: the one of the page's UTC and
 * TAI that is nearer, if it is within SCALE_NEAR_NS. SCALE_UNKNOWN where neither is, so where the
 * clock is not the page's.
 */
#define SCALE_NEAR_NS 2000000000
enum clock_scale clock_scale_by_page(struct instant at, const struct page_time *page);

/*
 * The nearer one of those that the page tells, however far; SCALE_UNKNOWN only where it tells
 * neither.
 */
enum clock_scale clock_scale_nearest(struct instant at, const struct page_time *page);

#endif
