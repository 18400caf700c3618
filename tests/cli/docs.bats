#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Man pages and completion say what the program does, no more and no less.
# bats file_tags=plain

bats_require_minimum_version 1.5.0

setup_file() {
	make -s -C "$BATS_TEST_DIRNAME/../.." man completions
}

setup() {
	: "${VMCLOCK_TRACE:=$PWD/build/vmclock-trace}"
	root=$BATS_TEST_DIRNAME/../..
	man=$root/man
	json=$root/build/man/vmclock-trace-json.5.scd
	vectors=$root/tests/data/vectors/pages
	made=$root/build/man # the same with keys and options filled in
	completion=$root/build/completions/vmclock-trace.bash
	export LC_ALL=C.UTF-8
	set -o pipefail
}

# The commands, as the program itself lists them.
commands() {
	"$VMCLOCK_TRACE" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | grep .
}

# What the command or function $1 lists, sorted. Nothing found must never look like nothing wrong.
list() {
	$1 | sort -u | grep . || { echo "nothing is listed by: $1" >&2; return 1; }
}

# Two lists, each from a function or command: prints what is in one only, and fails if anything is.
same() {
	local first second
	first=$(list "$1") && second=$(list "$2")
	diff <(echo "$first") <(echo "$second") | sed -n "s|^< |only in '$1': |p; s|^> |only in '$2': |p" >&2
	[ "$first" = "$second" ]
}

# The same, but only what the first has must be in the second.
within() {
	local first second missing
	first=$(list "$1") && second=$(list "$2")
	missing=$(comm -23 <(echo "$first") <(echo "$second"))
	[ -z "$missing" ] || {
		echo "in '$1', not in '$2':" "$missing" >&2
		return 1
	}
}

# --- Options: "-d, --duration T" or "--device PATH", the short one, the long one, has it a value.

options_of_help() {
	"$VMCLOCK_TRACE" "$1" --help | sed -nE 's/^  (    |(-[a-zA-Z]), )--([a-z-]+)( [A-Z]+)?  .*/\2 --\3 \4/p' | tr -s ' '
}

options_of_man() {
	sed -n '/^# OPTIONS/,/^# [^O]/p' "$made/vmclock-trace-$1.1.scd" |
		sed -nE 's/^(\*(-[a-zA-Z])\*, )?\*--([a-z-]+)\*( _([A-Z]+)_)?$/\2 --\3 \5/p' | tr -s ' '
}

long_options_of_help() { options_of_help "$1" | grep -oE -- '--[a-z-]+'; }

# complete WORD...: what is offered for the last word.
complete_words() {
	bash -c '. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		function=$(complete -p vmclock-trace | sed "s/.*-F \([^ ]*\).*/\1/")
		"$function"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" "$@"
}

options_of_completion() { complete_words vmclock-trace "$1" --; }

