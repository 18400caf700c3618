/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario: what a clock is at the start, and what happens to it when. vmclock-scenario(5) is the
 * manual of the text; this is what it says, checked, and nothing of how it is played.
 */
#ifndef VMCLOCK_TRACE_SCENARIO_SCENARIO_H
#define VMCLOCK_TRACE_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/instant.h"
#include "event/event.h"
#include "page/diff.h"
#include "page/page.h"

/* For lengths of time: there is none. */
#define SCENARIO_NEVER INT64_MAX

/* The longest that a scenario can be: 400 days. */
#define SCENARIO_LONGEST_NS (400LL * 86400 * NSEC_PER_SEC)

/* What a page holds. */
enum scenario_mode {
	SCENARIO_FULL,	      /* a clock */
	SCENARIO_MARKER_ONLY, /* a disruption marker, as QEMU's */
};

enum scenario_leap {
	SCENARIO_LEAP_NONE,
	SCENARIO_LEAP_POSITIVE,
	SCENARIO_LEAP_NEGATIVE
};

/* The counter jumps: by a time at its rate, and by ticks; and changes its rate. */
struct scenario_jump {
	int64_t ns;
	int64_t ticks;
	int64_t rate_ppb;
};

/* The guest goes to another host, or comes back from a snapshot. */
struct scenario_move {
	int64_t downtime_ns; /* the guest and its counter stand still that long */
	struct scenario_jump jump;
	int64_t resync_ns; /* so long after it runs again the page is right again */
	int64_t late_ns;   /* the same, with a page that does not admit it */
};

/* Fields of the page and values for them. */
struct scenario_fields {
	page_field_set named;
	uint64_t value[PAGE_FIELDS];
};

/* A program in the guest that reads the PTP clock. */
struct scenario_reader {
	char comm[EVENT_COMM_BYTES];
	int64_t every_ns;
};

/* Another PTP clock of the guest, as its kernel would show one, or the line of ClockBound. */
struct scenario_ptp_clock {
	bool is_clockbound;
	enum reference_kind kind; /* valid unless is_clockbound */
	int64_t off_ns;		  /* of true time */
	int64_t within_ns;	  /* the bound that it claims; SCENARIO_NEVER: none */
};

/* Somebody in the guest sets its system clock. */
struct scenario_clock_set {
	enum clock_change_how how;
	int64_t step_ns;
	int64_t slew_ppb;
	char source[EVENT_SOURCE_BYTES];
};

/* What the text can say, in the order of the table of words in words.c. */
enum scenario_verb {
	/* of the start only */
	VERB_START,
	VERB_END,
	VERB_SEED,
	VERB_COUNTER,
	VERB_SAMPLE,
	VERB_SIZE,
	VERB_NOTIFICATION,
	VERB_REALTIME,
	VERB_READER,
	/* of the start, and as changes */
	VERB_PTP_CLOCK,
	VERB_CLOCKBOUND,
	VERB_MODE,
	VERB_TIME_TYPE,
	VERB_TAI_OFFSET,
	VERB_SMEARING,
	VERB_LEAP,
	VERB_STATUS,
	VERB_MAINTENANCE,
	VERB_GENERATION,
	VERB_REFRESH,
	VERB_TIME_ERROR,
	VERB_RATE_ERROR,
	VERB_DRIFT,
	VERB_SET,
	/* things that happen */
	VERB_FREE,
	VERB_MIGRATE,
	VERB_RESTORE,
	VERB_DISRUPT,
	VERB_JUMP,
	VERB_STEP,
	VERB_SLEW,
	VERB_STICK,
	VERB_TEAR,
	VERB_GARBAGE,
	VERB_GONE,
	VERB_STORM,
	VERB_STUN,
	VERB_UPDATE,
	VERB_CLOCK_SET,
	VERB_DRIVER_OFF,
	VERB_LOSE,
	VERBS, /* how many */
};

/* One line of the text. */
struct scenario_action {
	int64_t at_ns;	   /* since the scenario's start */
	unsigned int line; /* 1 for the first */
	enum scenario_verb verb;
	char *text; /* the line without its time, comment and needless blanks */
	union {
		int64_t ns;	 /* a length or distance of time, SCENARIO_NEVER where allowed */
		int64_t ppb;	 /* a rate; -1: `unknown` where allowed */
		uint64_t number; /* a value of the ABI, a count, a flag */
		struct scenario_move move;
		struct scenario_jump jump;
		struct scenario_fields fields;
		struct {
			uint64_t updates;
			int64_t over_ns;
		} storm;
		struct scenario_reader reader;
		struct scenario_ptp_clock ptp_clock;
		struct scenario_clock_set clock_set;
		struct {
			int64_t off_ns;
			int64_t for_ns;
		} driver;
	};
};

/* What holds from the start to the end. */
struct scenario_frame {
	int64_t start_utc_sec; /* as POSIX counts */
	int64_t end_ns;
	uint64_t seed;
	uint8_t counter_id;
	uint64_t counter_hz;
	uint64_t counter_start;
	int64_t sample_ns; /* default sampling period of the page */
	uint64_t size_bytes;
	bool notification;
};

/* A whole scenario. */
struct scenario {
	struct scenario_frame frame;
	struct scenario_action *settings; /* of the start, in the order of the text */
	size_t settings_count;
	struct scenario_action *actions; /* in order of time */
	size_t actions_count;
};

/*
 * Understand @text of @bytes; @name is said in messages ("NAME:LINE: ..."). The caller frees
 * @scenario with scenario_free(). -EINVAL: @error says where, what and how to put it right.
 * -ENOMEM. @scenario is empty on failure.
 */
int scenario_parse(const char *name, const char *text, size_t bytes, struct scenario *scenario,
		   struct error *error);

/* The same for a file, "-" is standard input. -errno of reading it, -EFBIG past 16 MiB. */
int scenario_load(const char *path, struct scenario *scenario, struct error *error);

/* Free what @scenario holds and empty it; an empty one is fine. */
void scenario_free(struct scenario *scenario);

#endif
