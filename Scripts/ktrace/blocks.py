"""Blocks: from bytes to events and back."""
import struct

from .coding import Cursor, Unreadable, Zstd, crc32c, signed, svarint, unzigzag, varint, zigzag
from .records import BLOCK, CONTROL, DATA, Event, Record

CONSTANT, OFFSET, DELTA, COMPLEMENT, RECENCY, LINKED = range(6)
STORED_CONSTANT, STORED_RAW, STORED_FRAME, STORED_SHARED = range(4)
LARGE_SECTION = 64
LIST_ENTRIES = 255
SHARED_BELOW = 1024


class LaneDecoder:
    """The events of one lane of a block."""

    def __init__(self, directory, raw, frames, count, kinds):
        self.cursor = Cursor(directory)
        self.raw, self.frames = Cursor(raw), Cursor(frames)
        self.count, self.kinds = count, kinds
        self.shared_planes = []

    def decode(self, first_sequence, time_min, other_sequences):
        cursor = self.cursor
        sections = [(cursor.varint(), cursor.svarint(), cursor.varint())
                    for _ in range(cursor.varint())]
        if sum(count for _, _, count in sections) != self.count:
            raise Unreadable("the sections do not have the lane's events")
        wanted = {}
        if self.count:
            for name in ("order", "time", "sequence"):
                wanted[name] = self.column(self.count)
        large = {}
        for number, (kind, _, count) in enumerate(sections):
            if count >= LARGE_SECTION:
                large[number] = [self.column(count)
                                 for _ in range(2 + len(self.kinds[kind].columns))]
        shared = Cursor(self.shared_stream())
        cursor.end()
        for plane in self.shared_planes:
            plane[:] = shared.take(len(plane))
        columns = {number: [None if column[0] in (RECENCY, LINKED) else self.values(column, count)
                            for column in large[number]]
                   for number, (_, _, count) in enumerate(sections) if number in large}
        if self.count:
            self.follow_links(self.values(wanted["order"], self.count), large, columns)
        for number, (kind, _, count) in enumerate(sections):
            if number not in large:
                columns[number] = [self.differences(shared, count)
                                   for _ in range(2 + len(self.kinds[kind].columns))]
        for rest in (shared, self.raw, self.frames):
            rest.end()
        return self.events(sections, wanted, columns, first_sequence, time_min, other_sequences)

    def column(self, count):
        encoding = self.cursor.unpack("B")
        transform, planes = encoding & 15, encoding >> 4
        if transform == RECENCY:
            source = self.cursor.varint(), self.cursor.varint()
            literals = self.cursor.varint()
            places = self.plane(count)
            return RECENCY, source, places, literals, self.column(literals) if literals else None
        base = 0 if transform == COMPLEMENT else self.cursor.svarint()
        source = self.cursor.varint() if transform == LINKED else None
        return transform, base, [self.plane(count) for _ in range(planes)], source

    def plane(self, count):
        storage = self.cursor.unpack("B")
        if storage == STORED_SHARED:
            self.shared_planes.append(bytearray(count))
            return self.shared_planes[-1]
        return self.stored(storage, count)

    def stored(self, storage, count):
        if storage == STORED_CONSTANT:
            return bytes([self.cursor.unpack("B")]) * count
        if storage == STORED_RAW:
            return self.checked(self.raw.take(count))
        if storage == STORED_FRAME:
            return Zstd.decompress(self.checked(self.frames.take(self.cursor.varint())), count)
        raise Unreadable(f"storage {storage}")

    def checked(self, data):
        if crc32c(data) != self.cursor.unpack("I"):
            raise Unreadable("the checksum of a plane is wrong")
        return data

    def follow_links(self, order, large, columns):
        """Fills in key columns and the columns linked by them."""
        keys, lists = {}, {}
        for section, entries in large.items():
            for number, entry in enumerate(entries):
                if entry[0] == RECENCY:
                    _, source, places, count, literals = entry
                    literals = self.values(literals, count) if count else []
                    keys[section] = number, source, places, iter(literals)
                    columns[section][number] = []
                    if source[0] in lists or source[0] not in large:
                        raise Unreadable("a source is small or has two key columns")
                    lists[source[0]] = []
        passed, references = dict.fromkeys(large, 0), {section: [] for section in keys}
        for section in order:
            event = passed.get(section, 0)
            if section in keys:
                number, (source, column), places, literals = keys[section]
                if places[event]:
                    other = lists[source].pop(-places[event])
                    columns[section][number].append(columns[source][column][other])
                else:
                    other = None
                    columns[section][number].append(next(literals))
                references[section].append(other)
            if section in lists:
                lists[section] = (lists[section] + [event])[-LIST_ENTRIES:]
            passed[section] = event + 1
        for section, entries in large.items():
            for number, entry in enumerate(entries):
                if entry[0] == LINKED:
                    _, base, planes, column = entry
                    source = columns[keys[section][1][0]][column]
                    numbers = self.values((OFFSET, 0, planes, None), len(references[section]))
                    columns[section][number] = [
                        signed(value ^ (base if other is None else source[other]))
                        for value, other in zip(numbers, references[section])]

    def shared_stream(self):
        length = self.cursor.varint()
        return self.stored(self.cursor.unpack("B"), length) if length else b""

    @staticmethod
    def differences(shared, count):
        values, last = [], 0
        for _ in range(count):
            last = signed(last + shared.svarint())
            values.append(last)
        return values

    @staticmethod
    def values(column, count):
        transform, base, planes, _ = column
        if transform == COMPLEMENT:
            return None
        numbers = [0] * count
        for position, plane in enumerate(planes):
            numbers = [number | byte << 8 * position for number, byte in zip(numbers, plane)]
        if transform == DELTA:
            values = []
            for number in numbers:
                base = signed(base + unzigzag(number))
                values.append(base)
            return values
        return [signed(base + number) for number in numbers]

    def events(self, sections, wanted, columns, first_sequence, time_min, other_sequences):
        if not self.count:
            return []
        order = self.values(wanted["order"], self.count)
        times = self.values(wanted["time"], self.count)
        sequences = self.values(wanted["sequence"], self.count)
        if sequences is None:
            taken = set(other_sequences)
            total = self.count + len(taken)
            sequences = [number for number in range(first_sequence, first_sequence + total)
                         if number not in taken]
        else:
            sequence, absolute = first_sequence - 1, []
            for position, distance in enumerate(sequences):
                sequence += distance + 1
                absolute.append(sequence)
            sequences = absolute
        position, time, events = [0] * len(sections), time_min, []
        for section, distance, sequence in zip(order, times, sequences):
            time += distance
            kind, domain, _ = sections[section]
            row = [column[position[section]] for column in columns[section]]
            position[section] += 1
            cause = sequence - row[1] if row[1] else 0
            events.append(Event(sequence, time, kind, domain, row[0], cause, row[2:]))
        return events


