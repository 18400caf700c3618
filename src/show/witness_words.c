// SPDX-License-Identifier: GPL-2.0-or-later
#include "show/witness_words.h"

#include <stdio.h>

#include "base/text.h"

static uint64_t size_of(int64_t ns)
{
	return ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
}

void witness_words(const struct witness *witness, struct ns_interval error, char *text,
		   size_t bytes)
{
	char by[WITNESS_TEXT_BYTES], off[TEXT_NS_BYTES];
	uint64_t lo_ns = size_of(error.lo_ns), hi_ns = size_of(error.hi_ns);
	const char *who = witness_text(witness, by);

	/* The nearer end: it is at least that much. */
	text_ns_u64(lo_ns < hi_ns ? lo_ns : hi_ns, off, sizeof(off));
	if (error.hi_ns < 0) {
		snprintf(text, bytes, "CLOCK_REALTIME is %s behind, by %s", off, who);
	} else if (error.lo_ns > 0) {
		snprintf(text, bytes, "CLOCK_REALTIME is %s ahead, by %s", off, who);
	} else {
		text_ns_u64(lo_ns > hi_ns ? lo_ns : hi_ns, off, sizeof(off));
		snprintf(text, bytes, "CLOCK_REALTIME agrees to within %s with %s", off, who);
	}
}
