#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# watch, on page files that vmclock-sim plays: what is found, said, and returned.

bats_require_minimum_version 1.5.0

load ../patience

# All that can happen to a clock in eight seconds, watched in several ways at once, from before
# anything happens until the last is seen.
setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE OUT=$BATS_FILE_TMPDIR LC_ALL=C.UTF-8
	watch_tour() {
		watcher "$OUT/lines" "$VMCLOCK_TRACE" watch --device "$OUT/page" --json
		watcher "$OUT/slow" "$VMCLOCK_TRACE" watch --device "$OUT/page" --json --interval 400ms
		watcher "$OUT/updates" "$VMCLOCK_TRACE" watch --device "$OUT/page" --json --updates
		watcher "$OUT/text" "$VMCLOCK_TRACE" watch --device "$OUT/page"
	}
	play_watched "$OUT/page" 'generation 7' 'at 0ms step -7ms' 'at 1000ms migrate' 'at 2000ms restore' \
		'at 3000ms stick 400ms' 'at 4000ms storm 300 over 500ms' 'at 5000ms gone 600ms' \
		'at 6600ms status FREERUNNING' 'at 7100ms maintenance soon' -- watch_tour
	for name in lines slow updates text; do
		until_true has "$OUT/$name" maintenance_soon
	done
	end_watchers
	echo $status >"$OUT/lines.status"
}

setup() {
	page=$BATS_TEST_TMPDIR/page
}

teardown() {
	end_sim
}

# play LINE...: a scenario of these lines into $page, in the background, once it is there.
play() { play_sim "$page" 'end 1h' "$@"; }

# watch OPTION...: its lines of JSON as an array, in $lines.
watch() {
	run --separate-stderr "$VMCLOCK_TRACE" watch --json --device "$page" "$@"
	echo "$stderr" >&2
	lines=$(jq -cs . <<<"$output")
}

# is JQ-EXPRESSION: it is true of $lines.
is() {
	jq -e "$1" <<<"$lines" >/dev/null || { echo "not so: $1" "$lines" >&2; return 1; }
}

# seen NAME JQ-EXPRESSION: it is true of what that watcher of the tour printed.
seen() {
	lines=$(jq -cs . "$OUT/$1")
	is "$2"
}

# The findings of a kind.
of() { echo "map(select(.type == \"finding\" and .kind == \"$1\"))"; }

@test "watch: a healthy page is no finding; in a file it is OK where CLOCK_REALTIME meets it, as status says" {
	play
	watch --duration 1300ms
	[ "$status" = 0 ]
	"$VMCLOCK_TRACE" status --device "$page"
	is 'map(select(.type == "finding")) == []'
	is '.[0].type == "begin" and .[0].schema == "vmclock-trace/watch/2" and .[0].page.magic == 1263289174'
	is '.[-1].type == "summary" and .[-1].page_updates >= 1 and .[-1].samples > 50 and .[-1].looks == .[-1].samples'
	is '.[-1].findings | all(. == 0) and length > 20'
}

@test "watch: says by which way it finds out, its period, cost and worst latency" {
	play
	watch --duration 100ms --interval 5ms
	is '.[0].detection | .by == "timer" and .period_ns == 5000000 and .look_ns > 0 and .look_ns < 5000000'
	is '.[0].detection | .worst_latency_ns == .period_ns + .look_ns + .wake_ns and .notification_missing.cause != null'
	grep -q 'every 10.000 ms by timer' "$OUT/text"
	grep -q 'a sample costs .*; so a change is found within' "$OUT/text"
}

@test "watch: a step of the host's clock, once, by its size" {
	seen lines "$(of host_step) | map(select(.after.disruption_marker == 1)) | length == 1"
	seen lines "$(of host_step) | .[0] | .severity == \"critical\" and .detail.moved.lo_ns >= -7010000 and .detail.moved.hi_ns <= -6990000 and .detail.guaranteed"
	[ "$(cat "$OUT/lines.status")" = 3 ]
}

@test "watch: a live migration and a restore are disruptions, and no steps" {
	seen lines "$(of disruption) | map(.detail.old) == [1, 2]"
	seen lines "$(of disruption) as \$found | $(of host_step) | all(.monotonic_ns as \$ns | \$found | all(.monotonic_ns != \$ns))"
	seen lines "$(of restore) | length == 1 and (.[0].detail | .field == \"vm_generation_counter\" and .old == 7)"
}

@test "watch: found no later than the longest time between two samples" {
	seen lines ".[-1].worst_gap_ns as \$gap | $(of disruption) | all(.monotonic_ns - .not_before_ns <= \$gap)"
}

@test "watch: a writer that hangs is found while it hangs" {
	seen lines "$(of writer_stuck) | length == 1 and .[0].detail.for.lo_ns >= 50000000"
	seen lines '.[-1].samples_torn > 5 and .[-1].looks_torn == .[-1].samples_torn'
}

