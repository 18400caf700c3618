#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report on several recordings: of scenarios, which are the same on every machine.

bats_require_minimum_version 1.5.0

# record NAME SCENARIO [FACT VALUE]...: a recording of host NAME.
record() {
	local file=$BATS_FILE_TMPDIR/$1.sqlite name=$1
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/$2.scenario" "$file" >/dev/null || [ $? = 3 ]
	sqlite3 "$file" "UPDATE facts SET value = '$name' WHERE name = 'host';
		INSERT INTO facts VALUES('kernel', 'Linux 6.17.13 of $name'), ('boot_id', 'boot of $name')"
}

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8
	record web1 incident-full
	record web2 migrate-resync
	record web3 step-and-back
	record qemu marker-only-migrate
	record calm realtime-healthy
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
	copy=$BATS_TEST_TMPDIR/copy.sqlite
	data=$BATS_TEST_DIRNAME/../data/report
}

@test "report-fleet: as text, as it is laid down" {
	"$VMCLOCK_TRACE" report web1.sqlite web2.sqlite web3.sqlite qemu.sqlite calm.sqlite >"$BATS_TEST_TMPDIR/text"
	[ -z "${RENEW-}" ] || cp "$BATS_TEST_TMPDIR/text" "$data/fleet.txt"
	diff "$BATS_TEST_TMPDIR/text" "$data/fleet.txt"
}

@test "report: that an incident is over does not say that clocks which nobody compared are right" {
	record gone gone
	"$VMCLOCK_TRACE" report gone.sqlite >"$BATS_TEST_TMPDIR/text"
	grep -q '^=== incident 1, .* over; no clock was compared$' "$BATS_TEST_TMPDIR/text"
	tr -s ' \n' ' ' <"$BATS_TEST_TMPDIR/text" | grep -qF ' Over; no clock was compared.'
	"$VMCLOCK_TRACE" report gone.sqlite calm.sqlite >"$BATS_TEST_TMPDIR/text"
	grep -qF 'incident 1 is over; CLOCK_REALTIME was not compared' "$BATS_TEST_TMPDIR/text"
	"$VMCLOCK_TRACE" report --html gone.sqlite calm.sqlite >"$BATS_TEST_TMPDIR/html"
	grep -qF 'incident 1 is over; CLOCK_REALTIME was not compared' "$BATS_TEST_TMPDIR/html"
}

@test "report-fleet: as JSON, as it is laid down" {
	"$VMCLOCK_TRACE" report --json web2.sqlite qemu.sqlite calm.sqlite >"$BATS_TEST_TMPDIR/json"
	[ -z "${RENEW-}" ] || python3 -m json.tool "$BATS_TEST_TMPDIR/json" >"$data/fleet.json"
	diff <(python3 -m json.tool "$BATS_TEST_TMPDIR/json") "$data/fleet.json"
}

@test "report-fleet: the worst clock is one of those known, and whose are not is said, in each form" {
	printf '%s\n' 'end 2m' 'realtime within 5ms' 'at 30s status UNRELIABLE' 'at 32s clock-set step -2s' \
		'at 45s clock-set step +2s' 'at 50s status SYNCHRONIZED' >"$BATS_TEST_TMPDIR/hurt.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/hurt.scenario" "$BATS_TEST_TMPDIR/hurt.sqlite" >/dev/null || [ $? = 3 ]
	printf '%s\n' 'end 1m' 'realtime within 5ms' 'at 20s clock-set step +2s' >"$BATS_TEST_TMPDIR/set.scenario"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_TMPDIR/set.scenario" "$BATS_TEST_TMPDIR/set.sqlite" >/dev/null || [ $? = 3 ]
	cd "$BATS_TEST_TMPDIR"
	said="Of 1 recording it is not known in full how far the clocks were off: scenario hurt.scenario (200 readings: the
		hypervisor did not vouch for the page's clock; a step shows that it was further off than by any known reading)."
	said=$(tr -s ' \t\n' ' ' <<<"$said")
	for form in '' --json; do
		flat=$("$VMCLOCK_TRACE" report $form hurt.sqlite set.sqlite | tr -s ' \n' ' ')
		[[ $flat == *"The worst clock, of those known, was CLOCK_REALTIME of scenario set.scenario, "*"${said% }"* ]]
	done
	"$VMCLOCK_TRACE" report --html hurt.sqlite set.sqlite |
		grep -q '<td[^>]*>CLOCK_REALTIME [^<]*; 200 readings not known, further off by a step</td>'
	"$VMCLOCK_TRACE" report --json hurt.sqlite set.sqlite |
		jq -e '.recordings[0] | .readings_unknown == {"not_vouched": 200} and .step_beyond and .realtime_unread == false'
	# Where all is known, it is the worst.
	flat=$("$VMCLOCK_TRACE" report set.sqlite "$BATS_FILE_TMPDIR/calm.sqlite" | tr -s ' \n' ' ')
	[[ $flat == *"The worst clock was CLOCK_REALTIME of scenario set.scenario, "* && $flat != *"not known in full"* ]]
}

