#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What comes with the exporter: rules and their runbooks, dashboard, units, manifests, manual. They
# name only what there is, and are what their readers take.

load ../patience

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	root=$BATS_TEST_DIRNAME/../..
	contrib=$root/contrib
	man=$root/man/vmclock-trace-exporter.1.scd
	dir=$BATS_TEST_TMPDIR
	export LC_ALL=C.UTF-8
}

# lacks GREP-ARGUMENT...: nothing is found. (A bare `! grep` would not fail a test.)
lacks() { ! grep "$@" >&2; }

# same A B: two files with the same words, and with any.
same() {
	sort -u "$1" >"$dir/same.a"
	sort -u "$2" >"$dir/same.b"
	[ -s "$dir/same.a" ]
	diff "$dir/same.a" "$dir/same.b" >&2
}

# The metrics of the source, as the text format calls them: "NAME TYPE".
metrics_of_source() {
	cat "$root"/src/exporter/metrics_*.c | tr -d '\n\t' | grep -oE 'metric_begin\(out, METRIC_[A-Z]+,[^;]*"vmclock_[a-z_]+"|write_(states|error)\(out, "vmclock_[a-z_]+"' |
		while read -r call; do
			case $call in
			write_states*) suffix=' state set' ;;
			write_error* | *METRIC_GAUGE*) suffix=' gauge' ;;
			*METRIC_COUNTER*) suffix='_total counter' ;;
			*METRIC_INFO*) suffix='_info information' ;;
			*METRIC_STATESET*) suffix=' state set' ;;
			*METRIC_HISTOGRAM*) suffix=' histogram' ;;
			*METRIC_SUMMARY*) suffix=' summary' ;;
			esac
			grep -oE '"vmclock_[a-z_]+"' <<<"$call" | tr -d '"' | sed "s/\$/$suffix/"
		done
}

# Each name that a file uses is of a metric, or of a recording rule.
names_exist() {
	metrics_of_source | sed -E 's/ .*//' >"$dir/names"
	metrics_of_source | sed -nE 's/^([a-z_]+) (histogram|summary)$/\1_bucket\n\1_sum\n\1_count/p' >>"$dir/names"
	cat "$@" | grep -ohE '\bvmclock_[a-z0-9_]+' | sed -E 's/_(\*|\.\.\.).*//' | sort -u >"$dir/used"
	[ -s "$dir/used" ]
	while read -r name; do
		grep -qx "$name" "$dir/names" || grep -qE "^$name" "$dir/names" && continue
		grep -qE "record: .*:$name:" "$contrib/prometheus/vmclock.rules.yml" || { echo "no such metric: $name" >&2; return 1; }
	done <"$dir/used"
}

@test "exporter's manual: each metric with its type, those and no others" {
	metrics_of_source >"$dir/source"
	[ "$(wc -l <"$dir/source")" -gt 55 ]
	sed -nE 's/^\*(vmclock_[a-z_]+)\* \(([a-z ]+)\)$/\1 \2/p' "$man" >"$dir/man"
	same "$dir/source" "$dir/man"
}

