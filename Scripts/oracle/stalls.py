"""Intervals of batches, waits and spins; METRICS.md, sections 1 (Edges), 5 and 6."""
from bisect import bisect_right

from shapes import group, known_sum, named, numbered, series, share

MODES = ["daemon", "direct"]
SUMS = ["passes", "tried", "ok", "failed_busy", "failed_invalid", "failed_no_memory",
        "failed_moves", "moved", "gained_blocks", "phantom", "freed_pages", "scanned_pages",
        "nominal"]


def mode_of(event):
    """Who ran a batch, `None` for unknown; a kind that does not tell has daemon batches alone."""
    return event.label("mode", MODES, "daemon")


class Interval:
    """From a begin to an end, one of which may be missing."""

    def __init__(self, begin, end, first_of_window=False, first_after=False):
        self.begin, self.end = begin, end
        self.first_of_window, self.first_after = first_of_window, first_after
        self.replaced_by = None


def pair(trace, events, is_begin, key):
    """All intervals of the trace, by what keeps them apart."""
    result = []
    waiting, seen_in_window, seen_after = {}, set(), set()
    for event in events:
        place = key(event)
        first = event.inside and place not in seen_in_window
        if event.inside:
            seen_in_window.add(place)
        first_after = trace.is_after(event.time) and place not in seen_after
        if first_after:
            seen_after.add(place)
        if is_begin(event):
            if place in waiting:
                waiting[place].replaced_by = event
            interval = waiting[place] = Interval(event, None)
            result.append(interval)
        elif place in waiting:
            waiting.pop(place).end = event
        else:
            result.append(Interval(None, event, first, first_after))
    return result


class Edges:
    """What an interval counts as in the window."""

    def __init__(self, trace, interval, stated_ns=-1):
        begin, end = interval.begin, interval.end
        begin_time = begin.time if begin else None
        if begin is None and stated_ns >= 0 and (end.inside or interval.first_after):
            begin_time = end.time - stated_ns
        self.begun = begin is not None and begin.inside
        self.ended = end is not None and end.inside
        self.open_at_begin = self.open_at_end = self.without_begin = self.replaced = False
        self.time, self.duration = 0, None
        if interval.replaced_by is not None and not trace.is_after(interval.replaced_by.time):
            self.replaced = interval.replaced_by.inside
        elif self.ended and begin_time is None:
            if interval.first_of_window and trace.begin > 0:
                self.open_at_begin = True
                self.time = end.time - trace.begin
            else:
                self.without_begin = True
        elif self.ended:
            self.time = trace.overlap(begin_time, end.time)
            self.open_at_begin = begin_time < trace.begin
            if not self.open_at_begin:
                self.duration = end.time - begin_time
        elif begin_time is not None and begin_time <= trace.end and (
                end is None or trace.is_after(end.time)) and (
                begin is None or not trace.is_after(begin.time)):
            self.open_at_end = begin is not None or begin_time < trace.end
            self.time = trace.overlap(begin_time, None)


def batch_key(event):
    return event.number("thread"), event.text("routine")


def batch_intervals(trace):
    return pair(trace, trace.all_of("batch_begin", "batch_end"),
                lambda event: event.meaning == "batch_begin", batch_key)


def clipped(trace, event, column):
    """At most the time from the window's begin to the event."""
    return min(event.number(column), event.time - trace.begin)


def batch_cpu(trace):
    """The ends of batches with their CPU time, and that of passes of batches without an end.

    A pass belongs to its thread's batch that was begun last; where none was, to the next end of
    one whose begin was not recorded either.
    """
    ended, still_open = [], {}
    for event in trace.all_of("batch_begin", "batch_pass", "batch_end"):
        if trace.is_after(event.time):
            break
        routine = event.text("routine")
        mine = still_open.setdefault(event.number("thread"), {None: 0})
        if event.meaning == "batch_begin":
            mine[routine] = 0
        elif event.meaning == "batch_pass":
            if event.inside:
                mine[list(mine)[-1]] += max(0, clipped(trace, event, "ns"))
        else:
            passes = mine.pop(routine) if routine in mine else None
            if passes is None and event.inside:
                passes, mine[None] = mine[None], 0
            if event.inside:
                stated = clipped(trace, event, "cpu_ns")
                ended.append((event, stated if stated >= 0 else passes or -1))
    sums = {thread: sum(mine.values()) for thread, mine in still_open.items()}
    return ended, {thread: ns for thread, ns in sums.items() if ns}