@test "report-fleet: the order of the arguments, and the directory, change no byte" {
	for form in '' --json --html; do
		# shellcheck disable=SC2086 # an option or none
		"$VMCLOCK_TRACE" report $form web1.sqlite web2.sqlite qemu.sqlite >"$BATS_TEST_TMPDIR/one"
		for order in 'web2 web1 qemu' 'qemu web2 web1' 'web1 qemu web2'; do
			# shellcheck disable=SC2046,SC2086
			"$VMCLOCK_TRACE" report $form $(printf "$BATS_FILE_TMPDIR/%s.sqlite " $order) |
				cmp - "$BATS_TEST_TMPDIR/one"
		done
	done
}

@test "report-fleet: what the scenarios did is inside what is told" {
	"$VMCLOCK_TRACE" report --json web1.sqlite web2.sqlite web3.sqlite >"$BATS_TEST_TMPDIR/json"
	# The lines of the scenarios: +20.03 a migration of web1, +10.03 one of web2, a step of web3.
	python3 - "$BATS_TEST_TMPDIR/json" <<-'END'
		import json, sys
		report = json.load(open(sys.argv[1]))
		start = 1767225600 * 10**9
		def only(host, kind):
		    return [e for e in report["timeline"] if (e["host"], e["kind"]) == (host, kind)]
		def inside(entry, seconds):
		    at = start + round(seconds * 10**9)
		    assert entry["utc"]["lo_ns"] <= at <= entry["utc"]["hi_ns"], (entry, at)
		inside(only("web1", "disruption")[0], 20.03)
		inside(only("web2", "disruption")[0], 10.03)
		step, back = only("web3", "host_step")
		inside(step, 10.03)
		inside(back, 13.03)
		# Which of its times was true nobody knows: 5 ms of doubt cannot be less than 3 ms.
		for r in report["recordings"]:
		    assert r["utc"]["method"] == "page" and r["utc"]["best_ns"] > (10**6 if r["host"] == "web3" else 10**3), r
		    assert r["utc"]["best_ns"] <= r["utc"]["worst_ns"] < 10**7, r
		# The two that began within 100 ms of each other are a group, of which the order is not known.
		assert [[i["host"] for i in g["incidents"]] for g in report["groups"]] == [["web3", "web2"]], report["groups"]
		group = report["groups"][0]
		assert group["proven"] and group["began_within"]["lo_ns"] == 0, group
		assert not any(e["order_known"] for e in only("web2", "disruption") + [step])
		assert all(e["order_known"] for e in only("web1", "disruption"))
	END
}

@test "report-fleet: a host of which UTC is not known is said to be so, and its place is null" {
	"$VMCLOCK_TRACE" report --json web1.sqlite qemu.sqlite >"$BATS_TEST_TMPDIR/json"
	jq -e '(.recordings[] | select(.host == "qemu") | .utc.method == "facts" and .utc.best_ns == null and .from.lo_ns == null)
		and ([.timeline[] | select(.host == "qemu")] | length == 1 and all(.utc.lo_ns == null and .utc.hi_ns == null and (.order_known | not)))
		and (.timeline[-1].host == "qemu") and ([.timeline[] | select(.host == "web1") | .order_known] | all)
		and (.not_known | any(.code == "no_utc" and .host == "qemu"))' "$BATS_TEST_TMPDIR/json"
	"$VMCLOCK_TRACE" report web1.sqlite qemu.sqlite | grep -q 'OF 1 RECORDING UTC IS NOT KNOWN'
}

