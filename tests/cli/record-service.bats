#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# record as a service: its unit, what it tells systemd, what it notes in the journal.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	root=$BATS_TEST_DIRNAME/../..
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	unit=$root/contrib/systemd/vmclock-trace-record.service
	dir=$BATS_TEST_TMPDIR
	export LC_ALL=C.UTF-8 VMCLOCK_TRACE
}

teardown() {
	if [ -s "$dir/pids" ]; then
		xargs -r kill <"$dir/pids" 2>/dev/null || true
	fi
}

@test "record's unit: systemd takes it, and counts it among the safe ones; its options are record's" {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	mkdir "$dir/units"
	sed "s|/usr/bin/vmclock-trace|$VMCLOCK_TRACE|" "$unit" >"$dir/units/vmclock-trace-record.service"
	run systemd-analyze verify --man=no "$dir/units/vmclock-trace-record.service"
	echo "$output" >&2
	[ "$status" = 0 ]
	[ -z "$output" ]
	systemd-analyze security --offline=yes --threshold=30 "$dir/units/vmclock-trace-record.service" >"$dir/security" || { tail -1 "$dir/security" >&2; return 1; }
	# Its own line, as a shell would take it, for a moment and without a machine.
	line=$(sed -n 's/^ExecStart=[^ ]* //p' "$unit")
	mkdir "$dir/state"
	# shellcheck disable=SC2086,SC2016 # words of their own; put in by sed
	run "$VMCLOCK_TRACE" $(sed "s|\$OPTIONS|--scenario $scenarios/migrate.scenario|; s|\${STATE_DIRECTORY}|$dir/state|" <<<"$line")
	[ "$status" = 3 ]
	[ "$(find "$dir/state" -name 'vmclock-*.sqlite' | wc -l)" = 1 ]
	# The capabilities are those of the table in vmclock-trace(1).
	sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr ' ' '\n' | while read -r name; do
		grep -q "$name" "$root/man/vmclock-trace.1.scd"
	done
}

# bats test_tags=threads
@test "record: tells systemd when it records, that it lives, and that it ends" {
	play_sim "$dir/page" 'end 1h'
	echo $sim >"$dir/pids"
	timeout 300 python3 "$BATS_TEST_DIRNAME/record_systemd.py" 6 "$VMCLOCK_TRACE" record --ring 1m --device "$dir/page" "$dir/clock.sqlite" >"$dir/told" 3>&-
	cat "$dir/told" >&2
	grep -qx 'exit 0' "$dir/told"
	grep -qx 'told READY=1 1' "$dir/told"
	grep -qx 'told STOPPING=1 1' "$dir/told"
	# Each 300 ms.
	[ "$(sed -n 's/^told WATCHDOG=1 //p' "$dir/told")" -ge 6 ]
	[ "$(sqlite3 -readonly "$dir/clock.sqlite" "SELECT count(*) FROM facts WHERE name = 'end_monotonic_ns'")" = 1 ]
}

# with_journal SCRIPT: with a systemd-journald of its own, in a mount namespace; what the journal then
# has of vmclock-trace is in $dir/journal, an object a line.
with_journal() {
	[ -x /usr/lib/systemd/systemd-journald ] || skip "systemd-journald is not installed"
	unshare -m --propagation private true 2>/dev/null || skip "mounting takes root"
	export_patience
	dir=$dir scenarios=$scenarios timeout 900 unshare -m --propagation private bash -euc '
		mkdir -p /run/systemd /run/log
		mount -t tmpfs journal /run/systemd
		mount -t tmpfs journal /run/log
		mkdir -p /run/systemd/journald.conf.d /run/log/journal
		printf "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n" >/run/systemd/journald.conf.d/test.conf
		printf "%032x\n" 4711 >"$dir/machine-id"
		[ -e /etc/machine-id ] && mount --bind "$dir/machine-id" /etc/machine-id
		/usr/lib/systemd/systemd-journald & journal=$!
		echo $journal >>"$dir/pids"
		until_true test -S /run/systemd/journal/socket
		'"$1"'
		for _ in {1..600}; do
			journalctl --directory=/run/log/journal --sync >/dev/null 2>&1 || true
			journalctl --directory=/run/log/journal -o json -t vmclock-trace >"$dir/journal"
			[ -s "$dir/journal" ] && break
			sleep 0.1
		done
		kill $journal; wait $journal || true
	' 3>&- >"$dir/out" 2>&1 || { cat "$dir/out" >&2; return 1; }
}

