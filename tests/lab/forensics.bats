#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# After a live migration that went badly, two seconds long: what the report says, held against what the
# victims know themselves. PostgreSQL stamps rows, chronyd measures and at last corrects the clock, loads
# count what they did, and the lab knows how long the guest was down. And the size of a quiet day.

load helpers

setup_file() {
	in_guest --clock full --migrate-at '@@@ migrate' --migrate-pause 1.2 \
		--package chrony --package postgresql-17 --package postgresql-client-17 <<'SCRIPT'
	# chrony NAME OPTION... reads the PTP clock four times a second and logs each; the kernel counts too.
	mkdir -p /var/lib/chrony /run/chrony
	chrony() {
		name=$1; shift
		printf '%s\n' 'refclock PHC /dev/ptp0 poll 0 dpoll -2 offset -37' 'makestep 0.001 -1' \
			'log refclocks' "logdir /tmp/$name.log" >/tmp/$name.conf
		kcount /tmp/$name.kcount chronyd -d -u root -f /tmp/$name.conf "$@" >/tmp/$name 2>&1 &
		chrony=$!
	}
	stop_chrony() { killall chronyd; wait $chrony; }
	keep_chrony() {
		keep $1 cat /tmp/$1
		keep $1.log cat /tmp/$1.log/refclocks.log
		keep $1.kcount cat /tmp/$1.kcount
	}

	# A healthy machine with one reader.
	chrony idle -x
	begin quiet vmclock-trace record --json /tmp/quiet.sqlite
	until_true has /tmp/idle.log/refclocks.log ' PHC0  *[0-9][0-9]* ' 62
	finish
	stop_chrony
	keep quiet.sqlite cat /tmp/quiet.sqlite
	keep_chrony idle

	bin=/usr/lib/postgresql/17/bin
	mkdir -p /pg && chown user /pg
	su user -c "$bin/initdb -D /pg/data -A trust --no-sync --no-instructions --locale=C -E UTF8" >/tmp/pg 2>&1
	su user -c "$bin/postgres -D /pg/data -k /tmp -c listen_addresses= -c shared_buffers=4MB -c fsync=off \
		-c autovacuum=off -c timezone=GMT -c log_timezone=GMT" >>/tmp/pg 2>&1 &
	sql() { $bin/psql -h /tmp -U user -d postgres -qAt "$@"; }
	until_true sql -c 'select 1'
	sql -c 'create table beat(n serial, before bigint, at timestamptz, after bigint)'

	# Rows, and for each two readings of CLOCK_MONOTONIC between which PostgreSQL took its time.
	cat >/tmp/beat.sql <<-'END'
		\set before `sed -n 's/^now at \([0-9]*\) nsecs/\1/p' /proc/timer_list`
		insert into beat(before, at) values(:before, clock_timestamp());
		\set after `sed -n 's/^now at \([0-9]*\) nsecs/\1/p' /proc/timer_list`
		update beat set after = :after where after is null;
		\! usleep 50000
	END
	beat() { while [ ! -e /tmp/enough ]; do cat /tmp/beat.sql; done | sql 2>/tmp/beat.err; }

	load 1 >/dev/null 2>&1
	begin record vmclock-trace record --json /tmp/clock.sqlite
	beat &
	beat=$!
	chrony watching -x # it reads, and leaves the clock wrong
	load 10 100 before >/tmp/before
	echo '@@@ migrate'
	load 60 100 across >/tmp/across
	load 15 100 hurt >/tmp/hurt # its whole life is in the incident
	stop_chrony
	chrony steering
	until_true has /tmp/steering 'was stepped'
	until_true has /tmp/steering.log/refclocks.log ' PHC0  *[0-9][0-9]* ' 16
	until_says record '"type":"incident"'
	stop_chrony
	: >/tmp/enough
	wait $beat
	finish
	for name in before across hurt; do keep $name cat /tmp/$name; done
	keep_chrony watching
	keep_chrony steering
	keep beat sql -c "select json_build_object('before', before, 'after', after,
		'at_ns', (extract(epoch from at) * 1000000)::bigint * 1000) from beat where after > 0 order by n"
	keep postgres cat /tmp/pg /tmp/beat.err
	keep report vmclock-trace report --json /tmp/clock.sqlite
	keep text vmclock-trace report /tmp/clock.sqlite
	keep html vmclock-trace report --html /tmp/clock.sqlite
	keep replay vmclock-trace replay --json /tmp/clock.sqlite