def decode_block(record, kinds):
    cursor = Cursor(record.body)
    first, _, time_min, _ = cursor.unpack("QQqq")
    counts = cursor.unpack("II")
    statistics = cursor.unpack("Qii")
    directories = cursor.unpack("II")
    raws = cursor.unpack("II")
    frames = cursor.unpack("II")
    checksum = cursor.unpack("I")
    head_end = cursor.position + sum(directories)
    head = bytearray(record.encode()[:20 + head_end])
    head[20 + 80:20 + 84] = bytes(4)
    if crc32c(head) != checksum:
        raise Unreadable("the checksum of a block's head is wrong")
    directory = [cursor.take(size) for size in directories]
    raw = [cursor.take(size) for size in raws]
    cursor.end()
    data = Cursor(record.data)
    stored = [data.take(size) for size in frames]
    data.end()
    lanes = [LaneDecoder(directory[lane], raw[lane], stored[lane], counts[lane], kinds)
             for lane in (CONTROL, DATA)]
    control = lanes[CONTROL].decode(first, time_min, [])
    rest = lanes[DATA].decode(first, time_min, [event.sequence for event in control])
    events = sorted(control + rest, key=lambda event: event.sequence)
    if statistics != block_statistics(events):
        raise Unreadable("a block's head names other kinds or domains than its events have")
    return events


def block_statistics(events):
    """Kind mask, lowest and highest domain."""
    mask, domains = 0, [event.domain for event in events]
    for event in events:
        mask |= 1 << event.kind % 64
    return mask, min(domains), max(domains)


# Blocks: encoding.

