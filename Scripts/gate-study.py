#!/usr/bin/env python3
"""How often does the gate alarm by chance, and what does it find?

usage: gate-study.py power [--preset unit] [--duration 10s] [--seeds 400]
       gate-study.py --note > Notebooks-md/gate.md

`power` records disjoint sets of seeds under small changes and asks `diff` about each set: the share of
sets in which the change is found. --note measures everything and writes the whole note.
"""
import argparse
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import note_runs

BASE = "reclaim-batch"
# Title, options of `sweep` beyond the base's, its cell.
CHANGES = [
    ("none, but for the engine's own draws", ["--salt", "2"], "reclaim-batch"),
    ("cost of moving a page +3 %", ["--set", "model.relocate_page_ns=2575"],
     "reclaim-batch,model.relocate_page_ns=2575"),
    ("cost of moving a page +10 %", ["--set", "model.relocate_page_ns=2750"],
     "reclaim-batch,model.relocate_page_ns=2750"),
    ("max_reclaim 1024 -> 512", ["--set", "max_reclaim=512"], "reclaim-batch,max_reclaim=512"),
    ("policy reclaim-honest", ["--policies", "reclaim-honest"], "reclaim-honest"),
    ("policy reclaim-one", ["--policies", "reclaim-one"], "reclaim-one"),
]
SIZES = (8, 12, 20)
METRICS = [("cpu.reclaim", "1ms", "lower"), ("service.success", "0.2%", "higher"),
           ("service.fallback_pages", "1000000", "lower"), ("wait.time", "10ms", "lower")]


def limits(folder, relative):
    """Thresholds with one relative margin for all metrics, and hardly any absolute one."""
    lines = [f"name: margins of {relative}", "limits:"]
    for metric, absolute, better in METRICS:
        absolute = absolute if relative != "0%" else "0"
        lines += [f"  - metric: {metric}", f"    relative: {relative}", f"    absolute: {absolute}",
                  f"    better: {better}", "    why: study"]
    path = os.path.join(folder, f"limits-{relative.rstrip('%')}.yaml")
    pathlib.Path(path).write_text("\n".join(lines) + "\n")
    return path


class Power:
    def __init__(self, folder, preset, duration, seeds):
        self.folder = folder
        common = ["--preset", preset, "--duration", duration, "--seeds", f"1-{seeds}"]
        self.seeds = seeds
        self.base = self.sweep("base", common, [], BASE)
        self.heads = [(title, self.sweep(f"head{number}", common, options, cell))
                      for number, (title, options, cell) in enumerate(CHANGES)]

    def sweep(self, name, common, options, cell):
        folder = os.path.join(self.folder, name)
        note_runs.call("sweep", *common, *options, "-o", folder)
        return os.path.join(folder, cell)

    def part(self, source, name, seeds):
        """A folder with the runs of some seeds."""
        folder = os.path.join(self.folder, "parts", name)
        os.makedirs(folder, exist_ok=True)
        for seed in seeds:
            link = os.path.join(folder, f"seed-{seed}.ksum")
            if not os.path.lexists(link):
                os.symlink(os.path.join(source, f"seed-{seed}.ksum"), link)
        return folder

    def verdicts(self, head, size, thresholds):
        """The verdicts of the gate on disjoint sets of seeds."""
        def judge(first):
            seeds = range(first, first + size)
            base = self.part(self.base, f"base-{size}-{first}", seeds)
            other = self.part(self.heads[head][1], f"head{head}-{size}-{first}", seeds)
            done = subprocess.run(
                [note_runs.TOOL, "diff", base, other, "--format", "json", "--gate", thresholds],
                capture_output=True, text=True)
            if done.returncode not in (0, 2, 7):
                sys.exit(done.stderr)
            return json.loads(done.stdout)["verdicts"]
        return note_runs.in_parallel(judge, range(1, self.seeds - size + 2, size))

    def table(self, margins):
        """A row for each change and margin: sets with a regression and, behind the bar, with any
        change found, by how many seeds a set has."""
        print("change".ljust(38) + "margin" + "".join(f"{size} seeds".rjust(16) for size in SIZES))
        for head, (title, _) in enumerate(self.heads):
            for margin in margins:
                cells = ""
                for size in SIZES:
                    verdicts = self.verdicts(head, size, limits(self.folder, margin))
                    found = share(verdicts, ("regression",)), share(
                        verdicts, ("regression", "improvement"))
                    cells += f"{found[0]:>7} | {found[1]:>5} "
                print(f"{title:<38}{margin:>6}{cells}".rstrip())
        sets = ", ".join(f"{self.seeds // size} of {size}" for size in SIZES)
        print(f"\n{sets} seeds; regression | any change found, of any of {len(METRICS)} limits")


def share(verdicts, wanted):
    """Sets in which one of the wanted verdicts is given of any limit."""
    hits = sum(any(limit["verdict"] in wanted for limit in each["limits"]) for each in verdicts)
    return f"{100 * hits / len(verdicts):.0f}%"


def effects(power):
    """What the changes do to the means over all seeds."""
    print("change".ljust(38) + "".join(metric.rjust(24) for metric, _, _ in METRICS))
    for title, head in power.heads:
        text = note_runs.call("diff", power.base, head, "--format", "json")
        metrics = {}
        for limit in json.loads(text)["verdicts"]["limits"]:
            if limit["base_mean"]:
                change = 100 * (limit["head_mean"] - limit["base_mean"]) / limit["base_mean"]
                metrics[limit["metric"]] = f"{change:+.2f}%"
        print(title.ljust(38) + "".join(metrics.get(m, "-").rjust(24) for m, _, _ in METRICS))


def calibration(folder, seeds, comparisons, options):
    name = os.path.join(folder, "-".join(options).replace("/", "_"))
    note_runs.call("sweep", "--seeds", f"1-{seeds}", *options, "-o", name)
    cell = next(entry for entry in os.scandir(name) if entry.is_dir()).path
    text = note_runs.call("diff", cell, cell, "--calibrate", str(comparisons))
    print(text[text.index("Calibration"):].rstrip())


def power_tables(arguments, folder):
    power = Power(folder, arguments.preset, arguments.duration, arguments.seeds)
    effects(power)
    print()
    power.table(arguments.margins.split(","))


def note(arguments, folder):
    text = (note_runs.ROOT / "Scripts/gate-study.md").read_text()
    for mark, make in [
        ("{{calibration unit}}", lambda: calibration(
            folder, 12, 400, ["--set", "max_reclaim=64", "--duration", "10s"])),
        ("{{calibration small}}", lambda: calibration(
            folder, 8, 40, ["--preset", "small", "--duration", "5s"])),
        ("{{power}}", lambda: power_tables(arguments, folder)),
    ]:
        captured = io.StringIO()
        with contextlib.redirect_stdout(captured):
            make()
        text = text.replace(mark, captured.getvalue().rstrip())
    print(text.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["power"])
    parser.add_argument("--note", action="store_true")
    parser.add_argument("--preset", default="unit")
    parser.add_argument("--duration", default="10s")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--margins", default="1%,5%")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.note:
            note(arguments, folder)
        elif arguments.what:
            power_tables(arguments, folder)
        else:
            parser.error("say power, or --note")


main()
