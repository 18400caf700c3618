#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `vmclock-trace status` on files; what needs a device is in tests/lab.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	vectors=$BATS_TEST_DIRNAME/../data/vectors/pages
	cd "$BATS_TEST_TMPDIR" || return
}

status() {
	run --separate-stderr "$VMCLOCK_TRACE" status "$@"
}

# is CODE JQ-EXPRESSION: the exit status and the JSON of the last `status`.
is() {
	if [ "$status" != "$1" ] || ! jq -e "$2" <<<"$output" >/dev/null; then
		echo "exit status $status, not $1, or not so: $2"
		echo "$output"
		echo "$stderr"
		return 1
	fi >&2
}

# le BYTES NUMBER: as a page holds it.
le() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf '%b' "\\x$(printf %02x $((($2 >> (8 * i)) & 255)))"
	done
}

# put FILE OFFSET BYTES NUMBER: change a field of a page.
put() {
	le "$3" "$4" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}

# A good clock: this machine's counter, 1 ns a tick, from 2027-01-15T08:00:00Z on.
good_page() {
	head -c 112 /dev/zero >"$1"
	put "$1" 0x00 4 0x4b4c4356
	put "$1" 0x04 4 4096
	put "$1" 0x08 2 1
	put "$1" 0x0a 1 "$([ "$(uname -m)" = x86_64 ] && echo 1 || echo 0)"
	put "$1" 0x18 8 0x51
	put "$1" 0x22 1 2
	put "$1" 0x24 2 -37
	put "$1" 0x30 8 18446744073
	put "$1" 0x48 8 1800000000
	put "$1" 0x60 8 500
}

@test "status: every vector is answered as it expects" {
	python3 - "$VMCLOCK_TRACE" "$vectors" <<'PYTHON'
import json, pathlib, subprocess, sys

def holds(got, expected):
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(k in got and holds(got[k], v) for k, v in expected.items())
    return type(got) is type(expected) and got == expected

program, directory = sys.argv[1:]
vectors = sorted(pathlib.Path(directory).glob("*.json"))
wrong = 0
for path in vectors:
    vector = json.loads(path.read_text())
    done = subprocess.run(
        [program, "status", "--json", "--device", path.parent / vector["page_file"],
         "--counter", str(vector["counter"])], capture_output=True)
    if done.returncode not in (0, 1, 3) or done.stderr or not holds(json.loads(done.stdout), vector["expect"]):
        wrong += 1
        print(path.name, done.returncode, done.stderr, done.stdout.decode(), "expected", vector["expect"])
sys.exit(f"{wrong} of {len(vectors)} wrong" if wrong or len(vectors) != 60 else 0)
PYTHON
}

@test "status: a sane clock: verdict first, exit 0 for its time alone, the time to the nanosecond" {
	good_page page
	status --device page --counter 1000000000
	[ "$status" = 0 ]
	[ "${lines[0]}" = "UNKNOWN: the clock is synchronized and by its own account right to within 500 ns, compared with no other clock: the counter value was given." ]
	[[ $output == *"UTC            2027-01-15T08:00:00.999999999Z"* ]]
	status --device page --counter 0x3b9aca00 --json
	is 0 '.schema == "vmclock-trace/status/2" and .level == "unknown" and .findings == [] and .device == "page"
		and .utc == "2027-01-15T08:00:00.999999999Z" and .at.max_error_ns == 500
		and .system_clock.minus_page == null and .reader.via == "read" and .phc.path == null'
}

@test "status: without --counter a file is compared with CLOCK_REALTIME, and far from it it is not OK" {
	good_page page
	put page 0x48 8 1000000000
	for way in mmap read; do
		status --device page --via $way --json
		is 1 ".reader.via == \"$way\" and .system_clock.missing == null and .at != null
			and .level == \"unknown\" and (.verdict | startswith(\"UNKNOWN: CLOCK_REALTIME is \"))
			and .system_clock.minus_page.lo_ns <= .system_clock.minus_page.hi_ns"
	done
}

