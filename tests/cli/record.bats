#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# record and replay: what was kept is what was seen, whatever happens to the program and the disk.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	file=$BATS_TEST_TMPDIR/clock.sqlite
	page=$BATS_TEST_TMPDIR/page
	export LC_ALL=C.UTF-8
}

# sql STATEMENT: what it gives for $file.
sql() { sqlite3 -readonly "$file" "$1"; }

teardown() {
	end_sim
}

# The lines of findings and incidents, as they were printed.
found() { grep -E '"type":"(finding|incident)"' "$1"; }

@test "record: into a directory that is renamed meanwhile: the end says that the file is not there" {
	play_sim "$page" 'end 1h'
	mkdir "$BATS_TEST_TMPDIR/before"
	watchers=()
	watcher "$BATS_TEST_TMPDIR/live" "$VMCLOCK_TRACE" record --device "$page" "$BATS_TEST_TMPDIR/before/r.sqlite" \
		2>"$BATS_TEST_TMPDIR/said"
	mv "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	end_watchers
	[ "$status" = 1 ]
	grep -q '^file .*/before/r.sqlite, NOT THERE ANY MORE$' "$BATS_TEST_TMPDIR/live"
	grep -q 'before/r.sqlite is not there any more: it, or a directory above it, was moved' "$BATS_TEST_TMPDIR/said"
	[ "$(sqlite3 "$BATS_TEST_TMPDIR/after/r.sqlite" 'select count(*) > 0 from pages')" = 1 ]
}

# bats test_tags=threads
@test "record: a page that is disturbed, kept; replayed, it is byte for byte what was seen" {
	recorder() {
		rm -f "$file"*
		watcher "$BATS_TEST_TMPDIR/live" "$VMCLOCK_TRACE" record --json --device "$page" "$file"
	}
	play_watched "$page" 'at 0ms step -7ms' 'at 1000ms migrate' 'at 2000ms status FREERUNNING' -- recorder
	until_true has "$BATS_TEST_TMPDIR/live" '"kind":"status_change"'
	end_watchers
	[ "$status" = 3 ]
	jq -es '.[0].schema == "vmclock-trace/record/2" and .[-1].type == "summary"
		and .[-1].events_lost == 0 and .[-1].findings.disruption == 1
		and .[-1].events_kept <= .[-1].events' "$BATS_TEST_TMPDIR/live"
	"$VMCLOCK_TRACE" replay --json "$file" >"$BATS_TEST_TMPDIR/replayed" || [ $? = 3 ]
	cmp <(found "$BATS_TEST_TMPDIR/live") <(found "$BATS_TEST_TMPDIR/replayed")
	[ "$(found "$BATS_TEST_TMPDIR/live" | wc -l)" -ge 4 ]
	jq -es '.[-1].findings_different == 0 and .[-1].findings_missing == 0
		and .[-1].findings_same >= 3 and .[-1].comparison_missing == null' "$BATS_TEST_TMPDIR/replayed"
	[ ! -e "$file-wal" ]
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
}

@test "record: the end tells of no hooks that were attached where none were" {
	cp "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" "$BATS_TEST_TMPDIR/plain"
	run --separate-stderr "$VMCLOCK_TRACE" record --duration 100ms --device "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/plain.sqlite"
	[[ $output == *"recorded  "* ]]
	[[ $output != *"hooks attached"* ]]
}

@test "record: the file says what machine it was, how it was watched, and what happened when" {
	play_sim "$page" 'end 1h'
	# A busy machine misses updates of the page, and says so.
	"$VMCLOCK_TRACE" record --device "$page" --duration 1s "$file" || [ $? = 1 ]
	for name in tool host kernel cpu boot_id clocksource device page mappers thinning bounds \
		start_monotonic_ns start_realtime_ns end_monotonic_ns events_judged time_daemons; do
		[ -n "$(sql "SELECT value FROM facts WHERE name = '$name'")" ] || { echo "$name" >&2; return 1; }
	done
	if [ -s /etc/machine-id ]; then
		sql "SELECT value FROM facts" >"$BATS_TEST_TMPDIR/facts"
		run ! grep -F "$(cat /etc/machine-id)" "$BATS_TEST_TMPDIR/facts"
		sql "SELECT value FROM facts WHERE name = 'machine_id_sha256'" | grep -E '^[0-9a-f]{64}$'
	fi
	[ "$(sql "SELECT type FROM timeline LIMIT 1")" = page ]
	sql "SELECT utc FROM timeline LIMIT 1" | grep -E "^$(date -u +%Y)-[0-9-]*T[0-9:.]*Z$"
	[ "$(sql 'SELECT count(*) FROM pages')" -lt "$(sql 'SELECT count(*) FROM events')" ]
}

