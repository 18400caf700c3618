# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What the script of a test has in its guest; in_guest of ../helpers.bash puts it there.

# A busy host runs a guest at a tenth of its speed: nothing that must come is given up sooner.
PATIENCE_S=600

# keep NAME COMMAND...: what it writes and how it ends is $OUT/NAME, NAME.err and NAME.status on the
# host. It crosses as marked blocks of base64, so any byte survives.
keep() {
	name=$1
	shift
	"$@" >"/tmp/keep.$name" 2>"/tmp/keep.$name.err"
	status=$?
	for part in "" .err; do
		echo "@@@ $name$part"
		base64 "/tmp/keep.$name$part"
	done
	echo "@@@ $name.status"
	echo "$status" | base64
}

# until_true COMMAND...: until it succeeds; the script ends if it never does.
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		if [ $((tries += 1)) -gt $((PATIENCE_S * 10)) ]; then
			echo "not so for $PATIENCE_S s: $*" >&2
			exit 1
		fi
		usleep 100000
	done
}

# has FILE PATTERN [TIMES]: in so many of its lines at least.
has() { [ "$(grep -c -- "$2" "$1")" -ge "${3:-1}" ]; }

# until_says NAME PATTERN [TIMES]: until what is kept as NAME has it.
until_says() { until_true has "/tmp/keep.$1" "$2" "${3:-1}"; }

# Or it ended without; what is wrong then shows in its status.
begun() { has "/tmp/keep.$1" '"begin"\|^TIME' || has "/tmp/$1.block" "^@@@ $1.status"; }

# begin NAME COMMAND...: keep, in the background; goes on once COMMAND has begun to watch.
begin() {
	(keep "$@") >"/tmp/$1.block" &
	blocks="${blocks-} $1"
	until_true begun "$1"
}

# finish: those begun end as by Ctrl-C, if they have not ended yet, and are kept.
finish() {
	killall -q -INT vmclock-trace
	wait
	for block in $blocks; do
		cat "/tmp/$block.block"
	done
	blocks=
}

# trace_while NAME OPTION... -- COMMAND...: runs COMMAND once the hooks are on, then stops.
# $TRACE traces; by default the program itself.
trace_while() {
	traced=$1
	shift
	options=
	while [ "$1" != -- ]; do
		options="$options $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # options are words
	begin "$traced" ${TRACE:-vmclock-trace} trace --json $options
	"$@" >"/tmp/$traced.load"
	finish
	keep "$traced.load" cat "/tmp/$traced.load"
}
