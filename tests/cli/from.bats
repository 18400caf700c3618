#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # stderr is bats'
# trace --from and watch --from: a recording shown as it was seen live, byte for byte.

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE OUT=$BATS_FILE_TMPDIR LC_ALL=C.UTF-8
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	printf 'end 3s\nat 1s migrate\nat 2s step 5ms\n' >"$OUT/short.scenario"
	for scenario in "$OUT/short.scenario" "$scenarios"/{incident-full,loss,gone}.scenario; do
		# Of what was lost in `loss` it is not known whether all was well: 1.
		"$VMCLOCK_TRACE" record --json --scenario "$scenario" \
			"$OUT/$(basename "$scenario" .scenario).sqlite" >"$OUT/$(basename "$scenario" .scenario).live" || [[ $? == [13] ]]
	done
}

setup() {
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	file=$BATS_TEST_TMPDIR/clock.sqlite
}

# The lines of findings and incidents, as they were printed.
found() { grep -E '"type":"(finding|incident)"' "$1"; }

# from COMMAND OPTION...: of $file; its lines of JSON in the file of that name, and as an array in $lines.
from() {
	local command=$1
	shift
	run --separate-stderr "$VMCLOCK_TRACE" "$command" --from "$file" --json "$@"
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$command"
	lines=$(jq -cs . <<<"$output")
}

# is JQ-EXPRESSION: it is true of $lines.
is() { jq -e "$1" <<<"$lines" >/dev/null || { echo "not so: $1"; echo "$lines"; return 1; } >&2; }

# sql STATEMENT: into $file.
sql() { sqlite3 "$file" "$1"; }

# refused CODE MESSAGE COMMAND OPTION...: with nothing on the standard output.
refused() {
	local code=$1 message=$2
	shift 2
	run -"$code" --separate-stderr "$VMCLOCK_TRACE" "$@"
	[ -z "$output" ]
	[[ $stderr == *"$message"*"hint:"* ]] || { echo "$stderr" >&2; return 1; }
}

