#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What others put in our way: files made to harm, names that a terminal obeys, limits of the system.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
	tests=$BATS_TEST_DIRNAME
	scenarios=$tests/../scenarios
	export TMPDIR=$BATS_TEST_TMPDIR/scratch
	mkdir "$TMPDIR"
	cd "$BATS_TEST_TMPDIR"
}

record() { "$VMCLOCK_TRACE" record --scenario "$scenarios/${2:-migrate}.scenario" "$1" >out || [ $? = 3 ]; }

@test "hostile: a recording whose tables have no end costs no more than its size" {
	record good.sqlite
	for table in findings incidents events facts threads; do
		[ "$(sqlite3 good.sqlite "select count(*) > 0 from $table")" = 1 ] || continue
		python3 "$tests/btree_bomb.py" good.sqlite "$table.sqlite" "$table" 12 || continue
		for command in replay report "watch --from" "trace --from"; do
			# It ends by itself, and does not call it sound.
			status=0
			# shellcheck disable=SC2086 # words are meant
			timeout --signal=KILL 100 "$VMCLOCK_TRACE" $command "$table.sqlite" >out 2>err || status=$?
			[ "$status" -lt 100 ] || { echo "$table $command: $status" >&2; return 1; }
			[ "$table $command" != "findings replay" ] || grep 'takes more work than there can be' err
		done
	done
	[ -e findings.sqlite ]
}

@test "hostile: such a recording in a bundle is found out" {
	record good.sqlite
	"$VMCLOCK_TRACE" bundle -o good.tar.gz good.sqlite >/dev/null
	tar xzf good.tar.gz
	python3 "$tests/btree_bomb.py" good/recording.sqlite bomb.sqlite findings 12
	"$VMCLOCK_TRACE" bundle -o bomb.tar.gz bomb.sqlite >/dev/null 2>err || :
	python3 - good.tar.gz evil.tar.gz bomb.sqlite <<-'EOF'
		import gzip, io, sys, tarfile
		source, target, bomb = sys.argv[1:]
		tar = io.BytesIO()
		with tarfile.open(source) as old, tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as new:
		    for member in old:
		        data = old.extractfile(member).read()
		        if member.name.endswith("/recording.sqlite"):
		            data = open(bomb, "rb").read()
		            member.size = len(data)
		        new.addfile(member, io.BytesIO(data))
		raw = bytearray(gzip.compress(tar.getvalue(), mtime=0))
		raw[8:10] = b"\x00\x03"
		open(target, "wb").write(raw)
	EOF
	run timeout --signal=KILL 100 "$VMCLOCK_TRACE" verify evil.tar.gz
	[ "$status" = 1 ]
	[ -z "$(ls "$TMPDIR")" ]
}

@test "hostile: what hides behind a name like SQLite's own is seen" {
	record good.sqlite
	sqlite3 good.sqlite 'create table sqliteXmore(a)'
	run --separate-stderr "$VMCLOCK_TRACE" report good.sqlite
	[ "$status" = 1 ]
	grep 'not those of a recording' <<<"$stderr"
}

@test "hostile: what stands beside a recording to be is not used, whoever put it there" {
	for part in '' -wal -shm -journal; do
		for kind in file link; do
			rm -f clock.sqlite*
			if [ $kind = file ]; then : >"clock.sqlite$part"; else ln -s elsewhere "clock.sqlite$part"; fi
			run --separate-stderr "$VMCLOCK_TRACE" record --scenario "$scenarios/migrate.scenario" clock.sqlite
			[ "$status" = 1 ]
			grep "clock.sqlite$part cannot be made: it is there already" <<<"$stderr"
			[ "$(ls clock.sqlite* elsewhere 2>/dev/null)" = "clock.sqlite$part" ]
		done
	done
}

@test "hostile: recordings and bundles are for owner and group at most" {
	umask 0
	page=$tests/../data/vectors/pages/003-old.bin
	"$VMCLOCK_TRACE" record --json --device "$page" live.sqlite >out 2>err &
	pid=$!
	until_true has out '"type":"\(begin\|start\)"'
	[ -z "$(find . -name 'live.sqlite*' -perm /0027)" ]
	[ "$(find . -name 'live.sqlite*' | wc -l)" -ge 3 ]
	kill -INT $pid
	wait $pid || [ $? = 1 ] # a page in a file is compared with nothing
	[ "$(stat -c %a live.sqlite)" = 640 ]
	"$VMCLOCK_TRACE" bundle -o live.tar.gz live.sqlite >/dev/null
	[ "$(stat -c %a live.tar.gz)" = 640 ]
}

@test "hostile: no name reaches a terminal as it is, in whatever is said of it" {
	name=$'x\e[31mRED\e]0;title\a\u202egpj.sqlite'
	record "$name"
	sqlite3 "$name" 'update events set type=99 where id=3'
	for command in report replay "watch --from" "trace --from" bundle verify; do
		# shellcheck disable=SC2086 # words are meant
		"$VMCLOCK_TRACE" $command "$name" >out 2>err || :
		grep -q 'x\\x1b\[31mRED' err || grep -q 'x\\x1b\[31mRED' out
		! LC_ALL=C grep -n $'[\x01-\x08\x0b-\x1f]\|\xe2\x80\xae' err out >&2 || return 1
	done
}

@test "hostile: too few files, and too small ones, are errors with a cause, and leave nothing" {
	record good.sqlite
	page=$tests/../data/vectors/pages/003-old.bin
	for files in 5 6 7 8 9; do
		for command in "replay good.sqlite" "record --scenario $scenarios/migrate.scenario r$files.sqlite" \
			"bundle -o b$files.tar.gz good.sqlite" "watch --duration 10ms --device $page" \
			"record --duration 10ms --device $page l$files.sqlite"; do
			status=0
			# shellcheck disable=SC2086 # words are meant
			timeout 60 prlimit --nofile=$files "$VMCLOCK_TRACE" $command 2>err >out 3>&- 4>&- || status=$?
			[ "$status" != 1 ] || grep '^vmclock-trace [a-z]*: .*[a-z]' err
			! grep '^vmclock-trace [a-z]*: *$' err || { echo "$files $command" >&2; return 1; }
			[ "$status" -lt 100 ] || { echo "$files $command: $status" >&2; return 1; }
		done
	done
	for command in "record --scenario $scenarios/migrate.scenario large.sqlite" "bundle -o large.tar.gz good.sqlite"; do
		status=0
		# shellcheck disable=SC2086 # words are meant
		(ulimit -f 4 && timeout 60 "$VMCLOCK_TRACE" $command 2>err >out) || status=$?
		[ "$status" = 1 ]
		grep 'File too large' err
	done
	[ -z "$(ls large* 2>/dev/null)" ]
	[ -z "$(ls "$TMPDIR")" ]
}
