#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that a kernel can tell is told, on the kernel $LAB_KERNEL (amd64/6.18, or the newest of
# arm64): counts are held against a load that knows what it did and against the kernel's own count.
# Each test leaves a cell of the table that tests/lab/matrix makes.

load ../helpers

# How often the driver goes and comes: the table has it three times.
CYCLES=$([ -n "${MATRIX_ROW-}" ] && echo 3 || echo 1)

# -- The words of the program's options and JSON, here and nowhere else. --

EVERY_CALL="--calls --rate 0" # each an event
EVERY_READ="--events --rate 0"
HOOKS_CHANGE='\"type\":\"hooks\"' # a line that tells of the driver's coming

# saw NAME COMM PATH: reads of the driver by PATH, or calls where the device itself is PATH.
saw() { value "$1" "[.[-1].readers[] | select(.comm == \"$2\").paths[\"$3\"].uses] | add // 0"; }

# saw_calls NAME PATH CONDITION: by events of calls whose result is such.
saw_calls() {
	value "$1" "map(select(.type == \"call\" and .path == \"$2\" and .result $3)) | length"
}

all_reads() { value "$1" '.[-1].reads'; }
lost() { value "$1" '.[-1].lost.events'; }

# Reads that are in no count.
lost_reads() { value "$1" '.[-1].lost | .uncounted + .reader_unlisted'; }

events_add_up() { holds "$1" '.[-1] | .events.made == .events.seen + .lost.ring_full'; }

hooks_by() { value "$1" "[.[-1].hooks[] | select(.state == \"$2\")] | length"; }

# -- --

setup_file() {
	local kernel=${LAB_KERNEL:-amd64} arch version=
	arch=${kernel%%/*}
	[ "$arch" = "$kernel" ] || version=${kernel#*/}
	in_guest --arch "$arch" --kernel "$version" --package chrony --package linuxptp < <(
		printf '%s="%s"\n' every_call "$EVERY_CALL" every_read "$EVERY_READ" hooks_change "$HOOKS_CHANGE" \
			cycles "$CYCLES"
		cat <<'SCRIPT'
	keep release uname -r
	keep driver ls /dev/vmclock0 /dev/ptp0
	keep doctor vmclock-trace doctor --json
	[ -e /dev/ptp0 ] || { echo "@@@ end"; exit; }

	# counted NAME TRACE-OPTIONS COMMAND...
	counted() {
		run=$1 options=$2; shift 2
		trace_while "$run" $options -- kcount "/tmp/$run.kcount" "$@"
		keep "$run.kcount" cat "/tmp/$run.kcount"
	}
	load 1 >/dev/null
	counted best --strict load 20
	counted calls "--strict $every_call" load 20
	counted kprobes "--strict --kprobes" load 20
	counted errors "$every_call" load errors

	# More events than anything can take: their summary alone is kept.
	flood() {
		run=$1; shift
		: >/tmp/flood # of the last one, where the wait below might see its beginning
		vmclock-trace trace --json "$@" >/tmp/flood &
		for i in $(seq 200); do grep -q begin /tmp/flood && break; usleep 100000; done
		kcount "/tmp/$run.kcount" load flood 2 2 >"/tmp/$run.load"
		sleep 1; killall -INT vmclock-trace; wait
		keep "$run.load" cat "/tmp/$run.load"
		keep "$run.kcount" cat "/tmp/$run.kcount"
		keep "$run" tail -n 1 /tmp/flood
	}
	flood flood
	flood flood_events $every_read
	flood flood_kprobes --kprobes

	cat >/tmp/clients <<-'END'
		echo 'refclock PHC /dev/ptp0 poll 0 dpoll -2' >/tmp/chrony.conf
		mkdir -p /var/lib/chrony /run/chrony
		timeout 6 chronyd -d -x -u root -f /tmp/chrony.conf
		timeout 4 phc2sys -s /dev/ptp0 -c CLOCK_REALTIME -O 0 -F 0 -R 4
		phc_ctl /dev/ptp0 get
	END
	counted clients "" sh -c '. /tmp/clients >/tmp/clients.said 2>&1'
	keep clients_said cat /tmp/clients.said

	# Loaded while traced, unloaded, which is refused at first, and loaded again.
	comes() {
		told=$(grep -c "$hooks_change" /tmp/module)
		modprobe ptp_vmclock
		for i in $(seq 900); do
			[ "$(grep -c "$hooks_change" /tmp/module)" -gt "$told" ] && break; usleep 100000
		done
		load 3 >/dev/null
		made=$((made + 3))
	}
	module() {
		rmmod ptp_vmclock
		: >/tmp/module
		vmclock-trace trace --json --reload >/tmp/module &
		for i in $(seq 50); do grep -q begin /tmp/module && break; usleep 100000; done
		made=0
		comes
		rmmod ptp_vmclock
		for i in $(seq 100); do
			[ "$(cat /sys/module/ptp_vmclock/refcnt)" = 0 ] && break; usleep 100000
		done
		rmmod ptp_vmclock
		for i in $(seq 100); do
			[ "$(grep -c '"driver":false' /tmp/module)" -gt 0 ] && break; usleep 100000
		done
		comes
		killall -INT vmclock-trace; wait
		tail -n 1 /tmp/module
	}
	if grep -q '^ptp_vmclock ' /proc/modules; then
		for cycle in $(seq "$cycles"); do
			keep "module$cycle" module
			keep "module$cycle.made" echo "$made"
		done
		keep unloaded rmmod ptp_vmclock
	fi
SCRIPT
	)
}

