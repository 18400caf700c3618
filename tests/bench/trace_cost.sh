# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in a guest whose counter counts instructions: what tracing adds to one driver read.
echo refresh 0 >/run/lab/clock # nothing else runs meanwhile

row() { awk -v name="$1" -v was="$2" -v is="$3" 'BEGIN { split(was, w); split(is, i)
	printf "%-44s %8.0f (+%.0f) %8.0f (+%.0f)\n", name, i[1], i[1] - w[1], i[2], i[2] - w[2] }'; }

# traced NAME OPTION...
traced() {
	name=$1
	shift
	vmclock-trace trace "$@" >/tmp/out 2>/tmp/err &
	for _ in $(seq 600); do grep -q '^hooks' /tmp/out && break; usleep 100000; done
	sleep 1
	cost >/dev/null
	row "$name" "$untraced" "$(cost)"
	killall -INT vmclock-trace
	wait
	grep -q '^lost  *0 events' /tmp/out || grep '^lost' /tmp/out
}

cost >/dev/null # code pages warm
untraced=$(cost)
uname -r
printf '%-44s %15s %15s\n' 'instructions of one call' 'clock_gettime' 'PRECISE ioctl'
row untraced "$untraced" "$untraced"
traced 'traced: call, read and page, each an event'
traced 'traced, but this process is filtered out' --comm somebody-else
traced 'traced by kprobes' --kprobes
