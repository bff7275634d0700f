#!/usr/bin/env python3
"""Makes Fixtures/corrupt from one good trace: each file has one defect and is named for it.

usage: corrupt-fixtures.py GOOD.ktrace OUT_DIR

GOOD is a trace of the engine with detail 1. Beside the files, expected.json says what `info`,
`verify`, `analyze` and `replay` make of each: the exit code, and words that the first line of the
standard output and the line on standard error contain. What is expected follows from the format,
from the exit codes of the tool and from what was edited; nothing of it is taken from the tool.
"""
import copy
import json
import os
import struct
import sys

sys.dont_write_bytecode = True
from ktrace.coding import crc32c  # noqa: E402
from ktrace.files import TraceFile  # noqa: E402
from ktrace.records import (  # noqa: E402
    BLOCK, FOOTER, HEADER, INPUT, LOSS, NOTE, SNAPSHOT, STRINGS, Record, split_records)

MILLISECOND = 1_000_000
CLOSED = "complete: true"


class Case:
    """A file and what the commands make of it."""

    def __init__(self, name, content, defect):
        self.name, self.content, self.defect = name, content, defect
        self.expected = {}

    def expect(self, command, status, first="", error=""):
        self.expected[command] = {"status": status, "first": first, "error": error}
        return self

    def unreadable(self, error, verify=3):
        """Nothing of the file can be understood."""
        for command in ("info", "analyze", "replay"):
            self.expect(command, 65, error=error)
        return self.expect("verify", verify, error=error)

    def damaged(self, events, error, offset, replay=65):
        """What was before the offset is good: so many events."""
        first = f"complete: false (damaged at offset {offset}: {error}"
        for command in ("info", "analyze"):
            self.expect(command, 65, first)
        if replay == 65:
            self.expect("replay", 65, first)
        return self.expect(
            "verify", 3, f" {events} events in ", f"damaged at offset {offset}: {error}")

    def cut(self, events, ignored):
        """The file ends early: incomplete, and not damaged."""
        first = f"complete: false (the recording was cut off; {ignored} bytes at the end"
        for command in ("info", "analyze", "replay"):
            self.expect(command, 0, first)
        return self.expect("verify", 0, f" {events} events in ")

    def good(self, replay=0, first="", error=""):
        """Nothing is wrong with the file as a file."""
        self.expect("info", 0, CLOSED).expect("analyze", 0, CLOSED).expect("verify", 0, " events")
        if replay == 0 and not first:
            first = " events equal"
        return self.expect("replay", replay, first, error)


