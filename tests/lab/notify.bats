#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# bats file_tags=long
# A hypervisor that notifies: the real driver's poll() wakes the program, which needs no timer then.

load helpers

setup_file() {
	in_guest --clock full --notify <<'SCRIPT'
	# Updates that come at any moment of a timer's turn.
	update() { for i in $(seq 15); do echo set leap_indicator 0 >/run/lab/clock; usleep 137000; done; }
	# With a timer as slow as that, whatever is found soon is found by notification.
	begin slow vmclock-trace watch --json --updates --interval 5s
	begin watch vmclock-trace watch --json
	update
	echo step 5ms >/run/lab/clock
	until_says slow host_step
	until_says watch host_step
	finish
	# The flags and the time as before, without NOTIFICATION_PRESENT, under the eyes of one that waits for them.
	begin ends vmclock-trace watch --json
	for what in "set flags 121" "step -5ms"; do echo "$what" >/run/lab/clock; done
	until_says ends '"type":"detection"'
	until_says ends host_step
	begin timer vmclock-trace watch --json --updates
	update
	finish

	# Promised again; from now on each update is one of these, and there is time to fall asleep.
	for what in "set flags 633" "refresh 0"; do echo "$what" >/run/lab/clock; done
	promised() { [ "$(head -c 32 /dev/vmclock0 | od -An -td8 -j24)" -eq 633 ]; }
	until_true promised
	sleep 1
	meanwhile() {
		load pollers 600 10 2>/tmp/pollers &
		until_true has /tmp/pollers waiting 4
		for i in $(seq 10); do
			sleep 0.4
			echo set leap_indicator 0 >/run/lab/clock
			until_true has /tmp/pollers woken $((4 * i))
		done
		wait $!
	}
	trace_while wakes --strict --events --rate 0 -- meanwhile
	trace_while wakes_kprobes --strict --events --rate 0 --kprobes -- meanwhile
SCRIPT
}

# soon NAME AHEAD_MS: the updates in NAME were found soon: half of them within 500 ms, as late as an
# emulated machine may wake on a busy host, and all within 4 s. The page itself tells when it was written, but is
# AHEAD_MS ahead of that once it was stepped.
soon() {
	holds "$1" '(.[0].realtime_ns - .[0].monotonic_ns) as $to_realtime
		| (map(select(.kind == "host_step"))[0].monotonic_ns // 1e18) as $stepped_ns
		| map(select(.type == "page")
			| (.monotonic_ns + $to_realtime - .page.time_sec * 1e9) / 1e6
			  - .page.time_frac_sec / 18446744073709551616 * 1e3
			  + (if .monotonic_ns >= $stepped_ns then '"$2"' else 0 end))
		| sort | .[0] > 0 and .[length / 2 | floor] < 500 and .[-1] < 4000'
}

@test "notify: watch finds out by notification, and says so" {
	holds watch '.[0].detection | .by == "notification" and .notification_missing == null and .period_ns == 100000000'
	holds watch '.[-1] | .notifications >= 12 and .page_updates >= 15'
	holds watch 'map(select(.type == "finding" and .kind != "stun")) | map(.kind) == ["host_step"]'
	status_is watch 3
}

@test "notify: without a timer to speak of, every update is found, each by its notification" {
	holds slow '.[0].detection | .by == "notification" and .period_ns == 5000000000'
	# Two updates within the time that an emulated machine takes to wake are one notification.
	holds slow '.[-1] | .notifications >= 12 and .looks <= .notifications + 3'
	holds slow '.[-1] | .page_updates_unseen * 4 <= .page_updates'
	holds slow '(map(select(.type == "page")) | length) == .[-1].page_updates - .[-1].page_updates_unseen'
	status_is slow 3
}

@test "notify: a step of the host is found promptly, not at the timer's next turn" {
	holds slow 'map(select(.kind == "host_step")) | length == 1 and (.[0].detail.moved | .lo_ns < 5001000 and .hi_ns > 4999000)'
	soon slow 5
}

@test "notify: a timer of 10 ms finds them as well, with many times the samples" {
	soon timer 0
	holds timer '.[-1] | .looks > 5 * .page_updates'
}

@test "notify: a hypervisor that does not promise it is looked at by timer, and the reason said" {
	holds timer '.[0].detection | .by == "timer" and .period_ns == 10000000 and .notification_missing.cause == "the hypervisor sends no notifications"'
	holds timer '.[-1] | .notifications == 0 and .page_updates >= 15'
}

@test "notify: where notifications end, watch goes on by timer, and says so, once" {
	holds ends '.[0].detection.by == "notification"'
	holds ends 'map(select(.type == "detection").detection) | length == 1 and (.[0] | .by == "timer" and .period_ns == 10000000
		and .notification_missing.cause == "the hypervisor sends no notifications")'
	holds ends '.[-1].looks > 50'
}

# Calls that the hooks may have missed, at most: the kernel skips a program for a thread that runs
# where another was interrupted in the middle of it, as happens when all wake at once.
missed() { value "$1" '.[-1].lost | .recursion + .missed'; }

# woken NAME: each notification is seen, and each thread's wakes are, with how long after it they came.
woken() {
	local tid wakes seen unseen=0
	holds "$1" '[.[] | select(.type == "notification")] | length == 10 and all(.clock == "vmclock0" and .seq_count % 2 == 0)'
	holds "$1" '.[-1] | .notifications == 10 and .lost.ring_full + .lost.task_storage == 0'
	holds "$1" '[.[] | select(.wake_ns != null)] | all(.path == "poll" and .result == 65 and .wake_ns > 0 and .wake_ns < 400000000)'
	[ "$(value "$1.load" 'map(.wakes) == [10, 10, 10, 10]')" = true ] || { cat "$OUT/$1.load"; return 1; } >&2
	while read -r tid wakes; do
		seen=$(value "$1" "[.[] | select(.tid == $tid and .wake_ns != null)] | length")
		[ "$seen" -le "$wakes" ]
		unseen=$((unseen + wakes - seen))
	done < <(value "$1.load" '.[] | "\(.tid) \(.wakes)"')
	[ "$unseen" -le "$(missed "$1")" ] || { echo "$unseen wakes not seen, $(missed "$1") said to be missed"; return 1; } >&2
}

@test "notify: N pollers and N notifications, each wake with its latency, by fentry and by kprobes" {
	woken wakes
	woken wakes_kprobes
}

@test "notify: the latency of poll in the summary is that of the wakes" {
	for name in wakes wakes_kprobes; do
		holds $name '([.[] | select(.wake_ns != null).wake_ns] | [length, add, max]) as $wakes
			| .[-1].clocks[0].paths.poll | .uses > $wakes[0] and ([.latency | .count, .sum_ns, .max_ns] == $wakes)'
	done
}

@test "notify: as many files are closed as were opened, the last one by the exit of its process" {
	for name in wakes wakes_kprobes; do
		holds $name '(.[-1].lost | .recursion + .missed) as $missed
			| .[-1].readers | map(select(.comm == "load").paths) | map(.open.uses, .release.uses)
			| all(. <= 5) and 10 - add <= $missed'
	done
}