@test "watch: the device goes and comes back" {
	seen lines "$(of device_lost) | length == 1"
	seen lines "$(of status_change) | length == 1"
	seen lines '.[-1].findings | .device_lost == 1 and .status_change == 1 and .maintenance_soon == 1'
}

@test "watch: changes between two samples are counted as missed, and shown" {
	seen slow '.[-1].page_updates_unseen >= 250'
	seen slow '(map(select(.type == "missed").updates) | add) >= 200'
	# Each in a line or with what was found in its change, none twice.
	for name in slow lines; do
		seen $name '(map(select(.type == "missed").updates) + (map(select(.missed > 0)) | unique_by(.monotonic_ns) | map(.missed)) | add)
			== .[-1].page_updates_unseen'
	done
}

@test "watch --updates: each update on a line, nothing twice" {
	seen updates '(map(select(.type == "page").updates) | add) == .[-1].page_updates'
	seen updates 'map(select(.type == "page") | select(.changed | index("clock_status"))) | length == 1'
	seen updates 'map(select(.type == "missed")) == []'
}

@test "watch: text has one line a finding, with severity, sentence and when; what is too long goes on further in" {
	[ "$(sed ':all;N;$!ball;s/\n    / /g' "$OUT/text" | grep -c '^2[0-9-]*T[0-9:.]*Z +[0-9.]* critical disruption: .*marker 1 > 2.*(within .* before')" = 1 ]
	grep '^findings  *[1-9][0-9]* (2 disruption' "$OUT/text"
}

@test "watch: what is so already is said at once, as such" {
	play 'maintenance soon'
	watch --duration 300ms
	is 'map(select(.kind == "maintenance_soon")) | length == 1 and .[0].since_start and .[0].not_before_ns == null'
	[ "$status" = 3 ]
}

@test "watch: a file that is replaced by another is followed" {
	play
	end_sim
	wait "$sim" || :
	"$VMCLOCK_TRACE" watch --json --device "$page" >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true begun "$BATS_TEST_TMPDIR/out"
	cp "$page" "$page.new"
	printf '\x09' | dd of="$page.new" bs=1 seek=16 conv=notrunc 2>/dev/null
	mv "$page.new" "$page"
	until_true has "$BATS_TEST_TMPDIR/out" '"kind":"disruption"'
	kill -INT $pid
	wait $pid || :
	lines=$(jq -cs . "$BATS_TEST_TMPDIR/out")
	is 'map(select(.kind == "disruption")) | length == 1 and .[0].detail.new == 9'
}

@test "watch: ends with the signal, with its summary" {
	play
	"$VMCLOCK_TRACE" watch --json --device "$page" >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true begun "$BATS_TEST_TMPDIR/out"
	kill -INT $pid
	wait $pid || [ $? = 1 ] # CLOCK_REALTIME may not have been read yet
	tail -1 "$BATS_TEST_TMPDIR/out" | jq -e '.type == "summary" and (.level | . == "ok" or . == "unknown")'
}

@test "watch: stopping the program is no stun of the machine, and what it missed is for that" {
	play 'refresh 50ms'
	"$VMCLOCK_TRACE" watch --device "$page" >"$BATS_TEST_TMPDIR/text" 3>&- &
	second=$!
	until_true begun "$BATS_TEST_TMPDIR/text"
	kill -STOP $second
	"$VMCLOCK_TRACE" watch --json --device "$page" >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true begun "$BATS_TEST_TMPDIR/out"
	kill -STOP $pid
	sleep 0.6
	kill -CONT $pid
	sleep 1 # in which it would be found
	kill -INT $pid
	wait $pid || true
	jq -es 'map(select(.kind == "stun")) == []' "$BATS_TEST_TMPDIR/out"
	kill -CONT $second
	until_true has "$BATS_TEST_TMPDIR/text" 'between two samples: this program was stopped, and did not run for [0-9.]* s$'
	kill -INT $second
	wait $second || true
	[ "$(grep -c 'sample more often' "$BATS_TEST_TMPDIR/text")" = 0 ]
}

# bats test_tags=slow
@test "watch: output that is held up, as by less or a slow disk, is no stun of the machine" {
	play 'refresh 5ms'
	"$VMCLOCK_TRACE" watch --json --updates --device "$page" --interval 1ms --duration 4s 3>&- |
		(head -c 2000 && sleep 2 && cat) >"$BATS_TEST_TMPDIR/out"
	# It was: for that long no sample was taken.
	jq -es '(.[-1].worst_gap_ns > 500000000) and (map(select(.kind == "stun")) == [])' "$BATS_TEST_TMPDIR/out"
}

@test "watch: random bytes are no page, and harm nobody; nor does an empty file" {
	head -c 4096 /dev/urandom >"$page"
	watch --duration 200ms
	is '.[-1].type == "summary"'
	: >"$page"
	watch --duration 200ms
	is '.[-1].type == "summary"'
}

