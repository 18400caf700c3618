#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report: on the recording of a scenario, which is the same on every machine.

bats_require_minimum_version 1.5.0

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE LC_ALL=C.UTF-8 STORY=$BATS_FILE_TMPDIR/incident-full.sqlite
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" "$STORY" >/dev/null || [ $? = 3 ]
}

setup() {
	copy=$BATS_TEST_TMPDIR/copy.sqlite
}

@test "report: as text, as it is laid down" {
	diff <("$VMCLOCK_TRACE" report "$STORY" | sed 's/vmclock-trace [0-9.]*$/vmclock-trace VERSION/') \
		"$BATS_TEST_DIRNAME/../data/report/incident-full.txt"
}

@test "report: the same recording gives the same bytes, in each form" {
	for form in '' --json --html; do
		cmp <("$VMCLOCK_TRACE" report $form "$STORY") <("$VMCLOCK_TRACE" report $form "$STORY")
	done
}

@test "report: as JSON, the numbers of the text" {
	"$VMCLOCK_TRACE" report --json "$STORY" >"$BATS_TEST_TMPDIR/json"
	jq -e '.schema == "vmclock-trace/report/1" and .level == "CRITICAL"
		and (.findings | length) == 6 and (.incidents | length) == 1
		and .incidents[0].readers[0].comm == "database" and .incidents[0].readers[0].reads == 196
		and .recording.ended and .recording.events_lost == 0
		and (.clocks[0].curve | map(.samples) | add) == .clocks[0].known
		and .clocks[0].wrong == 32
		and (.page.curve | length) > 20
		and (.not_known | map(.code) | index("disrupted") != null)' "$BATS_TEST_TMPDIR/json"
	[ "$(jq -r .text "$BATS_TEST_TMPDIR/json")" = "$("$VMCLOCK_TRACE" report "$STORY" | sed '/^$/,$d' | tr '\n' ' ' | sed 's/ $//')" ]
}

@test "report: one incident, or a part of the time" {
	"$VMCLOCK_TRACE" report --incident 1 --json "$STORY" | jq -e '(.findings | length) == 5'
	run "$VMCLOCK_TRACE" report --incident 2 "$STORY"
	[ "$status" = 1 ]
	grep -q 'there is no incident 2' <<<"$output"
	"$VMCLOCK_TRACE" report --until 15s --json "$STORY" | jq -e '(.findings | map(.kind)) == ["maintenance_imminent"] and .incidents == [] and .level == "WARNING"'
	"$VMCLOCK_TRACE" report --since 2026-01-01T00:00:24Z --json "$STORY" | jq -e '(.findings | map(.kind)) == ["clock_set"]'
	"$VMCLOCK_TRACE" report --since 30s --json "$STORY" | jq -e '.level == "OK"'
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
	run ! grep -iE 'https?:|src=|href=|url\(|javascript|@import| on[a-z]+=' "$BATS_TEST_TMPDIR/html"
	grep -q 'prefers-color-scheme:dark' "$BATS_TEST_TMPDIR/html"
	grep -q '<td>database (1001)</td><td>PTP_SYS_OFFSET_PRECISE</td><td class="n">196</td>' "$BATS_TEST_TMPDIR/html"
	[ "$(grep -c '<path class="band clock0"' "$BATS_TEST_TMPDIR/html")" -ge 3 ]
}

@test "report: a browser shows it without an error" {
	command -v chromium >/dev/null || skip "chromium is not installed"
	"$VMCLOCK_TRACE" report --html "$STORY" >"$BATS_TEST_TMPDIR/report.html"
	chromium --headless --no-sandbox --disable-gpu --user-data-dir="$BATS_TEST_TMPDIR/profile" \
		--enable-logging=stderr --dump-dom "file://$BATS_TEST_TMPDIR/report.html" \
		>"$BATS_TEST_TMPDIR/dom" 2>"$BATS_TEST_TMPDIR/log"
	grep -q '<svg' "$BATS_TEST_TMPDIR/dom"
	run ! grep CONSOLE "$BATS_TEST_TMPDIR/log"
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
		run --separate-stderr timeout 10 "$VMCLOCK_TRACE" report "$BATS_TEST_TMPDIR/$file"
		[ "$status" = 1 ] && [ -z "$output" ] && grep -q '^hint: ' <<<"$stderr" ||
			{ echo "$file: $status $output $stderr" >&2; return 1; }
	done
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
	dd if=/dev/urandom of="$copy" bs=4096 seek=27 count=4 conv=notrunc status=none
	run "$VMCLOCK_TRACE" report "$copy"
	[ "$status" = 1 ]
	grep -q 'The file is damaged' <<<"$output"
	truncate -s 200000 "$copy"
	run timeout 20 "$VMCLOCK_TRACE" report "$copy"
	[ "$status" = 1 ]
}

@test "report: while it is still being recorded, and in a directory that nobody may write to" {
	cp "$STORY" "$copy"
	chmod 555 "$BATS_TEST_TMPDIR"
	"$VMCLOCK_TRACE" report "$copy" >/dev/null
	chmod 755 "$BATS_TEST_TMPDIR"
	"$VMCLOCK_TRACE" record --device "$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin" --duration 4s "$BATS_TEST_TMPDIR/live.sqlite" >/dev/null 3>&- &
	for _ in {1..300}; do [ -s "$BATS_TEST_TMPDIR/live.sqlite-wal" ] && break; sleep 0.01; done
	sleep 1.5
	"$VMCLOCK_TRACE" report --json "$BATS_TEST_TMPDIR/live.sqlite" >"$BATS_TEST_TMPDIR/json"
	jq -e '.recording.ended == false and .recording.events > 0' "$BATS_TEST_TMPDIR/json"
	wait || true
}
