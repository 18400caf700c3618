/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was made but never arrived, by cause. Loss is data: every output shows it. The causes are
 * listed here and nowhere else.
 */
#ifndef VMCLOCK_TRACE_EVENT_LOSSES_H
#define VMCLOCK_TRACE_EVENT_LOSSES_H

#include <stdint.h>

enum loss_effect {
	LOSS_OF_EVENT, /* an event did not arrive, against the user's will; its use is counted */
	LOSS_OF_PART,  /* something arrived, but not in full */
	LOSS_WANTED,   /* as the user asked */
	LOSS_DETAIL,   /* says more of other causes, and must not be added to them */
};

/*
 * X(name, effect, label, about): `name` is for programs, `label` and the sentence for people. New
 * ones at the end: a recording keeps them in this order.
 */
#define EVENT_LOSSES(X)                                                                            \
	X(ring_full, LOSS_OF_EVENT, "ring full", "There was no room in the kernel's ring buffer.") \
	X(suppressed, LOSS_WANTED, "suppressed",                                                   \
	  "Not sent because of a limit on their rate: `--rate`; and, unless each use was asked "   \
	  "for, 100 a second of calls that failed or mapped the page, and 1000 a second of a "     \
	  "process, as anybody can make them. Their uses are counted.")                            \
	X(task_storage, LOSS_OF_EVENT, "no task storage",                                          \
	  "The kernel had no memory to remember a call's start.")                                  \
	X(page_unreadable, LOSS_OF_PART, "without their page",                                     \
	  "Events that came without their page.")                                                  \
	X(recursion, LOSS_OF_EVENT, "recursion",                                                   \
	  "The kernel skipped a hook because one was running.")                                    \
	X(missed, LOSS_OF_EVENT, "missed",                                                         \
	  "Kprobes that did not fire, for want of room or in an interrupt.")                       \
	X(reader_unlisted, LOSS_OF_PART, "reader unlisted",                                        \
	  "Uses by threads for which the table of readers had no room.")                           \
	X(failure_unlisted, LOSS_OF_PART, "failure unlisted",                                      \
	  "Failures for which the table of failures had no room.")                                 \
	X(uncounted, LOSS_DETAIL, "uncounted",                                                     \
	  "Of `recursion` and `missed`: uses of the driver that no count has.")                    \
	X(refused, LOSS_WANTED, "refused",                                                         \
	  "Refused attempts to change the clock, beyond 10 a second: anybody can make them.")

enum event_loss {
#define EVENT_LOSS_ENUM(name, effect, label, about) LOSS_##name,
	EVENT_LOSSES(EVENT_LOSS_ENUM)
#undef EVENT_LOSS_ENUM
	LOSSES /* how many */
};

struct event_losses {
	uint64_t made; /* records that were to be sent: those seen, and ring_full */
	uint64_t seen; /* of them, arrived so far */
#define EVENT_LOSS_MEMBER(name, effect, label, about) uint64_t name;
	EVENT_LOSSES(EVENT_LOSS_MEMBER)
#undef EVENT_LOSS_MEMBER
};

/* "ring_full", "suppressed", ...: static. */
const char *event_loss_name(enum event_loss loss);

/* "ring full", ...: static. */
const char *event_loss_label(enum event_loss loss);

/* What that is, a sentence. Static. */
const char *event_loss_about(enum event_loss loss);

/* What it costs. */
enum loss_effect event_loss_effect(enum event_loss loss);

/* How many of @losses are by @loss. */
uint64_t event_loss_count(const struct event_losses *losses, enum event_loss loss);

/* All of LOSS_OF_EVENT. */
uint64_t event_losses_total(const struct event_losses *losses);

/*
 * What came since the totals @then, by cause; a total that went back began again. `made` and
 * `seen` are 0.
 */
struct event_losses event_losses_since(const struct event_losses *then,
				       const struct event_losses *now);

#endif
