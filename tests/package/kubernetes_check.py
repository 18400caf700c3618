#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kubernetes' own API on manifests: each key is one of its kind, of its type, and none is missing.

kubernetes_check.py MANIFEST...: by the models that its Python client has of the API's description. What
another project brings (monitoring.coreos.com) is not in it; of that the kind alone is printed.
"""
import datetime
import re
import sys

import yaml
from kubernetes import client
from kubernetes.client import models

PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "datetime": datetime.datetime}


def check(value, kind, where):
    of_many = re.match(r"(list\[|dict\(str, )(.*)[\])]$", kind)
    if of_many:
        form, entries = (list, enumerate) if of_many[1] == "list[" else (dict, dict.items)
        assert isinstance(value, form), f"{where}: no {form.__name__}"
        for key, entry in entries(value):
            check(entry, of_many[2], f"{where}[{key}]")
    elif kind == "object":
        pass
    elif kind in PLAIN:
        assert isinstance(value, PLAIN[kind]), f"{where}: {value!r} is no {kind}"
        assert kind != "int" or not isinstance(value, bool), f"{where}: {value!r} is no int"
    else:
        model = getattr(models, kind)
        names = {json: name for name, json in model.attribute_map.items()}
        assert isinstance(value, dict), f"{where}: no {kind}"
        for key, entry in value.items():
            assert key in names, f"{where}: {kind} has no {key}"
            check(entry, model.openapi_types[names[key]], f"{where}.{key}")
        try:  # it refuses what is missing, and words that are none of a list
            model(**{names[key]: entry for key, entry in value.items()},
                  local_vars_configuration=client.Configuration())
        except ValueError as error:
            sys.exit(f"{where}: {error}")


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        for part in yaml.safe_load_all(file):
            group, _, version = part["apiVersion"].rpartition("/")
            kind = part["kind"]
            name = f"{version.capitalize()}{kind}"
            if "." in group and not group.endswith(".k8s.io"):
                print(f"{path}: {kind} of {group}: not checked")
                continue
            try:
                check(part, name, kind)
            except AssertionError as error:
                sys.exit(f"{path}: {error}")
