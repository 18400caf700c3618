#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# A real Prometheus server scrapes the exporter in a guest, over TCP, with the rules that come with
# it, while the guest is live-migrated, its clock corrected, and its hypervisor's clock goes bad. Then
# it is asked what it knows, as people and dashboards ask it.

load helpers

# until_there FILE SED-SCRIPT: prints what it makes of FILE, once that is something.
until_there() {
	local got
	for _ in {1..6000}; do
		got=$(sed -n "$2" "$1" 2>/dev/null)
		[ -z "$got" ] || { echo "$got"; return 0; }
		sleep 0.1
	done
	return 1
}

# Each server takes a port that is free, and says which.
setup_file() {
	local contrib=$BATS_TEST_DIRNAME/../../contrib/prometheus
	export DATA=$BATS_FILE_TMPDIR/prometheus
	mkdir -p "$DATA"
	cp "$contrib/vmclock.rules.yml" "$DATA"
	cat >"$DATA/prometheus.yml" <<-END
		global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}
		rule_files: [vmclock.rules.yml]
		scrape_configs:
		  - job_name: vmclock
		    file_sd_configs: [{files: [targets.yml], refresh_interval: 1s}]
	END
	prometheus --config.file="$DATA/prometheus.yml" --storage.tsdb.path="$DATA/data" \
		--web.listen-address=127.0.0.1:0 >"$DATA/log" 2>&1 3>&- &
	echo $! >"$DATA/pids"
	SERVER=http://$(until_there "$DATA/log" 's/.*msg="Listening on" address=//p')
	export SERVER
	# Once the guest has its port, Prometheus is told of it.
	{
		port=$(until_there "$BATS_FILE_TMPDIR/all.err" "s/^lab: port \([0-9]*\) is the guest's 10319$/\1/p") &&
			echo "[{targets: ['127.0.0.1:$port']}]" >"$DATA/targets.new" && mv "$DATA/targets.new" "$DATA/targets.yml"
	} 3>&- &
	echo $! >>"$DATA/pids"
	in_guest --clock full --forward 0:10319 --migrate-at '@@@ migrate' \
		--package linuxptp --put "$PWD/build/vmclock-trace-exporter" <<'SCRIPT'
	ask() { echo >>/tmp/asked; wget -q -O - "http://127.0.0.1:10319/$1"; }
	value() { ask metrics | awk -v name="$1" 'index($0, name " ") == 1 { print $NF }'; }
	is() { [ "$(value "$1")" = "$2" ]; }
	until_is() { until_true is "$@"; }
	# Scrapes by Prometheus: all but our own.
	scrapes() { echo $(($(value vmclock_exporter_scrape_duration_seconds_count) - $(wc -l </tmp/asked))); }
	scraped() { [ "$(scrapes)" -ge "$1" ]; }
	until_scraped() { until_true scraped $(($(scrapes) + $1)); }
	clock() { echo "$@" >/run/lab/clock; }
	vmclock-trace exporter --listen :10319 --readers 5 --probe-cost 2>/tmp/said &
	until_true has /tmp/said listening
	keep said cat /tmp/said
	load 20 100 >/tmp/load
	keep load cat /tmp/load
	until_is 'vmclock_driver_uses_total{path="clock_gettime",result="ok"}' 20
	until_scraped 5
	keep full ask metrics
	keep health ask healthz
	keep caps grep Cap /proc/$(pidof vmclock-trace-exporter)/status
	echo '@@@ migrate'
	until_is vmclock_disruptions_total 1
	keep open ask metrics
	until_scraped 10 # two seconds each: the alert waits for ten
	date +%s >/tmp/corrected
	phc2sys -s /dev/ptp0 -c CLOCK_REALTIME -O -37 -R 2 >/tmp/phc2sys 2>&1 &
	until_is vmclock_bad_window_open 0
	kill $!
	keep corrected cat /tmp/corrected
	keep phc2sys cat /tmp/phc2sys
	until_scraped 2 # which see it closed
	clock set clock_status 4
	until_is 'vmclock_clock_status{vmclock_clock_status="UNRELIABLE"}' 1
	until_is vmclock_bad_window_open 1
	sleep 3
	keep bad ask metrics
	clock free clock_status
	until_is 'vmclock_clock_status{vmclock_clock_status="SYNCHRONIZED"}' 1
	until_is vmclock_bad_window_open 0
	until_scraped 3
	keep metrics ask metrics
	keep text wget -q -O - --header 'Accept: application/openmetrics-text;version=1.0.0' http://127.0.0.1:10319/metrics
