#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The image, run as the DaemonSet runs it. `make check-packages` makes it before.

bats_require_minimum_version 1.5.0

load ../patience

setup_file() {
	export ROOT=$BATS_TEST_DIRNAME/../..
	export IMAGE=$ROOT/build/image.tar
	mkdir "$BATS_FILE_TMPDIR/image"
	tar -C "$BATS_FILE_TMPDIR/image" -xf "$IMAGE"
}

setup() {
	bundle=$BATS_TEST_TMPDIR/bundle
	umoci unpack --image "$BATS_FILE_TMPDIR/image:$(umoci ls --layout "$BATS_FILE_TMPDIR/image")" "$bundle" 2>/dev/null
	container=vmclock-$$-$BATS_TEST_NUMBER
}

teardown() { runtime delete --force "$container" 2>/dev/null || :; }

runtime() { runc --root "$BATS_FILE_TMPDIR/runc" "$@"; }

# start HOST_PATH=DIRECTORY...: the pod of the manifest, process $pid, which says that it listens.
start() {
	python3 "$BATS_TEST_DIRNAME/pod.py" "$ROOT/contrib/kubernetes/vmclock-exporter.yaml" "$bundle" \
		"$(sed -n 's/^CapBnd:\t//p' /proc/self/status)" "$@"
	runtime run --bundle "$bundle" "$container" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	local runs=$!
	listens_or_ended() { has "$BATS_TEST_TMPDIR/said" 'listening at ' || has_ended "$runs"; }
	until_true listens_or_ended
	pid=$(runtime state "$container" | jq .pid)
}

# ask PATH: as Prometheus and the kubelet do, from within the pod's network.
ask() { nsenter --net="/proc/$pid/ns/net" curl --silent --show-error --fail "http://127.0.0.1:10319$1"; }

@test "image: the same bytes twice; four programs, and nothing else" {
	make -s -C "$ROOT" --no-print-directory image
	cp "$IMAGE" "$BATS_TEST_TMPDIR/first"
	make -s -C "$ROOT" --no-print-directory image
	tar -C "$BATS_TEST_TMPDIR" --one-top-level=again -xf "$IMAGE"
	diff -r "$BATS_TEST_TMPDIR/again" "$BATS_FILE_TMPDIR/image"
	[ "$(find "$bundle/rootfs" ! -type d | wc -l)" = 4 ]
	"$bundle/rootfs/usr/bin/vmclock-trace" --version
}

@test "image: as the DaemonSet runs it, it is healthy on a node without a vmclock, and has given up its rights" {
	start
	ask /healthz
	ask /metrics >"$BATS_TEST_TMPDIR/metrics"
	grep -x 'vmclock_page_mode{.*vmclock_page_mode="absent"} 1' "$BATS_TEST_TMPDIR/metrics"
	[ "$(sed -n 's/^CapEff:\t0*//p' "/proc/$pid/status")" = '' ]
	run ! touch "/proc/$pid/root/written"
	runtime kill "$container" TERM
	wait
}

@test "image: as the DaemonSet runs it, it reads the page of the node's /dev" {
	mkdir "$BATS_TEST_TMPDIR/dev"
	cp -a /dev/null "$BATS_TEST_TMPDIR/dev" # that of a node has it
	"$bundle/rootfs/usr/bin/vmclock-sim" --fast --quiet "$ROOT/tests/scenarios/incident-full.scenario" "$BATS_TEST_TMPDIR/dev/vmclock0"
	start "/dev=$BATS_TEST_TMPDIR/dev"
	ask /metrics >"$BATS_TEST_TMPDIR/metrics"
	grep -x 'vmclock_page_mode{.*vmclock_page_mode="full"} 1' "$BATS_TEST_TMPDIR/metrics"
	ask / | grep -q '/dev/vmclock0'
}