class LaneEncoder:
    """Makes directory, raw planes and frames of a lane's events."""

    def __init__(self, events, kinds):
        self.events, self.kinds = events, kinds
        self.directory, self.raw = bytearray(), bytearray()
        self.frames, self.shared = bytearray(), bytearray()

    def encode(self, first_sequence, time_min):
        groups = {}
        for event in self.events:
            groups.setdefault((event.kind, event.domain), []).append(event)
        keys = sorted(groups)
        self.directory += varint(len(keys))
        for kind, domain in keys:
            self.directory += varint(kind) + svarint(domain) + varint(len(groups[kind, domain]))
        if self.events:
            self.add_lane_columns(keys, first_sequence, time_min)
        small = []
        for key in keys:
            columns = self.section_columns(groups[key])
            if len(groups[key]) >= LARGE_SECTION:
                for column in columns:
                    self.add(column)
            else:
                small += columns
        for column in small:
            last = 0
            for value in column:
                self.shared += svarint(value - last)
                last = value
        self.directory += varint(len(self.shared))
        if self.shared:
            self.store(bytes(self.shared))

    def add_lane_columns(self, keys, first_sequence, time_min):
        places = {key: position for position, key in enumerate(keys)}
        self.add([places[event.kind, event.domain] for event in self.events])
        times = [time_min] + [event.time for event in self.events]
        self.add([after - before for before, after in zip(times, times[1:])])
        numbers = [first_sequence - 1] + [event.sequence for event in self.events]
        self.add([after - before - 1 for before, after in zip(numbers, numbers[1:])])

    @staticmethod
    def section_columns(events):
        return [[event.cpu for event in events],
                [event.sequence - event.cause if event.cause else 0 for event in events],
                *([event.values[position] for event in events]
                  for position in range(len(events[0].values)))]

    def add(self, values):
        base = min(values)
        if base == max(values):
            self.directory += bytes([CONSTANT]) + svarint(base)
            return
        offsets = self.planes([value - base for value in values])
        before = [values[0]] + values[:-1]
        deltas = self.planes([zigzag(value - last) for value, last in zip(values, before)])
        # The smaller one; both are valid.
        choice = min((OFFSET, base, offsets), (DELTA, values[0], deltas),
                     key=lambda column: len(Zstd.compress(b"".join(column[2]), 3)))
        transform, base, planes = choice
        self.directory += bytes([transform | len(planes) << 4]) + svarint(base)
        for plane in planes:
            if len(set(plane)) == 1:
                self.directory += bytes([STORED_CONSTANT, plane[0]])
            elif len(plane) < SHARED_BELOW:
                self.directory.append(STORED_SHARED)
                self.shared += plane
            else:
                self.store(plane)

    @staticmethod
    def planes(numbers):
        width = max(1, (max(numbers).bit_length() + 7) // 8)
        packed = b"".join(number.to_bytes(width, "little") for number in numbers)
        return [packed[position::width] for position in range(width)]

    def store(self, plane):
        frame = Zstd.compress(plane)
        if len(frame) < len(plane):
            self.directory += bytes([STORED_FRAME]) + varint(len(frame))
            self.frames += frame
        else:
            self.directory += bytes([STORED_RAW])
            self.raw += plane
            frame = plane
        self.directory += struct.pack("<I", crc32c(frame))


def encode_block(events, kinds):
    lanes = [[event for event in events if kinds[event.kind].lane == lane]
             for lane in (CONTROL, DATA)]
    coders = [LaneEncoder(lane, kinds) for lane in lanes]
    first, last = events[0], events[-1]
    for coder in coders:
        coder.encode(first.sequence, first.time)
    parts = [[bytes(getattr(coder, name)) for coder in coders]
             for name in ("directory", "raw", "frames")]
    numbers = struct.pack("<QQqq", first.sequence, last.sequence, first.time, last.time)
    numbers += struct.pack("<II", *map(len, lanes))
    numbers += struct.pack("<Qii", *block_statistics(events))
    numbers += b"".join(struct.pack("<II", *map(len, pair)) for pair in parts)
    directories, raws, frames = (b"".join(pair) for pair in parts)
    blank = Record(BLOCK, 0, numbers + bytes(4) + directories + raws, frames)
    head = blank.encode()[:20 + 84 + len(directories)]
    blank.body = numbers + struct.pack("<I", crc32c(head)) + directories + raws
    return blank
