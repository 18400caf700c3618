#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What people see on a terminal: colour and width.

bats_require_minimum_version 1.5.0

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE OUT=$BATS_FILE_TMPDIR LC_ALL=C.UTF-8
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" \
		"$OUT/incident.sqlite" >/dev/null || [ $? = 3 ]
	cp "$OUT/incident.sqlite" "$OUT/incident.sqlite.copy"
}

setup() { unset NO_COLOR COLUMNS; }

on_terminal() { python3 "$BATS_TEST_DIRNAME/on_terminal.py" "$@"; }

@test "terminal: no line is wider than it, all words are there, colour only where it is wanted" {
	on_terminal --check "$VMCLOCK_TRACE" "$OUT/incident.sqlite" \
		"$BATS_TEST_DIRNAME/../data/vectors/pages/000-short.bin"
}
