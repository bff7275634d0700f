#!/usr/bin/env python3
"""The file format beside others: size, CPU time to write, CPU time to read everything back.

usage: files.py TOOL STORE_BENCH ROWS.bin [--schema FILE] [--relabel] [--slow] [--repeat N] [--trace FILE]...

TOOL is ktls-trace, STORE_BENCH the measuring program of this package, and ROWS.bin rows of 24
bytes, little endian: u64 ns, u64 value, u32 argument, u16 CPU, u8 domain, u8 kind from 1 to 8.
--relabel gives every kind another number and combines every value of kinds 7 and 8 with a constant
by exclusive or, to show that the format knows nothing of either; a schema file is changed with it.
--slow adds zstd -19. Needs numpy, pyarrow, duckdb (`pip install numpy pyarrow duckdb`), zstd and
babeltrace2. Every file is read back and its number of events compared. Prints Markdown.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

ROW = [("ns", "<u8"), ("value", "<u8"), ("argument", "<u4"), ("cpu", "<u2"), ("domain", "u1"),
       ("kind", "u1")]
LABELS = [0, 4, 7, 1, 8, 2, 3, 6, 5]
MASK = 0x0000_3A5C_9966_F000


def cpu_seconds(command, **options):
    """CPU time of a command and of what it starts, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, done.stdout + done.stderr


def relabel(rows, schema, folder):
    """Rows and schema file with other numbers of kinds, and other addresses."""
    import numpy

    data = numpy.fromfile(rows, dtype=ROW)
    addresses = data["kind"] >= 7
    data["value"][addresses] ^= numpy.uint64(MASK)
    data["kind"] = numpy.array(LABELS, dtype="u1")[data["kind"]]
    changed = os.path.join(folder, "relabelled.bin")
    data.tofile(changed)
    with open(schema, encoding="utf-8") as file:
        text = file.read()
    other = os.path.join(folder, "relabelled.yaml")
    with open(other, "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^(\s*-?\s*when: )(\d+)$",
                          lambda match: match[1] + str(LABELS[int(match[2])]), text))
    return changed, other


PYARROW = """
import sys, numpy, pyarrow as pa, pyarrow.parquet as pq
rows = numpy.memmap(sys.argv[1], dtype={row}, mode="r")
writer = None
for begin in range(0, len(rows), 1 << 20):  # a row group
    part = rows[begin:begin + (1 << 20)]
    table = pa.table({{name: numpy.ascontiguousarray(part[name]) for name in rows.dtype.names}})
    writer = writer or pq.ParquetWriter(
        sys.argv[2], table.schema, compression="zstd", compression_level=3,
        use_dictionary=["value", "argument", "cpu", "domain", "kind"],
        column_encoding={{"ns": "DELTA_BINARY_PACKED"}})
    writer.write_table(table)
writer.close()
"""
PYARROW_READ = """
import sys, pyarrow.parquet as pq
print(pq.read_table(sys.argv[1], use_threads=False).num_rows)
"""
DUCKDB = """
import sys, duckdb, numpy, pyarrow as pa
rows = numpy.fromfile(sys.argv[1], dtype={row})
stream = pa.table({{name: rows[name] for name in rows.dtype.names}})
duckdb.execute("SET threads=1")
duckdb.execute("COPY (SELECT * FROM stream ORDER BY kind, domain, ns) TO '" + sys.argv[2] +
               "' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
"""
CTF = """
import os, sys, numpy
rows = numpy.memmap(sys.argv[1], dtype={row}, mode="r")
os.makedirs(sys.argv[2])
names = ["k%d" % number for number in range(1, 9)]
fields = "uint64_t value; uint32_t argument; uint16_t cpu; uint8_t domain;"
with open(os.path.join(sys.argv[2], "metadata"), "w") as file:
    file.write("/* CTF 1.8 */\\n")
    for bits in (8, 16, 32, 64):
        file.write("typealias integer {{ size = %d; align = 8; signed = false; }} := uint%d_t;\\n" % (bits, bits))
    file.write("trace {{ major = 1; minor = 8; byte_order = le; packet.header := struct {{ uint32_t magic; }}; }};\\n")
    file.write("clock {{ name = c; freq = 1000000000; }};\\n")
    file.write("typealias integer {{ size = 27; align = 1; signed = false; map = clock.c.value; }} := t27;\\n")
    file.write("typealias integer {{ size = 64; align = 8; signed = false; map = clock.c.value; }} := t64;\\n")
    file.write("stream {{ packet.context := struct {{ t64 timestamp_begin; t64 timestamp_end; }}; event.header := struct "
               "{{ integer {{ size = 5; align = 8; signed = false; }} id; t27 t; }}; }};\\n")
    for number, name in enumerate(names, 1):
        file.write('event {{ name = "%s"; id = %d; fields := struct {{ %s }}; }};\\n' % (name, number, fields))
packed = [("head", "<u4"), ("value", "<u8"), ("argument", "<u4"), ("cpu", "<u2"), ("domain", "u1")]
with open(os.path.join(sys.argv[2], "stream"), "wb") as file:
    file.write((0xC1FC1FC1).to_bytes(4, "little"))
    file.write(int(rows["ns"][0]).to_bytes(8, "little") + int(rows["ns"][-1]).to_bytes(8, "little"))
    for begin in range(0, len(rows), 1 << 20):
        part = rows[begin:begin + (1 << 20)]
        out = numpy.zeros(len(part), dtype=packed)
        times = (part["ns"] & numpy.uint64((1 << 27) - 1)).astype("u4")
        out["head"] = part["kind"].astype("u4") | (times << numpy.uint32(5))
        for name in ("value", "argument", "cpu", "domain"):
            out[name] = part[name]
        file.write(out.tobytes())
"""


