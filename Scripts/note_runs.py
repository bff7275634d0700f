"""Runs of the tool for Scripts/sensitivity.py and Scripts/history.py."""
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent


def find_tool():
    """KTLS_TRACE_BINARY, the tool on the PATH, or what `make build` leaves."""
    named = os.environ.get("KTLS_TRACE_BINARY") or shutil.which("ktls-trace")
    tool = named or str(ROOT / ".build/release/ktls-trace")
    if not os.access(tool, os.X_OK):
        sys.exit(f"{tool} is not there: run `make build`, or set KTLS_TRACE_BINARY")
    return tool


TOOL = find_tool()


def call(*arguments):
    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"ktls-trace {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def policies():
    """The names of all policies, in the order of the tool."""
    return [line.split()[0].rstrip(":") for line in call("record", "--list-policies").splitlines()
            if line and not line[0].isspace()]


def in_parallel(function, items):
    """The results of `function` for `items`, in their order."""
    with ThreadPoolExecutor(max_workers=max(min(os.cpu_count() or 1, 8), 1)) as pool:
        return list(pool.map(function, items))


class Run:
    """One recording: how it was made, and what the tool says about it."""

    def __init__(self, policy, duration, settings=(), seed=1, preset="small", kinds=(), windows=()):
        arguments = ["--preset", preset, "--policy", policy, "--seed", str(seed),
                     "--duration", duration, "--detail", "0"]
        for setting in settings:
            arguments += ["--set", setting]
        self.command = "ktls-trace record " + " ".join(arguments) + " -o run.ktrace"
        with tempfile.TemporaryDirectory() as folder:
            trace = os.path.join(folder, "run.ktrace")
            call("record", *arguments, "-o", trace)
            self.analysis = json.loads(call("analyze", trace, "--format", "json"))
            self.rows = {kind: read_rows(call("dump", trace, "--kind", kind, "--format", "csv",
                                              "--preamble", "none"))
                         for kind in kinds}
            self.windows = [json.loads(call("analyze", trace, "--format", "json",
                                            "--begin", begin, "--end", end))
                            for begin, end in windows]


def read_rows(text):
    """The rows of a table whose columns are whole numbers where they can be."""
    def value(text):
        try:
            return int(text)
        except ValueError:
            return text
    return [{name: value(text) for name, text in row.items()}
            for row in csv.DictReader(io.StringIO(text))]
