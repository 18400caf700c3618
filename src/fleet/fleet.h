/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings of several machines as one: what happened to each, on one clock, which is UTC; in
 * which order, as far as that can be known; and what was bad at the same time. Pure. It keeps of
 * each recording what is needed for that and no more.
 *
 *	for each recording, read to its end into an account:
 *		fleet_add(fleet, &source);
 *	fleet_group_machines(fleet);
 *	for each recording fleet->recording[i], read again:
 *		align = fleet_measure(fleet, i);
 *		for each event: align_event(align, &event);
 *		fleet_measured(fleet, i, align);
 *	fleet_finish(fleet);
 *
 * Recordings of one boot of one machine share its CLOCK_MONOTONIC: what one of them knows of it, of
 * its bad windows and of UTC, the others know too, and what happened is in their order to the
 * nanosecond. Those whose UTC cannot both be true are not of one machine, whatever they say: a
 * snapshot that runs twice.
 */
#ifndef VMCLOCK_TRACE_FLEET_FLEET_H
#define VMCLOCK_TRACE_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/fact.h"
#include "judge/analysis.h"
#include "judge/claim.h"
#include "fleet/align.h"
#include "report/verdict.h"

#define FLEET_RECORDINGS  1000
#define FLEET_LABEL_BYTES 640
#define FLEET_CAUSE_BYTES 320

struct fleet_finding {
	uint64_t number; /* as in a report on its recording */
	enum finding_kind kind;
	enum finding_severity severity;
	bool since_start;
	uint64_t not_before_ns; /* CLOCK_MONOTONIC */
	uint64_t found_ns;
	uint64_t incident;     /* to which it belongs; 0: none */
	char *text;	       /* a sentence */
	struct utc_span when;  /* it happened in there */
	struct utc_span found; /* and was found in there */
};

struct fleet_incident {
	uint64_t number;
	enum finding_severity severity;
	enum finding_severity alarm; /* the same, but for what was lost */
	struct claim recovery;
	bool again; /* another recording of the machine has it as well, and comes before */
	uint64_t from_ns;
	uint64_t to_ns;
	uint64_t first_found_ns; /* the first thing that was found of it */
	uint64_t count[FINDINGS];
	uint64_t processes; /* that read the clock meanwhile */
	uint64_t reads;
	uint64_t known; /* of them, those whose error is known, */
	uint64_t wrong; /* and those that surely got a wrong time */
	bool has_worst;
	enum observed_clock worst_clock;  /* which clock was surely the furthest off, */
	struct ns_interval worst;	  /* and how far, */
	bool worst_is_rough;		  /* by whom no bound is known */
	uint64_t unknown[ERROR_UNKNOWNS]; /* readings of clocks that are not known, by reason */
	bool is_unread;	       /* no reading of CLOCK_REALTIME is known, for it was not compared */
	bool has_step_beyond;  /* a step of it shows that it was further off than is known */
	struct utc_span from;  /* the last good sample before it */
	struct utc_span begin; /* it began in there: from that to what was found first */
	struct utc_span to;    /* when all was well, or the recording's end */
};

/* Of which UTC is wanted: the ends of its interval; its beginning, when it was found, its end. */
#define FLEET_MOMENTS_OF_FINDING  2
#define FLEET_MOMENTS_OF_INCIDENT 3

/* What a report on one recording says first; of all of it, whatever part is asked for. */
#define FLEET_HEADLINE_BYTES 128
struct fleet_answer {
	const char *level; /* "CRITICAL", "WARNING", "UNKNOWN", "OK"; static. NULL: not told */
	char headline[FLEET_HEADLINE_BYTES];
	enum claim_state well; /* are all clocks right at its end? */
	uint64_t off_ns;       /* how far a clock surely was off at worst */
	uint64_t bad_ns;       /* for how long it surely was bad in one incident */
	struct verdict_line figure[VERDICT_FIGURES]; /* valid if `level` is */
};

struct fleet_recording {
	char *path;	  /* as it was given */
	const char *file; /* its name without the directory, unless another has the same */
	char label
		[FLEET_LABEL_BYTES]; /* the host's name, with the file's where that is not enough */
	char host[FACT_VALUE_BYTES]; /* "": not known; any bytes */
	char kernel[FACT_VALUE_BYTES];
	char boot_id[FACT_VALUE_BYTES];
	char machine_id[FACT_VALUE_BYTES];
	uint64_t start_ns;	   /* CLOCK_MONOTONIC, */
	int64_t start_realtime_ns; /* and CLOCK_REALTIME then */
	uint64_t first_ns;	   /* of its events, and the last */
	uint64_t last_ns;
	uint64_t events;
	uint64_t lost; /* events that should be there: in the kernel, and on the way to the file */
	uint64_t cut;  /* that made room for later ones */
	uint64_t bad_rows;
	struct claim_span whole;
	struct event_gap unseen; /* the worst that was found live where nothing can be seen now */
	struct fleet_answer answer;
	struct clock_doubts clock_doubts;
	char damage[FLEET_CAUSE_BYTES]; /* "": none */
	struct fleet_finding *finding;
	size_t findings;
	struct fleet_incident *incident;
	size_t incidents;
	uint64_t unlisted; /* findings and incidents beyond those */