SCRIPT
	# How long the guest stood still, by the lab that stopped it and let it go on.
	sed -n 's/^lab: migrated, \([0-9]*\) ms down$/\1/p' "$BATS_FILE_TMPDIR/all.err" >"$OUT/down_ms"
}

incident='.[0].incidents[0]'
stepped='(.[0].findings | map(select(.kind == "clock_set" and .severity == "critical"))[0])'

@test "forensics: the report names the migration: marker, window, recovery" {
	status_is record 3
	holds report '.[0] | .level == "critical" and (.incidents | length) == 1'
	holds report '.[0].findings | map(select(.kind == "disruption")) | length == 1 and .[0].detail.old != .[0].detail.new'
	holds report "$incident"' as $i | (.[0].findings | map(select(.kind == "disruption"))[0]) as $d | '"$stepped"' as $s |
		$i.recovered and $i.bad_window.from_ns <= $d.not_before_ns and $i.bad_window.to_ns >= $s.monotonic_ns
		and $i.bad_window.to_ns - $s.monotonic_ns < 3000000000'
	grep -q 'critical disruption: the counter was disrupted, as by a live migration' "$OUT/text"
	holds replay '.[-1] | .findings_same > 2 and .findings_different + .findings_missing == 0 and .comparison_missing == null'
}

@test "forensics: for how long the guest was down, as the lab measured it" {
	down_ms=$(cat "$OUT/down_ms")
	[ "$down_ms" -gt 1200 ]
	# It stops a moment before the lab is told so, and goes on a moment before as well.
	holds report ".[0].downtimes | length == 1 and (.[0] | .method == \"page\" and .bounded and .incident == 1
		and .length.lo_ns <= ($down_ms + 30) * 1000000 and .length.hi_ns >= ($down_ms - 30) * 1000000
		and .length.hi_ns - .length.lo_ns < 1000000000)"
	for form in text html; do
		tr '\n' ' ' <"$OUT/$form" | grep -q 'At the disruption the guest did not run for'
	done
}

# uses_are NAME COMM-ISH: all that the load says it did, by path, is what the report counts for its pid.
uses_are() {
	local pid path made
	pid=$(jq -r .pid "$OUT/$1")
	for path in open read mmap clock_gettime; do
		made=$(jq -r ".$path" "$OUT/$1")
		[ "$made" -gt 0 ]
		holds report ".[0].readers | map(select(.pid == $pid)) | length == 1 and .[0].paths[\"$path\"].uses == $made"
	done
}

@test "forensics: each load, as it counted itself; that in the incident read by read" {
	for name in before across hurt; do
		uses_are $name
	done
	pid=$(jq -r .pid "$OUT/hurt")
	for path in clock_gettime read mmap; do
		made=$(jq -r ".$path" "$OUT/hurt")
		holds report "$incident.readers | map(select(.pid == $pid and .path == \"$path\")) | length == 1 and .[0].reads == $made"
	done
	# What the PTP clock gave it was right, and the report can say so of each.
	holds report "$incident.readers | map(select(.pid == $pid and .path == \"clock_gettime\"))[0] | .errors.known == .reads and .errors.wrong == 0"
	holds report '.[0].recording.events_lost == 0'
}

@test "forensics: chronyd, as often as the kernel counted it and its own log has it; how wrong it found the clock" {
	for name in watching steering; do
		samples=$(grep -cE ' PHC0 +[0-9]+ ' "$OUT/$name.log")
		holds $name.kcount '.[0].missed == 0'
		reads=$(value $name.kcount '[.[0].counts[] | select(.path == "driver" and .comm == "chronyd").hits] | add')
		pid=$(value $name.kcount '[.[0].counts[] | select(.path == "driver" and .comm == "chronyd").tid] | unique[]')
		# Where the kernel skipped one of our hooks for one of its own, the report says so.
		holds report ".[0].recording.kernel.uncounted as \$uncounted | .[0].readers
			| map(select(.pid == $pid)) | length == 1 and .[0].comm == \"chronyd\"
			and (.[0].paths.PTP_SYS_OFFSET_PRECISE.uses | . <= $reads and . + \$uncounted >= $reads)"
		# The kernel may read the driver twice for one sample.
		[ "$samples" -gt 10 ] && [ "$reads" -ge "$samples" ] && [ "$reads" -le $((samples + 5)) ]
	done
	wrong_ns=$(sed -n 's/.*System clock wrong by \([0-9.]*\) seconds.*/\1/p' "$OUT/steering" | awk '{ printf "%.0f", $1 * 1e9; exit }')
	# In its log to a microsecond, and by its own filter.
	holds report "$incident.clocks | map(select(.clock == \"CLOCK_REALTIME\"))[0].errors
		| .wrong > 0 and .all.lo_ns <= -$wrong_ns + 1000000 and .worst.hi_ns >= -$wrong_ns - 1000000 and .worst.hi_ns < 0"
	holds report "$stepped"' | .detail.comm == "chronyd" and .detail.step.lo_ns <= '"$wrong_ns + 1000000 and .detail.step.hi_ns >= $wrong_ns - 1000000"
}

