#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# vmclock-sim: a page file that others can read while it goes wrong as told.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	: "${VMCLOCK_SIM:=$(dirname "$VMCLOCK_TRACE")/vmclock-sim}"
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	if [ -n "${sim-}" ]; then
		kill "$sim" 2>/dev/null || true
	fi
}

sim() {
	run --separate-stderr "$VMCLOCK_SIM" "$@"
}

# In the background, until it has made its page.
sim_begin() {
	"$VMCLOCK_SIM" "$@" >sim.out 2>sim.err 3>&- &
	sim=$!
	until_true is_whole page || { cat sim.err >&2; return 1; }
}

status() {
	run --separate-stderr "$VMCLOCK_TRACE" status --device page --json
}

@test "sim: every scenario of the library is right by --check" {
	# Those of the lab too: there is one grammar.
	sim --check "$scenarios"/*.scenario "$BATS_TEST_DIRNAME"/../lab/scenarios/*
	[ "$status" = 0 ]
	[ -z "$output$stderr" ]
}

@test "sim: --check says where, what and how to put it right, of each file" {
	echo 'at 5 setp +5ms' >a
	printf 'end 10s\nat 5 step 5000000\n' >b
	sim --check a "$scenarios/migrate.scenario" b
	[ "$status" = 1 ]
	[ "${stderr_lines[0]}" = "vmclock-sim: a:1: there is no 'setp' in a scenario" ]
	[ "${stderr_lines[1]}" = "hint: vmclock-scenario(5) lists what there is" ]
	[[ ${stderr_lines[2]} == "vmclock-sim: b:2: step: '5000000' is not a distance of time"* ]]
	[ "${#stderr_lines[@]}" = 4 ]
}

@test "sim: --list-events has the lines and what follows from them, at once" {
	sim --list-events "$scenarios/leap-positive.scenario"
	[ "$status" = 0 ]
	[ "${lines[0]}" = "10.000000000 s  23:59:60 begins" ]
	[ "${lines[1]}" = "11.000000000 s  23:59:60 is over" ]
	[ "${lines[3]}" = "90000.000000000 s  end" ]
}

@test "sim: a live clock on this machine's counter, read while it runs" {
	echo 'end 1h' >s
	sim_begin --now --remove s page
	status
	[ "$status" = 0 ]
	# Right to within 50 us even where the machine is busy: the counter's rate is measured.
	jq -e '.level == "ok" and .system_clock.minus_page.lo_ns > -50000 and .system_clock.minus_page.hi_ns < 50000' \
		<<<"$output"
	kill -INT "$sim"
	wait "$sim"
	[ ! -e page ]
}

@test "sim: a step, a disruption and an unreliable clock are seen by a reader" {
	printf '%s\n' 'end 1h' 'at 1.5s migrate downtime 10ms' 'at 1.8s step +1h' 'at 2.5s status UNRELIABLE' >s
	sim_begin --now s page
	hold_sim page
	status
	let_sim_go
	jq -e '.page.disruption_marker == 1 and .level == "ok"' <<<"$output"
	until_true has sim.out UNRELIABLE
	status
	[ "$status" = 3 ]
	jq -e '.page.disruption_marker == 2 and (.findings | index("status_unreliable"))' <<<"$output"
	# The step was an hour; it is ahead of this machine by that.
	jq -e '.system_clock.minus_page | .lo_ns < -3599.9e9 and .hi_ns > -3600.1e9' <<<"$output"
	grep -q 'line 3: step +1h' sim.out
	kill -TERM "$sim"
	wait "$sim"
	[ -s page ]
}

@test "sim: --fast plays a day at once, the same bytes for the same seed" {
	printf '%s\n' 'end 1d' 'at 1h migrate' 'at 2h step +5ms' >s
	sim --fast -q s a
	[ "$status" = 0 ]
	[ -z "$output" ]
	sim --fast -q s b
	sim --fast -q --seed 2 s c
	cmp a b
	run ! cmp -s a c
	run --separate-stderr "$VMCLOCK_TRACE" status --device a --counter 86500000000000 --json
	jq -e '.utc | startswith("2026-01-02T00:00:00.00")' <<<"$output"
}

@test "sim: --speed plays faster, and the clock runs as much faster" {
	echo 'end 10m' >s
	sim_begin --speed 10 s page
	before=$EPOCHREALTIME
	status
	first=$(jq -r '.utc[0:19] + "Z" | fromdate' <<<"$output")
	sleep 1
	status
	after=$EPOCHREALTIME
	later=$(jq -r '.utc[0:19] + "Z" | fromdate' <<<"$output")
	# In the second ten seconds went by, and ten times what this machine took for the rest.
	awk -v gone="$((later - first))" -v took="$(awk "BEGIN { print $after - $before }")" \
		'BEGIN { exit !(gone >= 9 && gone <= took * 10 + 1) }'
	grep -q "counter of" sim.out
}

@test "sim: a scenario from standard input" {
	run --separate-stderr bash -c 'echo "at 1 disrupt" | "$1" --fast - page' - "$VMCLOCK_SIM"
	[ "$status" = 0 ]
	[[ $output == *"1.000000000 s  line 1: disrupt"* ]]
}

@test "sim: a page that is gone is not there, and comes back" {
	printf '%s\n' 'end 10m' 'at 0.5s gone 3s' >s
	sim_begin s page
	until_true test ! -e page
	until_true test -e page
}

@test "sim: what is no regular file is never written to" {
	echo 'end 1s' >s
	mkdir page
	sim s page
	[ "$status" = 1 ]
	[ "${stderr_lines[0]}" = "vmclock-sim: page is there, and no regular file" ]
	sim s missing/page
	[ "$status" = 1 ]
	[[ ${stderr_lines[1]} == "hint: "* ]]
	sim missing page2
	[ "$status" = 1 ]
	[ "${stderr_lines[0]}" = "vmclock-sim: missing: No such file or directory" ]
}

@test "sim: usage errors exit 2, with a hint" {
	for arguments in "" "a" "a b c" "--speed 0 a b" "--speed x a b" "--counter tsc a b" \
		"--fast --counter real a b" "--fast --speed 2 a b" "--seed x a b" "--nonsense" \
		"--check" "--list-events a b"; do
		# shellcheck disable=SC2086 # words are meant
		sim $arguments
		[ "$status" = 2 ] || { echo "not 2: $arguments"; return 1; }
		[[ $stderr == *"hint: "* ]]
	done
}

@test "sim: help and version" {
	sim --help
	[ "$status" = 0 ]
	[[ $output == "usage: vmclock-sim"* && $output == *"examples:"* ]]
	sim --version
	[ "$status" = 0 ]
	[[ $output == "vmclock-sim "* ]]
}

# The words of a scenario: as the program has them, and as the manual has them.
words_of_program() {
	sed -nE 's/^	\{"([a-z-]+)", VERB_.*/\1/p' "$BATS_TEST_DIRNAME/../../src/scenario/directives.c" | sort
}

