# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU's vmclock does not have, added to the amd64 machine by ACPI tables of our own.

A notifier for it (notify.asl), and a second vmclock (second.asl), of which QEMU has at most one. The
page of that one is a piece of the guest's memory which the kernel is told to leave alone.
"""

import shutil
import subprocess
from pathlib import Path

import page

HERE = Path(__file__).resolve().parent

SECOND_PAGE = 0x10000000  # as in second.asl; between the kernel and the image, at any size of theirs
SECOND_RESERVED = f"memmap=64K${SECOND_PAGE:#x}"


class AcpiError(Exception):
    """A table cannot be made; says why and what to do."""


def table(folder, name):
    """The arguments that give the machine the table of NAME.asl."""
    if not shutil.which("iasl"):
        raise AcpiError("no iasl (hint: tests/setup lab)")
    done = subprocess.run(["iasl", "-p", str(folder / name), str(HERE / f"{name}.asl")],
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise AcpiError(f"iasl: {done.stdout.strip()}")
    return ["-acpitable", f"file={folder / name}.aml"]


def second(folder):
    """The arguments that give the machine the second vmclock."""
    seeded = folder / "second.page"
    seeded.write_bytes(page.marker_only())
    return [*table(folder, "second"),
            "-device", f"loader,file={seeded},addr={SECOND_PAGE:#x},force-raw=on"]
