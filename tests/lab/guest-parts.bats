#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a guest can be given: programs of Debian's, a second vmclock, another PTP clock; and that the
# loads and the kernel's own count, which tests of the program trust, agree.

load helpers

setup_file() {
	in_guest --devices 2 --nic --package chrony --package linuxptp <<'SCRIPT'
	keep clocks cat /sys/class/ptp/ptp0/clock_name /sys/class/ptp/ptp1/clock_name /sys/class/ptp/ptp2/clock_name
	keep chronyd chronyd -v
	keep phc_ctl phc_ctl /dev/ptp2 get wait 1 get

	marker() { head -c 24 "/dev/vmclock$1" | od -An -td8 -j16 -N8; }
	markers() { marker 0; marker 1; }
	echo disrupt >/run/lab/clock1
	moved() { [ "$(marker 1)" -eq 2 ]; }
	until_true moved
	keep markers markers
	keep polled load --device /dev/vmclock1 poll 6
	keep unpolled load poll 1

	counted() { name=$1; shift; keep "$name" kcount /tmp/kcount "$@"; keep "$name.kcount" cat /tmp/kcount; }
	counted rounds load 7
	counted other load --phc /dev/ptp2 --device none 3
	counted errors load errors
	counted flood load flood 2 3
	keep hold load hold 1
SCRIPT
}

# counts NAME PATH: how often the kernel saw it.
counts() { value "$1.kcount" "[.[0].counts[] | select(.path == \"$2\") | .hits] | add // 0"; }

# agree NAME PATH...: what the load did is what the kernel saw, of which it missed nothing.
agree() {
	local name=$1 path
	shift
	holds "$name.kcount" '.[0].missed == 0'
	for path; do
		[ "$(value "$name" ".[0][\"$path\"]")" = "$(counts "$name" "$path")" ] || {
			echo "$path: $(cat "$OUT/$name") but $(cat "$OUT/$name.kcount")"
			return 1
		}
	done
}

@test "lab: packages bring their programs" {
	grep -q 'chronyd (chrony) version' "$OUT/chronyd"
	[ "$(grep -c 'clock time is' "$OUT/phc_ctl")" = 2 ]
}

@test "lab: the second vmclock is one of its own" {
	[ "$(head -n 2 "$OUT/clocks" | tr '\n' ' ')" = "vmclock0 vmclock1 " ]
	[ "$(tr -s ' \n' ' ' <"$OUT/markers")" = " 1 2 " ]
}

@test "lab: the second vmclock notifies of each update, the first is nothing to wait for" {
	holds polled '.[0] | .wakes >= 2 and .wakes <= 9 and .read == .wakes + 1 and (.hung_up or .always_ready | not)'
	holds unpolled '.[0] | .hung_up and .wakes == 0'
}

@test "lab: the network card's PTP clock runs" {
	[ "$(sed -n 3p "$OUT/clocks")" != "" ]
	[ "$(sed -n 's/.*clock time is \([0-9]*\).*/\1/p' "$OUT/phc_ctl" | awk '{ s = $1 - s } END { print (s >= 1 && s <= 3) }')" = 1 ]
}

@test "lab: what the load made is what the kernel counted" {
	agree rounds open read mmap clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE
	holds rounds.kcount '[.[0].counts[] | select(.path == "driver" and .result == 0).hits] | add >= 7 * (1 + 5 + 3 + 1)'
	agree other clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE
	[ "$(counts other driver)" = 0 ]
}

@test "lab: calls that fail, so often as the load says" {
	for path in PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE clock_gettime read mmap; do
		[ "$(value errors "[.[0].calls[] | select(.path == \"$path\").times] | add")" = "$(counts errors "$path")" ]
	done
	# Those with nowhere to put the time have read it, PRECISE more than once if it had to.
	[ "$(counts errors driver)" -ge 11 ]
	status_is errors 0
}

@test "lab: a flood is counted to the last call" {
	agree flood clock_gettime PTP_SYS_OFFSET_PRECISE
	holds flood '.[0] | .clock_gettime > 1000 and .failed == 0'
}

@test "lab: a mapping that is held, inherited and given back" {
	holds hold 'map(.now) == ["mapped by both", "child gone", "unmapped"] and all(.child > .pid)'
}
