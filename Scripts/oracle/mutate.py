"""Changes numbers of a report and sees whether the comparison notices.

usage: python3 mutate.py DUMP REPORT [options of the report]
"""
import copy
import json
import random
import sys

from compare import Comparison, excluded
from report import answers_of

CHANGES = 300


def places(value, path=()):
    """Where the integers are, and the objects."""
    if isinstance(value, dict):
        yield path, "object"
        for key, member in value.items():
            yield from places(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, (*path, index))
    elif type(value) is int:
        yield path, "integer"


def changed(report, path, what, rng):
    report = copy.deepcopy(report)
    parent = report
    for key in path[:-1] if what == "integer" else path:
        parent = parent[key]
    if what == "integer":
        parent[path[-1]] += rng.choice([-1, 1, 1 << 20])
    else:
        parent["a_new_number"] = 1
    return report


def main():
    ours, report = answers_of(sys.argv[1:])
    rng = random.Random(1)
    found = [(path, what) for path, what in places(report)
             if not excluded([str(key) for key in path])]
    missed = []
    for path, what in rng.sample(found, min(CHANGES, len(found))):
        comparison = Comparison()
        comparison.walk([], ours, changed(report, path, what, rng))
        if not comparison.faults:
            missed.append((path, what))
    sound = Comparison()
    sound.walk([], ours, report)
    for path, what in missed:
        print(what, *path)
    print(f"{min(CHANGES, len(found))} changes, {len(missed)} not noticed")
    return 1 if missed or sound.faults else 0


if __name__ == "__main__":
    sys.exit(main())
