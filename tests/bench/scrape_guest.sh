# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in a guest whose counter counts instructions, one a nanosecond: what the exporter executes,
# with the hooks on, for a scrape, in a second in which nothing happens, and in one with readers.
echo refresh 0 >/run/lab/clock # nothing else runs meanwhile
vmclock-trace exporter 2>/tmp/said &
for _ in $(seq 600); do grep -q listening /tmp/said && break; usleep 100000; done
pid=$(pidof vmclock-trace-exporter)

# Of all threads, in ns, so in instructions.
cpu() { cat /proc/"$pid"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }
scrape() { for _ in $(seq "$1"); do wget -q -O /tmp/metrics http://127.0.0.1:10319/metrics; done; }

scrape 20 # warm
sleep 5
from=$(cpu)
sleep 20
idle=$((($(cpu) - from) / 20))
from=$(cpu)
began=$(cut -d. -f1 /proc/uptime)
scrape 100
ended=$(cut -d. -f1 /proc/uptime)
each=$((($(cpu) - from - (ended - began) * idle) / 100))
load 1 >/dev/null # warm
from=$(cpu)
began=$(cut -d. -f1 /proc/uptime)
load 2000 1 >/tmp/load
sleep 2
ended=$(cut -d. -f1 /proc/uptime)
busy=$((($(cpu) - from) / (ended - began)))
printf 'instructions of the exporter, hooks on, %d series\n' "$(grep -c '^[a-z]' /tmp/metrics)"
printf '  %-44s %10d\n' 'a scrape (text, not packed, a new connection)' "$each" \
	'a second, nobody reads the clock' "$idle" \
	"a second, $(sed 's/.*"clock_gettime":\([0-9]*\).*/\1/' /tmp/load) rounds of all reads in $((ended - began)) s" "$busy"
printf 'its memory then: %d KiB\n' "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$pid"/status)"
