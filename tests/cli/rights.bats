#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What each command may still do once it has begun: the table under PRIVILEGES in vmclock-trace(1), by
# what the kernel says of each of its threads. As root it has all to give up.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	cc -O1 -Wall -o "$BATS_FILE_TMPDIR/intruder" tests/cli/intruder.c
}

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
	page=$BATS_TEST_TMPDIR/page
	pid=
}

teardown() {
	[ -z "$pid" ] || { kill "$pid" && wait "$pid"; } || :
	end_sim
}

# Capabilities for hooks on a driver that may come yet: BPF, PERFMON, SYS_ADMIN.
HOOKS=000000c000200000

# begin THREADS COMMAND...: in the background, process $pid, until it has begun and has so many threads at least.
begin() {
	local threads=$1
	shift
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" "$@" >out 2>&1 3>&- &
	pid=$!
	says_begun() { begun out || has out 'listening at '; }
	until_true says_begun
	has_threads() { [ "$(ls "/proc/$pid/task" | wc -l)" -ge "$threads" ]; }
	until_true has_threads
}

# has_at_most CAPABILITIES THREAD: it has them alone, can get no other by any program that it runs.
has_at_most() {
	local status=/proc/$pid/task/$2/status set held
	for set in CapEff CapPrm CapInh CapAmb; do
		held=$(awk -v set="$set:" '$1 == set { print $2 }' "$status")
		[ -n "$held" ] && ((0x$held & ~0x$1)) && { echo "$2: $set $held" >&2; return 1; }
	done
	grep -q '^NoNewPrivs:	1$' "$status" || { echo "$2: may gain some" >&2; return 1; }
}

# none_has_more MAIN OTHERS: what the first thread has at most, and what each of the others.
none_has_more() {
	local thread threads=0 most
	for thread in "/proc/$pid/task"/*; do
		most=$2
		[ "${thread##*/}" != "$pid" ] || most=$1
		has_at_most "$most" "${thread##*/}" || return 1
		threads=$((threads + 1))
	done
	[ "$threads" -gt 0 ]
}

@test "rights: watch has none" {
	begin 1 watch --json --device "$page"
	none_has_more 0 0
}

@test "rights: trace has at most those for hooks that may come yet" {
	begin 1 trace --json --device "$page"
	none_has_more $HOOKS 0
}

@test "rights: compare has none" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" compare --json --interval 60s --count 100 --device "$page" >out 2>&1 3>&- &
	pid=$!
	until_true has out '"type":'
	none_has_more 0 0
}

@test "rights: record's thread that writes has none, the other at most those for hooks" {
	begin 2 record --json --device "$page" clock.sqlite
	# Its first commit is made: the thread has begun.
	until_true has_begun_to_write
	none_has_more $HOOKS 0
}

has_begun_to_write() { [ "$(sqlite3 -readonly clock.sqlite 'SELECT count(*) FROM events')" -gt 0 ]; }

@test "rights: the exporter's thread that serves has none, the other at most those for hooks" {
	begin 2 exporter --listen 127.0.0.1:0 --device "$page"
	# It has answered: the thread has begun.
	curl --silent --show-error --fail --max-time 100 "http://$(sed -n '/listening at /{s/.*listening at //p;q}' out)/metrics" >metrics
	none_has_more $HOOKS 0
}

@test "rights: wait has none, unless a command is to have them" {
	play_sim "$page" 'end 1h'
	"$VMCLOCK_TRACE" wait --for disruption --device "$page" >out 2>&1 3>&- &
	pid=$!
	until_true none_has_more 0 0
}

@test "rights: the command of wait --exec has what wait was run with" {
	grep -E '^(Cap|NoNewPrivs)' /proc/self/status >mine
	# Where a busy machine opens the page and does not look at it in time, there is a next one.
	play_watched "$page" 'at 0ms migrate' 'at 20s migrate' 'at 60s migrate' 'at 120s migrate' -- waiter
	until_true [ -s theirs ]
	wait "${watchers[0]}"
	grep -E '^(Cap|NoNewPrivs)' theirs >got
	diff mine got
}

waiter() {
	rm -f theirs
	"$VMCLOCK_TRACE" wait --for disruption --device "$page" --exec sh -c 'cat /proc/self/status >theirs.part; mv theirs.part theirs' >out 2>&1 3>&- &
	watchers+=($!)
	until_true looks "$!" "$page"
}

# What who has taken over a thread could do, by making it do so.
FORBIDDEN='execve ptrace process_vm_readv mount init_module clock_settime settimeofday unshare keyctl io_uring_setup packet_socket'

