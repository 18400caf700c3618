#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands on terminals: on_terminal.py COLUMNS COMMAND... prints what a terminal of that width
gets; on_terminal.py --check PROGRAM RECORDING PAGE says what is wrong on terminals of several."""
import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import unicodedata

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(columns, command, **environment):
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {"TERM": "xterm", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], **environment}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs,
                             stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the terminal has nobody who writes to it any more
            break
        if not piece:
            break
        text += piece
    child.wait()
    os.close(ours)
    return text.decode().replace("\r\n", "\n")


def columns_of(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in COLOUR.sub("", line))


def bare(text):
    # A line below a heading is parted too, and how a clock went on is drawn on terminals only.
    return re.sub("[-?▁▂▃▄▅▆▇█]", "", "".join(text.split()))


def check(program, recording, page):
    commands = {
        "status": ["status", "--device", page],
        "doctor": ["doctor"],
        "watch": ["watch", "--from", recording],
        "trace": ["trace", "--from", recording],
        "replay": ["replay", recording],
        "report": ["report", recording],
        "fleet": ["report", recording, recording + ".copy"],
        "compare": ["compare", "--count", "1", "--device", page],
    }
    wrong = []
    for name, arguments in commands.items():
        command = [program, *arguments]
        # Long names of hosts are shortened in columns; others tell what is so at this moment.
        same = name in ("status", "watch", "trace", "report")
        piped = subprocess.run(command, capture_output=True, text=True).stdout if same else ""
        for columns in 40, 80, 200:
            if not same and columns != 40:  # the hardest; doctor tries all hooks
                continue
            shown = on_terminal(columns, command)
            widest = max(map(columns_of, shown.splitlines()), default=0)
            if widest > columns or not widest:
                wrong.append(f"{name}: {widest} columns at {columns}")
            if same and bare(COLOUR.sub("", shown)) != bare(piped):
                wrong.append(f"{name}: other words at {columns} columns than in a pipe")
            if name in ("watch", "trace", "report") and "███" not in shown:
                wrong.append(f"{name}: the clock's error is not drawn")
            if not COLOUR.search(shown):
                wrong.append(f"{name}: no colour at {columns} columns")
        if "\x1b" in piped:
            wrong.append(f"{name}: an escape in a pipe")
    # One table of options, one module: what holds for one command holds for all.
    for name in "status", "report":
        command = [program, *commands[name]]
        for what, shown in {
            "NO_COLOR": on_terminal(80, command, NO_COLOR="1"),
            "TERM=dumb": on_terminal(80, command, TERM="dumb"),
            "--color never": on_terminal(80, [*command, "--color", "never"]),
            "--json": on_terminal(80, [*command, "--json", "--color", "always"]),
        }.items():
            if "\x1b" in shown or not shown:
                wrong.append(f"{name}: an escape, or nothing, with {what}")
        always = subprocess.run([*command, "--color", "always"], capture_output=True, text=True)
        if not COLOUR.search(always.stdout):
            wrong.append(f"{name}: no colour in a pipe with --color always")
    narrow = on_terminal(80, [program, *commands["report"]], COLUMNS="50")
    if max(map(columns_of, narrow.splitlines())) != 50:
        wrong.append("report: COLUMNS is not the width")
    command = [program, *commands["watch"], "--json"]
    if on_terminal(40, command) != subprocess.run(command, capture_output=True, text=True).stdout:
        wrong.append("watch: JSON on a terminal is not that of a pipe")
    return wrong


if sys.argv[1] == "--check":
    sys.exit("\n".join(check(*sys.argv[2:])) or 0)
sys.stdout.write(on_terminal(int(sys.argv[1]), sys.argv[2:]))
