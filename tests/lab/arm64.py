# SPDX-License-Identifier: GPL-2.0-or-later
"""A vmclock for the arm64 machine, for which QEMU has none.

The page is a piece of the guest's memory that the device tree reserves and calls a vmclock. The
driver is built into the kernel there and looks at it early, so the page is filled before boot with
what makes it a vmclock; the guest's hypervisor (guest/hypervisor.c) then tells the true time in it.
"""

import struct
import subprocess
import time

PAGE = 0x5FF00000  # one MiB below the end of the machine's 512 MiB
PAGE_BYTES = 4096

MAGIC = 0x4B4C4356
COUNTER_ARM_VCNT, COUNTER_INVALID = 0, 0xFF
STATUS_UNKNOWN, STATUS_INITIALIZING = 0, 1
# A PTP clock of the driver's tells TAI, and there is none without this.
FLAG_TAI_OFFSET_VALID, TAI_OFFSET_SEC = 1, -37
COUNTER_HZ = 10**9  # of QEMU's `-cpu max`

NODES = f"""
/ {{
	reserved-memory {{
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		vmclock@{PAGE:x} {{ reg = <0 {PAGE:#x} 0 {PAGE_BYTES:#x}>; no-map; }};
	}};
	vmclock@{PAGE:x} {{ compatible = "amazon,vmclock"; reg = <0 {PAGE:#x} 0 {PAGE_BYTES:#x}>; }};
}};
"""


def seed(clock):
    """The page as the driver finds it."""
    full = clock == "full"
    page = struct.pack("<IIHBBI", MAGIC, PAGE_BYTES, 1,
                       COUNTER_ARM_VCNT if full else COUNTER_INVALID, 0, 0)
    flags, tai_offset_sec = (FLAG_TAI_OFFSET_VALID, TAI_OFFSET_SEC) if full else (0, 0)
    status = STATUS_INITIALIZING if full else STATUS_UNKNOWN
    page += struct.pack("<QQ2xBBhBB", 1, flags, status, 0, tai_offset_sec, 0, 0)
    if full:
        page += struct.pack("<QQQQQQ", 0, 2**64 // COUNTER_HZ, 0, 0, int(time.time()), 0)
    return page.ljust(PAGE_BYTES, b"\0")


def device(folder, binary, machine, clock):
    """The arguments that give the machine its vmclock; what they name is written to `folder`."""
    if clock == "none":
        return []
    tree, seeded = folder / "tree", folder / "page"
    subprocess.run([binary, *machine, "-machine", f"dumpdtb={tree}"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    source = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(tree)], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(tree), "-"], check=True,
                   input=source + NODES, text=True)
    seeded.write_bytes(seed(clock))
    return ["-dtb", str(tree),
            "-device", f"loader,file={seeded},addr={PAGE:#x},force-raw=on"]
