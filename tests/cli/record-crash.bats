#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# record: whatever happens to the program and the disk, what was committed stays, and what was lost
# is said in the file. (The power cut is in tests/unit/store_power.c.)

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	dir=$BATS_TEST_TMPDIR
	file=$dir/clock.sqlite
	export LC_ALL=C.UTF-8 VMCLOCK_TRACE
}

teardown() {
	# What a failed test may have left in its own mount namespace ends with its processes.
	if [ -s "$dir/pids" ]; then
		xargs -r kill <"$dir/pids" 2>/dev/null || true
	fi
}

# sql STATEMENT: what it gives for $file.
sql() { sqlite3 -readonly "$file" "$1"; }

# kill_one NUMBER: record, be killed at a random moment, and look; prints what was killed, 1 or 0.
kill_one() {
	local file=$dir/killed-$1.sqlite pid before=0 ring=()
	[ $(($1 % 2)) = 0 ] || ring=(--ring 30m --max-size 4M)
	"$VMCLOCK_TRACE" record "${ring[@]}" --scenario "$scenarios/leap-positive.scenario" "$file" >/dev/null &
	pid=$!
	until [ -s "$file-wal" ] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	sleep "0.$((RANDOM % 5))$((RANDOM % 9))"
	before=$(sql 'SELECT coalesce(max(id), 0) FROM events' 2>/dev/null) || before=0
	kill -9 "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	[ "$(sql 'SELECT coalesce(max(id), 0) FROM events')" -ge "$before" ] || { echo "$1: $before were there" >&2; return 1; }
	[ "$(sql 'PRAGMA integrity_check')" = ok ] || { echo "$1: damaged" >&2; return 1; }
	[ "$(sql 'SELECT count(*) FROM events WHERE page NOT NULL AND page NOT IN (SELECT id FROM pages)')" = 0 ] || { echo "$1: a page is missing" >&2; return 1; }
	# Not closed: where nothing was found it is not known whether all was well.
	"$VMCLOCK_TRACE" report --json "$file" >"$file.json" || jq -e '.level == "unknown"' "$file.json" >/dev/null || { echo "$1: no report" >&2; return 1; }
	jq -e '.recording.events > 0 or .recording.ended == false' "$file.json" >/dev/null ||
		{ echo "$1: $(jq -c .recording "$file.json")" >&2; return 1; }
	jq -r 'if .recording.ended then 0 elif (.not_known | map(.code) | index("not_ended")) != null then 1 else "not told" end' "$file.json"
	rm -f "$file"*
}

# killed_often TIMES
killed_often() {
	local worker workers=()
	for worker in 0 1 2 3; do
		(for ((n = worker; n < $1; n += 4)); do kill_one "$n" || exit 1; done) \
			>"$dir/killed.$worker" 2>"$dir/said.$worker" 3>&- &
		workers+=($!)
	done
	for worker in "${workers[@]}"; do
		wait "$worker" || { cat "$dir"/said.* >&2; return 1; }
	done
	cat "$dir"/killed.? >"$dir/killed"
	[ "$(wc -l <"$dir/killed")" = "$1" ]
	[ -z "$(grep -vx '[01]' "$dir/killed")" ]
	[ "$(grep -cx 1 "$dir/killed")" -ge $(($1 * 6 / 10)) ] || { sort "$dir/killed" | uniq -c >&2; return 1; }
}

# bats test_tags=slow
@test "record: killed at 8 random moments, all that was committed is there, and the file is whole" {
	killed_often 8
}

# bats test_tags=long
@test "record: killed at 100 random moments, the same" {
	killed_often 100
}

# bats test_tags=slow
@test "record: a limit on files, said, counted and survived; what was committed stays" {
	run bash -c "ulimit -f 8000; exec '$VMCLOCK_TRACE' record --json --scenario '$scenarios/leap-positive.scenario' '$file'"
	[ "$status" = 1 ]
	grep -q 'could not be written: database or disk is full\|could not be written: disk I/O error' <<<"$output"
	grep '"type":"summary"' <<<"$output" | jq -e '.events_lost > 1000 and .events_lost < .events_kept and .trouble != null'
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
	[ "$(sql 'SELECT count(*) FROM events')" -gt 10000 ]
	"$VMCLOCK_TRACE" report "$file" >/dev/null || [ $? = 1 ]
}

