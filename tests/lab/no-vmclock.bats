#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest without a vmclock, stopped for real by a snapshot: that it did not run is seen all the same.

load helpers

setup_file() {
	in_guest --clock none --snapshot-after 4 --restore-after 7 <<'SCRIPT'
	keep watch vmclock-trace watch --without-page --json --duration 9s
SCRIPT
}

@test "no vmclock: a guest that did not run is found as stun" {
	holds watch '.[0].page == null and .[-1].page == null'
	holds watch 'map(select(.type == "finding" and .kind == "stun")) | length >= 1'
	status_is watch 3
}
