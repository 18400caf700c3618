#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `vmclock-trace compare` on files that hold a page; what needs a device is in tests/lab.

bats_require_minimum_version 1.5.0

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	cd "$BATS_TEST_TMPDIR" || return
}

compare() {
	run --separate-stderr "$VMCLOCK_TRACE" compare "$@"
}

# is CODE JQ-EXPRESSION: the exit status and all JSON lines of the last `compare`, as an array.
is() {
	if [ "$status" != "$1" ] || ! jq -se "$2" <<<"$output" >/dev/null; then
		echo "exit status $status, not $1, or not so: $2"
		echo "$output"
		echo "$stderr"
		return 1
	fi >&2
}

# page FILE [FIELD=VALUE]...: a page that tells this machine's CLOCK_REALTIME, or what is said.
# A field is OFFSET:BYTES. Nobody can read the counter here, so the time is right for a counter of
# 0 and the period so small that the time stands still: right to within the age of the file.
page() {
	python3 - "$@" <<'PYTHON'
import platform, struct, sys, time

page = bytearray(4096)
fields = {(0, 4): 0x4b4c4356, (4, 4): 4096, (8, 2): 1, (0x0a, 1): int(platform.machine() == "x86_64"),
          (0x18, 8): 0x51, (0x22, 1): 2, (0x24, 2): -37 & 0xffff, (0x30, 8): 1, (0x27, 1): 60,
          (0x48, 8): int(time.time()), (0x60, 8): 10**10}
for argument in sys.argv[2:]:
    name, value = argument.split("=")
    offset, width = name.split(":")
    fields[(int(offset, 0), int(width))] = int(value, 0)
for (offset, width), value in fields.items():
    page[offset:offset + width] = value.to_bytes(width, "little")
open(sys.argv[1], "wb").write(page)
PYTHON
}

@test "compare: a file is compared with CLOCK_REALTIME, and a sample is a line" {
	page good
	compare --device good --count 2 --interval 50ms --json
	is 0 'length == 3 and all(.schema == "vmclock-trace/compare/3")
		and map(.type) == ["sample", "sample", "summary"]
		and .[0].page.mode == "full" and .[0].contradictions == []
		and (.[0].pairs[0] | .a == "page" and .b == "CLOCK_REALTIME" and .method == "clock_gettime"
			and .between == "counter" and .offset.lo_ns > -300e9 and .offset.hi_ns < 1e9
			and .offset.lo_ns <= .offset.hi_ns and .with_bounds.lo_ns < .offset.lo_ns)
		and .[0].phc == null and .[0].phc_missing.cause != ""
		and .[0].driver == null and .[0].driver_missing.cause != ""'
}

@test "compare: elapsed times are unknown at first, then intervals with a rate" {
	page good
	compare --device good --count 2 --interval 500ms --json
	is 0 '(.[0].elapsed | length == 3 and all(.since == null and .difference == null and .rate_ppm == null))
		and (.[1].elapsed | all(.since.lo_ns >= 50e6 and .rate_ppm.lo < .rate_ppm.hi))
		and .[1].elapsed[0].rate_ppm.hi < -900000
		and (.[1].elapsed[2] | .a == "CLOCK_REALTIME" and .b == "CLOCK_MONOTONIC_RAW"
			and .difference.lo_ns < 25e6 and .difference.hi_ns > -25e6)'
}

@test "compare: the table names each pair, its method and what limits it" {
	page good
	compare --device good --count 1
	[ "$status" = 0 ]
	[ "${lines[0]}" = "No clock contradicts what it or another claims, in 1 sample." ]
	[[ $output == *"CLOCK_REALTIME - page"$'\n'"    clock_gettime "*" s"* ]]
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"a file: taken for this machine's page"* ]]
	[ -z "$(grep '.\{81\}' <<<"$output")" ]
	[[ $output == *"PTP clock       none: "* ]]
	[[ $output == *"No clock contradicts"* ]]
	[[ $output != *" "$'\n'* ]]
}

@test "compare: a page without a clock leaves the system's own clocks" {
	page marker 0x0a:1=0xff
	compare --device marker --count 2 --interval 20ms --json
	is 1 '.[-1].agree == "unknown" and .[-1].agree_unknown == "no_clock"
		and .[0].page.mode == "marker-only" and .[0].pairs[0].offset == null and .[0].pairs[0].note != null
		and (.[0].notes | any(.code == "marker_only")) and .[1].elapsed[0].rate_ppm == null
		and .[1].elapsed[2].rate_ppm != null'
	compare --device marker --count 1
	[[ ${lines[0]} == "UNKNOWN: whether the clocks agree is not known: the page carries no clock"* ]]
}

@test "compare: an update that does not end is said, not waited for" {
	page stuck 0x0c:4=5
	compare --device stuck --count 1 --json
	is 1 '.[0].page == null and (.[0].notes | any(.code == "page_stuck")) and .[1].agree_unknown == "no_page"'
}

