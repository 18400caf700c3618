#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What commands accept: one table each, one voice for what is wrong.

bats_require_minimum_version 1.5.0

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	export LC_ALL=C.UTF-8
}

# refused WORDS... : exit 2, nothing on stdout, and this on stderr.
refused() {
	local expected=$1
	shift
	run --separate-stderr "$VMCLOCK_TRACE" "$@"
	[ "$status" = 2 ] && [ -z "$output" ] && [ "$stderr" = "$expected" ] ||
		{ printf '%s: %s\n%s\n%s\n' "$*" "$status" "$stderr" "$expected" >&2; return 1; }
}

@test "options: help COMMAND is COMMAND --help" {
	[ "$("$VMCLOCK_TRACE" help wait)" = "$("$VMCLOCK_TRACE" wait --help)" ]
	[ "$("$VMCLOCK_TRACE" help)" = "$("$VMCLOCK_TRACE" --help)" ]
	[ "$("$VMCLOCK_TRACE")" = "$("$VMCLOCK_TRACE" --help)" ]
}

@test "options: an unknown command is named, and the nearest one" {
	local n=$'\n'
	refused "vmclock-trace: unknown command 'sttaus'${n}hint: did you mean status?" sttaus
	refused "vmclock-trace: unknown command 'frobnicate'${n}hint: vmclock-trace --help" frobnicate
	refused "vmclock-trace: unknown command 'wiat'${n}hint: did you mean wait?" help wiat
	refused "vmclock-trace: unknown command '\\x1b[2J'${n}hint: vmclock-trace --help" $'\e[2J'
}

@test "options: an unknown option is named, and the nearest one" {
	local n=$'\n' speaker='vmclock-trace wait'
	refused "$speaker: unknown option '--timeuot=3'${n}hint: did you mean --timeout?" wait --timeuot=3
	refused "$speaker: unknown option '--frobnicate'${n}hint: $speaker --help" wait --frobnicate
	refused "$speaker: unknown option '-s'${n}hint: did you mean --since-marker?" wait -s 3
	refused "$speaker: unknown option '-X'${n}hint: $speaker --help" wait -jX
	refused "$speaker: unknown option '--hepl'${n}hint: did you mean --help?" wait --hepl
	refused "vmclock-trace: unknown option '--verson'${n}hint: did you mean --version?" --verson
}

@test "options: what is wrong with a value is told" {
	local n=$'\n' speaker='vmclock-trace wait'
	refused "$speaker: --timeout needs a value: T${n}hint: $speaker --help" wait --for any --timeout
	refused "$speaker: --timeout needs a value: T${n}hint: $speaker --help" wait --for any -t
	refused "$speaker: there is no value to give to this option: '--json=yes'${n}hint: $speaker --help" wait --json=yes
	refused "$speaker: --interval '99us' is not a time from 100us, such as 10s, 2.5m or 1h${n}hint: $speaker --help" wait --for any -i 99us
	refused "$speaker: --for is missing${n}hint: $speaker --help" wait
	refused "$speaker: unexpected argument 'x'${n}hint: $speaker --help" wait --for any x
	refused "vmclock-trace status: --via 'mamp' is not auto, mmap or read${n}hint: vmclock-trace status --help" status --via mamp
}

@test "options: a long one may be shortened as far as it is one" {
	run "$VMCLOCK_TRACE" wait --fo any --ti 0 --dev /dev/null/none
	[ "$status" = 1 ]
	run "$VMCLOCK_TRACE" status --v read --d /dev/null/none
	[ "$status" = 1 ]
}

@test "options: a letter means the same in all commands" {
	local letters
	letters=$(for command in $("$VMCLOCK_TRACE" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		"$VMCLOCK_TRACE" "$command" --help | sed -nE 's/^  (-[a-zA-Z]), (--[a-z-]+).*/\1 \2/p'
	done | sort -u)
	[ "$(wc -l <<<"$letters")" -ge 12 ]
	[ -z "$(cut -d' ' -f1 <<<"$letters" | uniq -d)" ] || { echo "$letters" >&2; return 1; }
}

@test "options: two forms of a report contradict each other" {
	for forms in "--html --csv" "--csv --perfetto" "--json --html"; do
		# shellcheck disable=SC2086 # words are meant
		run --separate-stderr "$VMCLOCK_TRACE" report $forms none.sqlite
		[ "$status" = 2 ]
		[[ $stderr == *" exclude each other"* ]]
	done
}

# Help, version and schema are output too: into a full disk they fail.
@test "options: what cannot be printed fails" {
	for arguments in --help --version help "help trace" "--completion bash" "watch --help" "report --schema" \
		"status --schema" "exporter --help" "bundle --help"; do
		# shellcheck disable=SC2086 # words are meant
		run bash -c '"$@" >/dev/full' - "$VMCLOCK_TRACE" $arguments
		[ "$status" = 1 ] || { echo "$arguments: $status" >&2; return 1; }
		[[ $output == "vmclock-trace"*": the output could not be written: No space left on device" ]]
		[ "${#lines[@]}" = 1 ]
		[[ $arguments != --completion* || $output == "vmclock-trace: "* ]]
	done
	page=$BATS_TEST_DIRNAME/../data/vectors/pages/003-old.bin
	for arguments in --version "status --device $page" "watch --device $page --duration 10ms" \
		"wait --device $page --for disruption --since-marker 99" "exporter --help"; do
		# shellcheck disable=SC2086 # words are meant
		run bash -c '"$@" >&-' - "$VMCLOCK_TRACE" $arguments
		[[ $output == *": the output could not be written: standard output is closed"* ]] ||
			{ echo "$arguments: $output" >&2; return 1; }
	done
}
