#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a scrape of the exporter costs, beside one of node_exporter on the same machine, both asked as
# Prometheus asks; what the exporter costs while nobody asks; its memory. Then the same in a guest
# with the hooks on, whose clock counts instructions, so that the numbers are the same on every run.
set -euo pipefail
cd "$(dirname "$0")/../.."

scrapes=500
seconds=20
dir=$(mktemp -d)
pids=()
cleanup() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || :; done
	rm -rf "$dir"
}
trap cleanup EXIT

# CPU time of a process in ns, to the ns: of all its threads.
cpu_ns() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

# scrape URL: so many times over one connection.
scrape() {
	for _ in $(seq "$scrapes"); do echo "url = $1"; done >"$dir/urls"
	curl --silent --fail --compressed --config "$dir/urls" --output - \
		-H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
}

# measure NAME PID URL
measure() {
	local before after idle
	scrape "$3" >/dev/null # warm
	before=$(cpu_ns "$2")
	sleep "$seconds"
	after=$(cpu_ns "$2")
	idle=$(((after - before) / seconds))
	before=$(cpu_ns "$2")
	scrape "$3" >"$dir/all"
	after=$(cpu_ns "$2")
	awk -v name="$1" -v ns=$((after - before)) -v n="$scrapes" -v idle="$idle" \
		-v kb="$(sed -n 's/^VmRSS:\t *\([0-9]*\) kB/\1/p' /proc/"$2"/status)" \
		-v series="$(curl --silent "$3" | grep -c '^[a-z]')" \
		'BEGIN { printf "%-16s %8d %14.3f %18.3f %12.1f\n", name, series, ns / n / 1e6, idle / 1e6, kb / 1024 }'
}

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

printf '%-16s %8s %14s %18s %12s\n' '' series 'CPU ms/scrape' 'idle CPU ms/s' 'RSS MiB'

echo 'end 10m' >"$dir/scenario"
build/vmclock-sim --quiet --now "$dir/scenario" "$dir/page" &
pids+=($!)
until [ -s "$dir/page" ]; do sleep 0.05; done
ours=$(port)
build/vmclock-trace exporter --without-bpf --device "$dir/page" --listen "127.0.0.1:$ours" 2>/dev/null &
pids+=($!)
exporter=$!
sleep 1
measure vmclock "$exporter" "http://127.0.0.1:$ours/metrics"

node=$(tests/lab/package amd64 prometheus-node-exporter)/own/usr/bin/prometheus-node-exporter
theirs=$(port)
"$node" --web.listen-address="127.0.0.1:$theirs" 2>/dev/null &
pids+=($!)
exporter=$!
sleep 2
measure node_exporter "$exporter" "http://127.0.0.1:$theirs/metrics"

echo
tests/lab/run --quiet --icount --timeout 900 --put build/vmclock-trace-exporter --put build/lab/load \
	--put tests/bench/scrape_guest.sh -- sh /put/scrape_guest.sh
