#!/usr/bin/env python3
"""Rewrites a trace with edits and mended checksums, index and identities.

usage: edit-trace.py IN OUT [--parameter NAME=VALUE]... [--value SEQUENCE.COLUMN=NUMBER]...
                            [--drop SEQUENCE]... [--block-events N]
       edit-trace.py --events IN

Without edits OUT says the same as IN. Sequence numbers are those of IN; --drop closes the gap it
leaves. --block-events spreads the events over blocks of N. --events writes all events as the
tool's `dump --format ndjson` does.

It works by Docs/FORMAT.md and shares no code with the toolkit.
"""
import argparse
import json
import sys

sys.dont_write_bytecode = True
from ktrace.coding import WORD  # noqa: E402
from ktrace.files import TraceFile  # noqa: E402
from ktrace.records import BITS, FLAG, LABEL, TEXT  # noqa: E402


def shown(column, value, strings):
    """A value as `dump --format ndjson` shows it."""
    if column.type == FLAG:
        return value != 0
    if column.type == BITS:
        return hex(value & WORD)
    if column.type == LABEL:
        return column.labels[value] if 0 <= value < len(column.labels) else str(value)
    if column.type == TEXT:
        return strings[value]
    return value


def print_events(path):
    trace = TraceFile.load(path)
    for event in trace.events:
        kind = trace.kind(event)
        line = {"sequence": event.sequence, "time_ns": event.time, "kind": kind.name}
        if event.domain >= 0:
            line["domain"] = event.domain
        if event.cpu >= 0:
            line["cpu"] = event.cpu
        if event.cause:
            line["cause"] = event.cause
        pairs = list(line.items()) + [
            (column.name, shown(column, value, trace.strings))
            for column, value in zip(kind.columns, event.values)]
        # Not a dictionary: a column may be called like one of the common keys.
        print("{" + ",".join(f"{text(key)}:{text(value)}" for key, value in pairs) + "}")


def text(value):
    return json.dumps(value, ensure_ascii=False)


def by_sequence(trace):
    return {event.sequence: event for event in trace.events}


def change_value(trace, edit):
    place, number = edit.split("=", 1)
    sequence, column = place.split(".", 1)
    event = by_sequence(trace)[int(sequence)]
    event.values[trace.kind(event).column(column)] = int(number)


def drop(trace, sequences):
    events = by_sequence(trace)
    for event in [events[sequence] for sequence in sequences]:
        trace.remove(event)


def spread(trace, count):
    """Cuts the events of every block into blocks of `count`."""
    parts = []
    for part in trace.parts:
        if isinstance(part, list):
            parts += [part[start:start + count] for start in range(0, len(part), count)]
        else:
            parts.append(part)
    trace.parts = parts


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("--events", action="store_true")
    parser.add_argument("input")
    parser.add_argument("output", nargs="?")
    parser.add_argument("--parameter", action="append", default=[])
    parser.add_argument("--value", action="append", default=[])
    parser.add_argument("--drop", action="append", default=[], type=int)
    parser.add_argument("--block-events", type=int)
    options = parser.parse_args()
    if options.events:
        print_events(options.input)
        return
    if not options.output:
        parser.error("OUT is missing")
    trace = TraceFile.load(options.input)
    for edit in options.parameter:
        name, value = edit.split("=", 1)
        trace.parameters[name] = value
    for edit in options.value:
        change_value(trace, edit)
    drop(trace, options.drop)
    if options.block_events:
        spread(trace, options.block_events)
    with open(options.output, "wb") as file:
        file.write(trace.encode())


if __name__ == "__main__":
    main()
