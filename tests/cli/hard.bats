#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The installed programs are built hard.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

setup() {
	root=$(dirname "$VMCLOCK_TRACE")/..
	to=$BATS_TEST_TMPDIR/to
	make --no-print-directory -C "$root" install DESTDIR="$to" >"$BATS_TEST_TMPDIR/log" 2>&1
}

# The simulator links nothing but the C library; the others are checked by what they call.
@test "hard: position-independent, read-only after relocation, bound at once, no stack to execute" {
	[ "$(ls "$to"/usr/local/bin | wc -l)" = 4 ]
	for program in "$to"/usr/local/bin/*; do
		readelf -W -h -l -d "$program" >"$BATS_TEST_TMPDIR/elf"
		for wanted in 'Type: *DYN' 'Flags: .*NOW.* PIE' 'GNU_RELRO' 'GNU_STACK .* RW '; do
			grep -qE "$wanted" "$BATS_TEST_TMPDIR/elf" || { echo "$program: $wanted" >&2; return 1; }
		done
	done
}

@test "hard: stack protector and checked calls in each program" {
	for program in "$to"/usr/local/bin/*; do
		readelf -W --dyn-syms "$program" >"$BATS_TEST_TMPDIR/symbols"
		grep -q __stack_chk_fail "$BATS_TEST_TMPDIR/symbols"
		grep -qE '__(v?snprintf|memcpy|v?fprintf|read|strcpy)_chk' "$BATS_TEST_TMPDIR/symbols"
	done
}

@test "hard: jumps land only where they may, and stacks grow page by page, where the compiler can" {
	case $(uname -m) in
	x86_64) flag=-fcf-protection=full note='IBT.*SHSTK|x86 feature: .*IBT' ;;
	aarch64) flag=-mbranch-protection=standard note='BTI' ;;
	*) skip "no such flag is known for this machine" ;;
	esac
	make -C "$root" -n -B V=1 build/obj/base/text.o >"$BATS_TEST_TMPDIR/commands"
	for wanted in "$flag" -fstack-clash-protection -fstack-protector-strong; do
		echo 'int main(void) { return 0; }' | cc -Werror "$wanted" -x c -c -o "$BATS_TEST_TMPDIR/x.o" - || continue
		grep -q -- "$wanted" "$BATS_TEST_TMPDIR/commands"
	done
	readelf -n "$root/build/obj/base/text.o" | grep -qE "$note"
}