# cell NAME TEXT: of the table, where one is made.
cell() {
	[ -z "${MATRIX_ROW-}" ] || echo "$2" >"$MATRIX_ROW/$1"
}

needs_driver() {
	status_is driver 0 2>/dev/null || { cell "$1" '-'; skip "the kernel has no vmclock driver"; }
}

PTP_PATHS=(clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED PTP_SYS_OFFSET_PRECISE)

# counted NAME JQ: of the kernel's own counts.
counted() { value "$1.kcount" "[.[0].counts[] | select($2).hits] | add // 0"; }

# same WHAT NUMBER NUMBER...
same() {
	local what=$1 number
	shift
	for number; do
		[ "$number" = "$1" ] || { echo "$what: not the same: $*"; return 1; } >&2
	done
}

# Made, counted by the kernel, and seen: by path, and in all.
counts_match() {
	local name=$1 path samples
	holds "$name.kcount" '.[0].missed == 0'
	for path in open read mmap; do
		same "$name, $path" "$(value "$name.load" ".[0].$path")" \
			"$(counted "$name" ".path == \"$path\" and .comm == \"load\"")" "$(saw "$name" load "$path")"
	done
	for path in "${PTP_PATHS[@]}"; do
		case $path in
		PTP_SYS_OFFSET) samples=.samples_per_sys_offset ;;
		PTP_SYS_OFFSET_EXTENDED) samples=.samples_per_extended ;;
		PTP_SYS_OFFSET_PRECISE) continue ;; # the kernel may read again within one
		*) samples=1 ;;
		esac
		same "$name, $path" "$(value "$name.load" ".[0] | .$path * $samples")" "$(saw "$name" load "$path")"
	done
	same "$name, all reads" "$(counted "$name" '.path == "driver"')" "$(reads "$name" load)"
	same "$name, lost" "$(lost "$name")" 0
}

# reads NAME COMM
reads() {
	local sum=0 path
	for path in "${PTP_PATHS[@]}"; do
		sum=$((sum + $(saw "$1" "$2" "$path")))
	done
	echo "$sum"
}

@test "kernel: doctor tells what is there" {
	cell kernel "$(cat "$OUT/release")"
	if status_is driver 0 2>/dev/null; then
		holds doctor '.[0].checks | map(select(.name | IN("driver", "page", "ptp_clock", "btf", "privileges"))) | length == 5 and all(.state == "ok")'
		cell doctor "$(value doctor '.[0] | if .worst == "ok" then "all well" else
			[.checks[] | select(.state != "ok").name | gsub("_"; " ")] | join(", ") end')"
	else
		status_is doctor 3
		holds doctor '.[0].checks | map(select(.name == "driver")) | .[0] | .state != "ok" and .hint != null'
		cell doctor "no driver"
	fi
}

