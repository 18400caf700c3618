/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an incident is about beside the page and the guest's own clocks, and must be seen to be good
 * again by the same kind of evidence: the driver's answers (a read that agrees with the page), its
 * refusals on a path (a use of that path that succeeds), and a reference clock that contradicts the
 * page (a reading within both claims). Pure.
 */
#ifndef VMCLOCK_TRACE_JUDGE_SUSPECT_H
#define VMCLOCK_TRACE_JUDGE_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "judge/claim.h"
#include "judge/finding.h"

#define SUSPECTS 32

enum suspect_kind {
	SUSPECT_ANSWER,	   /* what the driver answers */
	SUSPECT_REFUSAL,   /* that it refuses, on the path `which` */
	SUSPECT_REFERENCE, /* the reference clock with the number `which` */
};

struct suspect {
	enum suspect_kind kind;
	int32_t which;
	int32_t result;	  /* SUSPECT_REFUSAL: as it failed first, */
	bool by_call;	  /* and whether the call did, not the read within it */
	bool is_bad;	  /* by its newest evidence, */
	uint64_t seen_ns; /* and when that was */
};

/* All zero: none. */
struct suspects {
	struct suspect suspect[SUSPECTS];
	size_t count;
	bool unlisted; /* there are more */
};

/* A finding of the incident: if it is about one of these, it is waited for. */
void suspects_add(struct suspects *suspects, const struct finding *finding);

/* Take an event. True: it shows that one of them is bad. */
bool suspects_event(struct suspects *suspects, const struct event *event);

/* Was one of them bad when it was seen last, and that no longer than @stale_ns before @now_ns? */
bool suspects_are_bad(const struct suspects *suspects, uint64_t now_ns, uint64_t stale_ns);

/* Is one of that kind bad, by its newest evidence? */
bool suspects_have_bad(const struct suspects *suspects, enum suspect_kind kind);

/* Were all of them seen to be good since they were bad? Else not known, and why. */
struct claim suspects_recovery(const struct suspects *suspects);

#endif
