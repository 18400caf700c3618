#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest without a vmclock, stopped for real by a snapshot: that it did not run is seen all the same.

load helpers

setup_file() {
	in_guest --clock none --snapshot-at '@@@ snapshot' --restore-at '@@@ restore' <<'SCRIPT'
	begin watch vmclock-trace watch --without-page --json
	echo '@@@ snapshot'
	sleep 1
	echo '@@@ restore'
	until_says watch '"kind":"stun"'
	finish
SCRIPT
}

@test "no vmclock: a guest that did not run is found as stun" {
	holds watch '.[0].page == null and .[-1].page == null'
	holds watch 'map(select(.type == "finding" and .kind == "stun")) | length >= 1'
	status_is watch 3
}
