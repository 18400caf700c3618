#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# wait, on page files that vmclock-sim plays: what a service can gate on.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	page=$BATS_TEST_TMPDIR/page
	export LC_ALL=C.UTF-8
}

teardown() {
	end_sim
}

# play LINE...: what happens once somebody waits, at N ms from then on.
play() { story=("$@"); }

waiter() {
	"$VMCLOCK_TRACE" wait --device "$page" --for "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	watchers+=($!)
	until_true looks "$!" "$page"
}

wait_for() {
	play_watched "$page" "${story[@]}" -- waiter "$@"
	status=0
	wait "${watchers[0]}" || status=$?
	end_sim
	output=$(cat "$BATS_TEST_TMPDIR/out") stderr=$(cat "$BATS_TEST_TMPDIR/err")
	mapfile -t lines <<<"$output"
	echo "$output" "$stderr" >&2
}

# is JQ-EXPRESSION: it is true of the object that was printed.
is() { jq -e "$1" <<<"$output" >/dev/null; }

@test "wait: until a disruption, with one line that says what happened" {
	play 'at 0ms migrate'
	wait_for disruption --timeout 5m
	[ "$status" = 0 ]
	[ "$(wc -l <<<"$output")" = 1 ]
	[[ $output == "disruption: "*"marker 1 > 2"* ]]
}

@test "wait: a timeout is exit 4, and says so" {
	play
	wait_for disruption --timeout 300ms
	[ "$status" = 4 ]
	[ -z "$output" ]
	[[ $stderr == *"not happen in time"* ]]
	wait_for disruption --timeout 0 --json
	[ "$status" = 4 ]
	is '.happened == false and .what == null and .finding == null and .page.disruption_marker == 1'
}

@test "wait: what only hooks in the kernel show is refused" {
	local kind
	for kind in clock_set driver_error driver_mismatch data_loss disruption,clock_set; do
		run --separate-stderr "$VMCLOCK_TRACE" wait --device "$BATS_TEST_TMPDIR/none" --for "$kind" --timeout 0
		[ "$status" = 2 ]
		[ -z "$output" ]
		[[ $stderr == *"wait cannot see ${kind#*,}: that needs hooks"*"hint: "*"vmclock-trace trace"* ]]
	done
}

@test "wait: where no valid page was read, the end says so" {
	local bytes
	for bytes in 0 1 32 4096; do
		head -c "$bytes" /dev/zero >"$page"
		run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for disruption --timeout 0
		[ "$status" = 4 ]
		[[ $stderr == *"did not happen in time: no valid page was read"*"hint: vmclock-trace status"* ]]
	done
}

@test "wait: what was not asked for does not end it" {
	play 'at 0ms step 5ms'
	play_watched "$page" "${story[@]}" -- waiter disruption
	until_true has "$played" ' line '
	sleep 0.3 # in which it would end
	kill -TERM "${watchers[0]}"
	status=0
	wait "${watchers[0]}" || status=$?
	[ "$status" = 143 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}

@test "wait: host_step, restore, status_change, and a list" {
	play 'at 0ms step 5ms'
	wait_for host_step --timeout 5m --json
	is '.what == "host_step" and .finding.detail.moved.hi_ns >= 4999000'
	play 'at 0ms status FREERUNNING'
	wait_for disruption,status_change --timeout 5m --json
	is '.what == "status_change"'
	play 'generation 3' 'at 0ms restore'
	wait_for restore --timeout 5m --json
	is '.what == "restore" and .finding.detail.new != 3'
}

@test "wait: any is whatever comes first" {
	play 'at 0ms smearing UTC_SLS'
	wait_for any --timeout 5m --json
	is '.what == "smearing_change"'
}

@test "wait: synchronized returns at once if it is so, else when it becomes so" {
	play 'status INITIALIZING'
	wait_for synchronized --timeout 0
	[ "$status" = 4 ]
	play 'status INITIALIZING' 'at 0ms status SYNCHRONIZED'
	wait_for synchronized --timeout 5m --json
	is '.what == "synchronized" and .waited_ns > 1000000'
	play 'status SYNCHRONIZED'
	wait_for synchronized --timeout 0
	[ "$status" = 0 ]
}

@test "wait: maintenance that is announced already is there at once" {
	play 'maintenance soon'
	wait_for maintenance --timeout 0
	[ "$status" = 0 ]
}

@test "wait: recovered comes when the page is good again" {
	play 'status UNRELIABLE'
	wait_for recovered --timeout 0
	[ "$status" = 4 ]
	play 'status UNRELIABLE' 'at 0ms status SYNCHRONIZED'
	wait_for recovered --timeout 5m --json
	[ "$status" = 0 ]
	is '.page.clock_status == 2'
}

@test "wait: neither recovered nor synchronized comes by what was no page, or torn, from the first sample on" {
	head -c 4096 /dev/urandom >"$page"
	run -4 "$VMCLOCK_TRACE" wait --device "$page" --for recovered,synchronized --timeout 300ms
	# A good one, left in the midst of an update.
	play_sim "$page" 'end 1h'
	run -0 "$VMCLOCK_TRACE" wait --device "$page" --for synchronized --timeout 5m
	end_sim
	wait "$sim" || :
	printf '\007' | dd of="$page" bs=1 seek=12 conv=notrunc status=none
	run -4 "$VMCLOCK_TRACE" wait --device "$page" --for recovered,synchronized --timeout 300ms
}

@test "wait: recovered is never said by a page without a clock" {
	play_sim "$page" 'mode marker-only'
	run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 1s
	[ "$status" = 4 ]
	[[ $stderr == *"carries no clock"* ]]
}

@test "wait: that it was stopped meanwhile is said at the end of the time" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" wait --device "$page" --for disruption --timeout 2s 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	pid=$!
	until_true looks $pid "$page"
	kill -STOP $pid
	sleep 0.5
	kill -CONT $pid
	status=0
	wait $pid || status=$?
	cat "$BATS_TEST_TMPDIR/said"
	[ "$status" = 4 ]
	grep -q 'this program was stopped, and did not run for [0-9.]* m\?s of that time' "$BATS_TEST_TMPDIR/said"
}

