/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that tell who somebody is, replaced before a recording is handed on: the same name by the
 * same pseudonym, wherever it stands. What is not known to be harmless is not let through.
 *
 * Names of clock daemons stay, for who steers the clock is half of each answer; so do process and
 * cgroup numbers, times, the page, the kernel and the CPU.
 */
#ifndef VMCLOCK_TRACE_BUNDLE_REDACT_H
#define VMCLOCK_TRACE_BUNDLE_REDACT_H

#include "event/event.h"
#include "event/fact.h"

struct redactor;

/* NULL without memory. */
struct redactor *redactor_new(void);

/* NULL is fine. */
void redactor_free(struct redactor *redactor);

/* Who did it ("reader-1"), and what text the event has. 0, -ENOMEM: then it is as it was. */
int redactor_event(struct redactor *redactor, struct event *event);

/* "cgroup-1" for @path, "" for ""; owned by @redactor. NULL without memory. */
const char *redactor_cgroup(struct redactor *redactor, const char *path);

/* What is known of the machine, without what names it, into @out, which is empty. */
void redact_facts(const struct fact_list *facts, struct fact_list *out);

/* A text for people that this program or the kernel wrote, without the paths of files in it. */
void redact_text(const char *text, char *out, size_t bytes);

/* What is replaced and what is not, in a sentence. */
extern const char redact_rule[];

#endif
