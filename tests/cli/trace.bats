#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # stderr is bats'
# trace, as far as it goes without a driver to hook: what can be asked of it, and the page alone.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	page=$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin
	export LC_ALL=C.UTF-8
}

# trace OPTION...: of the page in a file, for a moment; its JSON as an array in $lines.
trace() {
	run --separate-stderr "$VMCLOCK_TRACE" trace --device "$page" --duration 50ms --json "$@"
	lines=$(jq -cs . <<<"$output")
}

is() { jq -e "$1" <<<"$lines" >/dev/null || { echo "not so: $1"; echo "$lines"; return 1; } >&2; }

# refused CODE MESSAGE OPTION...
refused() {
	local code=$1 message=$2
	shift 2
	run -"$code" --separate-stderr "$VMCLOCK_TRACE" trace --device "$page" --duration 50ms "$@"
	[ -z "$output" ]
	[[ $stderr == *"$message"* ]] || { echo "$stderr" >&2; return 1; }
}

@test "trace: what was asked for is in the first line" {
	trace
	is '.[0].request == {pid: null, comm: null, cgroup: null, all_phcs: false, measure_all: false, every_event: false, calls: false, errors_only: false, slower_than_ns: null, paths: .[0].request.paths, rate: 10000}'
	is '.[0].request.paths | length == 11 and index("clock_gettime") != null'
	trace -e -p 7 -c chronyd --rate 0 --phc all --measure-all
	is '.[0].request | .pid == 7 and .comm == "chronyd" and .every_event and (.calls | not) and .rate == null and .all_phcs and .measure_all'
	trace --calls --phc vmclock --rate 5
	is '.[0].request | .every_event and .calls and .rate == 5 and (.all_phcs | not)'
}

@test "trace: to ask for some events is to ask for events" {
	trace --path read --path PTP_SYS_OFFSET_PRECISE
	is '.[0].request | .every_event and .paths == ["PTP_SYS_OFFSET_PRECISE", "read"]'
	trace --errors
	is '.[0].request | .every_event and .errors_only'
	trace --slower 50us
	is '.[0].request | .every_event and .slower_than_ns == 50000'
}

@test "trace: what makes no sense is refused, with what would" {
	refused 2 "--path" --path nonsense
	refused 2 "--slower" --slower 0
	refused 2 "--slower" --slower soon
	refused 2 "--rate" --rate -1
	refused 2 "--rate" --rate 4294967296
	refused 2 "--phc" --phc ptp0
	refused 2 "--count" --count 0
	refused 2 "--pid" --pid 0
	refused 2 "--duration" --duration -1
	refused 2 "hint:" more
	refused 1 "hint:" --cgroup no/such/cgroup
}

@test "trace: a page alone is watched, and its summary has no counts of what was not seen" {
	[ ! -e /sys/module/ptp_vmclock ] || skip "this machine has the driver"
	trace
	is '.[0] | .page != null and .hooks == [] and .hooks_missing.cause != null'
	is '.[-1] | .type == "summary" and .page != null and (has("uses") or has("lost") | not)'
	run --separate-stderr "$VMCLOCK_TRACE" trace --device "$page" --duration 50ms
	[[ $output == *"hooks   NONE: "* ]]
	[[ $stderr == *"hint:"* ]]
	refused 1 "hint:" --strict
	# Whichever way to hook it is: none is found out more than once, and nothing is freed twice.
	run "$VMCLOCK_TRACE" trace --kprobes --device "$page" --duration 50ms
	[ "$status" = 1 ]
	[[ $output == *": whether the clock was right is not known"* ]]
	[[ $output == *"hooks   NONE: no hook could be attached: "* ]]
}

@test "trace: a BTF file that is not there is said to be so; a page that was never sampled has no values" {
	run "$VMCLOCK_TRACE" trace --btf "$BATS_TEST_TMPDIR/none" --device "$page" --duration 50ms
	[[ $output == *"the kernel's BTF in $BATS_TEST_TMPDIR/none cannot be read: No such file or directory"* ]]
	[[ $output != *"holds no BTF"* ]]
	[ ! -e /dev/vmclock0 ] || skip "there is a page"
	run -1 "$VMCLOCK_TRACE" watch --without-page --duration 50ms
	[[ $output == *"page now            none: no byte of a page was read"*"none seen; no valid page was read: "* ]]
}