# refuses THREAD CALL...: each as EPERM, and one that is allowed goes through.
refuses() {
	local thread=$1 call
	shift
	grep -q '^Seccomp:	2$' "/proc/$pid/task/$thread/status"
	"$BATS_FILE_TMPDIR/intruder" "$thread" getpid "$@" >calls
	for call; do
		grep -qx "$call 1" calls || { cat calls; return 1; } >&2
	done
	grep -qx 'getpid 0' calls
}

# Another's memory is no user's but root's where the kernel is told so (ptrace_scope of yama).
needs_ptrace() {
	[ "$(id -u)" = 0 ] || [ "$(cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0)" = 0 ] ||
		skip "this user may not trace its own processes here (kernel.yama.ptrace_scope)"
}

@test "rights: whoever takes over watch executes, traces, mounts, sets and loads nothing" {
	needs_ptrace
	begin 1 watch --json --device "$page"
	# shellcheck disable=SC2086 # several
	refuses "$pid" $FORBIDDEN
	# It goes on.
	end_watched
}

# Who lacks Landlock is not held by it.
needs_landlock() {
	[ -e /proc/config.gz ] && zcat /proc/config.gz | grep -q '^CONFIG_SECURITY_LANDLOCK=y' &&
		zcat /proc/config.gz | grep -q '^CONFIG_LSM=.*landlock' && return
	grep -qw landlock /sys/kernel/security/lsm 2>/dev/null || skip "this kernel has no Landlock, or does not say so"
}

# writes ERRNO PATH: how process $pid ends that makes a file there.
writes() {
	"$BATS_FILE_TMPDIR/intruder" "$pid" "create=$2" >calls
	grep -qx "create=$2 $1" calls || { cat calls; return 1; } >&2
}

# As container managers do whose list of system calls is older than it.
@test "rights: where Landlock is refused it is as on a kernel without, and nothing is said of it" {
	cc -O1 -Wall -o refusing "$BATS_TEST_DIRNAME/refusing.c" -lseccomp
	local commands=(landlock_create_ruleset landlock_add_rule landlock_restrict_self --
		"$VMCLOCK_TRACE" watch --json --duration 100ms --device "$page")
	play_sim "$page" 'end 1h'
	./refusing "${commands[@]}" >out 2>err || [ $? = 1 ]
	begun out
	[ "$(grep -c rights err)" = 0 ]
	# What is not held by anything else is said.
	./refusing seccomp prctl "${commands[@]}" >out 2>err || [ $? = 1 ]
	grep 'rights that are not needed could not be given up (Operation not permitted)' err
}

# bats test_tags=slow
@test "rights: whoever takes over a command writes where it was asked to write, and nowhere else" {
	needs_ptrace
	needs_landlock
	mkdir here there
	begin 2 record --json --device "$page" here/clock.sqlite
	writes 0 "$PWD/here/new"
	writes 13 "$PWD/there/new"
	writes 13 "$PWD/new"
	end_watched
	mkdir sockets
	begin 2 exporter --listen 127.0.0.1:0 --listen "unix:sockets/socket" --textfile here/clock.prom --device "$page"
	until_true [ -s here/clock.prom ]
	writes 0 "$PWD/here/newer"
	writes 13 "$PWD/there/new"
	end_watched
	[ ! -e sockets/socket ] && [ ! -e here/clock.prom ]
	begin 1 watch --json --device "$page"
	writes 13 "$PWD/here/newest"
	end_watched
	[ -z "$(ls there)" ] && [ ! -e new ]
}

@test "rights: of record's threads the one that writes has not even BPF" {
	needs_ptrace
	begin 2 record --json --device "$page" clock.sqlite
	until_true has_begun_to_write
	for thread in "/proc/$pid/task"/*; do
		more=
		[ "${thread##*/}" = "$pid" ] || more='bpf perf_event_open'
		# shellcheck disable=SC2086
		refuses "${thread##*/}" $FORBIDDEN $more
	done
	end_watched
	[ "$(sqlite3 -readonly clock.sqlite 'PRAGMA integrity_check')" = ok ]
}

@test "rights: of the exporter's threads the one that serves has not even BPF" {
	needs_ptrace
	begin 2 exporter --listen 127.0.0.1:0 --device "$page"
	address=$(sed -n '/listening at /{s/.*listening at //p;q}' out)
	curl --silent --show-error --fail --max-time 100 "http://$address/metrics" >metrics
	for thread in "/proc/$pid/task"/*; do
		more=
		[ "${thread##*/}" = "$pid" ] || more='bpf perf_event_open'
		# shellcheck disable=SC2086
		refuses "${thread##*/}" $FORBIDDEN $more
	done
	curl --silent --show-error --fail --max-time 100 "http://$address/metrics" >metrics
}

