#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a text strictly OpenMetrics 1.0? `exporter_metrics.py FILE...`: prints how many series it has.

By the parser of Prometheus's own client library, which refuses what the specification forbids; and
what that one lets pass: each series once, each family with help, one that ends as its unit says.
"""

import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def series_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        families = list(text_string_to_metric_families(file.read()))
    seen = set()
    for family in families:
        if not family.documentation or not family.name.startswith("vmclock_"):
            sys.exit(f"{path}: {family.name}: no help, or not our name")
        if not family.samples:
            sys.exit(f"{path}: {family.name}: no samples")
        for unit in ("seconds", "bytes", "ratio"):
            if family.name.endswith(f"_{unit}") != (family.unit == unit):
                sys.exit(f"{path}: {family.name}: unit {family.unit!r}")
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key in seen:
                sys.exit(f"{path}: twice: {key}")
            seen.add(key)
    return len(seen)


for name in sys.argv[1:]:
    print(series_of(name))