# not_compared WHY TEXT [FIELD=VALUE]...: a page by which nothing is known.
not_compared() {
	local why=$1 text=$2
	shift 2
	page other "$@"
	compare --device other --count 1 --json
	is 1 ".[-1].agree == \"unknown\" and .[-1].agree_unknown == \"$why\" and .[-1].contradictions == 0"
	compare --device other --count 1
	[ "$status" = 1 ]
	[[ $(tr -s ' \n' ' ' <<<"$output") == "UNKNOWN: whether the clocks agree is not known: $text"* ]] ||
		{ echo "$output"; return 1; } >&2
}

@test "compare: where no two clocks could be compared, it is not known whether they agree" {
	not_compared no_page "no valid page was read" 0:4=0
	not_compared no_voucher "the hypervisor did not vouch" 0x22:1=4
	not_compared undefined "clock_status is 200, which the ABI does not define" 0x22:1=200
	not_compared undefined "leap_indicator is 9, which the ABI does not define" 0x26:1=9
	# Nor is a leap second announced by such a value.
	[[ $output != *"announces a leap second"* ]]
	page other
	compare --device other --count 1 --json
	is 0 '.[-1].agree == "yes" and .[-1].agree_unknown == null'
}

@test "compare: a page that is cut, or has no known counter, is not told as one without a clock" {
	not_compared undefined "counter_id is 5, which the ABI does not define" 0x0a:1=5
	[[ $output != *QEMU* && $output == *"note: The page is cut, or has a value"* ]]
	page whole
	head -c 64 whole >cut
	compare --device cut --count 1
	[ "$status" = 1 ]
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"the file is cut: it ends after 64 bytes"* && $output != *QEMU* ]]
}

@test "compare: markers of 64 bits are exact" {
	page good 0x10:8=0xfffffffffffffff1
	compare --device good --count 1 --json
	[[ $output == *'"disruption_marker":18446744073709551601'* ]]
}

# compare_while_changed: ./live becomes ./after once a sample was taken; ends two samples later.
compare_while_changed() {
	"$VMCLOCK_TRACE" compare --device live --count 1000000 --interval 200ms --json >out 2>err 3>&- &
	pid=$!
	until_true has out '"type":"sample"'
	cat after 1<>live >&1
	until_true has out '"type":"sample"' $(($(grep -c '"type":"sample"' out) + 3))
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	output=$(cat out) stderr=$(cat err)
}

@test "compare: a step of the host between two samples is a finding" {
	page before 0x0c:4=2
	page after 0x0c:4=4 0x48:8=$(($(date +%s) + 60))
	cp before live
	# A minute, each page claiming to be right within ten seconds.
	compare_while_changed
	is 3 '.[-1].contradictions_by_code.host_step == 1 and .[-1].page_updates == 1
		and (map(.contradictions | arrays | .[] | select(.code == "host_step")) | length == 1
			and (.[0] | (.text | contains("disruption_marker stayed 0"))))'
}

@test "compare: with a new marker the same is a disruption and no contradiction" {
	page before 0x0c:4=2
	page after 0x0c:4=4 0x10:8=9 0x48:8=$(($(date +%s) + 60)) 0x60:8=100000000000
	cp before live
	compare_while_changed
	is 0 '.[-1].marker_changes == 1 and .[-1].contradictions == 0
		and (.[-1].notes | any(.code == "marker_changed"))'
}

@test "compare: a comparison that is interrupted still sums up" {
	page good
	"$VMCLOCK_TRACE" compare --device good --count 1000000 --interval 100ms --json >out 3>&- &
	pid=$!
	until_true has out '"type":"sample"' 3
	kill -INT "$pid"
	wait "$pid"
	output=$(cat out)
	[ "$(tail -n 1 <<<"$output" | jq -r .type)" = summary ]
	[ "$(tail -n 1 <<<"$output" | jq .samples)" -ge 3 ]
}

@test "compare: no device, or no file, is said with its cause" {
	[ ! -e /dev/vmclock0 ] || skip "this machine has a vmclock"
	compare
	[ "$status" = 1 ]
	[[ $stderr == *"vmclock"*"hint: "* ]]
	[ -z "$output" ]
	compare --device missing
	[ "$status" = 1 ]
	[[ $stderr == *missing* ]]
}

@test "compare: wrong usage is refused" {
	local wrong
	for wrong in '--count 0' '--count -1' '--count x' '--interval 5parsecs' '--interval -1s' \
		'--nonsense' 'extra' '--count' '--device'; do
		# shellcheck disable=SC2086 # an option and its value
		compare $wrong
		[ "$status" = 2 ] || { echo "$wrong: $status"; return 1; }
		[ -z "$output" ] && [ -n "$stderr" ]
	done
}

@test "compare: an answer that cannot be written is a failure" {
	page good
	# shellcheck disable=SC2016 # $1 is for the inner shell
	run --separate-stderr bash -c '"$1" compare --device good --count 1 --json >/dev/full' _ "$VMCLOCK_TRACE"
	[ "$status" = 1 ]
	[[ $stderr == *"could not be written"* ]]
}
