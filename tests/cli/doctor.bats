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
