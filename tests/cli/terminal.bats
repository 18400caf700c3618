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

setup() {
	unset NO_COLOR COLUMNS
	cd "$BATS_TEST_TMPDIR" || return
}

on_terminal() { python3 "$BATS_TEST_DIRNAME/on_terminal.py" "$@"; }

@test "terminal: no line is wider than it, all words are there, colour only where it is wanted" {
	on_terminal --check "$VMCLOCK_TRACE" "$OUT/incident.sqlite" \
		"$BATS_TEST_DIRNAME/../data/vectors/pages/000-short.bin"
	"$VMCLOCK_TRACE" report --color always "$OUT/incident.sqlite" >coloured
	grep $'^2026[^ ]*Z  \e\[[0-9;]*mcritical disruption:\e' coloured
}

@test "watch: a line begins with UTC by the page, or after ~ where no clock tells it" {
	"$VMCLOCK_TRACE" watch --from "$OUT/incident.sqlite" >watched || [ $? = 3 ]
	# CLOCK_REALTIME was 250 ms behind: the page is not.
	grep '^2026-01-01T00:00:21.850Z +21.600000 critical wrong_bound: ' watched
	# Since the disruption, and until the page is vouched for again, UTC is 250 ms off what it was by.
	grep '^~2026-01-01T00:00:20.075Z +20.075001 critical disruption: ' watched
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/marker-only-migrate.scenario" \
		marker.sqlite >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" watch --from marker.sqlite >watched || [ $? = 3 ]
	grep '^~2026-01-01T00:00:10.100Z +10.100000 critical disruption: ' watched
}

# Those of findings: tests/unit/finding.c.
@test "words: no sentence of status, doctor, a report's beginning or watch has more than 20 words" {
	{
		for page in "$BATS_TEST_DIRNAME"/../data/vectors/pages/0?[15]-*.bin; do
			"$VMCLOCK_TRACE" status --device "$page" || :
		done
		"$VMCLOCK_TRACE" doctor || :
		"$VMCLOCK_TRACE" watch --from "$OUT/incident.sqlite" || :
		"$VMCLOCK_TRACE" report "$OUT/incident.sqlite" | sed '/^In full/,$d' || :
	} >said 2>&1
	# A sentence ends where its clause does; a label, a path and what is in a table is none.
	python3 - said <<-'PYTHON'
		import re, sys
		text = re.sub(r"\n {16,}(?!hint)", " ", open(sys.argv[1]).read())
		long = {s for line in text.split("\n") for s in re.split(r"(?<=[.;:])\s|\s{2,}|\(", line) if len(s.split()) > 20}
		assert text.count("\n") > 200, text.count("\n")
		sys.exit("\n".join(long) or 0)
	PYTHON
}

@test "doctor: the answer is the first line" {
	"$VMCLOCK_TRACE" doctor >said || [ $? = 3 ]
	[[ $(head -1 said) == "All is well: "* || $(head -1 said) == *": see "* ]]
	[ -z "$(sed -n 2p said)" ]
}
