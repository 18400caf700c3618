/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wrong CLOCK_REALTIME is by a witness other than the page, in a sentence. */
#ifndef VMCLOCK_TRACE_SHOW_WITNESS_WORDS_H
#define VMCLOCK_TRACE_SHOW_WITNESS_WORDS_H

#include <stddef.h>

#include "judge/witness.h"

/*
 * "CLOCK_REALTIME is 189 ms behind, by the host's clock (KVM virtual PTP), which claims no bound",
 * or that it agrees with it to within so much; no full stop. @error is CLOCK_REALTIME less the
 * witness, by measurement alone. Always terminated.
 */
void witness_words(const struct witness *witness, struct ns_interval error, char *text,
		   size_t bytes);

#endif
