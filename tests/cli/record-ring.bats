#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# record --ring: the last minutes in bounded space, and what is around findings for good.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	dir=$BATS_TEST_TMPDIR
	file=$dir/clock.sqlite
	page=$dir/page
	export LC_ALL=C.UTF-8
}

# sql STATEMENT: what it gives for $file.
sql() { sqlite3 -readonly "$file" "$1"; }

# story LINE...: a scenario of these lines.
story() { printf '%s\n' "$@" >"$dir/scenario"; }

# ring OPTION...: record the story into $file.
ring() {
	rm -f "$file"
	"$VMCLOCK_TRACE" record --json --scenario "$dir/scenario" "$@" "$file" >"$dir/lines" || [ $? = 3 ]
}

teardown() {
	end_sim
}

# Seconds after the start: 100 s of CLOCK_MONOTONIC in a scenario.
at() { echo "(time_ns / 1000000000.0 - 100)"; }

# bats test_tags=slow
@test "ring: a month, with what is around its findings, is no larger than an hour of it and those" {
	story 'end 30d' 'sample 10s' 'refresh 10s' 'realtime within 1ms' 'at 3d migrate' 'at 10d step -7ms' 'at +1h step +7ms' 'at 20d migrate'
	ring --ring 1h
	jq -es '.[-1].windows_kept == 3 and .[-1].windows_cut == 0 and .[-1].events_cut > 700000 and .[-1].events_lost == 0' "$dir/lines"
	[ "$(stat -c %s "$file")" -lt 4000000 ]
	# From an hour before, and a sixteenth of it at most on each side.
	for day in 3 10 20; do
		[ "$(sql "SELECT min($(at)) BETWEEN $day * 86400 - 3600 - 300 AND $day * 86400 - 3600 + 10
			AND max($(at)) >= $day * 86400 + 60 FROM events
			WHERE $(at) BETWEEN $day * 86400 - 7200 AND $day * 86400 + 7200")" = 1 ] || { echo "day $day" >&2; return 1; }
	done
	[ "$(sql "SELECT max($(at)) > 30 * 86400 - 20 AND count(*) > 700 FROM events WHERE $(at) > 30 * 86400 - 3600")" = 1 ]
	[ "$(sql "SELECT count(*) FROM events WHERE $(at) BETWEEN 4 * 86400 AND 9 * 86400")" = 0 ]
	[ "$(sql 'SELECT count(*) FROM windows WHERE findings >= 1 AND severity = "critical"')" = 3 ]
}

@test "ring: a report tells what was not kept, and judges each window by itself" {
	story 'end 3h' 'sample 1s' 'at 1h migrate' 'at 2h migrate'
	ring --ring 5m
	"$VMCLOCK_TRACE" report --json "$file" >"$dir/json"
	# One gap before each window, the first of which is the beginning, and one before the end.
	jq -e '(.not_known | map(.code)) as $codes | ($codes | map(select(. == "gap")) | length) == 2
		and ($codes | index("cut")) != null' "$dir/json"
	# Neither a stun nor missed updates are made of a gap.
	jq -e '[.findings[].kind] == ["disruption", "disruption"] and (.incidents | length) == 2
		and ([.incidents[].recovery_unknown] == ["clock_unknown", "clock_unknown"])' "$dir/json"
	# The second is the second, as it was live and is in the journal.
	[ "$(jq -c '[.incidents[].number]' "$dir/json")" = '[1,2]' ]
	story 'end 3h' 'sample 1s' 'at 1h status FREERUNNING' 'at +1m status SYNCHRONIZED' 'at 2h migrate'
	ring --ring 5m --on critical
	[ "$(sql 'SELECT group_concat(number) FROM incidents')" = 1,2 ]
	"$VMCLOCK_TRACE" report --json "$file" >"$dir/critical"
	jq -e '(.incidents | map(.number)) == [2] and (.findings | map(.number)) == [3]' "$dir/critical"
	"$VMCLOCK_TRACE" report --incident 2 "$file" | grep -q '^=== incident 2, critical'
	story 'end 3h' 'sample 1s' 'at 1h migrate' 'at 2h migrate'
	ring --ring 5m
	jq -e '.verdict | test("in 3\\.0 h|in 180\\.0 min.* not kept in full")' "$dir/json"
	"$VMCLOCK_TRACE" report "$file" | grep -q 'Not kept from 2026-01-01T01:0.* to 2026-01-01T01:5'
	run "$VMCLOCK_TRACE" replay --json "$file"
	[ "$status" = 3 ]
	tail -1 <<<"$output" | jq -e '.comparison_missing.cause | test("between the windows")'
}

