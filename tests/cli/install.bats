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

@test "install: a group reads the devices without root; options of services that somebody changed are kept" {
	in_tree install DESTDIR="$to" PREFIX=/usr
	[ "$(find "$to" -type f -path '*completion*' -o -type f -path '*/zsh/*' | wc -l)" = 6 ]
	# The group of the rules is made, and each rule is for reading.
	udevadm=$(command -v udevadm || ls /bin/udevadm 2>/dev/null || :)
	rules=$to/usr/lib/udev/rules.d/40-vmclock.rules
	[ -z "$udevadm" ] || ! "$udevadm" verify --help >/dev/null 2>&1 || "$udevadm" verify "$rules"
	[ "$(sed -n 's/^KERNEL==.*, GROUP="\(.*\)", MODE="0440"$/\1/p' "$rules" | sort | uniq -c)" = "$(printf '%7d clock' 2)" ]
	systemd-sysusers --root="$to" # as a package does
	grep -q '^clock:' "$to/etc/group"
	rm -f "$to"/etc/{group,gshadow,passwd,shadow,.pwd.lock}
	# What a unit reads is there, and says nothing of itself.
	sed -n 's/^EnvironmentFile=-//p' "$root"/contrib/systemd/*.service | while read -r file; do
		(OPTIONS=none && . "$to$file" && [ -z "$OPTIONS" ])
	done
	echo 'OPTIONS="--listen :1"' >"$to/etc/default/vmclock-exporter"
	in_tree install DESTDIR="$to" PREFIX=/usr
	in_tree uninstall DESTDIR="$to" PREFIX=/usr
	[ "$(find "$to" ! -type d)" = "$to/etc/default/vmclock-exporter" ]
	grep -q ':1' "$to/etc/default/vmclock-exporter"
}

# bats test_tags=slow
@test "make help names every target that is meant for people" {
	for target in demo check check-quick check-matrix lint bench install clean; do
		make --no-print-directory -C "$root" help | grep -qE "^make $target( |\$)" || { echo "$target"; return 1; }
	done
}
