#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel without the driver: a clear answer, and what can be done without it still works.

load helpers

setup_file() {
	cp "$BATS_TEST_DIRNAME/../data/vectors/pages/002-none.bin" "$BATS_FILE_TMPDIR/page"
	in_guest --kernel 6.12 --clock none --put "$BATS_FILE_TMPDIR/page" <<'SCRIPT'
	keep status vmclock-trace status
	keep trace vmclock-trace trace --duration 1s
	keep strict vmclock-trace trace --strict --duration 1s
	keep page_status vmclock-trace status --json --device /put/page
	keep page_trace vmclock-trace trace --json --duration 1s --device /put/page
SCRIPT
}

@test "no driver: status names the cause and the cure, exit 1; so does trace --strict" {
	status_is status 1
	grep -q 'hint:' "$OUT/status.err"
	status_is strict 1
	grep -q 'no hook on vmclock_get_crosststamp (the driver is not loaded)' "$OUT/strict.err"
}

@test "no driver: trace waits for it, and says so" {
	# Nothing tells whether the clock is right; a busy host may stop the guest, which is found.
	status_is trace "$(grep -q ' stun: ' "$OUT/trace" && echo 3 || echo 1)"
	grep -q '^page    NONE: there is no /dev/vmclock' "$OUT/trace"
	grep -A1 'WAIT for the driver, which is not loaded' "$OUT/trace" | grep -q 'CONFIG_PTP_1588_CLOCK_VMCLOCK'
}

@test "no driver: page-only work goes on" {
	holds page_status '.[0].mode != "invalid"'
	holds page_trace '.[-1].findings | del(.stun, .leap_announced) | add == 0'
	holds page_trace '(.[0].hooks | map(select(.function == "vmclock_get_crosststamp")) | .[0].state == "absent") and .[0].page != null and .[-1].type == "summary"'
}
