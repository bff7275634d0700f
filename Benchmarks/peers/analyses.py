#!/usr/bin/env python3
"""Analyses beside others: CPU time, elapsed time and memory of the same questions, and their growth.

usage: analyses.py TOOL GENERATOR.c [--python FILE] [--events N] [--largest N] [--repeat N]
                   [--capture FILE] [--only TABLE]...
       analyses.py TOOL --smoke [--python FILE]

TOOL is ktls-trace. GENERATOR.c makes the neutral stream (`stream-gen COUNT SEED FILE`): rows of 24
bytes, little endian: u64 ns, u64 value, u32 argument, u16 CPU, u8 domain, u8 kind from 1 to 8.
--python is the Python with numpy, pyarrow, duckdb and polars; by default the environment that
install-analyses.sh makes, and the Python that runs this where there is none. --events is for the
comparison (100M), --largest for the growth (1G), --repeat for the runs of each command, which
alternate (5, from a billion events on 3). --capture is the text of a Linux recording, packed by
xz; by default a trimmed one. --smoke goes through everything in seconds, with few rows that
Scripts/oracle makes, so that one sees whether it still works; its figures say nothing. Tables:
headline, report, bytes, growth.

What cannot be had is skipped and said. Where two tools answer differently, all ends. Prints
Markdown. Needs 60 bytes of disk in TMPDIR for each event of the comparison and 4 for each of the
growth.
"""
import argparse
import collections
import datetime
import json
import lzma
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

from analysis_answers import KNOWN, KNOWN_EVENTS, AnswerCheck
from analysis_tools import EDGE_NS, HEADLINE, PACKAGE, Ours, Peers, Rows, Stream, Tool, \
    headline_tools, plural, run, skip
from files import size_of

ENVIRONMENT = os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ktls-trace-peers")
CAPTURE = os.path.join(PACKAGE, "Fixtures", "captures", "d2-tlsd-defrag", "trace.txt.xz")
REPORTS = ["cpu", "wakeups", "failures", "batches", "waits", "relief", "service", "memory",
           "counters", "totals"]
TABLES = ["headline", "report", "bytes", "growth"]

# Starts a command from a small process, whose memory would else count as the command's own.
ONCE = """
import os, sys, time
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
begin = time.monotonic()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ,
                        file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
_, status, usage = os.wait4(child, 0)
elapsed = time.monotonic() - begin
print(usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss / 1024, status)
"""

Run = collections.namedtuple("Run", "cpu wall memory")


def measured(command, output, threads=None):
    """One run of a command, which prints into a file."""
    environment = dict(os.environ)
    if threads:
        environment["POLARS_MAX_THREADS"] = str(threads)
    figures = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ONCE, output] + command, check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    cpu, wall, memory, status = figures.stdout.split()
    if status != "0":
        sys.exit(f"{' '.join(command)[:300]}: status {status}: {figures.stderr[-2000:]}")
    return Run(float(cpu), float(wall), float(memory))


def short(number):
    """A round number of events, such as 100 M."""
    for unit, name in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= unit and number % unit == 0:
            return f"{number // unit} {name}"
    return str(number)


