# SPDX-License-Identifier: GPL-2.0-or-later
"""One run of the lab: the guest, a second one to migrate it to, and what passes in between."""

import os
import selectors
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import acpi
import arm64
import image
import qemu

HERE = Path(__file__).resolve().parent

STATUS_STALLED = 75
STATUS_NOT_LISTED = 77
STATUS_TIMEOUT = 124
STATUS_FAILED = 125

REQUEST_BYTES = 256  # the longest text of --migrate-at and the like
HURRY_S = 20  # of a migration that does not end by itself

# The kernel's word for a CPU that was idle and whose timer never came, which is the emulator's doing.
# Seen once in some thousand guests, soon after the boot; from there on nothing moves in such a guest.
TIMER_LOST = b"kthread timer wakeup didn't happen"


class LabError(Exception):
    """The lab cannot go on; says why, and the exit status."""

    def __init__(self, text, status=STATUS_FAILED):
        super().__init__(text)
        self.status = status


FAILURES = (LabError, acpi.AcpiError, image.ImageError, qemu.QemuError, OSError,
            subprocess.CalledProcessError)


class Lab:
    """One run: a guest, maybe a second one to migrate it to, and what passes between it and us."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.started_at = time.monotonic()
        self.command_started_at = None
        self.exit_status = None
        self.pending = b""
        self.tail = b""  # of stdout, in which what it asks for is looked for
        self.asked = set()  # of stop_at, migrate_at, ...: what it has asked for
        self.port = None  # of ours, of which connections go to the guest
        self.snapshot_pending = None  # what was pending at the snapshot; None: there is none
        self.restored = False
        self.binary = qemu.BINARY[options.arch]
        self.kernel_name = self.args = self.booted_at = self.clock = None
        self.guests = []
        self.console_seen = 0  # bytes in which TIMER_LOST is not
        self.migrated = False
        self.stopped = False
        self.selector = selectors.DefaultSelector()

    def say(self, text):
        if not self.options.quiet:
            print(f"lab: {text}", file=sys.stderr, flush=True)

    # Before the guest runs

    def tool(self, *words):
        """A script of the lab that prints a path; its complaints are shown as they come."""
        done = subprocess.run([str(HERE / words[0]), *words[1:]], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE if self.options.quiet else None,
                              text=True, check=False)
        if done.returncode != 0 and done.stderr:
            sys.stderr.write(done.stderr)
        if done.returncode == STATUS_NOT_LISTED:
            raise LabError("", STATUS_NOT_LISTED)
        if done.returncode != 0:
            raise LabError("")
        return Path(done.stdout.strip())

    def kernel(self):
        own = self.options.kernel
        if "/" in own:
            if not (Path(own) / "vmlinuz").exists():
                raise LabError(f"{own} has no vmlinuz")
            return Path(own).resolve()
        full = ["--full"] if self.options.nic else []
        return self.tool("kernel", *full, self.options.arch, *([own] if own else []))

    def prepare(self):
        """Everything that QEMU needs to be there; its arguments."""
        arch, folder = self.options.arch, self.folder
        if not shutil.which(self.binary):
            group = "lab" if arch == "amd64" else "lab-arm64"
            raise LabError(f"no {self.binary} (hint: tests/setup {group})")
        kernel = self.kernel()
        self.kernel_name = kernel.name
        boot = kernel / "vmlinux" if (kernel / "vmlinux").exists() else kernel / "vmlinuz"
        self.image(kernel)
        machine = qemu.machine(arch, self.options.clock, self.options.icount,
                               image_bytes=(folder / "initrd").stat().st_size)
        if arch == "arm64":
            machine += arm64.device(folder, self.binary, machine, self.options.clock)
        if self.options.notify:
            machine += acpi.table(folder, "notify")
        if self.options.nic:
            machine += qemu.NIC
        if self.options.forward:
            machine += qemu.NETWORK
        if self.options.devices == 2:
            machine += acpi.second(folder)
        os.mkfifo(folder / "command")
        if self.options.snapshot_at is not None:
            # A disk that the guest does not have, to hold the snapshot.
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", f"{folder}/snapshot", "2G"],
                           check=True)
            machine += ["-drive", f"if=none,id=snapshot,format=qcow2,file={folder}/snapshot"]
        return [
            *machine, "-kernel", str(boot), "-initrd", str(folder / "initrd"),
            # An oops ends the guest: a test must not pass on a kernel that is damaged.
            "-append", f"console={qemu.CONSOLE[arch]} quiet tsc=reliable oops=panic panic=-1 "
                       f"{acpi.SECOND_RESERVED if self.options.devices == 2 else ''}",
            *self.ports(),
        ]

    def ports(self, more=()):
        """The guest's console, the agent's port, that of the clock, and more by name."""
        args = ["-chardev", f"file,id=console,path={self.folder}/console,append=on",
                "-serial", "chardev:console", "-device", "virtio-serial-pci",
                "-chardev", f"file,id=command,path={self.folder}/command,append=on",
                "-device", "virtserialport,chardev=command,name=lab.command"]
        for name in ("clock", *more):
            args += ["-chardev", f"socket,id={name},path={self.folder}/{name}",
                     "-device", f"virtserialport,chardev={name},name=lab.{name}"]
        return args

    def programs(self):
        """The lab's own, for the guest."""
        arch = self.options.arch
        return image.guest_programs(cache(), arch, ["gcc"] if arch == "amd64" else [
            "aarch64-linux-gnu-gcc", f"--sysroot={self.tool('sysroot', arch)}"])

    def image(self, kernel):
        """The guest's root, with the program if it is built."""
        options, arch = self.options, self.options.arch
        native = arch == "amd64"
        root = Path("/") if native else self.tool("sysroot", arch)
        program = HERE.parent.parent / "build" / ("" if native else arch) / "vmclock-trace"
        image.write_image(
            self.folder / "initrd", arch=arch, root=root, kernel=kernel,
            modules=["ptp_vmclock", "virtio_pci", "virtio_console", *(["igb"] if options.nic else []),
                     *(["virtio_net"] if options.forward else []),
                     *(["ptp_kvm"] if options.kvm else [])],
            programs=self.programs(),
            config={"CLOCK": options.clock,
                    "PAGE": hex(qemu.AMD64_PAGE if native else arm64.PAGE),
                    "NIC": "igb" if options.nic else "",
                    "KVM": "ptp_kvm" if options.kvm and native else "",  # else built in
                    "NETWORK": "virtio_net" if options.forward else "",
                    "SECOND_PAGE": hex(acpi.SECOND_PAGE) if options.devices == 2 else "",
                    "SCENARIO": "/lab/scenario" if options.scenario else ""},
            command=options.command, scenario=options.scenario,
            packages=[self.tool("package", arch, name) for name in options.package],
            puts=[*([program] if program.exists() else []), *options.put])

    # While it runs

    def listen(self):
        """Opens our ends of both ports. The FIFO for reading and writing: so it never ends."""
        command = os.open(self.folder / "command", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self.selector.register(command, selectors.EVENT_READ, self.command_read)
        self.selector.register(self.listener("clock"), selectors.EVENT_READ, self.clock_accept)

    def listener(self, name):
        """A socket in our folder to which a port of QEMU's connects."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / name))
        listener.listen()
        return listener

    def clock_accept(self, listener):
        self.clock = listener.accept()[0]
        self.selector.register(self.clock, selectors.EVENT_READ, self.clock_answer)

    def clock_answer(self, connection):
        """The guest asks for the time with '?', or says something after '#'."""
        now_ns = time.time_ns()
        asked = connection.recv(4096)
        if asked.startswith(b"?"):
            connection.sendall(b"%d.%09d\n" % divmod(now_ns, 10**9))
        elif asked:
            for line in asked.decode(errors="replace").splitlines():
                self.say(line.lstrip("#"))
        else:
            self.selector.unregister(connection)
            connection.close()

    def command_read(self, fifo):
        self.pending += os.read(fifo, 1 << 20)
        frames, self.pending = frames_cut(self.pending)
        for kind, payload in frames:
            self.frame(kind, payload)

    def frame(self, kind, payload):
        """What the agent says."""
        if kind == b"o":
            write_all(1, payload)
            self.look_for_requests(payload)
        elif kind == b"e":
            write_all(2, payload)
        elif kind == b"s":
            self.command_started_at = time.monotonic()
            booted_s = self.command_started_at - self.booted_at
            self.say(f"kernel {self.kernel_name} up after {booted_s:.1f} s")
        elif kind == b"x":
            self.exit_status = payload[0]

    def guest_add(self, args, name):
        self.guests.append(qemu.Qemu(self.binary, args, self.folder, name))
        return self.guests[-1]

    def console_tail(self):
        try:
            lines = (self.folder / "console").read_text(errors="replace").splitlines()
        except OSError:
            return
        for line in lines[-40:]:
            print(f"lab: | {line.rstrip()}", file=sys.stderr)

    def timer_lost(self):
        """Has the kernel said so since we looked last?"""
        try:
            with open(self.folder / "console", "rb") as console:
                console.seek(self.console_seen)
                said = console.read()
        except FileNotFoundError:  # QEMU is starting
            return False
        self.console_seen += max(0, len(said) - len(TIMER_LOST))
        return TIMER_LOST in said

    def watch(self):
        """Passes things on until the command ends, the time is over or the guest goes down."""
        deadline = self.started_at + self.options.timeout
        while self.exit_status is None:
            for key, _ in self.selector.select(0.05):
                key.data(key.fileobj)
            if self.exit_status is not None:
                break
            if "stop_at" in self.asked and not self.stopped:
                self.stop()
            if self.migration_due():
                self.migrate()
            self.snapshot_when_due()
            if self.guests[-1].ended():
                self.console_tail()
                raise LabError(self.guests[-1].words() or "the guest went down")
            if self.timer_lost():
                self.console_tail()
                raise LabError("the emulator lost a timer of the guest's", STATUS_STALLED)
            if time.monotonic() > deadline:
                self.console_tail()
                raise LabError(f"not done after {self.options.timeout:g} s", STATUS_TIMEOUT)

    # Migration

    def look_for_requests(self, written):
        """Has the command asked for something?"""
        self.tail += written
        for name in ("stop_at", "migrate_at", "snapshot_at", "restore_at"):
            text = getattr(self.options, name)
            if text and text.encode() in self.tail:
                self.asked.add(name)
        self.tail = self.tail[-REQUEST_BYTES:]

    def migration_due(self):
        after, started_at = self.options.migrate_after, self.command_started_at
        return not self.migrated and ("migrate_at" in self.asked or (
            after is not None and started_at is not None and
            time.monotonic() >= started_at + after))

    def running(self):
        """The monitor of the QEMU that runs the guest."""
        return self.guests[-1]

    def stop(self):
        """The guest stands still for a time, and nobody tells it."""
        self.stopped = True
        guest = self.running()
        guest.connect()
        guest.ask("stop")
        time.sleep(self.options.stop)
        guest.ask("cont")
        self.say(f"stopped for {round(1000 * (guest.when('RESUME') - guest.when('STOP')))} ms")

    def pause(self, guest):
        """Nothing in it runs from here on, nor does its counter."""
        guest.ask("stop")
        time.sleep(self.options.migrate_pause)

    def migration_ends(self):
        """The guest's QEMU, a second one with the same arguments, and the way from one to the other."""
        path = f"unix:{self.folder}/migration"
        return self.guests[0], self.guest_add([*self.args, "-incoming", path], "target"), path

    def migrate(self):
        """Moves the guest to a second QEMU; output goes on meanwhile."""
        self.migrated = True
        self.say("migrating")
        source, target, path = self.migration_ends()
        target.connect()
        source.connect()
        source.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 32, "downtime-limit": 300})
        if self.options.migrate_pause is not None:
            self.pause(source)
        source.ask("migrate", uri=path)
        began_at = time.monotonic()
        hurried = False
        while (state := source.ask("query-migrate")).get("status") != "completed":
            if state.get("status") in ("failed", "cancelled") or target.ended():
                reason = state.get("error-desc") or target.words()
                raise LabError(f"the migration failed: {reason}")
            for key, _ in self.selector.select(0.02):
                key.data(key.fileobj)
            if time.monotonic() > self.started_at + self.options.timeout:
                raise LabError("the migration does not end", STATUS_TIMEOUT)
            if not hurried and time.monotonic() > began_at + HURRY_S:
                # On a busy machine the guest writes faster than its memory is sent.
                source.ask("migrate-set-parameters", **{"downtime-limit": 5000})
                hurried = True
        if self.options.migrate_pause is not None:
            while target.ask("query-status")["status"] == "inmigrate":
                time.sleep(0.01)  # it would forget to go on
            target.ask("cont")
        # From the moment when the one stopped to that when the other went on: QEMU's own
        # "downtime" ends before the latter.
        down_ms = round(1000 * (target.when("RESUME") - source.when("STOP")))
        self.say(f"migrated, {down_ms} ms down")
        source.kill()
        if self.options.forward:
            target.forward(self.port, self.options.forward.split(":")[1])
        if self.options.arch == "arm64" and self.options.clock != "none":
            self.clock.sendall(b"migrated\n")  # where QEMU has no vmclock that would see it

    # Snapshots

    def snapshot_when_due(self):
        if self.snapshot_pending is None and "snapshot_at" in self.asked:
            self.guests[-1].connect()
            self.guests[-1].monitor("savevm lab")
            while self.selector.select(0):  # all that the guest wrote before
                for key, _ in self.selector.select(0):
                    key.data(key.fileobj)
            self.snapshot_pending = self.pending
            self.say("snapshot taken")
        elif (not self.restored and self.snapshot_pending is not None and
              "restore_at" in self.asked):
            self.guests[-1].monitor("loadvm lab")
            self.pending = self.snapshot_pending
            self.restored = True
            self.say("snapshot restored")

    def run(self):
        self.args = self.prepare()
        self.listen()
        self.booted_at = time.monotonic()
        guest = self.guest_add(self.args, "guest")
        if self.options.forward:
            here, there = self.options.forward.split(":")
            self.port = guest.forward(here, there)
            self.say(f"port {self.port} is the guest's {there}")
        self.watch()
        return self.exit_status

    def end(self):
        for guest in self.guests:
            guest.kill()


def cache():
    """As lab_cache in apt.sh."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get("VMCLOCK_LAB_CACHE") or f"{home}/vmclock-trace").resolve()


def frames_cut(pending):
    """The agent's frames, (letter, payload) each, and what is not one yet (see agent.c)."""
    frames = []
    while len(pending) >= 5:
        end = 5 + int.from_bytes(pending[1:5], "little")
        if len(pending) < end:
            break
        frames.append((pending[:1], pending[5:end]))
        pending = pending[end:]
    return frames, pending


def write_all(fd, payload):
    while payload:
        payload = payload[os.write(fd, payload):]
