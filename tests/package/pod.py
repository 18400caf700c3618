#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A bundle that umoci unpacked, as a kubelet and its runtime would run the pod of a DaemonSet.

pod.py MANIFEST BUNDLE CAPABILITIES [HOST_PATH=DIRECTORY...]: of the manifest it takes the arguments, rights,
volumes and the namespace of processes; a directory can stand for one of the host's. CAPABILITIES are all
that there are here, as a mask. Container engines give a privileged container every one and every device.
"""
import json
import sys

import yaml

manifest, bundle, mask = sys.argv[1:4]
in_place_of = dict(pair.split("=") for pair in sys.argv[4:])
with open(manifest, encoding="utf-8") as file:
    daemon_set = next(part for part in yaml.safe_load_all(file) if part["kind"] == "DaemonSet")
pod = daemon_set["spec"]["template"]["spec"]
container = pod["containers"][0]
security = container["securityContext"]
assert security["privileged"], "other rights than those of a privileged container are not known here"

NAMES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
    net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace
    sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control
    setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore""".split()
every = ["CAP_" + name.upper() for bit, name in enumerate(NAMES) if int(mask, 16) >> bit & 1]

path = f"{bundle}/config.json"
with open(path, encoding="utf-8") as file:
    config = json.load(file)
process, linux = config["process"], config["linux"]
process["args"][1:] = container["args"]
process["terminal"] = False
process["noNewPrivileges"] = False
process["capabilities"] = {kind: every for kind in ("bounding", "effective", "permitted")}
config["root"]["readonly"] = security["readOnlyRootFilesystem"]
linux["maskedPaths"], linux["readonlyPaths"] = [], []
linux["resources"] = {"devices": [{"allow": True, "access": "rwm"}]}
linux["namespaces"] = [space for space in linux["namespaces"]
                       if space["type"] != "pid" or not pod.get("hostPID")]
volumes = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] in ("/proc", "/sys")] + [
    {"destination": mount["mountPath"], "type": "none",
     "source": in_place_of.get(volumes[mount["name"]], volumes[mount["name"]]),
     "options": ["rbind", "ro" if mount.get("readOnly") else "rw"]}
    for mount in container["volumeMounts"]]
with open(path, "w", encoding="utf-8") as file:
    json.dump(config, file)