# The rows of PostgreSQL and the report in one: how far its time was from CLOCK_MONOTONIC, by row, as
# intervals; those between the migration and the correction; and what came after that.
rows() {
	jq -n --slurpfile beat "$OUT/beat" --slurpfile report "$OUT/report" '
		($report[0].findings | map(select(.kind == "clock_set" and .severity == "critical"))[0]) as $step |
		($beat | map(. + {lo: (.at_ns - .after), hi: (.at_ns + 1000 - .before)})) as $rows |
		{
			during: ($rows | map(select(.before > $report[0].downtimes[0].found_ns and .after < $step.not_before_ns))),
			later: ($rows | map(select(.before > $step.monotonic_ns))),
			step: $step.detail.step,
			worst: ($report[0].incidents[0].clocks | map(select(.clock == "CLOCK_REALTIME"))[0].errors.worst)
		} | .right = {lo: (.later | map(.lo) | max), hi: (.later | map(.hi) | min)}' >"$OUT/rows"
}

@test "forensics: each row that PostgreSQL stamped meanwhile is wrong by what the report says" {
	rows
	holds rows '.[0] | (.during | length) > 10 and (.later | length) > 10'
	# chronyd steers a little in between: 0.1 s of room in seconds.
	holds rows '.[0] | .right as $right | .worst as $worst | .during | all(
		(.lo - $right.hi) as $lo | (.hi - $right.lo) as $hi |
		$hi < 0 and $lo <= $worst.hi_ns + 1000000 and $hi >= $worst.lo_ns - 1000000)'
	# And the step that is seen in the rows is the one in the report.
	holds rows '.[0] | .right as $right | .step as $step
		| {lo: ($right.lo - (.during | map(.hi) | min)), hi: ($right.hi - (.during | map(.lo) | max))}
		| .lo <= $step.hi_ns + 1000000 and .hi >= $step.lo_ns - 1000000 and .hi - .lo < 500000000'
}

@test "forensics: of who reads CLOCK_REALTIME there is no count, and the report says so" {
	holds report '.[0].readers | map(select(.comm | startswith("postgres"))) == []'
	holds report '.[0].not_known | map(select(.code == "realtime_unseen")) | length == 1
		and (.[0].text | test("vDSO") and test("-[12][.][0-9]+ s .. "))'
}

# The recording again and again until it is a day; how many bytes the file then has.
day() {
	local copy=$BATS_TEST_TMPDIR/day.sqlite long_ns
	cp "$OUT/quiet.sqlite" "$copy"
	long_ns=$(sqlite3 "$copy" 'SELECT max(time_ns) - min(time_ns) FROM events')
	[ "$long_ns" -gt 14000000000 ]
	{
		echo 'PRAGMA journal_mode = OFF; BEGIN;
			CREATE TEMP TABLE slice AS SELECT * FROM events;
			CREATE TEMP TABLE page_slice AS SELECT * FROM pages;'
		for _ in $(seq 2 $((86400000000000 / long_ns))); do
			echo "UPDATE slice SET id = id + 1000, time_ns = time_ns + $long_ns, page = page + 100;
				UPDATE page_slice SET id = id + 100;
				INSERT INTO events SELECT * FROM slice; INSERT INTO pages SELECT * FROM page_slice;"
		done
		echo 'COMMIT;'
	} | sqlite3 "$copy" >/dev/null
	stat -c %s "$copy"
}

@test "forensics: a day of a healthy machine, with its reader, is under 50 MB" {
	# That a busy host lets the guest stand still is found as well, and no fault.
	[ "$(sqlite3 "$OUT/quiet.sqlite" "SELECT count(*) FROM findings WHERE kind <> 'stun'")" = 0 ]
	samples=$(grep -cE ' PHC0 +[0-9]+ ' "$OUT/idle.log")
	[ "$samples" -gt 40 ]
	bytes=$(day)
	echo "$bytes bytes a day" >&3
	[ "$bytes" -lt 50000000 ] && [ "$bytes" -gt 5000000 ]
}
