# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest under a real KVM: QEMU in an emulated machine, which emulates what KVM needs of the CPU.

The outer guest runs nothing but the inner one's QEMU, or two of them where it is to be migrated. Each
has its ports at ports of the outer guest: the inner agent's frames are the outer command's output, and
the host speaks with each QEMU's monitor as if it had started it itself.
"""

import os
import selectors
import shlex
import shutil
from pathlib import Path

import arm64
import image
import lab
import qemu

HERE = Path(__file__).resolve().parent

# What QEMU itself reads to boot a kernel, and where Debian has it.
FIRMWARE = ["bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin", "pvh.bin"]
FIRMWARE_FOLDERS = [Path("/usr/share/qemu"), Path("/usr/share/seabios")]

OUTER_MIB = 3072
INNER_MIB = {"amd64": 400, "arm64": 512}

# The machine that the outer QEMU emulates, beyond that of every run, and the inner one's. On arm64 the
# outer kernel runs at EL2, where its KVM is built in.
OUTER = {"amd64": [], "arm64": ["-machine", "virtualization=on,gic-version=3"]}
INNER = {"amd64": ["-M", "pc"], "arm64": ["-M", "virt,gic-version=3"]}

# In the outer guest. No `exec`: what the inner QEMU said is to be seen if it goes down.
SCRIPT = """\
port() {
	for dir in /sys/class/virtio-ports/*; do
		[ "$(cat "$dir/name")" != "$1" ] || echo "/dev/${dir##*/}"
	done
}
inner() { # N ARGUMENT...
	n=$1
	shift
	QEMU ARGS -chardev "pipe,id=clock,path=$(port lab.clock$n)" \\
		-chardev "pipe,id=qmp,path=$(port lab.qmp$n)" -mon chardev=qmp,mode=control "$@"
}
modprobe kvm_amd 2>/dev/null
[ -e /dev/kvm ] || { echo "lab: no KVM in the emulated machine" >&2; exit 1; }
mkfifo /tmp/command
cat /tmp/command &
inner 0 &
first=$!
SECOND
wait "$first" && [ -n "$second" ] && wait "$second"
echo "lab: the inner QEMU has ended; its console at last:" >&2
tail -n 40 /tmp/console >&2
exit 1
"""


class Inner(qemu.Monitor):
    """A QEMU of the outer guest, by its monitor; its other side is a port of that guest."""

    def __init__(self, listener, nested):
        super().__init__()
        self.listener, self.nested = listener, nested

    def connection(self):
        return self.listener.accept()[0]  # waiting since the outer QEMU was started

    def ended(self):
        return self.nested.guests[0].ended()

    def words(self):
        return self.nested.guests[0].words()

    def kill(self):
        self.ask("quit")


class Nested(lab.Lab):
    """One run under KVM."""

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.arch = options.arch
        self.inner_pending = b""
        self.migrates = options.migrate_after is not None or options.migrate_at is not None
        self.count = 2 if self.migrates else 1
        self.inners = []

    # Before it runs

    def vmclock(self, machine):
        """The arguments that give the inner machine its vmclock."""
        if self.options.clock == "none":
            return []
        if self.arch == "amd64":
            return ["-device", "vmclock"]
        return arm64.device(self.folder / "nested", self.binary,
                            [*machine, "-accel", "tcg", "-cpu", "max"], self.options.clock)

    def inner_args(self):
        machine = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   "-smp", "1", "-m", str(INNER_MIB[self.arch]), *INNER[self.arch]]
        vmclock = [word.replace(str(self.folder), "/put") for word in self.vmclock(machine)]
        return [
            *machine, "-L", "/put/nested", "-accel", "kvm", "-cpu", "host",
            "-rtc", "base=utc,clock=host", *vmclock,
            "-kernel", "/put/nested/vmlinux", "-initrd", "/put/nested/initrd",
            "-append", f"console={qemu.CONSOLE[self.arch]} quiet oops=panic panic=-1",
            "-chardev", "file,id=console,path=/tmp/console,append=on", "-serial", "chardev:console",
            "-device", "virtio-serial-pci",
            "-chardev", "file,id=command,path=/tmp/command,append=on",
            "-device", "virtserialport,chardev=command,name=lab.command",
            "-device", "virtserialport,chardev=clock,name=lab.clock",
        ]

    def boot_file(self, kernel):
        return next(kernel / name for name in ("vmlinux", "vmlinuz") if (kernel / name).exists())

    def inner_folder(self):
        """All that the inner QEMU is made of; the folder, whose name is that in the outer guest."""
        home = self.folder / "nested"
        home.mkdir()
        kernel = self.kernel()
        self.kernel_name = f"{kernel.name} under KVM"
        self.image(kernel)
        (self.folder / "initrd").rename(home / "initrd")
        shutil.copy(self.boot_file(kernel), home / "vmlinux")
        for name in FIRMWARE if self.arch == "amd64" else []:
            found = [folder / name for folder in FIRMWARE_FOLDERS if (folder / name).exists()]
            if not found:
                raise lab.LabError(f"no {name} of QEMU's (hint: tests/setup lab)")
            shutil.copy(found[0], home / name)
        second = "inner 1 -incoming unix:/tmp/migration &\nsecond=$!" if self.migrates else "second="
        qemu_path = f"/put/{self.binary}" if self.arch == "amd64" else f"/usr/bin/{self.binary}"
        script = SCRIPT.replace("ARGS", shlex.join(self.inner_args())).replace(
            "SECOND", second).replace("QEMU", qemu_path)
        (home / "run").write_text(script)
        return home

    def prepare(self):
        if not shutil.which(self.binary):
            raise lab.LabError(f"no {self.binary} (hint: tests/setup lab)")
        home = self.inner_folder()
        native = self.arch == "amd64"
        kernel = self.tool("kernel", *(["--full"] if native else []), self.arch)
        image.write_image(
            self.folder / "initrd", arch=self.arch, kernel=kernel,
            root=Path("/") if native else self.tool("sysroot", self.arch),
            modules=["kvm_amd", "virtio_pci", "virtio_console"], programs=self.programs(),
            config={"CLOCK": "none", "PAGE": "0", "NIC": "", "KVM": "", "NETWORK": "",
                    "SECOND_PAGE": "", "SCENARIO": ""},
            command=["sh", "/put/nested/run"], scenario=None,
            packages=[] if native else [self.tool("package", self.arch, "qemu-system-arm")],
            puts=[home, *([Path(shutil.which(self.binary))] if native else [])])
        os.mkfifo(self.folder / "command")
        machine = qemu.machine(self.arch, "none", False, 0)
        machine[machine.index("-m") + 1] = str(OUTER_MIB)
        return [
            *machine, *OUTER[self.arch],
            "-kernel", str(self.boot_file(kernel)), "-initrd", str(self.folder / "initrd"),
            "-append", f"console={qemu.CONSOLE[self.arch]} quiet tsc=reliable oops=panic panic=-1",
            *self.ports([*(f"clock{n}" for n in range(self.count)),
                         *(f"qmp{n}" for n in range(self.count))])]

    # While it runs

    def listen(self):
        super().listen()
        for n in range(self.count):
            self.selector.register(self.listener(f"clock{n}"), selectors.EVENT_READ,
                                   self.clock_accept)
            self.inners.append(Inner(self.listener(f"qmp{n}"), self))

    def frame(self, kind, payload):
        """The outer agent's frames carry the inner one's; what else it says is of the lab itself."""
        if kind == b"o":
            frames, self.inner_pending = lab.frames_cut(self.inner_pending + payload)
            for inner_kind, inner_payload in frames:
                super().frame(inner_kind, inner_payload)
        elif kind == b"e":
            super().frame(kind, payload)
        elif kind == b"x" and self.exit_status is None:
            raise lab.LabError("the guest under KVM went down")

    def migration_ends(self):
        return *self.inners, "unix:/tmp/migration"

    def running(self):
        return self.inners[1 if self.migrated else 0]
