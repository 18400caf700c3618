#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# exporter: its metrics in each state of a page, its HTTP, its file; asked as Prometheus and people ask.

bats_require_minimum_version 1.5.0

openmetrics='application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
	tests=$BATS_TEST_DIRNAME
	vectors=$tests/../data/vectors/pages
	dir=$BATS_TEST_TMPDIR
	page=$dir/page
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
}

# exporter OPTION...: starts one; $at is where it listens first, $pid its process.
exporter() {
	: >"$dir/said"
	"$VMCLOCK_TRACE" exporter --without-bpf --interval 10ms --device "$page" "$@" 2>"$dir/said" 3>&- &
	pid=$!
	pids+=("$pid")
	at=
	listens_or_ended() { has "$dir/said" 'listening at ' || ! grep -q . "/proc/$pid/maps"; }
	until_true listens_or_ended
	at=$(sed -n '/listening at /{s/.*listening at //p;q}' "$dir/said")
	[ -n "$at" ] || { cat "$dir/said" >&2; return 1; }
}

# play LINE...: a scenario of these lines into $page, in the background, once it is there.
play() {
	play_sim "$page" "$@"
	pids+=("$sim")
}

get() { curl --silent --show-error --fail --max-time 100 "$@"; }

metrics() { get "http://$at/metrics"; }

# lacks GREP-ARGUMENT...: nothing is found. (A bare `! grep` would not fail a test.)
lacks() { ! grep "$@" >&2; }

