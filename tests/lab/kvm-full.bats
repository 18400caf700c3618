#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# A full page in a guest under real KVM, whose system clock is kvmclock: the driver converts the counter
# for PTP_SYS_OFFSET_PRECISE. Then it stands still, and goes on in another QEMU.

load helpers

setup_file() {
	in_guest --kvm --clock full --migrate-at '@@@ migrate' --migrate-pause 1.2 <<'SCRIPT'
	keep source cat /sys/devices/system/clocksource/clocksource0/current_clocksource
	keep status vmclock-trace status --json
	load 1 >/dev/null
	trace_while precise --events --rate 0 -- load 20
	begin record vmclock-trace record --json /tmp/clock.sqlite
	load 20 100 >/dev/null
	echo '@@@ migrate'
	until_says record '"kind":"disruption"'
	load 50 100 >/dev/null
	finish
	keep report vmclock-trace report --json /tmp/clock.sqlite
SCRIPT
	# How long the guest stood still, by the lab that stopped it and let it go on.
	sed -n 's/^lab: migrated, \([0-9]*\) ms down$/\1/p' "$BATS_FILE_TMPDIR/all.err" >"$OUT/down_ms"
}

@test "full page under KVM: each PTP_SYS_OFFSET_PRECISE is converted to kvmclock, counted and held against the page" {
	[ "$(cat "$OUT/source")" = kvm-clock ]
	holds status '.[0].mode == "full"'
	[ "$(jq -r .PTP_SYS_OFFSET_PRECISE "$OUT/precise.load")" = 20 ]
	holds precise "map(select(.type == \"read\" and .pid == $(jq .pid "$OUT/precise.load") and .path == \"PTP_SYS_OFFSET_PRECISE\"))
		| length >= 20 and all(.via_kvmclock and .result == 0)"
	holds precise '.[-1] | .measured_via_kvmclock >= 20 and .failed == 0'
	holds precise '.[-1].driver_against_page | .equal >= 1 and .apart == 0'
}

@test "full page under KVM: the downtime is the lab's, and CLOCK_REALTIME is behind by as much" {
	down_ms=$(cat "$OUT/down_ms")
	[ "$down_ms" -gt 1200 ]
	holds report ".[0].downtimes | length == 1 and (.[0] | .method == \"page\"
		and .length.lo_ns <= ($down_ms + 30) * 1000000 and .length.hi_ns >= ($down_ms - 30) * 1000000)"
	holds report ".[0].incidents | map(select(.findings.disruption))[0].clocks | map(select(.clock == \"CLOCK_REALTIME\"))[0].curve
		| (.[-1].error.lo_ns - .[0].error.hi_ns) as \$lo | (.[-1].error.hi_ns - .[0].error.lo_ns) as \$hi
		| \$lo <= -($down_ms - 30) * 1000000 and \$hi >= -($down_ms + 30) * 1000000 and \$hi - \$lo < 200000000"
}
