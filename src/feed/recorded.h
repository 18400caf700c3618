/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording as a source of events: for replay, for trace and watch with --from, for reports. */
#ifndef VMCLOCK_TRACE_FEED_RECORDED_H
#define VMCLOCK_TRACE_FEED_RECORDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"
#include "base/text.h"
#include "feed/options.h"
#include "feed/playback.h"
#include "feed/progress.h"
#include "feed/source.h"
#include "judge/claim.h"
#include "show/recorded_view.h"
#include "store/recording.h"

/* What is asked of it. */
struct recorded_request {
	const char *file;
	int64_t speed;	      /* billionths of real time; 0: do not wait */
	uint64_t duration_ns; /* of the recording's own time; 0: all of it */
	bool is_quiet;	      /* show no progress: what is printed meanwhile would be in the way */
	bool is_last;	      /* no file is opened once it begins: rights are given up */
};

/* How fast it is shown: with what was missed in between, or without waiting. */
#define RECORDED_SPEED(structure, member)                                                          \
	"speed", 0, "X", OPTION_SPEED(structure, member.speed),                                    \
		.min = NSEC_PER_SEC / 1000, .help = "as many times faster than it happened",       \
		.otherwise = "do not wait", .doc = "1 is as it was, 0.5 half as fast."

/* --from, of commands that also watch a machine. */
#define RECORDED_FROM(structure, member)                                                           \
	"from", 0, "FILE", OPTION_FILE(structure, member.file),                                    \
		.help = "show a recording (vmclock-trace record) as it was seen then",             \
		.doc = "See RECORDINGS."

/* All zero at first. */
struct recorded {
	struct source source;
	struct recorded_request request;
	struct recording *recording;
	struct record_context context; /* for the views */
	uint64_t start_ns; /* CLOCK_MONOTONIC of the recorded machine, as all times are */
	int64_t start_realtime_ns;
	uint64_t newest_ns; /* of the newest event that was given */
	uint64_t events;    /* that were */
	uint64_t unkept;    /* alarms in its gaps, or that may be there */
	bool found_unkept;  /* are some in its gaps known, */
	bool found_unkept_critical;
	struct event_gap worst_gap; /* the one in which the worst of these was */
	bool has_gap;
	bool over_gap; /* no page came since the last one */
	bool has_marker;
	uint64_t marker; /* of the newest page */
	struct playback playback;
	struct progress progress;
};

/*
 * 0, or -errno as recording_open() with @error filled. Its events come each when it is due, until
 * it ends, or what was asked for of it. recorded_close() is due in either case.
 */
int recorded_open(const struct recorded_request *request, struct recorded *recorded,
		  struct error *error);

/* The same. MESSAGE_GO_ON, or the exit code: what is wrong has then been said. */
int recorded_open_or_say(const struct recorded_request *request, struct recorded *recorded);

void recorded_close(struct recorded *recorded);

#define RECORDED_DEVICE_BYTES TEXT_DISPLAY_BYTES(FACT_VALUE_BYTES)

/* What was watched, fit to show, as a live source gives a path: @out; or NULL, it was no page. */
const char *recorded_device(const struct recorded *recorded, char out[RECORDED_DEVICE_BYTES]);

/* The page at the first whole sample; false: there is none among the first events. Not cheap. */
bool recorded_first_page(const struct recorded *recorded, struct page *page);

/* How long that was which was given, of the recording's own time. */
uint64_t recorded_duration_ns(const struct recorded *recorded);

/*
 * What was not well, or not watched, by the events when they were judged, with no finding to say
 * so: of what was not kept it is all that is known.
 */
#define RECORDED_FACT_DOUBTS "doubts"

/* In a bundle's recording: the alarms in the gaps of what it was made of. */
#define RECORDED_FACT_UNKEPT "bundle_of_unkept"

/* And the severity of the worst of these that is known. */
#define RECORDED_FACT_UNKEPT_WORST "bundle_of_unkept_worst"

/* And what of that could not be read. */
#define RECORDED_FACT_DAMAGE "bundle_of_damage"

/* What it has of what happened, now that it was read. */
struct claim_span recorded_span(const struct recorded *recorded);

/* What is known only now that it was read, for the views. Borrows from @recorded. */
struct recorded_result recorded_end(struct recorded *recorded);

/*
 * @code, unless the recording turned out to be damaged, or nothing was found in one that does not
 * have all that happened: then that is said, and EXIT_FAILED.
 */
int recorded_exit_code(const struct recorded *recorded, int code);

#endif
