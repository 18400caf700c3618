#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Why uses fail: by the result that user space got, the page in force, and the kernel's clocksource;
# and why hooks cannot be had: lockdown is named, and no program reports itself.

load helpers

setup_file() {
	in_guest --clock full --timeout 1800 <<'SCRIPT'
	source=/sys/devices/system/clocksource/clocksource0/current_clocksource
	load 1 >/dev/null
	echo hpet >$source
	trace_while hpet -- load 10
	trace_while hpet_kprobes --kprobes -- load 10
	trace_while hpet_calls --calls -- load 10
	keep hpet.source cat $source
	echo tsc >$source
	trace_while nowhere -- load errors
	# A page on UTC whose TAI offset is not valid any more: the driver has a TAI clock.
	echo "set flags 0x78" >/run/lab/clock
	sleep 2
	trace_while no_offset -- load 5
	trace_while no_offset_many -- load flood 2 1
	trace_while refused -- load refused 20000
	mount -t securityfs none /sys/kernel/security
	echo confidentiality >/sys/kernel/security/lockdown
	keep locked vmclock-trace trace -d 1s
	keep locked_doctor vmclock-trace doctor --json
SCRIPT
}

@test "PRECISE on a system clock of another counter: each failed use is counted, with the clocksource" {
	[ "$(cat "$OUT/hpet.source")" = hpet ]
	for name in hpet hpet_kprobes hpet_calls; do
		[ "$(jq .failed "$OUT/$name.load")" = 10 ]
		holds $name '.[-1].failed == 10'
		holds $name '.[-1].errors | length == 1 and (.[0] | .path == "PTP_SYS_OFFSET_PRECISE" and .result == -19 and .count == 10 and (.cause | contains("hpet")))'
		holds $name 'map(select(.type == "call" and .result == -19)) | length == 10 and all(.cause | contains("hpet"))'
		holds $name ".[-1].readers | map(select(.pid == $(jq .pid "$OUT/$name.load")))[0] | .failed == 10 and .paths.PTP_SYS_OFFSET_PRECISE.failed == 10"
	done
}

@test "nowhere to put the answer: what failed before the driver is no use, what failed after it is a failed one" {
	holds nowhere '.[-1].errors | map(select(.path == "PTP_SYS_OFFSET_PRECISE" and .result == -14)) | length == 1 and .[0].count == 5'
	holds nowhere '.[-1] | .failed == ([.errors[].count] | add)'
}

@test "a page without its TAI offset: that is the cause, and no TSC is unstable" {
	holds no_offset '.[-1].errors | length > 0 and all(.result == -22 and (.cause | contains("TAI offset")) and (.cause | contains("TSC") | not))'
}

@test "what anybody can have refused is few events, the rest is counted, and no wish is shown as a value" {
	[ "$(jq .refused "$OUT/refused.load")" = 20000 ]
	holds refused 'map(select(.type == "clock_change" and .result == -1)) | length >= 10 and length <= 2000 and all(.old_ppt == .new_ppt)'
	holds refused '(map(select(.type == "clock_change" and .result == -1)) | length) + .[-1].lost.refused == 20000'
	holds refused '.[-1].lost.events == 0 and (map(select(.type == "finding" and .finding == "data_loss")) | length == 0)'
}

@test "what anybody can make fail without limit is few events, also in an incident, and all of it is counted" {
	holds no_offset_many ".[-1] | .failed + .lost.uncounted == $(jq .failed "$OUT/no_offset_many.load") and .lost.suppressed > 0"
	holds no_offset_many 'map(select(.type == "incident")) | length > 0'
	holds no_offset_many '(map(select((.type == "call" or .type == "read") and .result < 0)) | length) as $sent
		| $sent >= 100 and $sent + (.[-1].lost | .suppressed + .ring_full) == .[-1].failed'
}

@test "lockdown is named, by trace and by doctor, and the page is watched all the same" {
	# A guest on a busy machine stands still now and then: that alone may have been found.
	status_is locked 0 2>/dev/null ||
		{ status_is locked 3 && grep -Eq '^findings +[0-9]+ \([0-9]+ stun\)$' "$OUT/locked"; }
	grep 'locked down' "$OUT/locked.err"
	run grep -i 'please report\|as root' "$OUT/locked.err" "$OUT/locked"
	[ "$status" = 1 ]
	grep '^page    /dev/vmclock0' "$OUT/locked"
	holds locked_doctor '.[0].checks | map(select(.name == "lockdown"))[0].state == "fail"'
	holds locked_doctor '.[0].hooks_missing.cause | contains("locked down")'
}
