/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings and incidents of two runs, held against each other: as they are shown, but for numbers,
 * which depend on what came before, and names, which may have been replaced.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_KEY_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_KEY_H

#include <stdbool.h>

#include "base/sha256.h"
#include "judge/finding.h"
#include "judge/incident.h"

/* All zero at first. */
struct bundle_keys {
	struct sha256_ctx finding;
	struct sha256_ctx incident;
	bool begun;
};

/* Take one; in order. 0 or -ENOMEM. */
int bundle_key_finding(struct bundle_keys *keys, const struct finding *finding);
int bundle_key_incident(struct bundle_keys *keys, const struct incident *incident);

/* Were both given the same? No more can then be taken. */
bool bundle_keys_same(struct bundle_keys *a, struct bundle_keys *b);

#endif
