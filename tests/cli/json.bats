#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What each command prints is what its --schema says, by a validator that is not ours.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	vectors=$BATS_TEST_DIRNAME/../data/vectors/pages
	scenarios=$BATS_TEST_DIRNAME/../scenarios
	/usr/bin/python3 -c 'import jsonschema' || skip "python3-jsonschema is not installed"
	cd "$BATS_TEST_TMPDIR" || return
	mkdir out
}

# fits COMMAND: all that is in out/ is what the command's schema says.
fits() {
	"$VMCLOCK_TRACE" "$1" --schema >schema
	/usr/bin/python3 "$BATS_TEST_DIRNAME/json_check.py" schema out/* >complaints || { cat complaints >&2; return 1; }
}

# prints NAME COMMAND...: into out/NAME; a finding is no failure.
prints() {
	"$VMCLOCK_TRACE" "${@:2}" >"out/$1" 2>stderr || [ $? = 3 ] || { cat stderr >&2; return 1; }
}

@test "json: status, on every page" {
	for page in "$vectors"/*.bin; do
		prints "$(basename "$page").now" status --json --device "$page"
		prints "$(basename "$page").at" status --json --device "$page" --counter 0
	done
	fits status
	# The validator does notice what is wrong: a value that is none of the list, and a negative number.
	jq '.level = "fine"' out/003-old.bin.at >out/wrong
	run fits status
	[ "$status" = 1 ]
	jq '.reader.retries = -1' out/003-old.bin.at >out/wrong
	run fits status
	[ "$status" = 1 ]
}
