#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The static programs for arm64, run in an empty root by QEMU's emulation of a process: on any machine.

load ../patience

setup_file() {
	root=$BATS_TEST_DIRNAME/../..
	export EMPTY=$BATS_FILE_TMPDIR/empty
	make -s -C "$root" --no-print-directory ARCH=arm64 STATIC=1 build/arm64/static/vmclock-trace{,-exporter,-bundle} build/arm64/static/vmclock-sim
	mkdir -p "$EMPTY/tmp"
	cp "$root"/build/arm64/static/vmclock-* "$root/tests/scenarios/incident-full.scenario" /usr/bin/qemu-aarch64-static "$EMPTY"
}

alone() { TMPDIR=/tmp chroot "$EMPTY" /qemu-aarch64-static "$@"; }

@test "arm64: static, they record, report, bundle, verify, simulate and serve" {
	for program in "$EMPTY"/vmclock-*; do
		readelf -h "$program" | grep -q AArch64
		[ "$(readelf -ld "$program" | grep -c 'INTERP\|NEEDED')" = 0 ]
	done
	alone /vmclock-trace record --scenario incident-full.scenario clock.sqlite >/dev/null || [ $? = 3 ]
	alone /vmclock-trace report clock.sqlite >"$BATS_TEST_TMPDIR/report" || [ $? = 3 ]
	grep '^CRITICAL: Disruption: CLOCK_REALTIME 250 ms behind; recovered' "$BATS_TEST_TMPDIR/report"
	alone -0 bundle /vmclock-trace-bundle -o case.tar.gz clock.sqlite
	alone -0 verify /vmclock-trace-bundle case.tar.gz
	alone /vmclock-sim --fast --quiet incident-full.scenario page
	chroot "$EMPTY" /qemu-aarch64-static /vmclock-trace-exporter --without-bpf --device page --listen 127.0.0.1:0 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	exporter=$!
	listens_or_ended() { has "$BATS_TEST_TMPDIR/said" 'listening at ' || has_ended "$exporter"; }
	until_true listens_or_ended
	run curl --silent "http://$(sed -n 's/.*listening at //p' "$BATS_TEST_TMPDIR/said")/metrics"
	kill "$exporter"
	wait "$exporter"
	[[ $output == *'vmclock_page_mode{vmclock_page_mode="full"} 1'* ]]
}