SCRIPT
}

teardown_file() {
	xargs kill <"$DATA/pids" 2>/dev/null || :
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
	query 'count_over_time((up == 1)[1h:1s])' | jq -e '.[0].value[1] | tonumber > 20'
	is 'max_over_time(scrape_samples_scraped[1h]) < bool 300' 1
	lacks -E 'level=(error|warn).*(scrape|rule)' "$DATA/log"
	curl --silent --fail "$SERVER/api/v1/targets/metadata?metric=vmclock_clock_status" | jq -e '.data[0].type == "stateset"'
}

@test "Prometheus: one disruption, in the series and by increase()" {
	is 'max_over_time(vmclock_disruptions_total[1h])' 1
	is 'max_over_time(vmclock_findings_total{kind="disruption"}[1h])' 1
	is 'max_over_time(vmclock_findings_total{kind="host_step"}[1h])' 0
	query 'max_over_time(ALERTS{alertname="VmclockDisrupted", alertstate="firing"}[1h])' | jq -e 'length == 1'
}

@test "Prometheus: the bad windows, when they were and how long" {
	# A busy host stuns a guest at times, which is a window of its own, or makes one longer.
	query 'max_over_time(vmclock_bad_windows_total[1h])' | jq -e '.[0].value[1] | tonumber >= 2'
	# Of the first: from the migration to the correction, which the guest's script made at that second.
	start=$(value_of open vmclock_bad_window_start_timestamp_seconds)
	# A stun before it has an end of its own.
	end=$(query 'vmclock_bad_window_end_timestamp_seconds[1h]' |
		jq --argjson start "$start" '[.[].values[][1] | tonumber | select(. > $start)] | min')
	corrected=$(cat "$OUT/corrected")
	# It began at the last good sample before the first scrape that saw it, and ended with the step.
	seen=$(query 'min_over_time(timestamp(vmclock_disruptions_total == 1)[1h:1s])' | jq -r '.[0].value[1]')
	echo "from $start, seen $seen, corrected $corrected, to $end" >&2
	awk -v s="$start" -v e="$end" -v c="$corrected" -v p="$seen" \
		'BEGIN { exit !(s < p + 0.6 && s > p - 120 && e >= c - 1 && e < c + 120 && e - s > 12) }'
	query 'count_over_time((abs(vmclock_bad_window_start_timestamp_seconds - '"$start"') < 0.001)[1h:1s])' | jq -e '.[0].value[1] | tonumber > 10'
	# Of the last, three seconds of a bad status; and the sum of all is the sum of what Prometheus saw.
	awk -v s="$(value_of bad vmclock_bad_window_start_timestamp_seconds)" -v e="$(value_of metrics vmclock_bad_window_end_timestamp_seconds)" \
		'BEGIN { print e - s; exit !(e - s > 2.8 && e - s < 200) }'
	sum=$(value_of metrics vmclock_bad_window_seconds_total)
	query 'max_over_time(vmclock_bad_window_seconds_total[1h])' | jq -e --argjson sum "$sum" '.[0].value[1] | tonumber - $sum | fabs < 0.001'
	awk -v sum="$sum" -v first="$(echo "$end $start" | awk '{ print $1 - $2 }')" 'BEGIN { exit !(sum > first + 2) }'
}

