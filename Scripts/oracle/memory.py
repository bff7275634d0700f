"""Buffer service, memory, counters and totals; METRICS.md, sections 8 and 9."""
import re

from shapes import gauge, group, known_sum, named, numbered, share
from stalls import MODES

COUNTS = ["requests", "hits_cpu", "hits_list", "imports", "failed", "limited", "fallback",
          "small", "anonymous"]
ORDERS = 13
LEVELS = ["min", "severe"]
WHYS = ["idle", "pressure", "drain"]


def shown_counts(counts):
    wanting = max(0, counts["requests"] - counts["small"] - counts["anonymous"])
    served = counts["hits_cpu"] + counts["hits_list"] + counts["imports"]
    return {
        "requests": counts["requests"], "wanting": wanting, "served": served,
        "success_ppm": share(served, wanting), "failed_ppm": share(counts["failed"], wanting),
        "limited_ppm": share(counts["limited"], wanting),
        **{column: counts[column] for column in COUNTS[1:]},
    }


def service(trace):
    readings = trace.of("service")
    per_cpu, decreases = {}, 0
    for (domain, cpu), events in group(
            readings, lambda event: (event.domain, event.cpu)).items():
        counts = {}
        for column in COUNTS:
            values = [event.number(column) for event in events if event.number(column) >= 0]
            decreases += sum(after < before for before, after in zip(values, values[1:]))
            first = values[0] if values and trace.begin > 0 else 0
            counts[column] = max(0, values[-1] - first) if values else 0
        per_cpu[domain, cpu] = counts

    def added(cpus):
        return shown_counts({column: sum(per_cpu[cpu][column] for cpu in cpus)
                             for column in COUNTS})

    areas = [entry["fallback_page_us"] for entry in memory(trace)]
    areas = [area for area in areas if area is not None]
    return {
        "samples": len(readings), "fallback_page_us": sum(areas) if areas else None,
        **added(per_cpu), "decreases": decreases, "untracked": 0,
        "by_domain": [{"domain": domain, **added(cpus)} for domain, cpus in
                      sorted(group(per_cpu, lambda place: place[0]).items())],
        "by_cpu": [{"cpu": cpu, **added(cpus)} for cpu, cpus in
                   sorted(group(per_cpu, lambda place: place[1]).items())],
    }


def memory(trace):
    domains = group(trace.of("sample"), lambda event: event.domain)
    binned = list(domains)[:64]
    return [memory_of(trace, domain, events, domain in binned)
            for domain, events in sorted(domains.items())]