def batches(trace):
    groups = {}
    cpu = {event.sequence: ns for event, ns in batch_cpu(trace)[0]}
    domains = {}  # the ends, and all edges with their modes
    for interval in batch_intervals(trace):
        edges = Edges(trace, interval)
        begun, edges.begun = edges.begun, False
        if begun:
            # The begin counts where it says it does, should the end say something else.
            groups.setdefault(place_of(interval.begin), []).append((Begin(), None))
            domains.setdefault(interval.begin.domain, ([], []))
        if edges.ended or edges.open_at_end or edges.replaced:
            event = interval.end if edges.ended else interval.begin
            groups.setdefault(place_of(event), []).append((edges, interval.end))
            ends, times = domains.setdefault(event.domain, ([], []))
            ends.extend([event] * edges.ended)
            times.append((edges, mode_of(event)))
    deferred = trace.of("batch_deferred")
    return {
        "groups": [batch_group(routine, mode, found, cpu)
                   for (routine, mode), found in groups.items()],
        "domains": [{"domain": domain, **gained_shares(ends), **domain_batches(ends, times)}
                    for domain, (ends, times) in sorted(domains.items())],
        "deferred_by_reason": named([event.text("reason") for event in deferred]),
        "deferred_by_order": numbered([event.number("order") for event in deferred]),
        "untracked": 0,
    }


def domain_batches(ends, times):
    return {
        "ended": len(ends),
        "time_ns": sum(edges.time for edges, _ in times),
        "daemon_ns": sum(edges.time for edges, mode in times if mode == "daemon"),
        "direct_ns": sum(edges.time for edges, mode in times if mode == "direct"),
        "duration": series([edges.duration for edges, _ in times if edges.duration is not None]),
        **{column: known_sum([event.number(column) for event in ends])
           for column in ("gained_blocks", "nominal", "phantom")},
    }


class Begin:
    """What a batch counts as where its begin says that it belongs."""
    begun, ended, open_at_end, open_at_begin = True, False, False, False
    without_begin, replaced, time, duration = False, False, 0, None


def gained_shares(ends):
    """Of the nominal blocks the share really gained, and that of blocks that are none."""
    sums = [known_sum([end.number(column) for end in ends])
            for column in ("gained_blocks", "phantom", "nominal")]
    return {name: share(part["sum"], sums[2]["sum"]) if part["known"] == sums[2]["known"] else None
            for name, part in zip(("gained_ppm", "phantom_ppm"), sums)}


def place_of(event):
    return event.text("routine"), mode_of(event)


def batch_group(routine, mode, found, cpu):
    edges = [edges for edges, _ in found]
    ends = [end for edges, end in found if edges.ended]
    result = {
        "routine": routine, "mode": mode or "unknown",
        "begun": sum(edge.begun for edge in edges),
        "ended": len(ends),
        "open_at_end": sum(edge.open_at_end for edge in edges),
        "open_at_begin": sum(edge.open_at_begin for edge in edges),
        "ends_without_begin": sum(edge.without_begin for edge in edges),
        "begins_without_end": sum(edge.replaced for edge in edges),
        "time_ns": sum(edge.time for edge in edges),
        "cpu_ns": known_sum([cpu[end.sequence] for end in ends]),
    }
    for column in SUMS:
        result[column] = known_sum([end.number(column) for end in ends])
    result |= gained_shares(ends)
    result["results"] = named([end.text("result") for end in ends])
    result["duration"] = series(
        [edge.duration for edge in edges if edge.duration is not None])
    return result


def off_cpu(trace, begin, end):
    """How long the thread of two events was off the CPUs between them; None: not known.

    Told by its stretches from the first that ends after the begin to the first after the end.
    """
    place = trace.stretches(begin.number("thread"))
    first = bisect_right([event.sequence for event in place], begin.sequence)
    last = bisect_right([event.sequence for event in place], end.sequence)
    if last >= len(place):
        return None
    found = place[first:last + 1]
    began = [event.time - event.number("ns") for event in found]
    if min(event.number("ns") for event in found) < 0:
        return None
    if began[0] > begin.time or began[-1] > end.time:
        return None
    gaps = [after - before.time for before, after in zip(found, began[1:])]
    return sum(gaps) if min(gaps, default=0) >= 0 else None


def parts(trace, pairs):
    """The parts of intervals on a CPU and off it, as far as known."""
    blocked = [off_cpu(trace, begin, end) for begin, end in pairs]
    known = [(end.time - begin.time - off, off) for (begin, end), off in zip(pairs, blocked)
             if off is not None]
    unknown = [-1] * (len(pairs) - len(known))
    return ([max(0, part[0]) for part in known] + unknown,
            [max(0, min(off, on + off)) for on, off in known] + unknown)


