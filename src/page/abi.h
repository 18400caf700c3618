/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared page as the hypervisor writes it, all fields little-endian.
 *
 * Source: include/uapi/linux/vmclock-abi.h, Linux 7.3 (vm_generation_counter since 7.0; published
 * spec 1.1 agrees, spec 1.0 has wrong flag bits). Written anew from the layout because the headers
 * of Debian 12 and 13 do not have it. Shared with the BPF program: plain types, no libc.
 */
#ifndef VMCLOCK_TRACE_PAGE_ABI_H
#define VMCLOCK_TRACE_PAGE_ABI_H

#define VMCLOCK_MAGIC	  0x4b4c4356u /* "VCLK" */
#define VMCLOCK_VERSION	  1
#define VMCLOCK_ABI_BYTES 0x70 /* all fields defined so far */

/* counter_id */
#define VMCLOCK_COUNTER_ARM_VCNT 0
#define VMCLOCK_COUNTER_X86_TSC	 1
#define VMCLOCK_COUNTER_INVALID	 0xff

/* time_type: 3 and 4 (smeared scales) are named by the ABI and forbidden in a page */
#define VMCLOCK_TIME_UTC       0
#define VMCLOCK_TIME_TAI       1
#define VMCLOCK_TIME_MONOTONIC 2

/* flags */
#define VMCLOCK_FLAG_TAI_OFFSET_VALID	    (1ull << 0)
#define VMCLOCK_FLAG_DISRUPTION_SOON	    (1ull << 1) /* within a day */
#define VMCLOCK_FLAG_DISRUPTION_IMMINENT    (1ull << 2) /* within an hour */
#define VMCLOCK_FLAG_PERIOD_ESTERROR_VALID  (1ull << 3)
#define VMCLOCK_FLAG_PERIOD_MAXERROR_VALID  (1ull << 4)
#define VMCLOCK_FLAG_TIME_ESTERROR_VALID    (1ull << 5)
#define VMCLOCK_FLAG_TIME_MAXERROR_VALID    (1ull << 6)
#define VMCLOCK_FLAG_TIME_MONOTONIC	    (1ull << 7)
#define VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT (1ull << 8)
#define VMCLOCK_FLAG_NOTIFICATION_PRESENT   (1ull << 9)
#define VMCLOCK_FLAGS_KNOWN		    0x3ffull

/* clock_status */
#define VMCLOCK_STATUS_UNKNOWN	    0
#define VMCLOCK_STATUS_INITIALIZING 1
#define VMCLOCK_STATUS_SYNCHRONIZED 2
#define VMCLOCK_STATUS_FREERUNNING  3
#define VMCLOCK_STATUS_UNRELIABLE   4

/* leap_second_smearing_hint: advice to the guest; the page itself is never smeared */
#define VMCLOCK_SMEARING_STRICT	     0
#define VMCLOCK_SMEARING_NOON_LINEAR 1
#define VMCLOCK_SMEARING_UTC_SLS     2

/* leap_indicator, at the reference instant */
#define VMCLOCK_LEAP_NONE     0
#define VMCLOCK_LEAP_PRE_POS  1
#define VMCLOCK_LEAP_PRE_NEG  2
#define VMCLOCK_LEAP_POS      3 /* during 23:59:60 */
#define VMCLOCK_LEAP_POST_POS 4
#define VMCLOCK_LEAP_POST_NEG 5

#endif