@test "kernel: every hook that the kernel can have" {
	needs_driver hooks
	holds calls '.[-1].hooks | all(.state != "absent")'
	cell hooks "$(hooks_by calls fentry) fentry, $(hooks_by calls kprobe) kprobe, $(hooks_by calls absent) absent"
}

@test "kernel: N made, N counted by the kernel, N seen" {
	needs_driver counts
	counts_match best
	counts_match calls
	for path in open read mmap "${PTP_PATHS[@]}"; do
		same "calls, $path" "$(value calls.load ".[0].$path")" \
			"$(counted calls ".path == \"$path\" and .comm == \"load\"")" "$(saw_calls calls "$path" ">= 0")"
	done
	cell counts exact
}

@test "kernel: the same by kprobes alone" {
	needs_driver kprobes
	holds kprobes '.[-1].hooks | all(.state == "kprobe" or .state == "replaced")'
	counts_match kprobes
	cell kprobes equal
}

@test "kernel: calls that fail, each with its result" {
	needs_driver errors
	holds errors.load '.[0].calls | length > 5'
	while read -r path result times; do
		same "$path ending with $result" "$times" "$(saw_calls errors "$path" "== $result")"
	# That there is nowhere to put a time shows after the clock's own part of clock_gettime().
	done < <(value errors.load '.[0].calls | map(select(.path != "clock_gettime")) | group_by([.path, .result])[]
		| "\(.[0].path) \(.[0].result) \(map(.times) | add)"')
	same "their reads" "$(counted errors '.path == "driver"')" "$(reads errors load)"
	cell errors exact
}

# made_of NAME: the reads of a flood, which are as many as its calls, but for those made again.
made_of() {
	holds "$1.kcount" '.[0].missed == 0'
	same "calls of $1" "$(value "$1.load" '.[0] | .clock_gettime + .PTP_SYS_OFFSET_PRECISE')" \
		"$(counted "$1" '.path | IN("clock_gettime", "PTP_SYS_OFFSET_PRECISE")')"
	counted "$1" '.path == "driver"'
}

@test "kernel: a flood, where what was made was seen or is said to be lost" {
	needs_driver flood
	for name in flood flood_events flood_kprobes; do
		made=$(made_of "$name")
		told=$(($(all_reads "$name") + $(lost_reads "$name")))
		# A kprobe that did not fire is said to be missed, and may have been that of a use.
		missed=$(value "$name" '.[-1].lost.missed // 0')
		[ "$made" -ge "$told" ] && [ "$made" -le $((told + missed)) ] ||
			{ echo "$name: made $made, seen and lost $told, missed $missed"; return 1; } >&2
		events_add_up "$name"
	done
	# More of them than anybody would want to keep.
	holds flood_events '.[-1].lost | .ring_full > 1000 and .suppressed == 0'
	cell flood "$(made_of flood) = $(all_reads flood) + $(lost_reads flood)"
}

@test "kernel: real clients, by name" {
	needs_driver clients
	for comm in chronyd phc2sys phc_ctl; do
		same "reads by $comm" "$(counted clients ".path == \"driver\" and .comm == \"$comm\"")" "$(reads clients "$comm")"
		[ "$(reads clients "$comm")" -gt 0 ] || { cat "$OUT/clients_said" >&2; return 1; }
	done
	cell clients "chronyd, phc2sys, phc_ctl"
}

@test "kernel: the driver comes and goes" {
	needs_driver module
	if [ ! -e "$OUT/unloaded" ]; then
		cell module "built in"
		skip "the driver is built in"
	fi
	for cycle in $(seq "$CYCLES"); do
		made=$(cat "$OUT/module$cycle.made")
		same "cycle $cycle, calls of each kind, with the driver loaded twice" 6 "$made"
		for path in read mmap clock_gettime; do
			same "cycle $cycle, $path since the driver came" "$made" "$(saw "module$cycle" load "$path")"
		done
	done
	status_is unloaded 0
	cell module "hooked as it came; released, unloaded, and hooked again"
}
