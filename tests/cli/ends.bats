#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# How commands end that are not asked to: by a lost terminal, and by a reader that has enough.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
	page=$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin
	cd "$BATS_TEST_TMPDIR"
}

@test "ends: SIGHUP, as of a lost terminal, is an end with a summary" {
	for command in "watch --json" "trace --json" "record --json clock.sqlite" "compare --json --count 1000000"; do
		# shellcheck disable=SC2086 # words are meant
		"$VMCLOCK_TRACE" $command --device "$page" >out 2>err &
		pid=$!
		until_true test -s out
		# compare says something before it takes signals over, and each sample is a line.
		until_true has out '"type":"\(sample\|start\|begin\)"'
		kill -HUP $pid
		status=0
		wait $pid || status=$?
		# 1: a page in a file is compared with nothing, so that it is not known.
		[ "$status" -le 1 ] || [ "$status" = 3 ] || { echo "$command: $status" >&2; cat err >&2; return 1; }
		tail -1 out | jq -e '.type == "summary"' || { echo "$command" >&2; return 1; }
	done
	"$VMCLOCK_TRACE" watch --json --from clock.sqlite | tail -1 | jq -e .recording.ended
	[ ! -e clock.sqlite-wal ]
}

@test "ends: exporter, by SIGHUP too" {
	"$VMCLOCK_TRACE" exporter --device "$page" --without-bpf --textfile "$PWD/clock.prom" 2>err &
	pid=$!
	until_true test -s clock.prom
	kill -HUP $pid
	wait $pid
	[ ! -e clock.prom ]
}

@test "ends: nohup keeps a command going" {
	nohup "$VMCLOCK_TRACE" watch --json --device "$page" >out 2>err </dev/null &
	pid=$!
	until_true test -s out
	kill -HUP $pid
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ "$status" = 1 ] || [ "$status" = 3 ]
	! grep -q Hangup err
	tail -1 out | jq -e '.type == "summary"'
}

# without_reader COMMAND...: with a pipe on stdout that is read by nobody any more.
without_reader() {
	/usr/bin/python3 -c '
import os, subprocess, sys
read, write = os.pipe()
os.close(read)
done = subprocess.run(sys.argv[1:], stdout=write, stderr=subprocess.PIPE, text=True, timeout=300)
status = 128 - done.returncode if done.returncode < 0 else done.returncode
if status != 141 or "written" in done.stderr:
    sys.exit(f"{sys.argv[2:]}: {status} {done.stderr}")
' "$@"
}

@test "ends: who reads the output goes away, as head does: without a word, 141" {
	run "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/migrate.scenario" clock.sqlite
	without_reader "$VMCLOCK_TRACE" --help
	without_reader "$VMCLOCK_TRACE" --version
	without_reader "$VMCLOCK_TRACE" status --device "$page"
	without_reader "$VMCLOCK_TRACE" status --schema
	without_reader "$VMCLOCK_TRACE" doctor --device "$page"
	without_reader "$VMCLOCK_TRACE" compare --count 1 --device "$page"
	without_reader "$VMCLOCK_TRACE" watch --duration 100ms --device "$page"
	without_reader "$VMCLOCK_TRACE" trace --duration 100ms --device "$page"
	without_reader "$VMCLOCK_TRACE" wait --for any --timeout 0 --device "$page"
	without_reader "$VMCLOCK_TRACE" record --duration 100ms --device "$page" other.sqlite
	without_reader "$VMCLOCK_TRACE" report clock.sqlite
	without_reader "$VMCLOCK_TRACE" report --html clock.sqlite
	without_reader "$VMCLOCK_TRACE" replay clock.sqlite
	without_reader "$VMCLOCK_TRACE" trace --from clock.sqlite
	without_reader "$VMCLOCK_TRACE" watch --from clock.sqlite
	without_reader "$VMCLOCK_TRACE" bundle -o clock.tar.gz clock.sqlite
	without_reader "$VMCLOCK_TRACE" verify clock.tar.gz
}