@test "ring: what is kept is in full detail, and as long as nothing went it is judged as it was live" {
	story 'end 4m' 'at 2m step -7ms'
	ring --ring 10m
	jq -es '.[-1].events_kept == .[-1].events and .[-1].events_cut == 0' "$dir/lines"
	[ "$(sql 'SELECT count(*) FROM events')" = "$(jq -s '.[-1].events' "$dir/lines")" ]
	"$VMCLOCK_TRACE" replay --json "$file" >"$dir/replayed" || [ $? = 3 ]
	tail -1 "$dir/replayed" | jq -e '.comparison_missing == null and .findings_same > 0
		and .findings_different == 0 and .findings_missing == 0'
}

@test "ring: what was not known when it was cut is not OK afterwards" {
	story 'status UNKNOWN' 'realtime within 2ms' 'end 20m' 'at 10s status SYNCHRONIZED'
	"$VMCLOCK_TRACE" record --ring 60s --scenario "$dir/scenario" "$file" >/dev/null 2>&1 || [ $? = 1 ]
	[ "$(sql "SELECT value FROM facts WHERE name = 'doubts'")" = page_bad ]
	run -1 --separate-stderr "$VMCLOCK_TRACE" report --json "$file"
	jq -e '.level == "unknown" and (.verdict | contains("something was found in a part of it that was not kept"))' <<<"$output"
	run -1 --separate-stderr "$VMCLOCK_TRACE" replay "$file"
	# The last minute is all there.
	run -0 "$VMCLOCK_TRACE" report --since 19m "$file"
	[[ $output == "OK: "* ]]
}

@test "ring: --on says for which findings, --before and --after how much" {
	story 'end 2h' 'sample 1s' 'at 30m leap positive' 'at 1h maintenance soon' 'at 90m migrate'
	for wish in critical:1 warning:2 info:3; do
		ring --ring 4m --on "${wish%:*}" --before 30s --after 20s
		[ "$(sql 'SELECT count(*) FROM windows')" = "${wish#*:}" ] || { sql 'SELECT * FROM windows; SELECT kind, severity FROM findings' >&2; echo "$wish" >&2; return 1; }
	done
	# The migration: 30 s before it; and 20 s after its incident, which has 5 s to settle.
	[ "$(sql "SELECT to_ns - from_ns BETWEEN 50e9 AND 70e9 FROM windows ORDER BY number DESC LIMIT 1")" = 1 ]
	[ "$(sql "SELECT max($(at)) - min($(at)) BETWEEN 50 AND 105 FROM events WHERE $(at) BETWEEN 5000 AND 6000")" = 1 ]
}

