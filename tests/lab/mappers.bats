#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# Who maps the page, whose reads nobody sees: found at the start, as they come and go, by inheritance;
# by the kernel's iterator, and without privileges in /proc. LAB_KERNEL as in kernels/kernel.bats.

load helpers

setup_file() {
	local kernel=${LAB_KERNEL:-amd64} arch version=
	arch=${kernel%%/*}
	[ "$arch" = "$kernel" ] || version=${kernel#*/}
	in_guest --arch "$arch" --kernel "$version" <<'SCRIPT'
	chmod a+r /dev/vmclock0
	# hold NAME [COMMAND...]: a process that maps the page, and a child that got it by fork().
	hold() {
		name=$1; shift
		("$@" load hold 1000 >"/tmp/$name" &)
		until_true has "/tmp/$name" 'mapped by both'
		keep "$name" cat "/tmp/$name"
	}
	hold before
	mkfifo /tmp/steps
	# Each step once the one before has been found.
	meanwhile() {
		load hold - </tmp/steps &
		exec 9>/tmp/steps
		until_says trace '"news":"came"' 2
		echo >&9
		kill "$(sed 's/.*"child":\([0-9]*\).*/\1/' /tmp/before)"
		until_says trace '"news":"exited"' 2
		echo >&9
		until_says trace '"news":"unmapped"'
		exec 9>&-
		wait $!
	}
	trace_while trace -- meanwhile
	killall load

	# As a user: his own alone, and said to be so.
	as_user() { su user -s /bin/sh -c "$*"; }
	hold others
	hold own as_user
	keep user as_user vmclock-trace trace --json --duration 1s
	keep user_text as_user vmclock-trace trace --duration 1s
	killall load

	# More than there is room for.
	for i in $(seq 140); do load hold 1000 >"/tmp/many.$i" & done
	all_hold() { [ "$(cat /tmp/many.* | grep -c 'mapped by both')" = 140 ]; }
	until_true all_hold
	keep many vmclock-trace trace --json --duration 1s
SCRIPT
}

# told NAME PID: what became known of a process, in order.
told() { value "$1" "[.[] | select(.type == \"mapper\" and .pid == $2).news] | join(\" \")"; }

parent_of() { value "$1" ".[0].pid"; }
child_of() { value "$1" ".[0].child"; }

@test "mappers: who mapped the page before the start, by mmap() or by inheritance, and exits" {
	holds trace '.[0].mappers | .method == "bpf" and .bpf_missing == null'
	[ "$(told trace "$(parent_of before)")" = there ]
	[ "$(told trace "$(child_of before)")" = "there exited" ]
	holds trace "map(select(.type == \"mapper\" and .news == \"there\")) | length == 2
		and all(.comm == \"load\" and .clock == \"vmclock0\" and .mappings == 1 and .not_before_ns == null)"
}

@test "mappers: who maps it later is found at once, a child too; exit and munmap() are told apart" {
	[ "$(told trace "$(parent_of trace.load)")" = "came unmapped" ]
	[ "$(told trace "$(child_of trace.load)")" = "came exited" ]
	# Not by the next walk: by the one that the hook of mmap() asked for.
	holds trace "(map(select(.type == \"mapper\" and .news == \"came\" and .pid == $(parent_of trace.load)))[0]) as \$came
		| .[-1].readers | map(select(.pid == \$came.pid))[0] | .maps_page and \$came.monotonic_ns - .last_ns < 1000000000"
	holds trace 'map(select(.type == "mapper") | .monotonic_ns > (.not_before_ns // 0)) | all'
}

@test "mappers: this program, which maps the page itself, is not among them" {
	holds trace 'map(select(.type == "mapper") | .comm) | all(. == "load")'
}

@test "mappers: the summary has each, from when to when, and how it ended" {
	holds trace ".[-1].mappers | .unlisted == 0 and .mappings_unlisted == 0 and .walks >= 3 and .walks_failed == 0
		and (.processes | map({pid, to: (.to_ns != null), how: .end}) | sort) == ([
			{pid: $(parent_of before), to: false, how: null},
			{pid: $(child_of before), to: true, how: \"exited\"},
			{pid: $(parent_of trace.load), to: true, how: \"unmapped\"},
			{pid: $(child_of trace.load), to: true, how: \"exited\"}] | sort)"
}

@test "mappers: without privileges those of the user alone, and that is said" {
	holds user '.[0].mappers | .method == "proc" and (.bpf_missing.cause | test("not permitted"))'
	holds user "[.[-1].mappers.processes[].pid] | sort == ([$(parent_of own), $(child_of own)] | sort)"
	grep -q "^mappers ONLY of processes that this user may look into, by /proc: .*not permitted" "$OUT/user_text"
	grep -qE "^\+[0-9.]+ load +$(parent_of own)  already maps vmclock0: its reads cannot be seen$" "$OUT/user_text"
}

@test "mappers: a table that is full says how many more there are" {
	holds many '.[-1].mappers | (.processes | length) == 256 and .mappings_unlisted == 280 - 256'
}