words_of_manual() {
	grep -oE '^(\*[a-z-]+[^_]*|.* \*[a-z-]+\* _PPM_.*|.*\| \*[a-z-]+.*|	\*migrated\*.*)' \
		"$BATS_TEST_DIRNAME/../../man/vmclock-scenario.5.scd" | grep -oE '\*[a-z-]+' | tr -d '*' | sort -u
}

@test "sim: the manual has every word of a scenario, and every option" {
	[ "$(words_of_program | wc -l)" -gt 30 ]
	[ -z "$(comm -23 <(words_of_program) <(words_of_manual))" ]
	make -s -C "$BATS_TEST_DIRNAME/../.." man
	man=$BATS_TEST_DIRNAME/../../build/man/vmclock-sim.1.scd # with its options filled in
	for option in $("$VMCLOCK_SIM" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
		grep -qF -- "*$option*" "$man" || { echo "not in the manual: $option"; return 1; }
	done
	for option in $(grep -oE '^\*.*' "$man" | grep -oE -- '--[a-z-]+' | sort -u); do
		"$VMCLOCK_SIM" --help | grep -qE -- " $option( |\$)" ||
			{ echo "not in the help: $option"; return 1; }
	done
}

@test "sim: the manual's examples are right" {
	awk '/^```$/ { f = !f; n += f; next } f { if (/^(start|end)/) is[n] = 1; text[n] = text[n] $0 "\n" }
		END { for (i in is) printf "%s", text[i] >("example." i) }' \
		"$BATS_TEST_DIRNAME/../../man/vmclock-scenario.5.scd"
	[ "$(find . -name 'example.*' | wc -l)" = 3 ]
	sim --check example.*
	[ "$status" = 0 ]
}
