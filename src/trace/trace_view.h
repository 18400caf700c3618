/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a running trace is shown: one contract, a screen for people and lines for programs.
 */
#ifndef VMCLOCK_TRACE_TRACE_TRACE_VIEW_H
#define VMCLOCK_TRACE_TRACE_TRACE_VIEW_H

#include <stdio.h>

#include "event/event.h"
#include "event/hook.h"
#include "event/page_change.h"
#include "event/summary.h"
#include "judge/detector.h"
#include "judge/disruption.h"
#include "judge/driver_answer.h"
#include "judge/incident.h"
#include "judge/outcome.h"
#include "judge/read_verdict.h"
#include "show/mapper_view.h"
#include "show/recorded_view.h"

/* What was asked for: whose uses count, and which of them are shown one by one. */
struct trace_request {
	uint32_t pid;		 /* 0: every process's */
	const char *comm;	 /* NULL: every thread's */
	const char *cgroup;	 /* NULL: in every cgroup */
	bool all_phcs;		 /* also of PTP clocks that are no vmclock's */
	bool measure_all;	 /* each latency, not only that of a thread's first use in a tick */
	bool every_event;	 /* show each use: not only what fails, is slow or maps the page, */
	bool calls;		 /* and each whole call too; */
	bool errors_only;	 /* only failures, */
	uint64_t slower_than_ns; /* only what took longer (0: all), */
	uint32_t paths;		 /* only of these, bit N: enum event_path N (0: all); */
	uint32_t rate;		 /* at most so many a second; 0: any number */
};

/* What is traced, known at the start. Pointers are borrowed for the life of the view. */
struct trace_context {
	uint64_t start_ns;	   /* CLOCK_MONOTONIC */
	int64_t start_realtime_ns; /* CLOCK_REALTIME at the same moment, to within microseconds */
	uint64_t watched_from_ns;  /* by then all hooks were attached, CLOCK_MONOTONIC */
	const char *device;	   /* path of the page; NULL: none could be opened */
	const char *no_page_why;   /* if device is NULL */
	const char *no_page_hint;  /* what to do about it; NULL or "": nothing */
	const struct page *page;   /* first sample; NULL with device */
	const struct hook *hooks;  /* NULL: the kernel could not be hooked */
	size_t hook_count;
	const char *driver_hint;   /* how to get a driver that is waited for */
	const char *no_hooks_why;  /* if hooks is NULL */
	const char *no_hooks_hint; /* what to do about it; NULL or "": nothing */
	uint64_t page_period_ns;   /* how often the page is sampled; 0: not known */
	struct trace_request request;
	struct mapper_method mappers;

	/* What is shown instead of the live machine, or NULL. */
	const struct record_context *recorded;
	/* The hooks changed, and a recording has their numbers only. */
	bool hooks_changed;
	/* Uses are counted of some readers alone, and what is only known of all is not shown. */
	bool of_some_readers;
};

/* Everything that a trace adds up to. */
struct trace_result {
	uint64_t duration_ns; /* from watched_from_ns on */
	const struct summary *summary;
	const char *const *cgroups; /* of each reader in the summary; NULL: not found out */
	const struct answer_tally *answers;
	const struct event_losses *losses; /* NULL: unknown */
	const struct mapper_list *mappers;
	const struct mapper_counts *mapper_counts; /* NULL: unknown */

	uint64_t shown; /* events: reads and calls */
	uint64_t disruptions;
	const struct detector_counts *counts;
	struct outcome outcome;
	uint64_t clock_changes;
	uint64_t page_updates;	      /* by seq_count */
	uint64_t page_updates_unseen; /* of them, between two samples */
	const struct page *page;      /* newest sample; NULL: none */

	/* What became of the context's recording, or NULL. */
	const struct recorded_result *recorded;
	const struct claim_span *span; /* of that; or NULL */
};

/* Each function writes whole lines to @out; output errors are left in ferror(@out). */
struct trace_view {
	bool maps_once; /* that a process maps the page is shown once, unless each event is */
	void (*begin)(FILE *out, const struct trace_context *context);
	/* @answer is NULL unless the event is an EVENT_READ. */
	void (*event)(FILE *out, const struct trace_context *context, const struct event *event,
		      const struct driver_answer *answer);
	/*
	 * How wrong a read was that was shown before, once a page tells that; or why it is not
	 * known. May be NULL.
	 */
	void (*read_error)(FILE *out, const struct read_verdict *verdict,
			   const struct incident_reader *reader);
	/* An EVENT_HOOKS: those of the context are by now what it says. */
	void (*hooks)(FILE *out, const struct trace_context *context, const struct event *event);
	/* An EVENT_NOTIFICATION. */
	void (*notification)(FILE *out, const struct trace_context *context,
			     const struct event *event);
	/* An EVENT_MAPPER. */
	void (*mapper)(FILE *out, const struct trace_context *context, const struct event *event);
	/* An EVENT_CLOCK_CHANGE. */
	void (*clock_change)(FILE *out, const struct trace_context *context,
			     const struct event *event);
	/* An EVENT_DEVICE: the page that is watched came or went. */
	void (*device)(FILE *out, const struct trace_context *context, const struct event *event);
	void (*page_change)(FILE *out, const struct trace_context *context,
			    const struct page_change *change);
	/* @by is who brought the news; @reader the event in which the kernel saw it, else NULL. */
	void (*disruption)(FILE *out, const struct trace_context *context,
			   enum disruption_news news, enum disruption_observer by,
			   const struct disruption *disruption, const struct event *reader);
	/* Of a disruption too, which the function above has shown before or will right after. */
	void (*finding)(FILE *out, const struct trace_context *context,
			const struct finding *finding);
	/* An incident that is over. */
	void (*incident)(FILE *out, const struct trace_context *context,
			 const struct incident *incident);
	void (*end)(FILE *out, const struct trace_context *context,
		    const struct trace_result *result);
};

extern const struct trace_view trace_view_text;
extern const struct trace_view trace_view_json;

extern const struct json_schema trace_schema;

#endif