@test "docs: each command has its man page, and each man page its command" {
	pages() { for page in "$man"/vmclock-trace-*.1.scd; do basename "$page" .1.scd | sed s/vmclock-trace-//; done; }
	same commands pages
	for command in $(commands); do
		grep -q "vmclock-trace-$command\*(1)" "$man/vmclock-trace.1.scd"
	done
}

@test "docs: each option of each --help is in its man page, and the other way round" {
	for command in $(commands); do
		same "options_of_help $command" "options_of_man $command"
	done
	grep -q '^\*-h\*, \*--help\*$' "$made/vmclock-trace.1.scd"
	grep -q '^\*-V\*, \*--version\*$' "$made/vmclock-trace.1.scd"
	"$VMCLOCK_TRACE" -V | grep '^vmclock-trace [0-9]'
	"$VMCLOCK_TRACE" -h | grep '^commands:'
}

# What --help says of each exit status, one a line: "3 What it means."; and the same of the page.
exits_of_help() {
	"$VMCLOCK_TRACE" ${1:+"$1"} --help | sed -n '/^exit status:/,/^$/p' | sed '1d;/^$/d' |
		awk '/^  [0-9]/ { if (line) print line; line = $0; next } { line = line " " $0 } END { print line }' |
		tr -s ' ' | sed 's/^ //'
}

exits_of_man() {
	sed -n '/^# EXIT STATUS/,/^# [^E]/p' "$made/vmclock-trace${1:+-$1}.1.scd" |
		sed -nE '/^\*[0-9]+\*/{N;s/^\*([0-9]+)\*( and more)?\n\t/\1\2 /;p}'
}

# A page begins each as a sentence, and has options in bold.
as_said() { $1 | tr -d '*_\\' | tr '[:upper:]' '[:lower:]' | sed 's/[.]$//'; }

@test "docs: each exit status of each --help is in its man page, in the same words" {
	for command in $(commands) ''; do
		# What top found is on its screen: it has no status for that.
		exits_of_help "$command" | grep -c '^[0-3] ' | grep -x "$([ "$command" = top ] && echo 3 || echo 4)"
		exits_said() { as_said "exits_of_help $command"; }
		exits_written() { as_said "exits_of_man $command"; }
		same exits_said exits_written
		# None is written by hand.
		run ! grep -E '^\*[0-9]+\*( and more)?$' "$man/vmclock-trace${command:+-$command}.1.scd"
	done
}

@test "docs: man pages build and render without a warning" {
	command -v scdoc >/dev/null || skip "scdoc is not installed"
	for page in "$made"/*.scd; do
		run --separate-stderr scdoc <"$page"
		[ "$status" = 0 ]
		[ -z "$stderr" ]
		printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/page"
		command -v groff >/dev/null || continue
		run groff -K utf8 -t -man -Tutf8 -ww -Wbreak -z "$BATS_TEST_TMPDIR/page"
		[ "$status" = 0 ]
		[ -z "$output" ] || { echo "$page: $output" >&2; return 1; }
	done
}

@test "docs: the manual for a browser has each page, whose links lead somewhere" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	make -s -C "$root" man-html OUT=build
	html=$root/build/man/html
	for page in "$man"/*.scd; do
		grep -q '<title>' "$html/$(basename "$page" .scd).html"
	done
	grep -q '<a href="vmclock-trace-status.1.html">' "$html/vmclock-trace.1.html"
	for link in $(grep -ohE 'href="[^"#]+"' "$html"/*.html | cut -d '"' -f 2 | sort -u); do
		[ -s "$html/$link" ] || { echo "$link" >&2; return 1; }
	done
	# Printed lines are not apart, and what is listed is apart from its mark.
	run ! grep -E '^<br/>$|&#x2022;[^ ]|-indent">[0-9]+\.[^ ]' "$html"/*.html
	grep -q man-html "$root/README.md"
}

@test "docs: pages name each other, and nothing that does not exist" {
	for page in $(grep -ohE 'vmclock-trace-[a-z]+\*\([0-9]\)' "$man"/*.scd | tr -d '*' | sort -u); do
		section=${page##*\(}
		[ -e "$man/${page%%\(*}.${section%)}.scd" ] || { echo "$page" >&2; return 1; }
	done
}

# --- Codes

# "bad_magic unknown": of each warning, whether it is unsafe; bad, or one that status takes for a finding.
warnings_of_source() {
	alarms=$(sed -n '/^#define ANNOUNCED/,/[^\\]$/p' "$root/src/status/page_status.c" | grep -oE 'PAGE_WARN_[A-Z_]+' | cut -c 11- | tr 'A-Z\n' 'a-z ')
	alarms+=$(sed -n '/^page_warning_set health_bad/,/^}/p' "$root/src/judge/health.c" |
		grep -oE 'PAGE_WARN_[A-Z_]+' | cut -c 11- | tr 'A-Z\n' 'a-z ')
	sed -n '/ infos\[/,/^};/p' "$root/src/page/warning.c" |
		awk -v alarms=" $alarms" '
		     function put() { if (code) print code, index(alarms, " " code " ") ? "finding" : kind }
		     /\.code = / { put(); split($0, part, "\""); code = part[2]; kind = "note" }
		     /\.unsafe = true/ { kind = "unknown" }
		     END { put() }'
	grep -oE 'codes\[count\+\+\] = "[a-z_]+"' "$root/src/status/page_status.c" | sed 's/.*"\(.*\)"/\1 finding/'
}

warnings_of_man() {
	sed -n '/^# WARNINGS/,/^# EXIT/p' "$man/vmclock-trace-status.1.scd" |
		sed -nE 's/^\*([a-z_]+)\* \((finding|unknown|note)\)$/\1 \2/p'
}

@test "docs: every warning is in the status page, as what it is: finding, unknown or note" {
	same warnings_of_source warnings_of_man
	[ "$(warnings_of_source | wc -l)" -gt 20 ]
}

codes_of_man() {
	sed -n "/^# $1/,/^# [^${1:0:1}]/p" "$man/vmclock-trace-compare.1.scd" | sed -nE 's/^\*([a-z_]+)\*$/\1/p'
}

contradictions_of_source() {
	sed -n '/^const char \*contradiction_code/,/^}/p' "$root/src/compare/comparison.c" |
		grep -oE '"[a-z_]+"' | tr -d '"' | grep -v unknown
}

# In a table of strings or of structures that begin with one.
notes_of_source() {
	tr -d '\n' <"$root/src/compare/compare_words.c" |
		grep -oE '\[NOTE_[A-Z_]+\][[:space:]]*=[[:space:]{]*"[a-z_]+"' | sed 's/.*"\(.*\)"/\1/'
}

@test "docs: the lists that are made of tables are in the pages" {
	entries_of() { sed -n "/^# $1/,/^##* [^${1:0:1}]/p" "$made/vmclock-trace-$2.scd" | sed -nE 's/^\*([a-z_0-9]+)\*(,.*| .*)?$/\1/p'; }
	kinds() { "$VMCLOCK_TRACE" watch --schema | jq -r '.. | objects | .properties?.kind?.enum? // empty | .[]'; }
	causes() { sed -n '/^#define EVENT_LOSSES/,/^$/s/^\tX(\([a-z_]*\),.*/\1/p' "$root/src/event/losses.h"; }
	hooks() { sed -n '/^static const struct hook_plan plans/,/^};/p' "$root/src/observe/kernel_hooks.c" | sed -nE 's/^\t\{"([a-z_0-9]+)",.*/\1/p'; }
	same kinds 'entries_of FINDINGS watch.1'
	same causes 'entries_of LOSSES trace.1'
	within hooks 'entries_of WHAT.IS.HOOKED trace.1'
	[ "$(hooks | wc -l)" -gt 10 ]
}

# The lists that people wrote, against the names that a schema allows.
@test "docs: the names of paths and of types of events are those of the schemas" {
	enum() { "$VMCLOCK_TRACE" trace --schema | jq -r ".. | objects | .properties?.$1?.enum? // empty | .[] // empty"; }
	paths_of_man() {
		sed -n '/^The _path_ by which/,/^# THE SCREEN/p' "$man/vmclock-trace-trace.1.scd" |
			grep -E '^\*' | tr -d '*' | sed 's/, /\n/g'
	}
	types_of_csv() { grep -A 1 -x '|  type' "$man/vmclock-trace-report.1.scd" | sed -n 's/^:  \(.*\); or .*/\1/p' | sed 's/, /\n/g'; }
	same 'enum path' paths_of_man
	same 'enum seen_by' types_of_csv
}

@test "docs: every contradiction and every note is in the compare page" {
	same contradictions_of_source "codes_of_man CONTRADICTIONS"
	same notes_of_source "codes_of_man NOTES"
}

# --- JSON: the page's lists of keys are made from the tables that what is printed is checked against.

# Every key of the schemas that have one.
keys_of_schemas() {
	for command in $(commands | grep -vxE 'exporter|top'); do
		"$VMCLOCK_TRACE" "$command" --schema
	done | jq -r '.. | objects | .properties? // empty | keys[]'
}

# Every key that begins an entry, without those before it.
keys_of_man() {
	grep -E '^\*[][a-z0-9_.]+\* \(' "$json" | grep -oE '^\*[][a-z0-9_.]+\*' | tr -d '*[]' | sed 's/.*\.//'
}

@test "docs: every key of every schema is in json(5), and every key there is in a schema" {
	same keys_of_schemas keys_of_man
	[ "$(keys_of_schemas | sort -u | wc -l)" -gt 250 ]
}

@test "docs: the schemas of json(5) are those that are printed" {
	schemas_printed() {
		for command in $(commands | grep -vxE 'exporter|top'); do
			"$VMCLOCK_TRACE" "$command" --schema
		done | grep -oE 'vmclock-trace/[a-z]+/[0-9]+'
	}
	schemas_of_man() { grep -ohE 'vmclock-trace/[a-z]+/[0-9]+' "$json"; }
	same schemas_printed schemas_of_man
}

# Those of the command $1: of the schema, of the page's list, of its headings.
types_of_schema() { "$VMCLOCK_TRACE" "$1" --schema | jq -r '."$defs" as $defs | .oneOf[] | $defs[."$ref" | sub(".*/"; "")].properties.type.enum[0]'; }
section_of_man() { sed -n "/^# ${1^^}$/,/^# /p" "$json"; }
types_of_list() {
	section_of_man "$1" | sed -n '/^One object a line. Its _type_ is one of/,/^$/p' | tr '\n' ' ' |
		sed 's/.* is one of//' | grep -oE '_[a-z\\_]+_' | sed 's/^_//;s/_$//' | tr -d '\\'
}
types_of_headings() { section_of_man "$1" | sed -n 's/^## //p' | tr -d '\\'; }

@test "docs: the types of lines of each schema are listed in json(5), each once" {
	for command in trace watch record replay compare; do
		same "types_of_schema $command" "types_of_list $command"
		same "types_of_schema $command" "types_of_headings $command"
		run -0 uniq -d < <(types_of_schema "$command" | sort)
		[ -z "$output" ]
		grep -c . < <(types_of_schema "$command")
	done
	[ "$(types_of_schema trace | wc -l)" -gt 10 ]
}

# The examples as a reader sees them, run on a page in a file and for a moment only.
# bats test_tags=slow
@test "docs: the examples with jq in json(5) run" {
	command -v scdoc >/dev/null && command -v groff >/dev/null || skip "scdoc or groff is not installed"
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/vmclock-trace" <<-END
		#!/bin/bash
		command=\$1; shift
		case \$command in
		trace) set -- "\$@" --duration 100ms ;;
		compare) set -- "\$@" --count 2 --interval 1ms ;;
		esac
		exec "$VMCLOCK_TRACE" "\$command" --device "$vectors/003-old.bin" "\$@"
	END
	printf '#!/bin/sh\nexec "$@"\n' >"$BATS_TEST_TMPDIR/bin/sudo"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	scdoc <"$json" | groff -K utf8 -t -man -Tascii -P-c -rLL=200n |
		awk -v RS= -v dir="$BATS_TEST_TMPDIR" '/^ +(sudo )?vmclock-trace .*\| jq / { print > (dir "/example" ++n) }'
	examples=("$BATS_TEST_TMPDIR"/example*)
	[ ${#examples[@]} -ge 8 ]
	for example in "${examples[@]}"; do
		PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr bash -c "$(cat "$example")"
		# A page in a file is compared with nothing.
		stderr=$(sed '/: whether the clock was right is not known$/d' <<<"$stderr")
		if [ "$status" != 0 ] || [ -n "$stderr" ]; then
			cat "$example"
			echo "$stderr"
			return 1
		fi >&2
	done
}

# --- Questions to a recording

# A recording to ask: clock.sqlite here, in which a read failed, something is missing, and windows are kept.
make_story() {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p bin
	ln -sf "$(realpath "$VMCLOCK_TRACE")" bin/vmclock-trace
	PATH=$PWD/bin:$PATH
	vmclock-trace record --ring 2m --scenario "$root/tests/scenarios/incident-full.scenario" clock.sqlite >/dev/null || [ $? = 3 ]
	sqlite3 clock.sqlite "UPDATE events SET result = -22 WHERE id = (SELECT min(id) FROM timeline WHERE type = 'read');
		INSERT INTO losses(time_ns, events, cause) VALUES(101000000000, 3, 'the disk was slower than the events')"
}

# answered COMMAND: by something, and without a complaint.
answered() {
	run --separate-stderr bash -c "$1"
	[ "$status" = 0 ] && [ -n "$output" ] && [ "$output" != '[]' ] && [ -z "$stderr" ] ||
		{ echo "$1: $status $output $stderr" >&2; return 1; }
}

# The table in README, one line each: command, tab, SQL; either may be empty.
questions() {
	sed -n '/^| question | command | SQL/,/^$/p' "$root/README.md" | sed '1,2d;/^$/d' |
		sed 's/\\|/\x01/g' | awk -F ' *[|] *' '{ gsub(/`/, ""); print $3 "\t" $4 }' | tr '\001' '|'
}

@test "docs: each question of README is answered, by the command and by the SQL beside it" {
	local command sql asked=0
	make_story
	while IFS= read -r line; do
		command=${line%%$'\t'*} sql=${line#*$'\t'}
		[ -z "$command" ] || answered "vmclock-trace ${command//FILE/clock.sqlite}"
		[ -z "$sql" ] || answered "sqlite3 clock.sqlite $(printf %q "$sql")"
		asked=$((asked + 1))
	done < <(questions)
	[ "$asked" -ge 6 ]
}

@test "docs: each question of recording(5) is answered" {
	local asked=0 example=
	make_story
	while IFS= read -r line; do
		case $line in
		'sqlite3 '*) example=$line ;;
		*) example+=" $line" ;;
		esac
		# An example ends with its second quotation mark.
		[[ $example == *'"'*'"' ]] || continue
		answered "${example//\$/\\$}"
		asked=$((asked + 1))
	done < <(sed -n '/^```$/,/^```$/p' "$man/vmclock-trace-recording.5.scd" | sed -n '/^sqlite3 /,/"$/p')
	[ "$asked" -ge 4 ]
}