@test "record: of a page with an undefined value, or one past what can be computed, nothing is OK" {
	play_sim "$page" 'end 1h'
	for field in 38:$'\x09' 96:$'\xff\xff\xff\xff\xff\xff\xff\xff'; do
		until_true whole_page
		printf %s "${field#*:}" | dd of="$BATS_TEST_TMPDIR/odd" bs=1 seek="${field%%:*}" conv=notrunc status=none
		rm -f "$file"
		run -1 "$VMCLOCK_TRACE" record --device "$BATS_TEST_TMPDIR/odd" --duration 300ms "$file"
		"$VMCLOCK_TRACE" report --json "$file" | jq -e '.level == "unknown" and (.not_known | map(.code) | index("page_bad") != null)'
		run -1 "$VMCLOCK_TRACE" replay "$file"
	done
}

# The simulator writes it meanwhile.
whole_page() { cp "$page" "$BATS_TEST_TMPDIR/odd" && [ $(($(od -An -tu4 -j12 -N4 "$BATS_TEST_TMPDIR/odd") % 2)) = 0 ]; }

# How large a day is: tests/lab/forensics.bats, on a device with its clocks and a reader.
@test "record: its duration counts from when it watched, and who used the clock before is not known" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" record --device "$page" --duration 1s --json "$file" >"$BATS_TEST_TMPDIR/lines" || [ $? = 1 ]
	watched=$(sql "SELECT value FROM facts WHERE name = 'watched_from_monotonic_ns'")
	start=$(sql "SELECT value FROM facts WHERE name = 'start_monotonic_ns'")
	[ "$watched" -gt "$start" ]
	jq -es ".[-1] | .monotonic_ns - .duration_ns == $watched" "$BATS_TEST_TMPDIR/lines"
	sqlite3 "$file" "UPDATE facts SET value = 'counted in the kernel' WHERE name = 'uses';
		UPDATE facts SET value = start_ns + 1500000000 FROM (SELECT $start AS start_ns) WHERE name = 'watched_from_monotonic_ns'"
	"$VMCLOCK_TRACE" report --json "$file" | jq -e '.not_known | map(select(.code == "before_watched")) | length == 1
		and (.[0].text | contains("in the first 1.500 s"))'
}

# bats test_tags=slow
@test "record: of what tells nothing new the first and the last stay" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" record --device "$page" --duration 8s --json "$file" >"$BATS_TEST_TMPDIR/lines" || [ $? = 1 ]
	jq -es '.[-1].events > 200 and .[-1].events_kept < .[-1].events / 5' "$BATS_TEST_TMPDIR/lines"
}

# bats test_tags=rounds
@test "replay: every scenario of the library gives what was found when it was recorded" {
	count=0
	for scenario in $(some_of 8 "$scenarios"/*.scenario); do
		rm -f "$file"
		recorded=0 result=0
		"$VMCLOCK_TRACE" record --json --scenario "$scenario" "$file" >"$BATS_TEST_TMPDIR/live" || recorded=$?
		"$VMCLOCK_TRACE" replay --json "$file" >"$BATS_TEST_TMPDIR/replayed" || result=$?
		# Where nothing was found, and not all was seen, it is not known whether all was well.
		[ $result = $recorded ]
		case $scenario in */loss.scenario) [ $result = 1 ] ;; *) [ $result -le 3 ] ;; esac
		cmp <(found "$BATS_TEST_TMPDIR/live") <(found "$BATS_TEST_TMPDIR/replayed") &&
			tail -1 "$BATS_TEST_TMPDIR/replayed" | jq -e '.comparison_missing == null and
				.findings_different + .findings_missing == 0' >/dev/null ||
			{ echo "$scenario" >&2; return 1; }
		count=$((count + 1))
	done
	[ "$count" -ge "$(at_least 70 8)" ]
}

@test "replay: a finding that is not what was seen live is told, exit 1" {
	"$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$file" >/dev/null || [ $? = 3 ]
	sqlite3 "$file" "UPDATE findings SET json = replace(json, 'disruption', 'eruption')"
	run "$VMCLOCK_TRACE" replay "$file"
	[ "$status" = 1 ]
	grep -q 'DIFFERENT 1 findings' <<<"$output"
	sqlite3 "$file" "DELETE FROM findings"
	run "$VMCLOCK_TRACE" replay "$file"
	[ "$status" = 1 ]
}

@test "replay: at a speed it takes its time, and ends with a signal" {
	printf 'end 3s\nat 1s migrate\n' >"$BATS_TEST_TMPDIR/short"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/short" "$file" >/dev/null || [ $? = 3 ]
	start=$(date +%s%N)
	"$VMCLOCK_TRACE" replay --speed 2 "$file" >/dev/null || [ $? = 3 ]
	[ $(($(date +%s%N) - start)) -gt 1300000000 ]
	watchers=()
	watcher "$BATS_TEST_TMPDIR/text" "$VMCLOCK_TRACE" replay --speed 0.01 "$file"
	end_watchers
	grep -q 'not compared with those seen live: it was interrupted' "$BATS_TEST_TMPDIR/text"
}

