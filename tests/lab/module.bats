#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The driver's life as a module: it comes after the trace has begun, goes, and comes again.

load helpers

setup_file() {
	in_guest --timeout 400 <<'SCRIPT'
	module=$(modinfo -F filename ptp_vmclock 2>/dev/null || find /lib/modules -name 'ptp_vmclock.ko*')
	has() { for i in $(seq 400); do [ "$(grep -c "$2" "/tmp/keep.$1")" -ge "$3" ] && return; usleep 100000; done; }
	come() { modprobe ptp_vmclock 2>/dev/null || insmod "$module"; }
	# What held it is freed a moment after its owner has ended.
	go() { for i in $(seq 100); do rmmod ptp_vmclock 2>/dev/null && return; usleep 100000; done; }

	# By fentry: begun before the driver, which is then held.
	go
	(keep late vmclock-trace trace --json) >/tmp/late.block &
	has late '"begin"' 1
	come
	has late '"type":"hooks"' 1
	load 10 >/tmp/late.load
	rmmod ptp_vmclock 2>/tmp/held && echo unloaded >>/tmp/held
	sleep 1; killall -INT vmclock-trace; wait
	cat /tmp/late.block; keep late.load cat /tmp/late.load; keep held cat /tmp/held

	# By kprobes, and watching no page of its: it comes and goes three times, and the clock is set
	# each time.
	dd if=/dev/vmclock0 of=/tmp/page bs=4096 count=1 2>/dev/null
	go
	(keep cycles vmclock-trace trace --json --kprobes --device /tmp/page) >/tmp/cycles.block &
	has cycles '"begin"' 1
	for cycle in 1 2 3; do
		come
		has cycles '"type":"hooks"' $((2 * cycle - 1))
		load 10 >>/tmp/cycles.load
		busybox date -s @$(date +%s) >/dev/null
		go
		has cycles '"type":"hooks"' $((2 * cycle))
	done
	keep maps sh -c 'ls -l /proc/$(pidof vmclock-trace)/fd | grep -c bpf-map'
	killall -INT vmclock-trace; wait
	cat /tmp/cycles.block; keep cycles.load cat /tmp/cycles.load
SCRIPT
}

uses() { # uses NAME PATH
	value "$1" ".[-1].clocks | map(select(.clock == \"vmclock0\")) | .[0].paths.\"$2\".uses"
}

counts_are() { # counts_are NAME FACTOR
	local rounds=$((10 * $2))
	[ "$(uses "$1" clock_gettime)" = "$rounds" ]
	[ "$(uses "$1" PTP_SYS_OFFSET)" = $((5 * rounds)) ]
	[ "$(uses "$1" PTP_SYS_OFFSET_EXTENDED)" = $((3 * rounds)) ]
	[ "$(uses "$1" PTP_SYS_OFFSET_PRECISE)" -ge "$rounds" ] # the kernel may read again by itself
	[ "$(uses "$1" mmap)" = "$rounds" ]
	[ "$(uses "$1" open)" = "$2" ]
	holds "$1" '.[-1].lost.events == 0'
}

@test "a trace that is begun before the driver hooks it, and watches its page, when it comes" {
	holds late '.[0].device == null and (.[0].hooks | map(select(.function == "vmclock_get_crosststamp")) | .[0].state == "absent")'
	holds late 'map(select(.type == "hooks")) | length == 1 and .[0].driver and (.[0].hooks | all(.state == "fentry" or .state == "replaced"))'
	holds late 'map(select(.type == "device")) | length == 1 and .[0].present'
	counts_are late 1
	holds late '.[-1].page.magic == 1263289174'
}

@test "hooks by fentry, and a page that is watched, hold the driver: it cannot be unloaded" {
	grep -q "can't unload" "$OUT/held"
	! grep -q '^unloaded$' "$OUT/held"
}

@test "hooks by kprobes do not: it goes and comes three times, and every use is counted once" {
	holds cycles 'map(select(.type == "hooks") | .driver) == [true, false, true, false, true, false]'
	counts_are cycles 3
}

@test "meanwhile each change of the system clock is seen, and once" {
	holds cycles 'map(select(.type == "clock_change")) | length == 3 and all(.how == "stepped")'
}

@test "nothing of the hooks before is left: one ring, one table, one of each map" {
	[ "$(cat "$OUT/maps")" -le 10 ]
}
