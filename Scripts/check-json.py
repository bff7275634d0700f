#!/usr/bin/env python3
"""Holds JSON reports against their schema, to the letter: no key that the schema does not have.

usage: check-json.py SCHEMA FILE...

The schema itself allows more keys, because later versions may add some; here it is closed, so that
none is forgotten in it. Needs python3-jsonschema.
"""
import json
import sys

import jsonschema


def close(node):
    """Forbids keys that a schema of an object does not name."""
    if isinstance(node, dict):
        if "properties" in node:
            node["additionalProperties"] = False
        for child in node.values():
            close(child)
    elif isinstance(node, list):
        for child in node:
            close(child)


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = False
    for path in sys.argv[2:]:
        with open(path) as file:
            errors = list(validator.iter_errors(json.load(file)))
        for error in errors[:5]:
            print(f"{path}: {error.json_path}: {error.message[:200]}")
        failed = failed or bool(errors)
    print(f"{len(sys.argv) - 2} files checked")
    sys.exit(failed)


if __name__ == "__main__":
    main()
