#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd does for a service: `record_systemd.py COUNT PROGRAM ARGUMENT...`.

Listens to notifications until so many say that it lives, ends the service with SIGTERM, and prints what it was told, one
line each with its number, and the exit status. A stand-in: no systemd runs where the tests do.
"""

import collections
import os
import signal
import socket
import subprocess
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory() as folder:
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        told.bind(f"{folder}/notify")
        told.settimeout(200)
        service = subprocess.Popen(
            sys.argv[2:], env={**os.environ, "NOTIFY_SOCKET": f"{folder}/notify", "WATCHDOG_USEC": "600000"})
        said = collections.Counter()
        while said["WATCHDOG=1"] < int(sys.argv[1]):
            said.update(told.recv(4096).decode().splitlines())
        service.send_signal(signal.SIGTERM)
        while not said["STOPPING=1"]:
            said.update(told.recv(4096).decode().splitlines())
        print("exit", service.wait(200))
        for line, count in sorted(said.items()):
            print("told", line, count)


main()
