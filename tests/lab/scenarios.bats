#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# Scenarios of the library, played into the page that the real driver serves: what is found there is
# what the scenario says, as it is when the detector is fed without a kernel.

load helpers

PLAYED="step-forward status-tour disrupt"

setup_file() {
	local puts=() name
	for name in $PLAYED; do
		puts+=(--put "$BATS_TEST_DIRNAME/../scenarios/$name.scenario")
	done
	in_guest --clock full --put build/vmclock-sim "${puts[@]}" < <(
		cat <<'SCRIPT'
	echo refresh 0 >/run/lab/clock # the lab's own hypervisor keeps still
	sleep 1
	# begun_in_time NAME: watched from before anything happens.
	begun_in_time() {
		vmclock-sim --now "/put/$1.scenario" mem:0xfeffb000 >"/tmp/sim.$1" 2>&1 &
		sim=$!
		until_true [ -s "/tmp/sim.$1" ]
		begin "$1" vmclock-trace watch --json
		! has "/tmp/sim.$1" ' line '
	}
	# play NAME KIND TIMES: until the last of what is expected has been found.
	play() {
		until begun_in_time "$1"; do # the machine was too busy
			kill $sim
			finish >/dev/null
		done
		until_says "$1" "\"kind\":\"$2\"" "$3"
		kill $sim
		finish
		keep "$1.sim" cat "/tmp/sim.$1"
	}
SCRIPT
		for name in $PLAYED; do
			kind=$(awk 'END { print $2 }' "$BATS_TEST_DIRNAME/../scenarios/$name.expected")
			echo "play $name $kind $(grep -c " $kind " "$BATS_TEST_DIRNAME/../scenarios/$name.expected")"
		done
	)
}

# The kinds that the scenario expects.
expected() { awk '{ print $2 }' "$BATS_TEST_DIRNAME/../scenarios/$1.expected" | sort | tr '\n' ' '; }
found() { jq -r 'select(.type == "finding" and .since_start == false and .kind != "stun") | .kind' "$OUT/$1" | sort | tr '\n' ' '; }

matches() {
	[ "$(found "$1")" = "$(expected "$1")" ] || {
		echo "$1: found $(found "$1"), expected $(expected "$1")"
		cat "$OUT/$1.sim"
		head -c 3000 "$OUT/$1"
		return 1
	} >&2
}

@test "scenario under the real driver: a host step of 5 ms, by its size" {
	matches step-forward
	holds step-forward 'map(select(.kind == "host_step")) | .[0].detail.moved | .lo_ns > 4990000 and .hi_ns < 5010000'
}

@test "scenario under the real driver: each status of the clock" {
	matches status-tour
}

@test "scenario under the real driver: a disruption, and no step" {
	matches disrupt
}