@test "ring: an incident that stays open makes its window longer, but not for ever" {
	story 'end 3h' 'sample 1s' 'realtime within 1ms' 'at 1h realtime-step +1s'
	grep -qE 'realtime-step' "$BATS_TEST_DIRNAME"/../scenarios/*.scenario || sed -i 's/realtime-step +1s/step -1s/' "$dir/scenario"
	ring --ring 10m --before 1m --after 1m
	[ "$(sql 'SELECT count(*) FROM windows')" = 1 ]
	# A minute before, ten minutes while it is open, a minute after; and what the last sample made of it.
	[ "$(sql 'SELECT to_ns - from_ns BETWEEN 660e9 AND 790e9 FROM windows')" = 1 ] || { sql 'SELECT *, (to_ns - from_ns) / 1e9 FROM windows' >&2; return 1; }
	[ "$(sql "SELECT count(*) FROM incidents WHERE recovered = 0")" = 1 ]
}

# bats test_tags=slow
@test "ring: more windows than --max-size has room for: the oldest go, told in the file" {
	story 'end 20h' 'sample 1s'
	for hour in {1..19}; do echo "at ${hour}h migrate"; done >>"$dir/scenario"
	ring --ring 30m --max-size 4M
	jq -es '.[-1].windows_cut > 2 and .[-1].windows_kept > 1 and .[-1].windows_cut + .[-1].windows_kept == 19' "$dir/lines"
	[ "$(stat -c %s "$file")" -lt 4500000 ]
	[ "$(sql "SELECT value FROM facts WHERE name = 'windows_cut'")" = "$(jq -s '.[-1].windows_cut' "$dir/lines")" ]
	[ "$(sql 'SELECT count(*) FROM windows')" = "$(jq -s '.[-1].windows_kept' "$dir/lines")" ]
	[ "$(sql 'SELECT max(number) FROM windows')" = 19 ]
	[ "$(sql 'SELECT count(*) FROM findings')" -ge 19 ]
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
}

# bats test_tags=threads
@test "ring: live, with a step, until SIGTERM" {
	recorder() {
		rm -f "$file"*
		watcher "$dir/text" "$VMCLOCK_TRACE" record --device "$page" --ring 2s --before 1s --after 1s "$file"
	}
	play_watched "$page" 'at 5000ms step -7ms' -- recorder
	until_true has "$dir/text" host_step
	enough() { [ "$(sql 'SELECT max(time_ns) > max(to_ns) + 3000000000 FROM events, windows')" = 1 ] && [ "$(sql 'SELECT min(id) > 300 FROM events')" = 1 ]; }
	until_true enough
	kill -TERM "${watchers[0]}"
	code=0; wait "${watchers[0]}" || code=$?
	[ "$code" = 3 ]
	grep -q '^kept      1 window for good; [0-9]* events outside' "$dir/text"
	[ "$(sql 'SELECT count(*) FROM windows')" = 1 ]
	[ "$(sql 'SELECT count(*) > 50 FROM events, windows WHERE time_ns BETWEEN from_ns AND to_ns')" = 1 ]
	"$VMCLOCK_TRACE" report --json "$file" | jq -e '.recording.ended and ([.findings[].kind] | index("host_step") != null)'
}

@test "ring: a directory: each start has its own file, earlier ones go for size, nobody else's does" {
	story 'end 10m' 'realtime within 2ms'
	place=$dir/place
	mkdir "$place"
	one() { "$VMCLOCK_TRACE" record --scenario "$dir/scenario" "$@" "$place" >"$dir/text"; }
	one; one; one
	[ "$(find "$place" -name 'vmclock-*Z*.sqlite' | wc -l)" = 3 ]
	# Larger, and still recordings.
	find "$place" -name '*.sqlite' | sort >"$dir/ours"
	while read -r ours; do
		sqlite3 "$ours" "CREATE TABLE fill(x); INSERT INTO fill VALUES(randomblob(2500000))"
	done <"$dir/ours"
	# What is not of ours: another name, another kind of file, another database, a link to one of ours.
	first=$(head -1 "$dir/ours")
	cp "$first" "$place/copy.sqlite"
	cp "$first" "$dir/outside.sqlite"
	ln -s "$dir/outside.sqlite" "$place/vmclock-20200101T000000Z.sqlite"
	sqlite3 "$place/vmclock-20200101T000001Z.sqlite" 'CREATE TABLE mine(x); INSERT INTO mine VALUES(1)'
	mkfifo "$place/vmclock-20200101T000002Z.sqlite"
	mkdir "$place/vmclock-20200101T000003Z.sqlite"
	: >"$place/vmclock-20200101T000004Z.sqlite"
	cp "$first" "$place/vmclock-20200101T000005Z.sqlite.bak"
	cp "$first" "$place/vmclock-2020-101T000005Z.sqlite"
	# One that was killed has its log beside it; and one that is being written is not idle.
	cp "$first" "$place/vmclock-20200102T000000Z.sqlite"
	: >"$place/vmclock-20200102T000000Z.sqlite-wal"
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" record --device "$page" "$place" >/dev/null 3>&- &
	busy=$!
	written() { [ -n "$(find "$place" -name '*.sqlite-wal' -size +0)" ]; }
	until_true written
	find "$place" | sort >"$dir/before"
	story 'end 10m' 'realtime within 2ms'
	one --max-size 4M
	find "$place" | sort >"$dir/after"
	kill "$busy"; wait "$busy" || true
	diff "$dir/before" "$dir/after" >"$dir/diff" || true
	cat "$dir/diff" >&2
	[ ! -e "$place/vmclock-20200102T000000Z.sqlite" ] && [ ! -e "$place/vmclock-20200102T000000Z.sqlite-wal" ]
	# Of the four large ones three had to go; the new one came, and the busy one stayed.
	[ "$(grep -c '^< .*Z\(-[0-9]\)\?\.sqlite$' "$dir/diff")" = 3 ]
	[ "$(grep -c '^> .*\.sqlite$' "$dir/diff")" = 1 ]
	for kept in copy.sqlite vmclock-2020010{1T000000,1T000001,1T000002,1T000003,1T000004}Z.sqlite \
		vmclock-20200101T000005Z.sqlite.bak vmclock-2020-101T000005Z.sqlite; do
		[ -e "$place/$kept" ] || { echo "$kept" >&2; return 1; }
	done
	[ -L "$place/vmclock-20200101T000000Z.sqlite" ] && [ -s "$dir/outside.sqlite" ]
	newest=$(sed -n 's/^> \(.*\.sqlite\)$/\1/p' "$dir/diff")
	sqlite3 -readonly "$newest" "SELECT value FROM facts WHERE name = 'removed'" | grep -q '^3 recordings of earlier starts, [0-9]* bytes, made room'
}

@test "ring: a directory: earlier files go when they are too old, and only with a limit" {
	story 'end 10m' 'realtime within 2ms'
	mkdir "$dir/place"
	one() { "$VMCLOCK_TRACE" record --scenario "$dir/scenario" "$@" "$dir/place" >/dev/null; }
	one
	find "$dir/place" -name '*.sqlite' -exec touch -d '3 days ago' {} +
	one; one --max-age 4d
	[ "$(find "$dir/place" -name '*.sqlite' | wc -l)" = 3 ]
	one --max-age 2d
	[ "$(find "$dir/place" -name '*.sqlite' | wc -l)" = 3 ]
	[ "$(find "$dir/place" -name '*.sqlite' -mtime +2 | wc -l)" = 0 ]
}

@test "ring: wrong usage is told" {
	for wrong in '--ring soon' '--ring 10ms' '--on critical' '--before 1m' '--after 1m' '--ring 1m --on bad' '--ring 1m --before 2m' \
		'--ring 1h --max-age 10m' '--ring 1m --after 0'; do
		# shellcheck disable=SC2086 # words of their own
		run "$VMCLOCK_TRACE" record $wrong "$file"
		[ "$status" = 2 ] || { echo "$wrong: $status" >&2; return 1; }
		[ ! -e "$file" ]
	done
}

# What the first release wrote, as it is on disks: see version-1.scenario for what it is of.
@test "recording: one of version 1 is read as it was" {
	gunzip -c "$BATS_TEST_DIRNAME/../data/recording/version-1.sqlite.gz" >"$file"
	[ "$(sql 'PRAGMA user_version')" = 1 ]
	"$VMCLOCK_TRACE" replay --json "$file" >"$dir/replayed" || [ $? = 3 ]
	tail -1 "$dir/replayed" | jq -e '.comparison_missing == null and .findings_same == 3
		and .findings_different == 0 and .findings_missing == 0'
	"$VMCLOCK_TRACE" report --json "$file" >"$dir/json"
	jq -e '.recording.ended and ([.findings[].kind] == ["disruption", "host_step", "wrong_bound"])
		and ([.not_known[].code] | index("gap")) == null and .clocks[0].known == 121 and .clocks[0].wrong == 0' "$dir/json"
	# Each version has its tables, and no others.
	cp "$file" "$dir/claims-2"
	sqlite3 "$dir/claims-2" 'PRAGMA user_version = 2'
	run "$VMCLOCK_TRACE" report "$dir/claims-2"
	[ "$status" = 1 ]
	grep -q 'not those of a recording' <<<"$output"
	story 'end 2s' 'realtime within 2ms'
	rm "$file"
	ring
	[ "$(sql 'PRAGMA user_version')" = 2 ]
	sqlite3 "$file" 'PRAGMA user_version = 1'
	run "$VMCLOCK_TRACE" report "$file"
	[ "$status" = 1 ]
	sqlite3 "$file" 'PRAGMA user_version = 3'
	run "$VMCLOCK_TRACE" report "$file"
	[ "$status" = 1 ]
	grep -q 'version 3; this program knows 1 to 2' <<<"$output"
	grep -q '^hint: ' <<<"$output"
}
