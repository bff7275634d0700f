"""The metrics that `diff` sets side by side; METRICS.md, section 11."""
from shapes import known_sum, series
from stalls import MODES, Edges, batch_intervals, gained_shares, mode_of

PERCENTILES = ("p50", "p90", "p99", "p999", "max")


def metrics(trace, report):
    rows = []

    def add(name, unit, better, value, domain=None):
        rows.append({"name": name, "domain": domain, "unit": unit, "better": better,
                     "value": value})

    def add_series(name, found):
        for each in PERCENTILES:
            add(f"{name}_{each}", "ns", "lower", found[each + "_ns"] if found else None)
            if found and not found["exact"] and each != "max":
                # The report has a bound of it.
                rows[-1]["bound_by"] = found["max_ns"]
        count = found["n"] if found else 0
        add(f"{name}_mean", "ns", "lower", found["sum_ns"] // count if count else None)

    add_cpu(add, report)
    wakeups = report["wakeups"]
    for name in ("sent", "woke", "no_sleeper"):
        add("wakeup." + name, "count", "neutral", wakeups[name])
    for name in ("lost", "suppressed", "spurious"):
        add("wakeup." + name, "count", "lower", wakeups[name])
    add_series("wakeup.latency", wakeups["latency"])
    add_series("wakeup.first_failure", wakeups["failure_to_wakeup"]["first_failure"])
    failures = report["failures"]
    add("failure.count", "count", "lower", failures["count"])
    add("failure.rate", "per_1000_s", "lower", failures["per_1000_s"])
    add("failure.in_bursts", "count", "lower", failures["bursts"]["failures"])
    add("failure.unanswered", "count", "lower", wakeups["failure_to_wakeup"]["unanswered"])
    add_batches(add, add_series, trace)
    waits = report["waits"]
    add("wait.count", "count", "lower", waits["ended"])
    add("wait.time", "ns", "lower", waits["time_ns"])
    add("wait.blocked", "ns", "lower", waits["blocked_ns"]["sum"])
    add("wait.skips", "count", "neutral", waits["skips"])
    add_series("wait.duration", waits["duration"])
    add_relief(add_series, report["relief"])
    add_series("relief.batch_end", report["batch_relief"]["duration"])
    add_service(add, report, trace)
    add_domains(add, report)
    return rows


def add_cpu(add, report):
    cpu = report["cpu"]
    add("cpu.reclaim", "ns", "lower", cpu["reclaim_ns"])
    add("cpu.core_share", "ppm", "lower", cpu["core_share_ppm"])
    add("cpu.spin", "ns", "lower", cpu["spin_ns"])
    direct = [group["cpu_ns"] for group in report["batches"]["groups"]
              if group["mode"] == "direct" and group["ended"]]
    is_unknown = direct and not any(known["known"] for known in direct)
    add("cpu.direct", "ns", "lower", None if is_unknown else cpu["direct_ns"])
    add("cpu.per_gained_block", "ns", "lower", cpu["ns_per_gained_block"])
    add("cpu.stall_on_cpu", "ns", "lower", cpu["stalls"]["on_cpu_ns"]["sum"])
    add("cpu.stall_blocked", "ns", "lower", cpu["stalls"]["blocked_ns"]["sum"])


def add_batches(add, add_series, trace):
    every = [(Edges(trace, interval), interval) for interval in batch_intervals(trace)]
    for mode, better in zip(MODES, ("neutral", "lower")):
        found = [(edges, interval) for edges, interval in every
                 if mode_of(interval.end if edges.ended else interval.begin or interval.end)
                 == mode]
        add(f"batch.{mode}", "count", better, sum(edges.ended for edges, _ in found))
        add(f"batch.{mode}_time", "ns", "lower", sum(edges.time for edges, _ in found))
        add_series(f"batch.{mode}_duration", series(
            [edges.duration for edges, _ in found if edges.duration is not None]))
    ends = trace.of("batch_end")
    for name, column, unit, better in (
            ("gained", "gained_blocks", "blocks", "higher"),
            ("nominal", "nominal", "blocks", "neutral"),
            ("phantom", "phantom", "blocks", "lower"), ("passes", "passes", "count", "neutral"),
            ("tried", "tried", "count", "neutral"), ("ok", "ok", "count", "higher"),
            ("moved", "moved", "pages", "neutral"),
            ("freed", "freed_pages", "pages", "neutral"),
            ("scanned", "scanned_pages", "pages", "neutral")):
        value = known_sum([event.number(column) for event in ends])["sum"]
        add("batch." + name, unit, better, value)
        if name == "phantom":
            shares = gained_shares(ends)
            add("batch.gained_share", "ppm", "higher", shares["gained_ppm"])
            add("batch.phantom_share", "ppm", "lower", shares["phantom_ppm"])


def add_relief(add_series, relief):
    for suffix, is_bound in (("", False), ("_bound", True)):
        for name in ("served", "imported"):
            known = relief is not None and relief["upper_bound"] == is_bound
            add_series(f"relief.{name}{suffix}", relief[name] if known else None)


def add_service(add, report, trace):
    service = report["service"]
    known = service["samples"] > 0

    def value(name):
        return service[name] if known else None

    add("service.requests", "count", "neutral", value("requests"))
    add("service.success", "ppm", "higher", value("success_ppm"))
    add("service.imports", "count", "neutral", value("imports"))
    for name in ("failed", "limited"):
        add(f"service.{name}", "count", "lower", value(name))
        add(f"service.{name}_share", "ppm", "lower", value(name + "_ppm"))
    add("service.fallback", "count", "lower", value("fallback"))
    add("service.fallback_pages", "page_us", "lower", service["fallback_page_us"])
    for name in ("scanned", "freed"):
        total = known_sum([event.number(name) for event in trace.of("pageout")])
        add("pageout." + name, "pages", "neutral", total["sum"])


def add_domains(add, report):
    """The same metrics for each domain that any report knows."""
    reclaim = {entry["domain"]: entry["reclaim_ns"] for entry in report["cpu"]["domains"]}
    count = {entry["number"]: entry["count"] for entry in report["failures"]["by_domain"]}
    gained = {entry["domain"]: entry["gained_blocks"]["sum"]
              for entry in report["batches"]["domains"]}
    success = {entry["domain"]: entry["success_ppm"] for entry in report["service"]["by_domain"]}
    memory = {entry["domain"]: entry for entry in report["memory"]}
    for domain in sorted({*reclaim, *count, *gained, *success, *memory} - {-1}):
        sample = memory.get(domain)
        add("cpu.reclaim", "ns", "lower", reclaim.get(domain, 0), domain)
        add("failure.count", "count", "lower", count.get(domain, 0), domain)
        add("batch.gained", "blocks", "higher", gained.get(domain), domain)
        add("service.success", "ppm", "higher", success.get(domain), domain)
        add("service.fallback_pages", "page_us", "lower",
            sample["fallback_page_us"] if sample else None, domain)
        add("memory.free_min", "pages", "neutral",
            sample["free_pages"]["min"] if sample else None, domain)
        add("memory.unusable_max", "ppm", "lower",
            sample["unusable_order_2_ppm"]["max"] if sample else None, domain)
