#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A real snapshot, and going back to it, while the program traces: a disruption, and no host step.

load helpers

setup_file() {
	in_guest --clock full --snapshot-at '@@@ snapshot' --restore-at '@@@ restore' <<'SCRIPT'
	begin trace vmclock-trace trace --json
	echo '@@@ snapshot'
	sleep 2
	echo '@@@ restore'
	until_says trace '"type":"disruption"' # after it alone
	finish
SCRIPT
}

@test "snapshot restore: found once as a disruption, with both markers, and not as a host step" {
	holds trace 'map(select(.type == "disruption")) | length == 1 and (.[0].old_marker != .[0].new_marker)'
	holds trace 'map(select(.type == "finding")) | map(.kind) | index("disruption") != null and index("host_step") == null'
	status_is trace 3
}