@test "watch: a page that is not there is exit 1 with cause and cure" {
	run --separate-stderr "$VMCLOCK_TRACE" watch --device "$BATS_TEST_TMPDIR/none"
	[ "$status" = 1 ]
	[[ $stderr == *"cannot open"*"hint:"* ]]
	run "$VMCLOCK_TRACE" watch --device "$BATS_TEST_TMPDIR"
	[ "$status" = 1 ]
}

@test "watch: wrong usage is exit 2" {
	for options in "--interval 0" "--interval x" "--duration -1" "--nonsense" "word"; do
		# shellcheck disable=SC2086
		run "$VMCLOCK_TRACE" watch $options
		[ "$status" = 2 ]
	done
}

@test "watch: output that nobody takes is exit 1" {
	play
	run bash -c '"$1" watch --device "$2" --duration 200ms >/dev/full' bash "$VMCLOCK_TRACE" "$page"
	[ "$status" = 1 ]
}

@test "watch --without-page: begins without one, and takes it when it appears" {
	local page=$BATS_TEST_TMPDIR/later
	"$VMCLOCK_TRACE" watch --device "$page" --without-page --no-counter --json >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true begun "$BATS_TEST_TMPDIR/out"
	cp "$BATS_TEST_DIRNAME/../data/vectors/pages/002-none.bin" "$page.new"
	mv "$page.new" "$page"
	until_true looks $pid "$page"
	sleep 0.3 # in which it reads it
	kill -INT $pid
	wait $pid || :
	jq -es '.[0].page == null and .[-1].page.magic == 1263289174' "$BATS_TEST_TMPDIR/out"
}

# bats test_tags=rounds,slow
@test "summaries: level and exit status agree, in all commands that judge, and with the report" {
	for scenario in $(some_of 6 "$BATS_TEST_DIRNAME"/../scenarios/*.scenario); do
		file=$BATS_TEST_TMPDIR/$(basename "$scenario").sqlite
		reported=
		for command in "record --scenario $scenario" replay 'watch --from' 'trace --from'; do
			status=0
			# shellcheck disable=SC2086 # words of their own
			"$VMCLOCK_TRACE" $command "$file" --json >"$BATS_TEST_TMPDIR/lines" 2>/dev/null || status=$?
			level=$(tail -1 "$BATS_TEST_TMPDIR/lines" | jq -r 'select(.type == "summary").level')
			case $level in
			ok) [ "$status" = 0 ] ;;
			unknown) [ "$status" = 1 ] ;;
			warning | critical) [ "$status" = 3 ] ;;
			*) false ;;
			esac || { echo "$command of $scenario: $level, and $status" >&2; return 1; }
			[ -n "$reported" ] || reported=$({ "$VMCLOCK_TRACE" report --json "$file" 2>/dev/null || :; } | jq -r .level)
			[ "$reported" = "$level" ] || { echo "$command of $scenario: $level, not $reported" >&2; return 1; }
		done
		rm "$file"
	done
}

@test "summaries: none was found is said only where none could be missed" {
	file=$BATS_TEST_TMPDIR/missed.sqlite
	printf '%s\n' 'end 1m' 'sample 10s' 'realtime within 1ms' >"$BATS_TEST_TMPDIR/missed.scenario"
	run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/missed.scenario" "$file"
	grep -qE '^findings  none seen; [1-9][0-9]* updates? of the page missed: whether all was well is not known$' <<<"$output"
	for command in watch trace; do
		run -1 --separate-stderr "$VMCLOCK_TRACE" "$command" --from "$file"
		grep -qE '^findings  *none seen; [1-9][0-9]* updates? of the page missed: whether all was well is not known$' <<<"$output"
		run -1 --separate-stderr "$VMCLOCK_TRACE" "$command" --json --from "$file"
		tail -1 <<<"$output" | jq -e '.level == "unknown" and .findings_complete == false and ([.findings[]] | add) == 0'
	done
	# With all seen, there is a number.
	printf '%s\n' 'end 20s' 'realtime within 1ms' >"$BATS_TEST_TMPDIR/whole.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/whole.scenario" "$BATS_TEST_TMPDIR/whole.sqlite" | grep -qx 'findings  0'
	"$VMCLOCK_TRACE" watch --json --from "$BATS_TEST_TMPDIR/whole.sqlite" | tail -1 |
		jq -e '.level == "ok" and .findings_complete'
}

@test "watch: a pipe gets no line over 180 columns, of no command that shows findings, and all words" {
	local file=$BATS_TEST_TMPDIR/step.sqlite
	for command in "record --scenario $BATS_TEST_DIRNAME/../scenarios/step-forward.scenario" "watch --from" report; do
		# shellcheck disable=SC2086 # a command and its option
		run "$VMCLOCK_TRACE" $command "$file"
		[ -z "$(grep -E '.{181}' <<<"$output")" ]
		[[ $(tr -s ' \n' ' ' <<<"$output") == *"its marker did not move, so programs that follow the page step too; the page was wrong before it"* ]]
	done
}
