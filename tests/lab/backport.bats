#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel long before the driver, with a stand-in for a back-port of it: types, members and helpers
# that are not there yet cost no hook that can do without; and BTF from a file, as in a container.

load helpers

setup_file() {
	local kernel status=0
	kernel=$("$BATS_TEST_DIRNAME/driver" 6.1) || status=$?
	[ "$status" != 77 ] || {
		echo "Debian lists no such kernel any more: 6.1" >"$BATS_FILE_TMPDIR/skip"
		return 0
	}
	in_guest --kernel "$kernel" --clock full --timeout 1800 <<'SCRIPT'
	keep doctor vmclock-trace doctor --json
	load 1 >/dev/null
	trace_while best --strict -- load 10
	trace_while calls --strict --calls --rate 0 -- load 10
	cp /sys/kernel/btf/vmlinux /tmp/vmlinux.btf
	mount -t tmpfs none /sys/kernel/btf
	keep hidden_doctor vmclock-trace doctor --json --btf /tmp/vmlinux.btf
	trace_while hidden --strict --btf /tmp/vmlinux.btf -- load 10
	keep no_file vmclock-trace doctor --json --btf /etc/passwd
SCRIPT
}

PATHS='.open == 1 and .read == 10 and .mmap == 10 and .clock_gettime == 10 and .PTP_SYS_OFFSET == 50 and .PTP_SYS_OFFSET_EXTENDED == 30 and .PTP_SYS_OFFSET_PRECISE >= 10'

counts_match() {
	holds "$1" ".[-1].readers | map(select(.pid == $(jq .pid "$OUT/$1.load")))[0].paths | map_values(.uses) | $PATHS"
	holds "$1" '.[-1].lost.events == 0'
}

@test "back-port to 6.1: each hook that the kernel can have, all by fentry" {
	holds doctor '.[0].hooks | all(.state == "fentry" or .state == "replaced")'
	holds doctor '.[0].hooks | map(select(.function == "vmclock_get_crosststamp"))[0].state == "fentry"'
	holds best '.[0].hooks | all(.state == "fentry" or .state == "replaced")'
}

@test "back-port to 6.1: every use is counted, and each call seen" {
	counts_match best
	counts_match calls
	for path in open read mmap clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE; do
		holds calls "map(select(.type == \"call\" and .path == \"$path\")) | length == $(jq -r ".$path" "$OUT/calls.load")"
	done
}

# The stand-in cannot say on 6.1 whose counter its own is.
@test "back-port to 6.1: ioctls that fail after the driver's answer are failed uses, without a cause that is not so" {
	for name in best calls; do
		[ "$(jq .failed "$OUT/$name.load")" = 10 ]
		holds $name '.[-1].failed == 10'
		holds $name '.[-1].errors | length == 1 and (.[0] | .path == "PTP_SYS_OFFSET_PRECISE" and .result == -19 and .count == 10 and (.cause | contains("runs on") | not))'
	done
}

@test "back-port to 6.1, BTF hidden: doctor tries the hooks with a file, and trace counts by kprobes" {
	holds hidden_doctor '.[0].hooks | all(.state == "kprobe" or .state == "replaced")'
	holds hidden '.[0].hooks | all(.state == "kprobe" or .state == "replaced")'
	counts_match hidden
}

@test "a file that holds no BTF is named" {
	status_is no_file 3
	holds no_file '.[0].hooks == null and (.[0].hooks_missing.cause | contains("/etc/passwd holds no BTF"))'
}
