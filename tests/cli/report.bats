#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report: on the recording of a scenario, which is the same on every machine.
#
# What each form of two recordings is, byte for byte, lies in tests/data/report. After a change that is meant:
#
#	RENEW=1 bats -f 'laid down' tests/cli/report.bats

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8 STORY=$BATS_FILE_TMPDIR/incident-full.sqlite
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" "$STORY" >/dev/null || [ $? = 3 ]
}

setup() {
	copy=$BATS_TEST_TMPDIR/copy.sqlite
}

# What is on standard input must be what the file holds, but for the version of the program.
laid_down() {
	sed 's|vmclock-trace [0-9][^ <"]*|vmclock-trace VERSION|' >"$BATS_TEST_TMPDIR/now"
	[ -z "${RENEW-}" ] || cp "$BATS_TEST_TMPDIR/now" "$data/$1"
	diff "$data/$1" "$BATS_TEST_TMPDIR/now"
}

# record_of SCENARIO FILE
record_of() {
	rm -f "$2"
	# Not only news, or not known to be all: 3, or 1 with the recording made.
	"$VMCLOCK_TRACE" record --scenario "$1" "$2" >/dev/null 2>"$BATS_TEST_TMPDIR/said" || [ $? = 3 ] || [ -s "$2" ]
}

@test "report: each form, as it is laid down" {
	data=$BATS_TEST_DIRNAME/../data/report
	proto=$BATS_TEST_DIRNAME/../../src/report
	command -v protoc >/dev/null || skip "protoc is not installed"
	"$VMCLOCK_TRACE" report "$STORY" | tee "$BATS_TEST_TMPDIR/text" | laid_down incident-full.txt
	# Into a ticket it fits, but for the page's own numbers.
	[ "$(sed '/^Machine and method/,$d' "$BATS_TEST_TMPDIR/text" | awk 'length > 100 && !/ > /' | wc -l)" = 0 ]
	record_of "$data/short.scenario" "$BATS_TEST_TMPDIR/short.sqlite"
	record_of "$BATS_TEST_DIRNAME/../scenarios/restore.scenario" "$BATS_TEST_TMPDIR/restore.sqlite"
	for name in short restore; do
		report() { "$VMCLOCK_TRACE" report "$@" "$BATS_TEST_TMPDIR/$name.sqlite"; }
		report | laid_down $name.txt
		report --json | /usr/bin/python3 -m json.tool --indent 1 | laid_down $name.json
		report --html | laid_down $name.html
		report --since 1s --until 11s --csv | tr -d '\r' | laid_down $name.csv
		# A second of it: each packet is a dozen lines.
		report --since $([ $name = short ] && echo 1 || echo 10)s --until $([ $name = short ] && echo 2 || echo 11)s \
			--perfetto | protoc --decode=perfetto.Trace -I"$proto" perfetto.proto | laid_down $name.pftrace.txt
	done
}

@test "report: OK only where no update of the page was missed; all that judge say so" {
	printf '%s\n' 'sample 10s' 'realtime within 2ms' 'end 10m' 'at 100.5s step +5s' 'at 101.5s step -5s' \
		>"$BATS_TEST_TMPDIR/coarse.scenario"
	run "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/coarse.scenario" "$copy"
	[ "$status" = 1 ]
	grep -q 'updates of the page happened between samples more than a second apart: whether all was well is not known' <<<"$output"
	record_of "$BATS_TEST_DIRNAME/../scenarios/healthy.scenario" "$BATS_TEST_TMPDIR/healthy.sqlite"
	for form in '' --json --html; do
		for other in '' "$BATS_TEST_TMPDIR/healthy.sqlite"; do
			# shellcheck disable=SC2086 # an option or none, a file or none
			run "$VMCLOCK_TRACE" report $form "$copy" $other
			[ "$status" = 1 ]
			grep -qiE 'unknown' <<<"$output"
			tr '\n' ' ' <<<"$output" | grep -qE 'not +known[^:]*: +updates +of +the +page +happened +between +samples'
		done
	done
	for command in replay 'trace --from' 'watch --from'; do
		# shellcheck disable=SC2086 # a command and its option
		run "$VMCLOCK_TRACE" $command "$copy"
		[ "$status" = 1 ]
	done
	# In a part of the time in which none was missed all is known; and what is missed within a second
	# is told, for it is shorter than what is promised to be seen.
	printf '%s\n' 'realtime within 2ms' 'end 2m' 'sample 1500ms' 'refresh 5s' 'at 61.1 update' 'at 61.2 update' >"$BATS_TEST_TMPDIR/once.scenario"
	record_of "$BATS_TEST_TMPDIR/once.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" | grep -q '^UNKNOWN: '
	"$VMCLOCK_TRACE" report --until 50s "$copy" | grep -q '^OK: '
	"$VMCLOCK_TRACE" report --since 70s "$copy" | grep -q '^OK: '
	printf '%s\n' 'realtime within 2ms' 'end 2m' 'at 1m drift 0.45' >"$BATS_TEST_TMPDIR/once.scenario"
	record_of "$BATS_TEST_TMPDIR/once.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" >"$BATS_TEST_TMPDIR/once.txt"
	grep -q '^OK: ' "$BATS_TEST_TMPDIR/once.txt"
	grep -q '1 of [0-9]* updates of the page happened between two samples' "$BATS_TEST_TMPDIR/once.txt"
}

@test "report: what was no page, or torn, from the first sample on is neither OK nor recovered" {
	local word
	for word in 'set magic 7' 'stick 1h'; do
		printf '%s\n' 'realtime within 2ms' 'end 20s' "at 0 $word" >"$BATS_TEST_TMPDIR/bad.scenario"
		rm -f "$copy"
		"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/bad.scenario" "$copy" >/dev/null && return 1
		"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/json" || :
		jq -e '(.level | . == "unknown" or . == "critical") and all(.incidents[]; .recovered | not)' "$BATS_TEST_TMPDIR/json"
		run ! "$VMCLOCK_TRACE" replay "$copy"
	done
}

