# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in a guest whose counter counts instructions: what watching adds to one driver read, by us and
# by others.
echo refresh 0 >/run/lab/clock # nothing else runs meanwhile
target=vmclock_get_crosststamp

# row NAME COST: "GETTIME PRECISE", beside untraced and as a multiple of the empty pair
row() {
	awk -v name="$1" -v is="$2" -v was="$untraced" -v floor="$floor" 'BEGIN {
		split(is, i); split(was, w); split(floor, f)
		printf "%-40s %6.0f %+6.0f %6.0f %+6.0f", name, i[1], i[1] - w[1], i[2], i[2] - w[2]
		if (f[1] > w[1]) printf " %9.1f", (i[1] - w[1]) / (f[1] - w[1])
		print ""
	}'
}

hooked() { grep -q "^$target" /sys/kernel/tracing/enabled_functions; }

# until_is COMMAND...: for a minute at most
until_is() {
	for _ in $(seq 600); do
		"$@" && return
		usleep 100000
	done
	echo "not so after a minute: $*" >&2
	cat /tmp/err >&2
}

# watched NAME COMMAND...: what it costs while the command watches
watched() {
	name=$1
	shift
	"$@" >/tmp/out 2>/tmp/err &
	until_is hooked
	sleep 1
	cost >/dev/null # warm again, with the hooks
	is=$(cost)
	[ -n "$floor" ] || floor=$is
	row "$name" "$is"
	kill -INT $!
	wait
}

# By ours what was lost is said, or the figure would be that of dropping: ours NAME OPTION...
ours() {
	watched "vmclock-trace $1" vmclock-trace $1
	grep '^lost' /tmp/out | grep -v '^lost  *0 events'
}

cost >/dev/null # code pages warm
untraced=$(cost)
floor=
uname -r
printf '%-40s %13s %13s %9s\n' 'instructions of a call, what is added' clock_gettime 'PRECISE ioctl' 'in pairs'
row untraced "$untraced"
watched 'an empty pair of fentry and fexit' funclatency floor
ours 'trace'
ours 'trace --measure-all'
ours 'trace --events --rate 0'
ours 'trace --calls --rate 0'
watched 'record --ring, above 1000 reads a second' vmclock-trace record --ring 1h /tmp/ring.sqlite
ours 'trace --comm somebody-else'
ours 'trace --kprobes'
watched 'funclatency by fentry' funclatency fentry
watched 'funclatency by kprobe' funclatency kprobe

# bpftrace_by ENTER LEAVE
bpftrace_by() {
	watched "bpftrace by $1" bpftrace -e "
		$1:$target { @start[tid] = nsecs; }
		$2:$target /@start[tid]/ { @ = hist(nsecs - @start[tid]); delete(@start[tid]); }"
}
bpftrace_by fentry:ptp_vmclock fexit:ptp_vmclock
bpftrace_by kprobe kretprobe

# begun NAME COMMAND...: of a command that ends as soon as it has begun to watch; its memory as long as
# it watches, of one that goes on: what busybox's time says of that depends on its version.
begun() {
	name=$1
	shift
	time -v "$@" >/tmp/out 2>/tmp/err
	spent=$(awk '/Elapsed/ { n = split($NF, t, ":"); print (t[n] + 60 * t[n - 1]) * 1000 }' /tmp/err)
	"$@" $goes_on >/tmp/out 2>/tmp/err &
	until_is hooked
	awk -v name="$name" -v spent="$spent" '/VmHWM/ {
		printf "%-40s %13.0f %13.1f\n", name, spent, $2 / 1024 }' /proc/$!/status
	kill -INT $!
	wait
}

printf '\n%-40s %13s %13s\n' 'from the start until it watches, and ends' '10^6 instr.' 'peak, MiB'
goes_on='--duration 1h'
begun 'vmclock-trace trace' vmclock-trace trace --duration 1ms
begun 'vmclock-trace trace --kprobes' vmclock-trace trace --kprobes --duration 1ms
goes_on=1
begun 'bpftrace by fentry' bpftrace -e "
	fentry:ptp_vmclock:$target { @start[tid] = nsecs; }
	fexit:ptp_vmclock:$target /@start[tid]/ { @ = hist(nsecs - @start[tid]); delete(@start[tid]); }
	interval:ms:1 { if (!\$1) { exit(); } }"
