#!/usr/bin/env python3
"""Which `max_reclaim` is best for `half`, and does a policy that is not FreeBSD's beat FreeBSD's?

usage: max-reclaim.py [--folder DIR] [--preset half] [--duration 60s] [--seeds 12]
       max-reclaim.py --folder DIR --note > Notebooks-md/max-reclaim.md

Sweeps both, in DIR, where an interrupted sweep goes on; then has `diff` judge single cells. --note
writes the whole note around the tables.
"""
import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import note_runs

FREEBSD = ("pages-only,cache-only,alloc-thread,reclaim-one,reclaim-batch",
           "16,32,64,128,256,512,1024,2048,4096,8192,16384")
LAB = ("reclaim-honest,reclaim-adaptive,reclaim-resume,watermark,unlocked-limit", "1024,4096")


def cell(policy, value):
    return f"{policy},max_reclaim={value}"


class Study:
    def __init__(self, arguments, folder):
        self.folder = folder
        self.common = ["--preset", arguments.preset, "--duration", arguments.duration,
                       "--seeds", f"1-{arguments.seeds}"]

    def sweep(self, name, policies, values):
        """One table of the two sweeps, and its cells as JSON."""
        folder = os.path.join(self.folder, name)
        text = note_runs.call("sweep", "--policies", policies, "--set", f"max_reclaim={values}",
                              *self.common, "-o", folder)
        with open(os.path.join(folder, "sweep.json"), encoding="utf-8") as file:
            return text, json.load(file)["cells"]

    def verdicts(self, base, head):
        """What `diff` says of two cells, a line for each limit."""
        done = subprocess.run(
            [note_runs.TOOL, "diff", "--format", "json", *(self.path(one) for one in (base, head))],
            capture_output=True, text=True, check=True)
        row = []
        for limit in json.loads(done.stdout)["verdicts"]["limits"]:
            change = ""
            if limit["change"] is not None and limit["base_mean"]:
                low, mid, high = (100 * limit[key] / limit["base_mean"]
                                  for key in ("change_low", "change", "change_high"))
                change = f" {mid:+.1f}% [{low:+.1f}, {high:+.1f}]"
            row.append(f"{limit['metric']}: {limit['verdict']}{change}")
        return row

    def path(self, name):
        for folder in ("freebsd", "lab"):
            path = os.path.join(self.folder, folder, name)
            if os.path.isdir(path):
                return path
        sys.exit(f"there is no cell {name}")


def beats(one, other):
    """At least as good in all three means and better in one."""
    signs = (1, -1, 1)
    left = [sign * axis["mean"] for sign, axis in zip(signs, one["axes"]) if axis["mean"] is not None]
    right = [sign * axis["mean"] for sign, axis in zip(signs, other["axes"])
             if axis["mean"] is not None]
    return len(left) == len(right) == 3 and left != right and all(
        a <= b for a, b in zip(left, right))


def tables(study):
    freebsd, freebsd_cells = study.sweep("freebsd", *FREEBSD)
    lab, lab_cells = study.sweep("lab", *LAB)
    print(freebsd)
    print(lab)
    print("Cells that are not FreeBSD's and are at least as good in all three means as one of reclaim-batch")
    print()
    for other in lab_cells:
        beaten = [mine["name"] for mine in freebsd_cells
                  if mine["policy"] == "reclaim-batch" and beats(other, mine)]
        print(f"  {other['name']}: {', '.join(beaten) or 'none'}")


def judged(study, pairs):
    for base, head in pairs:
        print(f"{base} -> {head}")
        for line in study.verdicts(base, head):
            print(f"  {line}")


PAIRS = [(cell("reclaim-batch", 1024), cell("reclaim-batch", value))
         for value in (512, 2048, 4096, 8192, 16384)]
LAB_PAIRS = [(cell("reclaim-batch", value), cell(policy, value))
             for value in (1024, 4096) for policy in LAB[0].split(",")]


def captured(make):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        make()
    return text.getvalue().rstrip()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--note", action="store_true")
    parser.add_argument("--folder")
    parser.add_argument("--preset", default="half")
    parser.add_argument("--duration", default="60s")
    parser.add_argument("--seeds", type=int, default=12)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or stack.enter_context(tempfile.TemporaryDirectory())
        study = Study(arguments, folder)
        parts = {"{{tables}}": lambda: tables(study), "{{values}}": lambda: judged(study, PAIRS),
                 "{{lab}}": lambda: judged(study, LAB_PAIRS)}
        if not arguments.note:
            for make in parts.values():
                make()
                print()
            return
        text = (note_runs.ROOT / "Scripts/max-reclaim.md").read_text()
        for mark, make in parts.items():
            text = text.replace(mark, captured(make))
        print(text.rstrip())


main()
