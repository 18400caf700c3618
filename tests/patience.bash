# SPDX-License-Identifier: GPL-2.0-or-later
# For tests that wait for something: for what is meant, never for a time in which it should be done.

PATIENCE_S=300

# until_true COMMAND...: until it succeeds.
until_true() {
	local deadline=$((SECONDS + PATIENCE_S))
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$deadline" ]; then
			echo "not so for $PATIENCE_S s: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# For a bash of its own.
export_patience() {
	export PATIENCE_S
	export -f until_true has begun is_whole plays play_sim end_sim has_ended play_watched watcher end_watchers
}

# has FILE PATTERN [TIMES]: in so many of its lines at least.
has() { [ "$(grep -c -- "$2" "$1")" -ge "${3:-1}" ]; }

# begun FILE: what writes its output there has begun to watch.
begun() { has "$1" '"type":"begin"\|^start '; }

# play_sim FILE LINE...: a scenario of these lines into the page FILE, by vmclock-sim in the background,
# process $sim, which says what happens in $played; goes on once the page is there.
play_sim() {
	local file=$1 folder=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
	shift
	played=$folder/played
	printf '%s\n' "$@" >"$folder/scenario"
	rm -f "$file"
	"${VMCLOCK_TRACE%-trace}-sim" --now "$folder/scenario" "$file" >"$played" 2>&1 3>&- &
	sim=$!
	until_true plays "$file"
	is_whole "$file" || { cat "$played"; return 1; } >&2
}
plays() { is_whole "$1" || has_ended "$sim"; }

# is_whole FILE: its sequence count is even, and no longer 0.
is_whole() { [ "$(od -An -tu4 -j12 -N4 "$1")" -gt 0 ] && [ $(($(od -An -tu4 -j12 -N4 "$1") % 2)) = 0 ]; }

# Nothing happens to the page until those who are to see it look: hold_sim FILE, then let_sim_go.
hold_sim() {
	kill -STOP "$sim"
	until is_whole "$1"; do # in the midst of an update
		kill -CONT "$sim"
		sleep 0.02
		kill -STOP "$sim"
	done
}
let_sim_go() { kill -CONT "$sim"; }
# By SIGTERM; at once where it does not end so: stopped while it looks for leaks, it waits for ever.
end_sim() {
	[ -n "${sim-}" ] || return 0
	{ kill -CONT "$sim" && kill "$sim"; } 2>/dev/null || return 0
	PATIENCE_S=10 until_true has_ended "$sim" 2>/dev/null || kill -KILL "$sim" 2>/dev/null || :
}

# has_ended PROCESS: it is no longer there, or only to be waited for.
has_ended() { ! grep -q '^State:.[^ZX]' "/proc/$1/status"; }

# For what a process waits that waits for events; any where the kernel does not say, not even of this
# one's parent.
waits() { grep -qs '[a-z]' "/proc/$PPID/wchan" && echo 'poll\|nanosleep' || echo .; }

# looks PROCESS FILE: it has opened the page FILE and waits for what comes, not for the kernel to make
# its filters, or has ended already.
looks() {
	[ -n "$(find "/proc/$1/fd" -lname "$2" 2>/dev/null)" ] && grep -q '^State:.S' "/proc/$1/status" &&
		grep -q "$(waits)" "/proc/$1/wchan" ||
		! grep -q . "/proc/$1/maps"
}

# play_watched PAGE LINE... -- COMMAND...: a scenario of these lines into the page, the first of which
# happens after COMMAND, which starts the processes ${watchers[@]}, has returned.
play_watched() {
	# Names that COMMAND, which sees them, has no use for.
	local _page=$1 _line _lines=() _later _ahead_ms=1500 _began_ms _took_ms
	shift
	while [ "$1" != -- ]; do _lines+=("$1"); shift; done
	shift
	while [ "$_ahead_ms" -lt $((PATIENCE_S * 1000)) ]; do
		_later=()
		_began_ms=$((${EPOCHREALTIME/[.,]/} / 1000))
		for _line in "${_lines[@]}"; do
			[[ ! $_line =~ ^at\ ([0-9]+)(ms|s)\ (.*) ]] ||
				_line="at $((BASH_REMATCH[1] * (${#BASH_REMATCH[2]} == 1 ? 1000 : 1) + _ahead_ms))ms ${BASH_REMATCH[3]}"
			_later+=("$_line")
		done
		play_sim "$_page" 'end 1h' "${_later[@]}"
		watchers=()
		"$@"
		_took_ms=$((${EPOCHREALTIME/[.,]/} / 1000 - _began_ms))
		[ "$_took_ms" -gt $((_ahead_ms / 2)) ] || return 0
		# More where a machine is too busy to begin in half of it.
		_ahead_ms=$((4 * _took_ms))
		kill -KILL "${watchers[@]}" 2>/dev/null || :
		wait "${watchers[@]}" || :
		end_sim
	done
	return 1
}

# watcher OUTPUT COMMAND...: one of ${watchers[@]}; returns once it has begun to watch.
watcher() {
	local output=$1
	shift
	"$@" >"$output" 3>&- &
	watchers+=($!)
	until_true begun "$output"
}

# end_watchers: as by Ctrl-C; $status is the first one's.
end_watchers() {
	kill -INT "${watchers[@]}" 2>/dev/null || :
	# shellcheck disable=SC2034 # for the caller
	status=0
	wait "${watchers[0]}" || status=$?
	wait "${watchers[@]}" || :
	end_sim
}

# Of a loop over many, `make check` takes a third, a quick check one of every so many, `make check-long`,
# and who runs a file by itself, all. one_of EVERY: one of how many.
one_of() {
	case ${CHECK-} in
	quick) echo "$1" ;;
	normal) echo 3 ;;
	*) echo 1 ;;
	esac
}

# at_least COUNT EVERY: of so many, if some_of leaves some out.
at_least() { echo $(($1 / $(one_of "$2"))); }

# some_of EVERY FILE...: the first of every so many.
some_of() {
	local every
	every=$(one_of "$1")
	shift
	printf '%s\n' "$@" | awk -v every="$every" '(NR - 1) % every == 0'
}
