#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# wait, on page files that vmclock-sim plays: what a service can gate on.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	# Events come seconds after the start: a busy machine takes that long to start the wait.
	sim=${VMCLOCK_TRACE%-trace}-sim
	page=$BATS_TEST_TMPDIR/page
	export LC_ALL=C.UTF-8
}

# play LINE...: a scenario of these lines into $page, in the background, once it is there.
play() {
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/scenario"
	"$sim" --quiet --now "$BATS_TEST_TMPDIR/scenario" "$page" 3>&- &
	for _ in {1..500}; do [ -s "$page" ] && break; sleep 0.01; done
}

wait_for() {
	run --separate-stderr "$VMCLOCK_TRACE" wait --device "$page" --for "$@"
	echo "$output" "$stderr" >&2
}

# is JQ-EXPRESSION: it is true of the object that was printed.
is() { jq -e "$1" <<<"$output" >/dev/null; }

@test "wait: until a disruption, with one line that says what happened" {
	play 'end 4s' 'at 2s migrate'
	wait_for disruption --timeout 20s
	[ "$status" = 0 ]
	[ "$(wc -l <<<"$output")" = 1 ]
	[[ $output == "disruption: "*"marker 1 > 2"* ]]
}

@test "wait: a timeout is exit 4, and says so" {
	play 'end 3s'
	wait_for disruption --timeout 300ms
	[ "$status" = 4 ]
	[ -z "$output" ]
	[[ $stderr == *"not happen in time"* ]]
	wait_for disruption --timeout 0 --json
	[ "$status" = 4 ]
	is '.happened == false and .what == null and .finding == null and .page.disruption_marker == 1'
}

@test "wait: what was not asked for does not end it" {
	play 'end 4s' 'at 1s step 5ms'
	wait_for disruption --timeout 2s
	[ "$status" = 4 ]
}

@test "wait: host_step, restore, status_change, and a list" {
	play 'end 8s' 'generation 3' 'at 2s step 5ms' 'at 3500ms status FREERUNNING' 'at 5s restore'
	wait_for host_step --timeout 20s --json
	is '.what == "host_step" and .finding.detail.moved.hi_ns >= 4999000'
	wait_for disruption,status_change --timeout 20s --json
	is '.what == "status_change"'
	wait_for restore --timeout 20s --json
	is '.what == "restore" and .finding.detail.new != 3'
}

@test "wait: any is whatever comes first" {
	play 'end 4s' 'at 2s smearing UTC_SLS'
	wait_for any --timeout 20s --json
	is '.what == "smearing_change"'
}

@test "wait: synchronized returns at once if it is so, else when it becomes so" {
	play 'end 6s' 'status INITIALIZING' 'at 3s status SYNCHRONIZED'
	wait_for synchronized --timeout 0
	[ "$status" = 4 ]
	wait_for synchronized --timeout 20s --json
	is '.what == "synchronized" and .waited_ns > 1000000'
	wait_for synchronized --timeout 0
	[ "$status" = 0 ]
}

@test "wait: maintenance that is announced already is there at once" {
	play 'end 3s' 'maintenance soon'
	wait_for maintenance --timeout 0
	[ "$status" = 0 ]
}

@test "wait: recovered comes when the page is good again" {
	play 'end 15s' 'status UNRELIABLE' 'at 3s status SYNCHRONIZED'
	wait_for recovered --timeout 0
	[ "$status" = 4 ]
	wait_for recovered --timeout 20s --json
	[ "$status" = 0 ]
	is '.page.clock_status == 2'
}

@test "wait --since-marker: a change before the start is not missed, and none is invented" {
	play 'end 3s' 'at 100ms migrate'
	sleep 0.4
	wait_for disruption --timeout 0
	[ "$status" = 4 ]
	wait_for disruption --timeout 0 --since-marker 1 --json
	[ "$status" = 0 ]
	is '.finding | .since_start and .detail.old == 1 and .detail.new == 2'
	wait_for disruption --timeout 0 --since-marker 0x2
	[ "$status" = 4 ]
}

@test "wait --exec: becomes the command, with what happened in its environment" {
	play 'end 4s' 'at 2s migrate'
	wait_for disruption --timeout 20s --exec sh -c 'echo "$VMCLOCK_FINDING $VMCLOCK_OLD_MARKER $VMCLOCK_NEW_MARKER $VMCLOCK_SEVERITY $1"; echo "$VMCLOCK_JSON" | jq -e .happened; exit 9' sh --for
	[ "$status" = 9 ]
	[[ ${lines[1]} == "disruption 1 2 critical --for" ]]
	[ "${lines[2]}" = true ]
}

@test "wait --exec: the command does not inherit blocked signals, nor stale variables" {
	play 'end 3s'
	VMCLOCK_OLD_MARKER=99 wait_for synchronized --timeout 2s --exec \
		sh -c 'echo "old=$VMCLOCK_OLD_MARKER"; grep -E "^Sig(Blk|Ign)" /proc/self/status'
	[ "$status" = 0 ]
	[[ $output == *"old="$'\n'* ]]
	grep -qE 'SigBlk:\s*0+$' <<<"$output"
}

@test "wait --exec: 127 if there is no such command, 126 if it cannot be run" {
	play 'end 3s'
	run -127 "$VMCLOCK_TRACE" wait --device "$page" --for synchronized --exec=/does/not/exist
	wait_for synchronized --exec "$BATS_TEST_TMPDIR"
	[ "$status" = 126 ]
}

@test "wait: a signal ends it, 128 and the signal's number" {
	play 'end 5s'
	"$VMCLOCK_TRACE" wait --device "$page" --for disruption 3>&- &
	pid=$!
	sleep 0.3
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