# bats test_tags=slow
@test "record: in its size, with the oldest gone, and that is told" {
	"$VMCLOCK_TRACE" record --json --max-size 4M --device "$page" --scenario "$scenarios/leap-positive.scenario" "$file" \
		>"$BATS_TEST_TMPDIR/lines" || [ $? = 1 ] # for updates are missed
	[ "$(stat -c %s "$file")" -lt 6000000 ]
	jq -es '.[-1].events_cut > 100000 and .[-1].events_lost == 0' "$BATS_TEST_TMPDIR/lines"
	"$VMCLOCK_TRACE" report "$file" >"$BATS_TEST_TMPDIR/report" || [ $? = 1 ] # and nothing is compared
	grep -q 'made room for later ones' "$BATS_TEST_TMPDIR/report"
	"$VMCLOCK_TRACE" replay "$file" | grep -q 'not compared with those seen live: the oldest events'
	[ "$(sql 'SELECT count(*) FROM events WHERE page NOT NULL AND page NOT IN (SELECT id FROM pages)')" = 0 ]
}

@test "record: never over a file that is there, nor where none can be made" {
	echo mine >"$file"
	run "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$file"
	[ "$status" = 1 ]
	[ "$(cat "$file")" = mine ]
	grep -q 'it is there already' <<<"$output"
	grep -q '^hint: ' <<<"$output"
	run "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" /proc/none/file
	[ "$status" = 1 ]
	grep -q '^hint: ' <<<"$output"
}

@test "record: what is not known ends it with 1, and a service that is stopped with 0" {
	for signal in INT TERM; do
		rm -f "$file"*
		play_sim "$page" 'status INITIALIZING' 'end 1h'
		watchers=()
		watcher "$BATS_TEST_TMPDIR/text" "$VMCLOCK_TRACE" record --device "$page" "$file" 2>"$BATS_TEST_TMPDIR/said"
		kill -s "$signal" "${watchers[0]}"
		code=0; wait "${watchers[0]}" || code=$?
		end_sim
		grep -q 'whether all was well is not known' "$BATS_TEST_TMPDIR/said"
		case $signal in INT) [ "$code" = 1 ] ;; TERM) [ "$code" = 0 ] ;; esac
	done
}

@test "record: wrong usage is told" {
	for wrong in '--max-size 1M' '--max-size 5MB' '--max-age soon' '--duration 0' '--frobnicate' 'one two'; do
		# shellcheck disable=SC2086 # words of their own
		run "$VMCLOCK_TRACE" record $wrong
		[ "$status" = 2 ] || { echo "$wrong: $status" >&2; return 1; }
	done
	for wrong in '' '--speed fast x' '--speed 0 x' 'one two'; do
		# shellcheck disable=SC2086
		run "$VMCLOCK_TRACE" replay $wrong
		[ "$status" = 2 ] || { echo "$wrong: $status" >&2; return 1; }
	done
}

@test "record: a name that keeps nothing is refused with a hint, and nothing is made" {
	mkdir "$BATS_TEST_TMPDIR/place"
	cd "$BATS_TEST_TMPDIR/place"
	refused() {
		run --separate-stderr "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$@"
		[ "$status" = 1 ] && [[ $stderr == "vmclock-trace record: "*"hint: "* ]] && [ -z "$(ls)" ] ||
			{ echo "$*: $status $stderr; $(ls)" >&2; return 1; }
	}
	refused ""
	refused :memory:
	refused 'file:x?mode=memory'
	refused nodir/
	refused --ring 10m nodir
	run -3 "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" ./:memory:
	[ -s :memory: ]
	run -1 --separate-stderr "$VMCLOCK_TRACE" report "$PWD"
	[[ $stderr == "vmclock-trace report: $PWD is a directory, without a recording in it"* ]]
	mkdir ring
	cp ./:memory: ring/a.sqlite
	run -1 --separate-stderr "$VMCLOCK_TRACE" report ring
	[[ $stderr == *"ring is a directory, with one recording in it"*"hint: name it: ring/a.sqlite" ]]
	cp ./:memory: ring/b.sqlite
	run -1 --separate-stderr "$VMCLOCK_TRACE" report ring
	[[ $stderr == *"ring is a directory, with 2 recordings in it"*"ring/*.sqlite" ]]
}

@test "report: what is a page or an archive is said to be one" {
	cd "$BATS_TEST_TMPDIR"
	echo of a bundle | gzip >file
	run -1 --separate-stderr "$VMCLOCK_TRACE" report file
	[[ $stderr == *"file is an archive, not a recording"*"hint: if it is a bundle: vmclock-trace verify file"* ]]
	cp "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" file
	run -1 --separate-stderr "$VMCLOCK_TRACE" report file
	[[ $stderr == *"file is the page of a clock, not a recording"*"hint: vmclock-trace status --device file" ]]
}