@test "docs: recording(5) has the application id of a recording" {
	make_story
	grep -q "application\\\\_id_ is $(sqlite3 clock.sqlite 'PRAGMA application_id') " "$man/vmclock-trace-recording.5.scd"
}

@test "docs: the scenario without a file in sim(1) is one, as the page shows it" {
	command -v scdoc >/dev/null && command -v groff >/dev/null || skip "scdoc or groff is not installed"
	scdoc <"$man/vmclock-sim.1.scd" | groff -K utf8 -man -Tutf8 -P -cbou >"$BATS_TEST_TMPDIR/page"
	text=$(sed -n "s/^ *printf '\(.*\)' | vmclock-sim --now - .*/\1/p" "$BATS_TEST_TMPDIR/page")
	[ -n "$text" ]
	# shellcheck disable=SC2059 # as the example does
	printf "$text" | "$(dirname "$VMCLOCK_TRACE")/vmclock-sim" --check -
}

# --- README

@test "docs: README's picture is the plot of that report" {
	"$root/docs/picture" "$VMCLOCK_TRACE" | diff - "$root/docs/incident.svg"
	grep -q "^<svg xmlns=" "$root/docs/incident.svg" # or no browser draws it
}

@test "docs: README's verdict is that of this report" {
	program=$(realpath "$VMCLOCK_TRACE")
	cd "$BATS_TEST_TMPDIR"
	"$program" record --scenario "$root/tests/scenarios/incident-full.scenario" clock.sqlite >/dev/null || [ $? = 3 ]
	sed -n '/\$ vmclock-trace report clock.sqlite$/,/^then /p' "$root/README.md" | sed '1d;/^then /d;s/^    //' >shown
	"$program" report clock.sqlite | sed '/^In full$/,$d' >said
	diff said shown
}

