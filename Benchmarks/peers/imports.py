#!/usr/bin/env python3
"""CPU time of importing a trace.dat file, beside that of making text of it with trace-cmd.

usage: imports.py KTLS_TRACE TRACE.dat [RAW_FOLDER ...]

Each command runs five times; the least user + system time counts. The tool reads its input twice
and writes a compressed trace; trace-cmd decodes once and prints every event.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

RUNS = 5


def cpu_seconds(command):
    times = []
    for _ in range(RUNS):
        before = os.times()
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = os.times()
        times.append(after.children_user - before.children_user
                     + after.children_system - before.children_system)
    return min(times)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tool, inputs = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        trace = folder + "/out.ktrace"
        for path in inputs:
            seconds = cpu_seconds([tool, "import", path, "-o", trace, "--force"])
            info = subprocess.run([tool, "info", trace], check=True, capture_output=True, text=True)
            events = int(re.search(r"import\.lines = (\d+)", info.stdout).group(1))
            show("ktls-trace import", path, events, seconds)
    if shutil.which("trace-cmd"):
        command = ["trace-cmd", "report", "-t", "-i", inputs[0]]
        report = subprocess.run(command, check=True, capture_output=True).stdout
        show("trace-cmd report", inputs[0], report.count(b"]  "), cpu_seconds(command))
    else:
        print("trace-cmd is not installed")


def show(what, path, events, seconds):
    name = os.path.basename(os.path.normpath(path))
    print(f"{what:18} {name:12} {events:9} events {seconds:6.2f} s CPU "
          f"{events / seconds / 1e6:5.2f} M/s")


if __name__ == "__main__":
    main()