@test "wait --since-marker: a change before the start is not missed, and none is invented" {
	play
	play_sim "$page" 'end 1h' 'at 100ms migrate'
	until_true has "$played" ' line '
	end_sim
	# From here on the page is as it was left.
	wait_for() {
		run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for "$@"
	}
	wait_for disruption --timeout 0
	[ "$status" = 4 ]
	wait_for disruption --timeout 0 --since-marker 1 --json
	[ "$status" = 0 ]
	is '.finding | .since_start and .detail.old == 1 and .detail.new == 2'
	wait_for disruption --timeout 0 --since-marker 0x2
	[ "$status" = 4 ]
}

@test "wait --exec: becomes the command, with what happened in its environment" {
	play 'at 0ms migrate'
	wait_for disruption --timeout 5m --exec sh -c 'echo "$VMCLOCK_FINDING $VMCLOCK_OLD_MARKER $VMCLOCK_NEW_MARKER $VMCLOCK_SEVERITY $1"; echo "$VMCLOCK_JSON" | jq -e .happened; exit 9' sh --for
	[ "$status" = 9 ]
	[[ ${lines[1]} == "disruption 1 2 critical --for" ]]
	[ "${lines[2]}" = true ]
}

@test "wait --exec: the command does not inherit blocked signals, nor stale variables" {
	play
	VMCLOCK_OLD_MARKER=99 wait_for synchronized --timeout 5m --exec \
		sh -c 'echo "old=$VMCLOCK_OLD_MARKER"; grep -E "^Sig(Blk|Ign)" /proc/self/status'
	[ "$status" = 0 ]
	[[ $output == *"old="$'\n'* ]]
	grep -qE 'SigBlk:\s*0+$' <<<"$output"
}

@test "wait --exec: 127 if there is no such command, 126 if it cannot be run" {
	play
	play_sim "$page" 'end 1h'
	run -127 "$VMCLOCK_TRACE" wait --device "$page" --for synchronized --exec=/does/not/exist
	wait_for synchronized --exec "$BATS_TEST_TMPDIR"
	[ "$status" = 126 ]
}

@test "wait: a signal ends it, 128 and the signal's number" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" wait --device "$page" --for disruption 3>&- &
	pid=$!
	until_true looks $pid "$page"
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" = 143 ]
}

@test "wait: wrong usage is exit 2, no page exit 1" {
	for options in "" "--for" "--for nonsense" "--for disruption," "--for disruption --timeout x" \
		"--for host_step --since-marker 1" "--for disruption --since-marker x" "--for any word"; do
		# shellcheck disable=SC2086
		run "$VMCLOCK_TRACE" wait $options
		[ "$status" = 2 ]
	done
	run --separate-stderr "$VMCLOCK_TRACE" wait --for any --device "$BATS_TEST_TMPDIR/none"
	[ "$status" = 1 ]
	[[ $stderr == *"hint:"* ]]
}

