#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What QEMU itself publishes: a disruption marker and no clock. A first-class mode.

load helpers

setup_file() {
	in_guest --clock marker-only <<'SCRIPT'
	ls /dev/ptp0 >/dev/null 2>&1 && echo "there should be no PTP clock"
	keep status vmclock-trace status --json
	keep text vmclock-trace status
	keep compare vmclock-trace compare --json --count 2 --interval 100ms
	trace_while trace --calls -- load 7
SCRIPT
}

@test "marker-only: status does not know whether the clock is right, as there is none" {
	status_is status 1
	holds status '.[0].mode == "marker-only" and .[0].at == null and .[0].page.disruption_marker != null'
	status_is text 1
}

@test "marker-only: read, mmap and open of the device are seen, N made and N seen" {
	holds trace 'map(select(.type == "call" and .path == "read")) | length == 7'
	holds trace 'map(select(.type == "call" and .path == "mmap")) | length == 7'
	holds trace 'map(select(.type == "call" and .path == "open")) | length >= 1'
	holds trace '.[-1].clocks[0].paths | .read.uses == 7 and .mmap.uses == 7 and .open.uses == 1'
	holds trace '.[-1].reads == 0 and .[-1].failed == 0 and .[-1].lost.events == 0'
	# A busy host may well stop the guest for a while: that is told, and no fault.
	holds trace '.[-1].findings | del(.stun) | add == 0'
}

@test "marker-only: compare knows nothing of clocks that agree where there is but one" {
	status_is compare 1
	holds compare '.[-1].agree == "unknown" and .[-1].agree_unknown == "no_clock"'
}
