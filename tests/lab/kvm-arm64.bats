#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# An arm64 guest under a real KVM, which has no vmclock: the host's time comes by SMCCC.

load helpers

setup_file() {
	in_guest --arch arm64 --kvm --clock none <<'SCRIPT'
	keep name cat /sys/class/ptp/ptp0/clock_name
	uses() { load --phc /dev/ptp0 --device none 5; }
	trace_while trace --phc all -- uses
	keep status vmclock-trace status
	keep compare vmclock-trace compare --count 1 --json
	keep doctor vmclock-trace doctor
SCRIPT
}

@test "arm64 under KVM: the PTP clock is the host's, and answers by each way but one" {
	[ "$(cat "$OUT/name")" = "KVM virtual PTP" ]
	holds trace.load '.[0] | .PTP_SYS_OFFSET_PRECISE == 5 and .failed == 5'
	holds trace '.[-1].clocks | map(select(.clock == "ptp0"))[0].paths | map_values(.uses) | .clock_gettime == 5 and .PTP_SYS_OFFSET == 5 and .PTP_SYS_OFFSET_EXTENDED == 5 and .PTP_SYS_OFFSET_PRECISE == 5'
	holds trace '.[-1].clocks | map(select(.clock == "ptp0"))[0].paths | map(.failed) | add == 5'
}

@test "arm64 under KVM: compare and status name it, though there is no vmclock" {
	status_is compare 0
	holds compare '.[0] | .witness.rank == "host" and .references[0].kind == "KVM" and .references[0].method == "PTP_SYS_OFFSET_PRECISE"'
	status_is status 1
	grep -q "other PTP clocks, such as /dev/ptp0" "$OUT/status.err"
	grep -q "KVM virtual PTP" "$OUT/doctor"
}
