#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A real live migration under load, to a second QEMU, while the program traces.

load helpers

setup_file() {
	in_guest --clock full --migrate-at '@@@ migrate' <<'SCRIPT'
	load 1 >/dev/null 2>&1
	begin trace vmclock-trace trace --calls --rate 0 --json
	begin text vmclock-trace trace
	load 60 200 >/tmp/load &
	load=$!
	until_says trace '"type":"read"' 20
	echo '@@@ migrate'
	until_says trace '"type":"disruption_confirmed"'
	until_says text 'DISRUPTION'
	wait $load
	finish
	keep load cat /tmp/load
SCRIPT
}

@test "live migration: found once, with both markers and the page before and after" {
	holds trace 'map(select(.type == "disruption")) | length == 1'
	holds trace 'map(select(.type == "disruption")) | .[0] | .old_marker != .new_marker and .before.disruption_marker == .old_marker and .after.disruption_marker == .new_marker'
	holds trace '.[-1].disruptions == 1'
	status_is trace 3
}

@test "live migration: page and kernel both see it" {
	holds trace '[.[] | select(.type == "disruption" or .type == "disruption_confirmed") | .by] | sort == ["kernel", "page"]'
}

@test "live migration: the time of the disruption is an interval around it" {
	holds trace 'map(select(.type == "disruption")) | .[0] | .not_before_ns < .monotonic_ns and .monotonic_ns - .not_before_ns < 60000000000'
}

@test "live migration: no call of the load is lost" {
	pid=$(jq -r .pid "$OUT/load")
	for path in clock_gettime read PTP_SYS_OFFSET_PRECISE; do
		made=$(jq -r ".$path" "$OUT/load")
		holds trace "map(select(.type == \"call\" and .path == \"$path\" and .pid == $pid)) | length == $made"
	done
	holds trace '.[-1].lost.events == 0'
}

@test "live migration: on the screen, with old and new marker" {
	grep -q 'DISRUPTION 1: marker [0-9]* > [0-9]*, found by the' "$OUT/text"
	[ "$(grep -c '\*\*\* DISRUPTION' "$OUT/text")" = 1 ]
}
