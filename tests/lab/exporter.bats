#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A real Prometheus server scrapes the exporter in a guest, over TCP, with the rules that come with
# it, while the guest is live-migrated, its clock corrected, and its hypervisor's clock goes bad. Then
# it is asked what it knows, as people and dashboards ask it.

load helpers

# A port that nobody listens at.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

setup_file() {
	local exporter server contrib=$BATS_TEST_DIRNAME/../../contrib/prometheus
	exporter=$(free_port) server=$(free_port)
	export SERVER=http://127.0.0.1:$server DATA=$BATS_FILE_TMPDIR/prometheus
	mkdir -p "$DATA"
	cp "$contrib/vmclock.rules.yml" "$DATA"
	cat >"$DATA/prometheus.yml" <<-END
		global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}
		rule_files: [vmclock.rules.yml]
		scrape_configs:
		  - job_name: vmclock
		    static_configs: [{targets: ["127.0.0.1:$exporter"]}]
	END
	prometheus --config.file="$DATA/prometheus.yml" --storage.tsdb.path="$DATA/data" \
		--web.listen-address="127.0.0.1:$server" >"$DATA/log" 2>&1 3>&- &
	echo $! >"$DATA/pid"
	in_guest --clock full --forward "$exporter:10319" --migrate-after 16 \
		--package linuxptp --put "$PWD/build/vmclock-trace-exporter" <<'SCRIPT'
	ask() { wget -q -O - "http://127.0.0.1:10319/$1"; }
	value() { ask metrics | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'; }
	until_is() { for i in $(seq 300); do [ "$(value "$1")" = "$2" ] && return; usleep 200000; done; echo "$1 is not $2" >&2; }
	clock() { echo "$@" >/run/lab/clock; }
	vmclock-trace exporter --listen :10319 --readers 5 --probe-cost 2>/tmp/said &
	for i in $(seq 200); do grep -q listening /tmp/said && break; usleep 100000; done
	keep said cat /tmp/said
	load 20 100 >/tmp/load
	keep load cat /tmp/load
	sleep 2
	keep full ask metrics
	keep health ask healthz
	keep caps grep Cap /proc/$(pidof vmclock-trace-exporter)/status
	until_is vmclock_disruptions_total 1 # the migration
	keep open ask metrics
	sleep 12 # the alert waits for ten seconds
	date +%s >/tmp/corrected
	phc2sys -s /dev/ptp0 -c CLOCK_REALTIME -O -37 -R 2 >/tmp/phc2sys 2>&1 &
	until_is vmclock_bad_window_open 0
	kill $!
	keep corrected cat /tmp/corrected
	keep phc2sys cat /tmp/phc2sys
	sleep 2 # a scrape is to see it closed
	clock set clock_status 4
	until_is vmclock_bad_window_open 1
	sleep 3
	clock free clock_status
	until_is vmclock_bad_window_open 0
	sleep 2
	keep metrics ask metrics
	keep text wget -q -O - --header 'Accept: application/openmetrics-text;version=1.0.0' http://127.0.0.1:10319/metrics
SCRIPT
}

teardown_file() {
	kill "$(cat "$DATA/pid")" 2>/dev/null || :
}

# lacks GREP-ARGUMENT...: nothing is found. (A bare `! grep` would not fail a test.)
lacks() { ! grep "$@" >&2; }

# query EXPRESSION: its result now, an array of JSON; of the newest value that there was.
query() {
	curl --silent --fail --max-time 20 --get --data-urlencode "query=$1" "$SERVER/api/v1/query" | jq -ce .data.result
}

# is EXPRESSION VALUE: it has one result, with that value.
is() {
	local got
	got=$(query "$1" | jq -r 'map(.value[1]) | join(" ")')
	[ "$got" = "$2" ] || { echo "$1 is '$got', not $2" >&2; return 1; }
}

# value_of NAME SERIES: in the metrics that the guest kept.
value_of() { awk -v name="$2" 'index($0, name " ") == 1 { print $NF }' "$OUT/$1"; }

