/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a scenario though each of its lines is right. */
#ifndef VMCLOCK_TRACE_SCENARIO_SCENARIO_CHECK_H
#define VMCLOCK_TRACE_SCENARIO_SCENARIO_CHECK_H

#include "scenario/scenario.h"

/* 0, or -EINVAL with @error as scenario_parse() fills it; @name is said in it. */
int scenario_check(const char *name, const struct scenario *scenario, struct error *error);

#endif
