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

import image
import lab
import qemu

HERE = Path(__file__).resolve().parent

# What QEMU itself reads to boot a kernel, and where Debian has it.
FIRMWARE = ["bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin", "pvh.bin"]
FIRMWARE_FOLDERS = [Path("/usr/share/qemu"), Path("/usr/share/seabios")]

OUTER_MIB = 3072
INNER_MIB = 400

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
	/put/qemu-system-x86_64 ARGS -chardev "pipe,id=clock,path=$(port lab.clock$n)" \\
		-chardev "pipe,id=qmp,path=$(port lab.qmp$n)" -mon chardev=qmp,mode=control "$@"
}
modprobe kvm_amd && [ -e /dev/kvm ] || exit 1
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

    def __init__(self, listener, outer):
        super().__init__()
        self.listener, self.outer = listener, outer

    def connection(self):
        return self.listener.accept()[0]  # waiting since the outer QEMU was started

    def ended(self):
        return self.outer.ended()

    def words(self):
        return self.outer.words()

    def kill(self):
        self.ask("quit")


class Nested(lab.Lab):
    """One run under KVM."""

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.inner_pending = b""
        self.migrates = options.migrate_after is not None or options.migrate_at is not None
        self.count = 2 if self.migrates else 1
        self.qmp_listeners = []

    # Before it runs

    def inner_args(self):
        return [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-L", "/put/nested",
            "-accel", "kvm", "-cpu", "host", "-smp", "1", "-M", "pc", "-m", str(INNER_MIB),
            "-rtc", "base=utc,clock=host",
            *(["-device", "vmclock"] if self.options.clock != "none" else []),
            "-kernel", "/put/nested/vmlinux", "-initrd", "/put/nested/initrd",
            "-append", "console=ttyS0 quiet oops=panic panic=-1",
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
        for name in FIRMWARE:
            found = [folder / name for folder in FIRMWARE_FOLDERS if (folder / name).exists()]
            if not found:
                raise lab.LabError(f"no {name} of QEMU's (hint: tests/setup lab)")
            shutil.copy(found[0], home / name)
        second = "inner 1 -incoming unix:/tmp/migration &\nsecond=$!" if self.migrates else "second="
        script = SCRIPT.replace("ARGS", shlex.join(self.inner_args())).replace("SECOND", second)
        (home / "run").write_text(script)
        return home

    def prepare(self):
        if not shutil.which(self.binary):
            raise lab.LabError(f"no {self.binary} (hint: tests/setup lab)")
        home = self.inner_folder()
        kernel = self.tool("kernel", "--full", "amd64")
        image.write_image(
            self.folder / "initrd", arch="amd64", root=Path("/"), kernel=kernel,
            modules=["kvm_amd", "virtio_pci", "virtio_console"],
            programs=image.guest_programs(lab.cache(), "amd64", ["gcc"]),
            config={"CLOCK": "none", "PAGE": "0", "NIC": "", "KVM": "", "NETWORK": "",
                    "SECOND_PAGE": "", "SCENARIO": ""},
            command=["sh", "/put/nested/run"], scenario=None, packages=[],
            puts=[home, Path(shutil.which(self.binary))])
        os.mkfifo(self.folder / "command")
        machine = qemu.machine("amd64", "none", False, 0)
        machine[machine.index("-m") + 1] = str(OUTER_MIB)
        return [
            *machine, "-kernel", str(self.boot_file(kernel)), "-initrd", str(self.folder / "initrd"),
            "-append", "console=ttyS0 quiet tsc=reliable oops=panic panic=-1",
            *self.ports([*(f"clock{n}" for n in range(self.count)),
                         *(f"qmp{n}" for n in range(self.count))])]

    # While it runs

    def listen(self):
        super().listen()
        for n in range(self.count):
            self.selector.register(self.listener(f"clock{n}"), selectors.EVENT_READ,
                                   self.clock_accept)
            self.qmp_listeners.append(self.listener(f"qmp{n}"))

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
        source, target = (Inner(listener, self.guests[0]) for listener in self.qmp_listeners)
        return source, target, "unix:/tmp/migration"
