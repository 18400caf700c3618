#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The manifests, by Kubernetes' own description of its API (Debian's python3-kubernetes).

setup() {
	export PATH=/usr/bin:$PATH # of Debian, which has the module
	manifests=$BATS_TEST_DIRNAME/../../contrib/kubernetes
}

checked() { python3 "$BATS_TEST_DIRNAME/kubernetes_check.py" "$@"; }

@test "manifests: each key is known, of its type, and none is missing" {
	[ "$(checked "$manifests"/vmclock-exporter.yaml)" = '' ]
	[[ $(checked "$manifests"/service-monitor.yaml) = *'ServiceMonitor of monitoring.coreos.com: not checked' ]]
}

@test "manifests: what is not so is seen" {
	for fault in 's/hostPID: true/hostPId: true/' 's/containerPort: 10319/containerPort: "10319"/' 's/mountPath: .dev, //' \
		's/privileged: true$/privileged: 1/' 's/^  selector:/  chooser:/'; do
		sed "$fault" "$manifests/vmclock-exporter.yaml" >"$BATS_TEST_TMPDIR/manifest.yaml"
		run checked "$BATS_TEST_TMPDIR/manifest.yaml"
		[ "$status" = 1 ] || { echo "$fault" >&2; return 1; }
	done
}
