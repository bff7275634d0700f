"""Records, and what the small ones hold."""
import struct
from dataclasses import dataclass

from .coding import Cursor, Unreadable, Zstd, crc32c, text, varint

FRAME_MAGIC = 0x184D2A5B
MAGIC = bytes.fromhex("894B5452430D0A0A")
HEADER, SCHEMA, PARAMETERS, NOTE, STRINGS, SNAPSHOT, BLOCK, LOSS = range(1, 9)
INDEX, FOOTER = 10, 11
CONTROL, DATA = 0, 1
INPUT, DERIVED, SAMPLE, NOTES = range(4)
FLAG, BITS, LABEL, TEXT = 1, 2, 3, 4


@dataclass
class Record:
    """A skippable frame and the ordinary frames behind it."""

    type: int
    flags: int
    body: bytes
    data: bytes = b""
    offset: int = -1

    def encode(self):
        head = struct.pack(
            "<IIBBHQ", FRAME_MAGIC, 16 + len(self.body), self.type, self.flags, 0, len(self.data))
        whole = head + self.body
        return whole + struct.pack("<I", crc32c(whole)) + self.data


def split_records(content):
    """All records of a file; a wrong checksum, or a record that is cut, raises."""
    cursor, records = Cursor(content), []
    while cursor.position < len(content):
        offset = cursor.position
        magic, payload, kind, flags, reserved, data = cursor.unpack("IIBBHQ")
        if magic != FRAME_MAGIC or payload < 16 or reserved or flags > 1:
            raise Unreadable(f"no record at offset {offset}")
        body = cursor.take(payload - 16)
        if crc32c(content[offset:cursor.position]) != cursor.unpack("I"):
            raise Unreadable(f"the checksum of the record at offset {offset} is wrong")
        records.append(Record(kind, flags, body, cursor.take(data), offset))
    return records


@dataclass
class Column:
    name: str
    type: int
    unit: int
    labels: list


@dataclass
class Kind:
    number: int
    lane: int
    role: int
    name: str
    meaning: str
    columns: list

    def column(self, name):
        names = [column.name for column in self.columns]
        if name not in names:
            raise KeyError(f"{self.name} has no column {name}; it has {', '.join(names)}")
        return names.index(name)


@dataclass
class Event:
    sequence: int
    time: int
    kind: int
    domain: int
    cpu: int
    cause: int
    values: list


def decode_schema(body):
    cursor, kinds = Cursor(body), {}
    for _ in range(cursor.varint()):
        number = cursor.varint()
        lane, role = cursor.unpack("BB")
        kind = Kind(number, lane, role, cursor.text(), cursor.text(), [])
        for _ in range(cursor.varint()):
            name = cursor.text()
            type_, unit = cursor.unpack("BB")
            labels = [cursor.text() for _ in range(cursor.varint())] if type_ == LABEL else []
            kind.columns.append(Column(name, type_, unit, labels))
        kinds[number] = kind
    cursor.end()
    return kinds


def decode_pairs(body):
    cursor = Cursor(body)
    pairs = [(cursor.text(), cursor.text()) for _ in range(cursor.varint())]
    cursor.end()
    return pairs


def encode_pairs(pairs):
    return varint(len(pairs)) + b"".join(text(key) + text(value) for key, value in pairs)


def decode_snapshot(record):
    """Name and bytes of a snapshot."""
    cursor = Cursor(record.body)
    name = cursor.text()
    raw, stored, checksum = cursor.unpack("QQI")
    if stored != len(record.data) or crc32c(record.data) != checksum:
        raise Unreadable("a snapshot is not what its record says")
    data, content = Cursor(record.data), b""
    for _ in range(cursor.varint()):
        frame = data.take(cursor.varint())
        content += Zstd.decompress(frame, cursor.varint())
    cursor.end()
    data.end()
    if len(content) != raw:
        raise Unreadable("a snapshot has another length than its record says")
    return name, content