# Its lines that begin with "$ ", and what follows them up to END where that is asked for.
# bats test_tags=slow
@test "docs: the tutorial's commands run, in their order" {
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here"
	ln -s "$(dirname "$(realpath "$VMCLOCK_TRACE")")" build
	awk '/^    \$ / { here = /<</; print "said " NR; sub(/^    \$ /, ""); print; next }
		here && /^    / { sub(/^    /, ""); print }' "$root/docs/tutorial.md" |
		sed "s|/dev/shm/vmclock-tutorial|$BATS_TEST_TMPDIR/page|g" >commands
	[ "$(grep -c '^said' commands)" -ge 14 ]
	# The status of each: 3 is something that is wrong with the clock.
	cat >run <<-'END'
		said() { status=$?; [ $status = 0 ] || [ $status = 3 ] || { echo "above line $1 of the tutorial: $status"; exit 1; }; }
	END
	cat commands >>run
	echo 'said end' >>run
	bash run >out 2>err || { cat out err; return 1; }
	grep -q 'critical disruption' out
	grep -q '^CRITICAL: Disruption: CLOCK_REALTIME .* behind; recovered within' out
	grep -q '^Disruption: CLOCK_REALTIME' out
	[ -s first.html ] && [ -s first.pftrace ] && [ -s first.tar.gz ]
}

