#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel without the driver: a clear answer, and what can be done without it still works.

load helpers

setup_file() {
	cp "$BATS_TEST_DIRNAME/../data/vectors/pages/002-none.bin" "$BATS_FILE_TMPDIR/page"
	in_guest --kernel 6.12 --clock none --put "$BATS_FILE_TMPDIR/page" <<'SCRIPT'
	keep status vmclock-trace status
	keep trace vmclock-trace trace --duration 1s
	keep page_status vmclock-trace status --json --device /put/page
	keep page_trace vmclock-trace trace --json --duration 1s --device /put/page
SCRIPT
}

@test "no driver: status and trace name the cause and the cure, exit 1" {
	status_is status 1
	grep -q 'hint:' "$OUT/status.err"
	status_is trace 1
	grep -q 'no vmclock driver' "$OUT/trace.err"
	grep -q 'hint: .*modprobe ptp_vmclock' "$OUT/trace.err"
}

@test "no driver: page-only work goes on" {
	holds page_status '.[0].mode != "invalid"'
	holds page_trace '.[-1].findings | del(.stun, .leap_announced) | add == 0'
	holds page_trace '.[0].no_hooks_why != null and .[0].page != null and .[-1].type == "summary"'
}
