# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's root: an initramfs with busybox, the driver, our programs and what is put there.

Not compressed: a boot loader copies it at full speed, while the emulated machine would unpack it
slowly. Written here and not by cpio, so that it needs no root, no staging directory and no cleanup.
"""

import hashlib
import lzma
import os
import re
import stat
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
MULTIARCH = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}

PASSWD = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n"
GROUP = "root:x:0:\nuser:x:1000:\n"


class ImageError(Exception):
    """The image cannot be made; says why and what to do."""


class Archive:
    """A cpio archive in the one format that the kernel unpacks (newc)."""

    def __init__(self):
        self.chunks = []
        self.entries = {}

    def _entry(self, path, mode, data):
        path = path.strip("/")
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self._entry(parent, stat.S_IFDIR | 0o755, b"")
        self.entries[path] = (mode, data)
        self._append(path, mode, data)

    def _append(self, path, mode, data):
        name = path.encode() + b"\0"
        fields = (len(self.chunks), mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.chunks.append(head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4))

    def add(self, path, data, mode=0o644):
        """One regular file; a path that is there already is left as it is."""
        if path.strip("/") not in self.entries:
            self._entry(path, stat.S_IFREG | mode, data.encode() if isinstance(data, str) else data)

    def add_link(self, path, target):
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def add_directory(self, path, mode):
        if path.strip("/") not in self.entries:
            self._entry(path, stat.S_IFDIR | mode, b"")

    def write(self, path):
        self._append("TRAILER!!!", 0, b"")
        Path(path).write_bytes(b"".join(self.chunks))


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def elf_needs(path):
    """What an ELF file wants to be loaded: (libraries, its own search path, the loader or None)."""
    command = ["readelf", "--wide", "--program-headers", "--dynamic", str(path)]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    libraries = re.findall(r"\(NEEDED\).*\[(.*)\]", text)
    runpath = [d.replace("$ORIGIN", str(Path(path).resolve().parent))
               for found in re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", text)
               for d in found.split(":")]
    loader = re.search(r"program interpreter: (.*)\]", text)
    return libraries, runpath, loader and loader.group(1)


class Libraries:
    """Finds the shared libraries of programs and puts each in the archive once.

    Of several roots that have it, the first gives it: a guest has but one C library, which must
    be the newest.
    """

    def __init__(self, archive, roots, arch):
        self.archive, self.roots = archive, roots
        multiarch = MULTIARCH[arch]
        self.home = "/lib/" + multiarch
        self.folders = [root / folder for root in roots for folder in (
            f"usr/local/lib/{multiarch}", "usr/local/lib", f"lib/{multiarch}",
            f"usr/lib/{multiarch}", "lib", "usr/lib", "lib64", f"usr/{multiarch}/lib")]
        self.seen = set()

    def add_for(self, path):
        libraries, runpath, loader = elf_needs(path)
        if loader and loader not in self.seen:
            self.seen.add(loader)
            found = self._find(loader.strip("/"), self.roots, path)
            self.archive.add(loader, found.read_bytes(), 0o755)
        for name in libraries:
            if name not in self.seen:
                self.seen.add(name)
                found = self._find(name, [Path(folder) for folder in runpath], path)
                self.archive.add(f"{self.home}/{name}", found.read_bytes(), 0o755)
                self.add_for(found)

    def _find(self, name, runpath, wanted_by):
        for folder in runpath + self.folders:
            if (folder / name).exists():
                return folder / name
        places = " or ".join(map(str, self.roots))
        raise ImageError(f"{wanted_by} needs {name}, which is not under {places}")


def add_put(archive, libraries, path, folder="/put"):
    """A file, or a directory with all that is in it; programs bring their libraries."""
    target = f"{folder}/{path.name}"
    if path.is_dir():
        archive.add_directory(target, 0o755)
        for inner in sorted(path.iterdir()):
            add_put(archive, libraries, inner, target)
    elif path.exists():  # a link may lead nowhere
        archive.add(target, path.read_bytes(), stat.S_IMODE(path.stat().st_mode) | 0o444)
        if is_elf(path):
            libraries.add_for(path)


def add_package(archive, libraries, home):
    """The files of a package, each in its place. What is linked to is there itself."""
    for top in sorted(home.iterdir()):
        if not top.is_symlink():  # such as lib, which is usr/lib
            add_put(archive, libraries, top, "")


def all_needs(needs, name):
    """What a module needs, and what that needs behind it: the order in which depmod lists them."""
    return [n for need in needs[name] if need in needs for n in (need, *all_needs(needs, need))]


def add_modules(archive, kernel, names):
    """Kernel modules and those they depend on, unpacked; what is built in has no file."""
    lib = Path(kernel) / "lib/modules"
    release = next(iter(sorted(os.listdir(lib))), None) if lib.is_dir() else None
    if not release:
        return
    files = {re.sub(r"\.ko.*", "", file.name).replace("-", "_"): file
             for file in lib.rglob("*.ko*") if file.is_file()}
    needs, wanted = {}, [name for name in names if name in files]
    while wanted:
        name = wanted.pop()
        if name in needs or name not in files:
            continue
        packed = files[name].read_bytes()
        module = lzma.decompress(packed) if files[name].suffix == ".xz" else packed
        depends = re.search(rb"\0depends=([^\0]+)\0", module)
        needs[name] = depends[1].decode().replace("-", "_").split(",") if depends else []
        wanted += needs[name]
        archive.add(f"/lib/modules/{release}/{name}.ko", module)
    lines = [f"{name}.ko:" + "".join(f" {n}.ko" for n in all_needs(needs, name)) for name in needs]
    archive.add(f"/lib/modules/{release}/modules.dep", "\n".join(lines) + "\n")


def guest_programs(cache, arch, compiler):
    """The directory of the lab's own programs, compiled once for each state of their source."""
    sources = sorted((HERE / "guest").glob("*.[ch]"))
    digest = hashlib.sha256(" ".join(compiler).encode())
    for source in sources:
        digest.update(source.read_bytes())
    home = Path(cache) / "guest" / f"{arch}-{digest.hexdigest()[:16]}"
    if home.is_dir():
        return home
    building = home.with_suffix(f".{os.getpid()}")
    building.mkdir(parents=True)
    units = [source.stem for source in sources if source.suffix == ".c"]
    programs = {"agent": ["agent"], "hypervisor": [unit for unit in units if unit != "agent"]}
    for program, its_units in programs.items():
        subprocess.run([*compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-static",
                        "-o", str(building / program),
                        *(str(HERE / "guest" / f"{unit}.c") for unit in its_units)], check=True)
    try:
        building.rename(home)
    except OSError:  # another run was faster
        subprocess.run(["rm", "-rf", str(building)], check=True)
    return home


