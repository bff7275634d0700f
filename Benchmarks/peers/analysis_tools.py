"""The tools that analyses.py compares, their files, and how each is asked the same questions."""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from files import CTF, PYARROW, ROW, size_of

PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADLINE = ["batches", "wakeups", "failures"]
BIN_NS = 100_000_000
EDGE_NS = 1_000_000
SEED = "42"

# `answers` makes of what the command printed what can be compared; None: nothing. `start` is a
# command that only starts the same program.
Tool = collections.namedtuple("Tool", "name command start answers threads")

SORTED = """
import sys, duckdb
source, target, folder = sys.argv[1:]
duckdb.execute("SET enable_progress_bar=false; SET threads=2; SET memory_limit='4GB'")
duckdb.execute("SET temp_directory='" + folder + "'")
duckdb.execute("COPY (SELECT * FROM '" + source + "' ORDER BY kind, domain, ns) TO '" + target +
               "' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
"""

# From the file with the order kept the rows are taken in one pass, which is fastest there; the
# sorted one is asked three times, since it can leave out what has other kinds.
DUCKDB = """
import json, sys, duckdb
source, begin, end, threads, form = sys.argv[1:]
run = duckdb.connect().execute
run("SET enable_progress_bar=false; SET preserve_insertion_order=false")
run("SET threads=" + threads)
events = ("SELECT ns, domain, kind FROM '" + source + "' WHERE kind <= 4 AND ns >= " + begin +
          " AND ns < " + end)
run(("CREATE VIEW" if form == "sorted" else "CREATE TEMP TABLE") + " events AS " + events)
pairs = ('''
    SELECT domain, ns - before AS length
    FROM (SELECT domain, kind, ns, lag(ns) OVER domains AS before, lag(kind) OVER domains AS first
          FROM events WHERE kind BETWEEN %d AND %d
          WINDOW domains AS (PARTITION BY domain ORDER BY ns))
    WHERE kind = %d AND first = %d''')
reclaim = run("SELECT domain, count(*), sum(length) FROM (" + pairs % (3, 4, 4, 3) +
              ") GROUP BY domain ORDER BY domain").fetchall()
run("CREATE TEMP TABLE latency AS " + pairs % (2, 3, 3, 2))
count, quantiles = run(
    "SELECT count(*), quantile_disc(length, [0.5, 0.99, 0.999]) FROM latency").fetchone()
buckets = run("SELECT floor(log2(length))::INT AS bucket, count(*) FROM latency "
              "GROUP BY bucket ORDER BY bucket").fetchall()
failures = run("SELECT domain, (ns - " + begin + ") // {bin} AS bin, count(*) FROM events "
               "WHERE kind = 1 GROUP BY ALL ORDER BY ALL").fetchall()
json.dump(dict(reclaim=[[d, n, int(s)] for d, n, s in reclaim], latency=[count] + quantiles,
               histogram=[[1 << k, n] for k, n in buckets], failures=failures), sys.stdout)
"""

POLARS = """
import json, sys, polars
source, begin, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
ns, kind = polars.col("ns"), polars.col("kind")
events = polars.scan_parquet(source).filter((kind <= 4) & (ns >= begin) & (ns < end)).select(
    "ns", "domain", "kind").collect(engine="streaming")
parts = events.filter(kind >= 2).partition_by("domain", as_dict=True)

def pairs(part, first, last):
    before = part.filter(kind.is_in([first, last])).with_columns(
        before=ns.shift(1), first=kind.shift(1))
    return before.filter((kind == last) & (polars.col("first") == first)).select(
        (ns - polars.col("before")).alias("length"))["length"]

reclaim, latency = [], []
for (domain,), part in sorted(parts.items()):
    lengths = pairs(part, 3, 4)
    reclaim.append([domain, len(lengths), lengths.sum()])
    latency.append(pairs(part, 2, 3))
latency = polars.concat(latency).sort()
count = len(latency)
ranks = [-(-count * share // 1000) - 1 for share in (500, 990, 999)]
bucket = 63 - polars.col("length").bitwise_leading_zeros().cast(polars.Int64)
buckets = latency.to_frame().group_by(bucket.alias("bucket")).agg(polars.len()).sort("bucket")
failures = events.filter(kind == 1).group_by(
    "domain", ((ns - begin) // {bin}).alias("bin")).agg(polars.len()).sort("domain", "bin")
json.dump(dict(reclaim=reclaim, latency=[count] + [latency[rank] for rank in ranks],
               histogram=[[1 << k, n] for k, n in buckets.rows()], failures=failures.rows()),
          sys.stdout)
"""