# le BYTES NUMBER: as a page holds it; put OFFSET BYTES NUMBER: change a field of $page.
le() { for ((i = 0; i < $1; i++)); do printf '%b' "\\x$(printf %02x $((($2 >> (8 * i)) & 255)))"; done; }
put() { le "$2" "$3" | dd of="$page" bs=1 seek=$(($1)) conv=notrunc status=none; }

# not_known REASON: of the page as it is now neither state is said to be so, and why.
not_known() {
	for state in recovered synchronized; do
		run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for "$state" --timeout 0 --json
		echo "$state: $output $stderr" >&2
		[ "$status" = 4 ]
		is ".happened == false and .what == null and .well == \"unknown\" and .well_unknown == \"$1\""
		run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for "$state" --timeout 0
		[ "$status" = 4 ]
		[ -z "$output" ]
		[[ $stderr == *"whether the clock is well is not known: "* ]]
		run "$VMCLOCK_TRACE" status --device "$page"
		[ "$status" != 0 ]
	done
}

@test "wait: no state comes by a page that is far off, absurd, cut, or tells no UTC" {
	play_sim "$page" 'end 1h'
	end_sim
	wait "$sim" || :
	cp "$page" "$BATS_TEST_TMPDIR/good"
	again() { head -c 4096 "$BATS_TEST_TMPDIR/good" >"$page"; }
	seconds=$(od -An -tu8 -j72 -N8 "$page")
	# The same page where all is well: it is the change that is told.
	run -0 "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 0
	put 0x48 8 $((seconds - 333 * 86400))
	not_known other_machine
	again
	put 0x48 8 $((seconds + 34810 * 31556952)) # the year 36836
	not_known not_compared
	again
	put 0x0b 1 2 # CLOCK_MONOTONIC
	not_known not_compared
	again
	put 0x60 8 -1 # the maximum error: 2^64-1 ns
	not_known out_of_range
	again
	put 0x24 2 32000 # the TAI offset
	not_known undefined
	again
	put 0x26 1 9 # leap_indicator
	not_known undefined
	again
	put 0x0a 1 5 # counter_id
	not_known undefined
	head -c 64 "$BATS_TEST_TMPDIR/good" >"$page"
	not_known undefined
	# And where nothing is to be compared.
	again
	run -4 "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 0 --no-counter
}

@test "wait: what it did not see begin has not recovered; it is synchronized now" {
	play_sim "$page" 'end 1h' 'at 10ms step 100us'
	until_true has "$played" ' line '
	run -0 "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 5m
	[ "$output" = "synchronized now: the page in the file, status SYNCHRONIZED, is near CLOCK_REALTIME; what was before this wait is not known" ]
	run -0 "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 5m --json
	is '.what == "synchronized" and .well == "yes" and .well_unknown == null and (.text | contains("what was before this wait is not known"))'
	run -0 "$VMCLOCK_TRACE" wait --device "$page" --for recovered --timeout 5m --exec sh -c 'echo "$VMCLOCK_FINDING"'
	[ "${lines[-1]}" = synchronized ]
	# One that saw it being bad says that it has recovered.
	play 'status UNRELIABLE' 'at 0ms status SYNCHRONIZED'
	end_sim
	wait_for recovered --timeout 5m --json
	# And not before it was good for the time that the manual names.
	is '.what == "recovered" and .waited_ns >= 5000000000 and (.text | contains("not known") | not)'
}

@test "wait: where the time is over while it settles, that is said" {
	play_sim "$page" 'end 1h' 'status UNRELIABLE' 'at 2s status SYNCHRONIZED'
	hold_sim "$page"
	waiter recovered --timeout 4900ms
	let_sim_go
	status=0
	wait "${watchers[0]}" || status=$?
	[ "$status" -eq 4 ]
	stderr=$(cat "$BATS_TEST_TMPDIR/err")
	[[ $stderr == *"did not happen in time; "*"good by the last samples, but not watched for long"* ]]
}

@test "wait: a host without a source of time is neither synchronized nor recovered, and that is said" {
	play_sim "$page" 'end 1h' 'status FREERUNNING'
	for state in synchronized recovered; do
		run -4 --separate-stderr "$VMCLOCK_TRACE" wait --for $state --timeout 300ms --device "$page"
		[[ $stderr == *"did not happen in time; the host has no source of time (FREERUNNING)"* ]]
	done
}
