#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Prometheus server scrapes hundreds of hosts, with the configuration and rules of contrib/prometheus.

    fleet_prometheus.py CONTRIB STATES DIRECTORY HOSTS

STATES has what the exporter serves in each state (tests/unit/landing.c): a host in ten is wrong, one in ten
carries no clock, the others are well. DIRECTORY is for the server. Prints what it cost.
"""
import collections
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import yaml

CONTRIB, STATES, DIRECTORY, HOSTS = *sys.argv[1:4], int(sys.argv[4])
STATE_OF = {1: "wrong", 2: "unknown"}  # of each tenth host; else:
WELL = "healthy"
SERIES_MAX = 300  # of a host: METRICS_SERIES_MAX
OF_SCRAPES = 10  # what Prometheus adds for each target, at most
PATIENCE_S = 600


def state_of(number):
    return STATE_OF.get(number % 10, WELL)


class Host(http.server.BaseHTTPRequestHandler):
    """All hosts: /host7/metrics is what the seventh serves."""

    protocol_version = "HTTP/1.1"
    body = {}

    def do_GET(self):
        body = self.body[state_of(int(re.match(r"/host(\d+)/", self.path)[1]))]
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Hosts(http.server.ThreadingHTTPServer):
    request_queue_size = HOSTS

    def handle_error(self, *_):
        """The server that asked has ended."""


def serve_hosts():
    for state in {WELL, *STATE_OF.values()}:
        with open(os.path.join(STATES, state + ".metrics"), "rb") as file:
            Host.body[state] = file.read()
    server = Hosts(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def write_configuration(port):
    """That of contrib, but for its targets: hosts by name, which are all at one port."""
    shutil.copy(os.path.join(CONTRIB, "vmclock.rules.yml"), DIRECTORY)
    with open(os.path.join(CONTRIB, "prometheus.yml"), encoding="utf-8") as file:
        config = yaml.safe_load(file)
    job = config["scrape_configs"][0]
    job["static_configs"] = [{"targets": [f"host{number}" for number in range(HOSTS)]}]
    job["relabel_configs"] = [
        {"source_labels": ["__address__"], "target_label": "instance"},
        {"source_labels": ["__address__"], "target_label": "__metrics_path__", "replacement": "/$1/metrics"},
        {"target_label": "__address__", "replacement": f"127.0.0.1:{port}"}]
    config["global"] = {"evaluation_interval": "15s"}
    path = os.path.join(DIRECTORY, "prometheus.yml")
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file)
    return path


class Prometheus:
    def __init__(self, config):
        log = os.path.join(DIRECTORY, "log")
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + os.path.join(DIRECTORY, "data"),
                 "--web.listen-address=127.0.0.1:0"], stdout=subprocess.DEVNULL, stderr=out)
        while True:
            with open(log, encoding="utf-8") as file:
                text = file.read()
            at = re.search(r'msg="Listening on" address=(\S+)', text)
            if at and "Server is ready" in text:
                break
            assert self.process.poll() is None, text
            time.sleep(0.05)
        self.url = f"http://{at[1]}"

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read().decode()

    def ask(self, expression):
        """[(labels, value)]"""
        answer = json.loads(self.get("/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
        return [(one["metric"], float(one["value"][1])) for one in answer["data"]["result"]]

    def number(self, expression):
        answer = self.ask(expression)
        return answer[0][1] if answer else 0

    def own(self, name):
        """What it says of itself: the sum of a metric's series."""
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.get("/metrics"), re.M))

    def wait_for(self, expression, wanted):
        end = time.monotonic() + PATIENCE_S
        while (seen := self.number(expression)) != wanted:
            assert time.monotonic() < end, (expression, seen, wanted)
            time.sleep(0.5)


def check(server):
    began = time.monotonic()
    count = collections.Counter(map(state_of, range(HOSTS)))
    server.wait_for('count(up{job="vmclock"} == 1)', HOSTS)
    # Each host that is wrong is named, by its own name, and no other.
    server.wait_for('count(ALERTS{alertname="VmclockClockBad", alertstate="firing"})', count["wrong"])
    bad = {labels["instance"] for labels, _ in server.ask('ALERTS{alertname="VmclockClockBad"}')}
    assert bad == {f"host{number}" for number in range(HOSTS) if state_of(number) == "wrong"}, bad
    # The budget: of each host, and of the server with all that its rules made.
    most = server.number("max(scrape_samples_scraped)")
    assert 200 < most <= SERIES_MAX, most
    series = server.own("prometheus_tsdb_head_series")
    assert HOSTS * 200 < series <= HOSTS * (SERIES_MAX + OF_SCRAPES), series
    assert server.own("prometheus_target_scrapes_exceeded_sample_limit_total") == 0
    assert server.own("prometheus_rule_evaluation_failures_total") == 0
    print(f"{HOSTS} hosts: {series:.0f} series, {most:.0f} of a scrape at most, "
          f"{server.number('sum(scrape_samples_scraped)') / 15:.0f} samples a second; "
          f"{server.own('process_resident_memory_bytes') / 1e6:.0f} MB of memory; "
          f"{server.own('process_cpu_seconds_total'):.1f} s of CPU in {time.monotonic() - began:.0f} s")


def main():
    server = Prometheus(write_configuration(serve_hosts()))
    try:
        check(server)
    finally:
        server.process.terminate()
        server.process.wait()


main()
