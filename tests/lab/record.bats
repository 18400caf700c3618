#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A recording through a real live migration under load, and what the report says of it.

load helpers

setup_file() {
	in_guest --clock full --migrate-at '@@@ migrate' --package sqlite3 <<'SCRIPT'
	load 1 >/dev/null 2>&1
	begin record vmclock-trace record --json /tmp/clock.sqlite
	load 60 200 >/tmp/load &
	load=$!
	sleep 3
	echo '@@@ migrate'
	until_says record '"kind":"disruption"'
	wait $load
	sleep 8 # the incident closes
	finish
	keep report vmclock-trace report --json /tmp/clock.sqlite
	keep text vmclock-trace report /tmp/clock.sqlite
	keep html vmclock-trace report --html --incident 1 /tmp/clock.sqlite
	keep replay vmclock-trace replay --json /tmp/clock.sqlite
	keep trace vmclock-trace trace --json --from /tmp/clock.sqlite
	keep watch vmclock-trace watch --json --from /tmp/clock.sqlite
	keep load cat /tmp/load
	keep size stat -c %s /tmp/clock.sqlite

	# As much as the kernel brings, each read and each loss an event.
	begin flood_record vmclock-trace record --events --json /tmp/flood.sqlite
	load flood 4 2 >/tmp/flood
	finish
	keep flood cat /tmp/flood
	keep flood_report vmclock-trace report --json /tmp/flood.sqlite
	# A flight recorder: with all that the kernel tells, and a step of the host's clock in its midst.
	mkdir /tmp/flights
	begin ring vmclock-trace record --json --ring 4s --before 2s --after 2s /tmp/flights
	load 200 100 >/tmp/ring.load &
	sleep 10 # more than is kept
	echo step 100ms >/run/lab/clock # beyond what a busy host's page is sure of after a migration
	until_says ring '"kind":"host_step"'
	until_says ring '"type":"incident"'
	sleep 4 # what comes behind the window
	finish
	for question in 'SELECT min(from_ns) AS from_ns, max(to_ns) AS to_ns FROM windows' \
		"SELECT min(time_ns) AS first_ns, max(time_ns) AS last_ns, count(*) AS events,
			sum(type = (SELECT id FROM types WHERE name = 'read')) AS reads FROM events
			WHERE time_ns < (SELECT max(to_ns) FROM windows)"; do
		sqlite3 -json /tmp/flights/*.sqlite "$question"
	done >/tmp/ring.answers
	keep ring_kept cat /tmp/ring.answers
	keep ring_report vmclock-trace report --json /tmp/flights/*.sqlite
	keep flood_kept sqlite3 /tmp/flood.sqlite "SELECT count(*) FROM timeline
		WHERE type IN ('read', 'call')"
	# As fast as it goes, in an incident, where not every use was asked for.
	begin limited vmclock-trace record --json --ring 1h /tmp/limited.sqlite
	echo step -100ms >/run/lab/clock
	until_says limited '"kind":"host_step"'
	load flood 2 2 >/tmp/limited.load
	finish
	keep limited.load cat /tmp/limited.load
	keep limited_report vmclock-trace report --json /tmp/limited.sqlite
	# By one that took a process id which shares that limit with a reader.
	begin shared vmclock-trace record --json --ring 1h /tmp/shared.sqlite
	echo step 100ms >/run/lab/clock
	until_says shared '"kind":"host_step"'
	load 20 500 >/tmp/victim.load &
	victim=$!
	until
		load flood 6 2 >/tmp/attacker.load &
		[ $((($! - victim) % 64)) = 0 ]
	do
		kill $!
	done
	wait $victim $!
	finish
	keep victim.load cat /tmp/victim.load
	keep attacker.load cat /tmp/attacker.load
	keep shared_report vmclock-trace report --json /tmp/shared.sqlite
SCRIPT
	# By QEMU's own figure.
	sed -n 's/^lab: migrated, \([0-9]*\) ms down$/\1/p' "$BATS_FILE_TMPDIR/all.err" >"$OUT/down_ms"
}

@test "record through a live migration: the report names the marker, old and new" {
	status_is record 3
	status_is report 0
	holds report '.[0].findings | map(select(.kind == "disruption")) | length == 1 and .[0].detail.old != .[0].detail.new
		and .[0].before.disruption_marker == .[0].detail.old and .[0].after.disruption_marker == .[0].detail.new'
	grep -q 'CRITICAL: in .* there was 1 incident' "$OUT/text"
	grep -q 'critical disruption: the counter was disrupted' "$OUT/text"
}

@test "record through a live migration: the window of the incident holds the disruption" {
	holds report '.[0] | [.incidents[0].bad_window] + (.findings | map(select(.kind == "disruption")))
		| .[0].from_ns <= .[1].not_before_ns and .[0].to_ns >= .[1].monotonic_ns'
}

@test "record through a live migration: for how long the guest was down, beside QEMU's own figure" {
	holds report ".[0].downtimes | length == 1 and (.[0] | .method == \"page\" and .length.hi_ns >= ($(cat "$OUT/down_ms") - 100) * 1000000
		and .length.lo_ns < ($(cat "$OUT/down_ms") + 100) * 1000000)"
}

@test "record through a live migration: each use of the load counts, once" {
	pid=$(jq -r .pid "$OUT/load")
	for path in clock_gettime read mmap; do
		made=$(jq -r ".$path" "$OUT/load")
		[ "$made" -ge 60 ]
		holds report ".[0].readers | map(select(.pid == $pid)) | .[0].paths[\"$path\"].uses == $made"
	done
	holds report ".[0].incidents[0].readers | map(select(.pid == $pid and .path == \"clock_gettime\")) | .[0].reads > 0"
	holds report '.[0].recording.events_lost == 0 and .[0].recording.ended'
}

@test "record through a live migration: CLOCK_REALTIME was wrong, by an amount that is known" {
	holds report '.[0].clocks | map(select(.clock == "CLOCK_REALTIME")) | .[0].known > 5 and (.[0].curve | length) > 5'
	holds report '.[0].incidents[0].clocks | map(select(.clock == "CLOCK_REALTIME")) | .[0].errors.known > 0'
}

@test "record through a live migration: the facts of guest and hooks" {
	holds report '.[0].recording.facts | .clocksource and .boot_id and (.kernel | startswith("Linux")) and
		(to_entries | map(select(.key | startswith("hook "))) | length) >= 8'
}

@test "record through a live migration: replayed, it is byte for byte what was seen" {
	cmp <(grep -E '"type":"(finding|incident)"' "$OUT/record") <(grep -E '"type":"(finding|incident)"' "$OUT/replay")
	holds replay '.[-1] | .findings_same > 0 and .findings_different + .findings_missing == 0 and .comparison_missing == null'
	grep -q '<svg' "$OUT/html"
	[ "$(cat "$OUT/size")" -lt 3000000 ]
}

# An emulated machine with both CPUs in the flood has none left for the one who writes: what then does
# not get to the file is told to be missing, to the event.
@test "record of a flood: made = seen + lost in the kernel, and what was seen is kept or told to be lost" {
	made=$(value flood '.[0] | .clock_gettime + .PTP_SYS_OFFSET_PRECISE')
	[ "$made" -gt 5000 ]
	seen=$(value flood_report '.[0].recording.kernel.seen')
	kept=$(cat "$OUT/flood_kept")
	lost=$(value flood_report '.[0].recording.events_lost')
	# A program that ran into itself (bpf recursion) did not run: such a use is told to be in no count.
	holds flood_report ".[0].recording.kernel | .made + .uncounted >= $made and .made == .seen + .ring_full"
	[ "$kept" -le "$seen" ] && [ $((kept + lost)) -ge "$seen" ] && [ "$kept" -gt 2000 ]
	[ "$lost" = 0 ] || holds flood_report '.[0].not_known | map(.code) | index("not_written") != null'
	holds flood_record ".[-1] | .events_lost == $lost and .trouble == null"
	echo "$(value flood_report '.[0].recording.kernel | "the kernel made \(.made), brought \(.seen)"'), kept $kept, lost $lost" >&3
}

@test "record in an incident: a process that reads without end fills nothing; all is counted, the errors of most not known" {
	pid=$(value limited.load '.[0].pid')
	made=$(value limited.load '.[0] | .clock_gettime + .PTP_SYS_OFFSET_PRECISE')
	holds limited_report ".[0].recording.kernel as \$kernel | .[0].readers | map(select(.pid == $pid))[0]
		| .uses + \$kernel.uncounted >= $made and .uses <= $made * 1.05
		and \$kernel.suppressed > 0 and \$kernel.made + \$kernel.suppressed >= .uses
		and \$kernel.made <= (1000 + 2 * 50) * ((.last_ns - .first_ns) / 1e9 + 2) + 100"
	holds limited_report ".[0].incidents[-1].readers | map(select(.pid == $pid))
		| length == 2 and all(.reads == .errors.known + ([.errors.unknown[]] | add) and .errors.unknown.counted > 0)"
	holds limited_report '.[0].not_known | map(.code) | index("not_kept") != null'
}

@test "record in an incident: who shares the limit of a process uses up nothing of what its threads have of their own" {
	victim=$(value victim.load '.[0].pid')
	attacker=$(value attacker.load '.[0].pid')
	holds shared_report ".[0].incidents[-1].readers | map(select(.pid == $attacker))
		| length > 0 and all(.errors.unknown.counted > 0)"
	holds shared_report ".[0].incidents[-1].readers | map(select(.pid == $victim)) | (map(.reads) | add) > 20
		and all((.errors.unknown.counted // 0) == 0)"
}

@test "record through a live migration: trace and watch --from show what was seen, and count as the report" {
	for command in trace watch; do
		status_is $command 3
		cmp <(grep -E '"type":"(finding|incident)"' "$OUT/record") <(grep -E '"type":"(finding|incident)"' "$OUT/$command")
	done
	counts='[.readers[] | {pid, comm, cgroup, uses, failed, measured, paths, worst_ns, first_ns, last_ns, maps_page}] | sort_by(.pid)'
	cmp <(jq -c "$counts" "$OUT/report") <(tail -1 "$OUT/trace" | jq -c "$counts")
	holds trace '.[-1].readers | length > 0'
	holds trace '.[0].recording.facts.boot_id and .[0].page.magic == 1263289174 and (.[0].hooks | length) >= 8 and .[0].hooks_missing == null'
	holds trace '[.[] | select(.type == "disruption")] | length == 1'
}

# Where a busy host stuns the guest there are more windows than one.
# bats test_tags=long
@test "record --ring: around what was found every read is there, and of what was before nothing" {
	status_is ring 3
	holds ring_report '.[0].findings | map(.kind) | index("host_step") != null'
	window=$(value ring_kept '.[0][0] | "\(.from_ns) \(.to_ns)"')
	read -r from to <<<"$window"
	[ $((to - from)) -ge 3500000000 ]
	holds ring_kept ".[1][0] | .first_ns <= $from + 500000000 and .first_ns >= $from - 2000000000 and .last_ns >= $to - 1000000000"
	# A round of the load is ten reads and more.
	holds ring_kept ".[1][0].reads > ($to - $from) / 1000000000 * 40"
	holds ring_report '.[0] | .recording.events_lost == 0 and .recording.ended and (.not_known | map(.code) | index("gap") != null or index("cut") != null)'
}
