#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The other architecture: the driver built in, found through the device tree, the arm64 counter.

load helpers

setup_file() {
	in_guest --arch arm64 --clock full <<'SCRIPT'
	load 1 >/dev/null 2>&1
	trace_while trace --calls --rate 0 -- load 10
	trace_while plain -- load 10
	trace_while kprobes --kprobes -- load 10
	trace_while errors --calls --rate 0 -- load errors
	keep status vmclock-trace status --json
	keep compare vmclock-trace compare --json --count 2 --interval 200ms
SCRIPT
}

@test "arm64: every call by every path is seen, N made and N seen" {
	for path in read mmap clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE; do
		made=$(jq -r ".$path" "$OUT/trace.load")
		[ "$made" = 10 ]
		holds trace "map(select(.type == \"call\" and .path == \"$path\")) | length == $made"
	done
	holds trace '.[-1].lost.events == 0'
	holds trace '.[0].hooks | all(.state != "absent")'
}

@test "arm64: counted without events, the same, by its path and reader, by fentry and by kprobes" {
	for name in plain kprobes; do
		holds $name ".[-1].readers | map(select(.pid == $(jq .pid "$OUT/$name.load")))[0].paths | map_values(.uses) | .open == 1 and .read == 10 and .mmap == 10 and .clock_gettime == 10 and .PTP_SYS_OFFSET == 50 and .PTP_SYS_OFFSET_EXTENDED == 30 and .PTP_SYS_OFFSET_PRECISE >= 10"
		holds $name '.[-1] | .failed == 0 and .lost.events == 0'
	done
	holds kprobes '.[-1].hooks | all(.state == "kprobe" or .state == "replaced")'
}

@test "arm64: calls that fail, each with its result" {
	holds errors.load '.[0].calls | length > 5'
	while read -r path result times; do
		[ "$(value errors "map(select(.type == \"call\" and .path == \"$path\" and .result == $result)) | length")" = "$times" ] ||
			{ echo "$path ending with $result: not $times times" >&2; return 1; }
	done < <(value errors.load '.[0].calls | map(select(.path != "clock_gettime")) | group_by([.path, .result])[]
		| "\(.[0].path) \(.[0].result) \(map(.times) | add)"')
}

@test "arm64: the driver's answer is the page's at the same counter value, 0 ns apart" {
	holds trace 'map(select(.type == "read" and .path == "PTP_SYS_OFFSET_PRECISE")) | length >= 10 and all(.page_state != "stable" or .against_page.minus_page_ns == 0)'
}

@test "arm64: status and compare" {
	status_is status 0
	holds status '.[0].mode == "full" and .[0].page.counter_id == 0'
	status_is compare 0
}
