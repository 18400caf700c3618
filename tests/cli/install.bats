#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and uninstall.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

setup() {
	root=$(dirname "$VMCLOCK_TRACE")/..
	to=$BATS_TEST_TMPDIR/to
}

# in_tree TARGET VARIABLE=VALUE...
in_tree() {
	make --no-print-directory -C "$root" "$@" >"$BATS_TEST_TMPDIR/log" 2>&1 || { cat "$BATS_TEST_TMPDIR/log"; return 1; }
}

@test "install: what is installed names where it is, by default /usr/local; uninstall leaves nothing" {
	in_tree install DESTDIR="$to"
	[ -x "$to/usr/local/bin/vmclock-trace" ]
	"$to/usr/local/bin/vmclock-trace" exporter --help >"$BATS_TEST_TMPDIR/help"
	"$to/usr/local/bin/vmclock-trace" verify --help >"$BATS_TEST_TMPDIR/help"
	[ "$(find "$to" -name '*.[15]' | wc -l)" = "$(find "$root/man" -name '*.scd' | wc -l)" ]
	run ! grep -rnE '/usr/(bin|lib/systemd|share/doc)/' "$to" --include='*.service' --include='*.yml' --include='*.[15]'
	grep -q '^ExecStart=/usr/local/bin/vmclock-trace record ' "$to/usr/local/lib/systemd/system/vmclock-trace-record.service"
	# The page that an alert points to is there.
	page=$(sed -n 's|.*runbook_url: file://||p' "$to"/usr/local/share/doc/vmclock-trace/prometheus/vmclock.rules.yml | head -1)
	[ -s "$to$page" ]
	in_tree uninstall DESTDIR="$to"
	[ -z "$(find "$to" ! -type d)" ]
}

@test "install: PREFIX=/usr is as in contrib/" {
	in_tree install DESTDIR="$to" PREFIX=/usr
	diff -r "$root/contrib/systemd" "$to/usr/lib/systemd/system"
	diff "$root/contrib/prometheus/vmclock.rules.yml" "$to/usr/share/doc/vmclock-trace/prometheus/vmclock.rules.yml"
	in_tree uninstall DESTDIR="$to" PREFIX=/usr
	[ -z "$(find "$to" ! -type d)" ]
}

@test "make help names every target that is meant for people" {
	for target in demo check check-quick check-matrix lint bench install clean; do
		make --no-print-directory -C "$root" help | grep -qE "^make $target( |\$)" || { echo "$target"; return 1; }
	done
}