# own_mounts SCRIPT: in a mount namespace of its own, as root; $dir/mnt is there.
own_mounts() {
	mkdir -p "$dir/mnt"
	unshare -m --propagation private true 2>/dev/null || skip "mounting takes root"
	export_patience
	dir=$dir scenarios=$scenarios timeout 900 unshare -m --propagation private bash -euc "$1" 3>&- >"$dir/out" 2>&1 ||
		{ cat "$dir/out" >&2; return 1; }
}

# bats test_tags=slow
@test "record: a full disk, said at once with a hint; with room again it goes on, and the file tells the loss" {
	# The step comes while nothing can be written: it is in the file all the same.
	own_mounts '
		mount -t tmpfs -o size=2m small "$dir/mnt"
		recorder() {
			rm -f "$dir"/mnt/*
			watcher "$dir/text" "$VMCLOCK_TRACE" record --device "$dir/page" --ring 10m "$dir/mnt/clock.sqlite" 2>"$dir/said"
			echo "$sim ${watchers[0]}" >"$dir/pids"
		}
		play_watched "$dir/page" "at 5000ms step -7ms" -- recorder
		holds() { [ "$(sqlite3 -readonly "$dir/mnt/clock.sqlite" "SELECT $1")" = 1 ]; }
		until_true holds "count(*) > 20 FROM events"
		dd if=/dev/zero of="$dir/mnt/filler" bs=4k 2>/dev/null || true
		until_true has "$dir/said" "NOT WRITING"
		until_true has "$dir/text" host_step
		sleep 2 # in which more is lost
		rm "$dir/mnt/filler"
		until_true has "$dir/said" "is written again"
		until_true holds "max(events.time_ns) - losses.time_ns > 1000000000 FROM events, losses"
		kill -TERM "${watchers[0]}"; wait "${watchers[0]}" || echo "exit $?" >>"$dir/said"
		end_sim
		cp "$dir/mnt/clock.sqlite" "$dir/clock.sqlite"
		ls "$dir/mnt"
	'
	cat "$dir/said" >&2
	grep -q 'NOT WRITING to .*full' "$dir/said"
	grep -q '^hint: make room' "$dir/said"
	grep -q 'is written again' "$dir/said"
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
	[ "$(sql 'SELECT sum(events) > 50 FROM losses')" = 1 ]
	sql 'SELECT cause FROM losses' | grep -q full
	# All that was lost is told, and it is well again: a service that is stopped then has not failed.
	[ "$(sed -n "s/^exit //p" "$dir/said")" = 3 ]
	# Before, and behind.
	[ "$(sql 'SELECT max(events.time_ns) - losses.time_ns > 1000000000 AND min(events.time_ns) < losses.time_ns FROM events, losses')" = 1 ]
	[ "$(sql "SELECT count(*) FROM findings WHERE kind = 'host_step'")" = 1 ]
	[ "$(sql 'SELECT count(*) FROM windows')" = 1 ]
	"$VMCLOCK_TRACE" report --json "$file" >"$dir/json" || [ $? = 1 ]
	jq -e '.recording.events_lost > 50 and .recording.ended and (.not_known | map(.code) | index("not_written") != null)' "$dir/json"
}

@test "record: nowhere to write: a read-only file system and a full one are told, with a hint; nothing is left" {
	own_mounts '
		mount -t tmpfs -o ro none "$dir/mnt"
		code=0; "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$dir/mnt/clock.sqlite" >"$dir/ro" 2>&1 || code=$?
		[ $code = 1 ]
		code=0; "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$dir/mnt" >>"$dir/ro" 2>&1 || code=$?
		[ $code = 1 ]
		umount "$dir/mnt"; mount -t tmpfs -o size=16k none "$dir/mnt"
		code=0; "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" "$dir/mnt/clock.sqlite" >"$dir/full" 2>&1 || code=$?
		[ $code = 1 ]
		[ -z "$(ls "$dir/mnt")" ]
	'
	[ "$(grep -c '^hint: ' "$dir/ro")" = 2 ]
	[ "$(grep -c 'cannot be made: .*Read-only file system' "$dir/ro")" = 2 ]
	grep -q 'cannot be made: .*No space left' "$dir/full"
	grep -q '^hint: ' "$dir/full"
}

# with_ext4 SCRIPT: with a file system of its own in $dir/mnt, a recorder in it, and a page that steps.
with_ext4() {
	command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 is not installed"
	[ -e /dev/loop-control ] || skip "there are no loop devices"
	own_mounts '
		truncate -s 16M "$dir/image"; mkfs.ext4 -q "$dir/image"
		mount -o loop "$dir/image" "$dir/mnt"
		recorder() {
			rm -f "$dir"/mnt/clock.sqlite*
			watcher "$dir/text" "$VMCLOCK_TRACE" record --device "$dir/page" --ring 10m "$dir/mnt/clock.sqlite" 2>"$dir/said"
			echo "$sim ${watchers[0]}" >"$dir/pids"
		}
		play_watched "$dir/page" "at 1000ms step -7ms" -- recorder
		until_true has "$dir/text" host_step
		# What was committed after the finding was: by then that is on the disk.
		recorded() { [ "$(sqlite3 -readonly "$dir/mnt/clock.sqlite" \
			"SELECT count(*) > 300 AND max(time_ns) > (SELECT max(found_ns) + 2000000000 FROM findings) FROM events")" = 1 ]; }
		until_true recorded
		sqlite3 -readonly "$dir/mnt/clock.sqlite" "SELECT max(id) FROM events" >"$dir/before"
		'"$1"'
		until_true has "$dir/said" "NOT WRITING"
		kill -TERM "${watchers[0]}"; code=0; wait "${watchers[0]}" || code=$?
		echo $code >"$dir/code"
		end_sim
		umount "$dir/mnt"
		mount -o loop "$dir/image" "$dir/mnt"
		cp "$dir"/mnt/clock.sqlite* "$dir"
		umount "$dir/mnt"
	'
	cat "$dir/said" "$dir/before" >&2
	# SQLite also reads, and then does not find what it wrote.
	grep -q 'NOT WRITING.*\(disk I/O error\|disk image is malformed\)' "$dir/said"
	grep -q '^hint: ' "$dir/said"
	grep -q 'could not be written' "$dir/said"
	[ "$(cat "$dir/code")" = 1 ]
	[ "$(cat "$dir/before")" -gt 300 ]
	# With the right to write: what is in the log becomes part of the file.
	[ "$(sqlite3 "$file" 'PRAGMA integrity_check')" = ok ]
	{ "$VMCLOCK_TRACE" report --json "$file" || [ $? = 1 ]; } | jq -e '.not_known | map(.code) | index("not_ended") != null'
}

# What was not brought to the disk may be lost with the journal; the recorder does that for findings.
# bats test_tags=slow
@test "record: a file system that becomes read-only by itself: told, and what was committed stays" {
	with_ext4 'sync -f "$dir/mnt"
		mount -o remount,abort "$dir/mnt"'
	[ "$(sql 'SELECT max(id) FROM events')" -ge "$(cat "$dir/before")" ]
}

# As fstests cuts the power: from then on nothing reaches the disk, neither data nor the journal.
# bats test_tags=slow
@test "record: a file system whose power is cut: the finding is there, with what was recorded before it" {
	with_ext4 'python3 -c "import fcntl, os, struct
fcntl.ioctl(os.open(\"$dir/mnt\", os.O_RDONLY), 0x8004587D, struct.pack(\"I\", 2))"'
	[ "$(sql "SELECT count(*) FROM findings WHERE kind = 'host_step'")" = 1 ]
	# Its window grows with later commits, which may be among the last ten seconds.
	[ "$(sql "SELECT count(*) FROM windows")" -le 1 ]
	[ "$(sql "SELECT max(time_ns) >= (SELECT found_ns FROM findings WHERE kind = 'host_step') FROM events")" = 1 ]
}
