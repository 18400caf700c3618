#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# The lab keeps what it promises: what comes out of a guest, how its end is told, and the clock.
# Each test boots a guest, which takes some seconds. Needs `tests/setup lab check`.
# shellcheck disable=SC2154 # stderr and such are bats'
bats_require_minimum_version 1.5.0

setup_file() {
	LAB=$BATS_TEST_DIRNAME
	gcc -std=gnu11 -O2 -Wall -Wextra -static -o "$BATS_FILE_TMPDIR/clockcheck" \
		"$LAB/check/clockcheck.c" -lm
	export LAB TMPDIR=$BATS_FILE_TMPDIR
	CHECK=$BATS_FILE_TMPDIR/clockcheck
	export CHECK
}

lab() {
	run --separate-stderr "$LAB/run" --timeout 900 "$@"
}

# No QEMU of ours and nothing in the temporary directory, which is our own, is left.
nothing_left() {
	! pgrep -f "$TMPDIR/vmclock-lab" && ! compgen -G "$TMPDIR/vmclock-lab*"
}

teardown() {
	nothing_left
}

@test "the output comes apart, the exit status comes back" {
	lab --quiet -- sh -c 'echo out; echo err >&2; cat; exit 3'
	[ "$status" -eq 3 ]
	[ "$output" = out ]
	[ "$stderr" = err ]
}

@test "a signal is told as a shell tells it, a command that is not there too" {
	lab --quiet --clock none -- sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run -127 --separate-stderr "$LAB/run" --quiet --clock none -- no-such-command
	[[ $stderr == *no-such-command* ]]
}

@test "a timer that the emulator lost is told by the kernel's word for it, and the guest is ended" {
	lab --quiet --clock none -- sh -c '
		echo "<2>rcu: rcu_preempt kthread timer wakeup didn'"'"'t happen for 5241 jiffies!" >/dev/kmsg
		cat'
	[ "$status" -eq 75 ]
	[[ $stderr == *"lost a timer of the guest's"* ]]
}

@test "any bytes come through, and many" {
	head -c 3000000 /dev/urandom >"$TMPDIR/bytes"
	"$LAB/run" --quiet --clock none --put "$TMPDIR/bytes" -- cat /put/bytes | cmp - "$TMPDIR/bytes"
}

@test "output comes while the command runs" {
	"$LAB/run" --quiet --clock none -- sh -c 'echo now; sleep 5; echo later' |
		while read -r word; do echo "$word $SECONDS"; done >"$TMPDIR/words"
	read -r _ now <"$TMPDIR/words"
	read -r _ later < <(tail -n 1 "$TMPDIR/words")
	[ $((later - now)) -ge 4 ]
}

@test "what the command leaves running does not hold it up" {
	lab --quiet --clock none -- sh -c 'sleep 1000 & echo parted'
	[ "$status" -eq 0 ]
	[ "$output" = parted ]
}

@test "a reader that goes away ends the guest" {
	run bash -c '"$LAB/run" --quiet --clock none -- yes | head -n 1'
	[ "$output" = y ]
}

@test "a guest that takes too long is ended" {
	lab --timeout 8 --clock none -- sleep 1000
	[ "$status" -eq 124 ]
	[[ $stderr == *"not done after 8 s"* ]]
}

@test "a guest that panics is shown" {
	lab --clock none -- sh -c 'echo c >/proc/sysrq-trigger'
	[ "$status" -eq 125 ]
	[[ $stderr == *"Kernel panic"* ]]
}

@test "an interrupt leaves nothing behind" {
	"$LAB/run" --quiet -- sh -c 'echo up; sleep 1000' >"$TMPDIR/up" 3>&- &
	for _ in {1..6000}; do [ ! -s "$TMPDIR/up" ] || break; sleep 0.1; done
	[ -s "$TMPDIR/up" ]
	kill -INT $!
	wait $! || [ $? = 130 ]
	nothing_left
}

@test "there is a user without rights" {
	lab --quiet --clock none -- su user -c 'id -u; cat /dev/mem'
	[ "${lines[0]}" = 1000 ]
	[ "$status" -ne 0 ]
}