# bats test_tags=rounds
@test "from: every scenario of the library gives the lines that record printed live, and its status" {
	local count=0 live seen
	for scenario in $(some_of 8 "$scenarios"/*.scenario); do
		rm -f "$file"
		live=0
		"$VMCLOCK_TRACE" record --json --scenario "$scenario" "$file" >"$BATS_TEST_TMPDIR/live" || live=$?
		# What was lost is in the recording, which was made nevertheless: 0 then becomes 1.
		[ "$(basename "$scenario")" != loss.scenario ] || { [ "$live" = 0 ] && live=1; }
		for command in trace watch; do
			seen=0
			"$VMCLOCK_TRACE" $command --from "$file" --json >"$BATS_TEST_TMPDIR/seen" || seen=$?
			[ "$live" = "$seen" ] && cmp <(found "$BATS_TEST_TMPDIR/live") <(found "$BATS_TEST_TMPDIR/seen") ||
				{ echo "$command of $scenario: $live, $seen" >&2; return 1; }
		done
		count=$((count + 1))
	done
	[ "$count" -ge "$(at_least 74 8)" ]
}

@test "from: of a page that was disturbed live, what record printed, and the counts of its report" {
	local page=$BATS_TEST_TMPDIR/page
	recorder() {
		rm -f "$file"*
		watcher "$BATS_TEST_TMPDIR/live" "$VMCLOCK_TRACE" record --json --device "$page" "$file"
	}
	play_watched "$page" 'at 0ms step -7ms' 'at 1000ms migrate' 'at 2000ms status FREERUNNING' -- recorder
	until_true has "$BATS_TEST_TMPDIR/live" '"kind":"status_change"'
	end_watchers
	"$VMCLOCK_TRACE" report --json "$file" >"$BATS_TEST_TMPDIR/report"
	for command in trace watch; do
		from $command
		[ "$status" = 3 ]
		[ "$(found "$BATS_TEST_TMPDIR/live" | wc -l)" -ge 4 ]
		cmp <(found "$BATS_TEST_TMPDIR/live") <(found "$BATS_TEST_TMPDIR/$command")
		is ".[0].device == \"$page\" and .[0].recording.facts.host == \"$(uname -n)\" and .[0].recording.file == \"$file\""
		is '.[0].page.seq_count >= 2 and .[-1].recording.ended and .[-1].recording.events_lost == 0'
		jq -es '.[0] as $report | .[1] | .page_updates == $report.page.page_updates and .page_updates_unseen == $report.page.page_updates_unseen
			and .page == $report.page.last' "$BATS_TEST_TMPDIR/report" <(tail -1 "$BATS_TEST_TMPDIR/$command")
	done
}

@test "from: live and recorded lines have the same keys, and what a recording cannot know is null" {
	local vector=$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin live
	file=$OUT/incident-full.sqlite
	for command in trace watch; do
		from $command
		live=$("$VMCLOCK_TRACE" $command --device "$vector" --duration 50ms --json | jq -cs '[.[0], .[-1]]')
		is ". as \$lines | $live | map(keys) == [(\$lines | .[0], .[-1]) | keys]"
		jq -e 'all(has("recording") and .recording == null)' <<<"$live"
	done
	is '.[0].detection == null and .[0].clock_period_ns == null and .[-1].looks == null and .[-1].worst_gap_ns == null and .[-1].looks_torn == 0'
	from trace
	is '.[0] | .page_period_ns == null and .mappers.method == null and .request.rate == null'
	is '.[-1].mappers | .processes == [] and .walks == null'
}

@test "from: the first lines say that it is a recording, of what, when; times are seconds after its start" {
	for command in trace watch; do
		run -3 "$VMCLOCK_TRACE" $command --from "$OUT/incident-full.sqlite"
		[[ ${lines[0]} == "from    $OUT/incident-full.sqlite, A RECORDING of scenario incident-full.scenario by vmclock-trace "* ]]
		[[ $output == *"start   2026-01-01T00:00:00.000000000Z (CLOCK_REALTIME)"* ]]
		[[ $output == *[$'\n ']+10.075001\ *"warning maintenance_imminent"* ]]
		[[ $output == *"=== incident 1, critical: bad from +20.025001 to +24.800000"* ]]
		[[ $output == *"summary of 59.725 s"*"recording           "*" events"* ]]
	done
}

@test "from --speed: each event is shown when it is due" {
	local start=$EPOCHREALTIME first='' line
	while read -r line; do
		[[ $line == *'"kind":"disruption"'* ]] && first=$EPOCHREALTIME
	done < <("$VMCLOCK_TRACE" watch --from "$OUT/short.sqlite" --speed 2 --json)
	# The migration is found 1 s after the start, the end is at 3 s; both twice as fast.
	awk -v s="$start" -v f="$first" -v e="$EPOCHREALTIME" 'BEGIN { exit !(f - s > 0.45 && e - f > 0.7 && e - s > 1.3) }'
	start=$EPOCHREALTIME
	"$VMCLOCK_TRACE" trace --from "$OUT/short.sqlite" --speed 3 >/dev/null || [ $? = 3 ]
	awk -v s="$start" -v e="$EPOCHREALTIME" 'BEGIN { exit !(e - s > 0.9) }'
}

@test "from: ends with the signal, with its summary, while it waits and while it does not" {
	for command in trace watch; do
		watchers=()
		watcher "$BATS_TEST_TMPDIR/lines" "$VMCLOCK_TRACE" $command --from "$OUT/short.sqlite" --speed 0.001 --json
		end_watchers
		jq -es '.[0].type == "begin" and .[-1].type == "summary" and .[-1].duration_ns < 1000000000' "$BATS_TEST_TMPDIR/lines"
	done
	# More lines than a pipe holds: none comes to the recording's end before the signal was sent.
	{
		echo "end 1000s"
		for ((i = 1; i <= 400; i++)); do echo "at ${i}s migrate"; done
	} >"$BATS_TEST_TMPDIR/long.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/long.scenario" "$file" >/dev/null || [ $? = 3 ]
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	for command in "trace --from" "watch --from" replay; do
		# shellcheck disable=SC2086
		"$VMCLOCK_TRACE" $command "$file" --json >"$BATS_TEST_TMPDIR/pipe" 3>&- &
		exec 4<"$BATS_TEST_TMPDIR/pipe"
		read -r -u 4 first
		kill -INT $!
		{ echo "$first"; cat <&4; } >"$BATS_TEST_TMPDIR/lines"
		exec 4<&-
		wait $! || true
		jq -es '.[0].type == "begin" and (.[-1] | .type == "summary" and .duration_ns < 1000000000000)' "$BATS_TEST_TMPDIR/lines"
	done
}

@test "from --duration, --count: so much of it, by its own time" {
	file=$OUT/incident-full.sqlite
	for command in trace watch; do
		from $command --duration 15s
		[ "$status" = 3 ]
		is '.[-1].duration_ns == 15000000000 and .[-1].findings.maintenance_imminent == 1 and .[-1].findings.disruption == 0'
		# What is open then is closed, as when a live one ends.
		from $command --duration 22s
		is 'map(select(.type == "incident")) | length == 1 and (.[0].recovered | not)'
	done
	from trace --count 5 --events
	is 'map(select(.type == "read")) | length == 5'
	is '.[-1].duration_ns < 2000000000'
}

# bats test_tags=slow
@test "from: what is shown can be chosen, and what was found stays what was found" {
	file=$OUT/incident-full.sqlite
	read_by() { echo "[.[] | select(.type == \"read\") | .comm] | unique == $1 and length > 0"; }
	from trace
	is 'map(select(.type == "read" or .type == "call")) == []'
	from trace --events
	is "$(read_by '["chronyd","database"]')"
	is '[.[] | select(.type == "read")] | length > 1000 and all(.call_id == null and .path == "PTP_SYS_OFFSET_PRECISE")'
	is '[.[] | select(.type == "call")] == []'
	from trace --events --comm database
	is "$(read_by '["database"]')"
	is '.[0].request.comm == "database"'
	cmp <(found "$OUT/incident-full.live") <(found "$BATS_TEST_TMPDIR/trace")
	from trace --events --pid 1000
	is "$(read_by '["chronyd"]')"
	from trace --calls
	is '([.[] | select(.type == "call").call_id] | sort) == ([.[] | select(.type == "read").call_id] | sort)'
	from trace --path read
	is 'map(select(.type == "read")) == []'
	from trace --path PTP_SYS_OFFSET_PRECISE
	is "$(read_by '["chronyd","database"]')"
	from trace --slower 1us
	is '[.[] | select(.type == "read").latency_ns] | length > 0 and all(. > 1000)'
	from trace --slower 1ms
	is 'map(select(.type == "read")) == []'
	from trace --errors
	is 'map(select(.type == "read" and .result >= 0)) == []'
	cmp <(found "$OUT/incident-full.live") <(found "$BATS_TEST_TMPDIR/trace")
	from watch --updates
	is '(map(select(.type == "page").updates) | add) == .[-1].page_updates'
	"$VMCLOCK_TRACE" record --scenario "$scenarios/driver-unreliable.scenario" "$BATS_TEST_TMPDIR/failing.sqlite" >/dev/null || [ $? = 3 ]
	file=$BATS_TEST_TMPDIR/failing.sqlite
	from trace
	is '[.[] | select(.type == "read")] | length > 0 and all(.result < 0)'
}

# Uses, hooks and cgroups as a kernel tells of them, put into a recording that has none.
with_kernel() {
	cp "$OUT/incident-full.sqlite" "$file"
	sql "UPDATE threads SET cgroup = 7 WHERE comm = 'database';
		INSERT INTO cgroups VALUES (7, '/system.slice/db.service');
		INSERT INTO facts VALUES ('uses', 'counted in the kernel'), ('mappers', 'of all processes'),
			('hook vmclock_get_crosststamp', 'fentry'), ('hook do_adjtimex', 'kprobe: not in this kernel''s BTF'),
			('hook misc_open', 'not needed: another does this'),
			('hook vmclock_miscdev_read', 'absent: this kernel has no such function')"
	# By clock_gettime 5 and 3 uses; 4 of those were measured; and the ring was full 9 times.
	sql "INSERT INTO events SELECT max(id) + 1, max(time_ns), 2, 0, 0, 0, 0, 0, 0, 1, 0, NULL, X'0005' FROM events;
		INSERT INTO events SELECT max(id) + 1, max(time_ns), 2, 0, 0, 0, 0, 0, 0, 2, 0, NULL, X'0003' FROM events;
		INSERT INTO events SELECT max(id) + 1, max(time_ns), 5, 1, 0, 0, 0, 0, 0, NULL, 0, NULL, X'04A01FA01F' FROM events;
		INSERT INTO events SELECT max(id) + 1, max(time_ns), 6, 1, -22, 0, 0, 0, 0, NULL, 0, NULL, X'0002' FROM events;
		INSERT INTO events SELECT max(id) + 1, max(time_ns), 11, 0, 0, 0, 0, -1, 0, NULL, 0, NULL, X'323209' FROM events"
	are_all
}

# As it says when it is closed: none of its events is gone.
are_all() { sql "UPDATE facts SET value = (SELECT count(*) FROM events) WHERE name = 'events_stored'"; }

@test "from: uses by reader, hooks that are missing, and losses are shown as live" {
	with_kernel
	from trace
	is '.[0].hooks | map({(.function): .state}) | add == {vmclock_get_crosststamp: "fentry", do_adjtimex: "kprobe", misc_open: "replaced", vmclock_miscdev_read: "absent"}'
	is '.[0].hooks | map(select(.function == "do_adjtimex")) | .[0].why == "not in this kernel'"'"'s BTF" and .[0].tells == "who steers or steps the system clock"'
	is '.[0].mappers.method == "bpf"'
	is '.[-1] | .uses == 8 and .measured == 4 and .lost.ring_full == 9 and .events.made == null'
	is '.[-1].readers | map({(.comm): [.uses, .cgroup]}) | add == {database: [5, "/system.slice/db.service"], chronyd: [3, null]}'
	is '.[-1].errors | length == 1 and .[0].result == -22 and .[0].count == 2'
	is 'map(select(.kind == "data_loss")) | length == 1 and .[0].detail.ring_full == 9'
	run -3 "$VMCLOCK_TRACE" trace --from "$file"
	[[ $output == *"hooks   1 by fentry, 1 by kprobe, 1 missing"*"MISSING vmclock_miscdev_read (this kernel has no such function)"* ]]
	[[ $output == *"uses                at least 8 by 2 readers, at least 0 failed"*"lost                9 events (ring full 9,"* ]]
	[[ $output == *"NOT SEEN for want of a hook on vmclock_miscdev_read"* ]]
}

@test "trace: that a process maps the page is a line once in text, unless each event is asked for" {
	mapped() { "$VMCLOCK_TRACE" trace --from "$file" "$@" | grep -c 'mapped: reads from here on are not seen'; }
	cp "$OUT/incident-full.sqlite" "$file"
	for thread in 1 1 2 1 2; do
		sql "INSERT INTO events SELECT max(id) + 1, max(time_ns), 1, 8, 0, 900, 0, 0, 0, $thread, 0, NULL, NULL FROM events"
	done
	are_all
	[ "$(mapped)" = 2 ]
	[ "$(mapped --calls)" = 5 ]
	from trace
	is '[.[] | select(.type == "call" and .path == "mmap")] | length == 5'
}

@test "from: what was not seen is not 0, but at least so much, or not known" {
	summary() {
		from trace
		text=$("$VMCLOCK_TRACE" trace --from "$file" 2>/dev/null) || :
	}
	with_kernel
	summary # of which 9 events were lost
	is '.[-1] | .clock_changes != null and (.clock_changes_complete | not)'
	[[ $text == *"clock changes       at least "*": events were lost"* ]]
	sql "UPDATE facts SET value = 'absent: no such function' WHERE name = 'hook do_adjtimex'"
	summary
	is '.[-1] | .clock_changes != null and (.clock_changes_complete | not)'
	[[ $text == *"clock changes       at least "*": no hook on do_adjtimex"* ]]
	sql "DELETE FROM events WHERE type = (SELECT id FROM types WHERE name = 'page')"
	are_all
	summary
	is '.[-1] | (.disruptions_complete | not)'
	[[ $text == *"disruptions         "*": no page was sampled"* ]]
	rm -f "$file"
	printf '%s\n' 'end 20s' 'realtime within 1ms' 'at 10s storm 300 over 500ms' >"$BATS_TEST_TMPDIR/storm.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/storm.scenario" "$file" >/dev/null || :
	summary
	is '.[-1] | .disruptions == 0 and (.disruptions_complete | not) and .clock_changes == null and (.clock_changes_complete | not)'
	[[ $text == *"disruptions         at least 0: updates of the page were missed between two samples"* ]]
	[[ $text == *"clock changes       not known: the kernel was not hooked"* ]]
	# And 0 where it was.
	rm -f "$file"
	"$VMCLOCK_TRACE" record --scenario "$scenarios/healthy.scenario" "$file" >/dev/null
	summary
	is '.[-1] | .disruptions == 0 and .disruptions_complete'
	[[ $text == *"disruptions         0"$'\n'* ]]
	# Not closed: there may be more.
	sql "DELETE FROM facts WHERE name = 'end_monotonic_ns'"
	summary
	is '.[-1] | .disruptions == 0 and (.disruptions_complete | not)'
}

@test "from: what was lost is no finding about the clock, and no all-clear" {
	run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/loss.scenario" "$file"
	[[ $output == *"EVENTS WERE LOST"* ]]
	for command in "trace --from" "watch --from" replay; do
		# shellcheck disable=SC2086
		run -1 "$VMCLOCK_TRACE" $command "$file"
		[[ $output == *"1 data_loss"*"EVENTS WERE LOST"*"whether all was well is not known"* ]]
	done
	run -1 "$VMCLOCK_TRACE" report "$file"
	[[ $output == "UNKNOWN: "*"Whether all was well is not known: events were lost."* ]]
	run -1 "$VMCLOCK_TRACE" report --json "$file"
	[ "$(jq -r .level <<<"$output")" = unknown ]
}

@test "from: with some readers alone, what is known of all together only is null" {
	with_kernel
	from trace --comm database
	is '.[-1] | .uses == 5 and (.readers | map(.comm)) == ["database"] and .measured == null and .errors == null'
	is '.[-1].clocks[0].paths.clock_gettime | .uses == 5 and .latency == null'
	run -3 "$VMCLOCK_TRACE" trace --from "$file" --comm database
	[[ $output == *"measured            not known apart from other readers"* ]]
	for cgroup in system.slice /sys/fs/cgroup/system.slice/db.service /system.slice/db.service/; do
		from trace --cgroup $cgroup
		is '.[-1].readers | map(.comm) == ["database"]'
	done
	for cgroup in system.sli system.slice/db no/such/cgroup; do
		from trace --cgroup $cgroup
		is '.[-1] | .readers == [] and .uses == 0'
		"$VMCLOCK_TRACE" trace --from "$file" --cgroup $cgroup 2>&1 >/dev/null | grep -q "nobody in the cgroup $cgroup used the clock"
	done
	run ! grep 'nobody in the cgroup' <("$VMCLOCK_TRACE" trace --from "$file" --cgroup system.slice 2>&1 >/dev/null)
}

@test "from: a driver that came meanwhile leaves the hooks of the start open" {
	with_kernel
	sql "INSERT INTO events SELECT max(id) + 1, max(time_ns), 7, 0, 0, 0, 0, 0, 0, NULL, 0, NULL, X'01090001' FROM events"
	are_all
	from trace
	is 'map(select(.type == "hooks")) | length == 1 and .[0].driver and .[0].hooks == null'
	is '.[0].hooks != null and .[-1].hooks == null'
	run -3 "$VMCLOCK_TRACE" trace --from "$file"
	[[ $output == *"driver loaded; hooks: 9 by fentry, 0 by kprobe, 1 missing"* ]]
	[[ $output != *"NOT SEEN for want"* ]]
}

@test "from: a damaged one gives what can be read, exit 1; what is no recording gives nothing" {
	cp "$OUT/incident-full.sqlite" "$file"
	sql "UPDATE events SET detail = X'FFFFFFFFFFFFFFFFFFFFFF' WHERE id BETWEEN 100 AND 110"
	for command in trace watch; do
		from $command
		[ "$status" = 1 ]
		[[ $stderr == *"is damaged: events in it hold what no recorder writes"* ]]
		is '.[-1].recording | .events_damaged == 11 and .damage != null'
		is 'map(select(.kind == "disruption")) | length == 1'
		run -1 "$VMCLOCK_TRACE" $command --from "$file"
		[[ $output == *"; DAMAGED: events in it hold"* ]]
		refused 1 "cannot be read" $command --from "$BATS_TEST_TMPDIR/none"
		refused 1 "" $command --from "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin"
	done
}

# bats test_tags=rounds
@test "from: bytes turned over at random harm nobody" {
	local seed=1 size status at
	size=$(stat -c %s "$OUT/short.sqlite")
	RANDOM=$seed
	for ((i = 0; i < $(at_least 60 6); i++)); do
		cp "$OUT/short.sqlite" "$file"
		for _ in 1 2 3; do
			at=$(((RANDOM * 32768 + RANDOM) % size))
			printf "\\x$(printf %02x $((RANDOM % 256)))" | dd of="$file" bs=1 seek=$at conv=notrunc 2>/dev/null
		done
		for command in "trace --events" "watch --updates"; do
			status=0
			# shellcheck disable=SC2086
			timeout 300 "$VMCLOCK_TRACE" $command --from "$file" >/dev/null 2>&1 || status=$?
			case $status in 0 | 1 | 3) ;; *) echo "$command: $status" >&2; return 1 ;; esac
		done
	done
}

@test "from: of a page that breaks the seqlock there are at least so many updates" {
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/torn.scenario" "$BATS_TEST_TMPDIR/torn.sqlite" >/dev/null || [ $? = 3 ]
	for command in trace watch; do
		run "$VMCLOCK_TRACE" $command --from "$BATS_TEST_TMPDIR/torn.sqlite"
		[[ $output =~ "page updates        at least "[0-9]+", of them at least "[0-9]+ ]]
	done
}

@test "from: names in a recording cannot move the cursor, and numbers in it harm nobody" {
	with_kernel
	sql "UPDATE facts SET value = 'host' || char(27) || '[2J' WHERE name IN ('host', 'page', 'tool', 'uses', 'mappers');
		INSERT INTO facts VALUES ('hook ' || char(27) || '[31m', 'absent: ' || char(27) || '[2J'), ('device', char(27) || ']0;x');
		UPDATE facts SET value = '18446744073709551615' WHERE name IN ('start_monotonic_ns', 'start_realtime_ns');
		UPDATE events SET time_ns = -1 WHERE id % 7 = 0"
	for command in trace watch; do
		for json in '' --json; do
			# shellcheck disable=SC2086
			run --separate-stderr "$VMCLOCK_TRACE" $command --from "$file" $json
			case $status in 0 | 1 | 3) ;; *) return 1 ;; esac
			[[ $output != *$'\e'* ]]
		done
	done
}

@test "from: one that was not closed, or lost something, says so" {
	cp "$OUT/short.sqlite" "$file"
	sql "DELETE FROM facts WHERE name = 'end_monotonic_ns'; INSERT INTO losses VALUES (1, 1, 17, 'no room');
		INSERT INTO facts VALUES ('events_cut', '4')"
	for command in trace watch; do
		from $command
		is '.[-1].recording | (.ended | not) and .events_lost == 17 and .events_cut == 4'
		run -3 "$VMCLOCK_TRACE" $command --from "$file"
		[[ $output == *"; 17 more were LOST, not written; the oldest 4 made room for them; it was not closed in order"* ]]
	done
}

@test "from: what asks for something of the machine is refused, with what to do" {
	file=$OUT/short.sqlite
	for option in "--device /dev/vmclock0" "--rate 5" --measure-all "--phc all" --strict --kprobes; do
		# shellcheck disable=SC2086
		refused 2 "${option%% *} and --from exclude each other" trace --from "$file" $option
	done
	for option in "--device /dev/vmclock0" "--interval 5ms" "-i 5ms" --without-page --no-counter; do
		# shellcheck disable=SC2086
		refused 2 "and --from exclude each other" watch $option --from "$file"
	done
	for command in trace watch; do
		refused 2 "--speed" $command --speed 2
		run -2 --separate-stderr "$VMCLOCK_TRACE" $command --from "$file" --speed 0
		[[ $stderr == *"--speed '0' is not"* ]]
		run -2 --separate-stderr "$VMCLOCK_TRACE" $command --from
	done
}

@test "from: output that nobody takes is exit 1" {
	for command in trace watch; do
		run -1 bash -c '"$1" "$2" --from "$3" >/dev/full' bash "$VMCLOCK_TRACE" $command "$OUT/short.sqlite"
		[[ $output == *"could not be written"* ]]
	done
}

@test "watch: other clocks are read as often as the first line says" {
	[ -c /dev/zero ]
	clocks() { "$VMCLOCK_TRACE" watch --device /dev/zero --duration 10ms --json "$@" | jq -s '.[0].clock_period_ns'; }
	[ "$(clocks --interval 5s)" = 5000000000 ]
	[ "$(clocks --interval 300ms)" = 1200000000 ]
	[ "$(clocks)" = 1000000000 ]
}
