#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A driver whose choke point the compiler has renamed, and one that does not describe its types: what
# cannot be hooked is named, the driver is not called absent, and all else is hooked.

load helpers

setup_file() {
	local kernel status=0
	kernel=$("$BATS_TEST_DIRNAME/driver" 6.1 renamed) || status=$?
	[ "$status" != 77 ] || {
		echo "Debian lists no such kernel any more: 6.1" >"$BATS_FILE_TMPDIR/skip"
		return 0
	}
	in_guest --kernel "$kernel" --clock full --timeout 1800 <<'SCRIPT'
	keep doctor vmclock-trace doctor --json
	trace_while trace -- load 10
	keep strict vmclock-trace trace --strict -d 1s
SCRIPT
}

@test "renamed: doctor finds the driver, and names the function that cannot be hooked" {
	holds doctor '.[0].checks | map(select(.name == "driver"))[0].state == "ok"'
	holds doctor '.[0].hooks | map(select(.function == "vmclock_get_crosststamp"))[0] | .state == "absent" and (.why | contains("vmclock_get_crosststamp.isra.0"))'
	holds doctor '.[0].hooks | map(select(.function != "vmclock_get_crosststamp")) | all(.state == "fentry" or .state == "replaced")'
}

@test "renamed: what else can be seen is seen, and --strict says what is not" {
	holds trace ".[-1].readers | map(select(.pid == $(jq .pid "$OUT/trace.load")))[0].paths | map_values(.uses) | .open == 1 and .read == 10 and .mmap == 10"
	status_is strict 1
	grep 'no hook on vmclock_get_crosststamp (the compiler renamed it vmclock_get_crosststamp.isra.0' "$OUT/strict.err"
	run grep -i "please report\|not loaded" "$OUT/strict.err"
	[ "$status" = 1 ]
}