def count_of(text):
    """The number of 250k, 100M or 1G."""
    match = re.fullmatch(r"(\d+)([kMG]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"not a number of events: {text}")
    return int(match[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[match[2]]


class Measurement:
    """Runs that alternate, and the tables made of them."""

    def __init__(self, folder, repeat):
        self.output = os.path.join(folder, "output")
        self.repeat = repeat

    def alternate(self, tools, check=None):
        """The runs of each tool, by name."""
        runs = {tool.name: [] for tool in tools}
        for _ in range(self.repeat):
            for tool in tools:
                runs[tool.name].append(measured(tool.command, self.output, tool.threads))
                if check:
                    with open(self.output, encoding="utf-8") as file:
                        check(tool, file.read())
        return runs

    def start(self, command):
        """CPU seconds of starting alone."""
        return statistics.median(measured(command, self.output).cpu for _ in range(self.repeat))


def median(runs, what):
    return statistics.median(getattr(each, what) for each in runs)


def spread(runs):
    return f"{min(each.cpu for each in runs):.2f} to {max(each.cpu for each in runs):.2f}"


def require_known(stream, ours, folder):
    """Compares the answers for the whole stream with those that are known."""
    check = AnswerCheck(stream, ours, is_whole=True)
    tools = headline_tools(stream, ours, is_whole=True)
    Measurement(folder, 1).alternate(tools, check)
    failures = check.domains["failures"]
    found = {
        "reclaim": check.domains["reclaim"],
        "latency": [check.mine["latency"][key] for key in ("n", "p50_ns", "p99_ns", "p999_ns")],
        "cells": len(failures),
        "failures": sum(row[2] for row in failures),
    }
    if found != KNOWN:
        sys.exit(f"the answers for {KNOWN_EVENTS} events are {found}")
    print(f"The whole stream of {short(KNOWN_EVENTS)} events: "
          f"{sum(tool.answers is not None for tool in tools)} commands give the known answers.\n",
          flush=True)


def headline_table(measurement, stream, ours):
    """The three headline analyses; gives the runs by name and threads."""
    tools = headline_tools(stream, ours)
    check = AnswerCheck(stream, ours, is_whole=False)
    runs = measurement.alternate(tools, check)
    starts = {}
    for tool in tools:
        if str(tool.start) not in starts:
            starts[str(tool.start)] = measurement.start(tool.start)
    print(f"### Headline analyses, {short(stream.events)} events\n")
    print(f"bytes/event: {stream.sizes()}.\n")
    print("| tool | CPU s | from, to | CPU s to start | elapsed s | M events/s of CPU "
          "| M events/s elapsed | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        mine = runs[tool.name]
        cpu, wall = median(mine, "cpu"), median(mine, "wall")
        print(f"| {tool.name} | {cpu:.3f} | {spread(mine)} | {starts[str(tool.start)]:.3f} "
              f"| {wall:.3f} | {stream.events / cpu / 1e6:.1f} | {stream.events / wall / 1e6:.1f} "
              f"| {median(mine, 'memory'):.0f} |")
    print(flush=True)
    check.tell_missing()
    return by_threads(tools, runs)


def report_table(measurement, stream, ours):
    """The whole report in three formats; gives the runs by name and threads."""
    tools = [
        Tool(f"ktls-trace, whole report, {form}"
             + (", " + plural(threads, "job") if ours.has_jobs else ""),
             ours.report(stream.trace, form, *jobs), None, None, threads)
        for form in ("text", "json", "html") for threads, jobs in ours.jobs()]
    printed = {}

    def note(tool, text):
        printed[tool.name] = len(text.encode())

    runs = measurement.alternate(tools, note)
    print(f"### The whole report, {short(stream.events)} events\n")
    print("| command | CPU s | from, to | elapsed s | M events/s of CPU | peak MiB "
          "| bytes printed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for tool in tools:
        mine = runs[tool.name]
        print(f"| {tool.name} | {median(mine, 'cpu'):.3f} | {spread(mine)} "
              f"| {median(mine, 'wall'):.3f} | {stream.events / median(mine, 'cpu') / 1e6:.1f} "
              f"| {median(mine, 'memory'):.0f} | {printed[tool.name]:,} |")
    print(flush=True)
    return by_threads(tools, runs)


def by_threads(tools, runs):
    """Runs by the tool's name without its threads, and its threads."""
    return {(re.sub(r", \d \w+$", "", tool.name), tool.threads): runs[tool.name]
            for tool in tools if tool.threads}


def scaling_table(runs, ours, events):
    """Elapsed time with one thread and with two, of all that have both."""
    print(f"### Two cores, {short(events)} events\n")
    if not ours.has_jobs:
        skip("ktls-trace on two cores: `analyze` has no option --jobs")
    names = [name for name, threads in runs if threads == 2]
    if not names:
        return
    print("| tool | elapsed s, 1 thread | 2 threads | times as fast | CPU s, 1 thread "
          "| 2 threads |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in names:
        one, two = runs[name, 1], runs[name, 2]
        print(f"| {name} | {median(one, 'wall'):.3f} | {median(two, 'wall'):.3f} "
              f"| {median(one, 'wall') / median(two, 'wall'):.2f} | {median(one, 'cpu'):.3f} "
              f"| {median(two, 'cpu'):.3f} |")
    print(flush=True)


def piped_trace(count, rows, tool, path):
    """A trace of so many events, whose rows never lie in a file."""
    generator = subprocess.Popen(rows.command(count, "/dev/stdout"), stdout=subprocess.PIPE)
    run([tool, "import", "--from", "rows", "--schema", "neutral-stream", "--force", "-", "-o",
         path], stdin=generator.stdout)
    generator.stdout.close()
    if generator.wait():
        sys.exit("the generator failed")


def growth_table(options, rows, ours, folder):
    """How cost and memory grow with the number of events."""
    sizes = [10**4, 10**5] if options.smoke else [10**6, 10**7, 10**8, 10**9]
    path = os.path.join(folder, "growing.ktrace")
    print("### Growth\n")
    print("| events | file, MB | headline, CPU s | ns/event | elapsed s | peak MiB "
          "| whole report, CPU s | ns/event | elapsed s | peak MiB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    left_out = [f"{short(size)} events, above --largest" for size in sizes
                if size > options.largest]
    for size in sizes:
        if size > options.largest:
            continue
        if shutil.disk_usage(folder).free < 5 * size:
            left_out.append(f"{short(size)} events, for which the disk has no room")
            continue
        piped_trace(size, rows, ours.tool, path)
        facts = json.loads(run([ours.tool, "info", "--format", "json", path]))
        if facts["events"] != size:
            sys.exit(f"{facts['events']} events instead of {size}")
        print(f"| {short(size)} | {size_of(path) / 1e6:.1f} "
              + growth_cells(options, ours, path, facts["last_ns"], size, folder), flush=True)
        os.remove(path)
    print()
    for what in left_out:
        skip(what)


def growth_cells(options, ours, path, last_ns, size, folder):
    one = ours.jobs()[0][1]
    window = (EDGE_NS, last_ns - EDGE_NS)
    tools = [Tool("headline", ours.headline(path, window, *ours.ignoring, *one), None, None, None),
             Tool("report", ours.report(path, "text", *one), None, None, None)]
    repeat = min(options.repeat, 3) if size >= 10**9 else options.repeat
    cells = ""
    for mine in Measurement(folder, repeat).alternate(tools).values():
        cells += (f"| {median(mine, 'cpu'):.3f} | {median(mine, 'cpu') / size * 1e9:.2f} "
                  f"| {median(mine, 'wall'):.3f} | {median(mine, 'memory'):.1f} ")
    return cells + "|"


def bytes_read(ours, trace, reports, more):
    """Bytes that a report reads, and bytes of the file."""
    options = [word for report in reports for word in ("--report", report)]
    done = subprocess.run(
        [ours.tool, "analyze", *options, *more, "--stats", trace], check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return map(int, re.search(r"read (\d+) of (\d+) bytes", done.stderr).groups())


def bytes_table(options, ours, stream, folder):
    """Bytes read for each report, of three traces."""
    seconds = 2 if options.smoke else 60
    engine, linux = (os.path.join(folder, name) for name in ("engine.ktrace", "linux.ktrace"))
    run([ours.tool, "record", "--policy", "reclaim-batch", "--preset", "small", "--seed", "1",
         "--duration", f"{seconds}s", "--force", "-o", engine])
    text = os.path.join(folder, "linux.txt")
    with lzma.open(options.capture) as packed, open(text, "wb") as plain:
        shutil.copyfileobj(packed, plain)
    run([ours.tool, "import", "--from", "ftrace-text", "--force", text, "-o", linux])
    traces = [(f"neutral stream, {short(stream.events)} events", stream.trace),
              (f"{seconds} s of `small`", engine), ("a Linux recording", linux)]
    print("### Bytes read\n")
    print("| report | " + " | ".join(name for name, _ in traces) + " |")
    print("| --- " * (len(traces) + 1) + "|")
    print("| bytes of the file | " + " | ".join(f"{size_of(path):,}" for _, path in traces) + " |")
    whole = [(", ".join(HEADLINE), HEADLINE), ("the whole report", [])]
    asked = [(name, reports, ours.ignoring)
             for name, reports in [(name, [name]) for name in REPORTS] + whole]
    if ours.ignoring:
        asked += [(name + ", stored summaries used", reports, []) for name, reports in whole]
    for name, reports, more in asked:
        cells = []
        for _, path in traces:
            read, size = bytes_read(ours, path, reports, more)
            cells.append(f"{read:,} ({100 * read / size:.1f} %)")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("generator", nargs="?")
    parser.add_argument("--python")
    parser.add_argument("--events", type=count_of, default=10**8)
    parser.add_argument("--largest", type=count_of, default=10**9)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--capture", default=CAPTURE)
    parser.add_argument("--only", action="append", choices=TABLES)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    if options.smoke:
        options.events, options.largest, options.repeat = 50_000, 10**5, 1
    elif not options.generator:
        parser.error("GENERATOR.c is needed, or --smoke")
    options.tool = os.path.abspath(options.tool)
    if not options.python:
        python = os.path.join(ENVIRONMENT, "bin", "python3")
        options.python = python if os.path.exists(python) else sys.executable
    folder = tempfile.mkdtemp(prefix="ktls-trace-analyses-")
    try:
        measure(options, folder)
    finally:
        shutil.rmtree(folder)


def measure(options, folder):
    tables = options.only or TABLES
    peers, ours = Peers(options.python), Ours(options.tool)
    rows = Rows(options.generator, folder)
    print(f"{datetime.date.today()}; {os.cpu_count()} CPUs; load {os.getloadavg()[0]:.1f}; "
          f"medians of {options.repeat}; "
          + ", ".join(f"{name} {version}" for name, version in peers.versions.items()) + "\n")
    peers.tell()
    stream = None
    if set(tables) - {"growth"}:
        stream = Stream(options.events, rows, ours.tool, peers, folder)
    os.sync()
    if "headline" in tables and not options.smoke:
        known = stream if options.events == KNOWN_EVENTS else Stream(
            KNOWN_EVENTS, rows, ours.tool, peers, folder)
        require_known(known, ours, folder)
        if known is not stream:
            shutil.rmtree(known.folder)
    measurement, runs = Measurement(folder, options.repeat), {}
    if "headline" in tables:
        runs.update(headline_table(measurement, stream, ours))
    if "report" in tables:
        runs.update(report_table(measurement, stream, ours))
    if runs:
        scaling_table(runs, ours, stream.events)
    if "bytes" in tables:
        bytes_table(options, ours, stream, folder)
    if stream:
        shutil.rmtree(stream.folder)
    if "growth" in tables:
        growth_table(options, rows, ours, folder)
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
