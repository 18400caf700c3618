#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A crowd that does nothing wrong, and fills the exporter: `exporter_crowd.py KIND HOST PORT`.

A decent client asks once and is answered: it never has to try again, and no time limit has to pass.

idle        100 clients ask once and keep their connection
half-closed 100 clients close their half and never the other
passwords   clients with wrong passwords, more than can be checked, while one that is known asks
"""

import base64
import collections
import socket
import sys
import threading

KIND, HOST, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
COUNT = 100
PATIENCE_S = 100  # less than a kept connection may stay


def connect():
    return socket.create_connection((HOST, PORT), PATIENCE_S)


def request(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()


def decent(headers=""):
    """The status that one client gets."""
    with connect() as client:
        client.sendall(request("/metrics", headers + "Connection: close\r\n"))
        answer = b""
        while part := client.recv(1 << 16):
            answer += part
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else None


def expect(what, status, wanted):
    if status != wanted:
        sys.exit(f"{KIND}: {what}: {status}, not {wanted}")


def fill(half):
    kept = []
    for _ in range(COUNT):
        client = connect()
        client.sendall(request("/healthz"))
        if half:
            client.shutdown(socket.SHUT_WR)
        expect("one of the crowd", client.recv(4096)[9:12], b"200")
        if half:  # it is cut at once, without anybody who needs its place
            while client.recv(4096):
                pass
        kept.append(client)
        if len(kept) % 20 == 0:
            expect(f"beside {len(kept)}", decent(), 200)
    return kept


def basic(password):
    return f"Authorization: Basic {base64.b64encode(b'bob:' + password).decode()}\r\n"


def passwords():
    expect("before", decent(basic(b"correct horse")), 200)
    seen = collections.Counter()
    enough = threading.Event()

    def attack(number):
        while not enough.is_set():
            try:
                seen[decent(basic(b"no%d" % number))] += 1
            except OSError:
                seen["cut"] += 1

    crowd = [threading.Thread(target=attack, args=(number,)) for number in range(20)]
    for thread in crowd:
        thread.start()
    while not seen[429]:  # the queue is full from now on
        expect("meanwhile", decent(basic(b"correct horse")), 200)
    for _ in range(50):
        expect("in the crowd", decent(basic(b"correct horse")), 200)
    enough.set()
    for thread in crowd:
        thread.join()
    print(dict(seen))
    if set(seen) - {401, 429}:
        sys.exit(f"{KIND}: {dict(seen)}")


if KIND == "passwords":
    passwords()
else:
    crowd = fill(KIND == "half-closed")
    expect("among all", decent(), 200)