def direct_stalls(trace):
    """Direct batches inside the window: routine, time, parts on a CPU and blocked, thread."""
    result = []
    for interval in batch_intervals(trace):
        begin, end = interval.begin, interval.end
        if not (begin and end and begin.inside and end.inside):
            continue
        if not begin.label("mode", MODES) == end.label("mode", MODES) == "direct":
            continue
        time = end.time - begin.time
        stated = end.number("cpu_ns")
        if stated >= 0:
            on, off = min(stated, time), max(0, time - stated)
        else:
            (on,), (off,) = parts(trace, [(begin, end)])
        result.append((end.text("routine"), time, on, off, end.number("thread")))
    return result


def stall_sums(trace, found):
    time = sum(stall[1] for stall in found)
    return {"count": len(found), "time_ns": time,
            "share_ppm": time * 10**6 // trace.length if trace.length else None,
            "on_cpu_ns": known_sum([stall[2] for stall in found]),
            "blocked_ns": known_sum([stall[3] for stall in found])}


def wait_edges(trace):
    """Each wait: its edges, reason, domain and thread."""
    intervals = pair(trace, trace.all_of("wait_begin", "wait_end"),
                     lambda event: event.meaning == "wait_begin",
                     lambda event: event.number("thread"))
    result = []
    for interval in intervals:
        begin, end = interval.begin, interval.end
        edges = Edges(trace, interval, end.number("ns") if end else -1)
        if not (edges.ended or edges.open_at_end or edges.replaced):
            continue
        reason = end.text("reason") if end and edges.ended else ""
        reason = reason or (begin.text("reason") if begin else end.text("reason"))
        event = end if edges.ended or begin is None else begin
        on = off = -1
        if edges.ended and begin and begin.inside:
            (on,), (off,) = parts(trace, [(begin, end)])
        result.append((edges, reason, event.domain, event.number("thread"), on, off))
    return result


def wait_group(waits):
    edges = [wait[0] for wait in waits]
    ended = [wait for wait in waits if wait[0].ended]
    return {
        "ended": sum(edge.ended for edge in edges),
        "open_at_end": sum(edge.open_at_end for edge in edges),
        "open_at_begin": sum(edge.open_at_begin for edge in edges),
        "ends_without_begin": sum(edge.without_begin for edge in edges),
        "begins_without_end": sum(edge.replaced for edge in edges),
        "time_ns": sum(edge.time for edge in edges),
        "on_cpu_ns": known_sum([wait[4] for wait in ended]),
        "blocked_ns": known_sum([wait[5] for wait in ended]),
        "duration": series([edge.duration for edge in edges if edge.duration is not None]),
    }


def wait_shares(found, skips, name, place):
    shares = {}
    for wait in (wait for wait in found if not wait[0].replaced):
        share = shares.setdefault(wait[place], {"count": 0, "time_ns": 0, "skips": 0})
        share["count"] += 1
        share["time_ns"] += wait[0].time
    for event in skips:
        at = event.domain if name == "domain" else event.number("thread")
        shares.setdefault(at, {"count": 0, "time_ns": 0, "skips": 0})["skips"] += 1
    return [{name: at, **share} for at, share in sorted(shares.items())]


def waits(trace):
    found = wait_edges(trace)
    skips = trace.of("wait_skip")
    reasons = group(found, lambda wait: wait[1])
    return {
        **wait_group(found),
        "by_waker": numbered([event.number("woken_by") for event in trace.of("wait_end")]),
        "skips": len(skips), "untracked": 0,
        "by_reason": [{"reason": reason, **wait_group(waits)}
                      for reason, waits in reasons.items()],
        "by_domain": wait_shares(found, skips, "domain", 2),
        "by_thread": wait_shares(found, skips, "thread", 3),
    }


def affected(trace, report):
    """Threads whose requests failed, that stalled or that waited, reclaim threads left out."""
    rows = {}

    def row(thread):
        return rows.setdefault(thread, {
            "thread": thread, "failures": 0, "stalls": 0, "stall_ns": 0, "longest_stall_ns": 0,
            "waits": 0, "wait_ns": 0})

    for event in trace.of("alloc_fail"):
        row(event.number("thread"))["failures"] += 1
    for _, time, _, _, thread in direct_stalls(trace):
        found = row(thread)
        found["stalls"] += 1
        found["stall_ns"] += time
        found["longest_stall_ns"] = max(found["longest_stall_ns"], time)
    for share in report["waits"]["by_thread"]:
        if share["count"]:
            row(share["thread"]).update(waits=share["count"], wait_ns=share["time_ns"])
    for thread in report["cpu"]["threads"]:
        if thread["reclaim"]:
            rows.pop(thread["thread"], None)
    return sorted(
        (found for thread, found in rows.items() if thread >= 0),
        key=lambda found: (-found["stall_ns"] - found["wait_ns"], -found["failures"],
                           found["thread"]))
