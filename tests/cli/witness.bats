#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest with a marker and the host's clock: what recordings of it say, and by whom.

bats_require_minimum_version 1.5.0

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8 STORY=$BATS_FILE_TMPDIR/story.sqlite
	"$VMCLOCK_TRACE" record --json --scenario "$BATS_TEST_DIRNAME/../scenarios/marker-only-kvm.scenario" \
		"$STORY" >"$STORY.live" || [ $? = 3 ]
}

@test "witness: a recording replays to the incident that was seen live" {
	run -3 "$VMCLOCK_TRACE" watch --from "$STORY" --json
	[ "$(grep '"type":"incident"' <<<"$output")" = "$(grep '"type":"incident"' "$STORY.live")" ]
	jq -es 'map(select(.type == "incident")) | length == 1 and (.[0] | .recovery == "yes" and .witness.rank == "host" and .witness.name == "KVM virtual PTP" and .witness.claim_by == "unknown")' "$STORY.live"
}

@test "witness: the report says how far off, by whose clock, and that it is right again" {
	run -0 "$VMCLOCK_TRACE" report "$STORY"
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ $flat == *"CLOCK_REALTIME was wrong in "*"off by -250.000 ms .. +1 ns, by the host's clock (KVM virtual PTP), which claims no bound."* ]]
	[[ $flat == *"recovered, by the host's clock (KVM virtual PTP), which claims no bound"* ]]
}

@test "witness: what --phc says must be of a clock" {
	run -2 "$VMCLOCK_TRACE" compare --phc ptp0=gps
	[[ $output == *"'ptp0=gps' is not a list"* ]]
}
