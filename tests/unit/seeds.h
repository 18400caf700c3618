/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many random stories a test plays, and which scenarios of the library. Under sanitizers each
 * takes several times as long, so a tenth of them; `make check` runs such a test both ways.
 */
#ifndef VMCLOCK_TRACE_TESTS_SEEDS_H
#define VMCLOCK_TRACE_TESTS_SEEDS_H

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
	defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define SEEDS_OF(all) ((all) / 10)
#define LIBRARY_STEP  10 /* each so many of its scenarios */
#else
#define SEEDS_OF(all) (all)
#define LIBRARY_STEP  1
#endif

#endif
