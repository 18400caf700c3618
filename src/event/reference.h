/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A reference clock: a PTP clock of this machine other than the vmclock's, what it is worth, and
 * how each of that is known. No bare claim: a scale and a bound come with their source.
 */
#ifndef VMCLOCK_TRACE_EVENT_REFERENCE_H
#define VMCLOCK_TRACE_EVENT_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/scale.h"

/* Who stands behind it, by the name that its driver gives it. */
enum reference_kind {
	REFERENCE_OTHER, /* a network card's, or one that is not known */
	REFERENCE_VMCLOCK,
	REFERENCE_KVM,	      /* ptp_kvm: the host's CLOCK_REALTIME */
	REFERENCE_VIRTIO_RTC, /* what the device says */
	REFERENCE_ENA,	      /* of an AWS network card, which gives a bound */
	REFERENCE_HYPERV,     /* the host's, by TimeSync samples */
	REFERENCE_VMWARE,     /* the host's */
	REFERENCE_KINDS
};

/* How a PTP clock is read, the best way first. */
enum reference_way {
	REFERENCE_PRECISE_ATTRS,  /* both clocks at one counter value, with the kernel's claim */
	REFERENCE_EXTENDED_ATTRS, /* between two readings of the system clock, with it */
	REFERENCE_PRECISE,
	REFERENCE_EXTENDED,
	REFERENCE_SYS_OFFSET,
	REFERENCE_GETTIME, /* between two system calls of our own */
	REFERENCE_WAYS
};

/* How something about a reference clock is known. */
enum reference_source {
	SOURCE_NONE,	  /* it is not */
	SOURCE_NAME,	  /* by the clock's name: its driver does nothing else */
	SOURCE_ATTRIBUTE, /* by an attribute of its device */
	SOURCE_ATTRS,	  /* the kernel says so with each reading */
	SOURCE_OPTION,	  /* the user says so */
	REFERENCE_SOURCES
};

#define REFERENCE_NAME_BYTES 32

struct reference {
	enum reference_kind kind;
	int32_t number; /* N of /dev/ptpN */
	enum reference_way way;
	enum reference_source scale_source;
	enum reference_source claim_source;
	char name[REFERENCE_NAME_BYTES]; /* the driver's: any bytes but NUL, maybe no NUL at all */
};

/*
 * What the @name of a PTP clock tells: its kind, its scale and that it is known by name. Number and
 * way stay as they are.
 */
void reference_of_name(const char *name, struct reference *reference, enum clock_scale *scale);

/* "KVM", "virtio-rtc", ...: static; "other" for one that is not known. */
const char *reference_kind_name(enum reference_kind kind);

/* What such a clock is good for: a clause, static. */
const char *reference_kind_means(enum reference_kind kind);

/* "PTP_SYS_OFFSET_PRECISE", ...: static, as the field calls it. */
const char *reference_way_name(enum reference_way way);

/* "name", "attribute", "attrs", "option"; "unknown" for SOURCE_NONE. Static. */
const char *reference_source_name(enum reference_source source);

/* Is it a clock of the host that this guest runs on, whose time is as right as the host's? */
static inline bool reference_is_host(enum reference_kind kind)
{
	return kind == REFERENCE_KVM || kind == REFERENCE_VIRTIO_RTC || kind == REFERENCE_HYPERV ||
	       kind == REFERENCE_VMWARE;
}

#endif