other_user() {
	awk -F: '$1 == "vmclock-trace" || $1 == "nobody" && !user { user = $3 } END { print user ? user : 65534 }' /etc/passwd
}

# is_user USER: process $pid is that user in every way, in no other group, and has no capability.
is_user() {
	local status=/proc/$pid/status
	grep -q "^Uid:	$1	$1	$1	$1\$" "$status" && grep -q '^Groups:	 *$' "$status" && has_at_most 0 "$pid"
}

# It ends with 0, or with 3, or $ends. While it waits for room for what it says: it is $other, confined, and can open root's files no more.
is_other_once_open() {
	(umask 077 && touch "$TMPDIR/secret")
	mkfifo full
	exec 8<>full
	dd if=/dev/zero of=full bs=4096 oflag=nonblock 2>dd.err || grep -q 'unavailable' dd.err
	"$VMCLOCK_TRACE" "$@" >full 2>err 3>&- 8>&- &
	pid=$!
	until_true is_user "$other"
	until_true refuses "$pid" execve
	"$BATS_FILE_TMPDIR/intruder" "$pid" "open=$TMPDIR/secret" >calls
	grep -qx "open=$TMPDIR/secret 13" calls || { cat calls; return 1; } >&2
	exec 7<full 8>&-
	cat <&7 >said
	exec 7<&-
	wait "$pid" || [ $? = "${ends:-3}" ]
	pid=
	rm full
	[ "$(tr -d '\0' <said | wc -l)" -gt 3 ]
}

@test "rights: what reads a recording or a bundle by root is another user once it is open" {
	[ "$(id -u)" = 0 ] || skip "root alone can change its user"
	export TMPDIR
	TMPDIR=$(mktemp -d /tmp/rights.XXXXXX)
	chmod 1777 "$TMPDIR"
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../data/report/short.scenario" clock.sqlite || [ $? = 3 ]
	"$VMCLOCK_TRACE" bundle -o clock.tar.gz clock.sqlite
	chmod 600 clock.tar.gz clock.sqlite
	other=$(other_user)
	for command in 'verify clock.tar.gz' 'report clock.sqlite' 'report --csv clock.sqlite' 'replay clock.sqlite' 'watch --from clock.sqlite'; do
		# shellcheck disable=SC2086 # its words
		is_other_once_open $command
	done
	rm -r "$TMPDIR"
}

@test "rights: status by root is another user, of a file once it is open, of a device once all clocks are read" {
	[ "$(id -u)" = 0 ] || skip "root alone can change its user"
	export TMPDIR=$BATS_TEST_TMPDIR
	other=$(other_user)
	play_sim "$page" 'end 1h'
	is_other_once_open status --device "$page"
	# A character device, of which status says that it is no page.
	ends=1 is_other_once_open status --device /dev/zero
}

@test "rights: compare by root is another user once all is open, unless ClockBound's segment is root's alone" {
	[ "$(id -u)" = 0 ] || skip "root alone can change its user"
	other=$(other_user)
	play_sim "$page" 'end 1h'
	compares unshare --mount sh -c 'mount -t tmpfs none /run && exec "$@"' sh
	is_user "$other"
	end_watched
	compares unshare --mount sh -c 'mount -t tmpfs none /run && mkdir /run/clockbound && umask 077 &&
		echo >/run/clockbound/shm0 && exec "$@"' sh
	is_user 0
	end_watched
}

# compares WAY...: compare, in the background, has taken its first sample.
compares() {
	"$@" "$VMCLOCK_TRACE" compare --json --interval 60s --count 100 --device "$page" >out 2>err 3>&- &
	pid=$!
	until_true has out '"type":"sample"'
}

@test "rights: verify stays root where temporary files are root's alone" {
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../data/report/short.scenario" clock.sqlite || [ $? = 3 ]
	"$VMCLOCK_TRACE" bundle -o clock.tar.gz clock.sqlite
	mkdir -m 700 mine
	TMPDIR=$PWD/mine "$VMCLOCK_TRACE" verify clock.tar.gz
}

# It ends as it would have, by Ctrl-C.
end_watched() {
	kill -INT "$pid"
	wait "$pid" || [ $? = 1 ]
	pid=
}