def size_of(path):
    if os.path.isdir(path):
        return sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))
    return os.path.getsize(path)


class Table:
    def __init__(self, events, repeat):
        self.events, self.repeat = events, repeat
        print(f"| file, {events} events | bytes/event | write, M events/s of CPU "
              "| read all, M events/s of CPU |")
        print("| --- | --- | --- | --- |")

    def row(self, name, path, write, read=None):
        """`write` and `read` give CPU seconds and an output that must name the events."""
        writes, reads = [], []
        for _ in range(self.repeat):
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)
            writes.append(write()[0])
            if read:
                spent, output = read()
                if str(self.events) not in output:
                    sys.exit(f"{name}: not all events came back: {output[:200]}")
                reads.append(spent)
        rate = [f"{self.events / statistics.median(times) / 1e6:.2f}" if times else "-"
                for times in (writes, reads)]
        print(f"| {name} | {size_of(path) / self.events:.3f} | {rate[0]} | {rate[1]} |", flush=True)


def rate_of_all(output):
    """CPU seconds of `read both` in the output of StoreBench."""
    events, rate = re.search(r"read both: (\d+) events.*?([\d.]+) M events/s", output).groups()
    return int(events) / (float(rate) * 1e6)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("bench")
    parser.add_argument("rows")
    parser.add_argument("--schema", required=True)
    parser.add_argument("--relabel", action="store_true")
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    parser.add_argument(
        "--trace", action="append", default=[], help="another trace, for a row of its own")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="ktls-trace-files-")
    try:
        rows, schema = options.rows, options.schema
        if options.relabel:
            rows, schema = relabel(rows, schema, folder)
        compare(options, rows, schema, folder)
    finally:
        shutil.rmtree(folder)


def compare(options, rows, schema, folder):
    events = os.path.getsize(rows) // 24
    table = Table(events, options.repeat)
    ours = os.path.join(folder, "ours.ktrace")

    def read_ours():
        _, output = cpu_seconds([options.bench, "read", "-", ours])
        return rate_of_all(output), output

    table.row("ktls-trace, `import --from rows`", ours, lambda: cpu_seconds(
        [options.tool, "import", "--from", "rows", "--schema", schema, rows, "-o", ours]), read_ours)
    if not options.ours:
        peers(options, rows, folder, table)
    for trace in options.trace:
        print_trace(options, trace)
    _, layout = cpu_seconds([options.tool, "info", "--layout", "--format", "json", ours])
    print_columns(json.loads(layout), events)


def print_trace(options, trace):
    """A row for a trace that is there already, of as many events as it has."""
    _, output = cpu_seconds([options.tool, "info", "--format", "json", trace])
    events = json.loads(output)["events"]
    spent = statistics.median(
        rate_of_all(cpu_seconds([options.bench, "read", "-", trace])[1])
        for _ in range(options.repeat))
    print(f"| {os.path.basename(trace)}, {events} events | {size_of(trace) / events:.3f} | - "
          f"| {events / spent / 1e6:.2f} |")


def peers(options, rows, folder, table):
    path = os.path.join(folder, "p.parquet")
    python = sys.executable
    for name, code in (("pyarrow, Parquet zstd -3, order kept", PYARROW),
                       ("DuckDB, Parquet v2 zstd, sorted (order lost)", DUCKDB)):
        table.row(name, path, lambda code=code: cpu_seconds(
            [python, "-c", code.format(row=ROW), rows, path]),
            lambda: cpu_seconds([python, "-c", PYARROW_READ, path]))
    for level in (3, 19) if options.slow else (3,):
        path = os.path.join(folder, "rows.zst")
        table.row(f"rows, zstd -{level}", path, lambda level=level: cpu_seconds(
            ["zstd", "-q", "-f", f"-{level}", "--single-thread", rows, "-o", path]),
            lambda: (cpu_seconds(["zstd", "-q", "-dc", path, "-o", "/dev/null", "-f"])[0],
                     str(table.events)))
    path = os.path.join(folder, "ctf")
    table.row("CTF 1.8 (compact heads)", path, lambda: cpu_seconds(
        [python, "-c", CTF.format(row=ROW), rows, path]), lambda: cpu_seconds(
        ["babeltrace2", path, "-c", "sink.utils.counter"]))
    stream = os.path.join(path, "stream")
    path = os.path.join(folder, "ctf.zst")
    table.row("CTF 1.8, zstd -3", path, lambda: cpu_seconds(
        ["zstd", "-q", "-f", "-3", "--single-thread", stream, "-o", path]))


def print_columns(info, events):
    print("\nBytes of each column, for each event of the file:\n")
    print("| column | bytes/event |\n| --- | --- |")
    for column in info["layout"]:
        print(f"| {column['column']} | {column['bytes'] / events:.3f} |")


if __name__ == "__main__":
    main()
