#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# top, in a terminal of tmux: what its screen shows, what its keys do, and how it leaves the terminal.

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export VMCLOCK_TRACE OUT=$BATS_FILE_TMPDIR LC_ALL=C.UTF-8
	"$VMCLOCK_TRACE" record --scenario "$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario" \
		"$OUT/incident.sqlite" >/dev/null || [ $? = 3 ]
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	page=$BATS_TEST_TMPDIR/page
	unset NO_COLOR
	terminals=0
}

teardown() {
	local server
	for server in "$BATS_TEST_TMPDIR"/tmux.*; do tmux -S "$server" kill-server 2>/dev/null || :; done
	end_sim
}

# Each has a server of its own: that of the one before may just be ending.
terminal() { tmux -S "$BATS_TEST_TMPDIR/tmux.$terminals" -f /dev/null "$@"; }
screen() { terminal capture-pane -p "$@"; }
keys() { terminal send-keys "$@"; }

# shows PATTERN: a line of the screen has it.
shows() { screen | grep -qE -- "$1"; }
shows_not() { ! shows "$1"; }

# see PATTERN: wait until it is shown; else what was.
see() { until_true shows "$1" || { screen >&2; cat err >&2; return 1; }; }

# top COLUMNSxROWS OPTION...: in a terminal of that size, with a line of a shell before it; its exit
# status then is in the file code, what the terminal was before and after it in before and after.
top() {
	local size=$1
	shift
	rm -f code
	terminals=$((terminals + 1))
	cat >run.bash <<-'END'
		echo 'a line of the shell'
		stty -g >before
		(echo "$BASHPID" >pid; exec "$VMCLOCK_TRACE" top "$@" 2>err)
		echo $? >code.new
		stty -g >after
		mv code.new code
		exec cat
	END
	terminal new-session -d -x "${size%x*}" -y "${size#*x}" bash run.bash "$@"
}

# ended [STATUS]: it has ended with that, and the terminal is as it was, in all that it shows too.
ended() {
	until_true test -e code
	[ "$(cat code)" = "${1:-0}" ] || { cat code err >&2; return 1; }
	cmp before after
	see 'a line of the shell'
	shows_not 'q quit'
}

# live COLUMNSxROWS OPTION...: of the page of this test, without the kernel of this machine.
live() { top "$1" --device "$page" --without-bpf "${@:2}"; }

# recorded COLUMNSxROWS OPTION...: of the incident, which stands still but for keys.
recorded() {
	top "$1" --from "${file-$OUT/incident.sqlite}" --speed 0.001 "${@:2}"
	see 'at \+0.0 s' # what is typed before may be lost
}

@test "top: the answer is the first line, the keys are in the last, and q leaves the terminal as it was" {
	play_sim "$page" 'end 1h'
	live 80x24
	see 'OK: the page is good, and the clocks are within what they claim'
	[[ $(screen | head -1) == "● OK: "* ]]
	[[ $(screen | tail -1) == "q quit "* ]]
	see '^page +SYNCHRONIZED +±'
	see 'READERS  not seen: no hooks in the kernel were asked for'
	see 'NO FINDING SEEN'
	keys q
	ended
	[ ! -s err ]
}

@test "top: a disruption is said at once, with the moment in UTC" {
	play_sim "$page" 'end 1h' 'at 2s migrate' 'at 10s migrate' 'at 60s migrate'
	live 80x24
	see '^✖ CRITICAL: disruption .* ago; '
	see '  since .*Z: CRITICAL; findings: '
	see '^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z ✖ disruption: the counter was disrupted'
	keys q
	ended
}

@test "top: any size has the answer and the keys, and nothing of another size" {
	play_sim "$page" 'end 1h'
	live 80x24
	see 'OK: the page is good'
	for size in 40x10 200x50 80x24 20x3 120x30; do
		terminal resize-window -x "${size%x*}" -y "${size#*x}"
		# It is drawn in that size: the last row of it has the keys.
		fits() {
			[ "$(screen | wc -l)" = "${size#*x}" ] && [[ $(screen | tail -1) == "q quit"* ]] &&
				[[ $(screen | head -1) == "● OK: "* ]]
		}
		until_true fits || { echo "$size"; screen; return 1; } >&2
		[ "$(screen | grep -c 'q quit')" = 1 ]
		[ "$(screen | grep -c 'OK: ')" = 1 ]
		[ "$(screen | grep -c '^CLOCK ')" = "$([ "$size" = 20x3 ] && echo 0 || echo 1)" ]
	done
	keys q
	ended
}

@test "top: Ctrl-C, SIGTERM and SIGHUP end it with 0, and the terminal is as it was" {
	play_sim "$page" 'end 1h'
	for signal in INT TERM HUP; do
		live 80x24
		see 'OK: the page is good'
		if [ "$signal" = INT ]; then keys C-c; else kill "-$signal" "$(cat pid)"; fi
		ended
		terminal kill-server
	done
	recorded 80x24
	see 'at \+0.0 s'
	keys C-c
	ended
}

@test "top: stopped by Ctrl-Z it gives the terminal back, and takes it again" {
	play_sim "$page" 'end 1h'
	terminal new-session -d -x 80 -y 24 bash --norc --noprofile -i
	keys "'$VMCLOCK_TRACE' top --device '$page' --without-bpf" Enter
	see '^● OK: '
	keys C-z
	see 'Stopped'
	shows_not 'q quit'
	keys 'fg; echo again $?' Enter
	see '^● OK: '
	see '^q quit'
	keys q
	see '^again 0'
}

@test "top: it ends when its terminal is gone" {
	play_sim "$page" 'end 1h'
	live 80x24
	see 'OK: the page is good'
	pid=$(cat pid)
	terminal kill-server
	gone() { ! grep -q . "/proc/$pid/cmdline"; }
	until_true gone
}