@test "Prometheus: how wrong the system clock was meanwhile is what the migration took" {
	down_ms=$(sed -n 's/^lab: migrated, \([0-9]*\) ms down$/\1/p' "$BATS_FILE_TMPDIR/all.err")
	awk -v lower="$(value_of metrics 'vmclock_bad_window_clock_error_lower_seconds{clock="realtime"}')" 'BEGIN { exit !(lower != "") }'
	query 'min_over_time(vmclock_clock_offset_upper_seconds{clock="realtime"}[1h])' >"$DATA/behind"
	jq -e --argjson down "$down_ms" '.[0].value[1] | tonumber | . < -0.0005 and . > -($down + 200) / 1000' "$DATA/behind"
	is 'max_over_time(vmclock_system_clock_changes_total{how="step"}[1h])' 1
}

@test "Prometheus: the alert fires and resolves" {
	query 'max_over_time(ALERTS{alertname="VmclockClockBad", alertstate="pending"}[1h])' | jq -e 'length == 1'
	query 'max_over_time(ALERTS{alertname="VmclockClockBad", alertstate="firing"}[1h])' | jq -e 'length == 1 and .[0].metric.severity == "critical"'
	# It fired at some time, and not at the end, while the exporter still answered.
	query 'count_over_time(ALERTS{alertname="VmclockClockBad", alertstate="firing"}[1h])' | jq -e '.[0].value[1] | tonumber > 2'
	last=$(query 'max_over_time(timestamp(vmclock_bad_window_open)[1h:1s])' | jq -r '.[0].value[1]')
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
	query 'max_over_time(instance_clock:vmclock_clock_offset_seconds:worst{clock="phc"}[1h])' | jq -e 'length == 1'
}

@test "Prometheus: each query of the dashboard is answered, and all but those of rare things have data" {
	board=$BATS_TEST_DIRNAME/../../contrib/grafana/vmclock.json
	last=$(query 'max_over_time(timestamp(vmclock_bad_window_open)[1h:1s])' | jq -r '.[0].value[1]')
	jq -r '(.panels[].targets[]?.expr), .annotations.list[].target.expr' "$board" |
		sed -e 's/\$job/vmclock/g; s/\$instance/.*/g; s/\$__rate_interval/1m/g; s/\$__range/1h/g; s/\$__interval/15s/g' >"$DATA/queries"
	[ "$(wc -l <"$DATA/queries")" -gt 25 ]
	while read -r expression; do
		curl --silent --max-time 20 --get --data-urlencode "query=$expression" --data-urlencode "time=$last" "$SERVER/api/v1/query" >"$DATA/answer"
		jq -e '.status == "success"' "$DATA/answer" || { echo "$expression" && cat "$DATA/answer"; return 1; } >&2
		case $expression in
		*" > 0"* | *claimed_error* | *reference_offset*) ;;
		*) jq -e '.data.result | length > 0' "$DATA/answer" || { echo "no data: $expression" >&2; return 1; } ;;
		esac
	done <"$DATA/queries"
}

@test "exporter in a guest: both formats are strict, below 300 series; healthy; no capability is left" {
	for name in full open metrics; do
		promtool check metrics <"$OUT/$name"
	done
	series=$(/usr/bin/python3 "$BATS_TEST_DIRNAME/../cli/exporter_metrics.py" "$OUT/text")
	echo "$series series" >&2
	[ "$series" -gt 200 ] && [ "$series" -lt 300 ]
	[ "$(head -1 "$OUT/health")" = ok ]
	[ "$(value_of full 'vmclock_exporter_hooks_attached{by="fentry"}')" -ge 7 ]
	[ "$(value_of metrics vmclock_exporter_resident_memory_bytes)" -lt $((16 << 20)) ]
	[ "$(sed -n 's/^Cap\(Eff\|Prm\|Inh\|Amb\):\t0000000000000000$/\1/p' "$OUT/caps" | wc -l)" = 4 ]
}
