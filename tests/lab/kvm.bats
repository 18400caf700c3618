#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# A guest as most are: real KVM, a page that holds a marker and no clock, and the host's time by the KVM
# PTP clock. It is migrated from one QEMU to another under KVM.

load helpers

setup_file() {
	in_guest --kvm --clock marker-only --migrate-at '@@@ migrate' <<'SCRIPT'
	keep source cat /sys/devices/system/clocksource/clocksource0/current_clocksource
	keep name cat /sys/class/ptp/ptp0/clock_name
	keep status vmclock-trace status --json
	keep doctor vmclock-trace doctor --json
	uses() { load --phc /dev/ptp0 --device none 5; }
	trace_while trace --phc all -- uses
	begin watch vmclock-trace watch --json
	echo '@@@ migrate'
	until_says watch '"disruption"'
	finish
SCRIPT
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

@test "KVM: a migration is found once" {
	holds watch 'map(select(.type == "finding" and .kind == "disruption")) | length == 1'
}