def over_time(trace, events):
    """Extremes in at most 64 bins, as wide as a power of two."""
    last = events[-1].time - trace.begin
    width = 1
    while last // width >= 64:
        width *= 2
    bins = [[] for _ in range(last // width + 1)]
    for event in events:
        bins[(event.time - trace.begin) // width].append(event)
    result = {"width_ns": width}
    for name, value in (("free_pages", lambda event: event.number("free_pages")),
                        ("unusable_order_2_ppm", unusable),
                        ("fallback_pages", lambda event: event.number("fallback_pages"))):
        for suffix, choose in (("least", min), ("most", max)):
            result[f"{name}_{suffix}"] = [
                choose((known for known in map(value, found)
                        if known is not None and known >= 0), default=None) for found in bins]
    return result


def memory_of(trace, domain, events, has_bins):
    def column(name):
        return gauge([event.number(name) for event in events])

    points = [(event.time, event.number("fallback_pages")) for event in events
              if event.number("fallback_pages") >= 0]
    doubled = sum((left[1] + right[1]) * (right[0] - left[0])
                  for left, right in zip(points, points[1:]))
    return {
        "domain": domain, "samples": len(events),
        "free_pages": column("free_pages"), "fallback_pages": column("fallback_pages"),
        "fallback_page_us": doubled // 2 // 1000 if len(points) > 1 else None,
        "fallback_covered_ns": points[-1][0] - points[0][0] if points else 0,
        "unusable_order_2_ppm": gauge([unusable(event) for event in events]),
        "over_time": over_time(trace, events) if has_bins else None,
        "wakeups": column("wakeups"), "reclaims": column("reclaims"),
        "free_blocks_by_order": [column(f"blocks_{order}") for order in range(ORDERS)],
    }


def unusable(event):
    blocks = [event.number(f"blocks_{order}") for order in range(ORDERS)]
    if min(blocks) < 0:
        return None
    listed = sum(count << order for order, count in enumerate(blocks))
    small = sum(count << order for order, count in enumerate(blocks[:2]))
    return small * 10**6 // listed if listed else None


def ranges(events):
    return [{"name": name, "first": found[0].number("value"), "last": found[-1].number("value"),
             "samples": len(found)}
            for name, found in group(events, lambda event: event.text("name")).items()]


def levels(trace):
    """How often a domain came below a level, and the time it was there inside the window."""
    found, since, seen = {}, {}, set()

    def entry(place):
        return found.setdefault(place, {"reached": 0, "time_ns": 0})

    for event in trace.all_of("domain_level"):
        if trace.is_after(event.time):
            continue
        place = event.label("level", LEVELS), event.domain
        is_on = bool(event.row.get("on", False))
        if event.inside:
            entry(place)["reached"] += is_on
        if is_on:
            since.setdefault(place, event.time)
        elif place in since:
            time = since.pop(place)
            if event.inside:
                entry(place)["time_ns"] += trace.overlap(time, event.time)
        elif event.inside and place not in seen and trace.begin > 0:
            entry(place)["time_ns"] += event.time - trace.begin
        if event.inside:
            seen.add(place)
    for place, time in since.items():
        entry(place)["time_ns"] += trace.overlap(time, None)
    return [{"level": level or "unknown", "domain": domain, **values}
            for (level, domain), values in found.items()]


def totals(trace):
    requests = trace.of("wake_request")
    pageout = group(trace.of("pageout"), lambda event: event.label("mode", MODES))
    trims = group(trace.of("zone_trim"), lambda event: event.label("why", WHYS))
    breaks = trace.of("reservation_break")
    return {
        "wake_requests_by_target": named([event.text("target") for event in requests]),
        "wake_requests_by_order": numbered([event.number("order") for event in requests]),
        "pageout": [{
            "mode": mode or "unknown", "events": len(events),
            "scanned_pages": known_sum([event.number("scanned") for event in events]),
            "freed_pages": known_sum([event.number("freed") for event in events]),
            "shortage_pages": known_sum([event.number("shortage") for event in events]),
        } for mode, events in pageout.items()],
        "fallbacks_by_order": numbered(
            [event.number("order") for event in trace.of("alloc_fallback")]),
        "levels": levels(trace),
        "trimmed_buffers": [
            {"name": why or "unknown", "count": count} for why, count in
            ((why, sum(max(0, event.number("buffers")) for event in events))
             for why, events in trims.items()) if count],
        "bucket_changes": len(trace.of("zone_bucket")),
        "reservation_breaks": named([event.text("why") for event in breaks]),
        "populated_pages": known_sum([event.number("populated") for event in breaks]),
        "counters": ranges(trace.of("counter")),
        "settings": ranges(trace.of("set")),
    }


class Counter:
    """A counter's readings, or those of several that are added up."""

    def __init__(self, name, readings, is_sum):
        self.name, self.is_sum = name, is_sum
        self.first, self.last = readings[0][0], readings[-1][0]
        self.first_value, self.last_value = readings[0][1], readings[-1][1]
        self.samples = len(readings)

    def result(self, beside):
        text, says, compared = beside or (None, None, None)
        agrees = None if says is None else says == compared
        return {"name": self.name, "sum": self.is_sum, "samples": self.samples,
                "first_ns": self.first.time, "last_ns": self.last.time,
                "first": self.first_value, "last": self.last_value,
                "change": self.last_value - self.first_value,
                "events": text if says is not None else None,
                "events_say": says, "agrees": agrees}


def all_counters(trace):
    by_name = group(trace.of("counter"), lambda event: event.text("name"))
    found = [Counter(name, [(event, event.number("value")) for event in events], False)
             for name, events in by_name.items()]
    sums = {}
    for name, events in by_name.items():
        match = re.fullmatch(r"vm\.phys_free\.(\d+)\.pool\d+\.order(\d+)", name)
        if match:
            sums.setdefault(match.groups(), []).append(events)
    for (domain, order), pools in sums.items():
        # The n-th readings of all pools belong together.
        rounds = [(events[0], sum(event.number("value") for event in events))
                  for events in zip(*pools)]
        found.append(Counter(f"vm.phys_free.{domain}.order{order}", rounds, True))
    return sorted(found, key=lambda counter: counter.name)


def between(trace, counter, meaning, domain=None):
    """From its first reading to the last one of any counter, which is of the same instant."""
    last = trace.of("counter")[-1].sequence
    return [event for event in trace.of(meaning)
            if counter.first.sequence < event.sequence < last
            and (domain is None or event.domain == domain)]


def beside(trace, counter, last_instant):
    """Text, what the events say, and what of the counter they are compared with."""
    if counter.last.time != last_instant:
        return None
    change = counter.last_value - counter.first_value
    name = counter.name
    if name == "vm.uma.ktls_buffers.stats.fails":
        return "2 x alloc_fail", 2 * len(between(trace, counter, "alloc_fail")), change
    if name == "vm.uma.ktls_buffers.stats.allocs":
        return "hits and imports of service", allocated(trace, counter), change
    if name == "vm.reserv.broken":
        return "reservation_break", len(between(trace, counter, "reservation_break")), change
    match = re.fullmatch(r"kern\.ipc\.tls\.domain(\d+)\.(wakeups|reclaims|running)", name)
    if match:
        return beside_thread(trace, counter, int(match[1]), match[2], change)
    match = re.fullmatch(r"vm\.domain\.(\d+)\.stats\.free_count", name)
    if match:
        says = last_sample(trace, counter, int(match[1]), "free_pages")
        return "free_pages of the last sample", says, counter.last_value
    match = re.fullmatch(r"vm\.phys_free\.(\d+)\.order(\d+)", name)
    if match and counter.is_sum:
        says = last_sample(trace, counter, int(match[1]), f"blocks_{match[2]}")
        return "blocks of the last sample", says, counter.last_value
    return None


def beside_thread(trace, counter, domain, what, change):
    if what == "wakeups":
        runs = between(trace, counter, "thread_run", domain)
        return "thread_run", len(runs), change
    if what == "reclaims":
        ends = between(trace, counter, "batch_end", domain)
        return ("nominal of batch_end",
                sum(max(0, event.number("nominal")) for event in ends), change)
    last = [event for event in trace.of("thread_run", "thread_sleep")
            if event.domain == domain and event.sequence < trace.of("counter")[-1].sequence]
    says = int(last[-1].meaning == "thread_run") if last else None
    return "thread_run or thread_sleep, the last", says, counter.last_value


def last_sample(trace, counter, domain, column):
    found = [event.number(column) for event in trace.of("sample")
             if event.domain == domain and event.time == counter.last.time]
    return found[-1] if found and found[-1] >= 0 else None


def allocated(trace, counter):
    """What all CPUs served from the first to the last reading, if they were read with both."""
    def before(reading):
        found = {}
        for event in trace.of("service"):
            if event.sequence < reading.sequence:
                found.pop((event.domain, event.cpu), None)
                found[event.domain, event.cpu] = event
        if not found or list(found.values())[-1].time != reading.time:
            return None
        return sum(max(0, event.number(column)) for event in found.values()
                   for column in ("hits_cpu", "hits_list", "imports"))

    # All counters of the last instant count as read together.
    first, last = before(counter.first), before(trace.of("counter")[-1])
    return None if first is None or last is None else last - first


def counters(trace):
    found = all_counters(trace)
    last_instant = max((counter.last.time for counter in found), default=None)
    rows = [counter.result(beside(trace, counter, last_instant)) for counter in found]
    return {"differing": sum(row["agrees"] is False for row in rows), "untracked": 0,
            "rows": rows}
