#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A real snapshot, and going back to it, while the program traces: a disruption, and no host step.

load helpers

setup_file() {
	in_guest --clock full --snapshot-after 9 --restore-after 13 <<'SCRIPT'
	(keep trace vmclock-trace trace --json --duration 16s) >/tmp/trace.block
	cat /tmp/trace.block
SCRIPT
}

@test "snapshot restore: found once as a disruption, with both markers, and not as a host step" {
	holds trace 'map(select(.type == "disruption")) | length == 1 and (.[0].old_marker != .[0].new_marker)'
	holds trace 'map(select(.type == "finding")) | map(.kind) | index("disruption") != null and index("host_step") == null'
	status_is trace 3
}
