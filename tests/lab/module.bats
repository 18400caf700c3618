#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# The driver's life as a module: it comes after the trace has begun, goes, and comes again.

load helpers

setup_file() {
	in_guest --package kmod <<'SCRIPT'
	module=$(modinfo -F filename ptp_vmclock 2>/dev/null || find /lib/modules -name 'ptp_vmclock.ko*')
	come() { modprobe ptp_vmclock 2>/dev/null || insmod "$module"; }
	# What held it is freed a moment after its owner has ended.
	go() { until_true rmmod ptp_vmclock; }
	released() { [ "$(cat /sys/module/ptp_vmclock/refcnt)" = 0 ]; }
	news() { echo "\"type\":\"hooks\".*\"news\":\"$1\""; }

	# By fentry, watching the driver's own page; begun before the driver.
	go
	begin held vmclock-trace trace --json --reload
	come
	until_says held "$(news driver)"
	# What it holds, once that does not change any more: the engine before may go a moment later.
	size() {
		fds=/proc/$(pidof vmclock-trace)/fd
		echo "$(ls "$fds" | wc -l) $(ls -l "$fds" | grep -c bpf-prog)"
	}
	settled() { before=$(size); usleep 700000; [ "$(size)" = "$before" ]; }
	memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(pidof vmclock-trace)/status"; }
	load 10 >/tmp/held.load
	# Every unloader: first it is refused, and then it is not.
	for unload in "busybox rmmod" /usr/sbin/rmmod "busybox modprobe -r"; do
		kmod list >/dev/null # which wants nothing
		told=$(grep -c '"type":"hooks"' /tmp/keep.held)
		$unload ptp_vmclock 2>/dev/null; [ -e /sys/module/ptp_vmclock ] && echo "$unload: refused"
		until_true released
		until_says held "$(news let_go)" $((told / 3 + 1))
		$unload ptp_vmclock; [ -e /sys/module/ptp_vmclock ] || echo "$unload: done"
		until_says held '"driver":false' $((told / 3 + 1))
		come
		until_says held '"type":"hooks"' $((told + 3))
		until_says held '"type":"device".*"present":true' $((told / 3 + 2))
		load 10 >>/tmp/held.load
		until_true settled
		echo "$(size) $(memory)" >>/tmp/size
	done >/tmp/unloads 2>&1
	# Refused, and then nobody unloads it after all.
	busybox rmmod ptp_vmclock 2>/dev/null
	until_says held "$(news again)"
	until_says held '"type":"device".*"present":true' 5
	load 10 >>/tmp/held.load
	seen_again() { [ "$(sed -n '/"type":"hooks".*"news":"again"/,$p' /tmp/keep.held | grep -c '"type":"page"')" -ge 1 ]; }
	until_true seen_again
	finish
	keep held.load cat /tmp/held.load
	keep unloads cat /tmp/unloads; keep size cat /tmp/size

	# By kprobes, and watching no page of its: it comes and goes three times, and the clock is set
	# each time.
	dd if=/dev/vmclock0 of=/tmp/page bs=4096 count=1 2>/dev/null
	go
	begin cycles vmclock-trace trace --json --kprobes --reload --device /tmp/page
	for cycle in 1 2 3; do
		come
		until_says cycles '"type":"hooks"' $((2 * cycle - 1))
		load 10 >>/tmp/cycles.load
		busybox date -s @$(date +%s) >/dev/null
		go
		until_says cycles '"type":"hooks"' $((2 * cycle))
	done
	keep maps sh -c 'ls -l /proc/$(pidof vmclock-trace)/fd | grep -c bpf-map'
	finish
	keep cycles.load cat /tmp/cycles.load
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
	holds held '.[0].device == null and (.[0].hooks | map(select(.function == "vmclock_get_crosststamp")) | .[0].state == "absent")'
	holds held 'map(select(.type == "hooks"))[0] | .news == "driver" and .driver and (.hooks | all(.state == "fentry" or .state == "replaced"))'
	holds held 'map(select(.type == "device"))[0].present'
	holds held '.[-1].page.magic == 1263289174'
}

@test "who unloads it is refused, and then it is released: it goes and comes three times" {
	diff "$OUT/unloads" - <<-'END'
		busybox rmmod: refused
		busybox rmmod: done
		/usr/sbin/rmmod: refused
		/usr/sbin/rmmod: done
		busybox modprobe -r: refused
		busybox modprobe -r: done
	END
	holds held 'map(select(.type == "hooks") | "\(.news) \(.driver)") == ["driver true"] + ([range(3)] | map("let_go true", "driver false", "driver true")) + ["let_go true", "again true"]'
	holds held 'map(select(.news == "let_go") | .wanted_by.comm) == ["busybox", "rmmod", "busybox", "busybox"]'
	holds held 'map(select(.type == "device") | .present) == [true, false, true, false, true, false, true]'
}

@test "what was counted is exact before, between and after: every use once, none twice" {
	counts_are held 5
}

@test "when uses were not seen is told, each time and in all" {
	holds held 'map(select(.type == "hooks")) | all((.news == "let_go" or (.driver | not)) == (.unseen_since_ns != null))'
	holds held 'map(select(.type == "hooks")) as $h | .[-1].unseen | .times == 4 and .from_ns == $h[1].unseen_since_ns and .to_ns == $h[-1].monotonic_ns
		and .total_ns == ([$h[3, 6, 9, 11].monotonic_ns] | add) - ([$h[1, 4, 7, 10].unseen_since_ns] | add)'
}

@test "if nobody unloads it after all, it is hooked and watched again 10 s later" {
	holds held 'map(select(.type == "hooks")) | .[-1].monotonic_ns - .[-2].unseen_since_ns >= 10000000000'
	holds held '(map(select(.news == "let_go"))[-1].unseen_since_ns) as $gone | map(select(.type == "page").monotonic_ns) | any(. > $gone + 10000000000)
		and all(. < $gone + 2000000000 or . > $gone + 9990000000)'
	holds held 'map(select(.type == "hooks"))[-1].hooks | all(.state == "fentry" or .state == "replaced")'
}

@test "nothing leaks: as many descriptors and programs, and no more memory, after each" {
	[ "$(cut -d' ' -f1,2 "$OUT/size" | sort -u | wc -l)" = 1 ]
	[ "$(wc -l <"$OUT/size")" = 3 ]
	local first last
	first=$(head -n 1 "$OUT/size" | cut -d' ' -f3)
	last=$(tail -n 1 "$OUT/size" | cut -d' ' -f3)
	[ "$last" -lt $((first + 2048)) ] || { cat "$OUT/size" >&2; return 1; }
}

@test "hooks by kprobes do not hold it: it goes and comes three times, and every use is counted once" {
	holds cycles 'map(select(.type == "hooks") | .driver) == [true, false, true, false, true, false]'
	counts_are cycles 3
}

@test "meanwhile each change of the system clock is seen, and once" {
	holds cycles 'map(select(.type == "clock_change")) | length == 3 and all(.how == "step")'
}

@test "nothing of the hooks before is left: one ring, one table, one of each map" {
	[ "$(cat "$OUT/maps")" -le 10 ]
}