@test "Prometheus: scraped before and after the migration, and nothing was refused" {
	query 'count_over_time((up == 1)[10m:500ms])' | jq -e '.[0].value[1] | tonumber > 40'
	is 'max_over_time(scrape_samples_scraped[10m]) < bool 300' 1
	lacks -E 'level=(error|warn).*(scrape|rule)' "$DATA/log"
	curl --silent --fail "$SERVER/api/v1/targets/metadata?metric=vmclock_clock_status" | jq -e '.data[0].type == "stateset"'
}

@test "Prometheus: one disruption, in the series and by increase()" {
	is 'max_over_time(vmclock_disruptions_total[10m])' 1
	is 'max_over_time(vmclock_findings_total{kind="disruption"}[10m])' 1
	is 'max_over_time(vmclock_findings_total{kind="host_step"}[10m])' 0
	query 'max_over_time(ALERTS{alertname="VmclockDisrupted", alertstate="firing"}[10m])' | jq -e 'length == 1'
}

@test "Prometheus: the bad windows, when they were and how long" {
	# A busy host stuns a guest at times, which is a window of its own, or makes one longer.
	query 'max_over_time(vmclock_bad_windows_total[10m])' | jq -e '.[0].value[1] | tonumber >= 2'
	# Of the first: from the migration to the correction, which the guest's script made at that second.
	start=$(value_of open vmclock_bad_window_start_timestamp_seconds)
	end=$(query 'min_over_time(vmclock_bad_window_end_timestamp_seconds[10m])' | jq -r '.[0].value[1]')
	corrected=$(cat "$OUT/corrected")
	# It began at the last good look before the first scrape that saw it, and ended with the step.
	seen=$(query 'min_over_time(timestamp(vmclock_disruptions_total == 1)[10m:100ms])' | jq -r '.[0].value[1]')
	echo "from $start, seen $seen, corrected $corrected, to $end" >&2
	awk -v s="$start" -v e="$end" -v c="$corrected" -v p="$seen" \
		'BEGIN { exit !(s < p + 0.6 && s > p - 20 && e >= c - 1 && e < c + 15 && e - s > 12) }'
	query 'count_over_time((abs(vmclock_bad_window_start_timestamp_seconds - '"$start"') < 0.001)[10m:500ms])' | jq -e '.[0].value[1] | tonumber > 10'
	# Of the last, three seconds of a bad status; and the sum of all is the sum of what Prometheus saw.
	awk -v s="$(value_of metrics vmclock_bad_window_start_timestamp_seconds)" -v e="$(value_of metrics vmclock_bad_window_end_timestamp_seconds)" \
		'BEGIN { print e - s; exit !(e - s > 2.8 && e - s < 20) }'
	sum=$(value_of metrics vmclock_bad_window_seconds_total)
	query 'max_over_time(vmclock_bad_window_seconds_total[10m])' | jq -e --argjson sum "$sum" '.[0].value[1] | tonumber - $sum | fabs < 0.001'
	awk -v sum="$sum" -v first="$(echo "$end $start" | awk '{ print $1 - $2 }')" 'BEGIN { exit !(sum > first + 2) }'
}

@test "Prometheus: how wrong the system clock was meanwhile is what the migration took" {
	down_ms=$(sed -n 's/^lab: migrated, \([0-9]*\) ms down$/\1/p' "$BATS_FILE_TMPDIR/all.err")
	# QEMU's own word, and some milliseconds that it does not count.
	awk -v lower="$(value_of metrics 'vmclock_bad_window_clock_error_lower_seconds{clock="realtime"}')" 'BEGIN { exit !(lower != "") }'
	query 'min_over_time(vmclock_clock_offset_upper_seconds{clock="realtime"}[10m])' >"$DATA/behind"
	jq -e --argjson down "$down_ms" '.[0].value[1] | tonumber | . < -0.0005 and . > -($down + 200) / 1000' "$DATA/behind"
	is 'max_over_time(vmclock_system_clock_changes_total{how="step"}[10m])' 1
}