@test "record --journal: what is found is in the journal, each with its fields, as in the recording" {
	with_journal '"$VMCLOCK_TRACE" record --json --journal --scenario "$scenarios/incident-full.scenario" "$dir/clock.sqlite" >"$dir/lines" || [ $? = 3 ]'
	# One entry a finding, with the same number, kind, severity and times.
	jq -c 'select(.type == "finding") | [.number, .kind, .severity, .not_before_ns, .monotonic_ns]' "$dir/lines" >"$dir/found"
	jq -c 'select(.MESSAGE_ID == "73f1f7cb9e834fe2bcf93cf4990ec09d")
		| [(.VMCLOCK_FINDING | tonumber), .VMCLOCK_KIND, .VMCLOCK_SEVERITY, (.VMCLOCK_NOT_BEFORE_NS | tonumber), (.VMCLOCK_FOUND_NS | tonumber)]' \
		"$dir/journal" >"$dir/noted"
	[ "$(wc -l <"$dir/found")" -ge 5 ]
	diff "$dir/found" "$dir/noted"
	# The priorities, and in which incident it was.
	jq -es 'map(select(.VMCLOCK_FINDING)) | all(.PRIORITY == {info: "6", warning: "4", critical: "2"}[.VMCLOCK_SEVERITY])
		and (map(select(.VMCLOCK_KIND == "disruption")) | length == 1 and .[0].VMCLOCK_INCIDENT == "1" and .[0].VMCLOCK_DEVICE == "0")
		and (map(select(.VMCLOCK_KIND == "maintenance_imminent")) | length == 1 and .[0].VMCLOCK_INCIDENT == null)' "$dir/journal"
	jq -es 'map(select(.MESSAGE_ID == "f399e5bde5ea4adea8692fc3bb899544")) | length == 1 and .[0].VMCLOCK_INCIDENT == "1"
		and .[0].MESSAGE == "incident 1 opened: disruption"' "$dir/journal"
	jq -es --arg file "$(realpath "$dir/clock.sqlite")" 'map(select(.MESSAGE_ID == "f940152b037a4e378d686e9b78792d33"))
		| length == 1 and .[0].VMCLOCK_RECOVERED == "1" and .[0].PRIORITY == "5" and .[0].VMCLOCK_RECORDING == $file
		and ((.[0].VMCLOCK_TO_NS | tonumber) - (.[0].VMCLOCK_FROM_NS | tonumber) | . > 4774000000 and . < 4776000000)' "$dir/journal"
	# The page of the manual lists each id.
	for id in $(grep -oE '"[0-9a-f]{32}"' "$root/src/record/journal.c" | tr -d '"'); do
		grep -q "$id" "$root/man/vmclock-trace-record.1.scd"
	done
}

@test "record: in a unit the journal has entries instead of lines, and a full disk has one" {
	mkdir "$dir/mnt"
	with_journal '
		mount -t tmpfs -o size=2m small "$dir/mnt"
		# As systemd says that standard error is the journal: device and inode of what it is.
		recorder() {
			rm -f "$dir"/mnt/*
			: >"$dir/stream"
			JOURNAL_STREAM=$(stat -c %d:%i "$dir/stream") "$VMCLOCK_TRACE" record --ring 1m --device "$dir/page" "$dir/mnt" >>"$dir/stream" 2>>"$dir/stream" &
			watchers+=($!)
			echo "$sim $!" >>"$dir/pids"
			until_true begun "$dir/stream"
		}
		play_watched "$dir/page" "at 3000ms step -7ms" -- recorder
		recorded() { [ "$(sqlite3 -readonly "$dir"/mnt/*.sqlite "SELECT count(*) > 20 FROM events")" = 1 ]; }
		until_true recorded
		dd if=/dev/zero of="$dir/mnt/filler" bs=4k 2>/dev/null || true
		journal_has() { journalctl --directory=/run/log/journal --sync; journalctl --directory=/run/log/journal -o json -t vmclock-trace | grep -q "$1"; }
		until_true journal_has 64204b07604e436eba73d532436fd5ec
		until_true journal_has host_step
		rm "$dir/mnt/filler"
		until_true journal_has 1c66c0cd49e141118c74f5690a09aced
		kill -TERM "${watchers[0]}"; wait "${watchers[0]}" || true
		end_sim
	'
	cat "$dir/stream" >&2
	grep -q '^recorded' "$dir/stream"
	! grep -q 'critical host_step' "$dir/stream"
	jq -es 'map(select(.VMCLOCK_KIND == "host_step")) | length == 1 and .[0].PRIORITY == "2"' "$dir/journal"
	jq -es 'map(select(.MESSAGE_ID == "64204b07604e436eba73d532436fd5ec")) | length == 1 and .[0].PRIORITY == "3" and (.[0].MESSAGE | test("full"))' "$dir/journal"
	jq -es 'map(select(.MESSAGE_ID == "1c66c0cd49e141118c74f5690a09aced")) | length == 1' "$dir/journal"
	# A shell that inherits the variable is no unit.
	JOURNAL_STREAM=1:1 "$VMCLOCK_TRACE" record --device "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" --duration 200ms "$dir/other.sqlite" >"$dir/text" || [ $? = 1 ] # compared with nothing
	grep -q '^recorded' "$dir/text"
}

@test "record --journal: without a journal it is told, with a hint" {
	unshare -m --propagation private true 2>/dev/null || skip "mounting takes root"
	run unshare -m --propagation private bash -c 'mkdir -p /run/systemd && mount -t tmpfs none /run/systemd &&
		exec "$0" record --journal --scenario "$1" "$2"' "$VMCLOCK_TRACE" "$scenarios/migrate.scenario" "$dir/clock.sqlite"
	[ "$status" = 1 ]
	grep -q 'the journal cannot be written to' <<<"$output"
	grep -q '^hint: ' <<<"$output"
	[ ! -e "$dir/clock.sqlite" ]
}
