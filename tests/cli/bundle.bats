#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bundle and verify: what is handed over is what was recorded, and what was altered is found.

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8 STORY=$BATS_FILE_TMPDIR/story.sqlite
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" "$STORY" >/dev/null || [ $? = 3 ]
}

setup() {
	# What is unpacked is unpacked here, and nothing is to stay.
	export TMPDIR=$BATS_TEST_TMPDIR/scratch
	mkdir "$TMPDIR"
	forge=$BATS_TEST_DIRNAME/bundle_forge.py
	copy=$BATS_TEST_TMPDIR/copy.sqlite
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	[ -z "$(ls -A "$TMPDIR")" ]
}

bundle() { "$VMCLOCK_TRACE" bundle "$@" >/dev/null; }

# refused FILE...: verify finds something wrong with each, and says so.
refused() {
	local file
	for file; do
		run --separate-stderr timeout 300 "$VMCLOCK_TRACE" verify "$file"
		[ "$status" = 1 ] && grep -q 'WRONG\|^hint: ' <<<"$output$stderr" ||
			{ echo "$file: $status $output $stderr" >&2; return 1; }
	done
}

# small: a bundle of few events, in small.tar.gz.
small() {
	printf 'end 3s\nat 1s migrate\n' >scenario
	"$VMCLOCK_TRACE" record --scenario scenario small.sqlite >/dev/null || [ $? = 3 ]
	bundle -o small.tar.gz small.sqlite
}

@test "bundle: all that is needed is in it, and each byte of it is proved" {
	"$VMCLOCK_TRACE" bundle --json "$STORY" >made
	jq -e '.schema == "vmclock-trace/bundle/1" and .file == "story-bundle.tar.gz" and (.redacted | not)
		and (.files | map(.name)) == ["MANIFEST.sha256", "README.txt", "host.json", "recording.sqlite",
			"report.html", "report.json", "report.txt"]' made
	[ "$(jq -r .sha256 made)" = "$(sha256sum story-bundle.tar.gz | cut -d' ' -f1)" ]
	[ "$(jq .bytes made)" = "$(stat -c %s story-bundle.tar.gz)" ]
	tar xzf story-bundle.tar.gz
	(cd story-bundle && sha256sum --strict -c MANIFEST.sha256)
	[ "$(sed 's/.*  //' story-bundle/MANIFEST.sha256 | sort)" = "$(cd story-bundle && ls | grep -v MANIFEST | sort)" ]
	"$VMCLOCK_TRACE" verify --json story-bundle.tar.gz >checked
	jq -e '.schema == "vmclock-trace/verify/2" and .level == "ok" and .directory == "story-bundle"
		and (.checks | map(.name)) == ["archive", "packing", "manifest", "recording", "replay", "README.txt", "host.json",
			"report.html", "report.json", "report.txt"] and (.checks | map(.state) | unique) == ["ok"]' checked
	[ "$(jq -r .sha256 checked)" = "$(jq -r .sha256 made)" ]
	# What the whole recording tells is what the one in it tells.
	cd story-bundle
	"$VMCLOCK_TRACE" replay --json recording.sqlite >replayed || [ $? = 3 ]
	tail -1 replayed | jq -e '.findings_same == 6 and .findings_different == 0 and .comparison_missing == null'
	[ "$(head -3 report.txt)" = "$("$VMCLOCK_TRACE" report "$STORY" | head -3)" ]
	cmp report.html <("$VMCLOCK_TRACE" report --html recording.sqlite)
	jq -e '.facts.host == "scenario incident-full.scenario"' host.json
	[ "$(sqlite3 recording.sqlite "SELECT value FROM facts WHERE name = 'bundle_of_sha256'")" = "$(sha256sum "$STORY" | cut -d' ' -f1)" ]
	for table in events pages threads findings incidents; do
		cmp <(sqlite3 "$STORY" "SELECT * FROM $table") <(sqlite3 recording.sqlite "SELECT * FROM $table")
	done
}