@test "status: a page within 2 s of CLOCK_REALTIME, and beyond what both claim, is not OK" {
	good_page near
	# Its time stands still, one to two seconds ahead of now.
	put near 0x30 8 1
	put near 0x48 8 $(($(date +%s) + 2))
	status --device near
	[ "$status" = 1 ]
	[[ $output == "UNKNOWN: CLOCK_REALTIME is "*" the page's time; the file may be of another machine, or of another boot."* ]]
	# As wait says of the same.
	run -4 "$VMCLOCK_TRACE" wait --device near --for recovered --timeout 0
}

@test "status: what was compared with no other clock is not OK" {
	good_page page
	put page 0x0b 1 2 # CLOCK_MONOTONIC, which tells no UTC
	status --device page
	[ "$status" = 1 ]
	[[ ${lines[0]} == "UNKNOWN: the clock is synchronized and by its own account right to within "*", compared with no other clock: the page does not tell UTC." ]]
	# So are these vectors, on any machine with their counter.
	[ "$(uname -m)" = x86_64 ] || return 0
	for vector in 025 051; do
		status --device "$vectors/$vector-none.bin" --json
		is 1 '.level == "unknown" and (.verdict | startswith("UNKNOWN: "))'
	done
}

# unsure PATTERN: of the page as it is now, the first line says so, and the exit status is 1.
unsure() {
	status --device page
	[ "$status" = 1 ]
	[[ ${lines[0]} == "UNKNOWN: whether this page is sane is not known: "$1"." ]]
	status --device page --json
	is 1 '.level == "unknown" and .findings == []'
}

@test "status: a page that is cut, or holds undefined values, is not sane, in the first line" {
	good_page page
	head -c 64 page >cut && mv page whole && mv cut page
	unsure "the file is cut: it ends after 64 bytes, before the page does"
	for field in 'counter_id 0x0a 5' 'leap_indicator 0x26 9' 'leap_second_smearing_hint 0x23 9'; do
		read -r name offset value <<<"$field"
		cp whole page
		put page "$offset" 1 "$value"
		unsure "$name is $value, which the ABI does not define"
	done
	# The flag says that it is valid, and TAI cannot be hours away.
	cp whole page
	put page 0x18 8 $((0x51 | 1))
	put page 0x24 2 32000
	unsure "tai_offset_sec is 32000, which no offset of TAI is"
	# A size that ends before the time, of a page that is whole.
	head -c 64 whole >page
	put page 0x04 4 64
	unsure "it names a counter, and ends before the time"
	# A page without a clock, too.
	head -c 112 whole >page
	put page 0x0a 1 255
	put page 0x22 1 9
	unsure "clock_status is 9, which the ABI does not define"
	# What nobody vouches for, and what gives no time, is neither good nor bad: for watch too.
	for field in '0x22 9' '0x0b 9' '0x22 0' '0x22 1'; do
		read -r offset value <<<"$field"
		cp whole page
		put page "$offset" 1 "$value"
		status --device page --json
		is 1 '.level == "unknown" and .findings == [] and (.verdict | startswith("UNKNOWN: "))'
		run -1 --separate-stderr "$VMCLOCK_TRACE" watch --json --device page --duration 20ms
		tail -1 <<<"$output" | jq -e '.level == "unknown"'
	done
}

@test "status: a TAI offset of the wrong sign and size is not told to be right" {
	good_page page
	put page 0x24 2 5
	status --device page --counter 5
	[[ $output == *"note: tai_offset_positive: tai_offset_sec is positive, and the ABI has it negative (-37 since 2017)."*"with the right size, times here are right"* ]]
}

@test "status: what makes the clock unsafe is a finding, exit 3, with advice" {
	good_page page
	put page 0x22 1 4
	status --device page --counter 5
	[ "$status" = 3 ]
	[ "${lines[0]}" = "NOT SAFE: the hypervisor says that the clock is unreliable." ]
	[[ $output == *"warning: status_unreliable: "*"hint: use another clock"* ]]
	put page 0x22 1 2
	put page 0x28 8 6
	status --device page --counter 5 --json
	is 3 '.findings == ["counter_before_reference"] and .level == "critical"'
}

@test "status: announced disruptions are a warning, as they are for watch" {
	good_page page
	put page 0x18 8 0x57
	status --device page --counter 5 --json
	is 3 '.warnings == ["disruption_imminent", "disruption_soon"] and .findings == .warnings and .level == "warning"'
}

