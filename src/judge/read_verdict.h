/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a judge finds of each read that counts in an incident, and a list of that: what
 * error_range `errors` of its incident_reader has in sum. Pure; the list is bounded.
 */
#ifndef VMCLOCK_TRACE_JUDGE_READ_VERDICT_H
#define VMCLOCK_TRACE_JUDGE_READ_VERDICT_H

#include "judge/incident.h"

/* 48 bytes each. */
#define READ_LIST_MOST (1u << 20)

struct read_verdict {
	uint64_t read;	  /* the how-manieth EVENT_READ that was judged, from 1; ascending */
	uint64_t time_ns; /* when it began */
	uint64_t incident;
	size_t reader; /* its place in that incident's table */
	bool known;
	enum error_unknown why;	  /* valid unless known */
	struct ns_interval error; /* what it returned less true time; valid if known */
	bool wrong;		  /* by error_is_wrong(); valid if known */
};

struct read_list;

/* None in it; with @incident, only reads of that one. NULL if out of memory. */
struct read_list *read_list_new(uint64_t incident);

/* NULL is fine. */
void read_list_free(struct read_list *list);

/* Take one, from judge_handlers.read. */
void read_list_add(struct read_list *list, const struct read_verdict *verdict);

/*
 * Its page was refuted, from judge_handlers.refuted: of each of its reads is known what is known of
 * all of that reader together, as single errors are kept by nobody.
 */
void read_list_refute(struct read_list *list, const struct incident *incident);

/* What was found of a read. False: it counts in no incident, or there was no room. */
bool read_list_find(const struct read_list *list, uint64_t read, struct read_verdict *out);

/* Call @fn for each, in their order. */
void read_list_each(const struct read_list *list,
		    void (*fn)(const struct read_verdict *verdict, void *arg), void *arg);

/* For how many there was no room. */
uint64_t read_list_unlisted(const struct read_list *list);

#endif
