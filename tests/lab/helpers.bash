# SPDX-License-Identifier: GPL-2.0-or-later
# For the guests' tests: one boot a file, whose outputs the tests then look at.

bats_require_minimum_version 1.5.0

LAB=$(dirname "${BASH_SOURCE[0]}")
GUEST_LIMIT_S=1800 # on a host so busy that a guest takes ten times as long

# in_guest [LAB OPTION...] <<SCRIPT: boots, runs SCRIPT, which has guest/helpers.sh, and leaves what it
# wrote with `keep NAME` in $OUT/NAME. A guest that did not get to the end of its script fails the file.
in_guest() {
	local script=$BATS_FILE_TMPDIR/guest.sh all=$BATS_FILE_TMPDIR/all arch=
	export OUT=$BATS_FILE_TMPDIR/out
	mkdir -p "$OUT"
	case " $* " in *" arm64 "*) arch=/arm64 ;; esac
	{
		cat "$LAB/guest/helpers.sh"
		cat
		echo 'echo "@@@ end"'
	} >"$script"
	guest_run "$all" --timeout "$GUEST_LIMIT_S" "$@" --put "$script" --put "$PWD/build$arch/lab/load" \
		--put "$LAB/load/kcount" -- sh /put/guest.sh || [ $? != 77 ] || {
		# Old kernels leave Debian's lists; the project is not to blame for that.
		echo "Debian lists no such kernel any more: $*" >"$BATS_FILE_TMPDIR/skip"
		return 0
	}
	grep -q '^@@@ end$' "$all" || {
		echo "the guest did not reach the end of its script; what it wrote last, without what it kept:"
		grep -vE '^[A-Za-z0-9+/]{16,}={0,2}$' "$all" | tail -n 20
		tail -n 40 "$all.err"
		return 1
	} >&2
	split_blocks "$all"
}

# guest_run FILE LAB OPTION...: what it writes goes to FILE and FILE.err. A guest whose emulator lost a
# timer is begun again, twice at most, and that is said.
guest_run() {
	local all=$1 status again
	shift
	for again in 1 2 3; do
		status=0
		"$LAB/run" "$@" >"$all" 2>"$all.err" || status=$?
		[ "$status" = 75 ] || break
		echo "# guest $again of 3: the emulator lost a timer; its kernel said so" >&3
	done
	return "$status"
}

# Before each test: if there was no guest, say why.
setup() {
	[ ! -e "$BATS_FILE_TMPDIR/skip" ] || skip "$(cat "$BATS_FILE_TMPDIR/skip")"
}

# By awk: bats looks at each command of bash, which makes a loop over many lines take minutes.
split_blocks() {
	awk -v out="$OUT/" '/^@@@ / { close(name); name = out substr($0, 5) ".b64"; printf "" >name; next }
		name { print >>name }' "$1"
	local name
	for name in "$OUT"/*.b64; do
		base64 -d "$name" >"${name%.b64}"
	done
}

# show NAME: the beginning and the end of it, no line endless, and what was said beside it.
show() {
	local lines
	lines=$(wc -l <"$OUT/$1")
	if [ "$lines" -le 8 ]; then
		cat "$OUT/$1"
	else
		head -n 4 "$OUT/$1"
		echo "... $((lines - 8)) lines more ..."
		tail -n 4 "$OUT/$1"
	fi | cut -c -500
	[ ! -e "$OUT/$1.err" ] || tail -n 20 "$OUT/$1.err"
}

# status_is NAME CODE
status_is() {
	[ "$(cat "$OUT/$1.status")" = "$2" ] || {
		echo "$1 ended with $(cat "$OUT/$1.status"), not $2"
		show "$1"
		return 1
	} >&2
}

# holds NAME JQ-EXPRESSION: true of the lines of JSON in NAME, taken together as an array.
holds() {
	jq -es "$2" "$OUT/$1" >/dev/null || {
		echo "not so in $1: $2"
		show "$1"
		return 1
	} >&2
}

# value NAME JQ-EXPRESSION: prints it.
value() { jq -rs "$2" "$OUT/$1"; }
