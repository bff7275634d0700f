"""Whole files and their identities."""
import hashlib
import struct

from .blocks import block_statistics, decode_block, encode_block
from .coding import WORD, Cursor, Unreadable
from .records import (
    BLOCK, DERIVED, FOOTER, HEADER, INDEX, INPUT, LABEL, LOSS, MAGIC, NOTES, PARAMETERS, SAMPLE,
    SCHEMA, SNAPSHOT, STRINGS, TEXT, Record, decode_pairs, decode_schema, decode_snapshot,
    encode_pairs, split_records)


class TraceFile:
    """A whole trace. `parts` holds, in the order of the file, what follows the parameters:
    records as they are, and the events of each block as a list."""

    def __init__(self, content):
        records = split_records(content)
        if [record.type for record in records[:3]] != [HEADER, SCHEMA, PARAMETERS]:
            raise Unreadable("the file does not begin with header, schema and parameters")
        self.header, self.schema = records[0].body, records[1].body
        if self.header[:10] != MAGIC + b"\1\0":
            raise Unreadable("not a trace of major version 1")
        self.kinds = decode_schema(self.schema)
        self.kind_numbers = {kind.name: kind.number for kind in self.kinds.values()}
        self.parameters = dict(decode_pairs(records[2].body))
        self.strings, self.parts, self.losses, self.snapshots = [""], [], 0, []
        self.facts, self.footer = 1, None
        for record in records[3:]:
            self._take(record)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as file:
            return cls(file.read())

    def _take(self, record):
        if record.type == BLOCK:
            self.parts.append(decode_block(record, self.kinds))
            return
        if record.type == FOOTER:
            self.footer = record.body
            self.facts = struct.unpack_from("<I", record.body, 72)[0]
            return
        if record.type == INDEX:
            return
        if record.type == STRINGS:
            cursor = Cursor(record.body)
            if cursor.varint() != len(self.strings):
                raise Unreadable("strings are missing")
            self.strings += [cursor.text() for _ in range(cursor.varint())]
            cursor.end()
        if record.type == SNAPSHOT:
            self.snapshots.append(decode_snapshot(record))
        if record.type == LOSS:
            self.losses += struct.unpack_from("<Q", record.body, 18)[0]
        self.parts.append(record)

    @property
    def events(self):
        """All events in order; they can be changed in place."""
        return [event for part in self.parts if isinstance(part, list) for event in part]

    def kind(self, event):
        return self.kinds[event.kind]

    def remove(self, event):
        """Takes an event out and closes the gap in the sequence numbers."""
        for part in self.parts:
            if isinstance(part, list):
                part[:] = [other for other in part if other is not event]
        for other in self.events:
            other.sequence -= other.sequence > event.sequence
            if other.cause == event.sequence:
                other.cause = 0
            other.cause -= other.cause > event.sequence

    def encode(self):
        """The file with everything that depends on its content computed anew."""
        pairs = sorted(self.parameters.items(), key=lambda pair: pair[0].encode())
        content = Record(HEADER, 0, self.header).encode() + Record(SCHEMA, 0, self.schema).encode()
        content += Record(PARAMETERS, 0, encode_pairs(pairs)).encode()
        index, blocks = b"", []
        for part in self.parts:
            if not isinstance(part, list):
                content += part.encode()
            elif part:
                offset = len(content)
                content += encode_block(part, self.kinds).encode()
                blocks.append(part)
                lanes = [sum(self.kind(event).lane == lane for event in part) for lane in (0, 1)]
                index += struct.pack(
                    "<qqqqQIIQii", offset, len(content) - offset, part[0].time, part[-1].time,
                    part[0].sequence, *lanes, *block_statistics(part))
        index_offset = len(content)
        if blocks:
            content += Record(INDEX, 1, struct.pack("<I", len(blocks)) + index).encode()
        return content + Record(FOOTER, 0, self._footer(blocks, index_offset)).encode()

    def _footer(self, blocks, index_offset):
        lanes = [sum(self.kind(event).lane == lane for event in self.events) for lane in (0, 1)]
        first, last = (blocks[0][0].time, blocks[-1][-1].time) if blocks else (0, 0)
        footer = struct.pack(
            "<QQQQQQqqQI", *lanes, len(blocks), index_offset, len(self.strings), self.losses,
            first, last, len(self.snapshots), self.facts)
        return footer + b"".join(self.identities())

    def identities(self):
        """Input, outcome and content identity, 32 bytes each."""
        rows = {role: hashlib.sha256() for role in (INPUT, DERIVED, SAMPLE)}
        before = {}
        texts = [hashlib.sha256(string.encode()).digest()[:8] for string in self.strings]
        for event in self.events:
            role = self.kind(event).role
            if role in rows:
                rows[role].update(self._row(event, before.get(role), texts))
                before[role] = event
        sums = {role: row.digest() for role, row in rows.items()}
        initial, chain = bytes(32), hashlib.sha256()
        for name, content in self.snapshots:
            digest = hashlib.sha256(content).digest()
            initial = digest if name == "initial" else initial
            chain.update(_string(name) + digest)
        everything = self._settings(lambda key: key == "source" or key.startswith(
            ("scenario.", "model.", "host.")))
        scenario = self._settings(lambda key: key.startswith("scenario."))
        return [hashlib.sha256(content).digest() for content in (
            _string("ktls-trace input 1") + self._schema([INPUT]) + scenario + initial
            + sums[INPUT],
            _string("ktls-trace outcome 1") + self._schema([DERIVED]) + sums[DERIVED],
            _string("ktls-trace content 1") + self._schema([INPUT, DERIVED, SAMPLE, NOTES])
            + everything + sums[INPUT] + sums[DERIVED] + sums[SAMPLE]
            + _word(len(self.snapshots)) + chain.digest())]

    def _row(self, event, before, texts):
        kind = self.kind(event)
        domain, cpu = _zigzag(event.domain), _zigzag(event.cpu)
        fields = [
            domain & 0xFF | (cpu & 0xFFFFFF) << 8 | domain >> 8 << 32 | cpu >> 24 << 56,
            event.time - (before.time if before else 0) & WORD]
        if kind.role == INPUT:
            fields += [0, 0]
        else:
            fields.append(event.sequence - (before.sequence if before else 0) - 1)
            fields.append(event.sequence - event.cause if event.cause else 0)
        for column, value in zip(kind.columns, event.values):
            fields.append(
                int.from_bytes(texts[value], "little") if column.type == TEXT else _zigzag(value))
        lengths, row = event.kind, b""
        for number, field in enumerate(fields):
            length = (field.bit_length() + 7) // 8
            lengths |= length << 16 + 4 * number
            row += field.to_bytes(length, "little")
        words = -(-(4 + len(fields)) // 16)
        return lengths.to_bytes(8 * words, "little") + row

    def _schema(self, roles):
        kinds = [kind for _, kind in sorted(self.kinds.items()) if kind.role in roles]
        content = _word(len(kinds))
        for kind in kinds:
            content += _word(kind.number) + _word(kind.lane) + _word(kind.role)
            content += _string(kind.name) + _string(kind.meaning) + _word(len(kind.columns))
            for column in kind.columns:
                content += _string(column.name) + _word(column.unit) + _word(column.type)
                if column.type == LABEL:
                    content += _word(len(column.labels))
                    content += b"".join(map(_string, column.labels))
        return content

    def _settings(self, is_chosen):
        pairs = sorted((key.encode(), value) for key, value in self.parameters.items()
                       if is_chosen(key))
        return _word(len(pairs)) + b"".join(
            _string(key.decode()) + _string(value) for key, value in pairs)


def _zigzag(value):
    return (value << 1 ^ value >> 63) & WORD


def _word(number):
    return struct.pack("<Q", number & WORD)


def _string(string):
    data = string.encode()
    return _word(len(data)) + data