@test "bundle: the same recording gives the same bytes, and a name of its own" {
	bundle "$STORY"
	mkdir other
	(cd other && TZ=Asia/Tokyo LC_ALL=C TMPDIR=/tmp bundle "$STORY")
	cmp story-bundle.tar.gz other/story-bundle.tar.gz
	run --separate-stderr "$VMCLOCK_TRACE" bundle "$STORY"
	[ "$status" = 1 ]
	grep -q 'it is there already' <<<"$stderr"
	grep -q '^hint: ' <<<"$stderr"
	cmp story-bundle.tar.gz other/story-bundle.tar.gz
	mkdir 'a b'
	bundle -o 'a b/../case 1.tar.gz' "$STORY"
	[ "$(tar tzf 'case 1.tar.gz' | cut -d/ -f1 | uniq)" = vmclock-bundle ]
	"$VMCLOCK_TRACE" verify 'case 1.tar.gz'
	run "$VMCLOCK_TRACE" bundle -o /proc/none/file "$STORY"
	[ "$status" = 1 ]
	grep -q '^hint: ' <<<"$output"
	# The disk is full: nothing stays.
	run bash -c "ulimit -f 100; trap '' XFSZ; exec '$VMCLOCK_TRACE' bundle -o full.tar.gz '$STORY'"
	[ "$status" = 1 ]
	[ ! -e full.tar.gz ]
	# What this machine lacks is no fault of the bundle.
	run bash -c "ulimit -f 8; trap '' XFSZ; exec '$VMCLOCK_TRACE' verify 'case 1.tar.gz'"
	[ "$status" = 1 ]
	grep -q 'nothing could be checked' <<<"$output"
	run bash -c "ulimit -n 12; exec '$VMCLOCK_TRACE' verify --json 'case 1.tar.gz'"
	[ "$status" = 1 ]
	[[ $output != *WRONG* && $output != *"NOT as"* ]]
}

@test "bundle: an incident of a long recording, with what its judgement rests on" {
	printf '%s\n' 'end 30m' 'at 5m step -7ms' 'at 20m migrate' 'at 27m step 7ms' >scenario
	"$VMCLOCK_TRACE" record --scenario scenario long.sqlite >/dev/null || [ $? = 3 ]
	# Somebody maps the page from the beginning on, which only the beginning tells.
	sqlite3 long.sqlite "INSERT INTO threads VALUES(1000, 4242, 4242, 0, 'mapper'); UPDATE events SET thread = 1000, detail = x'00',
		type = (SELECT id FROM types WHERE name = 'mapper') WHERE id = (SELECT min(events.id) FROM events JOIN types ON types.id = type AND name = 'tick')"
	number=$("$VMCLOCK_TRACE" report --json long.sqlite | jq '.incidents[] | select(.findings.disruption).number')
	[ "$number" -ge 2 ]
	bundle --incident "$number" long.sqlite
	"$VMCLOCK_TRACE" verify "long-incident-$number.tar.gz"
	tar xzf "long-incident-$number.tar.gz"
	cd "long-incident-$number"
	jq -e '(.findings | map(.kind) | index("disruption")) != null and (.incidents | length) == 1
		and (.recording.facts.bundle_findings | endswith("as in the whole recording; incident '"$number"' there is the first here"))
		and .recording.ended and (.not_known | map(.code) | index("mapped")) != null' report.json
	[ "$(sqlite3 recording.sqlite "SELECT type, pid, seconds FROM timeline WHERE id = 1")" = 'mapper|4242|0.0' ]
	diff <(jq '.incidents[] | del(.number)' report.json) \
		<("$VMCLOCK_TRACE" report --json ../long.sqlite | jq ".incidents[] | select(.number == $number) | del(.number)")
	[ "$(sqlite3 recording.sqlite 'SELECT (max(time_ns) - min(time_ns)) / 1000000000 FROM events')" -lt 180 ]
	[ "$(sqlite3 recording.sqlite 'SELECT count(*) FROM events')" -lt "$(($(sqlite3 ../long.sqlite 'SELECT count(*) FROM events') / 5))" ]
	# UTC is the same by the start that was moved.
	[ "$(sqlite3 recording.sqlite "SELECT min(utc) FROM timeline WHERE page = (SELECT max(page) FROM events)")" = \
		"$(sqlite3 ../long.sqlite "SELECT min(utc) FROM timeline WHERE page = (SELECT id FROM pages WHERE hex(bytes) = '$(sqlite3 recording.sqlite 'SELECT hex(bytes) FROM pages ORDER BY id DESC LIMIT 1')')")" ]
	"$VMCLOCK_TRACE" replay --json recording.sqlite >replayed || [ $? = 3 ]
	tail -1 replayed | jq -e '.findings_different + .findings_missing == 0 and .comparison_missing == null'
	# By the command that its README names.
	eval "set -- $(sed -n 's/^  vmclock-trace report //p' README.txt)"
	cmp report.txt <("$VMCLOCK_TRACE" report "$@")
}

