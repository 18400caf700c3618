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

# listed_once: each file below the present directory is in one package of Debian's, or made there by
# debhelper from a link in debian/, and the RPM has it too.
listed_once() {
	local file pattern count patterns
	mapfile -t patterns < <(cat "$root"/debian/*.install "$root/debian/not-installed")
	while read -r file; do
		count=0
		for pattern in "${patterns[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $file != $pattern && $file != $pattern/* ]] || count=$((count + 1))
		done
		[ $count = 1 ] || { echo "$file: in $count packages" >&2; return 1; }
		case $file in
		usr/share/*) ;; # by patterns
		*) grep -q "/${file##*/}\$" "$root/contrib/rpm/vmclock-trace.spec" || { echo "$file: not in the spec" >&2; return 1; } ;;
		esac
	done < <(find . -type f -printf '%P\n')
	[ "$(find "$root/debian" -maxdepth 1 -type l | wc -l)" = "$(find usr/lib -type f | wc -l)" ]
	[ -z "$(find "$root/debian" -xtype l)" ]
}

@test "install: PREFIX=/usr is as in contrib/, and what packages have" {
	in_tree install DESTDIR="$to" PREFIX=/usr ZSH_DIR=zsh/vendor-completions
	(cd "$to" && listed_once)
	diff -r "$root/contrib/systemd" "$to/usr/lib/systemd/system"
	diff "$root/contrib/prometheus/vmclock.rules.yml" "$to/usr/share/doc/vmclock-trace/prometheus/vmclock.rules.yml"
	in_tree uninstall DESTDIR="$to" PREFIX=/usr ZSH_DIR=zsh/vendor-completions
	[ -z "$(find "$to" ! -type d)" ]
}

@test "install: a group reads the devices without root; options of services that somebody changed are kept" {
	in_tree install DESTDIR="$to" PREFIX=/usr
	[ "$(find "$to" -type f -path '*completion*' -o -type f -path '*/zsh/*' | wc -l)" = 12 ]
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
@test "make dist: the commit's tree, its checksums, and each file with its licence" {
	git -C "$root" rev-parse --verify -q HEAD >/dev/null || skip "made of a tree that git reads, which this is not"
	"$root/contrib/release/dist" "$to" 0.1.0 >"$to.version"
	cd "$to"
	sha256sum --quiet -c SHA256SUMS
	tar -tvf ./*.tar.gz | sed -n 's,^-.* vmclock-trace-[^/]*/,./,p' | sort >"$to.held"
	jq -r '.files[].fileName' ./*.spdx.json | sort | diff "$to.held" -
	grep -qx "./debian/control" "$to.held"
	[ "$(jq -r '.packages[0].versionInfo' ./*.spdx.json)" = "$(cat "$to.version")" ]
	[ "$(jq -r '.packages[0].checksums[0].checksumValue' ./*.spdx.json)" = "$(sha256sum ./*.tar.gz | cut -d ' ' -f 1)" ]
	[ "$(jq -r '.packages[0].licenseInfoFromFiles - ["NOASSERTION"] | join(" ")' ./*.spdx.json)" = "GPL-2.0-only GPL-2.0-or-later" ]
	jq -e '[.packages[].name] | index("libbpf-dev")' ./*.spdx.json
	# Built from it, a program says the version; there is no git to ask.
	[ "$(tar -xOf ./*.tar.gz --wildcards '*/.version')" = "$(cat "$to.version")" ]
}

# bats test_tags=slow
@test "make help names every target that is meant for people" {
	for target in demo check check-quick check-matrix check-packages lint bench install deb rpm image dist clean; do
		make --no-print-directory -C "$root" help | grep -qE "^make $target( |\$)" || { echo "$target"; return 1; }
	done
}
