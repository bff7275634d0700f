#!/usr/bin/env python3
"""Measures wakeup latencies, in nanoseconds, in recordings of a Linux host and writes them as JSON.

usage: Scripts/dispatch-capture.py CAPTURE... > Fixtures/dispatch/idle-exit-latency.json

A CAPTURE is a folder with raw/trace_pipe_raw.cpuN.raw.xz (the sub-buffers of each CPU as the kernel
wrote them) and raw/formats. The text of the same recordings has microseconds only.

What is measured
  latency       sched_waking of a thread to the sched_switch to it. A waking is dropped when the
                thread does anything before such a switch: then it had run without being seen
                (this kernel never records the switch from the idle task of CPU 1). A second waking
                replaces the first for the same reason.
  idle exit     a latency whose switch comes from the idle task, on the CPU that the waking had
                chosen. Where it came to another CPU, the chosen one was not idle: counted apart.
  other CPU     whether the waker ran on another CPU (it must interrupt the idle one) or the waking
                happened on the idle CPU itself (a timer or device had interrupted it already).
  reclaim threads
                all latencies of kswapd and kcompactd, whatever the CPU did: what the model of
                dispatch can be compared with. Percentiles are nearest rank.
"""
import json
import lzma
import pathlib
import re
import struct
import sys
from collections import Counter, defaultdict

PAGE = 4096
FIELD = re.compile(r"field:[^;]*?(\w+)(?:\[\d+\])?;\s*offset:(\d+);")
RECLAIM = ("kswapd", "kcompactd")


def layout(raw, event):
    """The number of a tracepoint and the offsets of its fields."""
    text = (raw / "formats/sched" / event / "format").read_text()
    return int(re.search(r"^ID: (\d+)", text, re.M)[1]), \
        {name: int(offset) for name, offset in FIELD.findall(text)}


def page_events(page):
    """Yields (time in ns, position of the payload) for the events of one sub-buffer."""
    time, commit = struct.unpack_from("<QQ", page)
    at, end = 16, 16 + (commit & 0xfffff)
    while at + 4 <= end:
        head, = struct.unpack_from("<I", page, at)
        kind, delta = head & 31, head >> 5
        extra, = struct.unpack_from("<I", page, at + 4) if at + 8 <= end else (0,)
        if kind == 29:
            if delta == 0:
                return
            time, at = time + delta, at + 4 + extra
        elif kind == 30:
            time, at = time + delta + (extra << 27), at + 8
        elif kind == 31:
            low = delta + (extra << 27)
            time, at = time & ~((1 << 59) - 1) | low, at + 8
        else:
            time += delta
            yield time, at + 8 if kind == 0 else at + 4
            at += 4 + (extra if kind == 0 else 4 * kind)


def read_events(raw):
    """All events of a recording by time: (time, cpu, process, kind, fields)."""
    waking, waking_at = layout(raw, "sched_waking")
    switch, switch_at = layout(raw, "sched_switch")
    events = []
    for path in sorted(raw.glob("trace_pipe_raw.cpu*.raw.xz")):
        cpu = int(re.search(r"cpu(\d+)", path.name)[1])
        data = lzma.open(path).read()
        for start in range(0, len(data), PAGE):
            page = data[start:start + PAGE]
            for time, at in page_events(page):
                number, = struct.unpack_from("<H", page, at)
                process, = struct.unpack_from("<i", page, at + 4)

                def field(offsets, name):
                    return struct.unpack_from("<i", page, at + offsets[name])[0]

                def task(offsets, name):
                    text = page[at + offsets[name]:at + offsets[name] + 16]
                    return text.split(b"\0")[0].decode(errors="replace")

                fields = None
                if number == waking:
                    fields = (field(waking_at, "pid"), field(waking_at, "target_cpu"))
                elif number == switch:
                    fields = (field(switch_at, "prev_pid"), field(switch_at, "next_pid"),
                              task(switch_at, "next_comm"))
                kind = {waking: "waking", switch: "switch"}.get(number)
                events.append((time, cpu, process, kind, fields))
    events.sort(key=lambda event: event[0])
    return events


class Tally:
    def __init__(self):
        self.idle = defaultdict(lambda: {True: [], False: []})
        self.moved = Counter()
        self.reclaim = defaultdict(list)
        self.captures = []

    def add(self, capture):
        pending = {}
        counts = Counter()
        for time, cpu, process, kind, fields in read_events(capture / "raw"):
            if kind == "switch":
                previous, following, name = fields
                pending.pop(previous, None)
                if following in pending:
                    counts["wakeups"] += 1
                    self.close(pending.pop(following), time, cpu, previous, name, counts)
                continue
            pending.pop(process, None)
            if kind == "waking":
                thread, target = fields
                pending[thread] = (time, cpu, target)
        self.captures.append({"name": capture.name, **counts})

    def close(self, waking, time, cpu, previous, name, counts):
        since, waker_cpu, target = waking
        name = name.rstrip("0123456789")
        if name in RECLAIM:
            self.reclaim[name].append(time - since)
        if previous != 0:
            return
        if target != cpu:
            self.moved[name] += 1
            return
        counts["idle"] += 1
        self.idle[name][waker_cpu != cpu].append(time - since)

    def document(self):
        names = [n for n in RECLAIM if n in self.idle] + sorted(set(self.idle) - set(RECLAIM))
        together = sorted(sum(self.reclaim.values(), []))
        distribution = {**{n: sorted(self.reclaim[n]) for n in RECLAIM}, "together": together}
        return {
            "description": "sched_waking to sched_switch in ns, from the raw sub-buffers (clock mono, "
                           "resolution 1 ns) of recordings of a virtual machine with 2 CPUs, Linux "
                           "6.18.44; made by Scripts/dispatch-capture.py, which says what counts",
            "captures": self.captures,
            "idle_exit_ns": [
                {"threads": name, "waker_on_other_cpu": other, "latencies": sorted(values)}
                for name in names for other, values in sorted(self.idle[name].items(), reverse=True)
                if values],
            "idle_but_not_the_chosen_cpu": dict(sorted(self.moved.items())),
            "reclaim_thread_percentiles_ns": {
                name: {"n": len(values), "p0_to_p100": [
                    values[max((len(values) * p + 99) // 100 - 1, 0)] for p in range(101)]}
                for name, values in distribution.items()},
        }


def main():
    tally = Tally()
    for folder in sys.argv[1:]:
        tally.add(pathlib.Path(folder))
    if not tally.captures:
        sys.exit(__doc__)
    text = json.dumps(tally.document(), indent=1)
    # Lists of numbers in lines, not one number a line.
    text = re.sub(r"\[\s+(-?\d[\d,\s]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    print(text)


main()
