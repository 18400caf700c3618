/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ClockBound claims of CLOCK_REALTIME, read from its shared memory as its clients do.
 *
 * Source: the protocol documents of aws/clock-bound, versions 1, 2 and 3. The segment
 * is hostile input like any other: bounded, checked, and a torn one is no claim.
 */
#ifndef VMCLOCK_TRACE_OBSERVE_CLOCKBOUND_H
#define VMCLOCK_TRACE_OBSERVE_CLOCKBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the daemon puts it: protocol 3, 2, then 1. */
#define CLOCKBOUND_PATH_V3 "/var/run/clockbound/shm1"
#define CLOCKBOUND_PATH_V2 "/var/run/clockbound/shm0"
#define CLOCKBOUND_PATH_V1 "/var/run/clockbound/shm"

#define CLOCKBOUND_BYTES 104 /* all fields of version 3, the longest one */

enum clockbound_status {
	CLOCKBOUND_UNKNOWN,
	CLOCKBOUND_SYNCHRONIZED,
	CLOCKBOUND_FREERUNNING,
	CLOCKBOUND_DISRUPTED, /* protocol 2 */
};

struct clockbound {
	uint16_t version;
	int64_t as_of_ns;      /* when the bound was computed: CLOCK_MONOTONIC; protocol 3: UTC */
	int64_t void_after_ns; /* CLOCK_MONOTONIC after which it is not to be trusted */
	uint64_t bound_ns;     /* of CLOCK_REALTIME, one way, at as_of_ns */
	uint32_t drift_ppb;    /* by which it grows since */
	uint32_t status;       /* enum clockbound_status, or any other value */
	bool has_marker;       /* does the daemon look at the vmclock? */
	uint64_t marker;       /* its disruption marker as the daemon last saw it */

	/* Protocol 3: a line on the counter of its own, which needs no CLOCK_REALTIME. */
	uint64_t counter;	 /* at as_of_ns */
	double period_sec;	 /* of a tick */
	double period_error_sec; /* one way */
};

/* The time that a claim of protocol 3 tells. */
struct clockbound_time {
	int64_t utc_ns;
	uint64_t bound_ns; /* one way, rounded up */
};

/*
 * Decode a segment of @length bytes. -EINVAL: no segment. -EPROTONOSUPPORT: one of
 * a version that is not known here. -EAGAIN: an update is
 * under way. -ERANGE: times or a bound that cannot be. @out is untouched on failure.
 */
int clockbound_decode(const uint8_t *bytes, size_t length, struct clockbound *out);

/*
 * Read the daemon's segment at @path (NULL: at the paths above), twice if need be for a whole one.
 * -errno of opening it, mostly -ENOENT: there is no ClockBound; else as clockbound_decode().
 */
int clockbound_read(const char *path, struct clockbound *out);

/* Where the daemon's segment is; NULL: there is none. */
const char *clockbound_place(void);

/*
 * Does it claim a bound at @monotonic_ns, on a machine whose page has @marker? If so @bound_ns is
 * that bound, rounded up, as a client of ClockBound would compute it.
 */
bool clockbound_claims(const struct clockbound *claim, int64_t monotonic_ns, uint64_t marker,
		       uint64_t *bound_ns);

/*
 * What a claim of protocol 3 tells at @counter: false where it tells nothing, as at @monotonic_ns
 * it is void, the page's marker is another than @marker, or @counter is before its own.
 */
bool clockbound_at(const struct clockbound *claim, uint64_t counter, int64_t monotonic_ns,
		   uint64_t marker, struct clockbound_time *out);

#endif
