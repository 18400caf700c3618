#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# The table under PRIVILEGES in vmclock-trace(1): what each set of capabilities is good for, tried as a
# user who has these and no others. The driver is a module here.

load helpers

setup_file() {
	in_guest --put "$(command -v setpriv)" <<'SCRIPT'
	chmod a+r /dev/vmclock0 /dev/ptp0
	load 1 >/dev/null
	# with CAPABILITIES COMMAND...: as a user who has these alone.
	with() {
		caps=-all
		[ "$1" = none ] || caps=-all,+$(echo "$1" | sed 's/ /,+/g')
		shift
		/put/setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs \
			--inh-caps "$caps" --ambient-caps "$caps" --bounding-set "$caps" -- "$@"
	}
	# all NAME CAPABILITIES: what each command can do with them.
	all() {
		begin "$1" with "$2" vmclock-trace trace --json
		load 5 >/dev/null
		keep "$1.caps" grep CapEff "/proc/$(pidof vmclock-trace)/status"
		finish
		keep "$1.doctor" with "$2" vmclock-trace doctor --json
		keep "$1.compare" with "$2" vmclock-trace compare --json --count 1
	}
	keep paranoid cat /proc/sys/kernel/perf_event_paranoid
	all nothing none
	all admin sys_admin
	echo 3 >/proc/sys/kernel/perf_event_paranoid
	all paranoid_two "bpf perfmon"
	echo 2 >/proc/sys/kernel/perf_event_paranoid
	all two "bpf perfmon"
	trace_while root_trace -- sh -c 'grep CapEff /proc/$(pidof vmclock-trace)/status >/tmp/root'
	keep root.caps cat /tmp/root
	keep bpf with bpf vmclock-trace trace --json --duration 1s
	keep perfmon with perfmon vmclock-trace trace --json --duration 1s
SCRIPT
}

check_of() { value "$1.doctor" '.[0].checks[] | select(.name == "privileges") | "\(.state): \(.why)"'; }

# keeps_at_most NAME CAPABILITIES, in hexadecimal as the kernel writes them.
keeps_at_most() {
	local has
	has=$(cut -f2 "$OUT/$1.caps")
	((0x$has & ~0x$2)) && { echo "$1: has $has"; return 1; } >&2
	return 0
}

# sees_all NAME RUNG: all that `load 5` did, with the driver's functions hooked by RUNG.
sees_all() {
	holds "$1" "[.[0].hooks[] | select(.state != \"replaced\" and (.function | startswith(\"vmclock_\"))).state] | length >= 7 and all(. == \"$2\")"
	holds "$1" '.[0].hooks | map(select(.function == "do_adjtimex")) | .[0].state == "fentry"'
	holds "$1" '.[-1].readers | map(select(.comm == "load"))[0].paths | map_values(.uses)
		| .open == 1 and .release == 1 and .read == 5 and .mmap == 5 and .clock_gettime == 5 and .PTP_SYS_OFFSET == 25'
	holds "$1.compare" '.[-1].driver | .reads >= 8 and .equal == .reads'
}

@test "privileges: with none the page is watched, and what is missing is named" {
	# A busy guest may stop between two samples: whether all was well is not known then.
	[[ "$(cat "$OUT/nothing.status")" = [01] ]]
	holds nothing '.[-1].type == "summary" and .[-1].findings.disruption == 0'
	holds nothing '.[0] | .device == "/dev/vmclock0" and .hooks == [] and (.hooks_missing.cause | test("load BPF")) and .mappers.method == "proc"'
	[[ "$(check_of nothing)" == "warn: "*"CAP_BPF, CAP_PERFMON" ]]
	status_is nothing.compare 0
}

@test "privileges: CAP_SYS_ADMIN alone is enough for all, by fentry" {
	sees_all admin fentry
	holds admin '.[0].mappers.method == "bpf" and .[-1].mappers.walks_failed == 0'
	[[ "$(check_of admin)" == "ok: "* ]]
}

@test "privileges: CAP_BPF and CAP_PERFMON alone are enough for all, the driver by kprobes" {
	sees_all two kprobe
	holds two '.[0].mappers.method == "bpf" and .[-1].mappers.walks_failed == 0'
	[[ "$(check_of two)" == "ok: "*"kprobe"* ]]
}

@test "privileges: unless the kernel wants more for kprobes: then doctor says what to do" {
	holds paranoid_two '[.[0].hooks[] | select(.state == "absent").why] | length >= 7 and all(test("kprobe refused: Permission denied"))'
	holds paranoid_two '.[0].mappers.method == "bpf"'
	[[ "$(check_of paranoid_two)" == "warn: "*"perf_event_paranoid is 3" ]]
	holds paranoid_two.doctor '.[0].checks[] | select(.name == "privileges").hint | test("perf_event_paranoid=2")'
}

@test "privileges: neither of the two is enough by itself" {
	for name in bpf perfmon; do
		holds $name '.[0] | .hooks == [] and .mappers.method == "proc"'
	done
}

@test "privileges: once it has begun, trace keeps at most what hooks on a driver that comes again would need" {
	keeps_at_most nothing 0
	keeps_at_most root 000000c000200000
	keeps_at_most admin 0000000000200000
	keeps_at_most two 000000c000000000
}
