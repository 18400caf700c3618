# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU: its arguments, its life, and the few words of its control protocol that are needed."""

import ctypes
import json
import signal
import socket
import subprocess
import time

# Where QEMU's vmclock device puts its page (VMCLOCK_ADDR in its hw/acpi/vmclock.h).
AMD64_PAGE = 0xFEFFB000

BINARY = {"amd64": "qemu-system-x86_64", "arm64": "qemu-system-aarch64"}
CONSOLE = {"amd64": "ttyS0", "arm64": "ttyAMA0"}

# A network card with a PTP clock of its own, plugged in nowhere. Its boot code is not needed. Of
# QEMU's two such cards, the clock of the other, e1000e, runs at a wrong rate.
NIC = ["-netdev", "hubport,id=nowhere,hubid=0", "-device", "igb,netdev=nowhere,romfile="]

# A network in which there is nobody else. Who is let in from outside is said when it runs: a second
# QEMU with the same arguments could not listen at the same port.
NETWORK = ["-netdev", "user,id=net,restrict=on", "-device", "virtio-net-pci,netdev=net,romfile="]

PR_SET_PDEATHSIG = 1

PATIENCE_S = 120  # until a QEMU that was started listens, on a machine however busy


class QemuError(Exception):
    """QEMU does not do what is wanted; says what it said."""


def machine(arch, clock, icount, image_bytes):
    """The arguments that make the emulated machine."""
    # A large image is in memory twice at boot, packed and unpacked, the latter in at most half of it.
    memory_mib = max(512, 256 + 4 * (image_bytes >> 20))
    args = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-m", str(memory_mib)]
    if icount:
        # Guest time is then the number of instructions, the same on every run.
        args += ["-accel", "tcg", "-icount", "shift=0,sleep=off", "-smp", "1",
                 "-rtc", "base=utc,clock=vm"]
    else:
        args += ["-accel", "tcg,thread=multi", "-smp", "2", "-rtc", "base=utc,clock=host"]
    if arch == "amd64":
        args += ["-M", "pc", "-cpu", "max"]
        if clock != "none":
            args += ["-device", "vmclock"]
    else:
        # The architected way to sign pointers is slow to emulate, and of no use here.
        args += ["-M", "virt", "-cpu", "max,pauth-impdef=on"]
    return args


class Monitor:
    """The control protocol of a QEMU; connection() of those who inherit it makes the connection."""

    def __init__(self):
        self.qmp = None
        self.happened = {}  # of the events of its life, by name: the last time of each, in seconds

    def connect(self):
        """Opens the control connection, once."""
        if self.qmp:
            return
        connection = self.connection()
        self.qmp = connection.makefile("rw", encoding="utf-8")
        connection.close()
        self.qmp.readline()  # its greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """One command and its answer; events that come between are noted."""
        self.qmp.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.qmp.flush()
        for line in self.qmp:
            answer = json.loads(line)
            self.note(answer)
            if "error" in answer:
                raise QemuError(f"QEMU: {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise QemuError(f"QEMU ended during {command}")

    def note(self, message):
        if "event" in message:
            at = message["timestamp"]
            self.happened[message["event"]] = at["seconds"] + at["microseconds"] / 1e6

    def when(self, event):
        """The moment of an event that has been or is to come, by the clock of QEMU's machine."""
        while event not in self.happened:
            line = self.qmp.readline()
            if not line:
                raise QemuError(f"QEMU ended without {event}")
            self.note(json.loads(line))
        return self.happened[event]

    def monitor(self, line):
        """One line of the human monitor, whose answer is empty unless something is wrong."""
        answer = self.ask("human-monitor-command", **{"command-line": line})
        if answer.strip():
            raise QemuError(f"QEMU: {line}: {answer.strip()}")


class Qemu(Monitor):
    """A running QEMU, its console in a file and its two ports on paths given by the lab."""

    def __init__(self, binary, args, folder, name):
        super().__init__()
        self.qmp_path = folder / f"{name}.qmp"
        self.said = folder / f"{name}.log"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [binary, *args, "-qmp", f"unix:{self.qmp_path},server=on,wait=off"],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                preexec_fn=die_with_parent, start_new_session=True)

    def ended(self):
        return self.process.poll() is not None

    def words(self):
        """What QEMU itself said, which is nothing as a rule."""
        return self.said.read_text(errors="replace").strip()

    def kill(self):
        if self.qmp:
            self.qmp.close()
        if not self.ended():
            self.process.kill()
        self.process.wait()

    def connection(self):
        """QEMU listens some time after it was started."""
        deadline = time.monotonic() + PATIENCE_S
        connection = socket.socket(socket.AF_UNIX)
        while True:
            try:
                connection.connect(str(self.qmp_path))
                return connection
            except OSError as error:
                if self.ended() or time.monotonic() > deadline:
                    raise QemuError(f"QEMU: {self.words() or error}") from error
                time.sleep(0.02)

    def forward(self, here, there):
        """Lets connections to our port in to the guest's; any that is free for 0. Which it is."""
        self.connect()
        self.monitor(f"hostfwd_add net tcp:127.0.0.1:{here}-:{there}")
        table = self.ask("human-monitor-command", **{"command-line": "info usernet"})
        return next(int(words[3]) for words in map(str.split, table.splitlines())
                    if words and words[0] == "TCP[HOST_FORWARD]" and words[5] == str(there))


def die_with_parent():
    """In the child: no QEMU outlives its lab, even if that one is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