# bats test_tags=slow
@test "exporter's manual: a query below each metric, that Prometheus takes and that names it" {
	awk '/^\*vmclock_/ { name = substr($1, 2, length($1) - 2) }
	     /^\t```/ { inside = !inside; next } inside && name { sub(/^\t/, ""); print name "\t" $0; name = "" }' "$man" >"$dir/queries"
	[ "$(wc -l <"$dir/queries")" = "$(metrics_of_source | wc -l)" ]
	{
		echo 'groups: [{name: queries, rules: ['
		n=0
		while IFS=$'\t' read -r name query; do
			[[ $query == *"${name}"* ]] || { echo "$name is not in its query" >&2; return 1; }
			echo "{record: 'q:$((n += 1))', expr: '$query'},"
		done <"$dir/queries"
		echo ']}]'
	} >"$dir/rules.yml"
	promtool check rules "$dir/rules.yml"
	cut -f2 "$dir/queries" >"$dir/expressions"
	names_exist "$dir/expressions"
}

# bats test_tags=slow
@test "exporter's rules: checked and tested by promtool" {
	cd "$contrib/prometheus"
	promtool check rules vmclock.rules.yml
	promtool check config --syntax-only prometheus.yml
	promtool test rules vmclock.rules.test.yml
	names_exist vmclock.rules.yml
}

@test "exporter's rules: each is in the tests, and each alert has a runbook and the other way round" {
	rules=$contrib/prometheus/vmclock.rules.yml
	sed -n 's/.*- alert: //p' "$rules" >"$dir/alerts"
	sed -n 's/.*alertname: //p' "$contrib/prometheus/vmclock.rules.test.yml" >"$dir/tested"
	same "$dir/alerts" "$dir/tested"
	sed -n 's/.*- record: //p' "$rules" >"$dir/recorded"
	grep -ohE '\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+' "$contrib/prometheus/vmclock.rules.test.yml" >"$dir/recorded.tested"
	same "$dir/recorded" "$dir/recorded.tested"
	for page in "$contrib"/prometheus/runbooks/*.md; do
		name=$(basename "$page" .md)
		echo "$name"
		for part in "# $name" '## What follows' '## Where to look' '## What to do'; do
			grep -qx "$part" "$page" >&2
		done
	done >"$dir/runbooks"
	same "$dir/alerts" "$dir/runbooks"
	sed -n 's|.*runbook_url: .*/\(.*\)\.md|\1|p' "$rules" >"$dir/linked"
	same "$dir/alerts" "$dir/linked"
	names_exist "$contrib"/prometheus/runbooks/*.md
}

# bats test_tags=slow
@test "exporter's dashboard: its queries are PromQL on metrics that exist; its panels tell what they show" {
	board=$contrib/grafana/vmclock.json
	jq -e '.uid == "vmclock" and (.panels | length > 20)' "$board"
	jq -e '[.panels[].id] | length == (unique | length)' "$board"
	jq -e '.panels | map(select(.type != "row")) | all((.title | length > 0) and (.description | length > 0) and (.fieldConfig.defaults.unit | length > 0) and (.targets | length > 0))' "$board"
	# Nothing that is not known looks like a number, and nothing that is counted like a part of one.
	jq -e '.panels | map(select(.type != "row") | .fieldConfig.defaults) | all((.noValue | test("^[a-z ]+$")) and .unit != "short" and (.unit != "none" or .decimals == 0))' "$board"
	# All that names a machine links its first page, and runbooks that are there.
	jq -e '.panels | map(select(.type == "timeseries" or .type == "state-timeline")) | all(.fieldConfig.defaults.links[0].url == "${scheme}://${__field.labels.instance}/")' "$board"
	jq -r '.. | .url? // empty | select(test("/runbooks/.")) | sub(".*/"; "")' "$board" | sort -u >"$dir/runbooks"
	[ "$(wc -l <"$dir/runbooks")" -gt 10 ]
	while read -r name; do [ -f "$contrib/prometheus/runbooks/$name.md" ] || { echo "$name" >&2; return 1; }; done <"$dir/runbooks"
	# None lies over another.
	jq -e '[.panels[].gridPos | . as $p | range($p.x; $p.x + $p.w) as $x | range($p.y; $p.y + $p.h) as $y | [$x, $y]] | length == (unique | length)' "$board"
	jq -r '(.panels[].targets[]?.expr), .annotations.list[].target.expr' "$board" >"$dir/expressions"
	[ "$(wc -l <"$dir/expressions")" -gt 25 ]
	names_exist "$dir/expressions"
	sed -e 's/\$job/vmclock/g; s/\$instance/.*/g; s/\$__rate_interval/1m/g; s/\$__range/1h/g; s/\$__interval/15s/g' "$dir/expressions" |
		jq -nR '{groups: [{name: "board", rules: [inputs | {record: "q:\(input_line_number)", expr: .}]}]}' >"$dir/rules.yml"
	lacks -F '$' "$dir/rules.yml"
	promtool check rules "$dir/rules.yml"
}

# bats test_tags=slow
@test "exporter's dashboard: a Prometheus server has data for each panel, integers of what is counted, and a time for each annotation" {
	mkdir "$dir/states" "$dir/server"
	"${VMCLOCK_TRACE%/*}/unit/landing" "$dir/states"
	python3 "$BATS_TEST_DIRNAME/dashboard_check.py" "$contrib/grafana/vmclock.json" "$dir/states" "$dir/server"
}

@test "exporter's units: systemd takes them, and counts them among the safe ones" {
	command -v systemd-analyze >/dev/null || skip "systemd is not installed"
	mkdir "$dir/units"
	sed "s|/usr/bin/vmclock-trace|$VMCLOCK_TRACE|" "$contrib/systemd/vmclock-exporter.service" >"$dir/units/vmclock-exporter.service"
	cp "$contrib/systemd/vmclock-exporter.socket" "$dir/units"
	run systemd-analyze verify --man=no "$dir"/units/vmclock-exporter.{service,socket}
	echo "$output" >&2
	[ "$status" = 0 ]
	[ -z "$output" ]
	systemd-analyze security --offline=yes --threshold=40 "$dir/units/vmclock-exporter.service" >"$dir/security" || { tail -1 "$dir/security" >&2; return 1; }
	grep -qx 'ListenStream=127.0.0.1:10319' "$contrib/systemd/vmclock-exporter.socket"
}

@test "exporter's manifests: YAML of the kinds that they are said to be, port and paths as the program's" {
	# What each key is, `make check-packages` asks Kubernetes' own description; of a ServiceMonitor nobody but this.
	/usr/bin/python3 - "$contrib"/kubernetes <<-'END'
		import json, os, sys, yaml
		os.chdir(sys.argv[1])
		by_kind = {part["kind"]: part for name in ("vmclock-exporter.yaml", "service-monitor.yaml")
		           for part in yaml.safe_load_all(open(name, encoding="utf-8"))}
		assert set(by_kind) == {"Namespace", "DaemonSet", "Service", "ServiceMonitor"}, by_kind.keys()
		pod = by_kind["DaemonSet"]["spec"]["template"]
		container = pod["spec"]["containers"][0]
		labels = by_kind["DaemonSet"]["spec"]["selector"]["matchLabels"]
		assert pod["metadata"]["labels"] == labels
		assert by_kind["Service"]["spec"]["selector"] == labels
		assert by_kind["ServiceMonitor"]["spec"]["selector"]["matchLabels"] == by_kind["Service"]["metadata"]["labels"]
		assert container["ports"] == [{"name": "metrics", "containerPort": 10319}]
		assert container["args"][0] == "exporter" and ":10319" in container["args"]
		assert container["image"].partition(":")[0] == "vmclock-trace"  # as make image names it
		assert set(by_kind["ServiceMonitor"]["spec"]) == {"selector", "endpoints"}
		assert by_kind["ServiceMonitor"]["spec"]["endpoints"][0]["port"] == by_kind["Service"]["spec"]["ports"][0]["name"]
		health = {"path": "/healthz", "port": "metrics"}
		assert [container[probe + "Probe"]["httpGet"] for probe in ("liveness", "readiness")] == [health, health]
		volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
		assert volumes == {mount["name"] for mount in container["volumeMounts"]}
		custom = yaml.safe_load(open("kustomization.yaml", encoding="utf-8"))
		assert set(custom) == {"apiVersion", "kind", "resources", "configMapGenerator", "generatorOptions"}
		plugin = custom["configMapGenerator"][0]["files"]
		assert all(map(os.path.isfile, custom["resources"] + plugin))
		rule = json.load(open(plugin[0], encoding="utf-8"))["rules"][0]
		assert os.path.basename(rule["path"]) == plugin[1]
	END
}

@test "node-problem-detector: 0 sane, 1 not, 2 not known, and why in one line" {
	ln -s "$VMCLOCK_TRACE" "$dir/vmclock-trace"
	problem() { PATH=$dir:$PATH run "$contrib/kubernetes/vmclock-problem.sh" "$@"; }
	problem --device "$dir/none"
	[ "$status" = 2 ]
	[ "$output" = "vmclock-trace status: cannot open $dir/none: No such file or directory" ]
	play_sim "$dir/page" 'end 1h'
	problem --device "$dir/page"
	[[ "$status $output" = '0 OK'* ]]
	end_sim
	printf '\4' | dd of="$dir/page" bs=1 seek=$((0x22)) conv=notrunc status=none
	problem --device "$dir/page" --counter 5
	[ "$status" = 1 ]
	[[ $output == 'NOT SAFE: '* && ${#lines[@]} = 1 ]]
}

@test "exporter's examples: the web configuration is taken once it has a password and a certificate" {
	cp "$contrib/prometheus/web.yml" "$dir/web.yml"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x \
		-keyout "$dir/exporter.key" -out "$dir/exporter.crt" 2>/dev/null
	try() { timeout 3 "$VMCLOCK_TRACE" exporter --without-bpf --device "$dir/none" --listen 127.0.0.1:0 --web-config "$dir/web.yml" 2>"$dir/said"; }
	run try
	[ "$status" = 1 ]
	grep 'is no bcrypt hash' "$dir/said"
	# shellcheck disable=SC2016 # a hash
	sed -i 's|\$2y\$10\$REPLACE.*|$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2|' "$dir/web.yml"
	run try
	[ "$status" = 124 ]
	grep 'listening at' "$dir/said"
}

@test "exporter's options in the units and manifests are those of --help" {
	"$VMCLOCK_TRACE" exporter --help | grep -oE -- '--[a-z-]+' | sort -u >"$dir/help"
	grep -rhoE --exclude='*-record.service' -- '(^| |")--[a-z-]{4,}' "$contrib"/{systemd,kubernetes,prometheus}/*.{service,socket,yaml,yml} "$contrib"/prometheus/runbooks |
		grep -oE -- '--[a-z-]+' | sort -u >"$dir/used" || :
	[ -s "$dir/used" ]
	while read -r option; do
		case $option in --for | --exec | --json | --config) continue ;; esac # of wait, watch and node-problem-detector
		grep -qx -- "$option" "$dir/help" || { echo "$option" >&2; return 1; }
	done <"$dir/used"
}
