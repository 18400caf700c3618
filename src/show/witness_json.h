/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who says how wrong the clocks are, for programs. */
#ifndef VMCLOCK_TRACE_SHOW_WITNESS_JSON_H
#define VMCLOCK_TRACE_SHOW_WITNESS_JSON_H

#include <json-c/json.h>

#include "judge/witness.h"
#include "show/json_table.h"

extern const struct json_table json_witness;

/* NULL for WITNESS_NONE. The caller owns it. */
json_object *json_of_witness(const struct witness *witness);

#endif
