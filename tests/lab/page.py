# SPDX-License-Identifier: GPL-2.0-or-later
"""What a vmclock page says before the guest's hypervisor (guest/hypervisor.c) takes it over."""

import struct
import time

BYTES = 4096

MAGIC = 0x4B4C4356
COUNTER_ARM_VCNT, COUNTER_INVALID = 0, 0xFF
STATUS_UNKNOWN, STATUS_INITIALIZING = 0, 1
# A PTP clock of the driver's tells TAI, and there is none without this.
FLAG_TAI_OFFSET_VALID, TAI_OFFSET_SEC = 1, -37


def head(counter_id, flags, status, tai_offset_sec):
    """The page up to the time in it: disruption marker 1, no update under way."""
    return (struct.pack("<IIHBBI", MAGIC, BYTES, 1, counter_id, 0, 0) +
            struct.pack("<QQ2xBBhBB", 1, flags, status, 0, tai_offset_sec, 0, 0))


def marker_only():
    return head(COUNTER_INVALID, 0, STATUS_UNKNOWN, 0).ljust(BYTES, b"\0")


def full(counter_hz):
    """For a driver that looks before the hypervisor can: a time, if not the true one."""
    about = struct.pack("<QQQQQQ", 0, 2**64 // counter_hz, 0, 0, int(time.time()), 0)
    return (head(COUNTER_ARM_VCNT, FLAG_TAI_OFFSET_VALID, STATUS_INITIALIZING, TAI_OFFSET_SEC) +
            about).ljust(BYTES, b"\0")