@test "docs: README is short, and what it and docs/ name is there" {
	[ "$(wc -l <"$root/README.md")" -lt 200 ]
	cd "$root"
	for file in README.md CONTRIBUTING.md SECURITY.md docs/*.md; do
		while read -r target; do
			[ -e "$(dirname "$file")/$target" ] || { echo "$file: $target" >&2; return 1; }
		done < <(grep -oE '\]\([^)]+\)' "$file" | tr -d '])(' | sed '/^https:/d;s/#.*//')
		while read -r target; do
			grep -qE "^$target:" Makefile || { echo "$file: make $target" >&2; return 1; }
		done < <(grep -ohE '`make [a-z-]+' "$file" | sed 's/.* //' | sort -u)
		while read -r target; do
			[ -e "$target" ] || [ -e "src/$target" ] || { echo "$file: $target" >&2; return 1; }
		done < <(grep -ohE '`[a-z_]+/[a-z_/.]+[.][a-z]+`' "$file" | tr -d '`' | sort -u)
	done
}

# --- Completion

@test "completion: loads, and completes a command" {
	run bash -euc '. "$1"' bash "$completion"
	[ "$status" = 0 ]
	[ -z "$output" ]
	[ "$(complete_words vmclock-trace st)" = status ]
	commands_of_completion() { complete_words vmclock-trace '' | grep -vx -e '--.*' -e help; }
	same commands commands_of_completion
}

