#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""json_check.py SCHEMA FILE...: is each object, or each line, what the schema says?

The schema must be a valid one, refuse unknown keys at any depth, and describe each key. It must also
notice a key more and a key less: that is tried with the first object or line of each type.
"""
import copy
import json
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


def objects_of(path):
    """One object over several lines, or one a line."""
    text = open(path).read()
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


def subschemas(schema):
    """Everything in it that describes an object."""
    if isinstance(schema, dict):
        if "properties" in schema and "required" in schema:
            yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for value in schema:
            yield from subschemas(value)


def complaints_of_schema(schema):
    for one in subschemas(schema):
        if one.get("additionalProperties") is not False:
            yield f"allows other keys: {list(one['properties'])}"
        for key, value in one["properties"].items():
            if not value.get("description"):
                yield f"no description: {key}"


def changed(value):
    """Copies with one key more, or one less, of those that every object of the kind has."""
    more = copy.deepcopy(value)
    more["more"] = 1
    yield more
    less = copy.deepcopy(value)
    del less[next(key for key in ("type", "schema") if key in value)]
    yield less


def main():
    schema = json.load(open(sys.argv[1]))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wrong = [f"{sys.argv[1]}: {text}" for text in complaints_of_schema(schema)]
    tried, count = set(), 0
    for path in sys.argv[2:]:
        for value in objects_of(path):
            count += 1
            error = best_match(validator.iter_errors(value))
            if error:
                kind = value.get("type", value.get("schema"))
                wrong.append(f"{path}: {kind}: {list(error.absolute_path)}: {error.message[:300]}")
            elif value.get("type") not in tried:
                tried.add(value.get("type"))
                wrong += [f"{path}: not noticed: {json.dumps(bad)[:200]}"
                          for bad in changed(value) if validator.is_valid(bad)]
    print(*wrong[:10], f"{count} checked", sep="\n")
    sys.exit(bool(wrong) or not count)


main()
