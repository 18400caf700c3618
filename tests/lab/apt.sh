# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian packages from suites that the machine itself does not use, or not yet.
#
# Sourced by tests/setup and by tests/lab/kernel, package and sysroot. The machine's own sources and
# package lists are never changed: apt-get is given a configuration, sources and lists of our own,
# all in one directory. The mirror is the one that the machine's own sources name.

# Packages that may be too old in the machine's release, and the least that will do. libbpf, bpftool
# and the kernel's headers of Debian 12 know too little (such as what a kprobe missed, Linux 6.7), and
# QEMU has a vmclock since 10.
declare -A LEAST=(
	[bpftool]=7.5 [libbpf1]=1:1.4 [libbpf-dev]=1:1.4 [linux-libc-dev]=6.7
	[qemu-system-arm]=1:10 [qemu-system-x86]=1:10
)
# What is taken from backports then; everything else stays with the release.
FROM_BACKPORTS='bpftool libbpf* linux-libc-dev qemu-* seabios ipxe-qemu*'

# What a guest is made of, whatever release the machine has. The driver is in the kernel since 6.13:
# backports has it. The release itself has a kernel without, which is a case worth testing.
GUEST_SUITES=(trixie trixie-backports)

# Says why and ends the script; the status is 1 or what is given.
die() {
	printf 'lab: %s\n' "$1" >&2
	exit "${2:-1}"
}

# The cache of everything that the lab downloads or builds; removing it is always safe.
lab_cache() {
	realpath -m "${VMCLOCK_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmclock-trace}"
}

# "URI SUITE" of the Debian release that the machine's apt sources name first. Asked of apt and
# not read from files, of which there are two formats and more places; --print-uris, and not
# indextargets, because that one knows nothing before the first `apt-get update`.
machine_source() {
	local source
	source=$(apt-get update --print-uris 2>/dev/null |
		sed -nE "s#^'(.*/)dists/([^/']+)/InRelease'.*#\1 \2#p" |
		awk '$2 !~ /-(updates|backports|security|proposed)/ && $1 !~ /security/ && !found {
			print; found = 1
		}')
	[ -n "$source" ] || die "apt names no Debian mirror (hint: see /etc/apt/sources.list.d)"
	echo "$source"
}

# A line of an apt source: source_line URI SUITE
source_line() {
	local keyring
	for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		[ ! -e "$keyring" ] || break
	done
	echo "deb [signed-by=$keyring] $1 $2 main"
}

# Makes DIRECTORY one of our own, with more configuration from stdin: own_apt DIRECTORY
# Afterwards "${OWN_APT[@]}" are the options that make apt-get and apt-cache use it.
# A file, because only there can hooks of the machine's own configuration be taken out.
own_apt() {
	mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/sources"
	cat >"$1/apt.conf" <<-END
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		Acquire::Languages "none";
		APT::Sandbox::User "";
		Dir::Cache::PkgCache "$1/pkgcache.bin";
		Dir::Cache::SrcPkgCache "";
		Dir::Etc::Preferences "$1/preferences";
		Dir::Etc::SourceList "/dev/null";
		Dir::Etc::SourceParts "$1/sources";
		Dir::State::Lists "$1/lists";
	END
	cat >>"$1/apt.conf"
	OWN_APT=(-qq -c "$1/apt.conf")
}

# The same for packages of any architecture and suites, whatever is installed here; only for
# downloading: own_apt_foreign DIRECTORY ARCHITECTURE SUITE...
own_apt_foreign() {
	local dir=$1 arch=$2 source suite
	shift 2
	source=$(machine_source)
	own_apt "$dir" <<-END
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Update::Error-Mode "any";
		Dir::Cache "$dir";
		Dir::Cache::Archives "archives";
		Dir::State::Status "/dev/null";
	END
	rm -f "$dir/preferences" "$dir"/sources/*
	for suite; do
		source_line "${source% *}" "$suite"
	done >"$dir/sources/lab.list"
}

# Of what guests are made of: own_apt_guest CACHE ARCHITECTURE
own_apt_guest() {
	own_apt_foreign "$1/apt-$2" "$2" "${GUEST_SUITES[@]}"
	own_apt_update
}

# The same of another release and its backports: own_apt_release CACHE ARCHITECTURE RELEASE
own_apt_release() {
	own_apt_foreign "$1/apt-$2-$3" "$2" "$3" "$3-backports"
	own_apt_update
}

# As root where a script says how (what apt-get downloads for it, it must own).
AS_ROOT=()
own_apt_update() {
	"${AS_ROOT[@]}" apt-get "${OWN_APT[@]}" update >&2 ||
		die "apt-get update failed (hint: is the mirror of /etc/apt reachable?)"
}

# What nobody reads in a guest.
NOT_UNPACKED=(--exclude=./usr/share/{bash-completion,bug,doc,info,lintian,locale,man}
	--exclude='./usr/lib/postgresql/*/lib/'{bitcode,'llvmjit*'}) # its compiler: 150 MB

# Downloads packages to the current directory and unpacks them to another one, nothing more:
# own_apt_unpack DIRECTORY PACKAGE...
own_apt_unpack() {
	local dir=$1 package
	shift
	mkdir -p "$dir"/usr/{bin,sbin,lib,lib64}
	ln -sfn usr/bin usr/sbin usr/lib usr/lib64 "$dir"
	apt-get "${OWN_APT[@]}" download "$@" >&2
	for package in ./*.deb; do
		# Not dpkg -x, which would put a directory in place of a link such as /lib.
		dpkg-deb --fsys-tarfile "$package" |
			tar -x --keep-directory-symlink "${NOT_UNPACKED[@]}" -C "$dir"
		rm "$package"
	done
}

# "PACKAGE VERSION" of those of the packages given that can be had.
candidates() {
	apt-cache "${OWN_APT[@]}" policy "$@" | awk '
		/^[^ ]/ { sub(/:$/, ""); name = $0 }
		/^  Candidate: [^(]/ { print name, $2 }'
}

# Whether one of the packages given is too old in the release.
too_old() {
	local name version
	while read -r name version; do
		[ -z "${LEAST[$name]-}" ] || dpkg --compare-versions "$version" ge "${LEAST[$name]}" || return 0
	done < <(candidates "$@")
	return 1
}

# Lets the packages that need it come from backports, too: add_backports DIRECTORY
add_backports() {
	local source
	source=$(machine_source)
	source_line "${source% *}" "${source#* }-backports" >"$1/sources/backports.list"
	cat >>"$1/preferences" <<-END

		Package: $FROM_BACKPORTS
		Pin: release o=Debian Backports
		Pin-Priority: 990
	END
}
