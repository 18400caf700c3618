# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A bare root in which a package is installed, upgraded and removed.

# make_root DIRECTORY DEB...: Debian as this machine has it, that boots, with what the packages depend on.
make_root() {
	local to=$1 names source
	shift
	# shellcheck source=tests/lab/apt.sh
	. "$BATS_TEST_DIRNAME/../lab/apt.sh"
	# Of alternatives the first.
	names=$(for deb; do dpkg-deb -f "$deb" Depends; done | tr , '\n' |
		sed 's/^ *//; s/[ :|(].*//' | grep -v '^vmclock-trace' | sort -u | paste -sd,)
	source=$(machine_source)
	{
		source_line "${source% *}" "${source#* }"
		source_line "${source% *}" "${source#* }-backports"
	} >"$BATS_FILE_TMPDIR/sources.list"
	names+=,systemd-sysv,udev,dbus
	# libbpf of Debian 12 is too old.
	[ "${source#* }" != bookworm ] || names=${names/libbpf1/libbpf1/bookworm-backports}
	mmdebstrap --quiet --variant=minbase --include="$names" --aptopt='APT::Sandbox::User "root"' \
		--dpkgopt='path-exclude=/usr/share/locale/*' "${source#* }" "$to" "$BATS_FILE_TMPDIR/sources.list"
}

# in_root COMMAND...
in_root() { LC_ALL=C.UTF-8 chroot "$ROOT" "$@"; }

# paths_of_root: all but what apt, dpkg and rpm know and log, and what a new group is written to.
paths_of_root() {
	(cd "$ROOT" && find . -xdev ! -path './proc/*' ! -path './var/lib/dpkg/*' ! -path './var/lib/rpm*' ! -path './var/log/*' \
		! -path './var/cache/*' ! -path './tmp/*') | grep -vE '^\./etc/(group|gshadow|passwd|shadow)-?$|^\./etc/\.pwd\.lock$' | sort
}

# works: the programs do, and doctor says what this machine lacks.
works() {
	local status=0
	in_root vmclock-trace --version | grep -F "$1"
	in_root vmclock-trace exporter --help | grep -q -- --listen
	in_root vmclock-trace doctor >"$BATS_TEST_TMPDIR/doctor" 2>&1 || status=$?
	[ "$status" -le 3 ]
	grep -q 'vmclock' "$BATS_TEST_TMPDIR/doctor"
	printf '%s\n' 'realtime within 1ms' 'end 40s' 'at 10.03 migrate downtime 250ms value +120ms rate +18 resync 1500ms' \
		>"$ROOT/tmp/migrate.scenario"
	status=0
	in_root sh -c 'cd /tmp && rm -f clock.sqlite && vmclock-trace record --scenario migrate.scenario clock.sqlite' >/dev/null || status=$?
	[ "$status" = 3 ]
	in_root vmclock-trace report /tmp/clock.sqlite | grep '^CRITICAL'
}

# Of Debian 12's systemd-nspawn, whose list of system calls is older than Landlock.
NEW_CALLS='bpf perf_event_open landlock_create_ruleset landlock_add_rule landlock_restrict_self'

# boot ROOT PAGE: systemd with that root, in a container with a network of its own, where the page is
# /dev/vmclock0: process $machine, which ends as the machine does; $first is its process 1.
boot() {
	SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --keep-unit --register=no --quiet --private-network --capability=all \
		--system-call-filter="$NEW_CALLS" --bind="$2:/dev/vmclock0" --directory="$1" --boot </dev/null >"$BATS_TEST_TMPDIR/console" 2>&1 3>&- &
	machine=$!
	first=
	is_up() {
		first=$(tr -d ' ' <"/proc/$machine/task/$machine/children") && [ -n "$first" ] || return 1
		inside systemctl is-active vmclock-trace-record.service vmclock-exporter.service
	}
	is_up_or_ended() { is_up || has_ended "$machine"; }
	until_true is_up_or_ended
	is_up >&2
}

# inside COMMAND...: in the machine that was booted.
inside() { timeout 60 nsenter --target "$first" --all "$@"; }

# shut_down: at once.
shut_down() { [ -z "${first-}" ] || kill -KILL "$first" 2>/dev/null || :; }
