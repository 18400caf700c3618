#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# A guest as most are: real KVM, a page that holds a marker and no clock, and the host's time by the KVM
# PTP clock. It is migrated from one QEMU to another under KVM.

load helpers

setup_file() {
	in_guest --kvm --clock marker-only --stop-at '@@@ stop' --migrate-at '@@@ migrate' <<'SCRIPT'
	keep source cat /sys/devices/system/clocksource/clocksource0/current_clocksource
	keep name cat /sys/class/ptp/ptp0/clock_name
	keep status vmclock-trace status --json
	keep doctor vmclock-trace doctor --json
	uses() { load --phc /dev/ptp0 --device none 5; }
	trace_while trace --phc all -- uses
	keep first load follow
	keep before vmclock-trace wait --for synchronized --timeout 600 --json
	keep compare vmclock-trace compare --count 1 --json
	keep text vmclock-trace compare --count 1
	begin stopped vmclock-trace watch --json
	echo '@@@ stop'
	until_says stopped '"monotonic_stood":true'
	keep behind vmclock-trace status --json
	keep follow load follow
	finish
	begin watch vmclock-trace watch --json
	echo '@@@ migrate'
	until_says watch '"kind":"disruption"'
	keep while vmclock-trace wait --for recovered --timeout 0 --json
	keep second load follow
	until_says watch '"type":"incident".*"disruption":'
	finish
SCRIPT
	# How long it was stopped, by the clock of the machine that did it.
	sed -n 's/^lab: stopped for \([0-9]*\) ms$/\1/p' "$BATS_FILE_TMPDIR/all.err" >"$OUT/stopped_ms"
}

@test "KVM: the system clock runs on kvmclock, and the PTP clock is the host's" {
	[ "$(cat "$OUT/source")" = kvm-clock ]
	[ "$(cat "$OUT/name")" = "KVM virtual PTP" ]
	holds status '.[0].mode == "marker-only"'
}

@test "KVM: each hook attaches by fentry" {
	holds doctor '.[0].hooks | map(select(.state != "replaced" and .state != "fentry")) == []'
	holds doctor '.[0].hooks | length > 10'
}

@test "KVM: uses of the KVM PTP clock are counted exactly, and those that fail" {
	holds trace '.[-1].clocks | map(select(.clock == "ptp0"))[0].paths | map_values(.uses) | .clock_gettime == 5 and .PTP_SYS_OFFSET == 5 and .PTP_SYS_OFFSET_EXTENDED == 5 and .PTP_SYS_OFFSET_PRECISE == 5'
	failed=$(jq .failed "$OUT/trace.load")
	holds trace "(.[-1].clocks | map(select(.clock == \"ptp0\"))[0].paths | map(.failed) | add) == $failed"
}

@test "KVM: by the host's clock it is known that CLOCK_REALTIME is right" {
	status_is before 0
	holds before '.[-1].what == "synchronized"'
}

@test "KVM: compare holds CLOCK_REALTIME against the host's clock, beside a page without one" {
	holds compare '.[0] | .witness.rank == "host" and .references[0].kind == "KVM" and .references[0].method == "PTP_SYS_OFFSET_PRECISE" and .references[0].scale_by == "name"'
	holds compare '.[0].references[0].realtime_minus_clock | .lo_ns > -1000000 and .hi_ns < 1000000'
	# Lines are wrapped.
	tr -s ' \n' ' ' <"$OUT/text" | grep -q "the host's clock (KVM virtual PTP), which claims no bound"
}

# It stood still, while the host's clock did not; what the guest is behind is what it was set by.
@test "KVM: a migration leaves CLOCK_REALTIME behind, until it is set, which is known by the host's clock" {
	stepped=$(jq .stepped_ns "$OUT/second")
	[ "$stepped" -gt 1000000 ]
	[ "$(cat "$OUT/while.status")" != 0 ]
	# A busy host stops the guest at other times, too.
	holds watch 'map(select(.type == "incident" and .findings.disruption)) | length == 1'
	holds watch 'map(select(.type == "incident" and .findings.disruption))[0] | .recovered and .witness.rank == "host" and .witness.kind == "KVM" and .witness.method == "PTP_SYS_OFFSET_PRECISE" and .witness.claim_ns == null'
	holds watch "map(select(.type == \"incident\" and .findings.disruption))[0].clocks | map(select(.clock == \"CLOCK_REALTIME\"))[0] | .is_good and .errors.worst.lo_ns < 1000000 - $stepped and .errors.worst.hi_ns > -1000000 - $stepped"
}

@test "KVM: a migration is found once" {
	holds watch 'map(select(.type == "finding" and .kind == "disruption")) | length == 1'
}

# No marker moves, CLOCK_MONOTONIC stands still; the counter goes on, and the host's clock.
@test "KVM: stopped and let go on, without a migration: for how long, and how far CLOCK_REALTIME is behind" {
	ms=$(cat "$OUT/stopped_ms")
	[ "$ms" -ge 4000 ]
	holds stopped "map(select(.type == \"finding\" and .kind == \"stun\" and .detail.monotonic_stood))[0].detail.length
		| .lo_ns <= ($ms + 100) * 1000000 and .hi_ns >= ($ms - 100) * 1000000"
	holds stopped 'map(select(.type == "finding" and .kind == "disruption")) == []'
	holds behind ".[0].realtime_minus_witness | .lo_ns > -($ms + 100) * 1000000 and .hi_ns < -($ms - 100) * 1000000"
	status_is behind 3
	step=$(jq .stepped_ns "$OUT/follow")
	[ "$step" -gt $(((ms - 100) * 1000000)) ] && [ "$step" -lt $(((ms + 100) * 1000000)) ]
}
