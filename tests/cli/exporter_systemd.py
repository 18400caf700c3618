#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd does for a service: `exporter_systemd.py PROGRAM ARGUMENT...`.

Hands over two sockets (IPv4 and unix), listens to notifications, asks each socket for the metrics,
and ends the service. Prints what it was told, one line each.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile


def ask(client):
    client.settimeout(200)
    client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = b""
    while part := client.recv(65536):
        answer += part
    print("answer", answer.split(b"\r\n", 1)[0].decode(), flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(f"{folder}/notify")
        told.settimeout(200)
        inet = socket.create_server(("127.0.0.1", 0))
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(f"{folder}/socket")
        unix.listen()
        # The numbers 3 and 4, and the process id of the program itself.
        script = 'exec 3<&"$1" 4<&"$2"; shift 2; LISTEN_PID=$$ exec "$@"'
        service = subprocess.Popen(
            ["bash", "-c", script, "bash", str(inet.fileno()), str(unix.fileno()), *sys.argv[1:]],
            pass_fds=(inet.fileno(), unix.fileno()),
            env={**os.environ, "LISTEN_FDS": "2", "NOTIFY_SOCKET": f"{folder}/notify",
                 "WATCHDOG_USEC": "1000000"})
        said = set()
        while not {"READY=1", "WATCHDOG=1"} <= said:
            said |= set(told.recv(4096).decode().splitlines())
        ask(socket.create_connection(inet.getsockname()))
        client = socket.socket(socket.AF_UNIX)
        client.connect(f"{folder}/socket")
        ask(client)
        service.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in said:
            said |= set(told.recv(4096).decode().splitlines())
        print("exit", service.wait(200))
        print("still there", os.path.exists(f"{folder}/socket"))
        for line in sorted(said):
            print("told", line)


main()
