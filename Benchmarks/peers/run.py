#!/usr/bin/env python3
"""The recorder's hot path beside its peers, in one run: median thread CPU time of an event.

usage: Benchmarks/peers/run.py [REPETITIONS [BURSTS]]       7 and 50 by default

Builds everything, then takes turns: loop alone, C ring with rdtsc, this recorder, LTTng-UST (four
sub-buffers of 1 MiB for each CPU, overwriting: nothing is written to disk), each with one and with
two threads, pinned. Prints a table for Benchmarks/README.md.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BENCHMARKS = os.path.dirname(HERE)
SCRATCH = os.environ.get("KTLS_TRACE_BENCH_SCRATCH", os.path.join(BENCHMARKS, ".build"))


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


def build(folder):
    run(os.path.join(HERE, "install.sh"))
    for name, libraries in [("loop-alone", []), ("ring", []), ("lttng", ["-llttng-ust", "-ldl"])]:
        source = os.path.join(HERE, name + ".c")
        run("cc", "-O2", "-pthread", "-I", HERE, "-o", os.path.join(folder, name), source,
            *libraries)
    run("swift", "build", "-c", "release", "--package-path", BENCHMARKS, "--scratch-path", SCRATCH,
        "--product", "RecorderSpeed", stdout=sys.stderr)


def values(text):
    """The figures of the threads of one run."""
    lines = [line for line in text.splitlines() if not line.startswith("note:")]
    for line in text.splitlines():
        if line.startswith("note:"):
            print(line, file=sys.stderr)
    return [float(line.split()[-1]) for line in lines]


class LTTng:
    """A session that keeps the last events in memory."""

    def __init__(self, folder):
        self.home = os.path.join(folder, "lttng-home")
        os.mkdir(self.home)
        self.environment = dict(os.environ, LTTNG_HOME=self.home)

    def tool(self, *arguments):
        run("lttng", *arguments, env=self.environment, stdout=subprocess.DEVNULL)

    def __enter__(self):
        # `lttng create` starts the daemon where there is none.
        self.tool("create", "kt", "--snapshot")
        self.tool("enable-channel", "-u", "--overwrite", "--subbuf-size", "1M", "--num-subbuf",
                  "4", "channel")
        self.tool("enable-event", "-u", "-c", "channel", "kt:*")
        self.tool("start")
        return self

    def __exit__(self, *_):
        self.tool("destroy", "kt")


def measure(repetitions, bursts, folder):
    swift = os.path.join(SCRATCH, "release", "RecorderSpeed")
    results = {}
    with LTTng(folder) as session:
        programs = {
            "loop alone": [os.path.join(folder, "loop-alone")],
            "C ring + rdtsc": [os.path.join(folder, "ring")],
            "this recorder": [swift, "hot"],
            "LTTng-UST, overwriting": [os.path.join(folder, "lttng")],
        }
        for _ in range(repetitions):
            for threads in (1, 2):
                for name, command in programs.items():
                    out = run(*command, str(threads), str(bursts), stdout=subprocess.PIPE,
                              env=session.environment).stdout
                    results.setdefault((name, threads), []).append(
                        statistics.mean(values(out)))
    return results


def table(results):
    names = []
    for name, _ in results:
        if name not in names:
            names.append(name)

    def median(name, threads):
        return statistics.median(results[(name, threads)])

    print("| ns of thread CPU per event | 1 thread | 2 threads |")
    print("| --- | --- | --- |")
    for name in names:
        cells = []
        for threads in (1, 2):
            runs = results[(name, threads)]
            cells.append(f"{median(name, threads):.2f} ({min(runs):.2f} to {max(runs):.2f})")
        print(f"| {name} | {cells[0]} | {cells[1]} |")
    for label, one, other in [
            ("recorder / C ring", "this recorder", "C ring + rdtsc"),
            ("LTTng-UST / recorder", "LTTng-UST, overwriting", "this recorder")]:
        ratios = [f"{median(one, t) / median(other, t):.2f}" for t in (1, 2)]
        print(f"| {label} | {ratios[0]} | {ratios[1]} |")


def main():
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    bursts = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    folder = tempfile.mkdtemp(prefix="ktls-trace-peers-")
    try:
        build(folder)
        load = os.getloadavg()[0]
        results = measure(repetitions, bursts, folder)
        print(f"load before {load:.1f}; {repetitions} runs of {bursts} bursts of 24,000 events")
        print()
        table(results)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