def run(command, **options):
    """What a command printed on standard output."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(command)[:300]}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def skip(what):
    print(f"Skipped: {what}.\n", flush=True)


class Peers:
    """What else is installed."""

    PROGRAM = """
import importlib.metadata, importlib.util, json
names = ["numpy", "pyarrow", "duckdb", "polars"]
print(json.dumps({name: importlib.metadata.version(name)
                  for name in names if importlib.util.find_spec(name)}))
"""

    def __init__(self, python):
        self.python = python
        self.versions = json.loads(run([python, "-c", self.PROGRAM]))
        if shutil.which("babeltrace2"):
            self.versions["babeltrace2"] = run(["babeltrace2", "--version"]).split()[1]

    def have(self, *names):
        return all(name in self.versions for name in names)

    def tell(self):
        for name in ("numpy", "pyarrow", "duckdb", "polars", "babeltrace2"):
            if not self.have(name):
                skip(f"what needs {name}, which is not there")


class Rows:
    """Where rows come from: the generator, or a script that makes few."""

    def __init__(self, generator, folder):
        self.generator = generator
        self.program = os.path.join(folder, "stream-gen")
        if generator:
            run(["cc", "-O2", "-o", self.program, generator, "-lm"])

    def command(self, count, path):
        if self.generator:
            return [self.program, str(count), SEED, path]
        return [sys.executable, os.path.join(PACKAGE, "Scripts", "oracle", "rows.py"), str(count),
                path]


class Stream:
    """The same events in the files of all tools."""

    def __init__(self, count, rows, tool, peers, folder):
        self.events, self.peers = count, peers
        self.folder = tempfile.mkdtemp(prefix="stream-", dir=folder)
        self.trace, self.parquet, self.sorted, self.ctf = (
            os.path.join(self.folder, name)
            for name in ("s.ktrace", "kept.parquet", "sorted.parquet", "ctf"))
        source = os.path.join(self.folder, "rows.bin")
        run(rows.command(count, source))
        self.first_ns, self.last_ns = (
            int.from_bytes(self.bytes_at(source, offset), "little")
            for offset in (0, 24 * (count - 1)))
        run([tool, "import", "--from", "rows", "--schema", "neutral-stream", source, "-o",
             self.trace])
        self.convert(source)
        os.remove(source)

    @staticmethod
    def bytes_at(path, offset):
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(8)

    def convert(self, source):
        python = self.peers.python
        if self.peers.have("numpy", "pyarrow"):
            run([python, "-c", PYARROW.format(row=ROW), source, self.parquet])
            if self.peers.have("duckdb"):
                run([python, "-c", SORTED, self.parquet, self.sorted, self.folder])
        if self.peers.have("numpy", "babeltrace2"):
            run([python, "-c", CTF.format(row=ROW), source, self.ctf])

    def window(self, is_whole):
        """Begin and end in ns since the first event; not whole, both cut blocks."""
        length = self.last_ns - self.first_ns
        return (0, length + 1) if is_whole else (EDGE_NS, length - EDGE_NS)

    def sizes(self):
        files = [("ktls-trace", self.trace), ("Parquet, order kept", self.parquet),
                 ("Parquet, sorted", self.sorted), ("CTF", self.ctf)]
        return "; ".join(f"{name} {size_of(path) / self.events:.3f}"
                         for name, path in files if os.path.exists(path))


class Ours:
    """Commands of ktls-trace."""

    def __init__(self, tool):
        self.tool = tool
        options = run([tool, "analyze", "--help"])
        self.has_jobs = "--jobs" in options
        self.ignoring = ["--no-summary"] if "--no-summary" in options else []

    def text(self, trace, window, *more):
        reports = [word for report in HEADLINE for word in ("--report", report)]
        return [self.tool, "analyze", *reports, "--begin", f"{window[0]}ns", "--end",
                f"{window[1]}ns", *more, trace]

    def headline(self, trace, window, *more):
        """Failures in the bins that the peers use, and numbers to compare."""
        return self.text(
            trace, window, "--interval", f"{BIN_NS}ns", "--format", "json", *more)

    def report(self, trace, form, *more):
        return [self.tool, "analyze", "--format", form, *self.ignoring, *more, trace]

    def jobs(self):
        """Options for one core and for two, where the tool can tell them apart."""
        return [(1, ["--jobs", "1"]), (2, ["--jobs", "2"])] if self.has_jobs else [(1, [])]

    @staticmethod
    def answers(text):
        """The answers of a headline run, of all domains together."""
        report = json.loads(text)
        durations = [group["duration"] for group in report["batches"]["groups"]]
        over_time = report["failures"]["over_time"]
        if over_time["width_ns"] != BIN_NS:
            sys.exit(f"bins are {over_time['width_ns']} ns wide")
        return {
            "reclaim": [sum(each[key] for each in durations) for key in ("n", "sum_ns")],
            "latency": report["wakeups"]["latency"],
            "failures": filled(over_time["counts"]),
            "by_domain": [[place["number"], *row] for place in over_time["by_domain"]
                          for row in filled(place["counts"])],
        }

    def of_domains(self, stream, window):
        """Time in reclaim and failures of each domain, each asked for by itself."""
        reclaim, failures = [], []
        for domain in self.domains(stream):
            mine = self.answers(run(
                self.headline(stream.trace, window, "--domain", str(domain))))
            reclaim.append([domain, *mine["reclaim"]])
            failures += [[domain, *row] for row in mine["failures"]]
        return {"reclaim": reclaim, "failures": failures}

    def domains(self, stream):
        return json.loads(run([self.tool, "info", "--format", "json", stream.trace]))["domains"]


def filled(counts):
    """Bins that are not empty, with their position."""
    return [[position, count] for position, count in enumerate(counts) if count]


def decoded(text):
    """The number of events that babeltrace2 counts."""
    return int(re.findall(r"(\d+) Event messages", text)[-1])


def plural(number, word):
    return f"{number} {word}" + ("s" if number > 1 else "")


def headline_tools(stream, ours, is_whole=False):
    """Every tool that can answer, or at least read, and how to ask it."""
    window = stream.window(is_whole)
    bounds = [str(stream.first_ns + edge) for edge in window]
    return (our_tools(stream, ours, window) + duckdb_tools(stream, bounds)
            + polars_tools(stream, bounds) + babeltrace_tools(stream))


def our_tools(stream, ours, window):
    start = [ours.tool, "--version"]
    tools = [Tool("ktls-trace" + (", " + plural(threads, "job") if ours.has_jobs else ""),
                  ours.headline(stream.trace, window, *ours.ignoring, *jobs), start, Ours.answers,
                  threads) for threads, jobs in ours.jobs()]
    tools.append(Tool("ktls-trace, as text, with 60 bins",
                      ours.text(stream.trace, window, *ours.ignoring, *ours.jobs()[0][1]), start,
                      None, None))
    if ours.ignoring:
        tools.append(Tool("ktls-trace, stored summaries used", ours.headline(stream.trace, window),
                          start, Ours.answers, None))
    return tools


def duckdb_tools(stream, bounds):
    if not stream.peers.have("numpy", "pyarrow", "duckdb"):
        return []
    python, program = stream.peers.python, DUCKDB.replace("{bin}", str(BIN_NS))
    return [Tool(f"DuckDB, Parquet {form}, {plural(threads, 'thread')}",
                 [python, "-c", program, path, *bounds, str(threads), form],
                 [python, "-c", "import duckdb"], json.loads, threads)
            for form, path in (("in order", stream.parquet), ("sorted", stream.sorted))
            for threads in (1, 2)]


def polars_tools(stream, bounds):
    if not stream.peers.have("numpy", "pyarrow", "polars"):
        return []
    python, program = stream.peers.python, POLARS.replace("{bin}", str(BIN_NS))
    return [Tool(f"polars, Parquet in order, {plural(threads, 'thread')}",
                 [python, "-c", program, stream.parquet, *bounds],
                 [python, "-c", "import polars"], json.loads, threads) for threads in (1, 2)]


def babeltrace_tools(stream):
    if not stream.peers.have("numpy", "babeltrace2"):
        return []
    return [Tool("babeltrace2, CTF, decode only",
                 ["babeltrace2", stream.ctf, "-c", "sink.utils.counter"],
                 ["babeltrace2", "--version"], decoded, None)]