@test "report: OK only where CLOCK_REALTIME was compared with something; all that judge say so" {
	for line in 'mode marker-only|no_clock' 'time-type TAI|not_compared'; do
		printf '%s\n' 'end 20s' 'realtime within 5ms' 'tai-offset unknown' "${line%|*}" >"$BATS_TEST_TMPDIR/alone.scenario"
		rm -f "$copy"
		for command in "record --scenario $BATS_TEST_TMPDIR/alone.scenario" replay 'watch --from' 'trace --from'; do
			# shellcheck disable=SC2086 # a command and its option
			run -1 "$VMCLOCK_TRACE" $command "$copy"
			[[ $output == *"none seen; "*": whether the clock was right is not known"* ]]
		done
		run -1 "$VMCLOCK_TRACE" report "$copy"
		[[ $output == "UNKNOWN: "* && ${output//$'\n'/ } == *" UNKNOWN: in 20.000 s of "*" no disruption was seen."* ]]
		cp "$copy" "$copy.other"
		run -1 "$VMCLOCK_TRACE" report --json "$copy" "$copy.other"
		jq -e '.level == "unknown"' <<<"$output"
	done
}

@test "report: a host that is FREERUNNING from the start is a warning, as one that becomes so" {
	printf '%s\n' 'end 20s' 'realtime within 5ms' 'status FREERUNNING' >"$BATS_TEST_TMPDIR/free.scenario"
	rm -f "$copy"
	for command in "record --scenario $BATS_TEST_TMPDIR/free.scenario" replay 'watch --from' 'trace --from'; do
		# shellcheck disable=SC2086 # a command and its option
		run -3 "$VMCLOCK_TRACE" $command "$copy"
		[[ $output == *"its host has no source of time (FREERUNNING)"* ]]
	done
	run -0 "$VMCLOCK_TRACE" report "$copy"
	[[ ${output//$'\n'/ } == "WARNING: "*" the host had no source of time (FREERUNNING), from "* ]]
	cp "$copy" "$copy.other"
	run -0 "$VMCLOCK_TRACE" report --json "$copy" "$copy.other"
	jq -e '.level == "warning" and (.verdict | contains("FREERUNNING"))' <<<"$output"
}

@test "report: what was bad in what a ring let go is still known" {
	printf '%s\n' 'end 10m' 'realtime within 5ms' 'status UNRELIABLE' 'at 65s status SYNCHRONIZED' >"$BATS_TEST_TMPDIR/ring.scenario"
	rm -f "$copy"
	run -3 "$VMCLOCK_TRACE" record --ring 1m --on critical --scenario "$BATS_TEST_TMPDIR/ring.scenario" "$copy"
	run -3 "$VMCLOCK_TRACE" replay "$copy"
	run -0 "$VMCLOCK_TRACE" report "$copy"
	[[ ${output//$'\n'/ } == "CRITICAL: "*"UNRELIABLE of itself, in a part that was not kept"* ]]
}

@test "report: OK only where all of it was recorded" {
	record_of "$BATS_TEST_DIRNAME/../scenarios/healthy.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" | grep -q '^OK: '
	"$VMCLOCK_TRACE" replay "$copy" >/dev/null
	sqlite3 "$copy" "DELETE FROM facts WHERE name = 'end_monotonic_ns'"
	for form in '' --json --html; do
		run -1 "$VMCLOCK_TRACE" report $form "$copy"
		[[ $output == *UNKNOWN* && $output == *"was not closed"* && $output != *OK:* ]]
	done
	run -1 "$VMCLOCK_TRACE" replay "$copy"
	sqlite3 "$copy" "DELETE FROM facts; DELETE FROM events"
	run -1 "$VMCLOCK_TRACE" report "$copy"
	[[ $output == *UNKNOWN* && $output == *"holds no events"* ]]
	run -1 "$VMCLOCK_TRACE" replay "$copy"
	[[ $output != *"byte for byte"* ]]
}

@test "report: OK only where the page was good, also where no finding says that it was not" {
	while IFS='|' read -r line why; do
		printf '%s\n' 'end 20s' 'realtime within 2ms' "$line" >"$BATS_TEST_TMPDIR/bad.scenario"
		rm -f "$copy"
		run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/bad.scenario" "$copy"
		grep -q "$why.*: whether all was well is not known" <<<"$output"
		run -1 "$VMCLOCK_TRACE" replay "$copy"
		grep -q "$why.*: whether all was well is not known" <<<"$output"
		run -1 "$VMCLOCK_TRACE" report --json "$copy"
		jq -e --arg why "$why" '.level == "unknown" and (.verdict | contains($why)) and any(.not_known[]; .code == "page_bad")' <<<"$output"
		cp "$copy" "$copy.other"
		run -1 "$VMCLOCK_TRACE" report --json "$copy" "$copy.other"
		jq -e '.level == "unknown"' <<<"$output"
	done <<-END
		at 10s set counter_period_frac_sec 0|no time could be computed from the page
		at 10s set counter_period_shift 200|no time could be computed from the page
		at 10s set time_type 7|no time could be computed from the page
		status INITIALIZING|the hypervisor did not vouch for the page
	END
	# A part in which it was good is whole.
	printf '%s\n' 'realtime within 2ms' 'end 20s' 'at 10s set counter_period_frac_sec 0' >"$BATS_TEST_TMPDIR/bad.scenario"
	rm -f "$copy"
	run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/bad.scenario" "$copy"
	"$VMCLOCK_TRACE" report --until 9s "$copy" | grep -q '^OK: '
}

@test "report: a page that lost its clock and has it again is not said to be without one" {
	printf '%s\n' 'end 120s' 'realtime within 5ms' 'at 10s mode marker-only' 'at 80s mode full' >"$BATS_TEST_TMPDIR/lost.scenario"
	rm -f "$copy"
	run "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/lost.scenario" "$copy"
	flat=$("$VMCLOCK_TRACE" report "$copy" | tr '\n' ' ')
	[[ $flat == *"Recovery not known: the page had lost its clock, and it was not back by then"* ]]
	[[ $flat != *"no longer carries a clock"* ]]
}

@test "report: a page that says UNRELIABLE of itself all the time is bad, as status has it" {
	printf '%s\n' 'end 20s' 'realtime within 2ms' 'status UNRELIABLE' >"$BATS_TEST_TMPDIR/bad.scenario"
	rm -f "$copy"
	for command in "record --scenario $BATS_TEST_TMPDIR/bad.scenario" replay 'watch --from'; do
		run -3 "$VMCLOCK_TRACE" $command "$copy"
		[[ $output == *"the page says of itself that its clock is UNRELIABLE"* ]]
	done
	# A report is no alarm.
	run -0 "$VMCLOCK_TRACE" report "$copy"
	[[ ${lines[0]} == "CRITICAL: "* ]]
	run -0 "$VMCLOCK_TRACE" report --json "$copy"
	jq -e '.level == "critical" and (.verdict | contains(" the host'"'"'s clock said UNRELIABLE of itself, from 2026-01-01T00:00:00") and contains("00:00:20.000Z. Beside that ")) and any(.not_known[]; .code == "page_bad")' <<<"$output"
	[[ $("$VMCLOCK_TRACE" report --html "$copy") == *'<p class="verdict CRITICAL">'*UNRELIABLE* ]]
	cp "$copy" "$copy.other"
	run -0 "$VMCLOCK_TRACE" report --json "$copy" "$copy.other"
	jq -e '.level == "critical"' <<<"$output"
	# And a part in which it was not is none of its.
	printf '%s\n' 'end 20s' 'realtime within 2ms' 'status UNRELIABLE' 'at 5s status SYNCHRONIZED' >"$BATS_TEST_TMPDIR/bad.scenario"
	rm -f "$copy"
	run -3 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/bad.scenario" "$copy"
	"$VMCLOCK_TRACE" report --since 6s "$copy" | grep -q '^OK: '
}

@test "report: a clock that is off and claims no bound is not well, and it is said by how much" {
	printf '%s\n' 'end 1m' 'mode marker-only' 'realtime unsynchronized' 'ptp-clock kvm off 60s within 1ms' \
		>"$BATS_TEST_TMPDIR/off.scenario"
	record_of "$BATS_TEST_DIRNAME/../scenarios/healthy.scenario" "$BATS_TEST_TMPDIR/healthy.sqlite"
	for said in 'off|60.001 s behind /dev/ptp0 (KVM' 'slew|4.001 ms ahead of the page'; do
		name=${said%%|*}
		run -3 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/$name.scenario" "$BATS_TEST_TMPDIR/$name.sqlite"
		[ $name = slew ] || [[ $output == *"CLOCK_REALTIME was up to ${said#*|}"*"claimed no bound"* ]]
		run -3 "$VMCLOCK_TRACE" replay "$BATS_TEST_TMPDIR/$name.sqlite"
		run -3 "$VMCLOCK_TRACE" watch --from "$BATS_TEST_TMPDIR/$name.sqlite"
		"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/$name.sqlite" |
			jq -e --arg said "${said#*|}" '.level == "warning" and (.verdict | contains($said) and (contains("nothing was found") | not))'
		"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/healthy.sqlite" "$BATS_TEST_TMPDIR/$name.sqlite" |
			jq -e --arg said "${said#*|}" '.level == "warning" and (.verdict | contains($said))'
		printf '%s\n' 'end 50s' 'realtime unsynchronized' 'at 10s clock-set slew 100' >"$BATS_TEST_TMPDIR/slew.scenario"
	done
	# Before it was off by as much as such a clock may be, all was well.
	"$VMCLOCK_TRACE" report --until 9s "$BATS_TEST_TMPDIR/slew.sqlite" | grep -q '^OK: '
}

@test "report: what is not known of a clock in an incident, and steps that no reading covers, are said" {
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'at 10s gone 20s' 'at 12s clock-set step -2s' 'at 25s clock-set step +2s' \
		>"$BATS_TEST_TMPDIR/gone.scenario"
	record_of "$BATS_TEST_TMPDIR/gone.scenario" "$copy"
	"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/json"
	jq -e '[.verdict, (.not_known[] | select(.code == "realtime_unseen").text)] | length == 2 and
		all(contains("It is not known of 200 readings: there was no valid page to compare it with. It was stepped by -2.000 s"))' \
		"$BATS_TEST_TMPDIR/json"
	# Readings on both sides of a step cover it.
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'at 12s clock-set step -2s' 'at 25s clock-set step +2s' \
		>"$BATS_TEST_TMPDIR/seen.scenario"
	record_of "$BATS_TEST_TMPDIR/seen.scenario" "$copy"
	run ! grep -q 'was stepped by' < <("$VMCLOCK_TRACE" report "$copy")
}

@test "report: a clock that is off by no more than it claims is not counted as wrong" {
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'at 10s clock-set slew 20' >"$BATS_TEST_TMPDIR/slewed.scenario"
	record_of "$BATS_TEST_TMPDIR/slewed.scenario" "$copy"
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.clocks[] | select(.clock == "CLOCK_REALTIME") | .known > 500 and .wrong == 0'
}

# One word, one meaning: over the whole recording, in an incident, in text, JSON, HTML and in the trace.
@test "report: wrong is off by more than the clock claims, wherever it is counted" {
	printf '%s\n' 'end 1m' 'realtime within 5s' 'at 20.03 migrate downtime 3s' >"$BATS_TEST_TMPDIR/wide.scenario"
	record_of "$BATS_TEST_TMPDIR/wide.scenario" "$copy"
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '(.clocks[0] | .off > 100 and .wrong == 0)
		and (.incidents[0].clocks[0].errors | .off > 100 and .wrong == 0)'
	flat=$("$VMCLOCK_TRACE" report "$copy" | tr -s ' \n' ' ')
	[[ $flat == *"CLOCK_REALTIME was off by -3.000 s .. "*", and in none of "*" known readings by more than it claims."* ]]
	[[ $flat != *"was wrong in"* && $flat != *"was not proven wrong"* ]]
	"$VMCLOCK_TRACE" report --html "$copy" | grep -q '>CLOCK_REALTIME</td><td></td><td></td><td class="n" data-is="known">[0-9]*</td><td class="n" data-is="wrong">0</td>'
}

# A page that is garbage is none, and not one without a clock.
@test "report: readings beside garbage are without a page" {
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'at 20s garbage 5s' >"$BATS_TEST_TMPDIR/garbage.scenario"
	record_of "$BATS_TEST_TMPDIR/garbage.scenario" "$copy"
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.incidents[0].clocks[0].errors.unknown | .no_page == 50 and .no_clock == null'
}

@test "report: which clock was not checked, and which page was wrong, is said" {
	printf '%s\n' 'end 1m' 'at 20s migrate downtime 100ms' >"$BATS_TEST_TMPDIR/alone.scenario"
	record_of "$BATS_TEST_TMPDIR/alone.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" | tr -s ' \n' ' ' | grep -q 'recovery not known: CLOCK_REALTIME was not checked against the page afterwards found '
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.incidents[0] | .unchecked == ["CLOCK_REALTIME"] and .step_fault == null'
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'ptp-clock kvm within 1ms' 'at 20s step -50ms' >"$BATS_TEST_TMPDIR/step.scenario"
	record_of "$BATS_TEST_TMPDIR/step.scenario" "$copy"
	"$VMCLOCK_TRACE" report --html "$copy" | grep -q 'By /dev/ptp0 (KVM virtual PTP), which claims to be within 1.000 ms, the page has been wrong since it was stepped[.]'
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.incidents[0] | .unchecked == [] and .step_fault == "since" and .step_fault_by.rank == "bounded"'
}

@test "report: the end of a leap second is rounded to the day that begins" {
	printf '%s\n' 'start 2026-06-30T23:59:00Z' 'leap positive' 'realtime within 1ms' 'end 2m' >"$BATS_TEST_TMPDIR/leap.scenario"
	record_of "$BATS_TEST_TMPDIR/leap.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" >"$BATS_TEST_TMPDIR/leap" || [ $? = 1 ]
	grep -q '^2026-07-01T00:00:00.000Z  info leap_change' "$BATS_TEST_TMPDIR/leap"
	run ! grep -q '60.999Z' "$BATS_TEST_TMPDIR/leap"
}

@test "report: one moment shows nothing to be well, nor does it to record" {
	printf '%s\n' 'end 50ms' >"$BATS_TEST_TMPDIR/moment.scenario"
	run -1 "$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/moment.scenario" "$copy"
	[[ $output == *"it was observed for one moment only: whether all was well is not known"* ]]
	run -1 "$VMCLOCK_TRACE" report "$copy"
	[[ $output == UNKNOWN* && $output == *"one moment only"* ]]
	run -1 "$VMCLOCK_TRACE" replay "$copy"
}

@test "report: a main file without its log is named as such, wherever it is read" {
	record_of "$BATS_TEST_DIRNAME/../scenarios/healthy.scenario" "$copy"
	# As a file that was copied alone while it was written: the last one out removes the log.
	sqlite3 "$copy" "PRAGMA journal_mode = WAL; DELETE FROM facts WHERE name = 'end_monotonic_ns'"
	[ ! -e "$copy-wal" ]
	for form in '' --json --html; do
		run -1 "$VMCLOCK_TRACE" report $form "$copy"
		[[ $output == *UNKNOWN* && $output == *"without its log"* && $output != *OK:* ]]
	done
	# Where it was cut, and no less when a reader has left an empty log.
	run -1 "$VMCLOCK_TRACE" report "$copy"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"What came after 2026-01-01T01:00:00.000Z is missing."* ]]
	run -1 "$VMCLOCK_TRACE" report --json "$copy"
	jq -e '.recording | .ended == false and .log_missing == true' <<<"$output"
	for command in replay 'trace --from' 'watch --from'; do
		run -1 "$VMCLOCK_TRACE" $command "$copy"
		[[ $output == *"its log (the file -wal) is missing"* && $output != *"those seen live" ]]
	done
	# What is known of nothing is not of 1970; and the reason is one on the screen and on stderr.
	cp "$copy" "$BATS_TEST_TMPDIR/none.sqlite"
	sqlite3 "$BATS_TEST_TMPDIR/none.sqlite" 'DELETE FROM events; DELETE FROM facts'
	for command in replay 'trace --from' 'watch --from'; do
		run -1 --separate-stderr "$VMCLOCK_TRACE" $command "$BATS_TEST_TMPDIR/none.sqlite"
		[[ $output == *"start   not known"* && $output != *1970* && $stderr == *"its log (the file -wal) is missing" ]]
	done
	run -1 "$VMCLOCK_TRACE" bundle -o "$BATS_TEST_TMPDIR/alone.tar.gz" "$copy"
	[[ $output == *"was not closed, and its log"* ]]
	"$VMCLOCK_TRACE" verify "$BATS_TEST_TMPDIR/alone.tar.gz" | grep -q '^ok .*not closed, without its log'
	# A bundle's report on it knows no more.
	tar -xOf "$BATS_TEST_TMPDIR/alone.tar.gz" --wildcards '*/report.json' | jq -e '.level == "unknown" and .recording.log_missing'
}

@test "report: of an empty recording no time is told" {
	record_of "$BATS_TEST_DIRNAME/../scenarios/healthy.scenario" "$copy"
	sqlite3 "$copy" "DELETE FROM facts; DELETE FROM events"
	for form in '' --json --html; do
		run -1 "$VMCLOCK_TRACE" report $form "$copy"
		[[ $output == *"UNKNOWN: no event was recorded."* && $output != *1970-* ]]
	done
}

@test "report: two things in one update are said to be, and two far apart are not" {
	printf '%s\n' 'generation 1' 'realtime within 5ms' 'end 40s' 'at 10s restore' 'at 20s clock-set step +1ms' 'at 30s clock-set step -1ms' \
		>"$BATS_TEST_TMPDIR/far.scenario"
	record_of "$BATS_TEST_TMPDIR/far.scenario" "$copy"
	"$VMCLOCK_TRACE" report "$copy" >"$BATS_TEST_TMPDIR/text" || [ $? = 3 ]
	[ "$(grep -c ' clock_set: ' "$BATS_TEST_TMPDIR/text")" = 2 ]
	# Of the disruption and the restore, and of nothing else. And a step is one number, no interval.
	[ "$(grep -c '(the same update of the page)' "$BATS_TEST_TMPDIR/text")" = 1 ]
	grep -q 'stepped the system clock by +1 ms' "$BATS_TEST_TMPDIR/text"
}

@test "report: what lies in a gap is not passed over" {
	sed 's/^end /realtime within 2ms\n&/' "$BATS_TEST_DIRNAME/../scenarios/disrupt.scenario" >"$BATS_TEST_TMPDIR/disrupt.scenario"
	record_of "$BATS_TEST_TMPDIR/disrupt.scenario" "$copy"
	sqlite3 "$copy" "CREATE TEMP TABLE at AS SELECT found_ns AS ns FROM findings WHERE number = 1;
		DELETE FROM events WHERE time_ns BETWEEN (SELECT ns - 2000000000 FROM at) AND (SELECT ns + 2000000000 FROM at);
		UPDATE facts SET value = (SELECT count(*) FROM events) WHERE name = 'events_stored'"
	# It was found live, and is in the table of findings.
	run -0 "$VMCLOCK_TRACE" report --json "$copy"
	jq -e '.level == "critical" and (.verdict | contains("In what was not kept, disruption was found (critical), at "))' <<<"$output"
	run -3 "$VMCLOCK_TRACE" replay "$copy"
	"$VMCLOCK_TRACE" bundle -o "$BATS_TEST_TMPDIR/gap.tar.gz" "$copy" >/dev/null
	tar -xOf "$BATS_TEST_TMPDIR/gap.tar.gz" --wildcards '*/report.json' | jq -e '.level == "critical"'
	# A part beside it is whole.
	"$VMCLOCK_TRACE" report --since 0s --until 5s "$copy" | grep -q '^OK: '
	# Nor where that row is gone: the marker has moved.
	sqlite3 "$copy" "DELETE FROM findings; DELETE FROM incidents"
	run -1 "$VMCLOCK_TRACE" report --json "$copy"
	jq -e '.level == "unknown"' <<<"$output"
}

@test "report: of a recording that was closed, and from which events are gone, nothing is OK" {
	record_of "$BATS_TEST_DIRNAME/../scenarios/disrupt.scenario" "$copy"
	sqlite3 "$copy" "DELETE FROM events WHERE id > 15"
	why="of its $(sqlite3 "$copy" "SELECT value FROM facts WHERE name = 'events_stored'") events 15 are there"
	for command in report 'report --json' 'report --html' "report $STORY" 'report --csv' replay 'trace --from' 'watch --from'; do
		# shellcheck disable=SC2086 # words of their own
		run -1 --separate-stderr "$VMCLOCK_TRACE" $command "$copy"
		grep -qF "$why" <<<"$stderr"
		if grep -qE '^OK|"ok"' <<<"$output"; then return 1; fi
	done
	# What was found live is named.
	"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/json" || [ $? = 1 ]
	jq -e '.level == "critical" and .headline == "Disruption, in what cannot be read."
		and (.verdict | contains("In what cannot be read, disruption was found (critical), at "))' "$BATS_TEST_TMPDIR/json"
	jq -e '.found_unseen | .kind == "disruption" and .severity == "critical" and .where == "unread"' "$BATS_TEST_TMPDIR/json"
	at=$(jq .found_unseen.monotonic_ns "$BATS_TEST_TMPDIR/json")
	for command in 'replay' 'trace --from' 'watch --from'; do
		read -r command option <<<"$command"
		run -1 --separate-stderr "$VMCLOCK_TRACE" "$command" ${option:+"$option"} "$copy"
		grep -E '^findings +none in what can be read\. In what cannot be read, disruption was found \(critical\), at [0-9.]+ s after the start\.$' <<<"$output"
		run -1 --separate-stderr "$VMCLOCK_TRACE" "$command" --json ${option:+"$option"} "$copy"
		jq -se --argjson at "$at" 'last | .level == "critical" and .findings_complete == false
			and .found_unseen == {monotonic_ns: $at, kind: "disruption", severity: "critical", where: "unread"}' <<<"$output"
	done
	# Of several hosts too.
	cp "$copy" "$BATS_TEST_TMPDIR/other.sqlite"
	run -1 "$VMCLOCK_TRACE" report "$copy" "$BATS_TEST_TMPDIR/other.sqlite"
	grep -zoE 'disruption\s+was\s+found\s+\(critical\)\s+in\s+a\s+part\s+that\s+cannot\s+be\s+read' <<<"$output"
	# Nor in a bundle, whose own events are all there.
	run -1 "$VMCLOCK_TRACE" bundle -o "$BATS_TEST_TMPDIR/gone.tar.gz" "$copy"
	"$VMCLOCK_TRACE" verify --json "$BATS_TEST_TMPDIR/gone.tar.gz" | jq -e '.level == "ok"'
	tar -xOf "$BATS_TEST_TMPDIR/gone.tar.gz" --wildcards '*/report.json' | jq -e '.level == "critical"'
	tar -C "$BATS_TEST_TMPDIR" --strip-components 1 -xf "$BATS_TEST_TMPDIR/gone.tar.gz" --wildcards '*/recording.sqlite'
	run -3 "$VMCLOCK_TRACE" replay "$BATS_TEST_TMPDIR/recording.sqlite"
}

# bats test_tags=slow
@test "report: what made room held findings: no form and no bundle says that there was nothing" {
	printf '%s\n' 'end 10m' 'realtime within 2ms' 'reader chronyd every 20ms' 'at 30s migrate downtime 250ms' \
		'at 40s clock-set step +250ms' 'at 9m maintenance soon' >"$BATS_TEST_TMPDIR/age.scenario"
	"$VMCLOCK_TRACE" record --max-age 2m --scenario "$BATS_TEST_TMPDIR/age.scenario" "$copy" >/dev/null || [ $? = 3 ]
	cut=$(sqlite3 "$copy" "SELECT value FROM facts WHERE name = 'events_cut'")
	"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/json"
	jq -e '.level == "critical" and (.incidents | length) == 0 and (.verdict | (contains("there was no incident") | not)
		and contains(" no incident was seen; found was maintenance_soon: the host announces a disruption within a day: plan for a live migration. In what was not kept, disruption was found (critical), at 2026-01-01T00:00:30")
		and contains(" Whether there was more is not known: something was found in"))
		and ([.not_known[] | select(.code == "cut").text] == ["The oldest '"$cut"' events made room for later ones: what came before is not told, and something was found in it, or may have been."])' \
		"$BATS_TEST_TMPDIR/json"
	"$VMCLOCK_TRACE" bundle -o "$BATS_TEST_TMPDIR/age.tar.gz" "$copy" >"$BATS_TEST_TMPDIR/made"
	grep -q "^cut  *nothing: all events that were kept are here; $cut more had made room before\$" "$BATS_TEST_TMPDIR/made"
	grep -q '^found .*; more was found, or may have been, in what was not kept$' "$BATS_TEST_TMPDIR/made"
	for form in --csv --perfetto; do
		run -1 --separate-stderr bash -c '"$0" report $1 "$2" >/dev/null' "$VMCLOCK_TRACE" $form "$copy"
		grep -q "$cut events made room for others and are not in the output" <<<"$stderr"
		grep -q 'the output is of what is there of .*: something was found in a part of it that was not kept' <<<"$stderr"
	done
	"$VMCLOCK_TRACE" report --json "$copy" "$STORY" | jq -e '.verdict | contains("Whether there was more is not known of scenario age")'
	"$VMCLOCK_TRACE" report --json "$copy" "$STORY" | jq -e '[.not_known[] | select(.code == "cut").text | contains("something was found there")] == [true]'
	# The part that was kept, asked for by itself, is whole.
	"$VMCLOCK_TRACE" report --json --since 9m --until 10m "$copy" | jq -e '.verdict | contains("not known") | not'
}

@test "report: a table or a trace of what was not closed says so, and exits 1" {
	cp "$STORY" "$copy"
	sqlite3 "$copy" "DELETE FROM facts WHERE name = 'end_monotonic_ns'"
	for form in --csv --perfetto; do
		run -1 --separate-stderr bash -c '"$0" report $1 "$2" >"$3"' "$VMCLOCK_TRACE" $form "$copy" "$BATS_TEST_TMPDIR/out"
		grep -q "the output is of what is there of $copy: the recording was not closed, and its end is missing" <<<"$stderr"
		cmp "$BATS_TEST_TMPDIR/out" <("$VMCLOCK_TRACE" report $form "$STORY")
		run -0 --separate-stderr bash -c '"$0" report $1 "$2" >/dev/null' "$VMCLOCK_TRACE" $form "$STORY"
		[ -z "$stderr" ]
	done
}

@test "report: the same recording gives the same bytes, in each form" {
	for form in '' --json --html --csv --perfetto; do
		cmp <("$VMCLOCK_TRACE" report $form "$STORY") <("$VMCLOCK_TRACE" report $form "$STORY")
	done
}

@test "report: as JSON, the numbers of the text" {
	"$VMCLOCK_TRACE" report --json "$STORY" >"$BATS_TEST_TMPDIR/json"
	jq -e '.schema == "vmclock-trace/report/2" and .level == "critical"
		and (.findings | length) == 6 and (.incidents | length) == 1
		and .incidents[0].readers[0].comm == "database" and .incidents[0].readers[0].reads == 196
		and .recording.ended and .recording.events_lost == 0
		and (.clocks[0].curve | map(.samples) | add) == .clocks[0].known
		and .clocks[0].wrong == 32
		and (.page.curve | length) > 20
		and (.not_known | map(.code) | index("disrupted") != null)' "$BATS_TEST_TMPDIR/json"
	"$VMCLOCK_TRACE" report "$STORY" >"$BATS_TEST_TMPDIR/text"
	[ "$(jq -r '"CRITICAL: \(.headline)"' "$BATS_TEST_TMPDIR/json")" = "$(sed -n 1p "$BATS_TEST_TMPDIR/text")" ]
	[ "$(jq -r .verdict "$BATS_TEST_TMPDIR/json")" = "$(sed -n '/^In full$/,/^$/p' "$BATS_TEST_TMPDIR/text" | sed '1,2d;$d' | tr '\n' ' ' | sed 's/ $//')" ]
	jq -e '.figures | keys == ["bad_window", "downtime", "right_again", "worst_clock", "wrong_reads"]
		and .right_again.well == "yes" and .wrong_reads.value == "38 of 245, by 2 programs"' "$BATS_TEST_TMPDIR/json"
}

@test "report: a page whose marker moves before its time: who read it meanwhile got a wrong time, and is told" {
	record_of "$BATS_TEST_DIRNAME/../scenarios/marker-first.scenario" "$copy"
	"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/json"
	jq -e '.incidents[0] | .recovered and .readers[0].errors.wrong == 15 and .readers[0].errors.all.hi_ns > 2000000000
		and .clocks[0].errors.unknown.old_line == 30' "$BATS_TEST_TMPDIR/json"
	jq -e '.clocks[0] | .readings - .known == 30 and .wrong > 300' "$BATS_TEST_TMPDIR/json"
	# Until the new line nothing is claimed: in no form.
	"$VMCLOCK_TRACE" report --csv --since 10s --until 10.25s "$copy" | awk -F, 'NR > 1 && $4 ~ /^(page|clock)$/ { rows++; told += $18 $19 != "" }
		END { exit !(rows > 40 && !told) }'
}

@test "report: Z is UTC by the page, also where the guest's clock is wrong, and 23:59:60 is 23:59:60" {
	cd "$BATS_TEST_TMPDIR"
	cat >leap.scenario <<-END
		start 2016-12-31T23:59:50Z
		time-type TAI
		tai-offset -36
		leap positive
		realtime within 5ms
		refresh 700ms
		end 20s
		at 10.5 migrate downtime 80ms
		at 12 maintenance soon
	END
	"$VMCLOCK_TRACE" record --scenario leap.scenario leap.sqlite >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report leap.sqlite >text || [ $? = 3 ]
	grep -q '^time .*UTC by the page$' text
	grep -q '^2016-12-31T23:59:60\.000Z  info leap_change' text
	# CLOCK_MONOTONIC stood meanwhile, and CLOCK_REALTIME is 80 ms behind from here on.
	grep -qE '^2016-12-31T23:59:60\.(579|580)Z  critical disruption' text
	grep -qE '^2017-01-01T00:00:01\.(079|080)Z  .* maintenance_soon' text
	kinds() { "$VMCLOCK_TRACE" report --json "$@" leap.sqlite | jq -c '[.findings[].kind] | unique'; }
	[[ $(kinds --since 2016-12-31T23:59:60.5Z --until 2016-12-31T23:59:60.7Z) == '["disruption","wrong_bound"]' ]]
	[[ $(kinds --since 2017-01-01T00:00:01.05Z) == '["maintenance_soon"]' ]]
	[[ $(kinds --since 2017-01-01T00:00:01.1Z) == '[]' ]]
	for wrong in 2016-12-31T23:58:60Z 2016-12-31T23:59:61Z 2016-12-31T23:59:59.Z 2016-12-31T23:59:59.1234567891Z; do
		run "$VMCLOCK_TRACE" report --since $wrong leap.sqlite
		[ "$status" = 2 ]
	done
	printf 'mode marker-only\nend 5s\nat 2 disrupt\n' >marker.scenario
	"$VMCLOCK_TRACE" record --scenario marker.scenario marker.sqlite >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report marker.sqlite >text || true
	grep -q '^time .*by CLOCK_REALTIME of its start, as the page does not tell UTC$' text
	"$VMCLOCK_TRACE" report --json marker.sqlite | jq -e '.recording.start_utc_ns == null'
}

@test "report: one incident, or a part of the time" {
	"$VMCLOCK_TRACE" report --incident 1 --json "$STORY" | jq -e '(.findings | length) == 5'
	run "$VMCLOCK_TRACE" report --incident 2 "$STORY"
	[ "$status" = 1 ]
	grep -q 'there is no incident 2' <<<"$output"
	"$VMCLOCK_TRACE" report --until 15s --json "$STORY" | jq -e '(.findings | map(.kind)) == ["maintenance_imminent"] and .incidents == [] and .level == "warning"'
	"$VMCLOCK_TRACE" report --since 2026-01-01T00:00:24Z --json "$STORY" | jq -e '(.findings | map(.kind)) == ["clock_set"]'
	"$VMCLOCK_TRACE" report --since 30s --json "$STORY" | jq -e '.level == "ok"'
	# The verdict is of what was asked for, and of nothing else.
	"$VMCLOCK_TRACE" report --since 30s --until 50s --json "$STORY" |
		jq -e '.verdict | test("^OK: in 20\\.000 s of .* \\(2026-01-01T00:00:30\\.250Z to 2026-01-01T00:00:50\\.250Z\\) nothing")'
	# An incident that goes on in it is as bad there, also where nothing more was found.
	printf '%s\n' 'mode marker-only' 'end 60s' 'realtime within 2ms' 'ptp-clock kvm' 'at 10.03 clock-set step -64s' >"$BATS_TEST_TMPDIR/open.scenario"
	record_of "$BATS_TEST_TMPDIR/open.scenario" "$copy"
	level=$("$VMCLOCK_TRACE" report --json "$copy" | jq -r .level)
	[ "$level" != ok ]
	run "$VMCLOCK_TRACE" report --since 50s --json "$copy"
	jq -e --arg level "$level" '.level == $level and .findings == []' <<<"$output"
	"$VMCLOCK_TRACE" report --until 5s "$copy" | grep -q '^OK: '
	run "$VMCLOCK_TRACE" report --since 2m "$STORY"
	[ "$status" = 1 ]
	grep -q 'nothing was recorded in that time' <<<"$output"
	grep -q '^hint: it is from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:59' <<<"$output"
	for wrong in '--since yesterday' '--until 2026-13-01' '--incident 0' '--incident x'; do
		# shellcheck disable=SC2086 # words of their own
		run "$VMCLOCK_TRACE" report $wrong "$STORY"
		[ "$status" = 2 ] || { echo "$wrong" >&2; return 1; }
	done
}

# Well-formed: each element that is opened is closed, in order.
well_formed() {
	python3 - "$1" <<-'END'
		import sys
		from html.parser import HTMLParser
		class Check(HTMLParser):
		    stack, seen = [], set()
		    def handle_starttag(self, tag, attributes):
		        self.seen.add(tag)
		        if tag not in ("meta", "br"):
		            self.stack.append(tag)
		    def handle_startendtag(self, tag, attributes):
		        self.seen.add(tag)
		    def handle_endtag(self, tag):
		        assert self.stack.pop() == tag, (tag, self.getpos())
		check = Check()
		check.feed(open(sys.argv[1]).read())
		assert not check.stack, check.stack
		assert {"svg", "path", "table", "mark", "details"} <= check.seen, check.seen
		assert not {"script", "img", "link", "iframe"} & check.seen, check.seen
	END
}

@test "report: as HTML, one file that is well-formed, fetches nothing and has no script" {
	"$VMCLOCK_TRACE" report --html "$STORY" >"$BATS_TEST_TMPDIR/html"
	well_formed "$BATS_TEST_TMPDIR/html"
	run ! grep -iE 'https?:|src=|href="[^#]|href=[^"]|url\([^#]|javascript|@import| on[a-z]+=' "$BATS_TEST_TMPDIR/html"
	grep -q 'prefers-color-scheme:dark' "$BATS_TEST_TMPDIR/html"
	grep -q '<td>database (1001)</td><td>PTP_SYS_OFFSET_PRECISE</td><td class="n" data-is="reads">196</td>' "$BATS_TEST_TMPDIR/html"
	[ "$(grep -c '<path class="band clock0"' "$BATS_TEST_TMPDIR/html")" -ge 3 ]
	# An error is an interval: nothing is drawn in its middle, and what is drawn is said.
	grep -q "A band is an interval: the true error is somewhere inside it" "$BATS_TEST_TMPDIR/html"
	run ! grep -E 'class="line|<circle' "$BATS_TEST_TMPDIR/html"
}

@test "report: findings have the same number in the timeline, in the evidence and in plots, with links both ways" {
	"$VMCLOCK_TRACE" report --html "$STORY" >"$BATS_TEST_TMPDIR/html"
	python3 - "$BATS_TEST_TMPDIR/html" <<-'END'
		import re, sys
		page = open(sys.argv[1]).read()
		ids = re.findall(r' id="([^"]*)"', page)
		assert len(ids) == len(set(ids)), ids
		links = set(re.findall(r'href="#([^"]*)"', page))
		assert links <= set(ids), links - set(ids)
		# Each finding, with its page before and after, links to a plot that has its number, which links back.
		items = re.findall(r'<li class="finding \w+" id="finding(\d+)"><a class="number" href="#(plot\d+)">(\d+)</a>(.*)', page)
		assert [int(n) for n, _, _, _ in items] == [2, 3, 4, 5, 6, 1], items
		for number, plot, shown, rest in items:
		    assert number == shown
		    for evidence in re.findall('<summary>(.*?)</summary>', rest):
		        assert evidence == number + ': the page before and after'
		    drawn = page.split('id="%s"' % plot)[1].split('</svg>')[0]
		    for width in 'dense', 'narrow':
		        seen = [range(int(a), int(b or a) + 1) for target, a, b in re.findall(
		            r'<a href="#finding(\d+)"><text class="number %s [^>]*>(\d+)(?:-(\d+))?</text></a>' % width, drawn)]
		        assert sum(int(number) in numbers for numbers in seen) == 1, (number, plot, seen)
		# No label is on another.
		for plot in re.findall('<svg id=.*?</svg>', page, re.S):
		    for width, digit in ('dense', 8), ('narrow', 15):
		        end = 0
		        for x, text in re.findall(r'class="number %s [^>]*x="([0-9.]*)"[^>]*>([0-9-]*)<' % width, plot):
		            half = len(text) * digit / 2
		            assert float(x) - half >= end and float(x) + half <= 960.1, (plot[:30], text, x, end)
		            end = float(x) + half
	END
}

# bats test_tags=slow
@test "report: a timeline goes by the line that the page came back to, never backwards" {
	printf '%s\n' 'end 3m' 'realtime within 5ms' 'ptp-clock kvm within 100us' 'at 60s set time_sec 1767225700' 'at 62s free time_sec' >"$BATS_TEST_TMPDIR/back.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/back.scenario" "$BATS_TEST_TMPDIR/back.sqlite" >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/back.sqlite" | grep -oE '^2026-[^ ]*Z  ' >"$BATS_TEST_TMPDIR/times"
	sort -c "$BATS_TEST_TMPDIR/times"
	[[ $(head -1 "$BATS_TEST_TMPDIR/times") == 2026-01-01T00:01:00.* && $(tail -1 "$BATS_TEST_TMPDIR/times") == 2026-01-01T00:01:02.* ]]
}

@test "report: a step is drawn as a step, and the worst value of a plot has its label" {
	printf '%s\n' 'end 60s' 'realtime within 5ms' 'at 20.05 clock-set step -250ms' 'at 40s clock-set step +250ms' >"$BATS_TEST_TMPDIR/step.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/step.scenario" "$BATS_TEST_TMPDIR/step.sqlite" >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report --html "$BATS_TEST_TMPDIR/step.sqlite" >"$BATS_TEST_TMPDIR/step.html"
	python3 - "$BATS_TEST_TMPDIR/step.html" <<-'END'
		import re, sys
		page = open(sys.argv[1]).read()
		curves = re.findall(r'class="band clock0" d="([^"]*)"', page)
		assert curves
		tall = 0
		for curve in curves:
		    x = y = 0
		    for letter, numbers in re.findall(r'([MLHV])([-0-9. ]+)', curve):
		        values = [float(n) for n in numbers.split()]
		        at = {'H': lambda: (values[0], y), 'V': lambda: (x, values[0])}.get(letter, lambda: tuple(values))()
		        if letter != 'M' and abs(at[1] - y) > 40:
		            tall += 1
		            assert abs(at[0] - x) < 0.2, (letter, x, y, at)
		        x, y = at
		assert tall >= 2 * len(curves), tall
		errors = re.findall('<svg [^>]*aria-label="error.*?</svg>', page, re.S)
		assert page.count('CLOCK_REALTIME 250 ms behind</text>') == len(errors), page.count('behind</text>')
		# A narrow screen leaves out labels that are too near to others, and not the one that is nearest to the worst value.
		assert errors and all(re.search('class="label"[^>]*>&#8722;100 ms<', plot) for plot in errors)
	END
}

@test "report: the time below a plot is UTC, by whom is said, and what nobody vouches for is hatched" {
	printf '%s\n' 'end 60s' 'realtime within 5ms' 'at 10s status FREERUNNING' 'at 20s status SYNCHRONIZED' \
		'at 30s status UNRELIABLE' 'at 40s status SYNCHRONIZED' 'at 45s step +1h' >"$BATS_TEST_TMPDIR/hatch.scenario"
	record_of "$BATS_TEST_TMPDIR/hatch.scenario" "$copy"
	"$VMCLOCK_TRACE" report --html "$copy" >"$BATS_TEST_TMPDIR/hatch.html"
	python3 - "$BATS_TEST_TMPDIR/hatch.html" <<-'END'
		import re, sys
		whole = re.findall(r'<svg id="plot0".*?</svg>(.*?)\n', page := open(sys.argv[1]).read(), re.S)
		plot = re.search(r'<svg id="plot0".*?</svg>', page, re.S)[0]
		ticks = re.findall(r'x="([0-9.]+)" y="386" text-anchor="[a-z]*">([^<]*)<', plot)
		assert [t for _, t in ticks] == ['00:00:00', '00:00:10', '00:00:20', '00:00:30', '00:00:40', '01:00:50'], ticks
		assert '2026-01-01, UTC by the page' in page and '>the page was gone, or not SYNCHRONIZED<' in page
		at = {t: float(x) for x, t in ticks}
		hatched = [(float(a), float(a) + float(b)) for a, b in re.findall(r'class="unvouched" x="([0-9.]+)" y="34" width="([0-9.]+)"', plot)]
		assert len(hatched) == 2, hatched
		for (a, b), (first, last) in zip(hatched, (('00:00:10', '00:00:20'), ('00:00:30', '00:00:40'))):
		    assert abs(a - at[first]) < 2 and abs(b - at[last]) < 2, (a, b, at)
	END
	# Where the page does not tell it, that is said.
	printf '%s\n' 'end 20s' 'mode marker-only' >"$BATS_TEST_TMPDIR/hatch.scenario"
	record_of "$BATS_TEST_TMPDIR/hatch.scenario" "$copy"
	page=$("$VMCLOCK_TRACE" report --html "$copy") || [ $? = 1 ]
	[[ $page == *'<span class="axis">'*'CLOCK_REALTIME of its start'* && $page != *'class="unvouched"'* ]]
}

# bats test_tags=slow
@test "report: in a browser, without a network: narrow and wide, light and dark" {
	command -v chromium >/dev/null || skip "chromium is not installed"
	"$VMCLOCK_TRACE" report --html "$STORY" >"$BATS_TEST_TMPDIR/report.html"
	timeout 120 /usr/bin/python3 "$BATS_TEST_DIRNAME/browse.py" "$BATS_TEST_TMPDIR/report.html" "$BATS_TEST_TMPDIR" 3>&-
	[ -z "${KEEP_PICTURES-}" ] || cp "$BATS_TEST_TMPDIR"/*.png "$KEEP_PICTURES"
	# And what is looked for there is found: a colour, a width, a script.
	spoil() {
		sed "$1" "$BATS_TEST_TMPDIR/report.html" >"$BATS_TEST_TMPDIR/spoilt.html"
		run ! timeout 120 /usr/bin/python3 "$BATS_TEST_DIRNAME/browse.py" "$BATS_TEST_TMPDIR/spoilt.html" "$BATS_TEST_TMPDIR" 3>&-
		grep -q "$2" <<<"$output"
	}
	spoil 's/--soft:#5c6670/--soft:#9ca6b0/' 'SPAN when'
	spoil 's/{min-width:0!important}.wide thead/{}.wide thead/' 'a table is cut'
	spoil 's/details::details-content/details::none/' 'are folded on paper'
	spoil 's/body{margin:0 auto/body{min-width:90rem;margin:0 auto/' 'wider than its window'
	spoil 's|</body>|<script>alert(1)</script></body>|' 'Content Security Policy'
}

@test "report: names from the recording are text, never markup nor escapes" {
	cp "$STORY" "$copy"
	sqlite3 "$copy" "UPDATE threads SET comm = '<img src=x>' || char(27) WHERE comm = 'database';
		INSERT INTO facts VALUES('<b>', '</dd><script>alert(1)</script>' || char(27) || '[31m')"
	"$VMCLOCK_TRACE" report --html "$copy" >"$BATS_TEST_TMPDIR/html"
	well_formed "$BATS_TEST_TMPDIR/html"
	grep -q '&lt;img src=x&gt;\\x1b' "$BATS_TEST_TMPDIR/html"
	"$VMCLOCK_TRACE" report "$copy" >"$BATS_TEST_TMPDIR/text"
	run ! grep "$(printf '\033')" "$BATS_TEST_TMPDIR/text"
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.incidents[0].readers[0].comm | startswith("<img src=x>")'
}

# schema_check SCHEMA FILE...: by a validator that is not ours.
schema_check() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/json_check.py" "$@"
}

# bats test_tags=slow,rounds
@test "report: the JSON of every scenario is what its schema says, and no key is there that it does not have" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
	"$VMCLOCK_TRACE" report --schema >"$BATS_TEST_TMPDIR/schema"
	for scenario in $(some_of 8 "$BATS_TEST_DIRNAME"/../scenarios/*.scenario); do
		name=$(basename "$scenario" .scenario)
		record_of "$scenario" "$copy"
		# Where events were lost and nothing else was found, all is not known to be well.
		"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/$name.json" ||
			jq -e '.level == "unknown"' "$BATS_TEST_TMPDIR/$name.json"
	done
	"${VMCLOCK_TRACE%/*}/unit/report_forms" --make "$BATS_TEST_TMPDIR/all.sqlite"
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/all.sqlite" >"$BATS_TEST_TMPDIR/all.json"
	schema_check "$BATS_TEST_TMPDIR/schema" "$BATS_TEST_TMPDIR"/*.json
	# All kinds of findings, readers, clocks and reasons are among all of them.
	[ "$(one_of 8)" != 1 ] || jq -r '.findings[].kind' "$BATS_TEST_TMPDIR"/*.json | sort -u | [ "$(wc -l)" = 24 ]
	jq -e '.readers | length > 3' "$BATS_TEST_TMPDIR/all.json"
	# It does complain: of a key that it does not know, of one that is gone, of another type, at any depth.
	for change in '.more = 1' 'del(.level)' '.findings[0].detail.more = 1' '.incidents[0].clocks[0].errors.known = "1"' \
		'.page.first.more = 1' '.readers[0].paths.more = {}' '.not_known[0].code = "more"'; do
		jq "$change" "$BATS_TEST_TMPDIR/all.json" >"$BATS_TEST_TMPDIR/changed"
		run ! schema_check "$BATS_TEST_TMPDIR/schema" "$BATS_TEST_TMPDIR/changed"
	done
}

@test "report: as CSV, each event and finding in a row of as many cells, none a formula" {
	cp "$STORY" "$copy"
	sqlite3 "$copy" "UPDATE threads SET comm = '=cmd|\"x\"!A0' WHERE comm = 'database';
		UPDATE threads SET comm = '@SUM(1,1)' WHERE comm = 'chronyd'; UPDATE threads SET comm = char(9) || '+1' WHERE comm = 'timed'"
	"$VMCLOCK_TRACE" report --csv "$copy" >"$BATS_TEST_TMPDIR/csv"
	EVENTS=$(sqlite3 "$copy" 'SELECT count(*) FROM events') /usr/bin/python3 - "$BATS_TEST_TMPDIR/csv" <<-'END'
		import collections, csv, os, sys
		text = open(sys.argv[1], newline="").read()
		assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
		rows = list(csv.DictReader(text.splitlines(), strict=True))
		assert all(None not in row and None not in row.values() for row in rows)
		types = collections.Counter(row["type"] for row in rows)
		assert types["finding"] == 6 and types["incident"] == 1, types
		assert len(rows) - 7 == int(os.environ["EVENTS"]), types
		for row in rows:
		    for name, cell in row.items():
		        assert cell[:1] not in tuple("=+@\t") or not cell, (name, cell)
		        assert not cell.startswith("-") or float(cell) < 0, (name, cell)
		assert {row["comm"] for row in rows} == {"", "'=cmd|\"x\"!A0", "'@SUM(1,1)", "\\x09+1"}
		reads = [row for row in rows if row["type"] == "read"]
		assert len(reads) == 1494 and all(float(row["latency_ns"]) == 1500 for row in reads)
		wrong = [row for row in rows if row["what"] == "CLOCK_REALTIME" and row["error_hi_ns"]
		         and int(row["error_hi_ns"]) < 0]
		# As many as the verdict says, and each where the page has the new marker.
		assert len(wrong) == 32 and {row["disruption_marker"] for row in wrong} == {"0x0000000000000002"}
		assert all(20.5 < float(row["seconds"]) < 25 and row["utc"] < "2026-01-01T00:00:25" for row in wrong)
	END
	# The man page has each column.
	head -1 "$BATS_TEST_TMPDIR/csv" | tr -d '\r' | tr , '\n' >"$BATS_TEST_TMPDIR/columns"
	sed -n '/^# CSV/,/^# PERFETTO/s/^[|:\[]* *|  //p' "$BATS_TEST_DIRNAME/../../man/vmclock-trace-report.1.scd" |
		sed 's/, /\n/g' | diff - "$BATS_TEST_TMPDIR/columns"
	# One incident: what is around it, and only what was found in it.
	"$VMCLOCK_TRACE" report --incident 1 --csv "$STORY" >"$BATS_TEST_TMPDIR/csv"
	[ "$(grep -c ',finding,' "$BATS_TEST_TMPDIR/csv")" = 5 ]
	[ "$(sed -n '2s/.*T00:00:\([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/csv")" = 18 ]
	run ! "$VMCLOCK_TRACE" report --incident 2 --csv "$STORY"
}

# bats test_tags=slow
@test "report: each wrong read is a row of the CSV, and they add up to what the report has of them" {
	printf '%s\n' 'realtime within 2ms' 'reader a every 100ms' 'end 40s' 'at 10s migrate downtime 250ms value +120ms late 2s' \
		'at 14s step +1s' >"$BATS_TEST_TMPDIR/refuted.scenario"
	for scenario in incident-full driver-off marker-first driver-counter-back refuted gap; do
		rm -f "$copy"
		case $scenario in
		refuted) record_of "$BATS_TEST_TMPDIR/refuted.scenario" "$copy" ;;
		incident-full) cp "$STORY" "$copy" ;;
		gap) cp "$STORY" "$copy" && sqlite3 "$copy" 'DELETE FROM events WHERE id BETWEEN 1650 AND 1660' ;;
		*) record_of "$BATS_TEST_DIRNAME/../scenarios/$scenario.scenario" "$copy" ;;
		esac
		# A gap is one of which not all is known.
		"$VMCLOCK_TRACE" report --csv "$copy" >"$BATS_TEST_TMPDIR/$scenario.csv" 2>"$BATS_TEST_TMPDIR/said" || [ $scenario = gap ]
		"$VMCLOCK_TRACE" report --json "$copy" >"$BATS_TEST_TMPDIR/$scenario.json" 2>"$BATS_TEST_TMPDIR/said" || [ $scenario = gap ]
	done
	/usr/bin/python3 - "$BATS_TEST_TMPDIR" <<-'END'
		import collections, csv, glob, json, sys
		sums = collections.Counter()
		for name in glob.glob(sys.argv[1] + "/*.csv"):
		    rows, reported, wrong = collections.Counter(), collections.Counter(), []
		    for row in csv.DictReader(open(name, newline="")):
		        if row["type"] != "read" or row["wrong"] + row["read_error_unknown"] == "":
		            assert row["read_error_lo_ns"] + row["read_error_hi_ns"] + row["wrong"] == "", row
		            continue
		        if row["wrong"] == "true":
		            wrong.append(tuple(row[key] for key in ("monotonic_ns", "utc", "pid", "comm", "path", "read_error_lo_ns", "read_error_hi_ns")))
		        key = row["pid"], row["path"], row["wrong"] or row["read_error_unknown"]
		        rows[key] += 1
		        if row["wrong"]:
		            low, high = int(row["read_error_lo_ns"]), int(row["read_error_hi_ns"])
		            assert low <= high and (row["wrong"] == "false" or low > 0 or high < 0), row
		    report = json.load(open(name[:-3] + "json"))
		    listed = [(str(read["monotonic_ns"]), read["utc"], str(read["pid"]), read["comm"], read["path"],
		               str(read["read_error_lo_ns"]), str(read["read_error_hi_ns"])) for read in report["wrong_reads"]]
		    assert listed == wrong and report["wrong_reads_unlisted"] == report["reads_unlisted"] == 0, (name, listed, wrong)
		    for incident in report["incidents"]:
		        for reader in incident["readers"]:
		            key, errors = (str(reader["pid"]), reader["path"]), reader["errors"]
		            reported[key + ("true",)] += errors["wrong"]
		            reported[key + ("false",)] += errors["known"] - errors["wrong"]
		            for why, reads in errors["unknown"].items():
		                reported[key + (why,)] += reads if why not in ("counted", "not_seen") else 0
		    assert rows == +reported, (name, rows, +reported)
		    for key, reads in rows.items():
		        sums[name[name.rindex("/") + 1:-4], key[2]] += reads
		assert sums["incident-full", "true"] == 38 and sums["incident-full", "false"] == 206, sums
		assert sums["marker-first", "true"] > 0 and sums["gap", "never_after"] > 0, sums
		assert sums["refuted", "false"] > 100 and not sums["refuted", "true"], sums
	END
	# In SQL, as the man page has it; and with --incident too.
	[ "$(sqlite3 -readonly "$STORY" ".read $BATS_TEST_DIRNAME/../../contrib/sqlite/views.sql" \
		".import --csv --schema temp '|$VMCLOCK_TRACE report --csv $STORY' report" 'SELECT count(*), sum(wrong), count(wrong),
			count(read_error_unknown), max(read_error_hi_ns) FILTER (WHERE wrong) < -120000000 FROM read_errors')" = '1494|38|244|1|1' ]
	grep -q "import --csv --schema temp '|vmclock-trace report --csv clock.sqlite' report" "$BATS_TEST_DIRNAME/../../man/vmclock-trace-report.1.scd"
	[ "$(sqlite3 "$STORY" ".import --csv --schema temp '|$VMCLOCK_TRACE report --csv $STORY' report" \
		"SELECT count(*), max(read_error_hi_ns + 0) < -120000000 FROM temp.report WHERE wrong = 'true'")" = '38|1' ]
	[ "$("$VMCLOCK_TRACE" report --csv --incident 1 "$STORY" | grep -c ',true,.$')" = 38 ]
	# And trace tells the same of each, behind the read that it has shown.
	"$VMCLOCK_TRACE" trace --json --events --from "$STORY" >"$BATS_TEST_TMPDIR/trace" || [ $? = 3 ]
	jq -cS '.wrong_reads[] | [.monotonic_ns, .incident, .comm, .path, .read_error_lo_ns, .read_error_hi_ns]' <("$VMCLOCK_TRACE" report --json "$STORY") >"$BATS_TEST_TMPDIR/wrong"
	jq -cS 'select(.wrong) | [.monotonic_ns, .incident, .comm, .path, .read_error_lo_ns, .read_error_hi_ns]' "$BATS_TEST_TMPDIR/trace" | diff "$BATS_TEST_TMPDIR/wrong" -
	jq -s -e '[.[] | select(.type == "read_error")] as $errors | [.[] | select(.type == "incident").readers[].reads] | add == ($errors | length)' "$BATS_TEST_TMPDIR/trace"
	[ "$(jq -c 'select(.type == "read_error").read_error_unknown' "$BATS_TEST_TMPDIR/trace" | sort -u)" = $'"disrupted"\nnull' ]
	run "$VMCLOCK_TRACE" trace --json --from "$STORY"
	[[ $output != *'"read_error"'* ]]
}

@test "report: CSV and Perfetto have the error of CLOCK_REALTIME where another clock than the page tells it" {
	printf '%s\n' 'end 10s' 'mode marker-only' 'realtime within 1ms' 'ptp-clock kvm' 'at 3s clock-set step -250ms' \
		>"$BATS_TEST_TMPDIR/other.scenario"
	record_of "$BATS_TEST_TMPDIR/other.scenario" "$BATS_TEST_TMPDIR/other.sqlite"
	"$VMCLOCK_TRACE" report --csv "$BATS_TEST_TMPDIR/other.sqlite" | /usr/bin/python3 -c '
import csv, sys
rows = [row for row in csv.DictReader(sys.stdin) if row["type"] == "clock"]
by_other = [row for row in rows if row["error_lo_ns"]]
assert len(by_other) > 90 and all(row["what"] == "other PTP clock" for row in by_other), len(by_other)
assert all("CLOCK_REALTIME" in row["text"] for row in by_other), by_other[0]
assert min(int(row["error_lo_ns"]) for row in by_other) // 1000000 == -251, by_other[-1]
'
	/usr/bin/python3 -c 'import google.protobuf' 2>/dev/null || skip "python3-protobuf is not installed"
	"$VMCLOCK_TRACE" report --perfetto "$BATS_TEST_TMPDIR/other.sqlite" |
		/usr/bin/python3 "$BATS_TEST_DIRNAME/perfetto_check.py" >"$BATS_TEST_TMPDIR/tracks"
	jq -e '[.tracks[] | select(.name | startswith("CLOCK_REALTIME less another clock"))] | length == 2
		and all((.values | length) > 90 and (.values | map(.[1]) | min) < -249000000)' "$BATS_TEST_TMPDIR/tracks"
}

# bats test_tags=slow
@test "report: as a trace for Perfetto, decoded by another's library: its tracks, slices, values" {
	/usr/bin/python3 -c 'import google.protobuf' 2>/dev/null || skip "python3-protobuf is not installed"
	"$VMCLOCK_TRACE" report --perfetto "$STORY" | /usr/bin/python3 "$BATS_TEST_DIRNAME/perfetto_check.py" >"$BATS_TEST_TMPDIR/tracks"
	# CLOCK_MONOTONIC and CLOCK_REALTIME of one moment.
	jq -e '.clocks == {"3": 100000000000, "1": 1767225600000000000}' "$BATS_TEST_TMPDIR/tracks"
	track() { jq -e --arg name "$1" "[.tracks[] | select(.name == \$name)] | $2" "$BATS_TEST_TMPDIR/tracks"; }
	track incidents 'length == 1 and (.[0].slices | map([.name, .ns, .args.severity, .args.recovery])) == [["incident 1", 4774998500, "critical", "yes"]]'
	track findings '.[0].instants | map(.name) == ["maintenance_imminent", "disruption", "status_change", "status_change", "wrong_bound", "clock_set"]'
	track 'vmclock page' '.[0] | (.slices | map(.name)) == ["SYNCHRONIZED", "INITIALIZING", "SYNCHRONIZED"]
		and (.instants | length) == 61 and (.instants | all(.name == "update"))
		and (.instants | map(select(.args.changed | test("disruption_marker"))) | length) == 1'
	track 'system clock changes' '.[0].instants | length == 1 and .[0].args.step_lo_ns > 249000000 and .[0].args.comm == "timed"'
	track 'process 1001 database' 'length == 1'
	track 'thread 1001 database' '.[0] | .parent == "process 1001 database" and (.slices | length) == 1195
		and (.slices | all(.name == "PTP_SYS_OFFSET_PRECISE" and .ns == 3000 and .args.device == "vmclock0" and .args.result == 0))'
	track 'reads of the driver' 'map(select(.parent == "thread 1001 database")) | .[0].slices | length == 1195
		and all(.ns == 1500 and .args.against_page_ns == 0 and .args.page_bound_ns > 900)'
	# The wrong ones are as many as in the report, by name and category; arrows join them to what opened the incident.
	track 'reads of the driver' '[.[].slices[] | select(.args.wrong)] | length == 38 and all(.categories == ["wrong"] and .flows == [1]
		and .args.read_error_hi_ns < -120000000 and .name == "PTP_SYS_OFFSET_PRECISE, wrong: 130 ms behind")'
	track 'reads of the driver' '[.[].slices[] | select(.args.wrong != true)] | all(.categories == ["read"] and .flows == [] and .name == "PTP_SYS_OFFSET_PRECISE")
		and (map(select(.args.wrong == false)) | length) == 206 and (map(select(.args.read_error_unknown)) | length) == 1'
	track findings '.[0].instants | map(.flows) == [[], [1], [], [], [], []] and .[1].categories == ["critical"]'
	# From the first reading to the last.
	track 'known: how wrong CLOCK_REALTIME is' '.[0].slices | map(.name) == ["known",
		"not known: the hypervisor did not vouch for the page'"'"'s clock", "known"] and .[1].ns > 1400000000 and .[1].ns < 1700000000'
	# The signed error: from -250 ms up while it was wrong, its low end never above its high one.
	track "CLOCK_REALTIME less the page's time, from" '.[0] | .unit == 1 and (.values | map(.[1]) | min) < -250000000'
	jq -e '(.tracks[] | select(.name | endswith("time, from")).values) as $from | (.tracks[] | select(.name | endswith("time, to")).values) as $to
		| [$from, $to] | transpose | length > 500 and all(.[0][0] == .[1][0] and .[0][1] < .[1][1])' "$BATS_TEST_TMPDIR/tracks"
	track 'page: its own bound, either way' '.[0].values | length == 583 and all(.[1] > 900)'
	# Every type of event, names that are no UTF-8, slices that are no longer than they should be.
	"${VMCLOCK_TRACE%/*}/unit/report_forms" --make "$BATS_TEST_TMPDIR/all.sqlite"
	"$VMCLOCK_TRACE" report --perfetto "$BATS_TEST_TMPDIR/all.sqlite" | /usr/bin/python3 "$BATS_TEST_DIRNAME/perfetto_check.py" >"$BATS_TEST_TMPDIR/tracks"
	track 'thread 200 mapper' '.[0].instants | map(.name) == ["maps the page", "maps the page"]'
	track observer '.[0].instants | map(.name) == ["the driver is there", "totals of events"]'
	track 'thread 100 chronyd' '.[0] | (.slices | length) == 17 and (.instants | map(select(.name == "uses since the last count")) | length) == 2'
	jq -e '[.tracks[].name | select(contains("\ufffd"))] | length == 2' "$BATS_TEST_TMPDIR/tracks"
	# What is missing is not known, from the last event before it to the first one after.
	cp "$STORY" "$copy"
	sqlite3 "$copy" 'DELETE FROM events WHERE id BETWEEN 3000 AND 3400'
	{ "$VMCLOCK_TRACE" report --perfetto "$copy" 2>/dev/null || [ $? = 1 ]; } | /usr/bin/python3 "$BATS_TEST_DIRNAME/perfetto_check.py" >"$BATS_TEST_TMPDIR/tracks"
	track 'known: how wrong CLOCK_REALTIME is' '.[0].slices | map(.name) as $names | ($names | length) == 5 and $names[3] == "not known: events are missing"
		and $names[4] == "known" and .[3].at == .[2].at + .[2].ns and .[3].ns > 3000000000 and .[4].at >= .[3].at + .[3].ns'
}

@test "report: no trace in binary on a terminal" {
	run script -qec "$VMCLOCK_TRACE report --perfetto $STORY" /dev/null
	[ "$status" = 2 ]
	grep -q 'hint: write it to a file' <<<"$output"
}

@test "report: what is no recording is told, with a hint" {
	sqlite3 "$BATS_TEST_TMPDIR/other" 'CREATE TABLE events(id)'
	cp "$STORY" "$BATS_TEST_TMPDIR/newer"
	sqlite3 "$BATS_TEST_TMPDIR/newer" 'PRAGMA user_version = 99'
	cp "$STORY" "$BATS_TEST_TMPDIR/view"
	sqlite3 "$BATS_TEST_TMPDIR/view" "DROP TABLE losses; CREATE VIEW losses AS
		WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT id, id AS time_ns, id AS events, '' AS cause FROM r"
	cp "$STORY" "$BATS_TEST_TMPDIR/trigger"
	sqlite3 "$BATS_TEST_TMPDIR/trigger" "CREATE TRIGGER t AFTER INSERT ON facts BEGIN DELETE FROM events; END"
	echo 'no database at all, but longer than the header of one: so it is not taken for empty ...' >"$BATS_TEST_TMPDIR/text"
	: >"$BATS_TEST_TMPDIR/empty"
	mkdir "$BATS_TEST_TMPDIR/directory"
	# shellcheck disable=SC2154 # bats sets it
	for file in other newer view trigger text empty directory none; do
		run --separate-stderr timeout 300 "$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/$file"
		[ "$status" = 1 ] && [ -z "$output" ] && grep -q '^hint: ' <<<"$stderr" ||
			{ echo "$file: $status $output $stderr" >&2; return 1; }
	done
	run --separate-stderr "$VMCLOCK_TRACE" report --csv "$BATS_TEST_TMPDIR/none"
	[ "$status" = 1 ] && [ -z "$output" ] && grep -q '^hint: ' <<<"$stderr"
}

@test "report: of a damaged recording what can be saved, and that it is damaged; exit 1" {
	cp "$STORY" "$copy"
	sqlite3 "$copy" "UPDATE events SET type = 99 WHERE id = 100; UPDATE events SET detail = x'ffff' WHERE id = 200;
		UPDATE events SET page = 12345 WHERE id = 301"
	run --separate-stderr "$VMCLOCK_TRACE" report --json "$copy"
	[ "$status" = 1 ]
	grep -q 'is damaged' <<<"$stderr"
	jq -e '.recording.events_damaged == 3 and .recording.damage != null and (.incidents | length) == 1
		and (.not_known | map(.code) | index("damaged") != null)' <<<"$output"
	# A stretch of the file overwritten, and its end cut off.
	cp "$STORY" "$copy"
	head -c 16384 /dev/zero | tr '\0' '\252' | dd of="$copy" bs=4096 seek=27 conv=notrunc status=none
	run --separate-stderr "$VMCLOCK_TRACE" report "$copy"
	[ "$status" = 1 ]
	grep -q 'The file is damaged' <<<"$output"
	truncate -s 200000 "$copy"
	run timeout 300 "$VMCLOCK_TRACE" report "$copy"
	[ "$status" = 1 ]
	# Only cut, between two pages of the file and within one, of which zeros are read as rows.
	for bytes in $((50 * 4096)) $((50 * 4096 + 1000)); do
		cp "$STORY" "$copy"
		truncate -s $bytes "$copy"
		run --separate-stderr "$VMCLOCK_TRACE" report --json "$copy"
		[ "$status" = 1 ]
		grep -q 'is damaged' <<<"$stderr"
		jq -e '.recording.events > 1000 and .recording.damage != null and .level != "ok"
			and (.not_known | map(.code) | index("damaged") != null)
			and (.recording.events_damaged > 0) == ('$bytes' % 4096 > 0)' <<<"$output"
	done
	# One behind another: the second is never read.
	cat "$STORY" "$STORY" >"$copy"
	run --separate-stderr "$VMCLOCK_TRACE" report "$copy"
	[ "$status" = 1 ]
	grep -q "is damaged: it has $(stat -c %s "$copy") bytes, and by its header" <<<"$stderr"
}

@test "report: while it is still being recorded, and in a directory that nobody may write to" {
	cp "$STORY" "$copy"
	chmod 555 "$BATS_TEST_TMPDIR"
	"$VMCLOCK_TRACE" report "$copy" >/dev/null
	chmod 755 "$BATS_TEST_TMPDIR"
	"$VMCLOCK_TRACE" record --device "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" "$BATS_TEST_TMPDIR/live.sqlite" >/dev/null 3>&- &
	recorder=$!
	recorded() { [ "$(sqlite3 -readonly "$BATS_TEST_TMPDIR/live.sqlite" 'SELECT count(*) FROM events')" -gt 0 ]; }
	until_true recorded
	# Nothing was found yet, and its end is not there.
	run -1 --separate-stderr "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/live.sqlite"
	echo "$output" >"$BATS_TEST_TMPDIR/json"
	jq -e '.level == "unknown" and .recording.ended == false and .recording.events > 0' "$BATS_TEST_TMPDIR/json"
	kill -INT $recorder
	wait $recorder || true
}

@test "report: of several incidents the verdict tells the one that still lasts" {
	printf '%s\n' 'end 3m' 'realtime within 5ms' 'at 30s clock-set step +1s' 'at 40s clock-set step -1s' \
		'at 80s clock-set step +10s' >"$BATS_TEST_TMPDIR/two.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/two.scenario" "$copy" >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '(.incidents | length) == 2 and (.verdict | contains("Incident 2 (") and contains("NOT recovered"))'
}

@test "report: who read was not seen, and why, in one sentence" {
	printf '%s\n' 'end 10s' 'realtime within 5ms' >"$BATS_TEST_TMPDIR/short.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/short.scenario" "$copy" >/dev/null
	sqlite3 "$copy" "INSERT OR REPLACE INTO facts VALUES ('uses', 'not seen: no driver')"
	"$VMCLOCK_TRACE" report --json "$copy" | jq -e '.not_known | map(.text) |
		index("Who read the clock through the kernel was not seen: no driver.") != null'
}
