#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=plain
# One file to copy to a sick host: it needs nothing that is there.

load ../patience

setup_file() {
	root=$BATS_TEST_DIRNAME/../..
	export STATIC=$root/build/static
	make -s -C "$root" --no-print-directory STATIC=1 build/static/vmclock-trace{,-exporter,-bundle} build/static/vmclock-sim
	export EMPTY=$BATS_FILE_TMPDIR/empty
	mkdir -p "$EMPTY/tmp"
	cp "$STATIC"/vmclock-* "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" "$EMPTY"
}

# In a root with nothing in it but a directory for files: no library, no /proc, no /dev.
alone() {
	local as_root=(unshare --user --map-root-user)
	[ "$(id -u)" != 0 ] || as_root=()
	${in_background+exec} "${as_root[@]}" chroot "$EMPTY" "$@"
}

@test "static: no library and no loader is asked for" {
	for program in "$STATIC"/vmclock-*; do
		readelf -ld "$program" >"$BATS_TEST_TMPDIR/headers"
		[ "$(grep -c 'INTERP\|NEEDED' "$BATS_TEST_TMPDIR/headers")" = 0 ]
		readelf -h "$program" | grep -q DYN # position-independent all the same
		[ "$(stat -c %s "$program")" -lt 8000000 ]
	done
}

@test "static: the same bytes twice" {
	for program in vmclock-trace vmclock-trace-exporter; do
		make -s -C "$BATS_TEST_DIRNAME/../.." --no-print-directory -W build/libvmclock-trace.a build/static/$program
		cmp "$STATIC/$program" "$EMPTY/$program"
	done
}

@test "static: in an empty root it records, reports, bundles, verifies and reads a page" {
	alone /vmclock-trace --version
	alone /vmclock-trace record --scenario incident-full.scenario clock.sqlite >/dev/null || [ $? = 3 ]
	alone /vmclock-trace report clock.sqlite >"$BATS_TEST_TMPDIR/report"
	[[ $(head -n 1 "$BATS_TEST_TMPDIR/report") == "CRITICAL: Disruption: CLOCK_REALTIME 250 ms behind; recovered"* ]]
	TMPDIR=/tmp alone /vmclock-trace bundle -o case.tar.gz clock.sqlite
	TMPDIR=/tmp alone /vmclock-trace verify case.tar.gz
	alone /vmclock-sim --fast --quiet incident-full.scenario page
	run alone /vmclock-trace status --device page
	[ "$status" = 1 ] # its time is not that of now
	[[ $output == *"a plain file"* ]]
}

@test "static: in an empty root the exporter serves by TLS, to whom has a password" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$EMPTY/server.key" -out "$EMPTY/server.crt" 2>/dev/null
	made=$(perl -e 'print crypt("correct horse", "\$2y\$05\$abcdefghijklmnopqrstuu")')
	printf '%s\n' 'tls_server_config:' '  cert_file: server.crt' '  key_file: server.key' 'basic_auth_users:' "  bob: $made" >"$EMPTY/web.yml"
	in_background='' alone /vmclock-trace exporter --without-bpf --listen 127.0.0.1:0 --web-config /web.yml 2>"$BATS_TEST_TMPDIR/said" 3>&- &
	exporter=$!
	until_true has "$BATS_TEST_TMPDIR/said" 'listening at '
	at=$(sed -n 's/.*listening at //p' "$BATS_TEST_TMPDIR/said")
	ask() { curl --silent --cacert "$EMPTY/server.crt" --write-out '%{http_code}' -o "$BATS_TEST_TMPDIR/answer" "$@" "https://$at/metrics"; }
	run ask
	[ "$output" = 401 ]
	run ask --user 'bob:correct horse'
	kill "$exporter"
	wait "$exporter"
	[ "$output" = 200 ]
	grep -q '^vmclock_page_mode' "$BATS_TEST_TMPDIR/answer"
}

@test "static: what is not there is said, with a hint" {
	run alone /vmclock-trace status
	[ "$status" = 1 ]
	[[ $output == *"hint: "* ]]
	run alone /vmclock-trace doctor
	[ "$status" != 0 ]
	[[ $output == *"hint: "* ]]
}