class Maker:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.trace = TraceFile(self.bytes)
        self.records = split_records(self.bytes)
        self.blocks = [record for record in self.records if record.type == BLOCK]
        self.sizes = [len(part) for part in self.trace.parts if isinstance(part, list)]
        self.last = self.blocks[-1]
        self.before_last = sum(self.sizes[:-1])

    def record(self, type_):
        return next(record for record in self.records if record.type == type_)

    # Damage: bytes change, and no checksum is mended.

    def flipped(self, offset):
        content = bytearray(self.bytes)
        content[offset] ^= 16
        return bytes(content)

    def damage(self):
        last, offset = self.last, self.last.offset
        lengths = struct.unpack_from("<6I", last.body, 56)
        frames = offset + 20 + len(last.body) + 4
        raw = offset + 20 + 84 + lengths[0] + lengths[1]
        footer, strings = self.record(FOOTER), self.record(STRINGS)
        snapshot = self.record(SNAPSHOT)
        everything = len(self.trace.events)
        yield Case(
            "bit-flipped-in-block-head", self.flipped(offset + 20 + 84 + 3),
            "a bit in the directory of the last block",
        ).damaged(self.before_last, "checksum of block head", offset)
        control = raw if lengths[2] else frames
        yield Case(
            "bit-flipped-in-plane", self.flipped(control),
            "a bit in a plane of the control lane of the last block",
        ).damaged(self.before_last, "checksum of ", offset)
        data = raw + lengths[2] if lengths[3] else frames + lengths[4]
        yield Case(
            "bit-flipped-in-data-plane", self.flipped(data),
            "a bit in a plane of the data lane of the last block, which analyze only checks",
        ).damaged(self.before_last, "checksum of ", offset)
        yield Case(
            "bit-flipped-in-footer", self.flipped(footer.offset + 20 + 30),
            "a bit in the footer").damaged(everything, "checksum of record", footer.offset)
        yield Case(
            "bit-flipped-in-strings", self.flipped(strings.offset + 20 + 9),
            "a bit in the strings before the first block",
        ).damaged(0, "checksum of record", strings.offset)
        note = self.record(NOTE)
        yield Case(
            "bit-flipped-in-note", self.flipped(note.offset + 20 + 9),
            "a bit in a note before the initial state",
        ).damaged(0, "checksum of record", note.offset, replay=None).expect(
            "replay", 65, error=f"damaged at offset {note.offset}: checksum of record")
        data = snapshot.offset + 24 + len(snapshot.body)
        yield Case(
            "bit-flipped-in-snapshot", self.flipped(data + 99),
            "a bit in the frames of the initial state, which only verify and replay decode",
        ).damaged(0, "checksum of snapshot", data, replay=None).expect(
            "replay", 65, error="checksum of snapshot")
        yield Case(
            "bytes-after-footer", self.bytes + b"more",
            "four bytes after the footer").damaged(
                everything, "4 bytes follow the footer", len(self.bytes))

    def cuts(self):
        last, footer = self.last, self.record(FOOTER)
        yield Case(
            "truncated-in-block", self.bytes[:last.offset + 999],
            "cut within the last block").cut(self.before_last, 999)
        yield Case(
            "truncated-no-footer", self.bytes[:footer.offset],
            "cut before the footer").cut(len(self.trace.events), 0)
        schema = self.records[1]
        yield Case(
            "truncated-in-schema", self.bytes[:schema.offset + 99], "cut within the schema",
        ).unreadable(f"schema at offset {schema.offset} needs {20 + len(schema.body) + 4} bytes, "
                     "99 are there")
        yield Case("empty", b"", "no byte").unreadable("not a ktls-trace file", 65)
        yield Case(
            "not-a-trace", b"\x28\xb5\x2f\xfd\x00\x58\x29\x00\x00hello",
            "an ordinary zstd file").unreadable("not a ktls-trace file", 65)

    # Other versions: every checksum is right.

    def with_header(self, major=1, minor=0, mandatory=0, optional=0):
        body = self.records[0].body[:8] + struct.pack("<HHII", major, minor, mandatory, optional)
        header = Record(HEADER, 0, body).encode()
        return header + self.bytes[len(header):]

    def inserted(self, record):
        """The bytes with a record before the last block, and index and footer to match."""
        trace = copy.deepcopy(self.trace)
        trace.parts.insert(len(trace.parts) - 1, record)
        return trace.encode()

    def versions(self):
        yield Case(
            "version-from-the-future", self.with_header(major=2), "major version 2",
        ).unreadable("format version 2.0; this version reads 1 only", 65)
        yield Case(
            "minor-version-from-the-future", self.with_header(minor=99),
            "minor version 99: still readable").good(0)
        yield Case(
            "unknown-mandatory-feature", self.with_header(mandatory=8),
            "a mandatory feature that nobody knows",
        ).unreadable("needs features this version does not have (bits 0x8)", 65)
        yield Case(
            "unknown-optional-feature", self.with_header(optional=8),
            "an optional feature that nobody knows").good(0)
        record = Record(99, 0, b"what is this", b"")
        yield Case(
            "unknown-mandatory-record", self.inserted(record),
            "a record of an unknown type that may not be skipped",
        ).damaged(self.before_last, "record of unknown type 99", self.last.offset)
        record = Record(99, 1, b"what is this", b"")
        yield Case(
            "unknown-optional-record", self.inserted(record),
            "a record of an unknown type that may be skipped").good(0)
        body = struct.pack("<HqqQ", 28, 0, 5 * MILLISECOND, 7)
        trace = copy.deepcopy(self.trace)
        trace.parts.insert(len(trace.parts) - 1, Record(LOSS, 0, body))
        trace.losses = 7
        yield Case("events-lost", trace.encode(), "seven events are known to be lost").good(
            5, error="cannot be replayed: 7 of its events are lost")

    # Tampered: valid in every checksum, index and identity, and not what was recorded.

    def tampered(self):
        yield self.wrong_identity()
        trace = copy.deepcopy(self.trace)
        trace.parameters["scenario.seed"] = "0"
        yield Case(
            "seed-zeroed", trace.encode(),
            "the scenario's seed is 0: replay uses the recorded inputs, not the seed",
        ).good(0, f" {len(trace.events)} events equal")
        trace = copy.deepcopy(self.trace)
        trace.parameters["recording.detail"] = "0"
        yield Case("detail-zeroed", trace.encode(), "says that it has no inputs").good(
            5, error="cannot be replayed: it was recorded with --detail 0")
        yield self.lifetime_edited()
        yield self.request_dropped()
        yield self.derived_changed("alloc_fail", "free_pages")
        yield self.derived_changed("on_cpu", "ns")
        yield self.derived_dropped()
        yield self.bad_input()

    def wrong_identity(self):
        footer = self.record(FOOTER)
        body = footer.body[:-1] + bytes([footer.body[-1] ^ 1])
        content = self.bytes[:footer.offset] + Record(FOOTER, 0, body).encode()
        count = len(self.trace.events)
        return Case(
            "identity-wrong", content, "the content id in the footer is not that of the events",
        ).good(0, f" {count} events equal").expect(
            "verify", 3, f" {count} events in ", "the content id in the footer")

    def diverging(self, name, trace, defect, event):
        """Replay must name the event, and nothing but replay can notice."""
        equal = [other.sequence for other in trace.events].index(event.sequence)
        case = Case(name, trace.encode(), defect).good(3, f" {equal} events equal")
        case.expected["replay"]["recorded"] = f"{event.sequence} {seconds(event.time)} " \
            f"{trace.kind(event).name} "
        return case

    def lifetime_edited(self):
        """A buffer that was released less than 1 ms before a sample is released after it.

        Between release and sample there is no other event, so the sample, which counts buffers in
        use, is the first to differ."""
        trace = copy.deepcopy(self.trace)
        lifetime = trace.kinds[trace.kind_numbers["request"]].column("lifetime_ns")
        requests = {event.time + event.values[lifetime]: event for event in trace.events
                    if self.holds_memory(trace, event)}
        for before, sample in self.quiet_samples(trace):
            for release in sorted(requests, reverse=True):
                if max(before.time, sample.time - MILLISECOND) < release < sample.time:
                    requests[release].values[lifetime] += MILLISECOND
                    return self.diverging(
                        "lifetime-edited", trace,
                        f"request {requests[release].sequence} lives 1 ms longer", sample)
        raise SystemExit("no release fits; use another seed")

    def request_dropped(self):
        """A request is taken out; the next event is a sample, which counts buffers in use."""
        trace = copy.deepcopy(self.trace)
        lifetime = trace.kinds[trace.kind_numbers["request"]].column("lifetime_ns")
        for before, sample in self.quiet_samples(trace):
            if self.holds_memory(trace, before) \
                    and before.time + before.values[lifetime] > sample.time:
                sequence = before.sequence
                trace.remove(before)
                return self.diverging(
                    "request-dropped", trace, f"request {sequence} is taken out", sample)
        raise SystemExit("no request fits; use another seed")

    @staticmethod
    def holds_memory(trace, event):
        kind = trace.kind(event)
        return kind.name == "request" and not event.values[kind.column("anonymous")]

    @staticmethod
    def quiet_samples(trace):
        """Samples in the later half with the event before each, where that is an input."""
        half = len(trace.events) // 2
        for before, event in zip(trace.events[half:], trace.events[half + 1:]):
            if trace.kind(event).name == "sample" and trace.kind(before).role == INPUT:
                yield before, event

    def derived_changed(self, kind, column):
        trace = copy.deepcopy(self.trace)
        number = trace.kind_numbers[kind]
        event = [event for event in trace.events if event.kind == number][-1]
        event.values[trace.kind(event).column(column)] += 1
        return self.diverging(
            f"derived-event-changed-{kind.replace('_', '-')}", trace,
            f"{column} of event {event.sequence} is one more than recorded", event)

    def derived_dropped(self):
        trace = copy.deepcopy(self.trace)
        number = trace.kind_numbers["batch_end"]
        position = [place for place, event in enumerate(trace.events) if event.kind == number][-1]
        gone, following = trace.events[position:position + 2]
        trace.remove(gone)
        return self.diverging(
            "derived-event-dropped", trace, f"batch_end {gone.sequence} is taken out", following)

    def bad_input(self):
        trace = copy.deepcopy(self.trace)
        request = trace.kind_numbers["request"]
        event = [event for event in trace.events if event.kind == request][-1]
        event.values[trace.kind(event).column("free_cpu")] = 77
        return Case(
            "input-of-another-host", trace.encode(),
            f"request {event.sequence} is freed on CPU 77 of 2").good(
                5, error=f"event {event.sequence} is an input that this host cannot be given")


def seconds(time):
    return f"{time // 10**9}.{time % 10**9:09d}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    assert crc32c(b"123456789") == 0xE3069283
    maker, folder = Maker(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.endswith(".ktrace"):
            os.remove(os.path.join(folder, name))
    table = []
    for group in (maker.cuts(), maker.damage(), maker.versions(), maker.tampered()):
        for case in group:
            with open(os.path.join(folder, case.name + ".ktrace"), "wb") as file:
                file.write(case.content)
            table.append({"file": case.name + ".ktrace", "defect": case.defect,
                          "expected": case.expected})
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(table, file, indent=1)
        file.write("\n")
    print(f"{folder}: {len(table)} files")


if __name__ == "__main__":
    main()