@test "report-fleet: without a page that tells UTC a host is placed by the clock that a single report goes by" {
	local name options
	cd "$BATS_TEST_TMPDIR"
	while read -r name options; do
		printf '%s\n' 'end 1m' 'mode marker-only' 'realtime unsynchronized' "ptp-clock kvm off 60s $options" >"$name.scenario"
		"$VMCLOCK_TRACE" record --scenario "$name.scenario" "$name.sqlite" >/dev/null 2>&1 || [ $? = 3 ]
	done <<-END
		bounded within 1ms
		rough
	END
	"$VMCLOCK_TRACE" report --json bounded.sqlite rough.sqlite >json || [ $? = 1 ]
	# By its bound, and without one by a guess that is 60 s from the host's own clock.
	jq -e '.recordings[0] | .utc.method == "clock" and .utc.by == "/dev/ptp0 (KVM virtual PTP), which claims to be within 1.000 ms"
		and .utc.best_ns < 2200000 and .from.lo < "2026-01-01T00:01:00" and .from.hi > "2026-01-01T00:01:00"' json
	jq -e '.recordings[1] | .utc.method == "rough" and (.utc.by | test("^the host.s clock .*claims no bound")) and .from.lo == null' json
	jq -e '.not_known | any(.code == "by_claim" and (.text | test("/dev/ptp0"))) and any(.code == "no_utc" and (.text | test("claims no bound")))' json
	"$VMCLOCK_TRACE" report bounded.sqlite rough.sqlite >text || [ $? = 1 ]
	flat=$(tr -s ' \n' ' ' <text)
	[[ $flat == *'UTC by /dev/ptp0 (KVM virtual PTP), which claims to be within 1.000 ms, '* ]]
	[[ $flat == *"not known; 2026-01-01T00:01:00"*" by the host's clock "* && $flat != *'NOT KNOWN'* ]]
}

# bats test_tags=slow
@test "report-fleet: the first lines tell which host is the worst, and which is not right again" {
	local name story
	cd ""
	while read -r name story; do
		tr ';' '\n' <<<"end 1m;realtime within 2ms;$story" >"$name.scenario"
		"$VMCLOCK_TRACE" record --scenario "$name.scenario" "$name.sqlite" >/dev/null 2>&1 || [ $? = 3 ]
	done <<-END
		a at 20s clock-set step +2s;at 30s clock-set step -2s
		b at 20s clock-set step +1s
		c mode marker-only;ptp-clock kvm within 1ms;ptp-clock hyperv off +100ms within 1ms
		d
	END
	"$VMCLOCK_TRACE" report --json {a,b,c,d}.sqlite >json
	jq -e '.headline | test("^[0-9] of 4 hosts NOT right at the end; the worst: scenario b.scenario[.]$")' json
	jq -e '.recordings | map(.rank) | sort == [1, 2, 3, 4]' json
	jq -e '.recordings[1] | .rank == 1 and .right_again == "no" and (.headline | test("NOT recovered"))' json
	jq -e '.recordings[0] | .right_again == "yes" and (.headline | test("; recovered"))' json
	jq -e '.recordings[2] | .right_again != "yes" and (.headline | test("^Clocks disagree;"))' json
	jq -e '.recordings[3] | .rank == 4 and .level == "ok" and .right_again == "yes"' json
	jq -e '[.timeline[] | select(.type == "incident_over") | .host] == ["scenario a.scenario"]' json
	"$VMCLOCK_TRACE" report {a,b,c,d}.sqlite >text
	[[ $(head -1 text) == *' hosts NOT right at the end; the worst: scenario b.scenario.' ]]
	[[ $(sed -n 5p text) == 'scenario b.scenario '* ]]
	"$VMCLOCK_TRACE" report --html {a,b,c,d}.sqlite | grep -q 'hosts NOT right at the end; the worst: scenario b.scenario'
	# Of a part of the time the first lines say nothing: they are of the whole.
	"$VMCLOCK_TRACE" report --json --until 10s {a,d}.sqlite | jq -e '.headline == null'
}

