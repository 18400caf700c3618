/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an exporter shows: one moment of what is known of the clock, whole in itself, so that it is
 * consistent and can be shown while time goes on; and the metrics that are made of it.
 *
 * Series are bounded whatever the machine does: METRICS_SERIES_MAX without those of readers, which
 * are asked for by number. Times of day are CLOCK_REALTIME, ns since 1970.
 */
#ifndef VMCLOCK_TRACE_EXPORTER_METRICS_H
#define VMCLOCK_TRACE_EXPORTER_METRICS_H

#include "base/error.h"
#include "event/event.h"
#include "event/histogram.h"
#include "event/hook.h"
#include "judge/claim.h"
#include "judge/clock_error.h"
#include "judge/detector.h"
#include "judge/finding.h"
#include "judge/witness.h"
#include "page/page.h"
#include "show/finding_words.h"
#include "show/incident_words.h"
#include "exporter/clock_history.h"
#include "exporter/metrics_writer.h"

/* At most so many series from one machine. Tested. */
#define METRICS_SERIES_MAX 300

#define METRICS_FINDINGS   10
#define METRICS_READERS	   100
#define METRICS_HOOKS	   32
#define METRICS_PATH_BYTES 128
#define METRICS_HOST_BYTES 65

/* The page and how it is sampled. */
struct metrics_page {
	char path[METRICS_PATH_BYTES];
	bool is_device;
	bool present;
	bool torn;	     /* at the newest sample: the page is the one before */
	struct page page;    /* the newest whole sample; valid if present */
	bool has_ticks;	     /* is there a counter value of that sample? */
	uint64_t ticks;	     /* that */
	uint64_t sampled_ns; /* time of day; 0: never */
	uint64_t updated_at_ns;
	uint64_t updates;
	uint64_t missed; /* of them, between two samples */
	uint64_t torn_samples;
	uint64_t retries;     /* tries in vain, because of an update */
	double period_change; /* new period / the one before - 1, at the newest update */
	bool by_notice;
	const char *no_notice; /* why not: static */
	uint64_t notifications;
	uint64_t samples;
	uint64_t period_ns;	 /* of the samples */
	uint64_t sample_cost_ns; /* what one costs, measured at the start; 0: it was not */
	uint64_t worst_gap_ns;
	uint64_t gone_ns; /* CLOCK_MONOTONIC since when it is gone; 0: it never was */
};

/* Another clock, held against the page. */
struct metrics_clock {
	bool seen;
	bool known;
	enum error_unknown why;	   /* unless known */
	struct ns_interval offset; /* the clock less the page, measurement alone; valid if known */
	bool has_claim;
	uint64_t claim_ns; /* its own bound, one way */
	/* By its newest reading that is known, of CLOCK_REALTIME perhaps by the witness: */
	bool wrong;		  /* is it off by more than both claim (judge/health.h)? */
	uint64_t wrong_since_ns;  /* CLOCK_MONOTONIC of the first such reading; valid if wrong */
	struct ns_interval error; /* if wrong: by how much, all bounds but its own in it */
	struct clock_history history;
};

/* CLOCK_REALTIME by another clock, where the page carries none. */
struct metrics_witness {
	bool known;
	struct witness witness;
	struct ns_interval offset; /* CLOCK_REALTIME less it, by measurement alone */
};

/* The newest finding of its place. */
struct metrics_finding {
	enum finding_kind kind;
	enum finding_severity severity;
	uint64_t at_ns;	   /* time of day when it was found */
	uint64_t found_ns; /* the same, of CLOCK_MONOTONIC */
	char text[FINDING_WORDS_BYTES];
};

/* Times in which a clock was bad: the incidents of judge/incident.h. */
struct metrics_windows {
	uint64_t count;				/* with the open one */
	bool open;				/* is one open? */
	uint64_t past_ns;			/* the length of all that are over */
	uint64_t from_ns;			/* the newest: time of day of its beginning */
	uint64_t to_ns;				/* and of its end; valid unless it is open */
	uint64_t over_ns;			/* the same, of CLOCK_MONOTONIC */
	char headline[INCIDENT_HEADLINE_BYTES]; /* of the newest; valid if there is one */
	struct claim recovery;			/* from it; valid unless it is open */
	enum finding_severity severity;
	struct {
		bool known;
		struct ns_interval error; /* the hull of all that was measured in it */
	} clock[OBSERVED_CLOCKS];
};

/* One way by which programs came to the driver. */
struct metrics_path {
	uint64_t calls;
	uint64_t errors;
	struct histogram latency;
};

/* Programs of one name. */
struct metrics_reader {
	char comm[EVENT_COMM_BYTES + 1];
	uint64_t calls;
	uint64_t errors;
};

/* What BPF delivers; all but `why` is valid if it is there. */
struct metrics_driver {
	bool seen;	  /* is the kernel looked into? */
	struct error why; /* if not */
	struct hook hook[METRICS_HOOKS];
	size_t hooks;
	uint64_t release; /* times that the driver was to be unloaded */
	struct metrics_path path[EVENT_PATHS];
	uint64_t timeouts;  /* uses that an update of the page kept waiting for too long */
	bool knows_mappers; /* all of them */
	uint64_t mappers;   /* processes that map the page */
	uint64_t clock_changes[CLOCK_CHANGES];
	struct event_losses losses;
	uint64_t probe_runs; /* 0: the kernel does not count them */
	uint64_t probe_ns;
	size_t readers_wanted; /* 0: not asked for */
	size_t readers;
	struct metrics_reader reader[METRICS_READERS];
	struct metrics_reader others; /* those beyond */
};

struct metrics_snapshot {
	char host[METRICS_HOST_BYTES]; /* this machine's name */
	uint64_t turn_ns;	       /* CLOCK_MONOTONIC of the observer's newest turn */
	uint64_t turn_at_ns;	       /* the same, time of day */
	struct metrics_page page;
	struct metrics_clock clock[OBSERVED_CLOCKS];
	struct metrics_witness witness;
	uint64_t found[FINDINGS];
	uint64_t disrupted_at_ns;			  /* the newest disruption; 0: none */
	struct metrics_finding finding[METRICS_FINDINGS]; /* newest first */
	size_t findings;
	struct metrics_windows windows;
	struct claim well; /* are page and clocks, as far as they are read, good now? */
	struct metrics_driver driver;
};

/* The exporter itself. */
struct metrics_self {
	uint64_t started_at_ns;
	uint64_t cpu_ns;
	uint64_t resident_bytes;
	bool serves; /* by HTTP; all below is valid if so */
	uint64_t scrapes;
	uint64_t scrape_ns;    /* all of them together, the making of their text */
	uint64_t responses[6]; /* by the hundreds of the status */
	uint64_t connections;
	uint64_t connections_late;
	uint64_t connections_crowded;
	uint64_t reload_failures;
};

/* All metrics, in a stable order. What cannot be known of this machine is left out. */
void metrics_write(struct metrics_writer *out, const struct metrics_snapshot *snapshot,
		   const struct metrics_self *self);

#endif