	size_t machine; /* which one: recordings of one have the same number, from 0 */
	struct align_result aligned;
	struct utc_track *utc; /* as in a report on it; NULL: no clock but its own told UTC */
	char utc_by[FLEET_CAUSE_BYTES]; /* which did: "the page", "/dev/ptp0 (KVM ...), ..." */
	uint32_t rate_ppm;		/* by which CLOCK_MONOTONIC is allowed to be off */
	struct utc_span from;		/* its first event, and its last */
	struct utc_span to;
	bool has_width;
	uint64_t best_ns;  /* the narrowest of the intervals that its moments have, */
	uint64_t worst_ns; /* and the widest; UINT64_MAX: one has no end */

	/* Its own. */
	struct align_bound_runs bound_runs;
	struct align_moment *moment; /* first, last, two of each finding, three of each incident */
	struct utc_span *span;
	size_t moments;
};

/*
 * What is in the timeline: a finding, or that an incident is over. They are in the order of UTC, or
 * of one that is possible; those of which nothing is known come last.
 */
struct fleet_entry {
	size_t recording;
	const struct fleet_finding *finding; /* or NULL: */
	const struct fleet_incident *over;
	struct utc_span when;
	int64_t key_ns; /* for the order: the middle of the time by which it is known, or a guess */
	bool order_known; /* is all above it that is of another machine surely earlier? */
};

/* Is anything known of when it was? */
static inline bool fleet_is_placed(const struct fleet_entry *entry)
{
	return entry->when.lo_ns != INT64_MIN || entry->when.hi_ns != INT64_MAX;
}

/* Incidents of different machines that may all have been at one moment. */
struct fleet_group {
	const struct fleet_incident **incident;
	size_t *recording; /* of each */
	size_t incidents;
	size_t machines;
	bool proven;			 /* surely they were */
	struct utc_span window;		 /* from the first's beginning to the last's end, at most */
	struct ns_interval began_within; /* the first beginning and the last are so far apart */
};

/* A file that gave nothing. */
struct fleet_unread {
	char *path;
	char cause[FLEET_CAUSE_BYTES];
};

struct fleet {
	struct fleet_recording *recording; /* by host, then file, then time */
	size_t recordings;
	struct fleet_unread *unread;
	size_t unreads;
	size_t machines;
	struct fleet_entry *entry;
	size_t entries;
	struct fleet_group *group;
	size_t groups;
	int64_t since_ns; /* only what may have been from then on, UTC; INT64_MIN: all */
	int64_t until_ns; /* and what may have been before; INT64_MAX: all */

	/* Its own. */
	struct fleet_machine *machine;
};

/* A sentence about @finding. */
typedef void (*fleet_sentence_fn)(const struct finding *finding, char *text, size_t bytes);

/* A recording that was read to its end. All is borrowed for the call. */
struct fleet_source {
	const char *path;
	const struct fact_list *facts;
	const struct analysis *analysis;
	uint64_t start_ns;
	int64_t start_realtime_ns;
	uint64_t lost; /* events that could not be written */
	uint64_t cut;
	uint64_t bad_rows;
	struct claim_span whole;
	struct fleet_answer answer;
	struct clock_doubts clock_doubts;
	const char *damage;
	fleet_sentence_fn sentence;
};

/* NULL without memory. */
struct fleet *fleet_new(void);

/* NULL is fine. */
void fleet_free(struct fleet *fleet);

/* Take a recording. -ENOMEM, -E2BIG beyond FLEET_RECORDINGS. */
int fleet_add(struct fleet *fleet, const struct fleet_source *source);

/* Take a file that is none, and why. The same errors. */
int fleet_add_unread(struct fleet *fleet, const char *path, const char *cause);

/* All are there: put them in order, name them, and find out which are of one machine. -ENOMEM. */
int fleet_group_machines(struct fleet *fleet);

/* Two that are one recording, copied; NULL: there are none. After fleet_group_machines(). */
const struct fleet_recording *fleet_find_duplicate(const struct fleet *fleet,
						   const struct fleet_recording **other);

/* Measure recording @i: NULL without memory. What is returned goes to fleet_measured(). */
struct align *fleet_measure(struct fleet *fleet, size_t i);

/* All of its events were taken. Frees @align. -ENOMEM. */
int fleet_measured(struct fleet *fleet, size_t i, struct align *align);

/*
 * All are measured: the timeline and the groups. since_ns and until_ns are to be set before.
 * -ENOMEM.
 */
int fleet_finish(struct fleet *fleet);

/* When the first recording began, by its own clock: only a guess. INT64_MAX: none has one. */
int64_t fleet_start_ns(const struct fleet *fleet);

/*
 * When @ns of its CLOCK_MONOTONIC was by the clock that a report on it alone goes by, or by its own
 * at its start, without a bound; FLEET_NO_GUESS: the recording does not tell what that showed.
 */
#define FLEET_NO_GUESS INT64_MIN
int64_t fleet_guess_ns(const struct fleet_recording *recording, uint64_t ns);

/* "its own clock", or which one it is. Borrowed. */
const char *fleet_guess_by(const struct fleet_recording *recording);

/* Is nothing known of its UTC but a guess? */
static inline bool fleet_is_guessed(const struct fleet_recording *recording)
{
	return recording->aligned.method <= ALIGN_BY_ROUGH;
}

/* Is anything of @when within since_ns and until_ns? */
bool fleet_has(const struct fleet *fleet, struct utc_span when);

/* For fleet_finish(): the timeline and the groups. -ENOMEM. */
int fleet_order(struct fleet *fleet);

#endif