@test "completion: each command's options, those and no others" {
	for command in $(commands); do
		same "long_options_of_help $command" "options_of_completion $command"
	done
}

@test "completion: programs that stand beside it are completed by their own names, in each shell" {
	for command in exporter bundle; do
		script=$root/build/completions/vmclock-trace-$command
		options_by_name() {
			bash -ec '. "$1"; COMP_WORDS=(vmclock-trace-"$2" --) COMP_CWORD=1
				eval "$(complete -p vmclock-trace-"$2" | sed "s/.*-F \([a-z_]*\).*/\1/")"
				printf "%s\n" "${COMPREPLY[@]}"' bash "$script.bash" "$command"
		}
		same "long_options_of_help $command" options_by_name
		zsh --no-rcs -n "$script.zsh"
		grep -qx "#compdef vmclock-trace-$command" "$script.zsh"
		run -0 fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$script.fish" "vmclock-trace-$command --he"
		[[ $output == --help* ]]
	done
}

# fish_offers LINE: what fish itself offers for the end of LINE, without what it says of each.
fish_offers() {
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$root/build/completions/vmclock-trace.fish" "$1" | cut -f 1
}

@test "completion: fish offers each command, and its long options" {
	[ "$(fish_offers 'vmclock-trace st')" = status ]
	[ "$(fish_offers 'vmclock-trace status --via=m')" = --via=mmap ]
	options_by_fish() { fish_offers "vmclock-trace $1 --"; }
	for command in $(commands); do
		same "long_options_of_help $command" "options_by_fish $command"
	done
}

# zsh_offers WORD...: what the file gives to zsh's own _arguments for a line that begins so. Of the
# top it is what the command is chosen by; behind a command it is that command's.
zsh_offers() {
	zsh --no-rcs -c '
		_arguments() {
			[[ $1 != -C ]] || (( ${#words} == 0 )) || return 1
			print -rl -- "$@"
		}
		file=$1; shift
		words=("$@")
		complete() { local curcontext context; . $file }
		complete' zsh "$root/build/completions/vmclock-trace.zsh" "$@"
}

@test "completion: zsh takes the file, and is given each command, and its long options" {
	zsh --no-rcs -n "$root/build/completions/vmclock-trace.zsh"
	zsh_offers | grep -F '1:command:{_describe command commands}'
	commands_by_zsh() { sed -n "/^local -a commands/,/^)/s/^\t'\([a-z]*\):.*/\1/p" "$root/build/completions/vmclock-trace.zsh"; }
	same commands commands_by_zsh
	options_by_zsh() { zsh_offers "$1" | grep -oE -- '^(\([^)]*\))?--[a-z-]+' | grep -oE -- '--[a-z-]+$'; }
	for command in $(commands); do
		same "long_options_of_help $command" "options_by_zsh $command"
	done
}

@test "completion: an option with a value takes one, also its short form and behind =" {
	local long words
	for command in $(commands); do
		options_of_help "$command" | { grep ' [A-Z][A-Z]*$' || :; } | while read -r line; do
			read -ra words <<<"$line"
			for long in "${words[@]}"; do
				case $long in -*) ;; *) continue ;; esac
				# Behind it comes its value, not the next option.
				[ -z "$(complete_words vmclock-trace "$command" "$long" --)" ] || { echo "$command $long" >&2; return 1; }
			done
		done
	done
	[ "$(complete_words vmclock-trace status --via m)" = mmap ]
	[ "$(complete_words vmclock-trace status --via = r)" = read ]
	cd "$BATS_TEST_TMPDIR"
	: >"a page"
	[ "$(complete_words vmclock-trace compare --device a)" = "a page" ]
	[ "$(complete_words vmclock-trace trace --json --pid $$)" != "" ]
}
