"""Reads the arguments, computes the answers and compares them."""
import argparse
import json
import sys

from compare import Comparison
from cpu import CPU, threads
from memory import counters, memory, service, totals
from metrics import metrics
from relief import batch_relief, chains, relief
from stalls import affected, batches, waits
from trace import Options, Trace, lines_of
from wakeups import failures, wakeups


def answers(trace):
    options = trace.options
    result = {
        "window": {
            "begin_ns": trace.begin, "end_ns": trace.end, "length_ns": trace.length,
            "cut_at_begin": trace.cut_at_begin, "cut_at_end": trace.cut_at_end,
            "domains": options.domains and sorted(options.domains),
            "kinds": options.kinds and [kind for kind in trace.order if kind in options.kinds],
            "threads": options.threads and sorted(options.threads),
        },
        "runs": 1, "traces": None, "left_out": None,
        "reports": None,
        "events": {
            "in_window": sum(trace.by_kind.values()), **trace.left_out,
            "unknown_kind": sum(count for kind, count in trace.by_kind.items()
                                if not trace.meanings[kind]),
            "by_kind": [{"name": kind, "count": trace.by_kind[kind]} for kind in trace.order
                        if kind in trace.by_kind],
        },
        "losses": losses(trace),
        "clock": clock(trace),
        "threads": threads(trace),
        "cpu": CPU(trace).result(),
        "wakeups": wakeups(trace),
    }
    result["service"] = service(trace)
    result["failures"] = failures(trace, result["service"])
    result["batches"] = batches(trace)
    result["waits"] = waits(trace)
    result["affected"] = affected(trace, result)
    result["relief"] = relief(trace)
    result["batch_relief"] = batch_relief(trace)
    result["chains"] = chains(trace)
    result["memory"] = memory(trace)
    result["counters"] = counters(trace)
    result["totals"] = totals(trace)
    result["metrics"] = metrics(trace, result)
    return result


def losses(trace):
    found = trace.lost()
    kinds, time, reached = {}, 0, trace.begin
    for loss in found:
        kinds[loss["kind"]] = kinds.get(loss["kind"], 0) + loss["count"]
        end = min(loss["end_ns"], trace.end)
        time += max(0, end - max(loss["begin_ns"], reached))
        reached = max(reached, end)
    return {"count": sum(loss["count"] for loss in found), "intervals": len(found),
            "time_ns": time, "rows": found[:256],
            "by_kind": [{"kind": kind, "count": count} for kind, count in
                        sorted(kinds.items(), key=lambda item: (-item[1], item[0] or ""))]}


def clock(trace):
    marks = [[trace.parameters.get(f"host.sync.{mark}.{name}") for mark in ("first", "last")]
             for name in ("real_ns", "trace_ns")]
    known = all(None not in pair for pair in marks)
    wall, own = ([int(last) - int(first) for first, last in marks] if known else (0, 0))
    late = trace.notes.get("recorder.late_events")
    return {"wall_drift_ns": wall - own if known else None,
            "late_events": late if late is None else int(late)}


def check_missing_columns(comparison, trace, report):
    """A column that is said to be missing is not in the schema, or of another type."""
    for entry in report["events"]["missing_columns"]:
        path = ["events", "missing_columns", entry["kind"], entry["column"]]
        columns = trace.columns.get(entry["kind"])
        if columns is None or (entry["column"] in columns) != entry["wrong_type"]:
            comparison.fault(path, "the schema says otherwise")


def span(text):
    """A time as the tool takes it, in ns."""
    for unit, ns in (("ns", 1), ("us", 10**3), ("ms", 10**6), ("s", 10**9)):
        if text.endswith(unit) and text[:-len(unit)].isdigit():
            return int(text[:-len(unit)]) * ns
    raise argparse.ArgumentTypeError(f"no time: {text}")


def parsed(arguments, description=None):
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump")
    parser.add_argument("report", nargs="?")
    for name in ("begin", "end", "interval"):
        parser.add_argument("--" + name, type=span, metavar="TIME")
    for name in ("domain", "thread"):
        parser.add_argument("--" + name, type=int, action="append")
    parser.add_argument("--kind", action="append")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--name", help="what to call it in the last line")
    return parser.parse_args(arguments)


def read(options):
    with lines_of(options.dump) as lines:
        return Trace(lines, Options(
            options.begin, options.end, options.domain, options.kind, options.thread,
            options.interval, options.worst))


def answers_of(arguments):
    """The oracle's answers and the report."""
    options = parsed(arguments)
    with lines_of(options.report) as file:
        return json.loads(json.dumps(answers(read(options)))), json.load(file)


def compared(trace, report):
    comparison = Comparison()
    comparison.walk([], json.loads(json.dumps(answers(trace))), report)
    check_missing_columns(comparison, trace, report)
    return comparison


def run(description):
    options = parsed(None, description)
    trace = read(options)
    if options.report is None:
        json.dump(answers(trace), sys.stdout, indent=1)
        return 0
    with lines_of(options.report) as file:
        comparison = compared(trace, json.load(file))
    for fault in comparison.faults:
        print(fault)
    print(f"{options.name or options.dump}: {comparison.integers} integers equal,"
          f" {comparison.bounds} percentiles inside their bounds, {comparison.others} other values"
          f" equal, {len(comparison.faults)} faults")
    return 1 if comparison.faults else 0
