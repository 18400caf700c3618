#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What happened to a clock, found under the real driver: the host's clock is stepped and slewed, an
# update hangs, and then the machine is migrated for real. Each is found as what it is.

load helpers

setup_file() {
	in_guest --clock full --migrate-at '@@@ migrate' <<'SCRIPT'
	clock() { echo "$@" >/run/lab/clock; }
	chmod 644 /dev/vmclock0
	(keep wait vmclock-trace wait --for host_step --timeout 600s --exec sh -c 'env | grep ^VMCLOCK_') >/tmp/wait.block &
	begin trace vmclock-trace trace --json
	begin text vmclock-trace trace
	begin user su user -s /bin/sh -c 'vmclock-trace watch --json'
	begin watch vmclock-trace watch --json --updates
	# all_find KIND TIMES: each of them, before the next happens.
	all_find() {
		for name in trace user watch; do
			until_says $name "\"type\":\"finding\".*\"kind\":\"$1\"" "$2"
		done
	}
	clock step 5000000
	all_find host_step 1
	until_true has /tmp/wait.block '@@@ wait.status'
	clock set clock_status 3
	all_find status_change 1
	clock free clock_status
	all_find status_change 2
	clock stick 0.3
	all_find writer_stuck 1
	echo '@@@ migrate'
	for name in user watch; do
		until_says $name '"kind":"disruption"'
	done
	until_says trace '"type":"disruption"'
	until_says text DISRUPTION
	status_is() { [ "$(head -c 35 /dev/vmclock0 | od -An -tu1 -j34)" -eq "$1" ]; }
	until_true status_is 2 # the page tells the time again
	finish
	cat /tmp/wait.block
	# Notifications are promised and never come: looks by timer still find what happens.
	clock set flags 0x279
	promised() { [ "$(head -c 32 /dev/vmclock0 | od -An -td8 -j24)" -eq $((0x279)) ]; }
	until_true promised
	keep notified vmclock-trace watch --json --duration 1500ms
	keep since vmclock-trace wait --for disruption --since-marker 0 --timeout 0 --json
	keep now vmclock-trace wait --for disruption --timeout 0
SCRIPT
}

# The findings of one kind.
of() { echo "map(select(.type == \"finding\" and .kind == \"$1\"))"; }

steps="map(select(.kind == \"host_step\"))"

@test "findings: a step of the host's clock is found once, with its size" {
	for name in watch user trace; do
		holds "$name" "$steps | length == 1"
		holds "$name" "$steps | .[0].detail | .moved.lo_ns <= 5001000 and .moved.hi_ns >= 4999000 and .moved.hi_ns - .moved.lo_ns < 100000 and .bounds_disjoint"
		holds "$name" "$steps | .[0] | .before.disruption_marker == .after.disruption_marker"
	done
}

@test "findings: a live migration is a disruption, and no step" {
	for name in watch user trace; do
		holds "$name" "$(of disruption) | length == 1"
		holds "$name" "$(of disruption) | .[0] | .detail.old != .detail.new and .before.disruption_marker == .detail.old and .after.disruption_marker == .detail.new"
		holds "$name" "($(of disruption) | .[0].monotonic_ns) > ($steps | .[0].monotonic_ns)"
		holds "$name" "$steps | length == 1"
	done
}

@test "findings: a status, and an update that hangs, are found under the real driver" {
	for name in watch user; do
		holds "$name" "$(of status_change) | map(.detail.new_name) | .[:2] == [\"FREERUNNING\", \"SYNCHRONIZED\"]"
		holds "$name" "$(of writer_stuck) | length == 1"
		holds "$name" "$(of writer_stuck) | .[0].detail.for.hi_ns >= 100000000"
	done
}

@test "findings: the sampling says how it is done and what it costs" {
	holds watch '.[0].detection | .by == "timer" and .period_ns == 10000000 and .look_ns > 0 and .worst_latency_ns > .period_ns'
	holds watch '(.[0].detection.notification_missing.cause | length) > 0 and .[-1].looks > 100 and .[-1].worst_gap_ns >= 10000000'
	status_is watch 3
	status_is user 3
}

@test "findings: no update is seen twice, and those that were missed are counted" {
	holds watch '(map(select(.type == "page") | .updates) | add) == .[-1].page_updates'
	holds watch '(map(select(.type == "page") | .updates - 1) | add) == .[-1].page_updates_unseen'
}

@test "findings: trace shows them in line, a disruption once" {
	holds trace 'map(select(.type == "disruption")) | length == 1'
	holds trace '.[-1].findings | .host_step == 1 and .disruption == 1'
	grep -q '^+.* \*\*\* critical host_step: ' "$OUT/text"
	[ "$(grep -c '\*\*\* DISRUPTION' "$OUT/text")" = 1 ]
	run ! grep -q '\*\*\* critical disruption' "$OUT/text"
}

@test "findings: wait becomes the command when it happens" {
	status_is wait 0
	grep -qx 'VMCLOCK_FINDING=host_step' "$OUT/wait"
	grep -qx 'VMCLOCK_DEVICE=/dev/vmclock0' "$OUT/wait"
}

@test "findings: a marker from before is compared at once" {
	status_is since 0
	holds since '.[0] | .happened and .what == "disruption" and .finding.since_start'
	status_is now 4
}

@test "findings: a device that promises notifications is waited for" {
	# Kernels before 7.0 have no poll() for it.
	holds notified '.[0].detection | .by == "notification" and .period_ns == 100000000 or (.notification_missing.cause | test("kernel"))'
	holds notified '.[-1].type == "summary"'
}
