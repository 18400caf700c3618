#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks a Prometheus server what each panel of the dashboard asks, of a story of five machines.

    dashboard_check.py BOARD.json STATES DIRECTORY

STATES has what the exporter serves in each state (tests/unit/landing.c). db1 is well, then wrong, then
recovered; db2 carries no clock; db3 lost its device; db4 is to be disrupted; of db5 another clock judges. Each was scraped every 15
seconds for twenty minutes. DIRECTORY is for the server. It is Prometheus's own, but no Grafana draws it.
"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

STEP, SCRAPES = 15, 80
END = 1796064123  # tests/unit/landing_make.h
START = END - STEP * SCRAPES
DISRUPTED = END - 720
STORY = {"db1": ((0, "healthy"), (32, "wrong"), (64, "recovered")),
         "db2": ((0, "unknown"),), "db3": ((0, "healthy"), (60, "lost")), "db4": ((0, "maintenance"),), "db5": ((0, "witnessed"),)}
VARIABLES = {"$job": "vmclock", "$__rate_interval": "1m", "$__range": "20m", "$__interval": "15s"}


def families_of(path):
    """The lines of each family: its description, and [(name, labels, value)]."""
    families, about = {}, []
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("# EOF"):
            break
        if line.startswith("#"):
            name = line.split()[2]
            about = families.setdefault(name, ([], []))
            about[0].append(line)
            continue
        series, value = line.rsplit(" ", 1)
        name, _, labels = series.partition("{")
        about[1].append((name, labels.rstrip("}"), value))
    return families


def write_story(states, out):
    seen = {state: families_of(os.path.join(states, state + ".metrics"))
            for parts in STORY.values() for _, state in parts}
    order = list(dict.fromkeys(name for families in seen.values() for name in families))
    with open(out, "w", encoding="utf-8") as file:
        for family in order:
            about = next(families[family][0] for families in seen.values() if family in families)
            file.write("\n".join(about) + "\n")
            for machine, parts in STORY.items():
                series = {}
                for scrape in range(SCRAPES + 1):
                    state = [name for begin, name in parts if begin <= scrape][-1]
                    for name, labels, value in seen[state].get(family, ([], []))[1]:
                        where = '%s{job="vmclock",instance="%s"%s}' % (name, machine, labels and "," + labels)
                        series.setdefault(where, []).append("%s %s %d" % (where, value, START + scrape * STEP))
                for lines in series.values():
                    file.write("\n".join(lines) + "\n")
        file.write("# EOF\n")


class Server:
    def __init__(self, directory):
        story = os.path.join(directory, "story")
        write_story(sys.argv[2], story)
        data = os.path.join(directory, "data")
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", story, data], check=True,
                       stdout=subprocess.DEVNULL)
        config, log = os.path.join(directory, "none.yml"), os.path.join(directory, "log")
        open(config, "w").close()
        self.process = subprocess.Popen(
            ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + data,
             "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:0"],
            stdout=subprocess.DEVNULL, stderr=open(log, "wb"))
        while True:
            text = open(log, encoding="utf-8").read()
            at = re.search(r'msg="Listening on" address=(\S+)', text)
            if at and "Server is ready" in text:
                break
            assert self.process.poll() is None, text
            time.sleep(0.02)
        self.url = "http://%s/api/v1/" % at.group(1)

    def ask(self, expression, instance=".*", instant=False):
        """[(labels, [value at each time])]"""
        for name, value in dict(VARIABLES, **{"$instance": instance}).items():
            expression = expression.replace(name, value)
        assert "$" not in expression, expression
        params = {"query": expression}
        params.update({"time": END} if instant else {"start": START, "end": END, "step": STEP})
        query = "query" if instant else "query_range"
        answer = json.load(urllib.request.urlopen(self.url + query + "?" + urllib.parse.urlencode(params)))
        assert answer["status"] == "success", (expression, answer)
        return [(one["metric"], [(at, float(value)) for at, value in one.get("values") or [one["value"]]])
                for one in answer["data"]["result"]]


def check_panel(server, panel):
    defaults = panel["fieldConfig"]["defaults"]
    states = {int(value) for mapping in defaults.get("mappings", []) for value in mapping["options"]}
    for target in panel["targets"]:
        where = "%s, %s: " % (panel["title"], target["expr"])
        answer = server.ask(target["expr"], instant=target.get("instant", False))
        assert any(value == value for _, values in answer for _, value in values), where + "no data"
        for labels, values in answer:
            for _, value in values:
                # The share of none is no number.
                if value != value:
                    continue
                assert defaults.get("decimals") != 0 or value == int(value), where + "%r is counted" % value
                assert not states or value in states, where + "%r is no state" % value
        if states:
            assert len({labels["instance"] for labels, _ in answer}) == len(answer), where + "two states at once"


def check_story(server, panels):
    """Some of what they show is known."""
    def last(title, instance=".*", target=0):
        return {labels.get("instance", ""): values[-1][1] for labels, values in server.ask(
            panels[title]["targets"][target]["expr"], instance, panels[title]["targets"][target].get("instant"))}

    for title, value in {"Bad": 1, "Not known": 1, "Well": 3, "Without a page": 1, "Maintenance": 1,
                         "Disruptions": 1, "Bad windows": 2, "Open": 1, "Off by at least": 0}.items():
        assert last(title) == {"": value}, (title, last(title))
    assert last("Is it well") == {"db1": 1, "db2": 3, "db3": 2, "db4": 1, "db5": 1}
    assert last("Status of the clock") == {"db1": 3, "db2": 6, "db3": 8, "db4": 3, "db5": 6}
    assert last("Recovery")["db1"] == 1
    assert last("Newest bad window of each machine", target=2)["db1"] == 480
    # What is not known is no 0, and no value that looks like one stands for it.
    for title in ("Off by at least", "Page's error, at most", "Windows"):
        assert not last(title, "db2"), title
    # A bar for each finding, once; 0 where none was, and it was seen.
    bars = server.ask(panels["Findings"]["targets"][0]["expr"], "db1")
    sums = {labels["kind"]: sum(value for _, value in values) for labels, values in bars}
    assert sums == {"disruption": 1, "status_change": 1, "none": 0}, sums


def check_annotations(server, board):
    """Their value is their time, as Grafana takes it: once each, and when it was."""
    for annotation in board["annotations"]["list"]:
        assert annotation["useValueForTime"] is True, annotation
        times = {value for labels, values in server.ask(annotation["target"]["expr"], "db1") for _, value in values}
        assert times == {DISRUPTED * 1000}, (annotation["name"], times)


def main():
    board = json.load(open(sys.argv[1], encoding="utf-8"))
    panels = {panel["title"]: panel for panel in board["panels"] if panel["type"] != "row"}
    server = Server(sys.argv[3])
    try:
        for panel in panels.values():
            check_panel(server, panel)
        check_story(server, panels)
        check_annotations(server, board)
    finally:
        server.process.terminate()
        server.process.wait()


main()
