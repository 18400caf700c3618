#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# What is claimed, on far more random stories with a known truth than `make check` has time for.

bats_require_minimum_version 1.5.0

# try_seeds FIRST COUNT
try_seeds() {
	run "${VMCLOCK_TRACE%/*}/unit/claim_property" "$1" "$2"
	# The seed is in it: by that alone the story can be had again.
	[ "$status" = 0 ] || { tail -20 <<<"$output" >&2; return 1; }
	[[ $output == *"PASSED"*" 1 test(s)"* ]]
}

@test "claim: nothing is claimed that is not so, on stories 1 to 1500" {
	try_seeds 1 1500
}

@test "claim: nothing is claimed that is not so, on stories 1501 to 3000" {
	try_seeds 1501 1500
}
