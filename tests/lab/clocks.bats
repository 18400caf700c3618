#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# Several clocks in one machine, told apart: two vmclocks, and the PTP clock of a network card, which
# stands in for every PTP clock that is no vmclock's.

load helpers

setup_file() {
	in_guest --clock full --devices 2 --nic <<'SCRIPT'
	load 1 >/dev/null 2>&1
	three() {
		load 5
		load --phc /dev/ptp1 --device /dev/vmclock1 7 >/tmp/second
		load --phc /dev/ptp2 --device none 3 >/tmp/nic
	}
	trace_while plain -- three
	keep plain.second cat /tmp/second
	trace_while all --phc all -- three
	keep all.nic cat /tmp/nic
	trace_while kprobes --kprobes --phc all -- three
	trace_while calls --phc all --calls --rate 0 -- three
	keep calls.nic cat /tmp/nic
	marker() { head -c 24 /dev/vmclock1 | od -An -td8 -j16; }
	moved() { [ "$(marker)" -ne "$1" ]; }
	disrupt() { load 2; from=$(marker); echo disrupt >/run/lab/clock1; until_true moved "$from"; load --phc /dev/ptp1 --device /dev/vmclock1 2 >/dev/null; }
	trace_while other --events -- disrupt
	seen() { disrupt; until_says second '"type":"disruption"'; }
	trace_while second --device /dev/vmclock1 -- seen
SCRIPT
}

# clock NAME CLOCK: its paths in the summary.
clock() { echo ".[-1].clocks | map(select(.clock == \"$1\"))[0].paths | map_values(.uses)"; }

@test "clocks: each vmclock has its own counts" {
	for name in plain all kprobes calls; do
		holds $name "$(clock vmclock0) | .open == 1 and .read == 5 and .mmap == 5 and .clock_gettime == 5 and .PTP_SYS_OFFSET == 25 and .PTP_SYS_OFFSET_EXTENDED == 15 and .PTP_SYS_OFFSET_PRECISE >= 5"
		holds $name "$(clock vmclock1) | .open == 1 and .read == 7 and .mmap == 7 and .clock_gettime == 7 and .PTP_SYS_OFFSET == 35 and .PTP_SYS_OFFSET_EXTENDED == 21 and .PTP_SYS_OFFSET_PRECISE >= 7"
	done
	holds plain '.[-1].clocks | length == 2'
	holds plain '.[-1].readers | map(select(.comm == "load")) | length == 2'
	holds plain '.[-1].reads == ([.[-1].clocks[].paths | .clock_gettime, .PTP_SYS_OFFSET, .PTP_SYS_OFFSET_EXTENDED, .PTP_SYS_OFFSET_PRECISE | .uses] | add)'
}

@test "clocks: another PTP clock's uses are calls, with --phc all alone" {
	for name in all kprobes calls; do
		holds $name "$(clock ptp2) | .clock_gettime == 3 and .PTP_SYS_OFFSET == 3 and .PTP_SYS_OFFSET_EXTENDED == 3 and .PTP_SYS_OFFSET_PRECISE == 3 and .read == 0"
		holds $name ".[-1].clocks | map(select(.clock == \"ptp2\"))[0].paths.clock_gettime | .failed == 0 and .latency.count == 3 and .calls == null"
	done
	# What that clock cannot do has failed as the load saw it fail.
	failed=$(jq .failed "$OUT/all.nic")
	holds all "(.[-1].clocks | map(select(.clock == \"ptp2\"))[0].paths | map(.failed) | add) == $failed"
	holds all ".[-1].failed == $failed and ([.[-1].errors[].count] | add // 0) == $failed"
}

@test "clocks: events name the clock that they are of" {
	nic=$(jq .pid "$OUT/calls.nic")
	holds calls "map(select(.type == \"call\" and .clock == \"ptp2\")) | length == 12 and all(.pid == $nic and .device == null and .reads == 0)"
	holds calls 'map(select(.type == "read")) | all(.clock == "vmclock0" or .clock == "vmclock1")'
	holds calls 'map(select(.type == "call" and .clock == "vmclock1" and .path == "read")) | length == 7 and all(.device == "/dev/vmclock1")'
	holds calls 'map(select(.type == "read" and .clock == "vmclock1" and .against_page.equal == false and .page_state == "stable")) == []'
}

@test "clocks: what happens to one is not found of another" {
	holds other 'map(select(.type == "disruption")) == []'
	holds other 'map(select(.type == "read" and .clock == "vmclock1")) | length > 0'
	holds second 'map(select(.type == "disruption")) | length == 1'
}
