#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# An old kernel, every rung of the ladder, who moves the clock, and what the doctor says of it all.

load helpers

setup_file() {
	in_guest --kernel 6.16 --clock full <<'SCRIPT'
	load 1 >/dev/null 2>&1
	trace_while best --strict --calls --rate 0 -- load 10
	trace_while kprobes --strict --kprobes --calls --rate 0 -- load 10
	trace_while plain --strict -- load 10
	trace_while plain_kprobes --strict --kprobes -- load 10
	move_clock() {
		busybox adjtimex >/dev/null
		busybox adjtimex -f 655360 >/dev/null
		busybox date -s @$(($(date +%s) + 100)) >/dev/null
		echo acpi_pm >/sys/devices/system/clocksource/clocksource0/current_clocksource
	}
	trace_while clock -- move_clock
	trace_while caps -- sh -c 'grep -h CapEff /proc/$(pidof vmclock-trace)/status'
	keep doctor vmclock-trace doctor --json
	keep doctor_text vmclock-trace doctor
	keep doctor_user su user -s /bin/sh -c 'vmclock-trace doctor --json'
SCRIPT
}

counts_match() {
	local name=$1 path
	for path in open read mmap clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE; do
		holds "$name" "map(select(.type == \"call\" and .path == \"$path\" and .pid == $(jq -r .pid "$OUT/$name.load"))) | length == $(jq -r ".$path" "$OUT/$name.load")"
	done
	holds "$name" '.[-1].lost.events == 0'
	holds "$name" '.[-1].driver_against_page | .apart == 0 and .equal >= 10'
}

@test "6.16: every call is seen by fentry, N made and N seen; driver and page 0 ns apart" {
	holds best '.[0].hooks | all(.state == "fentry" or .state == "replaced")'
	counts_match best
}

@test "6.16: the same by kprobes alone, with equal counts" {
	holds kprobes '.[0].hooks | all(.state == "kprobe" or .state == "replaced")'
	counts_match kprobes
}

@test "6.16: counted without events, the same, by fentry and by kprobes" {
	for name in plain plain_kprobes; do
		holds $name ".[-1].readers | map(select(.pid == $(jq .pid "$OUT/$name.load")))[0].paths | map_values(.uses) | .open == 1 and .read == 10 and .mmap == 10 and .clock_gettime == 10 and .PTP_SYS_OFFSET == 50 and .PTP_SYS_OFFSET_EXTENDED == 30 and .PTP_SYS_OFFSET_PRECISE >= 10"
		holds $name '.[-1] | .failed == 0 and .lost.events == 0'
	done
}

@test "who moves the clock: steps, slews and clocksource, with process and size; queries are not shown" {
	holds clock 'map(select(.type == "clock_change")) | map(.how) == ["slew", "step", "clocksource"]'
	holds clock 'map(select(.how == "slew")) | .[0] | .comm == "busybox" and .old_ppt == 0 and .new_ppt == 10000000'
	holds clock 'map(select(.how == "step")) | .[0].step | .lo_ns <= .hi_ns and .lo_ns > 98000000000 and .hi_ns < 102000000000 and .hi_ns - .lo_ns < 10000000'
	holds clock 'map(select(.how == "clocksource")) | .[0].clocksource == "acpi_pm"'
	holds clock '.[-1].findings.clock_set == 2'
}

@test "capabilities are dropped once the hooks are attached" {
	grep -q 'CapEff:	0000000000000000' "$OUT/caps.load"
}

@test "doctor: all hooks at their best rung, driver, device and PTP clock found" {
	holds doctor '.[0].hooks | all(.state == "fentry" or .state == "replaced")'
	holds doctor '.[0].checks | map(select(.name == "driver" or .name == "page" or .name == "ptp_clock" or .name == "btf" or .name == "privileges")) | length == 5 and all(.state == "ok")'
	grep -q 'vmclock_get_crosststamp' "$OUT/doctor_text"
}

@test "doctor: finds that this kernel lets a mapping be made writable, and advises" {
	status_is doctor 3
	holds doctor '.[0].checks | map(select(.name == "writable_mapping")) | .[0] | .state == "warn" and (.why | contains("CVE-2026-80724")) and .hint != null'
}

@test "doctor without privileges: what was not tried is said, with the cure" {
	status_is doctor_user 3
	holds doctor_user '.[0].hooks == null and .[0].hooks_missing.cause != null'
	holds doctor_user '.[0].checks | map(select(.name == "privileges")) | .[0] | .state == "warn" and (.hint | contains("sudo"))'
}