def write_image(path, *, arch, root, kernel, modules, programs, config, command, packages, puts,
                scenario):
    """Writes the initramfs of one run to `path`."""
    archive = Archive()
    libraries = Libraries(archive, [home / part for part in ("own", "needs") for home in packages] +
                          [root], arch)
    busybox = root / "usr/bin/busybox"
    if not busybox.exists():
        busybox = root / "bin/busybox"  # of Debian 12
    if not busybox.exists() or elf_needs(busybox)[0]:
        raise ImageError("no static busybox (hint: tests/setup lab)")
    archive.add("/init", (HERE / "guest/init").read_bytes(), 0o755)
    archive.add("/bin/busybox", busybox.read_bytes(), 0o755)
    archive.add("/etc/passwd", PASSWD)
    archive.add("/etc/group", GROUP)
    archive.add("/lab/config", "".join(f"{name}={value}\n" for name, value in config.items()))
    archive.add("/lab/command", "".join(word + "\0" for word in command))
    for program in ("agent", "hypervisor"):
        archive.add(f"/lab/{program}", (programs / program).read_bytes(), 0o755)
    if scenario:
        archive.add("/lab/scenario", Path(scenario).read_bytes())
    add_modules(archive, kernel, modules)
    for home in packages:
        add_package(archive, libraries, home / "own")
    for put in puts:
        add_put(archive, libraries, Path(put))
    archive.write(path)