@test "top: where there is no terminal, or an unknown one, it says so and what to do" {
	play_sim "$page" 'end 1h'
	run -1 --separate-stderr "$VMCLOCK_TRACE" top --device "$page" --without-bpf
	[ -z "$output" ]
	# shellcheck disable=SC2154 # stderr is bats'
	[[ $stderr == *"is no terminal"*"hint: vmclock-trace watch"* ]]
	cat >unknown.bash <<-'END'
		TERM=none-such "$VMCLOCK_TRACE" top --device "$1" --without-bpf 2>err
		echo $? >code
		exec cat
	END
	terminal new-session -d -x 80 -y 24 bash unknown.bash "$page"
	until_true test -s code
	[ "$(cat code)" = 1 ]
	grep -q "the terminal 'none-such' is not known here" err
	grep -q '^hint: ' err
}

@test "top: a device that is not there is an error before anything is drawn" {
	top 80x24 --device "$page" --without-bpf
	ended 1
	grep -q '^vmclock-trace top: ' err
}

@test "top --from: seeks to the second, shows what was known then, and pauses" {
	recorded 80x24
	see 'at \+0.0 s, speed 0.001'
	see '● OK: the page is good, and the clocks are within what they claim'
	keys Right
	see 'at \+10.0 s'
	keys Right
	see 'at \+20.0 s'
	see '▲ WARNING: the hypervisor expects to disrupt the counter within an hour'
	see '^database +1001 +20 .* PTP_SYS_OFFSET_PRECISE'
	keys Space
	see 'PAUSED'
	keys Right
	see 'PAUSED .*at \+30.0 s'
	see 'CRITICAL; findings: 6'
	keys Left
	see 'PAUSED .*at \+20.0 s'
	see 'WARNING; findings: 1 '
	keys Left Left Left
	see 'at \+0.0 s'
	keys End
	see 'END at \+59'
	see 'clock_set: timed \(999\) stepped'
	# Nothing is known of what is past its end.
	keys End Right Right e
	see 'ERROR▼'
	see 'END at \+59'
	keys Home
	see 'at \+0.0 s'
	see 'NO FINDING SEEN'
	keys q
	ended
}

@test "top --from: it is played as fast as asked for, to its end" {
	top 80x24 --from "$OUT/incident.sqlite" --speed 100
	see 'END at \+59'
	see 'CRITICAL; findings: 6'
	keys q
	ended
}

@test "top --from: while the incident is open the worst clock is in the first line, with its error" {
	"$VMCLOCK_TRACE" record --scenario <(sed 's/^end .*/end 23s/; /^at 2[56]/d' \
		"$BATS_TEST_DIRNAME/../scenarios/incident-full.scenario") open.sqlite >/dev/null || [ $? = 3 ]
	top 80x24 --from open.sqlite --speed 1000
	see 'END'
	see '^✖ CRITICAL: disruption .* ago; CLOCK_REALTIME is 250 ms behind \(±'
	see '^CLOCK_REALTIME +-250 ms behind +±'
	see '^database +1001 .* -130 ms '
	keys q
	ended
}

@test "top: u, l, e and f sort the readers" {
	recorded 80x24
	keys Right Right
	see 'USES/S▼'
	keys e
	see ' ERROR▼'
	keys l
	see ' SLOWEST▼'
	keys f
	see ' FAILED▼'
	keys u
	see ' USES/S▼'
	[ "$(screen | grep -A1 '^READER' | tail -1 | cut -d' ' -f1)" = database ]
	keys Down
	until_true shows_not '^database'
	see '^chronyd'
	keys Up
	see '^database'
}

@test "top: names that a terminal would obey are shown harmless" {
	cp "$OUT/incident.sqlite" evil.sqlite
	sqlite3 evil.sqlite "UPDATE threads SET comm = CAST(x'1b5b324a1b5d303b780765' AS TEXT) WHERE comm = 'database'"
	file=evil.sqlite recorded 120x24
	keys End
	see 'END'
	keys u
	see '^\\x1b\[2J'
	[[ $(screen | tail -1) == "q quit "* ]]
}

@test "top: colour as asked for, and NO_COLOR" {
	coloured() { screen -e | head -1 | grep -q $'\e\\[[0-9;]*3[1-7]m'; }
	while read -r none when expected; do
		export NO_COLOR=$none
		[ "$none" != - ] || unset NO_COLOR
		recorded 80x24 --color "$when"
		see 'OK: '
		if [ "$expected" = yes ]; then coloured; else ! coloured; fi || { echo "$none $when"; screen -e; return 1; } >&2
		terminal kill-server
	done <<-'END'
		- auto yes
		- always yes
		- never no
		1 auto no
		1 always yes
	END
}

@test "top: in a locale without UTF-8 all is ASCII" {
	LC_ALL=C recorded 80x24
	keys End
	see 'END'
	see '^\+ OK: '
	see '^CLOCK_REALTIME .* \+-1\.[0-9]+ us +.*[_#]'
	run ! grep -P '[^\x00-\x7f]' <(screen)
}

# bats test_tags=plain
@test "top: it has no rights and no unusual system calls once it runs" {
	play_sim "$page" 'end 1h'
	live 80x24
	see 'OK: the page is good'
	grep -q '^CapEff:.0000000000000000$' "/proc/$(cat pid)/status"
	grep -q '^NoNewPrivs:.1$' "/proc/$(cat pid)/status"
	grep -q '^Seccomp:.2$' "/proc/$(cat pid)/status"
	terminal kill-server
	recorded 80x24
	see 'OK: '
	grep -q '^Seccomp:.2$' "/proc/$(cat pid)/status"
}