@test "report-fleet: of an empty recording no time is told, nor drawn" {
	cp web1.sqlite "$copy"
	sqlite3 "$copy" "DELETE FROM facts; DELETE FROM events"
	record web2b migrate-resync
	for form in '' --html; do
		# shellcheck disable=SC2086 # an option or none
		run -0 "$VMCLOCK_TRACE" report $form "$copy" web2.sqlite
		[[ $output == *"not known"* && $output != *1970-* && $output != *"by its own clock"* ]]
	done
	# The axis is that of the other recording, not 56 years.
	axis() { "$VMCLOCK_TRACE" report --html "$1" web2.sqlite | grep -o 'text-anchor="[a-z]*">[0-9:.T-]*</text>'; }
	[ "$(axis "$copy")" = "$(axis web2b.sqlite)" ]
}

@test "report-fleet: CLOCK_REALTIME with a claim serves where the page gives no bounds" {
	"$VMCLOCK_TRACE" record --scenario <(printf '%s\n' 'mode marker-only' 'realtime within 2ms' 'end 30s' 'at 20.03 disrupt') \
		"$BATS_TEST_TMPDIR/a.sqlite" >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/a.sqlite" calm.sqlite >"$BATS_TEST_TMPDIR/json"
	# After the disruption a claim that nobody has made anew is not believed: no end is known.
	jq -e '.recordings[] | select(.file == "a.sqlite") | .utc.method == "realtime" and .utc.best_ns > 3900000
		and .utc.worst_ns == null and .to.lo_ns != null and .to.hi_ns == null' "$BATS_TEST_TMPDIR/json"
	jq -e '.not_known | any(.code == "no_bound") and any(.code == "by_claim")' "$BATS_TEST_TMPDIR/json"
}

@test "report-fleet: a step after a migration is where it was, and before what it was not before" {
	local start='start 2026-06-01T12:00:0' line
	line=$(printf '%s\n' 'time-error 10us' 'rate-error 0.5ppm' 'realtime within 50ms' 'end 25s')
	of_lines() { "$VMCLOCK_TRACE" record --scenario - "$BATS_TEST_TMPDIR/$1.sqlite" >/dev/null || [ $? = 3 ]; }
	printf '%s\n' "${start}0Z" "$line" 'sample 100ms' 'at 12.49 disrupt' | of_lines a
	# The step is at 12:00:12.466445, in truth, and as UTC has it in spite of the migration.
	printf '%s\n' "${start}4Z" "$line" 'sample 5ms' 'refresh 1s' 'at 5.116423 migrate downtime 163ms' \
		'at 7.479423 clock-set step +163ms' 'at 8.466445 step +40ms' | of_lines b
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR"/{a,b}.sqlite >"$BATS_TEST_TMPDIR/json"
	jq -e '[.timeline[] | select(.kind == "host_step")] | length == 1 and all(.utc.lo < "2026-06-01T12:00:12.466445" and .utc.hi > "2026-06-01T12:00:12.466445")' "$BATS_TEST_TMPDIR/json"
	# The disruption of the other host is from 12.4 to 12.5 s: which came first is not known.
	jq -e '[.timeline[] | select(.kind == "host_step" or (.kind == "disruption" and .utc.hi > "2026-06-01T12:00:12"))] | map(.order_known) == [true, false]' "$BATS_TEST_TMPDIR/json"
}

@test "report-fleet: a page that is good again gives UTC, also while CLOCK_REALTIME stays late" {
	printf '%s\n' 'start 2026-06-01T12:00:00Z' 'realtime within 1ms' 'end 120s' 'at 5 migrate downtime 250ms' 'at 100 maintenance soon' |
		"$VMCLOCK_TRACE" record --scenario - "$BATS_TEST_TMPDIR/a.sqlite" >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/a.sqlite" web2.sqlite >"$BATS_TEST_TMPDIR/json"
	jq -e '[.timeline[] | select(.kind == "maintenance_soon")] | length == 1
		and all(.order_known and .utc.lo >= "2026-06-01T12:01:39.9" and .utc.hi <= "2026-06-01T12:01:40.1")' "$BATS_TEST_TMPDIR/json"
	jq -e '.not_known | all(.host != .file and (.code | IN("no_utc", "no_bound", "contradiction") | not))' "$BATS_TEST_TMPDIR/json"
}

