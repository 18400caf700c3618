#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a forger does to a bundle: bundle_forge.py IN OUT HOW [ARGUMENT...].

flip N...        the bytes at these places of the tar, packed again
places           print places worth flipping instead: headers, padding, end, and some of each file
put NAME FILE    this file in place of that one, with its size, and a manifest that says so
lie NAME FILE    the same, with the manifest as it was
swap A B         two files' contents
rename A B, drop NAME, twice NAME, add NAME FILE
type NAME T      the type of entry T, a link to /etc/passwd
path NAME PATH   another path for it, with its directory
"""
import hashlib
import sys
import zlib

MANIFEST = "MANIFEST.sha256"


def unpack(path):
    return zlib.decompress(open(path, "rb").read(), 31)


def pack(path, tar):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    open(path, "wb").write(packer.compress(tar) + packer.flush())


class Entry:
    def __init__(self, header, data):
        self.header, self.data = bytearray(header), data

    @property
    def path(self):
        return self.header[:100].rstrip(b"\0").decode()

    @property
    def name(self):
        return self.path.split("/")[-1]

    def set_path(self, path):
        self.header[:100] = path.encode().ljust(100, b"\0")

    def blocks(self):
        self.header[124:136] = b"%011o " % len(self.data)
        self.header[148:156] = b" " * 8
        self.header[148:156] = b"%06o\0 " % sum(self.header)
        return bytes(self.header) + self.data + bytes(-len(self.data) % 512)


def entries_of(tar):
    at, entries = 0, []
    while tar[at] != 0:
        size = int(tar[at + 124:at + 135], 8)
        entries.append(Entry(tar[at:at + 512], tar[at + 512:at + 512 + size]))
        at += 512 + -(-size // 512) * 512
    return entries


def places(tar):
    at = 0
    while tar[at] != 0:
        size = int(tar[at + 124:at + 135], 8)
        padded = -(-size // 512) * 512
        yield from (at + i for i in (0, 99, 100, 107, 115, 124, 134, 136, 146, 148, 155, 156, 157, 257, 263, 265, 297, 329, 345, 500, 511))
        yield from (at + 512 + i for i in (0, size // 3, size // 2, size - 1) if size)
        yield from (at + 512 + i for i in {size, padded - 1} if size < i + 1 <= padded)
        at += 512 + padded
    yield from (at, at + 511, len(tar) - 1)


def forge(tar, how, arguments):
    entries = entries_of(tar)
    by_name = {entry.name: entry for entry in entries}
    if how in ("put", "lie"):
        by_name[arguments[0]].data = open(arguments[1], "rb").read()
    if how == "put":
        by_name[MANIFEST].data = b"".join(
            f"{hashlib.sha256(entry.data).hexdigest()}  {entry.name}\n".encode()
            for entry in entries if entry.name != MANIFEST)
    elif how == "swap":
        a, b = (by_name[name] for name in arguments)
        a.data, b.data = b.data, a.data
    elif how == "rename":
        by_name[arguments[0]].set_path(entries[0].path.split("/")[0] + "/" + arguments[1])
    elif how == "path":
        by_name[arguments[0]].set_path(arguments[1])
    elif how == "drop":
        entries.remove(by_name[arguments[0]])
    elif how == "twice":
        entries.append(by_name[arguments[0]])
    elif how == "add":
        added = Entry(entries[0].header, open(arguments[1], "rb").read())
        added.set_path(entries[0].path.split("/")[0] + "/" + arguments[0])
        entries.append(added)
    elif how == "type":
        entry = by_name[arguments[0]]
        entry.header[156:157] = arguments[1].encode()
        entry.header[157:257] = b"/etc/passwd".ljust(100, b"\0")
        entry.data = b""
    return b"".join(entry.blocks() for entry in entries) + bytes(1024)


def main():
    source, target, how, *arguments = sys.argv[1:]
    tar = unpack(source)
    if how == "places":
        print(*sorted(set(places(tar))))
        return
    if how == "flip":
        for place in arguments:
            forged = bytearray(tar)
            forged[int(place)] ^= 0xff
            pack(f"{target}.{place}", bytes(forged))
        return
    forged = forge(tar, how, arguments)
    assert forged != tar or how in ("put", "lie"), "nothing was forged"
    pack(target, forged)


main()