@test "bundle: its report says that it is a part, of what, and that names were replaced" {
	printf '%s\n' 'realtime within 1ms' 'end 90s' 'at 40s migrate' >scenario
	"$VMCLOCK_TRACE" record --scenario scenario short.sqlite >/dev/null || [ $? = 3 ]
	bundle --incident 1 --redact -o part.tar.gz short.sqlite
	bundle -o whole.tar.gz short.sqlite
	mkdir part whole
	tar xzf part.tar.gz -C part --strip-components=1
	tar xzf whole.tar.gz -C whole --strip-components=1
	jq -e '[.not_known[] | select(.code == "part" or .code == "redacted")] | map(.code) == ["part", "redacted"]
		and (.[0].text | test("of a recording \\(90\\.000 s from 2026-01-01T00:00:00.000Z on.*cut out of it: from 2026-01-01T00:00:2"))
		and (.[1].text | test("^Pseudonyms stand for: names of processes"))' part/report.json
	grep -q 'This is a part of a recording' part/report.txt
	jq -e '.not_known | map(.code) | index("part") == null and index("redacted") == null' whole/report.json
}

# bats test_tags=slow
@test "bundle: of every scenario of the library, whole and by its last incident, it is verified" {
	local scenario last count=0
	for scenario in $(some_of 10 "$BATS_TEST_DIRNAME"/../scenarios/*.scenario); do
		case $scenario in */leap-positive.scenario) continue ;; esac # a day of two samples a second
		rm -f ./*.sqlite ./*.tar.gz
		"$VMCLOCK_TRACE" record --scenario "$scenario" one.sqlite >/dev/null || [[ $? == [13] ]]
		last=$("$VMCLOCK_TRACE" report --json one.sqlite | jq '.incidents | length')
		bundle --redact -o whole.tar.gz one.sqlite
		[ "$last" = 0 ] || bundle --incident "$last" -o incident.tar.gz one.sqlite
		for made in whole.tar.gz $([ "$last" = 0 ] || echo incident.tar.gz); do
			"$VMCLOCK_TRACE" verify --json "$made" >checked &&
				jq -e '.level == "ok" and (.checks | length) == 10 and (.checks | map(.state) | unique) == ["ok"]
					and (.facts.bundle_findings | contains("NOT all") | not)' checked >/dev/null ||
				{ echo "$scenario $made"; cat checked; return 1; } >&2
			count=$((count + 1))
		done
	done
	[ "$count" -ge "$(at_least 100 10)" ]
}

# bats test_tags=slow
@test "bundle: of a ring, where what is between its windows is missing here too" {
	printf '%s\n' 'realtime within 1ms' 'end 90m' 'at 20m migrate' 'at 50m step -7ms' 'at 70m migrate' >scenario
	"$VMCLOCK_TRACE" record --ring 5m --before 1m --after 1m --scenario scenario ring.sqlite >/dev/null || [ $? = 3 ]
	bundle ring.sqlite
	bundle --since 19m --until 72m ring.sqlite
	for made in ring-bundle ring-cut; do
		"$VMCLOCK_TRACE" verify "$made.tar.gz"
		tar xzf "$made.tar.gz"
		jq -e '.recording.facts.bundle_findings | contains("as in the whole recording")' $made/report.json
	done
	gaps() { sqlite3 "$1" 'SELECT gap FROM (SELECT id - lag(id) OVER (ORDER BY id) AS gap FROM events) WHERE gap > 1' | head -"$2"; }
	[ "$(gaps ring.sqlite 9 | wc -l)" = 3 ]
	[ "$(gaps ring-bundle/recording.sqlite 9)" = "$(gaps ring.sqlite 9)" ]
	[ "$(gaps ring-cut/recording.sqlite 9)" = "$(gaps ring.sqlite 2)" ]
	[ "$(jq -c '[.incidents[].bad_window]' ring-bundle/report.json)" = "$("$VMCLOCK_TRACE" report --json ring.sqlite | jq -c '[.incidents[].bad_window]')" ]
}

@test "bundle: where the judgement needs more of what was before, it gets more" {
	printf '%s\n' 'rate-error 100' 'refresh 200s' 'end 50m' 'at 20m refresh 0' >scenario
	"$VMCLOCK_TRACE" record --scenario scenario rare.sqlite >/dev/null || [ $? = 3 ]
	# Found only by who knows for 8 updates how rare they are.
	[ "$("$VMCLOCK_TRACE" report --json rare.sqlite | jq -c '.findings | map(.kind)')" = '["not_updated"]' ]
	found=$(sqlite3 rare.sqlite 'SELECT (found_ns - (SELECT value FROM facts WHERE name = "start_monotonic_ns")) / 1000000000 FROM findings')
	bundle -o cut.tar.gz --since $((found - 60))s --until $((found + 60))s rare.sqlite
	"$VMCLOCK_TRACE" verify cut.tar.gz
	tar xzf cut.tar.gz
	[ "$(sqlite3 cut/recording.sqlite 'SELECT (max(time_ns) - min(time_ns)) / 1000000000 FROM events')" -gt 600 ]
	jq -e '(.findings | map(.kind)) == ["not_updated"]
		and (.recording.facts.bundle_findings == "1 finding and 0 incidents, as in the whole recording; 1 incident more overlaps this part")' cut/report.json
}

# secret: a recording in which names tell much, in $copy; and each of them in ./names.
secret() {
	cp "$STORY" "$copy"
	cat >names <<-'END'
		alice-ledger
		alice-clock
		/machine.slice/berlin-dc2/alice.scope
		vm17.alice.example
		/home/alice/page.bin
		2f1f2a3c-boot
		99deadbeef99
		alice-site
		alice.example
	END
	sqlite3 "$copy" "UPDATE threads SET comm = 'alice-ledger', cgroup = 4711 WHERE comm = 'database';
		UPDATE threads SET comm = 'alice-clock' WHERE comm = 'timed';
		UPDATE findings SET json = replace(json, 'timed', 'alice-clock'); UPDATE incidents SET json = replace(json, 'database', 'alice-ledger');
		INSERT INTO cgroups VALUES(4711, '/machine.slice/berlin-dc2/alice.scope');
		UPDATE facts SET value = 'vm17.alice.example' WHERE name = 'host';
		UPDATE facts SET value = '/home/alice/page.bin, sampled every 10 ms' WHERE name = 'page';
		INSERT INTO facts VALUES('device', '/home/alice/page.bin'), ('boot_id', '2f1f2a3c-boot'), ('machine_id_sha256', '99deadbeef99'),
			('site', 'alice-site'), ('kernel', 'Linux 6.99 built on vm17.alice.example'), ('hook vmclock_read', 'absent: /home/alice/page.bin'),
			('uses', 'not seen: /home/alice/page.bin is in the way'), ('/home/alice/page.bin', 'x'), ('cpu', 'A CPU');
		INSERT INTO losses VALUES(1, 100000000001, 0, 'no room below /home/alice/page.bin')"
	[ "$("$VMCLOCK_TRACE" report "$copy" | grep -cFf names)" -ge 8 ]
}

# in_bytes DIRECTORY: names that are in any byte of its files, UTF-16 too.
in_bytes() {
	python3 - "$1" names <<-'END'
		import pathlib, sys
		blobs = [(p, p.read_bytes()) for p in pathlib.Path(sys.argv[1]).rglob("*") if p.is_file()]
		assert len(blobs) == 7
		for name in open(sys.argv[2]).read().split("\n")[:-1]:
		    for path, blob in blobs:
		        for form in (name.encode(), name.encode("utf-16-le"), name.encode().hex().encode(), name.replace("/", "\\/").encode()):
		            if form in blob:
		                print(path, name)
	END
}

# bats test_tags=slow
@test "bundle: redacted, no name is left in any byte of it, and each has one pseudonym" {
	secret
	bundle -o plain.tar.gz "$copy"
	tar xzf plain.tar.gz
	[ "$(in_bytes plain | wc -l)" -ge 20 ]
	# The name of the recording and of the directory it is in are names too.
	cp "$copy" alice-ledger.sqlite
	mkdir alice-site && cd alice-site
	run "$VMCLOCK_TRACE" bundle --redact ../alice-ledger.sqlite
	[ "$status" = 0 ]
	[ "$(ls)" = vmclock-bundle-20260101T000000Z.tar.gz ]
	"$VMCLOCK_TRACE" verify vmclock-bundle-*.tar.gz
	[ "$(zcat vmclock-bundle-*.tar.gz | grep -acFf ../names)" = 0 ]
	tar xzf vmclock-bundle-*.tar.gz
	cd ..
	[ -z "$(in_bytes alice-site/vmclock-bundle)" ] || { in_bytes alice-site/vmclock-bundle >&2; return 1; }
	cd alice-site/vmclock-bundle
	# The same name for the same thing, everywhere; clock daemons keep theirs.
	who=$(sqlite3 recording.sqlite "SELECT DISTINCT comm FROM threads WHERE pid = 1001")
	grep -Eqx 'reader-[0-9]+' <<<"$who"
	grep -q "^    $who (1001) by PTP_SYS_OFFSET_PRECISE, 196 reads" report.txt
	grep -q "<td>$who (1001)</td>" report.html
	jq -e --arg who "$who" '.incidents[0].readers[] | select(.pid == 1001).comm == $who' report.json
	[ "$(sqlite3 recording.sqlite 'SELECT id, path FROM cgroups')" = '4711|cgroup-1' ]
	sqlite3 recording.sqlite "SELECT json FROM incidents" | grep -q "\"comm\":\"$who\""
	timed=$(sqlite3 recording.sqlite "SELECT DISTINCT comm FROM threads WHERE pid = 999")
	sqlite3 recording.sqlite "SELECT json FROM findings WHERE kind = 'clock_set'" | grep -q "$timed (999) stepped"
	[ "$timed" != "$who" ]
	grep -q '^    chronyd (1000)' report.txt
	# It says so, and numbers, times and the judgement are as they were.
	for file in README.txt report.txt report.html host.json; do grep -q redacted "$file"; done
	jq -e '.recording.facts.redacted | contains("names of processes")' report.json
	jq -e '.facts | .host == "host-1" and .boot_id == "boot-1" and .machine_id_sha256 == "machine-1" and .device == "path-1"
		and .cpu == "A CPU" and .page == "path-1, sampled every 10 ms" and .site == "(redacted)" and .kernel == "(redacted)"' host.json
	[ "$(jq -c '[.findings[] | [.kind, .found_ns, .severity]]' report.json)" = "$(jq -c '[.findings[] | [.kind, .found_ns, .severity]]' ../../plain/report.json)" ]
	[ "$(jq -c '.clocks' report.json)" = "$(jq -c '.clocks' ../../plain/report.json)" ]
}

@test "bundle: of a recording that is still made, and of one that is damaged" {
	"$VMCLOCK_TRACE" record --device "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" live.sqlite >/dev/null 3>&- &
	recorder=$!
	recorded() { [ "$(sqlite3 -readonly live.sqlite 'SELECT count(*) FROM events')" -gt 0 ]; }
	until_true recorded
	bundle live.sqlite
	"$VMCLOCK_TRACE" verify live-bundle.tar.gz
	tar xOzf live-bundle.tar.gz live-bundle/report.json |
		jq -e '.recording.ended == false and .recording.events > 0 and (.recording.facts | has("bundle_of_sha256") | not)'
	kill -INT $recorder
	wait $recorder || true
	cp "$STORY" "$copy"
	sqlite3 "$copy" "UPDATE events SET type = 99 WHERE id = 100"
	run --separate-stderr "$VMCLOCK_TRACE" bundle "$copy"
	[ "$status" = 1 ]
	grep -q 'is damaged' <<<"$stderr"
	"$VMCLOCK_TRACE" verify copy-bundle.tar.gz
	tar xOzf copy-bundle.tar.gz copy-bundle/README.txt | grep -q 'bundle_of_damage *1 event'
}

@test "bundle: what is no recording, and wrong usage, are told" {
	echo 'no database' >text
	mkdir directory
	for file in text directory none; do
		run --separate-stderr "$VMCLOCK_TRACE" bundle "$file"
		[ "$status" = 1 ] && grep -q '^hint: ' <<<"$stderr" || { echo "$file: $status" >&2; return 1; }
	done
	run "$VMCLOCK_TRACE" bundle --incident 7 "$STORY"
	[ "$status" = 1 ]
	grep -q 'there is no incident 7' <<<"$output"
	for nothing in '--since 3h' '--since 20s --until 10s' '--since 20s --until 20s'; do
		# shellcheck disable=SC2086 # words of their own
		run "$VMCLOCK_TRACE" bundle $nothing "$STORY"
		[ "$status" = 1 ] || { echo "$nothing: $status" >&2; return 1; }
	done
	for wrong in '' 'one two' '--incident 0 x' '--frobnicate x' '-o' "--incident 1 --since 3s $STORY" "--since yesterday $STORY"; do
		# shellcheck disable=SC2086 # words of their own
		run "$VMCLOCK_TRACE" bundle $wrong
		[ "$status" = 2 ] || { echo "$wrong: $status" >&2; return 1; }
	done
	for wrong in '' 'one two' '--frobnicate x'; do
		# shellcheck disable=SC2086
		run "$VMCLOCK_TRACE" verify $wrong
		[ "$status" = 2 ] || { echo "$wrong: $status" >&2; return 1; }
	done
	[ -z "$(ls | grep '\.tar')" ]
}

# bats test_tags=slow,rounds
@test "verify: any byte that was altered, in the file" {
	small
	size=$(stat -c %s small.tar.gz)
	python3 - "$size" "$(one_of 3)" <<-'END'
		import sys
		size, one_of, blob = int(sys.argv[1]), int(sys.argv[2]), open("small.tar.gz", "rb").read()
		for place in {*range(12), *range(size - 12, size), *range(12, size, size * one_of // 80)}:
		    forged = bytearray(blob)
		    forged[place] ^= 0xff
		    open(f"flip.{place}", "wb").write(forged)
	END
	[ "$(ls flip.* | wc -l)" -gt $((24 + $(at_least 76 3))) ]
	# Where it made no difference to what is unpacked, that is told.
	for file in flip.*; do
		if "$VMCLOCK_TRACE" verify --json "$file" >checked 2>/dev/null; then
			jq -e '[.checks[] | select(.state != "ok").name] == ["packing"]' checked
			rm "$file"
		fi
	done
	[ "$(ls flip.* | wc -l)" -gt $((14 + $(at_least 76 3))) ]
	refused flip.*
}

# bats test_tags=slow,rounds
@test "verify: any byte that was altered, in the tar: content, headers, padding" {
	small
	read -ra places < <(python3 "$forge" small.tar.gz - places)
	[ ${#places[@]} -gt 150 ]
	mapfile -t places < <(some_of 3 "${places[@]}")
	python3 "$forge" small.tar.gz flip flip "${places[@]}"
	refused flip.*
}

@test "verify: cut off anywhere, or with something behind it" {
	small
	size=$(stat -c %s small.tar.gz)
	for length in 0 1 9 10 11 18 100 $((size / 2)) $((size - 9)) $((size - 8)) $((size - 1)); do
		head -c "$length" small.tar.gz >"cut.$length"
	done
	{ cat small.tar.gz; echo; } >behind
	cat small.tar.gz small.tar.gz >two
	{ zcat small.tar.gz; head -c 512 /dev/zero; } | gzip -n >longer
	refused cut.* behind two longer
}

# bats test_tags=slow
@test "verify: files added, renamed, swapped, left out, doubled; links, devices, other directories" {
	small
	echo 'echo mischief' >extra
	forged() { python3 "$forge" small.tar.gz "forged-$((++count))" "$@"; }
	count=0
	forged add run-me.sh extra
	forged add report.txt extra
	forged rename report.txt report.TXT
	forged rename report.txt ../report.txt
	forged rename report.txt sub/report.txt
	forged path report.txt /tmp/report.txt
	forged path report.txt ../report.txt
	forged path report.txt ../../../../../../tmp/vmclock-escaped
	forged path report.txt other/report.txt
	forged path report.txt report.txt
	forged path report.txt ''
	forged swap report.txt report.json
	forged swap recording.sqlite report.html
	forged swap MANIFEST.sha256 README.txt
	forged drop report.html
	forged drop MANIFEST.sha256
	forged drop recording.sqlite
	forged twice report.txt
	for type in 1 2 3 4 5 6 7 L K x g S V; do
		forged type report.txt $type
		forged type recording.sqlite $type
	done
	forged lie report.txt extra
	forged put report.txt extra
	forged put README.txt extra
	forged put host.json extra
	forged put recording.sqlite extra
	[ "$count" -gt 45 ]
	refused forged-*
	[ ! -e /tmp/vmclock-escaped ]
	[ -z "$(find "$BATS_TEST_TMPDIR" -name 'report*')" ]
}

# bats test_tags=slow
@test "verify: a recording that was altered, with a manifest that fits" {
	small
	tar xzf small.tar.gz
	for sql in "UPDATE findings SET json = replace(json, 'disruption', 'eruption')" 'DELETE FROM findings' \
		'DELETE FROM incidents' 'INSERT INTO findings VALUES(77, 1, 1, 1, 1, 1)' 'UPDATE incidents SET json = NULL' \
		'DELETE FROM events WHERE id = 20' "UPDATE facts SET value = 'other' WHERE name = 'host'" \
		"UPDATE events SET type = 99 WHERE id = 20" 'DROP TABLE losses' 'PRAGMA user_version = 99'; do
		cp small/recording.sqlite "$copy"
		sqlite3 "$copy" "$sql"
		python3 "$forge" small.tar.gz forged put recording.sqlite "$copy"
		refused forged || { echo "$sql" >&2; return 1; }
	done
	# By another version it is told, and no failure; what was altered is found nevertheless.
	cp small/recording.sqlite "$copy"
	sqlite3 "$copy" "UPDATE facts SET value = 'vmclock-trace 99' WHERE name = 'bundle'"
	python3 "$forge" small.tar.gz other put recording.sqlite "$copy"
	"$VMCLOCK_TRACE" verify --json other | jq -e '.level == "warning" and (.checks | map(.state) | unique) == ["ok", "skip"]
		and (.checks[] | select(.name == "report.txt").why) == "made by another version: vmclock-trace 99"'
	echo mischief >extra
	python3 "$forge" other other-lie lie report.txt extra
	refused other-lie
}

# bats test_tags=slow
@test "verify: a bomb, a foreign archive, and what is no file" {
	small
	# More than may be, where that may not be, and less than is said; each of zeros, by the thousand in a byte.
	python3 - <<-'END'
		import io, tarfile, zlib
		def bomb(path, name, claimed, size):
		    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
		    info = tarfile.TarInfo(name)
		    info.size = claimed
		    with open(path, "wb") as out:
		        out.write(packer.compress(info.tobuf(tarfile.USTAR_FORMAT)))
		        for _ in range(size >> 20):
		            out.write(packer.compress(bytes(1 << 20)))
		        out.write(packer.flush())
		bomb("bomb-large", "b/recording.sqlite", 7 << 30, 64 << 20)
		bomb("bomb-text", "b/README.txt", 1 << 30, 64 << 20)
		bomb("bomb-unknown", "b/zeros", 1 << 30, 64 << 20)
		bomb("bomb-short", "b/recording.sqlite", 1 << 30, 64 << 20)
		with tarfile.open("foreign", "w:gz") as tar:
		    tar.add("small.sqlite")
		with tarfile.open("pax", "w:gz", format=tarfile.PAX_FORMAT) as tar:
		    info = tarfile.TarInfo("b/" + "x" * 3000)
		    tar.addfile(info, io.BytesIO())
		with tarfile.open("plain.tar", "w") as tar:
		    tar.add("small.sqlite")
	END
	gzip -n <small.sqlite >database
	zcat small.tar.gz >unpacked
	zcat small.tar.gz | xz >xz
	printf 'PK\003\004' >zip
	mkdir directory
	mkfifo pipe
	refused bomb-* foreign pax plain.tar database unpacked xz zip directory pipe none /dev/zero small.sqlite
}

# bats test_tags=slow
@test "verify: by a signal nothing stays behind" {
	printf 'end 20m\nsample 20ms\nrealtime within 1ms\n' >scenario
	"$VMCLOCK_TRACE" record --scenario scenario large.sqlite >/dev/null || [ $? = 3 ]
	"$VMCLOCK_TRACE" bundle large.sqlite >/dev/null 3>&- &
	unpacked() { [ -n "$(ls -A "$TMPDIR")" ]; }
	until_true unpacked
	[ "$(stat -c %a "$TMPDIR"/vmclock-bundle-*)" = 700 ]
	kill -TERM $!
	wait $! && status=0 || status=$?
	[ "$status" = 143 ]
	[ -z "$(ls -A "$TMPDIR")" ]
	[ ! -e large-bundle.tar.gz ]
	# Half of an archive neither.
	"$VMCLOCK_TRACE" bundle large.sqlite >/dev/null 3>&- &
	until_true test -e large-bundle.tar.gz
	kill -HUP $!
	wait $! && status=0 || status=$?
	[ "$status" = 129 ]
	[ ! -e large-bundle.tar.gz ]
}
