#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write time-cases.txt: the page's arithmetic at and around every limit, by Python's own integers.

A line is `T counter reference period shift time_sec time_frac : sec frac` (or `: ERANGE`, `: EDOM`)
for a moment, `E time_error rate shift delta : ns` for an error bound.
"""
import random

U64 = 2**64 - 1
EDGES = [0, 1, 2, 3, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**63 + 1, U64 - 1, U64]
SHIFTS = [0, 1, 31, 32, 63, 64, 65, 126, 127, 128, 255]


def moment(counter, reference, period, shift, sec, frac):
    if shift >= 128 or period == 0:
        return "EDOM"
    delta = (counter - reference + 2**63) % 2**64 - 2**63
    time = (sec << 64) + frac + ((delta * period) >> shift)
    if not -2**63 <= time >> 64 < 2**63:
        return "ERANGE"
    return f"{time >> 64} {time & U64}"


def error(time_error, rate, shift, delta):
    if shift >= 128:
        return "EDOM"
    ns = time_error - (-abs(delta) * rate * 10**9 >> 64 + shift)
    return str(ns) if ns <= U64 else "ERANGE"


def pick(rng):
    kind = rng.randrange(3)
    if kind == 0:
        return rng.choice(EDGES)
    return rng.getrandbits(64) >> (rng.randrange(64) if kind == 1 else 0)


def main():
    rng = random.Random(6)
    with open("time-cases.txt", "w", encoding="ascii") as out:
        for _ in range(1500):
            args = [pick(rng), pick(rng), pick(rng), rng.choice(SHIFTS), pick(rng), pick(rng)]
            if rng.randrange(2):
                args[4] >>= 24  # most dates are within range
            print("T", *args, ":", moment(*args), file=out)
        for _ in range(1000):
            delta = pick(rng) - 2**63
            args = [pick(rng) >> rng.randrange(40), pick(rng), rng.choice(SHIFTS), delta]
            print("E", *args, ":", error(*args), file=out)


main()
