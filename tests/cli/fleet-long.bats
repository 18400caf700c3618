#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# What docs/fleet.md says of hundreds of hosts.

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8
}

@test "fleet: a Prometheus server scrapes 500 hosts within the budget of series, and its rules name each that is wrong" {
	mkdir "$BATS_TEST_TMPDIR/states" "$BATS_TEST_TMPDIR/server"
	"${VMCLOCK_TRACE%/*}/unit/landing" "$BATS_TEST_TMPDIR/states"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/fleet_prometheus.py" "$BATS_TEST_DIRNAME/../../contrib/prometheus" \
		"$BATS_TEST_TMPDIR/states" "$BATS_TEST_TMPDIR/server" 500 >&2
}

@test "fleet: 300 recordings of every story there is, in each form, in 64 MiB" {
	local scenario n=0
	for scenario in "$BATS_TEST_DIRNAME"/../scenarios/*.scenario; do
		"$VMCLOCK_TRACE" record --scenario "$scenario" "$BATS_TEST_TMPDIR/story$((n += 1))" >/dev/null 2>&1 || [ $? != 2 ]
	done
	for host in {1..300}; do
		cp "$BATS_TEST_TMPDIR/story$((host % n + 1))" "$BATS_TEST_TMPDIR/$host.sqlite"
		echo "UPDATE facts SET value = 'node$host' WHERE name IN ('host', 'boot_id');" | sqlite3 "$BATS_TEST_TMPDIR/$host.sqlite"
	done
	for form in '' --json --html; do
		# shellcheck disable=SC2086 # an option or none
		(ulimit -v 65536 && "$VMCLOCK_TRACE" report $form "$BATS_TEST_TMPDIR"/*.sqlite >"$BATS_TEST_TMPDIR/report$form") || [ $? = 1 ]
		[ "$(grep -o 'node[0-9][0-9]*' "$BATS_TEST_TMPDIR/report$form" | sort -u | wc -l)" = 300 ]
	done
	grep -q '^CRITICAL: [0-9]* of 300 hosts NOT right at the end' "$BATS_TEST_TMPDIR/report"
}
