#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that mean no good: `exporter_abuse.py HOST PORT PID`.

After and during each kind of abuse the exporter must answer a decent client soon, and must not have
grown. Ends with status 1 at the first that it does not stand. Random bytes come from a seed.
"""

import contextlib
import gzip
import random
import resource
import socket
import sys
import time

HOST, PORT, PID = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
RANDOM = random.Random(20261123)
MOST_BYTES = 16 << 20
SOON_S = 60  # a machine may be busy with much else
BEGAN = time.monotonic()
DECENT = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n"


def connect(timeout=SOON_S):
    return socket.create_connection((HOST, PORT), timeout)


def read_all(client):
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := client.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def check(kind):
    """A decent client is answered, in time and in full."""
    started = time.monotonic()
    while True:
        try:
            with connect() as client:
                client.sendall(DECENT)
                head, _, body = read_all(client).partition(b"\r\n\r\n")
            text = gzip.decompress(body).decode()
            break
        except (OSError, EOFError) as error:  # it may be pushed out by the crowd, and tries again
            if time.monotonic() > started + SOON_S:
                sys.exit(f"{kind}: no answer: {error}")
    took_s = time.monotonic() - started
    with open(f"/proc/{PID}/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * resource.getpagesize()
    print(f"{time.monotonic() - BEGAN:.1f} s: {kind}: answered after {took_s * 1000:.0f} ms, "
          f"{resident >> 10} KiB resident")
    if not head.startswith(b"HTTP/1.1 200") or "vmclock_page_mode" not in text:
        sys.exit(f"{kind}: {head!r}")
    if took_s > SOON_S or resident > MOST_BYTES:
        sys.exit(f"{kind}: too slow or too large")


def status_of(request):
    with connect() as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(request)
        answer = read_all(client)
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else None


def refused(kind, request, statuses):
    status = status_of(request)
    if status not in statuses:
        sys.exit(f"{kind}: status {status}, not one of {statuses}")
    check(kind)


def crowd(count, say):
    """So many clients at once, each of which says something and stays."""
    clients = []
    for number in range(count):
        client = socket.socket()
        client.settimeout(SOON_S)
        try:
            client.connect((HOST, PORT))
            client.send(say(number))
        except OSError:  # pushed out already
            client.close()
            continue
        clients.append(client)
        if number % 1000 == 999:
            check(f"{number + 1} clients")
    return clients


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 12000)), hard))

    check("nobody")
    refused("huge header", b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100000 + b"\r\n\r\n",
            (431, 400, None))
    refused("a thousand headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 1000 * 5 + b"\r\n",
            (431, 400, None))
    refused("huge path", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            (414, 431, 400, None))
    refused("a body", b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            (413,))
    refused("an endless body", b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            (413,))
    refused("POST", b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
            b"Connection: close\r\n\r\nabcd", (405,))
    refused("no host", b"GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n", (400, 200))
    refused("nothing of HTTP", bytes(RANDOM.randrange(256) for _ in range(5000)), (400, None))
    refused("parents", b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            (404,))

    for cut in range(1, len(DECENT)):  # requests that end in the middle
        with connect() as client:
            client.sendall(DECENT[:cut])
    check("cut requests")

    for _ in range(300):  # a decent request with a few bytes changed, added or left out
        wrong = bytearray(DECENT)
        for _ in range(RANDOM.randrange(1, 8)):
            at = RANDOM.randrange(len(wrong))
            wrong[at:at + RANDOM.randrange(3)] = RANDOM.randbytes(RANDOM.randrange(3))
        with contextlib.suppress(OSError), connect(0.2) as client:
            client.sendall(bytes(wrong))
            client.shutdown(socket.SHUT_WR)
            client.recv(1 << 16)
    check("fuzzed requests")

    for _ in range(100):  # answers that nobody reads
        client = connect()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        client.sendall(DECENT * 50)
        if RANDOM.random() < 0.5:
            client.close()
    check("answers that nobody reads")

    slow = crowd(200, lambda number: DECENT[:number % 40 + 1])
    for _ in range(3):  # slowloris: they go on, a byte at a time
        for client in slow:
            with contextlib.suppress(OSError):
                client.send(b"a")
        check("slow clients")
    for client in slow:
        client.close()

    started = time.monotonic()
    late = connect(300)  # one that is slow and alone is cut off by the clock
    late.sendall(b"GET / HTTP/1.1\r\n")
    if late.recv(1) or not 5 < time.monotonic() - started < 200:
        sys.exit(f"a slow client was let stay for {time.monotonic() - started:.1f} s")
    check("one slow client")

    many = crowd(10000, lambda number: DECENT[:number % 3])
    print(f"{len(many)} of 10000 clients came in")
    if len(many) < 1000:
        sys.exit("that was no crowd")
    check("10000 clients")
    for client in many:
        client.close()
    check("none of them left")


main()
