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
	[[ $flat == *"CLOCK_REALTIME was wrong in "*", up to 250 ms behind (about -250.000 ms .. 0 ns), by the host's clock (KVM virtual PTP), which claims no bound."* ]]
	[[ $flat == *" Recovered, by the host's clock (KVM virtual PTP), which claims no bound."* ]]
}

@test "witness: the verdict says by which clock, and whether that claims a bound, also where all is well" {
	by="by the host's clock (KVM virtual PTP), which claims no bound"
	[[ $("$VMCLOCK_TRACE" report --json "$STORY" | jq -r .verdict) == *"was bad for "*" s. Recovered, $by."* ]]
	[[ $("$VMCLOCK_TRACE" report --html "$STORY") == *'<p class="verdict '*' Recovered, by the host'*'s clock (KVM virtual PTP), which claims no bound.'* ]]
	printf '%s\n' 'mode marker-only' 'realtime within 2ms' 'ptp-clock kvm' 'end 20s' >"$BATS_TEST_TMPDIR/ok.scenario"
	run -0 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/ok.scenario" "$BATS_TEST_TMPDIR/ok.sqlite"
	run -0 "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/ok.sqlite"
	jq -e '.verdict | test("^OK: .* nothing was found. CLOCK_REALTIME was compared with the host.s clock [(]KVM virtual PTP[)], which claims no bound[.]$")' <<<"$output"
}

@test "witness: for how long none told how the clock was, and that it is not OK then" {
	printf '%s\n' 'mode marker-only' 'realtime within 5ms' 'clockbound within 1ms' 'end 2m' 'sample 1s' 'at 60s clockbound' \
		'at 90s clockbound within 1ms' >"$BATS_TEST_TMPDIR/gap.scenario"
	run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/gap.scenario" "$BATS_TEST_TMPDIR/gap.sqlite"
	run -1 "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/gap.sqlite"
	jq -e '.level == "unknown" and (.not_known | map(select(.code == "not_compared")) | length == 1
		and (.[0].text | test("from 2026-01-01T00:00:59.*Z to 2026-01-01T00:01:30")))' <<<"$output"
	# What is asked for ends before.
	run -0 "$VMCLOCK_TRACE" report --until 50s "$BATS_TEST_TMPDIR/gap.sqlite"
}

@test "witness: Z is UTC by it, also after hours in which the machine did not run" {
	printf '%s\n' 'mode marker-only' 'generation 1' 'realtime within 2ms' 'ptp-clock kvm within 10us' 'end 190m' \
		'at 20s restore downtime 3h' >"$BATS_TEST_TMPDIR/restore.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/restore.scenario" "$BATS_TEST_TMPDIR/r.sqlite" >/dev/null || [ $? = 3 ]
	run -0 "$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/r.sqlite"
	[[ $output == *"2026-01-01T00:00:00.000Z to 2026-01-01T03:10:00.000Z, UTC by /dev/ptp0 (KVM virtual PTP), which claims to be within 10.000 us"* ]]
	[[ $output == *$'\n2026-01-01T03:00:20.000Z  critical disruption'* ]]
	"$VMCLOCK_TRACE" report --csv --until 2026-01-01T03:00:21Z "$BATS_TEST_TMPDIR/r.sqlite" | grep -q '^2026-01-01T03:00:20.000Z,20.0*,.*,finding,restore'
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/r.sqlite" | jq -e '.recording.start_utc_ns == 1767225600000000000'
}

@test "witness: two clocks that contradict each other are a finding, and nothing is OK" {
	for story in clocks-disagree clocks-disagree-host; do
		run -3 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/$story.scenario" "$BATS_TEST_TMPDIR/$story.sqlite"
		run -3 "$VMCLOCK_TRACE" replay --json "$BATS_TEST_TMPDIR/$story.sqlite"
		run -0 "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/$story.sqlite"
		jq -e '(.verdict | startswith("WARNING: ")) and .incidents == []
			and (.findings[0] | .kind == "clocks_disagree" and .severity == "warning"
				and .detail.beyond.lo_ns > 3e6)' <<<"$output"
	done
	jq -e '.findings[0].detail | .b.clock == "page" and .a.claim_ns == null' <<<"$output"
	run -3 "$VMCLOCK_TRACE" watch --speed 1000 --from "$BATS_TEST_TMPDIR/clocks-disagree.sqlite"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"hyperv (/dev/ptp1) is 99.999 ms ahead of KVM virtual PTP (/dev/ptp0); each claims to be within 1.000 ms: which of the two is wrong is not known"* ]]
}

@test "witness: what --phc says must be of a clock" {
	run -2 "$VMCLOCK_TRACE" compare --phc ptp0=gps
	[[ $output == *"'ptp0=gps' is not a list"* ]]
}
