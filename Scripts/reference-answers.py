#!/usr/bin/env python3
"""Answers about a recording, computed from its tracefs text without any code of the toolkit.

usage: reference-answers.py TRACE.txt[.xz] [--window BEGIN_NS END_NS] [-o OUT.json]
       reference-answers.py TRACE.txt[.xz] --check REFERENCE.json

The tests hold the importer's events against these answers. With --check nothing is written: the
answers for the whole text and for the window named in REFERENCE.json are compared with its
`trace_txt_full` and `trace_txt_window`, and the exit code says whether they are equal.

What is counted
  oncpu            reclaim threads: from a switch in to the next switch out, when both were seen.
  wake_lat         from the first waking that found the thread off the CPU and not runnable (or
                   nothing known about it) to its next switch in.
  spurious_wakings wakings of a thread that was on a CPU, or off it but runnable.
  missed_switch_in switches out of a thread that had not been seen switching in, though it had been
                   seen before. The stretch is not counted and a pending waking is forgotten.
  switch_in_without_waking
                   switches in of a thread that slept and was not woken by an event in the text.
  compact          mm_compaction_begin to mm_compaction_end of one process number; `daemon` when
                   that is a kcompactd, else `direct`. A second begin replaces the first.
  direct_reclaim   the same for mm_vmscan_direct_reclaim_*; pages are the nr_reclaimed of the ends.
  unpaired_*       ends without begin; begins that are still open at the end of the text.
  fail             lines of mm_page_alloc (recorded for failures only), by order, and by task name
                   without the digits at its end.
  offcpu_inside_stall
                   tasks fs-*: from a switch out inside a compaction or direct reclaim to the next
                   switch in, by kind of stall and first letter of the state (R = preempted).
A window is [begin, end] in ns, both widened to the microseconds in which they lie.
Percentiles are nearest rank. Times in the text are rounded to microseconds by the kernel.
"""
import argparse
import json
import lzma
import re
import sys
from collections import Counter, defaultdict

LINE = re.compile(r"^\s*(.{16})-(\d+)\s+\[\d+\] \S+\s+(\d+)\.(\d+): (\w+): ?(.*)$")
SWITCH = re.compile(
    r"prev_comm=(.*) prev_pid=(\d+) prev_prio=\d+ prev_state=(\S+)"
    r" ==> next_comm=(.*) next_pid=(\d+) next_prio=\d+")
WAKING = re.compile(r"comm=(.*) pid=(\d+) prio=\d+ target_cpu=\d+")
FIELD = re.compile(r"(\w+)=(\S*)")
BY_ORDER = ("mm_vmscan_kswapd_wake", "mm_vmscan_wakeup_kswapd", "mm_compaction_kcompactd_wake",
            "mm_compaction_wakeup_kcompactd")


def is_reclaim_thread(name):
    return name.startswith(("kswapd", "kcompactd"))


def open_text(path):
    return lzma.open(path, "rt", errors="replace") if path.endswith(".xz") \
        else open(path, errors="replace")


def read_events(path):
    """Yields (time in ns, process number, task name, tracepoint, text behind it)."""
    with open_text(path) as text:
        for line in text:
            found = None if line.startswith("#") else LINE.match(line)
            if found:
                task, pid, seconds, fraction, name, body = found.groups()
                time = int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])
                yield time, int(pid), task.strip(), name, body


def integer(text):
    return int(text.rstrip(","), 0)


