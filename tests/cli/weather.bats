#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad weather: what a machine does to the program, as docs/reliability.md lists it; the rest of that
# list is with the feature that it is about.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
	page=$BATS_TEST_TMPDIR/page
}

teardown() {
	end_sim
}

# most_kilobytes COMMAND...: what it had of memory at most.
most_kilobytes() {
	python3 -c 'import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
assert code in (0, 3), code
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

# story TIME: so long, with one finding.
story() { printf '%s\n' "end $1" 'sample 10s' 'refresh 10s' 'realtime within 1ms' 'at 6h migrate' >"$1.scenario"; }

# bats test_tags=slow
@test "weather: a week is watched and recorded in as much memory as a month, and no more than is promised" {
	for days in 7d 30d; do
		story $days
		most_kilobytes "$VMCLOCK_TRACE" record --json --scenario $days.scenario all.$days.sqlite >all.$days
		most_kilobytes "$VMCLOCK_TRACE" watch --json --from all.$days.sqlite >watch.$days
		most_kilobytes "$VMCLOCK_TRACE" record --json --ring 1h --scenario $days.scenario $days.sqlite >record.$days
	done
	# The queue of 32 MiB before the disk, which a story fills that is played as fast as it goes.
	[ "$(cat record.30d)" -lt 50000 ] && [ "$(cat watch.30d)" -lt 20000 ]
	[ "$(cat watch.30d)" -lt $(($(cat watch.7d) + 1000)) ]
	[ "$(stat -c %s 30d.sqlite)" -lt $(($(stat -c %s 7d.sqlite) + 100000)) ]
}

@test "weather: a clock that is set back by a year: how far, since when, by whom; in order all the same" {
	printf '%s\n' 'end 40s' 'realtime within 1ms' 'at 10s clock-set step -31536000s' >year.scenario
	"$VMCLOCK_TRACE" record --json --scenario year.scenario year.sqlite >lines || [ $? = 3 ]
	"$VMCLOCK_TRACE" report --json year.sqlite >json
	jq -e '(.findings | map(.kind)) == ["clock_set", "wrong_bound"] and (.incidents | length) == 1 and .incidents[0].recovered_ns == null' json
	# By the page's UTC, which did not go back.
	"$VMCLOCK_TRACE" report year.sqlite >text
	grep -q '2026-01-01T00:00:10.000Z  critical clock_set: timed (999) stepped the system clock by about -365.0' text
	grep -q 'CLOCK_REALTIME 365 days behind' text
	[ "$(sqlite3 year.sqlite 'SELECT count(*) FROM (SELECT time_ns - lag(time_ns) OVER (ORDER BY id) AS d FROM events) WHERE d < 0')" = 0 ]
	"$VMCLOCK_TRACE" replay --json year.sqlite >replay || [ $? = 3 ]
	jq -es '.[-1] | .findings_same == 2 and .findings_different + .findings_missing == 0' replay
}

@test "weather: too little memory is said, never a signal, and nothing is said to be well" {
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../data/report/short.scenario" clock.sqlite >/dev/null || [ $? = 3 ]
	local refused=0 status kilobytes
	for kilobytes in {7000..12000..250}; do
		status=0
		(ulimit -v "$kilobytes" && exec "$VMCLOCK_TRACE" report clock.sqlite) >out 2>err || status=$?
		# Below some limit the linker has no room for libraries.
		[ "$status" != 127 ] || continue
		[ "$status" = 0 ] || [ "$status" = 1 ] || { echo "$kilobytes kB: $status" && cat err; return 1; } >&2
		[ "$status" = 0 ] || { [ -s err ] && refused=$((refused + 1)); }
		[ "$status" != 0 ] || grep -q '^CRITICAL' out
	done
	[ "$refused" -gt 0 ]
}

@test "weather: where no thread can be started record says so, and ends" {
	[ "$(id -u)" = 0 ] || skip "the limit on processes is that of a user, who has others"
	play_sim "$page" 'end 1h'
	theirs=$(mktemp -d /tmp/weather.XXXXXX)
	chmod 777 "$theirs"
	cp "$VMCLOCK_TRACE" "$page" "$theirs"
	cd "$theirs"
	# A user who has no other process.
	run setpriv --reuid 64999 --regid 64999 --clear-groups prlimit --nproc=1 \
		./vmclock-trace record --duration 1s --device page clock.sqlite
	cd "$BATS_TEST_TMPDIR"
	rm -r "$theirs"
	[ "$status" = 1 ]
	[[ $output == *"no thread can be started: Resource temporarily unavailable"* ]]
}
