#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A million events: recorded by the program's own recorder, beside SQLite copying the same rows by
# itself; reported, beside SQLite going once over them. The median of five rounds, interleaved.
#
#	record.sh [DIRECTORY]		on whose disk; one of its own by default
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=5
dir=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/vmclock-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT

# timed NAME COMMAND...: its ns to $dir/NAME.ns
timed() {
	local name=$1 start
	shift
	start=$(date +%s%N)
	"$@" >"$dir/out"
	echo $(($(date +%s%N) - start)) >>"$dir/$name.ns"
}

median() { sort -n "$dir/$1.ns" | sed -n "$((rounds / 2 + 1))p"; }

# All rows into a new file with the same tables, in one transaction, as a recorder would set it up.
copy() {
	rm -f "$dir"/copy.sqlite*
	sqlite3 "$dir/record.sqlite" "SELECT sql || ';' FROM sqlite_schema WHERE type = 'table'" |
		sqlite3 "$dir/copy.sqlite"
	# Not `SELECT *` alone, which would copy whole pages of the file.
	timed copy sqlite3 "$dir/copy.sqlite" "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
		ATTACH '$dir/record.sqlite' AS made; BEGIN;
		INSERT INTO pages SELECT id, bytes FROM made.pages WHERE id > 0;
		INSERT INTO threads SELECT id, pid, tid, cgroup, comm FROM made.threads WHERE id > 0;
		INSERT INTO events SELECT id, time_ns, type, path, result, latency_ns, flags, device, call,
			thread, page_state, page, detail FROM made.events WHERE id > 0; COMMIT"
}

for _ in $(seq $rounds); do
	rm -f "$dir"/*.sqlite*
	build/bench/record "$dir" >"$dir/numbers"
	{ read -r fast kept lost bytes; read -r paced _ paced_lost _; } <"$dir/numbers"
	echo "$fast" >>"$dir/record.ns"
	echo "$paced" >>"$dir/paced.ns"
	copy
	timed report build/vmclock-trace report "$dir/record.sqlite"
	timed replay build/vmclock-trace replay "$dir/record.sqlite"
	timed select sqlite3 "$dir/record.sqlite" 'SELECT count(*), sum(length(detail)) FROM events'
done

awk -v kept="$kept" -v lost="$lost" -v bytes="$bytes" -v paced_lost="$paced_lost" \
	-v record="$(median record)" -v paced="$(median paced)" -v copy="$(median copy)" \
	-v report="$(median report)" -v replay="$(median replay)" -v select="$(median select)" 'BEGIN {
	printf "%d events of %.1f bytes\n", kept, bytes / kept
	printf "recorded as fast as can be   %7.0f events/s, %d lost; %.2f of SQLite copying the rows (%.0f)\n",
		kept / record * 1e9, lost, copy / record, kept / copy * 1e9
	printf "recorded live                %7.0f events/s, %d lost\n", kept / paced * 1e9, paced_lost
	printf "reported in                  %7.2f s, %.1f times SQLite going over them (%.2f s)\n",
		report / 1e9, report / select, select / 1e9
	printf "replayed in                  %7.2f s\n", replay / 1e9
}'
