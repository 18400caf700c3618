#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `vmclock-trace doctor` on files; what needs a device is in tests/lab.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	vectors=$BATS_TEST_DIRNAME/../data/vectors/pages
}

@test "doctor: a plain file has no PTP clock, and no driver that could have made one" {
	run --separate-stderr "$VMCLOCK_TRACE" doctor --json --device "$vectors/003-old.bin"
	[ "$status" = 3 ]
	jq -e '.checks[] | select(.name == "page") | .why == "full"' <<<"$output"
	jq -e '.checks[] | select(.name == "ptp_clock") | .state == "skip" and .hint == null
		and .why == "a plain file has none"' <<<"$output"
}

@test "doctor: what cannot be opened is not known, and not absent" {
	# shellcheck disable=SC2016 # $1 is for the inner shell
	run --separate-stderr bash -c 'ulimit -n 4; "$1" doctor --json' _ "$VMCLOCK_TRACE" 3>&-
	[ "$status" = 3 ]
	echo "$output"
	for check in vmclock vmgenid virtio_rtc; do
		[ "$check" != virtio_rtc ] || [ -d /sys/bus/virtio/devices ] || continue
		jq -e --arg name "$check" '.checks[] | select(.name == $name) | .state == "skip"
			and (.why | endswith("is not known: Too many open files"))' <<<"$output"
	done
}

# few FILES COMMAND...: the command, which may have so many files open; none is left by bats.
few() {
	# shellcheck disable=SC2016 # for the inner shell
	run bash -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n "$1"; shift; exec "$@"' _ "$1" \
		timeout -s INT 20 "$VMCLOCK_TRACE" "${@:2}"
}

@test "too many open files: each command says so, and how to raise the limit" {
	for files in 4 6 7 8; do
		for command in "wait --for recovered --timeout 0" "record --duration 50ms $BATS_TEST_TMPDIR/r.sqlite" \
			"exporter --listen 127.0.0.1:0"; do
			# As for wait: 5 are enough to find no device.
			[ "$files" = 4 ] || [[ $command != wait* ]] || [ -e /dev/vmclock0 ] || continue
			# shellcheck disable=SC2086 # words are meant
			few "$files" $command
			echo "$files $command: $output" >&2
			[ "$status" = 1 ]
			[[ $output == *"Too many open files"*"hint: raise the limit on open files (ulimit -n)"* ]]
			[[ $output != *libbpf* && $output != *"out of memory"* && $output != *"shows no BTF"* ]]
		done
	done
	few 10 record --device "$vectors/003-old.bin" --duration 50ms "$BATS_TEST_TMPDIR/r.sqlite"
	[ "$status" = 1 ]
	[[ $output == *"cannot be made: Too many open files"*"hint: raise the limit on open files (ulimit -n)"* ]] ||
		{ echo "$output" >&2; return 1; }
	few 4 doctor
	[ "$status" = 3 ]
	[[ $output == *"Too many open files"* && $output != *libbpf* ]]
}

@test "--btf: a file that is not there, or is none, is an error of each command, in our own words" {
	[ "$(id -u)" = 0 ] || skip "hooks need root"
	for command in trace record exporter doctor; do
		for file in "$BATS_TEST_TMPDIR/none" /etc/passwd /dev/null; do
			what="$file holds no BTF of a kernel"
			[ -e "$file" ] || what="the kernel's BTF in $file cannot be read: No such file or directory"
			arguments=(--device "$vectors/003-old.bin" --btf "$file")
			case $command in
			exporter) arguments+=(--listen 127.0.0.1:0) ;;
			record) arguments+=(--duration 50ms "$BATS_TEST_TMPDIR/r.sqlite") ;;
			trace) arguments+=(--duration 50ms) ;;
			esac
			run timeout 20 "$VMCLOCK_TRACE" $command "${arguments[@]}"
			echo "$output" >&2
			[[ $status = 1 || $command = doctor && $status = 3 ]]
			[[ $output == *"$what"* && $output != *libbpf* && $output != *"Unknown error"* ]]
		done
	done
}
