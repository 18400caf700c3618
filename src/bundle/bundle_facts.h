/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the recording in a bundle says of itself: which part of what it is, and how the two compare.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_BUNDLE_FACTS_H
#define VMCLOCK_TRACE_BUNDLE_BUNDLE_FACTS_H

#include "bundle/bundle_cut.h"
#include "store/recording.h"

/*
 * The facts of the cut that @request asked for and that came out as @result, into @facts, all zero
 * at first: its own, then those of the whole @recording that are true of a part too.
 */
void bundle_facts(const struct cut_request *request, const struct cut_result *result,
		  struct recording *recording, struct fact_list *facts);

#endif
