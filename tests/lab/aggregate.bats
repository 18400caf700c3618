#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What trace does unless single events are asked for: it counts in the kernel. Each use once, by path
# and reader; failures by cause; and of events only those that matter. Then the filters of events.

load helpers

setup_file() {
	in_guest --clock full <<'SCRIPT'
	load 1 >/dev/null 2>&1 # code pages warm
	in_cgroup() { sh -c 'echo 0 >/sys/fs/cgroup/$0/cgroup.procs; exec "$@"' "$@"; }
	mkdir -p /sys/fs/cgroup/outer/inner /sys/fs/cgroup/outer2

	twice() { load 20; load 30 >/tmp/second; }
	trace_while plain -- twice
	keep plain.second cat /tmp/second
	trace_while flood -- kcount /tmp/kernel load flood 2 2
	keep flood.kernel cat /tmp/kernel
	trace_while all --measure-all -- load 200
	threads() { i=0; while [ $((i += 1)) -le 100 ]; do load 1 >/dev/null; done; load 1; }
	trace_while threads -- threads

	trace_while path --path PTP_SYS_OFFSET_PRECISE --path mmap -- load 10
	trace_while slow --slower 1h -- load 10
	trace_while rate --events --rate 100 -- load 300
	in_and_out() { in_cgroup outer load 5; in_cgroup outer/inner load 7 >/tmp/in; in_cgroup outer2 load 3 >/tmp/out; }
	trace_while cgroup --cgroup outer -- in_and_out
	keep cgroup.in cat /tmp/in
	trace_while pid --pid 1 -- load 5
	trace_while others --phc all -- load 5
	keep no_cgroup vmclock-trace trace --cgroup no/such --duration 1s

	status_is() { [ "$(head -c 35 /dev/vmclock0 | od -An -tu1 -j34)" -eq "$1" ]; }
	unreliable() {
		echo set clock_status 4 >/run/lab/clock; until_true status_is 4; load 5
		echo free clock_status >/run/lab/clock; until_true status_is 2; load 5 >/dev/null; load errors >/tmp/errors
	}
	trace_while failed -- unreliable
	trace_while only_failed --errors -- unreliable
	# A step in the midst of readers of whom it is not known before that they matter.
	# Its pauses are counted by the kernel.
	rounds_done() { [ "$(sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status")" -ge "$2" ]; }
	step() { load 300 10 & load=$!; until_true rounds_done $load 150; echo step 5ms >/run/lab/clock; wait $load; }
	trace_while step -- step
	echo step -5ms >/run/lab/clock
	begin text vmclock-trace trace
	load 50 10 database >/dev/null
	finish
SCRIPT
}

made() { jq -r ".$2" "$OUT/$1.load"; }

# What the reader with that pid did, in the summary; and the only clock.
reader() { echo "(.[-1].readers | map(select(.pid == $1)) | .[0])"; }
clock=".[-1].clocks[0]"

# each_use_counted NAME LOAD ROUNDS: by reader and path, as often as LOAD says that it was.
each_use_counted() {
	local pid
	pid=$(jq -r .pid "$OUT/$2")
	holds "$1" "$(reader "$pid").paths | map_values(.uses) | .open == 1 and .read == $3 and .mmap == $3 and .clock_gettime == $3 and .PTP_SYS_OFFSET == $3 * 5 and .PTP_SYS_OFFSET_EXTENDED == $3 * 3"
	# The kernel tries this one again when its own clock was updated meanwhile.
	holds "$1" "$(reader "$pid").paths.PTP_SYS_OFFSET_PRECISE.uses | . >= $3 and . <= $3 + 5"
}

@test "counting: each use by each path, for each reader, exactly" {
	each_use_counted plain plain.load 20
	each_use_counted plain plain.second 30
	holds plain '.[-1].readers | map(select(.comm == "load")) | length == 2'
	holds plain "$clock | .clock == \"vmclock0\" and .paths.PTP_SYS_OFFSET.uses == 250 and .paths.mmap.uses == 50"
	holds plain '.[-1] | .uses == ([.clocks[].paths[].uses] | add) and .uses == ([.readers[].uses] | add)'
	holds plain '.[-1] | .failed == 0 and .clock_uses_unlisted == 0 and .reader_uses_unlisted == 0'
}

# A machine that is busy has the threads preempt one another within a hook, and the kernel then does not
# run it for the second: such uses are told to be uncounted, each.
@test "counting: the kernel's own count of the driver's reads is the same, under a flood" {
	holds flood.kernel '.[0].missed == 0'
	driver=$(value flood.kernel '.[0].counts | map(select(.path == "driver" and .comm == "load") | .hits) | add')
	holds flood "($(reader "$(made flood pid)").paths | .clock_gettime.uses + .PTP_SYS_OFFSET_PRECISE.uses) + .[-1].lost.uncounted == $driver"
	holds flood "$(reader "$(made flood pid)").paths.clock_gettime.uses as \$seen | $(made flood clock_gettime) | . >= \$seen and . - \$seen <= $(value flood '.[-1].lost.uncounted')"
	holds flood '.[-1].lost | .events == .recursion and .uncounted <= .recursion and .uncounted < 2000'
}

@test "counting: no events but evidence, and of that nothing is shown" {
	# What is slow is shown, and a busy machine makes some slow.
	holds flood 'map(select(.type == "read")) | all(.latency_below_ns != null or .latency_ns > 1000000)'
	# Where the machine stood still meanwhile there is an incident, and its reads are events.
	holds flood '(map(select(.type == "finding" and .kind == "stun")) | length > 0)
		or (.[-1] | .events.made == .events.seen and .events.made * 50 < .uses)'
	holds plain 'map(select(.type == "read")) | all(.latency_below_ns != null or .latency_ns > 1000000)'
	holds plain 'map(select(.type == "call") | .path) | length == 50 and unique == ["mmap"]'
	holds flood '.[-1].driver_against_page | .equal >= 1 and .apart == 0'
}

@test "counting: who, where and when" {
	holds plain "$(reader "$(made plain pid)") | .comm == \"load\" and .maps_page and .cgroup == \"/\" and .first_ns <= .last_ns + .last_error_ns and .last_error_ns < 20000000"
	holds plain "$(reader "$(made plain pid)").first_ns < $(reader "$(jq .pid "$OUT/plain.second")").first_ns"
}

@test "latency: measured is a part, what is not has a bound; with --measure-all each" {
	holds flood '.[-1] | .measured > 50 and .measured < .uses and .others_below_ns >= 2000000 and .others_below_ns < 1e9'
	holds flood "$clock.paths.clock_gettime.latency | .count > 0 and .count == ([.buckets[].count] | add) and .max_ns > 0 and .sum_ns >= .max_ns"
	holds all '.[-1] | .measured == .uses and .others_below_ns == null'
	holds all "$clock.paths | map_values(select(.uses > 0)) | all(.latency.count == .uses)"
}

@test "threads that come and go are all counted, and make room for others" {
	holds threads '.[-1].readers | map(select(.comm == "load")) | length == 101 and all(.paths.clock_gettime.uses == 1 and .paths.open.uses == 1)'
	holds threads '.[-1].reader_uses_unlisted == 0'
}

@test "failures: by path, result and cause, each one shown" {
	for path in clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE; do
		holds failed ".[-1].errors | map(select(.path == \"$path\" and (.cause | contains(\"UNRELIABLE\")))) | length == 1 and .[0].count == 5 and .[0].result == -22"
		holds failed "map(select(.type == \"read\" and .path == \"$path\" and .result == -22)) | length == 5 and all(.cause | contains(\"UNRELIABLE\"))"
		holds failed "$(reader "$(made failed pid)").paths[\"$path\"] == {uses: 5, failed: 5}"
	done
	holds failed '.[-1].errors | map(select(.path == "read" or .path == "mmap") | .count) | add == 15'
	holds failed '.[-1].failed == ([.[-1].errors[].count] | add)'
	holds failed 'map(select(.kind == "driver_error")) | length >= 1'
}

@test "failures: --errors shows them and nothing else; what succeeds is counted all the same" {
	holds only_failed 'map(select(.type == "read" or .type == "call")) | length >= 35 and all(.result < 0)'
	holds only_failed "$clock.paths.clock_gettime | .failed == 5 and .uses > 5"
}

@test "--path shows these paths, and counts all" {
	holds path 'map(select(.type == "read" or .type == "call") | .path) | unique == ["PTP_SYS_OFFSET_PRECISE", "mmap"]'
	holds path 'map(select(.type == "read" and .call_id == null)) | length >= 10'
	each_use_counted path path.load 10
}

@test "--slower shows what is, and counts all" {
	holds slow 'map(select(.type == "read" or .type == "call")) == []'
	holds slow '.[-1].events.shown == 0'
	each_use_counted slow slow.load 10
}

@test "--cgroup counts a cgroup and those below it, and nobody else; names are found out" {
	each_use_counted cgroup cgroup.load 5
	each_use_counted cgroup cgroup.in 7
	holds cgroup '.[-1].readers | map(select(.paths.clock_gettime)) | length == 2 and (map(.cgroup) | sort) == ["/outer", "/outer/inner"] and all(.cgroup_id > 0)'
	holds cgroup '.[0].request.cgroup == "outer"'
	status_is no_cgroup 1
	grep -q 'hint:' "$OUT/no_cgroup.err"
}

@test "--pid counts this process, and --phc all no use twice" {
	holds pid '.[-1] | .uses == 0 and .readers == []'
	each_use_counted others others.load 5
	holds others '.[-1].clocks | map(.clock) == ["vmclock0"]'
}

@test "--rate: what is above it is counted, as uses and as suppressed" {
	holds rate '.[-1].lost.suppressed > 1000 and .[-1].events.shown > 0'
	holds rate '.[-1] | .events.made == .events.seen + .lost.ring_full'
	each_use_counted rate rate.load 300
}

@test "an incident: each reader is in it, once, and most of them read by read" {
	incident='map(select(.type == "incident")) | .[0]'
	holds step "$incident | .findings.host_step == 1"
	readers="$incident | .readers | map(select(.comm == \"load\"))"
	holds step "$readers | map(.path) | contains([\"clock_gettime\", \"PTP_SYS_OFFSET_PRECISE\", \"read\"])"
	holds step "$readers | map(select(.path == \"clock_gettime\"))[0] | .reads > 50 and .reads <= 300 and .errors.known > 20"
	# Those between the last tally and the step are counted, and not the others. A stun of a busy
	# guest begins the incident before: then there may be none.
	holds step "($incident | .findings.stun // 0) as \$stuns | $readers | map(select(.path == \"clock_gettime\"))[0] |
		(.errors.unknown.counted // 0) as \$counted | .reads + \$counted <= 300 and
		(\$stuns > 0 or (\$counted > 0 and \$counted < 150))"
	# They are judged, and not shown.
	holds step 'map(select(.type == "read")) | all(.latency_below_ns != null or .latency_ns > 1000000)'
}

@test "on the screen: a table for the clock, and one for the readers" {
	grep -q '^vmclock0  *uses  *failed  *measured' "$OUT/text"
	grep -q '^  clock_gettime  *50  *0' "$OUT/text"
	grep -q '^events  *[0-9]* made = [0-9]* seen + 0 lost' "$OUT/text"
	grep -q '^database  *[0-9]* .*  /$' "$OUT/text"
	grep -q 'clock_gettime 50, PTP_SYS_OFFSET 250' "$OUT/text"
}
