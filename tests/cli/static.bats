#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=plain
# One file to copy to a sick host: it needs nothing that is there.

setup_file() {
	root=$BATS_TEST_DIRNAME/../..
	make -s -C "$root" --no-print-directory STATIC=1 build/static/vmclock-trace build/static/vmclock-trace-bundle build/static/vmclock-sim
	export STATIC=$root/build/static
	export EMPTY=$BATS_FILE_TMPDIR/empty
	mkdir -p "$EMPTY/tmp"
	cp "$STATIC"/vmclock-* "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" "$EMPTY"
}

# In a root with nothing in it but a directory for files: no library, no /proc, no /dev.
alone() {
	if [ "$(id -u)" = 0 ]; then
		chroot "$EMPTY" "$@"
	else
		unshare --user --map-root-user chroot "$EMPTY" "$@"
	fi
}

@test "static: no library and no loader is asked for" {
	for program in "$STATIC"/vmclock-*; do
		readelf -ld "$program" >"$BATS_TEST_TMPDIR/headers"
		[ "$(grep -c 'INTERP\|NEEDED' "$BATS_TEST_TMPDIR/headers")" = 0 ]
		readelf -h "$program" | grep -q DYN # position-independent all the same
		[ "$(stat -c %s "$program")" -lt 8000000 ]
	done
}

@test "static: the same bytes twice" {
	for program in vmclock-trace vmclock-trace-bundle; do
		make -s -C "$BATS_TEST_DIRNAME/../.." --no-print-directory -W build/libvmclock-trace.a build/static/$program
		cmp "$STATIC/$program" "$EMPTY/$program"
	done
}

@test "static: in an empty root it records, reports, bundles, verifies and reads a page" {
	alone /vmclock-trace --version
	alone /vmclock-trace record --scenario incident-full.scenario clock.sqlite >/dev/null || [ $? = 3 ]
	alone /vmclock-trace report clock.sqlite >"$BATS_TEST_TMPDIR/report"
	[[ $(head -n 1 "$BATS_TEST_TMPDIR/report") == "CRITICAL: Disruption: CLOCK_REALTIME 250 ms behind; recovered"* ]]
	TMPDIR=/tmp alone /vmclock-trace bundle -o case.tar.gz clock.sqlite
	TMPDIR=/tmp alone /vmclock-trace verify case.tar.gz
	alone /vmclock-sim --fast --quiet incident-full.scenario page
	run alone /vmclock-trace status --device page
	[ "$status" = 1 ] # its time is not that of now
	[[ $output == *"a plain file"* ]]
}

@test "static: what is not there is said, with a hint" {
	run alone /vmclock-trace status
	[ "$status" = 1 ]
	[[ $output == *"hint: "* ]]
	run alone /vmclock-trace doctor
	[ "$status" != 0 ]
	[[ $output == *"hint: "* ]]
}