@test "a directory can be put, and programs bring their libraries" {
	mkdir -p "$TMPDIR/tree/below"
	cp "$(command -v jq)" "$TMPDIR/tree/below/jq"
	lab --quiet --clock none --put "$TMPDIR/tree" -- /put/tree/below/jq -n '1 + 1'
	[ "$output" = 2 ]
}

@test "a kernel that is not listed has its own exit status" {
	lab --kernel 5.99 -- true
	[ "$status" -eq 77 ]
	[[ $stderr == *"no kernel 5.99"* ]]
}

@test "full clock: true within its bound, in the page and in the PTP clock" {
	lab --put "$CHECK" -- clockcheck 6
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"PTP clock against the page"* ]]
	[[ $output != *"PTP clock against the page            0 checks"* ]]
}

@test "marker only: the driver has no PTP clock" {
	lab --clock marker-only -- sh -c 'test -c /dev/vmclock0 && ! test -e /dev/ptp0'
	[ "$status" -eq 0 ]
}

@test "no clock: no device" {
	lab --clock none -- test -e /dev/vmclock0
	[ "$status" -eq 1 ]
}

@test "a scenario happens" {
	printf 'at 1 step 5000000 # a jump\nat 2 set clock_status 3 leap_indicator 1\n' >"$TMPDIR/scenario"
	# shellcheck disable=SC2016 # the guest's $?
	lab --scenario "$TMPDIR/scenario" --put "$CHECK" -- sh -c \
		'clockcheck 2; echo $?; until [ "$(head -c 35 /dev/vmclock0 | od -An -tu1 -j34)" -eq 3 ]; do usleep 100000; done
		head -c 112 /dev/vmclock0 | od -An -tx1 -j34 -N5'
	[[ $output == *$'\n1\n'* ]]
	[[ $output == *"bound broken by 500"* || $output == *"bound broken by 499"* ]]
	[ "${lines[-1]}" = " 03 00 db ff 01" ]
}

@test "a scenario that is wrong is refused" {
	echo 'at 1 set no_such_field 3' >"$TMPDIR/scenario"
	lab --scenario "$TMPDIR/scenario" -- true
	[ "$status" -eq 125 ]
	[[ $stderr == *"scenario, line 1"* ]]
}

@test "a migration: the marker moves, the command goes on, the page's time jumps with the world's" {
	# shellcheck disable=SC2016 # the guest's $n
	lab --migrate-at 5 -- sh -c 'for n in $(seq 60); do echo $n; usleep 100000; done
		head -c 24 /dev/vmclock0 | od -An -td8 -j16 -N8'
	[ "$status" -eq 0 ]
	diff <(seq 60) <(printf '%s\n' "${lines[@]:0:60}")
	[ "${lines[-1]}" -eq 2 ]
	[[ $stderr =~ migrated,\ ([0-9]+)\ ms\ down ]]
	[[ $stderr =~ jumps\ by\ ([0-9]+)\ us ]]
}

@test "counted instructions: the same clock on one CPU" {
	lab --icount --put "$CHECK" -- sh -c 'nproc; clockcheck 2'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" -eq 1 ]
}

@test "a kernel without the driver runs the command all the same" {
	lab --kernel 6.12 -- sh -c 'uname -r; test ! -e /dev/vmclock0'
	[ "$status" -ne 77 ] || skip "Debian lists no 6.12 any more"
	[ "$status" -eq 0 ]
	[[ $output == 6.12.* ]]
}

@test "arm64: the same clock" {
	command -v qemu-system-aarch64 || skip "needs: tests/setup lab-arm64"
	mkdir -p "$TMPDIR/arm64"
	aarch64-linux-gnu-gcc --sysroot="$("$LAB/sysroot" arm64)" -std=gnu11 -O2 -static \
		-o "$TMPDIR/arm64/clockcheck" "$LAB/check/clockcheck.c" -lm
	lab --arch arm64 --put "$TMPDIR/arm64/clockcheck" -- sh -c 'uname -m; clockcheck 3'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = aarch64 ]
}
