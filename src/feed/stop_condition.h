/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a command that watches goes on: until its time is over, or a signal comes. */
#ifndef VMCLOCK_TRACE_FEED_STOP_CONDITION_H
#define VMCLOCK_TRACE_FEED_STOP_CONDITION_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct stop_condition {
	int signals;	      /* a signalfd */
	sigset_t mask_before; /* what was blocked before */
	bool has_deadline;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC */
	bool continued;	      /* SIGCONT came, and was not asked for yet */
	uint64_t ran_ns;      /* when this process was last seen to run, CLOCK_MONOTONIC */
	uint64_t stopped_ns;  /* how long it was stopped, in all */
	int signal;	      /* the one that came; 0: none */
};

enum stop_condition_news {
	STOP_CONDITION_READY,  /* a descriptor is, or the wait was interrupted: look at all */
	STOP_CONDITION_OVER,   /* the time is over */
	STOP_CONDITION_SIGNAL, /* SIGINT, SIGTERM or SIGHUP came: `signal` */
	STOP_CONDITION_FAILED, /* poll() does not work */
};

/*
 * Take over SIGINT, SIGTERM, SIGHUP (unless it is ignored) and SIGCONT, and ignore SIGPIPE: output
 * that is no longer read fails.
 */
void stop_condition_open(struct stop_condition *until);

/* Put all that back, as for a program that is started from here. */
void stop_condition_close(struct stop_condition *until);

/* The time is over @duration_ns from now. */
void stop_condition_limit(struct stop_condition *until, uint64_t duration_ns);

/*
 * Was this process stopped and continued (Ctrl-Z) since this was asked last? What came late then
 * says nothing about the machine.
 */
bool stop_condition_was_stopped(struct stop_condition *until);

/*
 * How long this process was stopped, in all, to within the time between two waits; less than
 * STOP_CONDITION_STOPPED_NS is none.
 */
#define STOP_CONDITION_STOPPED_NS 100000000
uint64_t stop_condition_stopped_ns(struct stop_condition *until);

/* Has a signal that ends it come, without waiting? It is then in `signal`. */
bool stop_condition_is_signalled(struct stop_condition *until);

/* Wait for one of @fds (the first is overwritten: it is for the signals), the time or a signal. */
enum stop_condition_news stop_condition_wait(struct stop_condition *until, struct pollfd *fds,
					     nfds_t count);

#endif
