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