# value SERIES: its value now.
value() { metrics | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'; }

is() { [ "$(value "$1")" = "$2" ]; }

# comes SERIES VALUE: until the series has that value.
comes() { until_true is "$@"; }

# strict NAME: both formats of what the exporter shows now stand before the strictest readers.
strict() {
	metrics >"$dir/$1.txt"
	get -H "Accept: $openmetrics" "http://$at/metrics" >"$dir/$1.om"
	promtool check metrics <"$dir/$1.txt" 2>"$dir/promtool" || {
		echo "$1: promtool:"
		cat "$dir/promtool"
		return 1
	} >&2
	series=$(/usr/bin/python3 "$tests/exporter_metrics.py" "$dir/$1.om")
	[ "$series" -gt 40 ] && [ "$series" -lt 300 ]
}

# --- What it shows

# bats test_tags=slow
@test "exporter: metrics of every page that there is a vector of, in both formats, below 300 series" {
	count=0
	exporter --listen 127.0.0.1:0
	for vector in $(some_of 6 "$vectors"/*.bin); do
		before=$(value vmclock_exporter_looks_total)
		cp "$vector" "$page.new"
		mv "$page.new" "$page"
		looked() { [ "$(value vmclock_exporter_looks_total)" -ge $((before + 2)) ]; }
		until_true looked
		strict "${vector##*/}"
		count=$((count + 1))
	done
	[ "$count" -ge "$(at_least 41 6)" ]
	[ "${CHECK-}" != quick ] || return 0
	# All modes were among them.
	for mode in full marker-only invalid; do
		grep -l "^vmclock_page_mode{vmclock_page_mode=\"$mode\"} 1" "$dir"/*.txt
	done
}

@test "exporter: without a device it says so, takes it when it comes, and says when it goes" {
	exporter --listen 127.0.0.1:0
	[ "$(value 'vmclock_page_mode{vmclock_page_mode="absent"}')" = 1 ]
	strict absent
	lacks 'vmclock_findings_total{kind="\(disruption\|device_lost\)"}' "$dir/absent.txt"
	get "http://$at/healthz" | grep 'no page: .* it is waited for'
	get "http://$at/" | grep 'There is no vmclock'
	play 'end 1h'
	comes 'vmclock_page_mode{vmclock_page_mode="full"}' 1
	[ "$(value 'vmclock_page_mode{vmclock_page_mode="absent"}')" = 0 ]
	rm "$page"
	comes 'vmclock_page_mode{vmclock_page_mode="absent"}' 1
	comes 'vmclock_findings_total{kind="device_lost"}' 1
	strict gone
}

@test "exporter: stopped for a while, it does not say well of what it missed meanwhile" {
	play 'end 1h' 'refresh 50ms'
	exporter --listen 127.0.0.1:0
	comes 'vmclock_well{vmclock_well="yes"}' 1
	kill -STOP "$pid"
	sleep 1.5
	kill -CONT "$pid"
	comes 'vmclock_well_unknown{reason="missed_updates"}' 1
	get "http://$at/" | grep '<p>Updates of the page happened between samples'
	comes 'vmclock_well{vmclock_well="yes"}' 1
}

@test "exporter: what was no page from the first sample on is not said to be well" {
	head -c 4096 /dev/zero >"$page"
	exporter --listen 127.0.0.1:0
	comes 'vmclock_page_mode{vmclock_page_mode="invalid"}' 1
	get "http://$at/" >"$BATS_TEST_TMPDIR/landing"
	grep 'class="verdict unknown"' "$BATS_TEST_TMPDIR/landing"
	lacks -E 'clock is well|[" ]ok"' "$BATS_TEST_TMPDIR/landing"
}

@test "exporter: of a page that was never good, no window is said to be closed, and no bound is served" {
	play 'status UNRELIABLE'
	exporter --listen 127.0.0.1:0
	comes 'vmclock_clock_status{vmclock_clock_status="UNRELIABLE"}' 1
	strict never-good
	lacks '^vmclock_bad_window_open ' "$dir/never-good.txt"
	lacks '^vmclock_page_\(max\|estimated\)_error_seconds ' "$dir/never-good.txt"
	get "http://$at/" >"$dir/never-good.html"
	grep 'The host does not vouch for its clock: UNRELIABLE' "$dir/never-good.html"
	is 'vmclock_well{vmclock_well="no"}' 1
	lacks 'its error' "$dir/never-good.html"
}

# bats test_tags=slow
@test "exporter: of a page in a file that is far off, or in the year 36836, the clock is not said to be well" {
	play_sim "$page" 'end 1h'
	end_sim
	wait "$sim" || :
	seconds=$(od -An -tu8 -j72 -N8 "$page")
	exporter --listen 127.0.0.1:0
	comes 'vmclock_well{vmclock_well="yes"}' 1
	is vmclock_bad_window_open 0
	get "http://$at/" | grep 'The clock is well'
	for years in -1 34810; do
		cp "$page" "$page.new"
		python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<Q", int(sys.argv[1])))' \
			$((seconds + years * 31556952)) | dd of="$page.new" bs=1 seek=72 conv=notrunc status=none
		kill "$pid"
		wait "$pid" || :
		cp "$page.new" "$page"
		exporter --listen 127.0.0.1:0
		reason=$([ "$years" = -1 ] && echo other_machine || echo not_compared)
		comes "vmclock_well_unknown{reason=\"$reason\"}" 1
		is 'vmclock_well{vmclock_well="unknown"}' 1
		strict "far$years"
		lacks '^vmclock_bad_window_open ' "$dir/far$years.txt"
		get "http://$at/" >"$dir/far.html"
		grep 'Whether the clock is well is not known' "$dir/far.html"
		lacks 'The clock is well' "$dir/far.html"
	done
}

# bats test_tags=slow
@test "exporter: what happens to a clock, counted; the bad window opens and closes" {
	looker() {
		exporter --listen 127.0.0.1:0
		watchers+=("$pid")
	}
	play_watched "$page" 'at 0ms step +7ms' 'at 1000ms migrate' 'at 2000ms status UNRELIABLE' 'at 2000ms maintenance soon' \
		'at 3000ms storm 300 over 500ms' 'at 6000ms status SYNCHRONIZED' -- looker
	pids+=("$sim")
	comes vmclock_bad_window_open 1
	comes 'vmclock_clock_status{vmclock_clock_status="UNRELIABLE"}' 1
	strict open
	grep '^vmclock_bad_window_severity{vmclock_bad_window_severity="critical"} 1' "$dir/open.txt"
	lacks vmclock_bad_window_end "$dir/open.txt"
	comes 'vmclock_maintenance_announced{within="day"}' 1
	# The page of the other host is right by CLOCK_REALTIME, which met the one before the step.
	comes 'vmclock_bad_window_recovery{vmclock_bad_window_recovery="yes"}' 1
	metrics >"$dir/after"
	strict after
	grep -x 'vmclock_bad_window_open 0' "$dir/after.txt"
	for line in 'vmclock_disruptions_total 1' 'vmclock_findings_total{kind="disruption"} 1' \
		'vmclock_findings_total{kind="host_step"} 1' 'vmclock_findings_total{kind="status_change"} 2' \
		'vmclock_maintenance_announced{within="hour"} 0' 'vmclock_bad_windows_total 1'; do
		grep -Fx "$line" "$dir/after"
	done
	# From the step to the good status: six seconds.
	awk '/^vmclock_bad_window_seconds_total/{ sum = $2 } END { print sum; exit !(sum > 5.9 && sum < 60) }' "$dir/after"
	grep '^vmclock_bad_window_start_timestamp_seconds ' "$dir/after"
	grep '^vmclock_bad_window_end_timestamp_seconds ' "$dir/after"
	[ "$(awk '/^vmclock_page_updates_missed_total/{ print $2 }' "$dir/after")" -gt 100 ]
}

@test "exporter: of findings that need hooks there is no 0 without them, and the first page says so" {
	cp "$vectors/003-old.bin" "$page"
	exporter --listen 127.0.0.1:0
	metrics >"$dir/metrics"
	grep -q '^vmclock_findings_total{kind="disruption"} 0' "$dir/metrics"
	lacks 'findings_total{kind="\(clock_set\|driver_error\|driver_mismatch\|data_loss\)"' "$dir/metrics"
	get "http://$at/" | grep 'Not seen without their hooks in the kernel: driver_error, driver_mismatch, clock_set, data_loss\.'
}

@test "exporter: values are those of status" {
	cp "$vectors/003-old.bin" "$page"
	exporter --listen 127.0.0.1:0
	"$VMCLOCK_TRACE" status --json --device "$page" >"$dir/status" || [ $? = 1 ]
	[ "$(value vmclock_tai_offset_seconds)" = "$(jq .page.tai_offset_sec "$dir/status")" ]
	# Not by jq, whose numbers have 53 bits.
	marker=$(python3 -c 'import json, sys; print("%#018x" % json.load(sys.stdin)["page"]["disruption_marker"])' <"$dir/status")
	metrics | grep "^vmclock_disruption_marker_info{marker=\"$marker\""
	for warning in $(jq -r '.warnings[]' "$dir/status"); do
		[ "$(value "vmclock_page_warning{warning=\"$warning\"}")" = 1 ]
	done
	jq -e '.page | .counter_period_frac_sec > 0' "$dir/status"
	jq .page "$dir/status" | /usr/bin/python3 -c 'import json, sys
page = json.load(sys.stdin)
period = page["counter_period_frac_sec"] * 2.0 ** -(64 + page["counter_period_shift"])
assert abs(float(sys.argv[1]) / period - 1) < 1e-15' "$(value vmclock_period_seconds)"
}

# --- HTTP

@test "exporter: that no client can be let in, for want of a descriptor, is said with what to do" {
	cp "$vectors/003-old.bin" "$page"
	exporter --listen 127.0.0.1:0
	prlimit --pid "$pid" --nofile=4
	curl -s -m 60 "http://$at/metrics" &
	until_true grep -A1 'exporter: a client could not be let in: Too many open files' "$dir/said"
	grep 'hint: raise the limit on open files' "$dir/said"
	kill -KILL "$pid"
	wait || :
}

@test "exporter: GET and HEAD of what there is, and nothing else" {
	exporter --listen 127.0.0.1:0
	code() { curl --silent --output /dev/null --max-time 100 --write-out '%{http_code}' "$@"; }
	for path in / /metrics /healthz; do
		[ "$(code "http://$at$path")" = 200 ]
		[ "$(code "http://$at$path?query")" = 200 ]
		curl --silent --head --max-time 100 "http://$at$path" >"$dir/head"
		grep '^HTTP/1.1 200' "$dir/head"
		length=$(tr -d '\r' <"$dir/head" | sed -n 's/^Content-Length: //p')
		[ "$length" -gt 2 ]
	done
	[ "$(code "http://$at/other")" = 404 ]
	[ "$(code --request DELETE "http://$at/metrics")" = 405 ]
	[ "$(code --data x "http://$at/metrics")" = 405 ]
	[ "$(code --request GET --data x "http://$at/metrics")" = 413 ]
	curl --silent --head --request DELETE --max-time 100 "http://$at/metrics" | grep '^Allow: GET, HEAD'
}

@test "exporter: the format that is asked for, and gzip only where it is wanted" {
	exporter --listen 127.0.0.1:0
	type() { get --output "$dir/body" --write-out '%{content_type}' -H "Accept: $1" "http://$at/metrics"; }
	[ "$(type "$openmetrics")" = 'application/openmetrics-text; version=1.0.0; charset=utf-8' ]
	[ "$(tail -1 "$dir/body")" = '# EOF' ]
	for accept in '*/*' 'text/html,*/*;q=0.8' 'text/plain;version=0.0.4' 'application/json' ''; do
		[ "$(type "$accept")" = 'text/plain; version=0.0.4; charset=utf-8' ]
		lacks '# EOF' "$dir/body"
	done
	get -H 'Accept-Encoding: gzip' "http://$at/metrics" | gzip -d | grep -q '^vmclock_page_mode'
	get -H 'Accept-Encoding: gzip;q=0' "http://$at/metrics" | grep -aq '^vmclock_page_mode'
	packed=$(get -H 'Accept-Encoding: gzip' "http://$at/metrics" | wc -c)
	[ "$packed" -lt $(($(metrics | wc -c) / 3)) ]
}

@test "exporter: at several addresses, IPv6 and a unix socket, which goes with it" {
	[ -e /proc/net/if_inet6 ] || skip "this machine has no IPv6"
	play 'end 1h'
	exporter --listen 127.0.0.1:0 --listen '[::1]:0' --listen "unix:$dir/socket" --listen localhost:0
	sed -n 's/.*listening at //p' "$dir/said" >"$dir/at"
	[ "$(wc -l <"$dir/at")" -ge 4 ]
	while read -r at; do
		case $at in
		unix:*) get --unix-socket "${at#unix:}" http://x/metrics ;;
		*) metrics ;;
		esac | grep -q '^vmclock_page_mode{vmclock_page_mode="full"} 1'
	done <"$dir/at"
	[ "$(stat -c %a "$dir/socket")" = 660 ]
	kill "$pid"
	wait "$pid"
	[ ! -e "$dir/socket" ]
}

@test "exporter: a dead socket is replaced, one in use is not, nor is a file" {
	exporter --listen "unix:$dir/socket"
	kill -KILL "$pid"
	wait "$pid" || :
	[ -S "$dir/socket" ]
	exporter --listen "unix:$dir/socket"
	run --separate-stderr timeout 300 "$VMCLOCK_TRACE" exporter --listen "unix:$dir/socket"
	[ "$status" = 1 ]
	[[ $stderr == *"in use"*hint:* ]]
	get --unix-socket "$dir/socket" http://x/healthz | grep ok
	echo precious >"$dir/file"
	run timeout 300 "$VMCLOCK_TRACE" exporter --listen "unix:$dir/file"
	[ "$status" = 1 ]
	[ "$(cat "$dir/file")" = precious ]
}

@test "exporter: listens on loopback alone unless it is told otherwise" {
	# In a network of its own, where nobody has the port.
	own=(unshare --net)
	"${own[@]}" true 2>/dev/null || own=(unshare --map-root-user --net)
	"${own[@]}" true 2>/dev/null || skip "this user can have no network of his own"
	"${own[@]}" python3 -c 'import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 1))
os.execv(sys.argv[1], sys.argv[1:])' "$VMCLOCK_TRACE" exporter --without-bpf --device "$page" 2>"$dir/said" 3>&- &
	pids+=($!)
	until_true has "$dir/said" listen
	[ "$(grep -c 'listening at 127.0.0.1:10319$' "$dir/said")" = 1 ]
	# By the kernel too: 127.0.0.1 and the port in hexadecimal are all that it has, of IPv6 none.
	[ "$(awk '$4 == "0A" { print $2 }' "/proc/$!/net/tcp" "/proc/$!/net/tcp6")" = 0100007F:284F ]
}

@test "exporter: sockets of systemd, ready, watchdog and stopping" {
	run --separate-stderr python3 "$tests/exporter_systemd.py" "$VMCLOCK_TRACE" exporter --without-bpf --device "$page"
	echo "$output" "$stderr" >&2
	[ "$status" = 0 ]
	[ "$(grep -c '^answer HTTP/1.1 200' <<<"$output")" = 2 ]
	grep '^exit 0' <<<"$output"
	grep '^still there True' <<<"$output"
}

# bats test_tags=slow,threads
@test "exporter: ten scrapers at once, each with a whole and consistent answer" {
	play 'end 1h' 'at 0.5s storm 20000 over 20s'
	exporter --listen 127.0.0.1:0
	scrape() {
		for i in {1..15}; do
			get -H 'Accept-Encoding: gzip' -H "Accept: $openmetrics" "http://$at/metrics" | gzip -d >"$dir/$1.$i" || return 1
		done
	}
	scrapers=()
	for n in {1..10}; do scrape "$n" & scrapers+=($!); done
	for scraper in "${scrapers[@]}"; do wait "$scraper"; done
	for file in "$dir"/*.[0-9]*; do
		[ "$(tail -1 "$file")" = '# EOF' ]
		# One moment: not more updates missed than there were, nor more disruptions than findings of it.
		awk '/^vmclock_page_updates_total/{ all = $2 } /^vmclock_page_updates_missed_total/{ missed = $2 }
		     /^vmclock_page_mode.* 1$/{ modes++ } END { exit !(missed <= all && modes == 1) }' "$file"
	done
	/usr/bin/python3 "$tests/exporter_metrics.py" "$dir"/*.[0-9]* | sort -u
	[ "$(value vmclock_exporter_scrape_duration_seconds_count)" -ge 150 ]
}

# bats test_tags=plain
@test "exporter: a scrape takes less than a millisecond of CPU, and the program less than 16 MiB" {
	play 'end 1h'
	exporter --listen 127.0.0.1:0
	for i in {1..300}; do echo "url = http://$at/metrics"; done >"$dir/urls"
	cpu() { value vmclock_exporter_cpu_seconds_total; }
	before=$(cpu)
	get --compressed -H "Accept: $openmetrics" --config "$dir/urls" >"$dir/all"
	after=$(cpu)
	[ "$(grep -c '^# EOF' "$dir/all")" = 300 ]
	# Twice the time that is promised, for a machine that does much else.
	awk -v a="$after" -v b="$before" 'BEGIN { print (a - b) / 300; exit !((a - b) / 300 < 0.002) }'
	[ "$(value vmclock_exporter_resident_memory_bytes)" -lt $((16 << 20)) ]
}

# bats test_tags=slow
@test "exporter: abused, it answers others and does not grow" {
	exporter --listen 127.0.0.1:0
	run python3 "$tests/exporter_abuse.py" "${at%:*}" "${at##*:}" "$pid"
	echo "$output" >&2
	[ "$status" = 0 ]
}

# bats test_tags=threads
@test "exporter: idle and half-closed clients, however many, keep nobody else from an answer" {
	exporter --listen 127.0.0.1:0
	for kind in idle half-closed; do
		timeout 90 python3 "$tests/exporter_crowd.py" $kind "${at%:*}" "${at##*:}"
	done
}

@test "exporter: many wishes at once on one connection, and one after the other" {
	exporter --listen 127.0.0.1:0
	{ for _ in {1..20}; do printf 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'; done
	  printf 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'; } >"$dir/wishes"
	python3 -c 'import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as client:
    client.sendall(open(sys.argv[3], "rb").read())
    answer = b""
    while part := client.recv(65536):
        answer += part
assert answer.count(b"HTTP/1.1 200") == 21, answer' "${at%:*}" "${at##*:}" "$dir/wishes"
}

# --- For people

# bats test_tags=slow
@test "exporter: the first page in a browser" {
	command -v chromium >/dev/null || skip "chromium is not installed"
	play 'end 1h' 'at 8s step +7ms' 'at 9s migrate'
	exporter --listen 127.0.0.1:0
	comes vmclock_disruptions_total 1
	get "http://$at/" >"$dir/first.html"
	grep 'Disruption: ' "$dir/first.html"
	grep '<a href="/runbooks/VmclockDisrupted">disruption</a>' "$dir/first.html"
	grep 'the counter was disrupted' "$dir/first.html"
	lacks '<script' "$dir/first.html"
	# One with a clock that is wrong.
	mkdir "$dir/states" "$dir/pictures"
	"${VMCLOCK_TRACE%/*}/unit/landing" "$dir/states"
	python3 "$tests/browse.py" "$dir/states/wrong.html" "$dir/pictures"
}

@test "exporter: its first page names the host; each runbook that it links is there, and no other" {
	cp "$vectors/003-old.bin" "$page"
	exporter --listen 127.0.0.1:0
	get "http://$at/" >"$dir/first.html"
	grep -F "<title>$(hostname): " "$dir/first.html"
	get "http://$at/runbooks/" >"$dir/list.html"
	for runbook in "$tests"/../../contrib/prometheus/runbooks/*.md; do
		name=$(basename "$runbook" .md)
		grep -F "<a href=\"/runbooks/$name\">" "$dir/list.html"
	done
	get "http://$at/runbooks/$name" >"$dir/one.html"
	grep -F "<h1>$name</h1>" "$dir/one.html"
	grep -F '<h2>What to do</h2>' "$dir/one.html"
	for path in runbooks runbooks/None runbooks/../metrics runbooks//; do
		[ "$(curl --silent --path-as-is --output "$dir/none" --write-out '%{http_code}' "http://$at/$path")" = 404 ]
	done
}

@test "exporter: what a path holds does no harm in a page" {
	page="$dir/<script>alert(1)<\\script>\"&"
	cp "$vectors/003-old.bin" "$page"
	exporter --listen 127.0.0.1:0
	get "http://$at/" >"$dir/html"
	lacks -F '<script>' "$dir/html"
	grep -F '&lt;script&gt;alert(1)&lt;\script&gt;&quot;&amp;' "$dir/html"
	metrics | grep -F '<script>alert(1)<\\script>\"&"'
	strict hostile
}

# bats test_tags=slow
@test "exporter: health is 503 with the reason when the observer stands still" {
	play 'end 1h'
	exporter --listen 127.0.0.1:0
	get "http://$at/healthz" | head -1 | grep -x ok
	# Its first thread alone, which looks, is held by a debugger; the one that answers is not.
	python3 - "$pid" <<-'END' 3>&- &
		import ctypes, signal, sys
		ptrace = ctypes.CDLL(None, use_errno=True).ptrace
		ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
		SEIZE, INTERRUPT = 0x4206, 0x4207
		assert ptrace(SEIZE, int(sys.argv[1]), None, None) == 0, ctypes.get_errno()
		assert ptrace(INTERRUPT, int(sys.argv[1]), None, None) == 0
		signal.pause()
	END
	pids=($! "${pids[@]}")
	health() { curl --silent --output "$dir/health" --max-time 100 --write-out '%{http_code}' "http://$at/healthz"; }
	healthy() { [ "$(health)" = 200 ]; }
	ill() { [ "$(health)" = 503 ]; }
	until_true ill
	grep 'not healthy: the observer has been standing still for' "$dir/health"
	get "http://$at/" | grep 'The observer has stopped'
	is 'vmclock_well_unknown{reason="ended_early"}' 1
	kill "${pids[0]}"
	until_true healthy
}

# --- TLS and passwords

# The password is "correct horse".
hash='$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2'

# certificate NAME [OPTION...]: NAME.crt and NAME.key.
certificate() {
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$name" \
		-addext 'subjectAltName=IP:127.0.0.1' -keyout "$dir/$name.key" -out "$dir/$name.crt" "$@" 2>/dev/null
}

code() { curl --silent --output "$dir/body" --max-time 100 --write-out '%{http_code}' "$@"; }

@test "exporter: passwords by bcrypt, for each page, and none else comes in" {
	printf 'basic_auth_users:\n  prometheus: %s\n  other: %s\n' "$hash" "$hash" >"$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	for path in / /metrics /healthz /none; do
		[ "$(code "http://$at$path")" = 401 ]
	done
	curl --silent --head --max-time 100 "http://$at/" | grep '^WWW-Authenticate: Basic realm='
	for who in prometheus other; do
		[ "$(code --user "$who:correct horse" "http://$at/metrics")" = 200 ]
		[ "$(code --user "$who:correct horse" "http://$at/metrics")" = 200 ]
		[ "$(code --user "$who:correct hors" "http://$at/metrics")" = 401 ]
		[ "$(code --user "$who:correct horse " "http://$at/metrics")" = 401 ]
		[ "$(code --user "$who:" "http://$at/metrics")" = 401 ]
	done
	[ "$(code --user "nobody:correct horse" "http://$at/metrics")" = 401 ]
	for header in 'Basic' 'Basic ' 'Basic !!!!' 'Basic cHJvbWV0aGV1cw==' 'Bearer x' "Basic $(head -c 3000 /dev/zero | base64 -w0)"; do
		[ "$(code -H "Authorization: $header" "http://$at/metrics")" = 401 ]
	done
}

# bats test_tags=threads
@test "exporter: who is known is answered while a crowd tries passwords, which is told to wait" {
	# Of the same password, and dearer.
	made=$(perl -e 'print crypt("correct horse", "\$2y\$08\$abcdefghijklmnopqrstuu")')
	printf 'basic_auth_users:\n  bob: %s\n' "$made" >"$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	timeout 90 python3 "$tests/exporter_crowd.py" passwords "${at%:*}" "${at##*:}"
}

@test "exporter: TLS, from 1.2 on or as the file says, and nothing in the clear" {
	certificate server
	printf 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\nhttp_server_config:\n  http2: false\n' >"$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web.config.file "$dir/web.yml"
	[ "$(code --cacert "$dir/server.crt" "https://$at/metrics")" = 200 ]
	[ "$(code --cacert "$dir/server.crt" --tls-max 1.2 "https://$at/metrics")" = 200 ]
	run code --cacert "$dir/server.crt" --tls-max 1.1 "https://$at/metrics"
	[ "$status" != 0 ]
	run code "https://$at/metrics"
	[ "$status" = 60 ]
	run code "http://$at/metrics"
	[ "$status" != 0 ]
	printf '  min_version: TLS13\n' | sed -i '/key_file/r /dev/stdin' "$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	[ "$(code --cacert "$dir/server.crt" "https://$at/metrics")" = 200 ]
	run code --cacert "$dir/server.crt" --tls-max 1.2 "https://$at/metrics"
	[ "$status" != 0 ]
}

@test "exporter: clients by certificate of an authority, and no others" {
	certificate server
	certificate authority -addext basicConstraints=critical,CA:TRUE
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=client \
		-keyout "$dir/client.key" -out "$dir/client.csr" 2>/dev/null
	openssl x509 -req -in "$dir/client.csr" -CA "$dir/authority.crt" -CAkey "$dir/authority.key" \
		-set_serial 7 -days 2 -out "$dir/client.crt" 2>/dev/null
	certificate stranger
	cat >"$dir/web.yml" <<-END
		tls_server_config:
		  cert_file: server.crt
		  key_file: $dir/server.key
		  client_auth_type: RequireAndVerifyClientCert
		  client_ca_file: authority.crt
	END
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	[ "$(code --cacert "$dir/server.crt" --cert "$dir/client.crt" --key "$dir/client.key" "https://$at/metrics")" = 200 ]
	run code --cacert "$dir/server.crt" "https://$at/metrics"
	[ "$output" != 200 ]
	run code --cacert "$dir/server.crt" --cert "$dir/stranger.crt" --key "$dir/stranger.key" "https://$at/metrics"
	[ "$output" != 200 ]
}

# bats test_tags=threads
@test "exporter: a new certificate is taken while it runs; a broken one is not, and is counted" {
	certificate server
	printf 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n' >"$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	[ "$(code --cacert "$dir/server.crt" "https://$at/metrics")" = 200 ]
	certificate other
	cp "$dir/other.key" "$dir/server.key"
	mv "$dir/other.crt" "$dir/server.crt"
	taken() { [ "$(code --cacert "$dir/server.crt" "https://$at/metrics")" = 200 ]; }
	until_true taken
	cp "$dir/server.crt" "$dir/good.crt"
	echo nonsense >"$dir/server.crt"
	counted() {
		[ "$(code --cacert "$dir/good.crt" "https://$at/metrics")" = 200 ] || echo "not served" >>"$dir/refused"
		grep -qx 'vmclock_exporter_web_config_failures_total 1' "$dir/body"
	}
	until_true counted
	[ ! -e "$dir/refused" ]
	grep -x 'vmclock_exporter_web_config_failures_total 1' "$dir/body"
}

@test "exporter: what a web configuration asks for and cannot have is refused, with its line" {
	certificate server
	certificate other
	refused() {
		printf "$1" >"$dir/web.yml"
		run --separate-stderr timeout 300 "$VMCLOCK_TRACE" exporter --without-bpf --device "$page" --listen 127.0.0.1:0 --web-config "$dir/web.yml"
		[ "$status" = 1 ] || { echo "not refused: $1" >&2; return 1; }
		[[ $stderr == *"$2"* ]] || { echo "$1: $stderr" >&2; return 1; }
	}
	pair='tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'
	refused 'tls_server_config: [\n' 'no YAML'
	refused 'rate_limit:\n  burst: 1\n' 'web.yml:2: rate_limit is not supported'
	refused "$pair  cipher_suites: [TLS_AES_128_GCM_SHA256]\n" 'web.yml:4: tls_server_config.cipher_suites is not supported'
	refused "$pair  curve_preferences: [X25519]\n" 'curve_preferences is not supported'
	refused "$pair  prefer_server_cipher_suites: true\n" 'prefer_server_cipher_suites is not supported'
	refused "$pair  client_allowed_sans: [a]\n" 'client_allowed_sans is not supported'
	refused "$pair  client_auth_type: RequestClientCert\n" 'this client_auth_type is not supported'
	refused "$pair  client_auth_type: RequireAndVerifyClientCert\n" 'go together'
	refused "$pair  client_ca_file: other.crt\n" 'go together'
	refused "$pair  min_version: TLS10\n" 'min_version is not supported but for TLS12 and TLS13'
	refused "$pair  min_version: TLS13\n  max_version: TLS12\n" 'no version of TLS is left'
	refused "$pair  cert_file: other.crt\n" 'cert_file is there twice'
	refused 'tls_server_config:\n  cert_file: server.crt\n' 'cert_file and key_file go together'
	refused 'tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n' 'are no pair'
	refused 'tls_server_config:\n  cert_file: none.crt\n  key_file: server.key\n' 'cannot read'
	refused 'tls_server_config: x\n' 'keys and values were expected'
	refused 'http_server_config:\n  http2: true\n' 'http_server_config.http2 is not supported'
	refused 'http_server_config:\n  headers:\n    X-Frame-Options: deny\n' 'http_server_config.headers is not supported'
	refused 'basic_auth_users:\n  a: secret\n' 'the password of a is no bcrypt hash'
	refused 'basic_auth_users:\n  a: $2y$31$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n' 'no bcrypt hash'
	refused 'basic_auth_users:\n  a:b: x\n' 'no'
	refused '&a [*a]\n' 'keys and values were expected'
	rm "$dir/web.yml"
	run --separate-stderr timeout 300 "$VMCLOCK_TRACE" exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	[ "$status" = 1 ]
	# An empty one asks for nothing.
	: >"$dir/web.yml"
	exporter --listen 127.0.0.1:0 --web-config "$dir/web.yml"
	metrics | grep -q '^vmclock_page_mode'
}

# --- The file for node_exporter

# bats test_tags=slow
@test "exporter --textfile: whole at each moment, gone at the end; nothing listens" {
	play 'end 1h' 'at 6s migrate'
	file=$dir/out/vmclock.prom
	mkdir "$dir/out"
	echo old >"$file"
	"$VMCLOCK_TRACE" exporter --without-bpf --device "$page" --textfile "$file" --textfile-period 100ms 2>"$dir/said" 3>&- &
	pid=$!
	pids+=($pid)
	until_true has "$file" vmclock
	seen=0
	for _ in {1..20000}; do
		cat "$file" >"$dir/copy"
		[ "$(tail -c 1 "$dir/copy" | od -An -c | tr -d ' ')" = '\n' ]
		grep -q '^vmclock_exporter_start_timestamp_seconds ' "$dir/copy" && seen=$((seen + 1))
		[ "$seen" -le 20 ] || ! grep -q '^vmclock_disruptions_total 1' "$dir/copy" || break
	done
	[ "$seen" -gt 20 ]
	grep '^vmclock_disruptions_total 1' "$dir/copy"
	promtool check metrics <"$dir/copy"
	# Of HTTP, which there is none of, it tells nothing.
	lacks http "$dir/copy"
	lacks listening "$dir/said"
	[ "$(ls "$dir/out" | grep -c '\.prom$')" = 1 ]
	kill "$pid"
	wait "$pid"
	[ -z "$(ls -A "$dir/out")" ]
}

# bats test_tags=threads
@test "exporter --textfile: what a killed one left is gone when the next begins; both ways at once" {
	file=$dir/vmclock.prom
	exporter --textfile "$file" --textfile-period 100ms --listen 127.0.0.1:0
	until_true test -s "$file"
	for _ in {1..20}; do metrics; done | grep -c '^vmclock_exporter_http_connections ' | grep -x 20
	lacks http "$file"
	kill -KILL "$pid"
	wait "$pid" || :
	[ -s "$file" ]
	echo half >"$file.part"
	run timeout 300 "$VMCLOCK_TRACE" exporter --textfile "$file" --listen 192.0.2.1:1
	[ "$status" = 1 ]
	[ ! -e "$file" ]
	[ ! -e "$file.part" ]
	run timeout 300 "$VMCLOCK_TRACE" exporter --textfile "$dir/vmclock.txt"
	[ "$status" = 2 ]
	run timeout 300 "$VMCLOCK_TRACE" exporter --textfile "$dir/none/vmclock.prom"
	[ "$status" = 1 ]
}

@test "exporter: wrong usage is exit 2; what it cannot do, 1 with cause" {
	for options in "--interval 0" "--interval 2s" "--readers 0" "--readers 101" "--readers x" "--textfile-period 1ms" "--nonsense" "word"; do
		# shellcheck disable=SC2086
		run timeout 300 "$VMCLOCK_TRACE" exporter $options
		[ "$status" = 2 ]
	done
	for address in "" 1 host: :x 1.2.3.4 ::1:80 "[::1]" 127.0.0.1:99999 unix:; do
		run --separate-stderr timeout 300 "$VMCLOCK_TRACE" exporter --listen "$address"
		[ "$status" = 2 ] || { echo "$address" >&2; return 1; }
		[[ $stderr == "vmclock-trace exporter: "*"hint: such as 127.0.0.1:10319,"* ]]
	done
	for address in "unix:/none/socket" 192.0.2.1:0; do
		run --separate-stderr timeout 300 "$VMCLOCK_TRACE" exporter --listen "$address"
		[ "$status" = 1 ] || { echo "$address" >&2; return 1; }
		[[ $stderr == "vmclock-trace exporter: "* ]]
	done
	run --separate-stderr timeout 20 "$VMCLOCK_TRACE" exporter --listen nosuchhost.invalid:1
	[ "$status" = 1 ]
	[[ $stderr == "vmclock-trace exporter: cannot listen at nosuchhost.invalid: "*"hint: "* ]]
	[[ $stderr != *"assign requested address"* ]]
	run --separate-stderr timeout 20 "$VMCLOCK_TRACE" exporter --textfile x.txt
	[ "$status" = 2 ]
	[[ $stderr == *"--textfile 'x.txt' is not a path that ends with .prom"* ]]
}