@test "report-fleet: two recordings of one boot are one host with one clock" {
	cp web1.sqlite "$copy"
	# The second began after the first, and saw only its end.
	sqlite3 "$copy" "DELETE FROM events WHERE time_ns < 124000000000; UPDATE facts SET value = '124000000000' WHERE name = 'start_monotonic_ns';
		UPDATE facts SET value = (SELECT count(*) FROM events) WHERE name = 'events_stored'"
	"$VMCLOCK_TRACE" report --json web1.sqlite "$copy" >"$BATS_TEST_TMPDIR/json"
	jq -e '.hosts == 1 and (.recordings | map(.host)) == ["web1 (copy.sqlite)", "web1 (web1.sqlite)"]
		and .groups == [] and ([.timeline[].order_known] | all)
		and ([.incidents[] | select(.again | not)] | length) == 1' "$BATS_TEST_TMPDIR/json"
}

@test "report-fleet: a part of the time" {
	"$VMCLOCK_TRACE" report --json --since 2026-01-01T00:00:15Z web1.sqlite web2.sqlite | jq -e '[.timeline[].host] | unique == ["web1"]'
	"$VMCLOCK_TRACE" report --json --until 15s web1.sqlite web2.sqlite | jq -e '[.timeline[].kind] | index("wrong_bound") == null'
	run ! "$VMCLOCK_TRACE" report --since yesterday web1.sqlite web2.sqlite
	grep -q 'is not a UTC such as' <<<"$output"
}

@test "report-fleet: what makes no sense of several is wrong usage, with a hint" {
	ln web2.sqlite "$BATS_TEST_TMPDIR/link.sqlite"
	cp web2.sqlite "$copy"
	# shellcheck disable=SC2154 # bats sets it
	while read -r arguments; do
		# shellcheck disable=SC2086 # words of their own
		run --separate-stderr "$VMCLOCK_TRACE" report $arguments
		[ "$status" = 2 ] && [ -z "$output" ] && grep -q '^hint: ' <<<"$stderr" ||
			{ echo "$arguments: $status $output $stderr" >&2; return 1; }
	done <<-END
		--incident 1 web1.sqlite web2.sqlite
		web1.sqlite web2.sqlite web1.sqlite
		web2.sqlite ./web2.sqlite
		web2.sqlite $BATS_TEST_TMPDIR/link.sqlite
		web2.sqlite web1.sqlite $copy
		$(printf 'none%s ' {1..1001})
	END
}

@test "report-fleet: what is no recording, or damaged, is told, the others are reported; exit 1" {
	echo 'no database at all, but longer than the header of one: so it is not taken for empty ...' >"$BATS_TEST_TMPDIR/text"
	cp web1.sqlite "$copy"
	sqlite3 "$copy" "UPDATE events SET type = 99 WHERE id = 100; UPDATE facts SET value = 'bad' WHERE name IN ('host', 'boot_id')"
	run --separate-stderr "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/text" web2.sqlite "$BATS_TEST_TMPDIR/none" "$copy"
	[ "$status" = 1 ]
	[ "$(grep -c '^vmclock-trace report: ' <<<"$stderr")" = 3 ]
	jq -e '(.not_read | length) == 2 and (.recordings | map(.host)) == ["bad", "web2"]
		and .recordings[0].events_damaged == 1 and .recordings[0].damage != null
		and ([.not_known[].code] | index("not_read") != null and index("damaged") != null)' <<<"$output"
	run --separate-stderr "$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/none"
	[ "$status" = 1 ] && [ -z "$output" ]
}

