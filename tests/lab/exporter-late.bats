#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# The exporter without what it could have: a driver that comes after it, a page that holds a marker
# alone, a user without rights. Its metrics say so, and stay well-formed.

load helpers

setup_file() {
	in_guest --clock marker-only --put "$PWD/build/vmclock-trace-exporter" <<'SCRIPT'
	ask() { wget -q -O - "http://127.0.0.1:10319/$1"; }
	value() { ask metrics | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'; }
	is() { [ "$(value "$1")" = "$2" ]; }
	until_is() { until_true is "$@"; }
	run() { "$@" 2>/tmp/said & until_true has /tmp/said listening; }
	gone() { ! pidof "$1"; }
	ended() { killall "$1"; until_true gone "$1"; }
	reads='vmclock_driver_uses_total{path="read",result="ok"}'
	openmetrics() { wget -q -O - --header 'Accept: application/openmetrics-text;version=1.0.0' http://127.0.0.1:10319/metrics; }
	caps() { for task in /proc/$(pidof vmclock-trace-exporter)/task/*; do grep CapEff "$task/status"; done; }

	rmmod ptp_vmclock
	run vmclock-trace exporter --reload --listen :10319
	keep absent ask metrics
	keep absent.open openmetrics
	keep absent.health ask healthz
	keep absent.caps caps
	modprobe ptp_vmclock
	until_is 'vmclock_page_mode{vmclock_page_mode="marker-only"}' 1
	hooked() { until_is 'vmclock_exporter_hook_missing{function="vmclock_get_crosststamp"}' "$1"; }
	hooked ''
	load 5 100 >/dev/null
	until_is "$reads" 5
	keep marker ask metrics
	keep marker.open openmetrics
	keep marker.caps caps
	keep marker.page ask ''
	rmmod ptp_vmclock 2>/dev/null && echo "the driver was not held" >&2
	hooked 1
	until_is vmclock_exporter_driver_let_go_total 1
	keep let_go ask metrics
	until_true rmmod ptp_vmclock
	keep unloaded echo unloaded
	until_is 'vmclock_page_mode{vmclock_page_mode="absent"}' 1
	modprobe ptp_vmclock
	hooked ''
	load 5 100 >/dev/null
	until_is "$reads" 10
	keep again ask metrics
	ended vmclock-trace-exporter

	chmod 644 /dev/vmclock0
	run su user -s /bin/sh -c 'exec vmclock-trace exporter'
	keep user ask metrics
	keep user.open openmetrics
	keep user.health ask healthz
	ended vmclock-trace-exporter
	chmod 600 /dev/vmclock0
	keep refused su user -s /bin/sh -c 'vmclock-trace exporter'
SCRIPT
}

# value_of NAME SERIES: in the metrics that the guest kept.
value_of() { awk -v name="$2" 'index($0, name " ") == 1 { print $NF }' "$OUT/$1"; }

# lacks GREP-ARGUMENT...: nothing is found. (A bare `! grep` would not fail a test.)
lacks() { ! grep "$@" >&2; }

@test "exporter in a guest: clean in every state, by promtool and by a strict reader" {
	for name in absent marker let_go again user; do
		promtool check metrics <"$OUT/$name"
	done
	for name in absent marker user; do
		/usr/bin/python3 "$BATS_TEST_DIRNAME/../cli/exporter_metrics.py" "$OUT/$name.open"
	done
}

@test "exporter in a guest: without the driver it says so, and waits with what rights that takes" {
	[ "$(value_of absent 'vmclock_page_mode{vmclock_page_mode="absent"}')" = 1 ]
	grep '^no page: ' "$OUT/absent.health"
	[ "$(head -1 "$OUT/absent.health")" = ok ]
	# CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF and no other; the thread that talks to the network has none.
	[ "$(cut -f2 "$OUT/absent.caps" | sort -u | tr '\n' ' ')" = '0000000000000000 000000c000200000 ' ]
}

@test "exporter in a guest: the driver comes, the page and the hooks with it; the rights stay, for it may go and come again" {
	[ "$(value_of marker 'vmclock_page_mode{vmclock_page_mode="marker-only"}')" = 1 ]
	[ "$(value_of marker 'vmclock_exporter_hooks_attached{by="fentry"}')" -gt "$(value_of absent 'vmclock_exporter_hooks_attached{by="fentry"}')" ]
	[ "$(value_of marker 'vmclock_driver_uses_total{path="read",result="ok"}')" = 5 ]
	[ "$(cut -f2 "$OUT/marker.caps" | sort -u | tr '\n' ' ')" = '0000000000000000 000000c000200000 ' ]
	lacks '^vmclock_page_max_error\|^vmclock_clock_offset\|^vmclock_leap' "$OUT/marker"
	grep 'The page tells of disruptions alone' "$OUT/marker.page"
}

@test "exporter in a guest: lets the driver go for who unloads it, says so, and counts on when it is back" {
	[ "$(value_of marker vmclock_exporter_driver_let_go_total)" = 0 ]
	[ "$(value_of let_go vmclock_exporter_driver_let_go_total)" = 1 ]
	[ "$(value_of let_go 'vmclock_exporter_hook_missing{function="vmclock_get_crosststamp"}')" = 1 ]
	[ "$(cat "$OUT/unloaded")" = unloaded ]
	lacks 'vmclock_exporter_hook_missing{function="vmclock_' "$OUT/again"
	[ "$(value_of again 'vmclock_driver_uses_total{path="read",result="ok"}')" = 10 ]
}

@test "exporter in a guest: a user without rights sees the page alone, and why; or is told what to do" {
	[ "$(value_of user 'vmclock_page_mode{vmclock_page_mode="marker-only"}')" = 1 ]
	# So that an alert can fire, what was wanted is there, and why it could not be had.
	[ "$(value_of user vmclock_exporter_hooks_wanted)" -gt 0 ]
	[ "$(value_of user 'vmclock_exporter_hooks_missing{reason="no_rights"}')" -gt 0 ]
	grep '^no hooks: .*hint: ' "$OUT/user.health"
	# What is not known is not there, rather than 0.
	lacks '^vmclock_driver_\|^vmclock_page_mappers\|^vmclock_exporter_losses' "$OUT/user"
	status_is refused 1
	grep 'hint: ' "$OUT/refused.err"
}
