// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/reference.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *means;
} kinds[REFERENCE_KINDS] = {
	[REFERENCE_OTHER] = {"other",
			     "whatever sets it: its scale and bound are not known by its name"},
	[REFERENCE_VMCLOCK] = {"vmclock", "the page's clock"},
	[REFERENCE_KVM] = {"KVM", "the host's clock, which claims no bound"},
	[REFERENCE_VIRTIO_RTC] = {"virtio-rtc", "the host's clock, which claims no bound"},
	[REFERENCE_ENA] = {"ENA",
			   "the network card's clock, with a bound where the card gives one"},
	[REFERENCE_HYPERV] = {"Hyper-V", "the host's clock, coarse, which claims no bound"},
	[REFERENCE_VMWARE] = {"VMware", "the host's clock, coarse, which claims no bound"},
};

/* How the names begin, and the scale that such a clock can be on alone. */
static const struct {
	const char *begin;
	enum reference_kind kind;
	enum clock_scale scale;
} names[] = {
	{"KVM virtual PTP", REFERENCE_KVM, SCALE_UTC},
	/* By type; 3 and 4 smear leap seconds, or may: their scale is not UTC for sure. */
	{"Virtio PTP type 0", REFERENCE_VIRTIO_RTC, SCALE_UTC},
	{"Virtio PTP type 1", REFERENCE_VIRTIO_RTC, SCALE_TAI},
	{"Virtio PTP type", REFERENCE_VIRTIO_RTC, SCALE_UNKNOWN},
	{"ena-ptp", REFERENCE_ENA, SCALE_UTC},
	{"hyperv", REFERENCE_HYPERV, SCALE_UTC},
	{"ptp_vmw", REFERENCE_VMWARE, SCALE_UTC},
	/* UTC or TAI, as the kernel pleases. */
	{"vmclock", REFERENCE_VMCLOCK, SCALE_UNKNOWN},
};

void reference_of_name(const char *name, struct reference *reference, enum clock_scale *scale)
{
	reference->kind = REFERENCE_OTHER;
	*scale = SCALE_UNKNOWN;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(name, names[i].begin, strlen(names[i].begin)))
			continue;
		reference->kind = names[i].kind;
		*scale = names[i].scale;
		break;
	}
	reference->scale_source = *scale == SCALE_UNKNOWN ? SOURCE_NONE : SOURCE_NAME;
	memset(reference->name, 0, sizeof(reference->name));
	memcpy(reference->name, name, strnlen(name, sizeof(reference->name)));
}

const char *reference_kind_name(enum reference_kind kind)
{
	return (unsigned int)kind < REFERENCE_KINDS ? kinds[kind].name : "unknown";
}

const char *reference_kind_means(enum reference_kind kind)
{
	return (unsigned int)kind < REFERENCE_KINDS ? kinds[kind].means : "unknown";
}

const char *reference_way_name(enum reference_way way)
{
	static const char *const ways[REFERENCE_WAYS] = {
		[REFERENCE_PRECISE_ATTRS] = "PTP_SYS_OFFSET_PRECISE_ATTRS",
		[REFERENCE_EXTENDED_ATTRS] = "PTP_SYS_OFFSET_EXTENDED_ATTRS",
		[REFERENCE_PRECISE] = "PTP_SYS_OFFSET_PRECISE",
		[REFERENCE_EXTENDED] = "PTP_SYS_OFFSET_EXTENDED",
		[REFERENCE_SYS_OFFSET] = "PTP_SYS_OFFSET",
		[REFERENCE_GETTIME] = "clock_gettime",
	};

	return (unsigned int)way < REFERENCE_WAYS ? ways[way] : "unknown";
}

const char *reference_source_name(enum reference_source source)
{
	static const char *const sources[REFERENCE_SOURCES] = {
		[SOURCE_NONE] = "unknown",	  [SOURCE_NAME] = "name",
		[SOURCE_ATTRIBUTE] = "attribute", [SOURCE_ATTRS] = "attrs",
		[SOURCE_OPTION] = "option",
	};

	return (unsigned int)source < REFERENCE_SOURCES ? sources[source] : "unknown";
}
