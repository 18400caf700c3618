#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages in a bare root: installed, upgraded, removed. `make check-packages` makes them before.
# RPM packages are in the same root, with the libraries that they were built with: rpm's own list of what
# is needed is not asked.

bats_require_minimum_version 1.5.0

load helpers
load ../patience

teardown() {
	shut_down
	end_sim
}

setup_file() {
	load helpers
	export ROOT=$BATS_FILE_TMPDIR/root BUILT=$BATS_TEST_DIRNAME/../../build
	BUILT=$(realpath "$BUILT")
	DEBS=$(find "$BUILT/deb" -maxdepth 1 -name 'vmclock-trace*.deb' ! -name '*dbgsym*')
	VERSION=$(dpkg-deb -f "${DEBS%%$'\n'*}" Version)
	export DEBS VERSION
	# shellcheck disable=SC2086 # a list
	make_root "$ROOT" $DEBS
	paths_of_root >"$BATS_FILE_TMPDIR/before"
}

# put_in VERSION: as from an archive that has this version.
put_in() {
	local deb
	for deb in $DEBS; do
		rm -rf "$BATS_TEST_TMPDIR/deb"
		dpkg-deb -R "$deb" "$BATS_TEST_TMPDIR/deb"
		sed -i "s/$VERSION/$1/" "$BATS_TEST_TMPDIR/deb/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$BATS_TEST_TMPDIR/deb" "$ROOT/tmp/$(basename "${deb%%_*}").deb" >/dev/null
	done
	in_root dpkg --force-confold -i /tmp/vmclock-trace.deb /tmp/vmclock-trace-exporter.deb
}

@test "deb: installed, it works; no service runs or will; there is the group of the udev rules" {
	put_in "$VERSION"
	works "${VERSION%-1}"
	in_root getent group clock
	[ -s "$(find "$ROOT"/{usr/lib,lib}/udev/rules.d -name 40-vmclock.rules | head -1)" ]
	[ -z "$(find "$ROOT/etc/systemd/system" -name '*vmclock*')" ]
	in_root dpkg --verify vmclock-trace vmclock-trace-exporter | { ! grep -v 'path-exclude'; }
}

