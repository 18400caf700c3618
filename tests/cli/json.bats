#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What each command prints is what its --schema says, by a validator that is not ours.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	vectors=$BATS_TEST_DIRNAME/../data/vectors/pages
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	/usr/bin/python3 -c 'import jsonschema' || skip "python3-jsonschema is not installed"
	cd "$BATS_TEST_TMPDIR" || return
	mkdir out
}

# fits COMMAND: all that is in out/ is what the command's schema says.
fits() {
	"$VMCLOCK_TRACE" "$1" --schema >schema
	/usr/bin/python3 "$BATS_TEST_DIRNAME/json_check.py" schema out/* >complaints || { cat complaints >&2; return 1; }
}

# prints NAME COMMAND...: into out/NAME; a finding is no failure.
prints() {
	local status=0
	"$VMCLOCK_TRACE" "${@:2}" >"out/$1" 2>stderr || status=$?
	# Where events were lost, and nothing else was found, it is not known whether all was well.
	case $1:$status in
	*:0 | *:3 | record-loss:1 | loss.sqlite:1) ;;
	*:1) jq -e '.level == "unknown"' "out/$1" >/dev/null || { cat stderr >&2; return 1; } ;;
	*) cat stderr >&2; return 1 ;;
	esac
}

# bats test_tags=slow
@test "json: status, on every page" {
	for page in "$vectors"/*.bin; do
		prints "$(basename "$page").now" status --json --device "$page"
		prints "$(basename "$page").at" status --json --device "$page" --counter 0
	done
	fits status
	# The validator does notice what is wrong: a value that is none of the list, and a negative number.
	jq '.level = "fine"' out/003-old.bin.at >out/wrong
	run fits status
	[ "$status" = 1 ]
	jq '.reader.retries = -1' out/003-old.bin.at >out/wrong
	run fits status
	[ "$status" = 1 ]
}

# One scenario where nothing happens, and one where nearly all does; the rest are told by report.
# bats test_tags=slow
@test "json: watch, trace, record and replay of recordings" {
	for scenario in healthy incident-full many-at-once migrate-notified garbage gone loss stun realtime-slewed clocksource; do
		prints "record-$scenario" record --json --scenario "$scenarios/$scenario.scenario" $scenario.sqlite
	done
	fits record
	for command in replay "watch --updates" "trace --events --calls"; do
		rm out/*
		for file in *.sqlite; do
			from=--from
			[ "$command" != replay ] || from=
			prints "$file" $command --json $from "$file"
		done
		fits "${command%% *}"
	done
	prints comm trace --json --from incident-full.sqlite --comm timed
	fits trace
}

@test "json: a ring, with its windows" {
	prints ring record --json --ring 2m --scenario "$scenarios/incident-full.scenario" ring.sqlite
	fits record
	prints replayed replay --json ring.sqlite
	rm out/ring
	fits replay
}

@test "json: watch, trace, wait and compare of a page in a file" {
	page=$vectors/003-old.bin
	prints watch watch --json --updates --duration 100ms --device "$page"
	fits watch
	rm out/*
	prints trace trace --json --duration 100ms --device "$page"
	fits trace
	rm out/*
	"$VMCLOCK_TRACE" wait --json --for disruption --timeout 50ms --device "$page" >out/in-vain || [ $? = 4 ]
	"$VMCLOCK_TRACE" wait --json --for synchronized --timeout 5s --device "$page" >out/state || [ $? = 4 ]
	fits wait
	rm out/*
	prints compare compare --json --count 3 --interval 1ms --device "$page"
	prints none compare --json --count 1 --device /does/not/exist || :
	[ -s out/none ] || rm out/none
	fits compare
}

@test "json: doctor" {
	prints doctor doctor --json
	prints file doctor --json --device "$vectors/003-old.bin"
	fits doctor
}

@test "json: report, on one and on several; bundle, verify, and host.json" {
	for scenario in healthy incident-full migrate loss; do
		"$VMCLOCK_TRACE" record --scenario "$scenarios/$scenario.scenario" $scenario.sqlite >/dev/null || [[ $? == [13] ]]
		prints "$scenario" report --json $scenario.sqlite
	done
	"${VMCLOCK_TRACE%/*}/unit/report_forms" --make all.sqlite
	prints all report --json all.sqlite
	prints several report --json incident-full.sqlite migrate.sqlite healthy.sqlite
	fits report
	rm out/*
	prints made bundle --json incident-full.sqlite
	tar xf incident-full-bundle.tar.gz
	cp incident-full-bundle/host.json out/
	fits bundle
	rm out/*
	prints good verify --json incident-full-bundle.tar.gz
	head -c 5000 incident-full-bundle.tar.gz >bad.tar.gz
	"$VMCLOCK_TRACE" verify --json bad.tar.gz >out/bad 2>stderr || [ $? = 1 ]
	fits verify
}

@test "json: each command with --json has --schema, a valid one" {
	for command in $("$VMCLOCK_TRACE" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		"$VMCLOCK_TRACE" "$command" --help | grep -q -- '--json' || continue
		"$VMCLOCK_TRACE" "$command" --schema >schema
		/usr/bin/python3 -c 'import json, jsonschema, sys
schema = json.load(open("schema"))
jsonschema.Draft202012Validator.check_schema(schema)
assert schema["title"].startswith("vmclock-trace/" + sys.argv[1] + "/"), schema["title"]' "$command"
	done
}