@test "status: a page without a clock is whole, and whether the clock is right is not known" {
	good_page page
	put page 0x0a 1 255
	put page 0x22 1 0
	status --device page --json
	is 1 '.mode == "marker-only" and .level == "unknown" and .at == null and .warnings == ["status_not_valid"]'
	is 1 '.verdict | startswith("UNKNOWN: the page tells of disruptions; whether the clock is right is not known")'
	status --device page
	[ "$status" = 1 ]
	[[ ${lines[0]} == "UNKNOWN: the page tells of disruptions; whether the clock is right is not known"* ]]
	[[ $output == *"note: status_not_valid: "*"as expected without a clock."* ]]
	[[ $output != *"hint:"* ]]
}

@test "status: a stuck update is waited for 100 ms, then told" {
	good_page page
	put page 0x0c 4 7
	for way in mmap read; do
		status --device page --via $way --json
		is 3 '.reader.torn and .reader.retries > 0 and .findings == ["update_in_progress"] and .at == null'
	done
}

@test "status: the clock of another CPU gives no time now, and does at a counter value" {
	good_page page
	put page 0x0a 1 "$([ "$(uname -m)" = x86_64 ] && echo 0 || echo 1)"
	status --device page --json
	is 1 '.at == null and .level == "unknown" and (.verdict | startswith("UNKNOWN: ")) and (.at_missing.cause | contains("counter"))'
	status --device page --json --counter 5
	is 0 '.at.sec == 1800000000'
}

@test "status: files of any length and content get an answer" {
	for length in 0 1 31 32 111 113 65536; do
		head -c $length /dev/urandom >junk
		for way in mmap read auto; do
			status --device junk --via $way --json
			is 1 '.mode == "invalid" and .at == null and .level == "unknown"'
		done
	done
	status --device junk
	[[ $output == "NO PAGE: it does not start with the vmclock magic"* ]]
}

@test "status: what cannot be a page is refused, with cause and cure" {
	mkfifo fifo
	for what in fifo . /no/such/file; do
		run --separate-stderr timeout 10 "$VMCLOCK_TRACE" status --device $what
		[ "$status" = 1 ]
		[[ $stderr == "vmclock-trace status: "*"hint: "* ]]
		[ -z "$output" ]
	done
	status --device /dev/zero --json
	is 1 '.mode == "invalid" and .is_device'
}

@test "status: no permission says so and how to get it" {
	# Root reads everything, so it becomes somebody else, who must still get at the program.
	as=()
	if [ "$(id -u)" = 0 ]; then
		command -v setpriv >/dev/null || skip "no setpriv to become somebody else"
		as=(setpriv --reuid 65534 --clear-groups)
	fi
	place=$(mktemp -d)
	chmod 755 "$place"
	install -m 755 "$VMCLOCK_TRACE" "$place/program"
	good_page "$place/page"
	chmod 0 "$place/page"
	run --separate-stderr "${as[@]}" "$place/program" status --device "$place/page"
	rm -r "$place"
	[ "$status" = 1 ]
	[[ $stderr == *"Permission denied"*"hint: "*"sudo"* ]]
}

@test "status: a path of hostile bytes is shown harmless, and is valid JSON" {
	name=$'a\e[2J\xff\n"b'
	good_page "$name"
	status --device "$name" --counter 5
	[ "$status" = 0 ]
	[[ $output == *'a\x1b[2J\xff\x0a"b'* ]]
	status --device "$name" --counter 5 --json
	is 0 '.device | startswith("a\u001b[2J\ufffd\n")'
}

@test "status: usage errors are exit 2 and lead to --help" {
	for wrong in --nonsense --counter=1x --counter=-1 --counter=18446744073709551616 --via=socket extra; do
		status "$wrong"
		[ "$status" = 2 ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
	status --help
	[ "$status" = 0 ]
	[[ $output == *"exit status"*"examples:"* ]]
}

@test "status: an answer that cannot be written is a failure" {
	[ -c /dev/full ] || skip "no /dev/full"
	good_page page
	run bash -c '"$1" status --device page --json >/dev/full' - "$VMCLOCK_TRACE"
	[ "$status" = 1 ]
	[[ $output == *"No space left on device"* ]]
}
