#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The newest kernel, a page with a true clock, every path by which it is read.

load helpers

setup_file() {
	in_guest --clock full <<'SCRIPT'
	load 1 >/dev/null 2>&1 # code pages warm, so that latencies mean something
	trace_while paths --calls --rate 0 -- load 20
	trace_while attrs --calls -- load request 24 3
	trace_while caps --calls -- load request 1 2
	hostile() { load 2 0 '\x1b[2J\xff\xfe"\{'; }
	trace_while hostile --calls -- hostile
	trace_while by_comm --calls --comm chosen -- sh -c 'load 3 0 chosen; load 3 0 other'
	keep text vmclock-trace trace --duration 300ms
	begin count vmclock-trace trace --calls --count 3 --json
	load 5 >/dev/null
	until_true has /tmp/count.block '@@@ count.status' # by itself
	finish
	keep status vmclock-trace status --json
	keep status_text vmclock-trace status
	keep compare vmclock-trace compare --json --count 3 --interval 200ms
	keep compare_text vmclock-trace compare --count 2 --interval 200ms
	head -c 4096 /dev/urandom >/tmp/random; chmod 644 /tmp/random
	keep random_status vmclock-trace status --json --device /tmp/random
	keep random_trace vmclock-trace trace --json --duration 1s --device /tmp/random
	chmod 644 /dev/vmclock0
	keep user_status su user -s /bin/sh -c 'vmclock-trace status --json'
	keep user_trace su user -s /bin/sh -c 'vmclock-trace trace --duration 1s'
	chmod 600 /dev/vmclock0
	keep user_denied su user -s /bin/sh -c 'vmclock-trace status'
	keep user_denied_trace su user -s /bin/sh -c 'vmclock-trace trace --duration 1s'
SCRIPT
}

made() { jq -r ".$2" "$OUT/$1.load"; }

# counts_match NAME PATH...: as many calls seen as were made, in the events and in the summary.
counts_match() {
	local name=$1 path
	shift
	for path; do
		holds "$name" "map(select(.type == \"call\" and .path == \"$path\" and .pid == $(made "$name" pid))) | length == $(made "$name" "$path")"
		holds "$name" ".[-1].clocks[0].paths[\"$path\"].uses >= $(made "$name" "$path")"
	done
}

@test "full clock: every call by every path is seen, N made and N seen" {
	[ "$(made paths failed)" = 0 ]
	[ "$(made paths PTP_SYS_OFFSET_PRECISE)" = 20 ]
	counts_match paths open read mmap clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE
	holds paths '.[-1].lost.events == 0'
	holds paths '.[-1].clocks[0].paths | .PTP_SYS_OFFSET | .calls == 20 and .uses == 100 and .call_latency.count == 20 and .latency.count == 100'
	holds paths '.[0].hooks | all(.state != "absent")'
}

@test "full clock: requests that this kernel may not have yet are named, with the samples they ask for" {
	for name in attrs caps; do
		holds $name "map(select(.type == \"call\" and .pid == $(made $name pid) and .request)) | length == $(made $name times) and all(.result == $(made $name result))"
	done
	holds attrs 'map(select(.type == "call" and .request)) | all(.request == "PTP_SYS_OFFSET_EXTENDED_ATTRS" and .path == "PTP_SYS_OFFSET_EXTENDED" and .n_samples == 3)'
	holds caps 'map(select(.type == "call" and .request)) | all(.request == "PTP_CLOCK_GETCAPS" and .path == "other PTP ioctl" and .n_samples == null)'
}

@test "full clock: each read of the driver inside a call is seen, and belongs to its call" {
	holds paths 'map(select(.type == "call" and .path == "PTP_SYS_OFFSET")) | all(.reads == 5 and .n_samples == 5)'
	holds paths 'map(select(.type == "call" and .path == "PTP_SYS_OFFSET_EXTENDED")) | all(.reads == 3 and .n_samples == 3)'
	holds paths '(map(select(.type == "read" and .call_id != null)) | length) == (map(select(.type == "call") | .reads) | add)'
	holds paths 'map(select(.type == "read")) | all(.path != "unknown")'
}

@test "full clock: the driver's answer is the page's at the same counter value, 0 ns apart" {
	holds paths 'map(select(.type == "read" and .path == "PTP_SYS_OFFSET_PRECISE")) | length >= 20 and all(.counter != null) and all(.page_state != "stable" or .against_page.minus_page_ns == 0)'
	holds paths '.[-1].driver_against_page | .apart == 0 and .equal >= 20'
}

@test "full clock: an event carries time, latency, reader, result and the page" {
	holds paths 'map(select(.type == "read")) | all(.monotonic_ns > 0 and .latency_ns > 0 and .tid > 0 and .comm == "load" and .result == 0 and .time.sec > 1700000000 and .device == "/dev/vmclock0" and .page.magic == 1263289174)'
}

@test "a name of hostile bytes is valid UTF-8, and kept exactly beside it" {
	iconv -f UTF-8 -t UTF-8 "$OUT/hostile" >/dev/null
	holds hostile 'map(select(.type == "call" and .path == "read")) | length == 2 and all(.comm_hex == "1b5b324afffe225c7b")'
}

@test "--comm filters in the kernel" {
	holds by_comm 'map(select(.type == "call")) | length > 0 and all(.comm == "chosen")'
	holds by_comm '.[-1].clocks[0].paths.read.uses == 3 and .[-1].readers[0].paths.clock_gettime.uses == 3'
}

@test "--count ends after as many calls; text says what it watches" {
	holds count '.[-1].events.shown == 3 and (map(select(.type == "call" or (.type == "read" and .call_id == null))) | length) == 3'
	grep -q 'hooks .* 0 missing' "$OUT/text"
	grep -q 'lost  *0 events' "$OUT/text"
}

@test "status tells a full, synchronized clock and its distance to the system clock" {
	status_is status 0
	holds status '.[0].mode == "full" and .[0].page.clock_status == 2'
	status_is status_text 0
}

@test "compare: clocks agree within their bounds, driver and page are 0 ns apart" {
	status_is compare 0
	holds compare '.[-1].type == "summary"'
	status_is compare_text 0
}

@test "random bytes for a device are no page, said so, and harm nobody" {
	holds random_status '.[0].mode == "invalid" and (.[0].warnings | index("bad_magic") != null)'
	holds random_trace '.[-1].type == "summary"'
}

@test "without privileges the page is still read, and the hooks' absence has a cause and a cure" {
	status_is user_status 0
	holds user_status '.[0].mode == "full"'
	grep -q 'hint: .*root' "$OUT/user_trace.err"
	grep -q 'NONE' "$OUT/user_trace"
}

@test "without permission for the page: cause and cure, exit 1" {
	status_is user_denied 1
	grep -q 'hint:' "$OUT/user_denied.err"
	status_is user_denied_trace 1
	grep -q 'hint:' "$OUT/user_denied_trace.err"
}