# bats test_tags=slow
@test "report-fleet: facts and times that nobody can mean do no harm" {
	local n=0
	for sql in "UPDATE facts SET value = '18446744073709551615' WHERE name = 'start_monotonic_ns'" \
		"UPDATE facts SET value = '18446744073709551615' WHERE name = 'start_realtime_ns'" \
		"UPDATE facts SET value = '9223372036854775807' WHERE name LIKE 'start%'" \
		"UPDATE facts SET value = '-1' WHERE name LIKE 'start%'" \
		"DELETE FROM facts" "DELETE FROM events" "DELETE FROM events WHERE id > 1" \
		"UPDATE events SET time_ns = 9223372036854775807 WHERE id > 1000" \
		"UPDATE events SET time_ns = 0 WHERE id % 7 = 0" \
		"UPDATE events SET time_ns = 9000000000000 - time_ns" \
		"UPDATE pages SET bytes = substr(bytes, 1, 56) || randomblob(56)" \
		"UPDATE pages SET bytes = substr(bytes, 1, 16) || randomblob(8) || substr(bytes, 25)" \
		"UPDATE events SET latency_ns = 9223372036854775807"; do
		n=$((n + 1))
		cp web1.sqlite "$BATS_TEST_TMPDIR/$n.sqlite"
		sqlite3 "$BATS_TEST_TMPDIR/$n.sqlite" "UPDATE facts SET value = 'h$n' WHERE name IN ('host', 'boot_id'); $sql"
		for form in '' --json --html; do
			# shellcheck disable=SC2086 # an option or none
			run --separate-stderr timeout 20 "$VMCLOCK_TRACE" report $form "$BATS_TEST_TMPDIR/$n.sqlite" web2.sqlite
			[ "$status" = 0 ] || [ "$status" = 1 ] || { echo "$sql: $status $stderr" >&2; return 1; }
			grep -q web2 <<<"$output"
		done
	done
	timeout 60 "$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR"/*.sqlite web1.sqlite >"$BATS_TEST_TMPDIR/json" || [ $? = 1 ]
	jq -e '.recordings | length == 14' "$BATS_TEST_TMPDIR/json"
}

@test "report-fleet: hosts of one name are told apart; names are text, never markup nor escapes" {
	mkdir -p "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	for place in a b; do
		cp web2.sqlite "$BATS_TEST_TMPDIR/$place/x.sqlite"
		sqlite3 "$BATS_TEST_TMPDIR/$place/x.sqlite" "UPDATE facts SET value = '$place' WHERE name = 'boot_id';
			UPDATE facts SET value = '<b>&' || char(27) || '[31m' WHERE name = 'host'"
	done
	"$VMCLOCK_TRACE" report --html "$BATS_TEST_TMPDIR/a/x.sqlite" "$BATS_TEST_TMPDIR/b/x.sqlite" >"$BATS_TEST_TMPDIR/html"
	grep -q "&lt;b&gt;&amp;.x1b\[31m ($BATS_TEST_TMPDIR/a/x.sqlite)" "$BATS_TEST_TMPDIR/html"
	"$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/a/x.sqlite" "$BATS_TEST_TMPDIR/b/x.sqlite" >"$BATS_TEST_TMPDIR/text"
	run ! grep "$(printf '\033')" "$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/html"
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/a/x.sqlite" "$BATS_TEST_TMPDIR/b/x.sqlite" |
		jq -e '.hosts == 2 and (.recordings | map(.host) | unique | length) == 2 and (.groups | length) == 1'
}

@test "report-fleet: in HTML each host has its five figures, by harm, and lanes and timeline link to it by its whole name" {
	local long=node-with-a-long-name-0001.eu-central-1.compute.internal
	cp web3.sqlite "$copy"
	sqlite3 "$copy" "UPDATE facts SET value = '$long' WHERE name = 'host'; UPDATE facts SET value = 'another' WHERE name = 'boot_id'"
	"$VMCLOCK_TRACE" report --html web1.sqlite calm.sqlite "$copy" >"$BATS_TEST_TMPDIR/html"
	python3 - "$BATS_TEST_TMPDIR/html" <<-END
		import re, sys
		page = open(sys.argv[1]).read()
		names = ["$long", "web1", "calm"]
		assert re.findall('<a class="row" href="#(host\\d)"><span class="name">([^<]*)<', page) == [
		    ("host%d" % (i + 1), name) for i, name in enumerate(names)]
		hosts = re.findall('<li class="finding level-[A-Z]+" id="(host\\d)"><strong>([^<]*)</strong>(.*?)</li>', page, re.S)
		assert [(i, name) for i, name, _ in hosts] == [("host%d" % (i + 1), name) for i, name in enumerate(names)], hosts
		for _, name, rest in hosts:
		    assert re.findall('<span class="soft">(.*?)</span>', rest) == [
		        "longest bad window", "worst clock", "wrong reads", "downtime", "right again"], rest
		assert "CLOCK_REALTIME 250 ms behind</strong>" in hosts[1][2]
		told = re.findall(', <a href="#(host\\d)">([^<]*)</a></span><br>', page)
		assert set(told) == {("host1", "$long"), ("host2", "web1")}, told
		ids = re.findall(' id="([^"]*)"', page)
		assert len(ids) == len(set(ids)) and set(re.findall('href="#([^"]*)"', page)) <= set(ids)
	END
}

# bats test_tags=slow
@test "report-fleet: as HTML, one well-formed file without script, which a browser shows without an error" {
	"$VMCLOCK_TRACE" report --html web1.sqlite web2.sqlite web3.sqlite qemu.sqlite >"$BATS_TEST_TMPDIR/fleet.html"
	python3 - "$BATS_TEST_TMPDIR/fleet.html" <<-'END'
		import sys
		from html.parser import HTMLParser
		class Check(HTMLParser):
		    stack, seen = [], []
		    def handle_starttag(self, tag, attributes):
		        self.seen.append(tag)
		        if tag not in ("meta", "br"):
		            self.stack.append(tag)
		    def handle_startendtag(self, tag, attributes):
		        self.seen.append(tag)
		    def handle_endtag(self, tag):
		        assert self.stack.pop() == tag, (tag, self.getpos())
		check = Check()
		check.feed(open(sys.argv[1]).read())
		assert not check.stack, check.stack
		# A mark for each finding, a bar and what surely is bad of it for each incident.
		assert check.seen.count("circle") == 12, check.seen.count("circle")
		assert check.seen.count("rect") == 4 + 2 * 3 + 1, check.seen.count("rect")
		assert not {"script", "img", "link", "iframe"} & set(check.seen)
	END
	run ! grep -iE 'https?:|src=|href="[^#]|href=[^"]|url\(|javascript|@import| on[a-z]+=' "$BATS_TEST_TMPDIR/fleet.html"
	command -v chromium >/dev/null || skip "chromium is not installed; the rest passed"
	# No message, no sideways scroll, no labels that touch: at 380, 800 and 1400 px, light and dark.
	timeout 120 /usr/bin/python3 "$BATS_TEST_DIRNAME/browse.py" "$BATS_TEST_TMPDIR/fleet.html" "$BATS_TEST_TMPDIR" 3>&-
}

# bats test_tags=slow,plain
@test "report-fleet: three hundred recordings, one after the other" {
	for n in {1..300}; do
		cp web2.sqlite "$BATS_TEST_TMPDIR/$n.sqlite"
		echo "UPDATE facts SET value = 'n$n' WHERE name IN ('host', 'boot_id');" | sqlite3 "$BATS_TEST_TMPDIR/$n.sqlite"
	done
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR"/*.sqlite >"$BATS_TEST_TMPDIR/json"
	jq -e '.hosts == 300 and (.groups | length) == 1 and .groups[0].hosts == 300' "$BATS_TEST_TMPDIR/json"
	# What is kept of each is small: 64 MiB are enough for all, the program itself included.
	(ulimit -v 65536 && "$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR"/*.sqlite >/dev/null)
	# Beyond what is read, none is.
	run "$VMCLOCK_TRACE" report x{1..1001}
	[ "$status" = 2 ]
	[[ $output == *"1001 recordings are too many"*"hint: name at most 1000"* ]]
}

@test "fleet: a page that says UNRELIABLE of itself is named in the first lines" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'end 1m' 'status UNRELIABLE' 'realtime within 5ms' >un.scenario
	printf '%s\n' 'end 1m' 'realtime within 5ms' >well.scenario
	"$VMCLOCK_TRACE" record --scenario well.scenario well.sqlite >/dev/null
	run "$VMCLOCK_TRACE" record --scenario un.scenario un.sqlite
	"$VMCLOCK_TRACE" report --json un.sqlite well.sqlite | jq -e '.verdict |
		contains("Of scenario un.scenario the page said of itself that its clock is UNRELIABLE.")'
}