@test "deb: under a running systemd both services begin; an incident is recorded, in the journal, and outlives a reboot" {
	local root=$BATS_TEST_TMPDIR/machine page=$BATS_TEST_TMPDIR/page kept=0
	cp -a "$ROOT" "$root"
	chroot "$root" systemctl enable vmclock-trace-record.service vmclock-exporter.service
	mkdir -p "$root/var/log/journal"
	export VMCLOCK_TRACE=$BUILT/vmclock-trace
	play_sim "$page" 'realtime within 1ms' 'end 1h' 'at 3s migrate downtime 250ms value +120ms rate +18 resync 1500ms'
	hold_sim "$page"
	boot "$root" "$page"
	let_sim_go
	told() { inside journalctl -u vmclock-trace-record.service VMCLOCK_KIND=disruption VMCLOCK_SEVERITY=critical -o cat | grep -q '^critical disruption'; }
	until_true told
	counted() { nsenter --net="/proc/$first/ns/net" curl -s http://127.0.0.1:10319/metrics | grep -qx 'vmclock_findings_total{kind="disruption"} 1'; }
	until_true counted
	# Nothing that the program wants for its safety is refused by the units.
	run ! inside journalctl -u 'vmclock-*' -o cat --grep 'could not be given up'
	inside systemctl reboot
	wait "$machine" || kept=$?
	[ "$kept" = 133 ] # to be booted again
	boot "$root" "$page"
	[ "$(find "$root/var/lib/vmclock-trace" -name '*.sqlite' | wc -l)" = 2 ]
	inside journalctl -b -1 -u vmclock-trace-record.service -o cat | grep '^critical disruption'
	kept=$(find "$root/var/lib/vmclock-trace" -name '*.sqlite' | sort | head -n 1)
	inside vmclock-trace report "${kept#"$root"}" | grep '^CRITICAL: Disruption'
	inside systemctl poweroff
	wait "$machine"
}

@test "deb: upgraded, what somebody changed in /etc/default is kept" {
	echo 'OPTIONS="--listen :1"' >"$ROOT/etc/default/vmclock-exporter"
	put_in "$VERSION+1"
	[ "$(in_root dpkg-query -W -f '${Version}' vmclock-trace-exporter)" = "$VERSION+1" ]
	grep -q ':1' "$ROOT/etc/default/vmclock-exporter"
	works "${VERSION%-1}"
}

@test "deb: removed, recordings and options stay; purged, nothing does" {
	mkdir -p "$ROOT/var/lib/vmclock-trace"
	: >"$ROOT/var/lib/vmclock-trace/vmclock-1.sqlite"
	in_root dpkg -r vmclock-trace-exporter vmclock-trace
	[ ! -e "$ROOT/usr/bin/vmclock-trace" ]
	[ -e "$ROOT/var/lib/vmclock-trace/vmclock-1.sqlite" ]
	[ -e "$ROOT/etc/default/vmclock-exporter" ]
	in_root dpkg -P vmclock-trace-exporter vmclock-trace
	paths_of_root | diff "$BATS_FILE_TMPDIR/before" -
}

# of_rpm OPTION...
of_rpm() { rpm --root "$ROOT" --dbpath /var/lib/rpm "$@"; }

# older_rpms RPM...: packages of the same files, of release 0, in $BATS_TEST_TMPDIR/RPMS.
older_rpms() {
	local rpm files=$BATS_TEST_TMPDIR/files
	mkdir -p "$files"
	for rpm; do rpm2cpio "$rpm" | (cd "$files" && cpio -idm --quiet); done
	awk -v files="$files" '/^%prep/ { skip = 1; print "%install\ncp -a " files "/. %{buildroot}\n" }
		/^%post$/ { skip = 0 } /^%(doc|license) / { next } !skip' "$BUILT/rpm/vmclock-trace-$version/contrib/rpm/vmclock-trace.spec" \
		>"$BATS_TEST_TMPDIR/older.spec"
	rpmbuild -bb --nodeps --define "_topdir $BATS_TEST_TMPDIR" --define "upstream_version $version" --define 'package_release 0' \
		--define '_unpackaged_files_terminate_build 0' "$BATS_TEST_TMPDIR/older.spec" >"$BATS_TEST_TMPDIR/log" 2>&1 ||
		{ tail "$BATS_TEST_TMPDIR/log" >&2; return 1; }
}

@test "rpm: installed, it works; upgraded, options are kept; erased, only what somebody changed stays" {
	local version rpms older
	mapfile -t rpms < <(find "$BUILT/rpm" -maxdepth 1 -name 'vmclock-trace*.rpm')
	version=$(rpm -qp --qf '%{VERSION}' "${rpms[0]}")
	older_rpms "${rpms[@]}"
	mapfile -t older < <(find "$BATS_TEST_TMPDIR/RPMS" -name '*.rpm')
	mkdir -p "$ROOT/var/lib/rpm"
	of_rpm --nodeps -i "${older[@]}"
	works "$version"
	in_root getent group clock
	of_rpm --nodeps -V vmclock-trace vmclock-trace-exporter
	echo 'OPTIONS="--listen :1"' >"$ROOT/etc/default/vmclock-exporter"
	of_rpm --nodeps -U "${rpms[@]}"
	[ "$(of_rpm -q --qf '%{RELEASE}' vmclock-trace)" = 1 ]
	grep -q ':1' "$ROOT/etc/default/vmclock-exporter"
	of_rpm --nodeps -V vmclock-trace
	works "$version"
	of_rpm -e vmclock-trace-exporter vmclock-trace
	mv "$ROOT/etc/default/vmclock-exporter.rpmsave" "$BATS_TEST_TMPDIR"
	paths_of_root | diff "$BATS_FILE_TMPDIR/before" -
}