def rank(values, percent):
    return sorted(values)[max(1, -(-len(values) * percent // 100)) - 1] if values else None


def summary(values):
    return {"n": len(values), "sum": sum(values), "p50": rank(values, 50), "p99": rank(values, 99),
            "max": max(values, default=None)}


class Scheduler:
    """The reclaim threads' way onto and off the CPUs."""

    def __init__(self):
        self.names = {}
        self.place = {}        # "on", "asleep" or "runnable"; absent while unknown
        self.on_since = {}
        self.woken_at = {}
        self.stretches = defaultdict(list)
        self.latencies = defaultdict(list)
        self.spurious = Counter()
        self.unexplained = Counter()
        self.missed = Counter()

    def waking(self, time, body):
        name, pid = WAKING.match(body).groups()
        if not is_reclaim_thread(name):
            return
        pid = int(pid)
        self.names[pid] = name
        if self.place.get(pid, "asleep") == "asleep":
            self.woken_at.setdefault(pid, time)
        else:
            self.spurious[pid] += 1

    def switch(self, time, previous, state, following):
        for name, pid in (previous, following):
            if is_reclaim_thread(name):
                self.names[pid] = name
        if previous[1] in self.names:
            self.leave(time, previous[1], state)
        if following[1] in self.names:
            self.enter(time, following[1])

    def leave(self, time, pid, state):
        if pid in self.on_since:
            self.stretches[pid].append(time - self.on_since.pop(pid))
        elif pid in self.place:
            self.missed[pid] += 1
            self.woken_at.pop(pid, None)
        self.place[pid] = "runnable" if state.startswith("R") else "asleep"

    def enter(self, time, pid):
        self.on_since[pid] = time
        if pid in self.woken_at:
            self.latencies[pid].append(time - self.woken_at.pop(pid))
        elif self.place.get(pid) == "asleep":
            self.unexplained[pid] += 1
        self.place[pid] = "on"

    def named(self, by_pid, convert=lambda value: value):
        return {self.names[pid]: convert(value) for pid, value in by_pid.items()}


class Stalls:
    """Compaction and direct reclaim, and what tasks do off the CPU meanwhile."""

    def __init__(self):
        self.open = {"compact": {}, "reclaim": {}}
        self.inside = {}
        self.left = {}
        self.away = defaultdict(lambda: [0, 0])
        self.unpaired_ends = 0

    def begin(self, kind, time, pid):
        self.open[kind][pid] = time
        self.inside[pid] = kind

    def end(self, kind, time, pid):
        """The length of the stall, or None when its begin was not seen."""
        self.inside.pop(pid, None)
        if pid in self.open[kind]:
            return time - self.open[kind].pop(pid)
        self.unpaired_ends += 1
        return None

    def switch(self, time, previous, state, following):
        name, pid = previous
        if name.startswith("fs-") and pid in self.inside:
            self.left[pid] = (time, state[0])
        if following[1] in self.left:
            since, letter = self.left.pop(following[1])
            entry = self.away[self.inside.get(following[1], "?") + "/" + letter]
            entry[0] += 1
            entry[1] += time - since


class Answers:
    def __init__(self):
        self.scheduler, self.stalls = Scheduler(), Stalls()
        self.counts, self.fail, self.fail_comm = Counter(), Counter(), Counter()
        self.by_order, self.by_result = Counter(), Counter()
        self.compact = {"daemon": [], "direct": []}
        self.reclaim, self.reclaim_pages, self.throttled = [], 0, []
        self.migrated = {who: {"ok": 0, "failed": 0} for who in ("daemon", "direct")}
        self.inactive = {who: {"scanned": 0, "reclaimed": 0} for who in ("kswapd", "direct")}
        self.first = self.last = None

    def who(self, pid, task, daemon, label):
        return label if self.scheduler.names.get(pid, task).startswith(daemon) else "direct"

    def take(self, time, pid, task, name, body):
        self.first = time if self.first is None else self.first
        self.last = time
        self.counts[name] += 1
        if name == "sched_switch":
            before, before_pid, state, after, after_pid = SWITCH.match(body).groups()
            sides = (before, int(before_pid)), state, (after, int(after_pid))
            self.stalls.switch(time, *sides)
            self.scheduler.switch(time, *sides)
        elif name == "sched_waking":
            self.scheduler.waking(time, body)
        elif name not in ("sched_wakeup", "tracing_mark_write"):
            self.take_memory(time, pid, task, name, dict(FIELD.findall(body)))

    def take_memory(self, time, pid, task, name, field):
        if name == "mm_page_alloc":
            self.fail[integer(field["order"])] += 1
            self.fail_comm[re.sub(r"\d+$", "", task)] += 1
        elif name == "mm_compaction_begin":
            self.stalls.begin("compact", time, pid)
        elif name == "mm_compaction_end":
            who = self.who(pid, task, "kcompactd", "daemon")
            length = self.stalls.end("compact", time, pid)
            if length is not None:
                self.compact[who].append(length)
                self.by_result[f"{who}/{field['mode'].rstrip(',')}/{field['status']}"] += 1
        elif name == "mm_vmscan_direct_reclaim_begin":
            self.stalls.begin("reclaim", time, pid)
        elif name == "mm_vmscan_direct_reclaim_end":
            length = self.stalls.end("reclaim", time, pid)
            if length is not None:
                self.reclaim.append(length)
                self.reclaim_pages += integer(field["nr_reclaimed"])
        elif name == "mm_compaction_migratepages":
            sums = self.migrated[self.who(pid, task, "kcompactd", "daemon")]
            sums["ok"] += integer(field["nr_migrated"])
            sums["failed"] += integer(field["nr_failed"])
        elif name == "mm_vmscan_lru_shrink_inactive":
            sums = self.inactive[self.who(pid, task, "kswapd", "kswapd")]
            sums["scanned"] += integer(field["nr_scanned"])
            sums["reclaimed"] += integer(field["nr_reclaimed"])
        elif name == "mm_vmscan_throttled":
            # The kernel misspells the field.
            self.throttled.append(integer(field.get("usec_delayed") or field["usect_delayed"]))
        elif name in BY_ORDER:
            self.by_order[f"{name}/order={integer(field['order'])}"] += 1

    def result(self):
        run = self.scheduler
        return {
            "fail": dict(sorted(self.fail.items())),
            "fail_comm": dict(self.fail_comm),
            "events": self.counts.total(),
            "counts": dict(sorted(self.counts.items())),
            "first_ns": self.first,
            "last_ns": self.last,
            "oncpu": run.named(run.stretches, summary),
            "wake_lat": run.named(run.latencies, summary),
            "spurious_wakings": run.named(run.spurious),
            "switch_in_without_waking": run.named(run.unexplained),
            "missed_switch_in": run.named(run.missed),
            "still_on_cpu_at_end": [run.names[pid] for pid in run.on_since],
            "compact": {who: summary(lengths) for who, lengths in self.compact.items()},
            "compact_by_mode_status": dict(sorted(self.by_result.items())),
            "direct_reclaim": summary(self.reclaim),
            "direct_reclaim_pages": self.reclaim_pages,
            "migrated": self.migrated,
            "lru_inactive": self.inactive,
            "throttled_usec": summary(self.throttled),
            "offcpu_inside_stall": {
                kind: {"n": n, "ns": ns} for kind, (n, ns) in sorted(self.stalls.away.items())},
            "direct_compact_calls": self.counts["mm_compaction_try_to_compact_pages"],
            "wakes_by_order": dict(sorted(self.by_order.items())),
            "unpaired_end": self.stalls.unpaired_ends,
            "unpaired_begin": sum(len(begins) for begins in self.stalls.open.values()),
        }


def answers(path, window=None):
    """The answers for a text, or for the part of it in a window [begin, end] in ns."""
    low, high = (window[0] // 1000 * 1000, window[1] // 1000 * 1000 + 999) if window \
        else (0, float("inf"))
    tally = Answers()
    for event in read_events(path):
        if low <= event[0] <= high:
            tally.take(*event)
    return tally.result()


def check(path, reference_path):
    with open(reference_path) as file:
        reference = json.load(file)
    equal = True
    for part, window in (("full", None), ("window", reference["window_ns"])):
        ours = json.loads(json.dumps(answers(path, window)))
        theirs = reference["trace_txt_" + part]
        differing = [key for key in ours if ours[key] != theirs[key]]
        left_out = sorted(set(theirs) - set(ours))
        print(f"{path} {part}: {len(ours)} answers, different: {differing}, left out: {left_out}")
        equal = equal and not differing
    return 0 if equal else 1


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("trace")
    parser.add_argument("--window", nargs=2, type=int)
    parser.add_argument("--check")
    parser.add_argument("-o", "--output")
    options = parser.parse_args()
    if options.check:
        return check(options.trace, options.check)
    result = {"trace_txt_full": answers(options.trace)}
    if options.window:
        result["window_ns"] = options.window
        result["trace_txt_window"] = answers(options.trace, options.window)
    text = json.dumps(result, indent=1) + "\n"
    if options.output:
        with open(options.output, "w") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
