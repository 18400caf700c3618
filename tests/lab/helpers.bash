# SPDX-License-Identifier: GPL-2.0-or-later
# For the guests' tests: one boot a file, whose outputs the tests then look at.

LAB=$(dirname "${BASH_SOURCE[0]}")

# in_guest [LAB OPTION...] <<SCRIPT: boots, runs SCRIPT, and leaves what it wrote with `keep NAME`
# in $OUT/NAME. A guest that did not get to the end of its script fails the file.
in_guest() {
	local script=$BATS_FILE_TMPDIR/guest.sh all=$BATS_FILE_TMPDIR/all arch=
	export OUT=$BATS_FILE_TMPDIR/out
	mkdir -p "$OUT"
	case " $* " in *" arm64 "*) arch=/arm64 ;; esac
	{
		# Each kept output crosses to the host as a marked block of base64, so any byte survives.
		echo 'keep() { name=$1; shift; "$@" >/tmp/keep.$name 2>/tmp/keep.$name.err; status=$?
		      for part in "" .err; do
		              echo "@@@ $name$part"; base64 "/tmp/keep.$name$part"; done
		      echo "@@@ $name.status"; echo $status | base64; }
		      # trace_while NAME OPTION... -- COMMAND...: run COMMAND once the hooks are on, then stop.
		      # $TRACE traces; by default the program itself.
		      trace_while() { name=$1; shift; options=
		              while [ "$1" != -- ]; do options="$options $1"; shift; done; shift
		              (keep "$name" ${TRACE:-vmclock-trace} trace --json $options) >/tmp/$name.block &
		              for i in $(seq 200); do grep -q begin "/tmp/keep.$name" && break; usleep 100000; done
		              "$@" >/tmp/$name.load; sleep 1; killall -INT vmclock-trace; wait
		              cat /tmp/$name.block; keep "$name.load" cat /tmp/$name.load; }'
		cat
		echo 'echo "@@@ end"'
	} >"$script"
	"$LAB/run" "$@" --put "$script" --put "$PWD/build$arch/lab/load" --put "$LAB/load/kcount" -- \
		sh /put/guest.sh >"$all" 2>"$all.err" || [ $? != 77 ] || {
		# Old kernels leave Debian's lists; the project is not to blame for that.
		echo "Debian lists no such kernel any more: $*" >"$BATS_FILE_TMPDIR/skip"
		return 0
	}
	grep -q '^@@@ end$' "$all" || {
		echo "the guest did not reach the end of its script:"
		cat "$all" "$all.err"
		return 1
	} >&2
	split_blocks "$all"
}

# Before each test: if there was no guest, say why.
setup() {
	[ ! -e "$BATS_FILE_TMPDIR/skip" ] || skip "$(cat "$BATS_FILE_TMPDIR/skip")"
}

split_blocks() {
	local line name=
	while IFS= read -r line; do
		case $line in
		"@@@ "*) name=${line#@@@ } && : >"$OUT/$name.b64" ;;
		*) [ -z "$name" ] || echo "$line" >>"$OUT/$name.b64" ;;
		esac
	done <"$1"
	for name in "$OUT"/*.b64; do
		base64 -d "$name" >"${name%.b64}"
	done
}

# status_is NAME CODE
status_is() {
	[ "$(cat "$OUT/$1.status")" = "$2" ] || {
		echo "$1 ended with $(cat "$OUT/$1.status"), not $2"
		cat "$OUT/$1" "$OUT/$1.err"
		return 1
	} >&2
}

# holds NAME JQ-EXPRESSION: true of the lines of JSON in NAME, taken together as an array.
holds() {
	jq -es "$2" "$OUT/$1" >/dev/null || {
		echo "not so in $1: $2"
		head -c 6000 "$OUT/$1"
		cat "$OUT/$1.err"
		return 1
	} >&2
}

# value NAME JQ-EXPRESSION: prints it.
value() { jq -rs "$2" "$OUT/$1"; }
