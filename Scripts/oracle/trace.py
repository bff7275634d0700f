"""What `ktls-trace dump --format ndjson` writes, as events of a window."""
import json
import sys

# Single services, which only relief reads.
SERVICES = {"hit", "import"}
# Events of other meanings are only counted.
READ_BY_REPORTS = SERVICES | set(
    "alloc_fail alloc_fallback wake_request wake_send thread_run thread_sleep on_cpu batch_begin"
    " batch_pass batch_end batch_deferred spin_begin spin_end wait_begin wait_end wait_skip"
    " domain_level pageout zone_trim zone_bucket reservation_break sample counter set service"
    " thread_name".split())


class Event:
    __slots__ = ("time", "sequence", "domain", "cpu", "cause", "kind", "meaning", "row", "inside")

    def __init__(self, row, meaning):
        self.time = row["time_ns"]
        self.sequence = row["sequence"]
        self.domain = row.get("domain", -1)
        self.cpu = row.get("cpu", -1)
        self.cause = row.get("cause", 0)
        self.kind = row["kind"]
        self.meaning = meaning
        self.row = row
        self.inside = False

    def number(self, column):
        """An integer column; -1 where it is missing or not an integer: not known."""
        value = self.row.get(column, -1)
        return value if type(value) is int else -1

    def text(self, column):
        return self.row.get(column) or ""

    def label(self, column, labels, missing=None):
        """The text of a label, given as such or by its standard number."""
        if column not in self.row:
            return missing
        value = self.row[column]
        if type(value) is int:
            return labels[value] if 0 <= value < len(labels) else None
        return value if value in labels else None


class Options:
    """The window and the filters."""

    def __init__(self, begin=None, end=None, domains=None, kinds=None, threads=None,
                 interval=None, worst=0):
        self.begin, self.end = begin, end
        self.domains, self.kinds, self.threads = domains, kinds, threads
        self.interval, self.worst = interval, worst


class Trace:
    """Events that pass the filters, those outside the window too, and how many were left out."""

    def __init__(self, lines, options):
        self.options = options
        preamble = json.loads(next(lines))["preamble"]
        schema = sorted(preamble["schema"], key=lambda kind: kind["number"])
        self.parameters = dict(preamble["parameters"])
        self.notes = dict(preamble["notes"])
        self.meanings = {kind["name"]: kind.get("meaning") or "" for kind in schema}
        self.lanes = {kind["name"]: kind["lane"] for kind in schema}
        self.order = [kind["name"] for kind in schema]
        self.columns = {kind["name"]: {column["name"] for column in kind["columns"]}
                        for kind in schema}
        self.reads_data = self._reads_data()
        self.events = []
        self.names = []
        self.left_out = {"outside_window": 0, "other_domains": 0, "other_kinds": 0,
                         "other_threads": 0}
        self.by_kind = {}
        self.last_time = None
        self._stretches = None
        self.losses = []
        self._kind_names = {kind["number"]: kind["name"] for kind in schema}
        self._times = []
        for line in lines:
            self._take(line)
        self._settle()

    def _take(self, line):
        row = json.loads(line)
        if "kind" not in row or "time_ns" not in row:
            self.notes.update(dict(row.get("notes", [])))
            if "loss" in row:
                self.losses.append(row["loss"])
            return
        self.last_time = row["time_ns"]
        kind = row["kind"]
        if self.lanes[kind] == "data" and not self.reads_data:
            return
        meaning = self.meanings[kind]
        why = self._left_out(row, kind)
        if meaning == "thread_name":
            self.names.append(Event(row, meaning))
        self._times.append((row["time_ns"], kind, why))
        if why is None and meaning in READ_BY_REPORTS:
            self.events.append(Event(row, meaning))

    def _reads_data(self):
        """Whether a report or a filter needs the data lane; else it is not even counted."""
        data = [kind for kind, lane in self.lanes.items() if lane == "data"]
        meanings = {self.meanings[kind] for kind in data} & READ_BY_REPORTS
        has_services = int(self.parameters.get("recording.detail", 0)) >= 2
        return bool(meanings - SERVICES or (meanings and has_services)
                    or set(data) & set(self.options.kinds or []))

    def _left_out(self, row, kind):
        options = self.options
        if options.kinds is not None and kind not in options.kinds:
            return "other_kinds"
        if options.threads is not None:
            thread = row.get("thread", -1)
            target = row.get("target", -1)
            if thread not in options.threads and target not in options.threads:
                return "other_threads"
        if options.domains is not None and row.get("domain", -1) not in options.domains:
            return "other_domains"
        return None

    def _settle(self):
        """Finds the window, counts, and marks the events inside."""
        known = self.parameters.get("recording.duration_ns")
        last = self.last_time or 0
        recording_end = max(int(known), last) if known is not None else last
        if "slice.end_ns" in self.parameters:
            recording_end = int(self.parameters["slice.end_ns"])
        options = self.options
        ends = [int(known)] if known is not None else []
        ends += [options.end] if options.end is not None else []
        # Of what is read while the events pass, only this is known beforehand.
        self.known_end = min(ends) if ends else None
        own_begin = int(self.parameters.get("slice.begin_ns", 0))
        self.begin = options.begin if options.begin is not None else own_begin
        self.end = recording_end if options.end is None else min(options.end, recording_end)
        self.end = max(self.end, self.begin)
        self.end_takes_part = options.end is None or options.end > recording_end
        self.length = self.end - self.begin
        self.cut_at_begin = self.begin > 0
        self.cut_at_end = options.end is not None and options.end <= recording_end
        for time, kind, why in self._times:
            if not self.is_inside(time):
                why = "outside_window"
            if why is None:
                self.by_kind[kind] = self.by_kind.get(kind, 0) + 1
            else:
                self.left_out[why] += 1
        del self._times
        for event in self.events:
            event.inside = self.is_inside(event.time)
        self.inside = [event for event in self.events if event.inside]

    def is_inside(self, time):
        return self.begin <= time and (
            time < self.end or (self.end_takes_part and time == self.end))

    def lost(self):
        """The losses that touch the window, of kinds that are asked for or not known."""
        result = []
        for loss in self.losses:
            number = loss["kind"]
            kind = self._kind_names.get(number, f"kind {number}") if number else None
            asked = self.options.kinds is None or kind is None or kind in self.options.kinds
            if asked and loss["count"] and loss["begin_ns"] <= self.end \
                    and loss["end_ns"] >= self.begin:
                result.append({**loss, "kind": kind})
        return sorted(result, key=lambda loss: (loss["begin_ns"], loss["end_ns"],
                                                loss["kind"] or "", loss["count"]))

    def is_after(self, time):
        return time >= self.begin and not self.is_inside(time)

    def overlap(self, begin, end):
        """The part in ns of [begin, end] inside the window; `end` None: still going on."""
        end = self.end if end is None else min(end, self.end)
        return max(0, end - max(begin, self.begin))

    def stretches(self, thread):
        """The ends of stretches on a CPU of a thread in the window."""
        if self._stretches is None:
            self._stretches = {}
            for event in self.of("on_cpu"):
                self._stretches.setdefault(event.number("thread"), []).append(event)
        return self._stretches.get(thread, [])

    def of(self, *meanings):
        return [event for event in self.inside if event.meaning in meanings]

    def all_of(self, *meanings):
        return [event for event in self.events if event.meaning in meanings]


def lines_of(path):
    return sys.stdin if path == "-" else open(path, encoding="utf-8")
