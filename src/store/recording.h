/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording as a source of events, in the order in which they were judged live.
 *
 * It is hostile input: opened read-only, recognised by its very tables, each value checked. A
 * damaged one gives what can be read of it, and says so. One that is still being written gives what
 * is committed.
 */
#ifndef VMCLOCK_TRACE_STORE_RECORDING_H
#define VMCLOCK_TRACE_STORE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "event/event.h"
#include "event/fact.h"
#include "event/gap.h"

struct recording;

/*
 * Open the file at @path. 0, or -errno with @error filled: -ENOENT and the like, -EINVAL for what
 * is no recording, -EIO for one that cannot be read at all. The caller closes *@out.
 */
int recording_open(const char *path, struct recording **out, struct error *error);

/*
 * Is it sound from end to end, each page of it in its one place? What is not is damage. The work is
 * bounded by its size.
 */
void recording_check(struct recording *recording);

/* NULL is fine. */
void recording_close(struct recording *recording);

/* What was known of the machine. Owned by @recording. */
const struct fact_list *recording_facts(const struct recording *recording);

/* The next event into @event. False at the end of what can be read; @event is then undefined. */
bool recording_next(struct recording *recording, struct event *event);

/*
 * Events that were there and went before the one that recording_next() gave last; none: it follows
 * on the one before. Owned by @recording, valid until the next event is asked for.
 */
const struct event_gap *recording_gap(const struct recording *recording);

/* In a copy of one without its log: "missing". */
#define RECORDING_FACT_LOG "bundle_of_log"

/* How many events there were in it when it was closed. */
#define RECORDING_FACT_STORED "events_stored"

/* How it ends. */
enum recording_end {
	RECORDING_CLOSED,      /* in order */
	RECORDING_CUT,	       /* not: it still runs, or its program or machine stopped */
	RECORDING_WITHOUT_LOG, /* not, and its log is missing, or empty */
};

enum recording_end recording_end(const struct recording *recording);

/* What is missing, or wrong, so far: complete when recording_next() has said false. */
struct recording_damage {
	uint64_t bad_rows;	     /* events that hold what no recorder writes: passed over */
	uint64_t gaps;		     /* times that a stretch could not be read: passed over */
	char why[ERROR_CAUSE_BYTES]; /* of the first, in words; empty: all is well */
	struct event_gap found;	     /* the worst that was found live in what cannot be read */
};

/* Owned by @recording. */
const struct recording_damage *recording_damage(const struct recording *recording);

/* Events that the recorder itself lost: their number, and the cause of the last ones. */
struct recording_losses {
	uint64_t events;
	char cause[ERROR_CAUSE_BYTES];
};

void recording_losses(struct recording *recording, struct recording_losses *losses);

/* Each of them, in the order in which they were reported; @cause is valid during the call. */
typedef void (*recording_loss_fn)(uint64_t time_ns, uint64_t events, const char *cause, void *arg);
void recording_each_loss(struct recording *recording, recording_loss_fn fn, void *arg);

/* The name of cgroup @id, "" if it was not found out; valid until the next call. */
const char *recording_cgroup(struct recording *recording, uint64_t id);

/*
 * The finding of that number as it was shown live, a line of JSON; NULL: there is none. Valid until
 * the next call.
 */
const char *recording_finding(struct recording *recording, uint64_t number);

/* How many findings were kept. */
uint64_t recording_findings(struct recording *recording);

/* The same of incidents. */
const char *recording_incident(struct recording *recording, uint64_t number);
uint64_t recording_incidents(struct recording *recording);

#endif
