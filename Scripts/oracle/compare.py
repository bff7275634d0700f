"""Walks a report and the oracle's answers together."""

# Paths of the report that have no counterpart, each with the reason. `*` stands for any part of
# a path. A path of integers that is neither here nor in the answers is a fault.
EXCLUDED = {
    "schema": "a constant",
    "complete": "a property of the file",
    "incomplete_reason": "a property of the file",
    "costs_estimated": "a property of the model's settings",
    "latency_from_model": "a property of the source",
    "arrivals": "a property of the source",
    "lab_policy": "a property of the settings",
    "trace": "the name of the file",
    "identities": "hashes of the file; `verify` and import compare them",
    "parameters": "texts; copied from the trace",
    "events.missing_columns": "checked against the schema instead",
    "counters.rows.*.reason": "a sentence for people",
}
# What keeps the members of a list apart. Lists are compared by these; none has the same twice.
KEYS = (("thread",), ("name", "domain"), ("name",), ("number",), ("routine", "mode"), ("routine",), ("mode",),
        ("reason",), ("level", "domain"), ("order", "gfp"), ("cpu",), ("from",), ("kind", "begin_ns"), ("kind", "count"), ("domain",))
ORDERED = ("chains.worst", "losses.rows", "losses.by_kind")
PERCENTILES = ("p50_ns", "p90_ns", "p99_ns", "p999_ns")


class Comparison:
    def __init__(self):
        self.faults = []
        self.integers = self.bounds = self.others = 0

    def fault(self, path, text):
        self.faults.append(f"{'.'.join(path)}: {text}")

    def walk(self, path, ours, theirs):
        reason = excluded(path)
        if reason:
            self.exclude(path, theirs)
        elif isinstance(ours, dict) and isinstance(theirs, dict):
            self.walk_object(path, ours, theirs)
        elif isinstance(ours, list) and isinstance(theirs, list):
            self.walk_list(path, ours, theirs)
        elif type(ours) is not type(theirs) or ours != theirs:
            self.fault(path, f"oracle {brief(ours)}, report {brief(theirs)}")
        elif type(ours) is int:
            self.integers += 1
        else:
            self.others += 1

    def exclude(self, path, theirs):
        """Only what is no figure may be left out."""
        if count_integers(theirs):
            self.fault(path, "holds integers and is left out")

    def walk_object(self, path, ours, theirs):
        ours = dict(ours)
        maximum = ours.pop("bound_by", None)
        bounded = ("value",) if maximum is not None else ()
        if theirs.get("exact") is False and ours.get("exact") is False:
            maximum, bounded = ours["max_ns"], PERCENTILES
        for key in theirs:
            if key in bounded and key in ours:
                self.check_bound([*path, key], ours[key], theirs[key], maximum)
            elif key in ours:
                self.walk([*path, key], ours[key], theirs[key])
            elif not excluded([*path, key]):
                self.fault([*path, key], "the oracle does not cover it")
            else:
                self.exclude([*path, key], theirs[key])
        for key in ours.keys() - theirs.keys():
            self.fault([*path, key], "not in the report")

    def check_bound(self, path, exact, bound, maximum):
        """A percentile in bucket form is never below the exact one, and above it by at most
        1/1024; the values above the range share the last bucket."""
        if exact is None or bound is None:
            if exact is not bound:
                self.fault(path, f"oracle {exact}, report {bound}")
            return
        above = maximum if exact > 1 << 42 else exact + exact // 1024
        if exact <= bound <= min(above, maximum):
            self.bounds += 1
        else:
            self.fault(path, f"exactly {exact}, the report's bound is {bound}")

    def walk_list(self, path, ours, theirs):
        keyed = theirs + ours
        is_keyed = all(isinstance(item, dict) and key_of(item) is not None for item in keyed)
        if not is_keyed or ".".join(path) in ORDERED:
            if len(ours) != len(theirs):
                self.fault(path, f"oracle has {len(ours)}, report {len(theirs)} members")
            for index, (our, their) in enumerate(zip(ours, theirs)):
                self.walk([*path, str(index)], our, their)
            return
        our_members, their_members = by_key(ours), by_key(theirs)
        if len(their_members) != len(theirs) or len(our_members) != len(ours):
            self.fault(path, "a member is there twice")
        for key in their_members:
            if key in our_members:
                self.walk([*path, key], our_members[key], their_members[key])
            else:
                self.fault([*path, key], "only in the report")
        for key in our_members.keys() - their_members.keys():
            self.fault([*path, key], "only the oracle has it")


def key_of(member):
    keys = next((keys for keys in KEYS if all(key in member for key in keys)), None)
    return keys and "/".join(str(member[key]) for key in keys)


def by_key(members):
    return {key_of(member): member for member in members}


def excluded(path):
    for pattern, reason in EXCLUDED.items():
        parts = pattern.split(".")
        if len(parts) <= len(path) and all(
                part in ("*", own) for part, own in zip(parts, path)):
            return reason
    return None


def count_integers(value):
    if isinstance(value, dict):
        return sum(count_integers(member) for member in value.values())
    if isinstance(value, list):
        return sum(count_integers(member) for member in value)
    return int(type(value) is int)


def brief(value):
    text = repr(value)
    return text if len(text) < 100 else text[:97] + "..."
