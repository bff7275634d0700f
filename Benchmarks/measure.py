#!/usr/bin/env python3
"""Runs a command several times and prints medians: CPU time (user and system), elapsed time, peak memory.

usage: measure.py RUNS NAME EVENTS COMMAND...

EVENTS is how many events the command goes through, for a rate per second of CPU time; 0 for none. The
output of the command is thrown away. Prints one row of a Markdown table.
"""
import os
import statistics
import subprocess
import sys
import time


def once(command):
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.monotonic() - begin
    if status != 0:
        sys.exit(f"measure.py: {' '.join(command)} failed with status {status}")
    return usage.ru_utime + usage.ru_stime, elapsed, usage.ru_maxrss


runs, name, events = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
cpu, elapsed, memory = zip(*(once(sys.argv[4:]) for _ in range(runs)))
seconds = statistics.median(cpu)
rate = f"{events / seconds / 1e6:.2f}" if events else "-"
spread = f"{min(cpu):.2f} to {max(cpu):.2f}"
print(f"| {name} | {seconds:.2f} | {spread} | {statistics.median(elapsed):.2f} | {rate} "
      f"| {statistics.median(memory) / 1024:.0f} |")