@test "Prometheus: the alert fires and resolves" {
	query 'max_over_time(ALERTS{alertname="VmclockClockBad", alertstate="pending"}[10m])' | jq -e 'length == 1'
	query 'max_over_time(ALERTS{alertname="VmclockClockBad", alertstate="firing"}[10m])' | jq -e 'length == 1 and .[0].metric.severity == "critical"'
	# It fired at some time, and not at the end, while the exporter still answered.
	query 'count_over_time(ALERTS{alertname="VmclockClockBad", alertstate="firing"}[10m])' | jq -e '.[0].value[1] | tonumber > 2'
	last=$(query 'max_over_time(timestamp(vmclock_bad_window_open)[10m:100ms])' | jq -r '.[0].value[1]')
	curl --silent --fail --get --data-urlencode 'query=ALERTS{alertname="VmclockClockBad"}' --data-urlencode "time=$last" "$SERVER/api/v1/query" | jq -e '.data.result == []'
}

@test "Prometheus: who read the driver, as often as they did; our own reads are not among them" {
	for path in clock_gettime PTP_SYS_OFFSET_PRECISE read; do
		[ "$(value_of full "vmclock_driver_uses_total{path=\"$path\",result=\"ok\"}")" -ge "$(jq -r ".$path" "$OUT/load")" ]
	done
	[ "$(value_of full 'vmclock_driver_uses_total{path="clock_gettime",result="ok"}')" = "$(jq -r .clock_gettime "$OUT/load")" ]
	[ "$(value_of full 'vmclock_reader_uses_total{comm="load",result="ok"}')" -gt 60 ]
	[ "$(value_of full 'vmclock_driver_use_duration_seconds_count{path="clock_gettime"}')" -gt 0 ]
	[ "$(value_of full vmclock_exporter_probe_runs_total)" -gt 100 ]
	query 'instance_path:vmclock_driver_uses:rate5m{path="clock_gettime", result="ok"}' >/dev/null
	query 'max_over_time(instance_clock:vmclock_clock_offset_seconds:worst{clock="phc"}[10m])' | jq -e 'length == 1'
}

@test "Prometheus: each query of the dashboard is answered, and all but those of rare things have data" {
	board=$BATS_TEST_DIRNAME/../../contrib/grafana/vmclock.json
	last=$(query 'max_over_time(timestamp(vmclock_bad_window_open)[10m:100ms])' | jq -r '.[0].value[1]')
	jq -r '(.panels[].targets[]?.expr), .annotations.list[].expr' "$board" |
		sed -e 's/\$job/vmclock/g; s/\$instance/.*/g; s/\$__rate_interval/10s/g; s/\$__range/10m/g; s/\$__interval/5m/g' >"$DATA/queries"
	[ "$(wc -l <"$DATA/queries")" -gt 25 ]
	while read -r expression; do
		curl --silent --max-time 20 --get --data-urlencode "query=$expression" --data-urlencode "time=$last" "$SERVER/api/v1/query" >"$DATA/answer"
		jq -e '.status == "success"' "$DATA/answer" || { echo "$expression" && cat "$DATA/answer"; return 1; } >&2
		case $expression in
		*" > 0"* | *claimed_error* | *hook_missing*) ;;
		*) jq -e '.data.result | length > 0' "$DATA/answer" || { echo "no data: $expression" >&2; return 1; } ;;
		esac
	done <"$DATA/queries"
}

@test "exporter in a guest: both formats are strict, below 300 series; healthy; no capability is left" {
	for name in full open metrics; do
		promtool check metrics <"$OUT/$name"
	done
	series=$(/usr/bin/python3 "$BATS_TEST_DIRNAME/../cli/exporter_metrics.py" "$OUT/text")
	[ "$series" -gt 200 ] && [ "$series" -lt 300 ]
	[ "$(head -1 "$OUT/health")" = ok ]
	[ "$(value_of full 'vmclock_exporter_hooks_attached{by="fentry"}')" -ge 7 ]
	[ "$(value_of metrics vmclock_exporter_resident_memory_bytes)" -lt $((16 << 20)) ]
	[ "$(sed -n 's/^Cap\(Eff\|Prm\|Inh\|Amb\):\t0000000000000000$/\1/p' "$OUT/caps" | wc -l)" = 4 ]
}
