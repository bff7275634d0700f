#!/usr/bin/env python3
"""CPU time of reading recordings of a kernel, beside trace-cmd and perf making text of theirs.

usage: imports.py KTLS_TRACE RING_SPEED TRACE.dat [--perf perf.data] [--raw FOLDER] [--repeat N]

Every command runs N times (5), taking turns; the median of user + system time counts, the start of the process included.
`RingSpeed` measures inside the process: finding every event and putting it in order, and making an event of the standard
schema of it. `ktls-trace import` reads its input twice and writes a compressed trace; trace-cmd and perf decode once and
print every event.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile


class Command:
    def __init__(self, name, arguments):
        self.name, self.arguments, self.seconds, self.events = name, arguments, [], 0

    def run(self):
        before = os.times()
        subprocess.run(
            self.arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = os.times()
        self.seconds.append(after.children_user - before.children_user
                            + after.children_system - before.children_system)

    def show(self):
        seconds = statistics.median(self.seconds)
        print(f"| {self.name} | {self.events:,} | {seconds:.2f} | {self.events / seconds / 1e6:.2f} |")


def imported(tool, trace):
    info = subprocess.run([tool, "info", trace], check=True, capture_output=True, text=True)
    return int(re.search(r"import\.lines = (\d+)", info.stdout).group(1))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("tool")
    parser.add_argument("ring_speed")
    parser.add_argument("trace")
    parser.add_argument("--perf")
    parser.add_argument("--raw")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    if not shutil.which("trace-cmd"):
        sys.exit("imports.py: trace-cmd is not installed")
    with tempfile.TemporaryDirectory() as folder:
        written = folder + "/out.ktrace"
        imports = [
            Command(f"`ktls-trace import {kind}`",
                    [options.tool, "import", path, "-o", written, "--force"])
            for kind, path in (("trace.dat", options.trace), ("raw", options.raw)) if path]
        report = Command("`trace-cmd report -t`", ["trace-cmd", "report", "-t", "-i", options.trace])
        peers = [report]
        text = subprocess.run(report.arguments, check=True, capture_output=True).stdout
        report.events = len(re.findall(rb"^ .*\[\d{3}\] ", text, re.MULTILINE))
        if options.perf:
            script = Command("`perf script --ns`", ["perf", "script", "--ns", "-i", options.perf])
            text = subprocess.run(script.arguments, check=True, capture_output=True).stdout
            script.events = text.count(b"\n")
            peers.append(script)
        for _ in range(options.repeat):
            for command in imports + peers:
                command.run()
                if command in imports:
                    command.events = imported(options.tool, written)
    print("| command | events | s CPU | M events/s |\n| --- | --- | --- | --- |")
    for command in imports + peers:
        command.show()
    for path in filter(None, (options.trace, options.raw)):
        print()
        subprocess.run([options.ring_speed, path, str(options.repeat)], check=True)


if __name__ == "__main__":
    main()
