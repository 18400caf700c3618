# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vmclock-trace(1) for bash. Needs nothing but bash itself.

# _vmclock_trace_words WORDS: those that begin with what was typed.
_vmclock_trace_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

# Devices where nothing was typed, files otherwise: a page can be in either.
_vmclock_trace_device() {
	mapfile -t COMPREPLY < <(
		[[ -n $current ]] || compgen -G '/dev/vmclock*' || compgen -f
		[[ -z $current ]] || compgen -f -- "$current"
	)
	compopt -o filenames 2>/dev/null || :
}

# Process ids, and names of threads as far as they are a single word.
_vmclock_trace_pids() {
	local path pids=
	for path in /proc/[0-9]*; do
		pids+=" ${path#/proc/}"
	done
	_vmclock_trace_words "$pids"
}

_vmclock_trace_comms() {
	local path comm comms=
	for path in /proc/[0-9]*/comm; do
		{ read -r comm <"$path"; } 2>/dev/null || continue
		[[ $comm =~ ^[A-Za-z0-9_.:/+-]+$ ]] && comms+=" $comm"
	done
	mapfile -t COMPREPLY < <(compgen -W "$comms" -- "$current" | sort -u)
}

# From where the hierarchy is mounted, a directory at a time.
_vmclock_trace_cgroups() {
	mapfile -t COMPREPLY < <(cd /sys/fs/cgroup 2>/dev/null && compgen -d -- "$current")
	compopt -o filenames 2>/dev/null || :
}

# A list with commas: what is before the last one stays.
_vmclock_trace_wishes() {
	local before=
	[[ $current == *,* ]] && before=${current%,*},
	mapfile -t COMPREPLY < <(
		compgen -P "$before" -W 'any synchronized recovered maintenance disruption restore host_step
			host_slew status_change leap_announced leap_change tai_offset_change smearing_change
			maintenance_soon maintenance_imminent writer_stuck seqlock_broken not_updated counter_before_reference
			wrong_bound stun scale_mismatch device_lost' -- "${current##*,}"
	)
}

# The value of option $1 of command $2; fails if that is no option with a value.
_vmclock_trace_value() {
	case $2:$1 in
	*:--device | compare:-d) _vmclock_trace_device ;;
	doctor:--btf | record:--scenario | exporter:--web-config | exporter:--textfile | trace:--from | watch:--from) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	status:--via) _vmclock_trace_words 'auto mmap read' ;;
	trace:--pid | trace:-p) _vmclock_trace_pids ;;
	trace:--comm | trace:-c) _vmclock_trace_comms ;;
	trace:--path) _vmclock_trace_words 'clock_gettime PTP_SYS_OFFSET PTP_SYS_OFFSET_EXTENDED
		PTP_SYS_OFFSET_PRECISE open read mmap poll release unknown' ;;
	trace:--phc) _vmclock_trace_words 'all vmclock' ;;
	trace:--cgroup) _vmclock_trace_cgroups ;;
	wait:--for | wait:-f) _vmclock_trace_wishes ;;
	wait:--exec) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
	# Numbers and lengths of time: any.
	status:--counter | trace:--duration | trace:-d | trace:--count | trace:-n) ;;
	trace:--slower | trace:--rate | trace:--speed | watch:--speed) ;;
	watch:--interval | watch:-i | watch:--duration | watch:-d) ;;
	wait:--interval | wait:-i | wait:--timeout | wait:-t | wait:--since-marker) ;;
	record:--on) _vmclock_trace_words 'info warning critical' ;;
	record:--duration | record:-d | record:--max-size | record:--max-age) ;;
	bundle:--output | bundle:-o) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	bundle:--incident | bundle:-i | bundle:--since | bundle:--until) ;;
	record:--ring | record:--before | record:--after) ;;
	report:--incident | report:-i | report:--since | report:--until | replay:--speed) ;;
	exporter:--listen | exporter:-l | exporter:--textfile-period) ;;
	exporter:--interval | exporter:-i | exporter:--readers) ;;
	compare:--count | compare:-n | compare:--interval | compare:-i) ;;
	*) return 1 ;;
	esac
}

_vmclock_trace() {
	local current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-}

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_vmclock_trace_words 'status watch wait trace record report replay compare doctor exporter help
			bundle verify --help --version'
		return
	fi
	# --option=value: bash takes the = for a word of its own.
	if [[ $current == = ]]; then
		current=
	elif [[ $previous == = ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_vmclock_trace_value "$previous" "$command" && return
	# Recordings and bundles are files; but for them no command has an operand.
	if [[ $command == @(record|report|replay|bundle|verify) && $current != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null || :
		return
	fi
	case $command in
	status) _vmclock_trace_words '--device --counter --via --json --schema --help' ;;
	trace) _vmclock_trace_words '--duration --events --calls --path --errors --slower --rate --count
		--pid --comm --cgroup --measure-all --phc --device --strict --kprobes --btf --reload --from --speed --json --help' ;;
	watch) _vmclock_trace_words '--without-page --device --interval --duration --no-counter --updates --from --speed --json --help' ;;
	wait) _vmclock_trace_words '--for --timeout --since-marker --exec --device --interval --no-counter --json --help' ;;
	record) _vmclock_trace_words '--duration --device --events --max-size --max-age --ring --on --before --after
		--journal --btf --reload --scenario --json --help' ;;
	report) _vmclock_trace_words '--incident --since --until --html --csv --perfetto --json --schema --help' ;;
	bundle) _vmclock_trace_words '--incident --since --until --redact --output --json --help' ;;
	verify) _vmclock_trace_words '--json --help' ;;
	replay) _vmclock_trace_words '--speed --json --help' ;;
	doctor) _vmclock_trace_words '--device --btf --json --help' ;;
	compare) _vmclock_trace_words '--device --count --interval --json --help' ;;
	exporter)
		_vmclock_trace_words '--listen --web-config --textfile --textfile-period --device --interval
			--without-bpf --btf --reload --probe-cost --readers --help'
		;;
	esac
}

complete -F _vmclock_trace vmclock-trace
