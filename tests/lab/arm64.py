# SPDX-License-Identifier: GPL-2.0-or-later
"""A vmclock for the arm64 machine, for which QEMU has none.

The page is a piece of the guest's memory that the device tree reserves and calls a vmclock. The
driver is built into the kernel there and looks at it early, so the page is filled before boot with
what makes it a vmclock; the guest's hypervisor (guest/hypervisor.c) then tells the true time in it.
"""

import subprocess

import page

PAGE = 0x5FF00000  # one MiB below the end of the least memory, 512 MiB
COUNTER_HZ = 10**9  # of QEMU's `-cpu max`

NODES = f"""
/ {{
	reserved-memory {{
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		vmclock@{PAGE:x} {{ reg = <0 {PAGE:#x} 0 {page.BYTES:#x}>; no-map; }};
	}};
	vmclock@{PAGE:x} {{ compatible = "amazon,vmclock"; reg = <0 {PAGE:#x} 0 {page.BYTES:#x}>; }};
}};
"""


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
    seeded.write_bytes(page.full(COUNTER_HZ) if clock == "full" else page.marker_only())
    return ["-dtb", str(tree),
            "-device", f"loader,file={seeded},addr={PAGE:#x},force-raw=on"]
